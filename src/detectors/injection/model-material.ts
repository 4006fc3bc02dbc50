/**
 * Written training material for the learned score: attacks by technique, benign near misses, and both in many languages.
 *
 * Used by `train.ts` only. Every sentence is ours; no row of a public set is copied. The sentences stand in `material/`.
 * A template names slots in braces; `expand` fills them, seeded, so that the same seed gives the same material.
 */
import englishMoreText from './material/english-more.txt' with { type: 'text' };
import englishText from './material/english.txt' with { type: 'text' };
import frontEndSlotsText from './material/front-end-slots.txt' with { type: 'text' };
import frontEndsText from './material/front-ends.txt' with { type: 'text' };
import languagesText from './material/languages.txt' with { type: 'text' };
import peopleText from './material/people.txt' with { type: 'text' };
import slotsText from './material/slots.txt' with { type: 'text' };
import { type Random, pick } from './random.ts';
import { readSections } from './sections.ts';

/** Templates of one technique. */
export interface Family {
  readonly kind: string;
  readonly label: 'attack' | 'benign';
  readonly templates: readonly string[];
  /** How many rows to make; 0 makes as many of each template, so that none is left to chance. */
  readonly rows: number;
}

/** Sentences of one language: `override`, `extraction`, `persona`, `after` and `benign` are always there. */
export interface LanguageMaterial {
  readonly language: string;
  /** "Ignore all previous instructions", in several ways, without the stop. */
  readonly override: readonly string[];
  /** Requests for the system prompt or a secret. */
  readonly extraction: readonly string[];
  /** Personas without limits. */
  readonly persona: readonly string[];
  /** What follows an override, and orders to an assistant in a document. */
  readonly after: readonly string[];
  /** The same words without an attack. */
  readonly benign: readonly string[];
  /** More of the same, which no attack is put behind. */
  readonly more: readonly string[];
  /** Whole attacks as people write them, each taken as it stands. */
  readonly attacks: readonly string[];
}

/** What fills the slots of templates. */
export const SLOTS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [slotsText, frontEndSlotsText].flatMap(readSections).map(({ heading, lines }) => [heading, lines]),
);

/** English attacks and near misses by technique, and what front ends send in the name of their users. */
export const FAMILIES: readonly Family[] = [englishText, englishMoreText, frontEndsText, peopleText]
  .flatMap(readSections)
  .map(({ heading, lines }) => {
    const [label, kind, rows] = heading.split(' ');
    if ((label !== 'attack' && label !== 'benign') || kind === undefined || rows === undefined)
      throw new Error(`Cannot read the family "${heading}": it has no label, kind and number of rows`);
    return { kind, label, templates: lines, rows: Number(rows) };
  });

/** The material by language. */
export const LANGUAGES: readonly LanguageMaterial[] = readLanguages();

function readLanguages(): readonly LanguageMaterial[] {
  const byLanguage = new Map<string, Map<string, readonly string[]>>();
  for (const { heading, lines } of readSections(languagesText)) {
    const [language = '', part = ''] = heading.split(' ');
    const parts = byLanguage.get(language) ?? new Map<string, readonly string[]>();
    byLanguage.set(language, parts.set(part, [...(parts.get(part) ?? []), ...lines]));
  }
  return [...byLanguage].map(([language, parts]) => ({
    language,
    override: parts.get('override') ?? [],
    extraction: parts.get('extraction') ?? [],
    persona: parts.get('persona') ?? [],
    after: parts.get('after') ?? [],
    benign: parts.get('benign') ?? [],
    more: parts.get('more') ?? [],
    attacks: parts.get('attacks') ?? [],
  }));
}

/** Fills the slots of a template from `slots`, nested ones too; an unknown slot throws. */
export function expand(random: Random, template: string, slots: Readonly<Record<string, readonly string[]>>): string {
  return template.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const values = slots[name];
    if (values === undefined) throw new Error(`Cannot fill slot "${name}"`);
    return expand(random, pick(random, values), slots);
  });
}
