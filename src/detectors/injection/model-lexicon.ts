/**
 * The concept table as the tokenizer looks things up: open addressing over hashes of words, stems and phrases.
 *
 * A look-up costs a few nanoseconds whatever the word. Hashes are 32 bits, so that about one word in a million is taken
 * for another; that is noise which the weights have seen in training too.
 */
import { FOLD, KIND, Kind, fillCharacters } from './model-characters.ts';
import { CONCEPT_WORDS, CONCEPTS } from './model-concepts.ts';

/** A stem is looked up at these lengths of a word. */
export const STEM_CHARACTERS_MIN = 3;
export const STEM_CHARACTERS_MAX = 14;
/** Longest entry of the concept table in a script without spaces, in characters. */
export const PHRASE_CHARACTERS_MAX = 8;

/** Where a word's hash starts, and what each character multiplies it by (FNV-1a). */
export const HASH_START = 0x811c9dc5 | 0;
export const HASH_STEP = 0x01000193;
/** Set stems and phrases apart from whole words. */
export const STEM_SEED = 0x5bd1e995 | 0;
export const PHRASE_SEED = 0x2545f491 | 0;

const LEXICON_SIZE = 1 << 14;
const lexiconKeys = new Int32Array(LEXICON_SIZE);
const lexiconConcepts = new Uint8Array(LEXICON_SIZE);
/** 1 where a character begins an entry in a script without spaces. */
export const phraseStarts = new Uint8Array(65_536);

function slotOf(hash: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 18) & (LEXICON_SIZE - 1);
}

function addToLexicon(hash: number, concept: number): void {
  let slot = slotOf(hash);
  while (lexiconKeys[slot] !== 0 && lexiconKeys[slot] !== hash) slot = (slot + 1) & (LEXICON_SIZE - 1);
  if (lexiconKeys[slot] === hash) return;
  lexiconKeys[slot] = hash;
  lexiconConcepts[slot] = concept;
}

/** The concept of a hash, or 0. The table is at most a quarter full, so a probe is short. */
export function conceptOf(hash: number): number {
  let slot = (Math.imul(hash, 0x9e3779b1) >>> 18) & (LEXICON_SIZE - 1);
  for (;;) {
    const key = lexiconKeys[slot];
    if (key === hash) return lexiconConcepts[slot] ?? 0;
    if (key === 0) return 0;
    slot = (slot + 1) & (LEXICON_SIZE - 1);
  }
}

let isFilled = false;

/** Fills the tables of the tokenizer, once; about 5 ms. Whatever reads a text calls it first. */
export function fillLexicon(): void {
  if (isFilled) return;
  isFilled = true;
  fillCharacters();
  for (let concept = 1; concept < CONCEPTS.length; concept += 1) {
    const name = CONCEPTS[concept] ?? '';
    for (const entry of (CONCEPT_WORDS[name] ?? '').split(/\s+/)) {
      if (entry === '') continue;
      const stem = entry.endsWith('*');
      const folded = foldWord(stem ? entry.slice(0, -1) : entry);
      const first = folded[0] ?? 0;
      let hash = HASH_START;
      for (const unit of folded) hash = Math.imul(hash ^ unit, HASH_STEP);
      if (KIND[first] === Kind.Lone) {
        phraseStarts[first] = 1;
        addToLexicon(hash ^ PHRASE_SEED, concept);
      } else {
        addToLexicon(stem ? hash ^ STEM_SEED : hash, concept);
      }
    }
  }
}

/** Folds one word as the tokenizer does; for building the concept table. */
function foldWord(word: string): number[] {
  const folded: number[] = [];
  for (let index = 0; index < word.length; index += 1) {
    const unit = word.charCodeAt(index);
    if (KIND[unit] !== Kind.Ignored) folded.push(FOLD[unit] ?? unit);
  }
  return folded;
}
