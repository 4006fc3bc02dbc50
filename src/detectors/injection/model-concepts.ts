/**
 * The concept table of the learned score: words of about thirty languages by what they do in a request.
 *
 * The words stand in `model-concepts.txt`, written by hand. An entry is a whole word, a stem (`ignor*`), or, in a script
 * without spaces, a run of characters. Words are folded as the text is: lower case, without diacritics. Where two
 * concepts name one word, the earlier one has it. No weight is given there: what a sequence is worth is learned.
 */
import conceptsText from './model-concepts.txt' with { type: 'text' };
import { readSections } from './sections.ts';

const SECTIONS = readSections(conceptsText);

/** Names of the concepts; the position is the number that features are made of. The first means "a sentence begins". */
export const CONCEPTS: readonly string[] = SECTIONS.map(({ heading }) => heading);

/** Words of each concept, separated by spaces. */
export const CONCEPT_WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  SECTIONS.map(({ heading, lines }) => [heading, lines.join(' ')]),
);
