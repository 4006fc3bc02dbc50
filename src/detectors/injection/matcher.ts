/**
 * The word automaton: reads a text once and finds sequences of word classes with bounded gaps.
 *
 * Each rule is a list of sequences such as `override ~3 prior ~4 directive`: a word of each class in this order, with at
 * most so many other words between, inside one sentence. For each element the matcher keeps the latest place where the
 * sequence so far fits; gaps are counted from there, so the latest place is always the best one, and the work a word
 * costs is the number of elements its classes occur in. Nothing is ever read twice.
 */
import { FOLD, UNSPACED } from './fold.ts';
import {
  ASKING_FLAG,
  compileCatalogue,
  type Literal,
  type LiteralEntry,
  META_FLAG,
  NEGATION_FLAG,
  PROTECTING_FLAG,
  type SequenceRule,
  TO_FLAG,
  YOU_FLAG,
} from './matcher-tables.ts';
import { LETTER_WEIGHTS, ROOT, SCRAMBLED_LETTERS_MAX, SCRAMBLED_LETTERS_MIN, signatureOf, type Trie } from './trie.ts';

/** Where a rule matched a view. Offsets are of the view's text. */
export interface Hit {
  readonly rule: number;
  readonly start: number;
  readonly end: number;
  /** A negation or "how to" stands before it in the sentence. */
  readonly hedged: boolean;
}

/** What one reading of a text found. */
export interface Reading {
  readonly hits: readonly Hit[];
  /** How often words about injections (rather than injections) occur. */
  readonly meta: number;
}

const NEGATION_WORDS_BEFORE = 3;
const ASKING_WORDS_BEFORE = 4;
const YOU_WORDS_BEFORE = 4;
const PROTECTING_WORDS_BEFORE = 20;
/** Longest role's name, in UTF-16 code units. */
const TURN_LABEL_MAX = 12;
/**
 * Of each rule, so many hits are kept in every stretch of so many code units, hedged ones apart: more would repeat what
 * is known, and fewer could be crowded out by harmless ones.
 */
const HITS_MAX = 3;
const STRETCH_CHARACTERS = 1_000;

/** A compiled catalogue; immutable, shared by all exchanges. */
export class Matcher {
  readonly #trie: Trie;
  readonly #phrases: ReadonlyMap<number, number>;
  readonly #phraseEnds: readonly (readonly number[])[];
  readonly #phraseLengths: readonly number[];
  readonly #elementsOfList: readonly Int32Array[];
  readonly #elementsOfPhrase: readonly Int32Array[];
  readonly #wordIdsOfList: readonly (readonly number[])[];
  readonly #flagsOfList: Uint8Array;
  readonly #flagsOfPhrase: Uint8Array;
  readonly #gaps: Int32Array;
  readonly #isFirst: Uint8Array;
  readonly #isLast: Uint8Array;
  readonly #crosses: Uint8Array;
  readonly #ruleOf: Int32Array;
  readonly #literals: ReadonlyMap<number, readonly LiteralEntry[]>;
  readonly #turnLabels: ReadonlySet<string>;
  readonly #turnElements: Int32Array;
  readonly #scrambled: ReadonlyMap<number, number>;
  readonly #lastWord: Int32Array;
  readonly #startOffset: Int32Array;
  readonly #hedged: Uint8Array;
  readonly #hitStretch: Int32Array;
  readonly #hitCount: Int32Array;

  constructor(
    rules: readonly SequenceRule[],
    lexicon: Readonly<Record<string, string>>,
    literals: readonly Literal[],
    turnLabels: readonly string[] = [],
  ) {
    this.#turnLabels = new Set(turnLabels);
    const compiled = compileCatalogue(rules, lexicon, literals);
    this.#turnElements = compiled.turnElements;
    this.#trie = compiled.trie;
    this.#phrases = compiled.phrases;
    this.#phraseEnds = compiled.phraseEnds;
    this.#phraseLengths = compiled.phraseLengths;
    this.#elementsOfList = compiled.elementsOfList;
    this.#elementsOfPhrase = compiled.elementsOfPhrase;
    this.#wordIdsOfList = compiled.wordIdsOfList;
    this.#flagsOfList = compiled.flagsOfList;
    this.#flagsOfPhrase = compiled.flagsOfPhrase;
    this.#gaps = Int32Array.from(compiled.elements, (element) => element.gap);
    this.#isFirst = Uint8Array.from(compiled.elements, (element) => (element.isFirst ? 1 : 0));
    this.#isLast = Uint8Array.from(compiled.elements, (element) => (element.isLast ? 1 : 0));
    this.#crosses = Uint8Array.from(compiled.elements, (element) => (element.crosses ? 1 : 0));
    this.#ruleOf = Int32Array.from(compiled.elements, (element) => element.rule);
    this.#literals = compiled.literals;
    this.#scrambled = compiled.scrambled;
    this.#lastWord = new Int32Array(compiled.elements.length);
    this.#startOffset = new Int32Array(compiled.elements.length);
    this.#hedged = new Uint8Array(compiled.elements.length);
    this.#hitStretch = new Int32Array(rules.length * 2);
    this.#hitCount = new Int32Array(rules.length * 2);
  }

  /** The list of a word whose inner letters stand in disorder (`prevoius`), or 0. */
  #scrambledList(text: string, start: number, end: number): number {
    const length = end - start;
    if (length < SCRAMBLED_LETTERS_MIN || length > SCRAMBLED_LETTERS_MAX) return 0;
    let weight = 0;
    for (let at = start; at < end; at++) {
      const letter = (FOLD[text.charCodeAt(at)] ?? 0) - 0x61;
      if (letter < 0 || letter > 25) return 0;
      weight = (weight + (LETTER_WEIGHTS[letter] ?? 0)) | 0;
    }
    const first = FOLD[text.charCodeAt(start)] ?? 0;
    const last = FOLD[text.charCodeAt(end - 1)] ?? 0;
    return this.#scrambled.get(signatureOf(first, last, length, weight)) ?? 0;
  }

  /** Whether another hit of an element's rule is worth keeping. */
  #isWelcome(element: number, end: number): boolean {
    const slot = (this.#ruleOf[element] ?? 0) * 2 + (this.#hedged[element] ?? 0);
    const stretch = Math.floor(end / STRETCH_CHARACTERS);
    if (this.#hitStretch[slot] !== stretch) {
      this.#hitStretch[slot] = stretch;
      this.#hitCount[slot] = 0;
    }
    const count = (this.#hitCount[slot] ?? 0) + 1;
    this.#hitCount[slot] = count;
    return count <= HITS_MAX;
  }

  /** Finds all rules in a text. Linear in its length. `unspaced`: Latin letters may stand without spaces as well. */
  read(text: string, unspaced: boolean): Reading {
    this.#lastWord.fill(-1_000_000);
    this.#hitStretch.fill(-1);
    const hits: Hit[] = [];
    const { latin, others, known, words, prefixes } = this.#trie;
    let word = 0;
    let barrier = 0;
    let negation = -1_000;
    let asking = -1_000;
    let to = -1_000;
    let you = -1_000;
    let protecting = -1_000;
    let meta = 0;
    let halfWord = 0;
    // Where the latest word and the first word of the line begin.
    let wordAt = -2;
    let lineAt = -1;
    let active: number[] = [];
    let wordStarts: number[] = [];
    const length = text.length;

    // "told me to ignore": not said to the model, unless a "you" stands shortly before the "to".
    const isReported = (firstWord: number): boolean =>
      (firstWord - to === 1 && (you > to || to - you > YOU_WORDS_BEFORE)) ||
      (firstWord > protecting && firstWord - protecting <= PROTECTING_WORDS_BEFORE);

    const event = (elements: Int32Array, firstWord: number, start: number, end: number): void => {
      for (let index = 0; index < elements.length; index++) {
        const element = elements[index] ?? 0;
        if (this.#isFirst[element] === 1) {
          this.#startOffset[element] = start;
          const isHedged =
            isReported(firstWord) ||
            (firstWord > negation && firstWord - negation <= NEGATION_WORDS_BEFORE) ||
            (firstWord > asking && firstWord - asking <= ASKING_WORDS_BEFORE);
          this.#hedged[element] = isHedged ? 1 : 0;
        } else {
          const before = this.#lastWord[element - 1] ?? 0;
          const skipped = firstWord - before - 1;
          if (skipped < 0 || skipped > (this.#gaps[element] ?? 0)) continue;
          if (before < barrier && this.#crosses[element] === 0) continue;
          this.#startOffset[element] = this.#startOffset[element - 1] ?? 0;
          this.#hedged[element] = this.#hedged[element - 1] ?? 0;
        }
        this.#lastWord[element] = word;
        if (this.#isLast[element] === 1 && this.#isWelcome(element, end)) {
          hits.push({
            rule: this.#ruleOf[element] ?? 0,
            start: this.#startOffset[element] ?? 0,
            end,
            hedged: this.#hedged[element] === 1,
          });
        }
      }
    };

    // What hedges a phrase stands in the same clause: "To prevent errors, ignore …" is not hedged.
    const endClause = (): void => {
      negation = -1_000;
      asking = -1_000;
      to = -1_000;
      protecting = -1_000;
    };
    const endSentence = (): void => {
      barrier = word;
      endClause();
    };

    const flag = (flags: number): void => {
      if (flags & NEGATION_FLAG) negation = word;
      if (flags & ASKING_FLAG) asking = word;
      if (flags & META_FLAG) meta++;
      if (flags & TO_FLAG) to = word;
      if (flags & YOU_FLAG) you = word;
      if (flags & PROTECTING_FLAG) protecting = word;
    };

    // A word of the lexicon: phrases that it ends first, for they begin earlier; then the word itself.
    const take = (list: number, start: number, end: number): void => {
      const ids = this.#wordIdsOfList[list] ?? [];
      if (ids.length > 0) {
        const next: number[] = [];
        const nextStarts: number[] = [];
        for (const id of ids) {
          for (let index = 0; index <= active.length; index++) {
            const from = index < active.length ? (active[index] ?? 0) : 0;
            const to = this.#phrases.get(from * 65_536 + id);
            if (to === undefined) continue;
            const phraseStart = index < active.length ? (wordStarts[index] ?? start) : start;
            next.push(to);
            nextStarts.push(phraseStart);
            for (const phrase of this.#phraseEnds[to] ?? []) {
              const firstWord = word - (this.#phraseLengths[phrase] ?? 1) + 1;
              event(this.#elementsOfPhrase[phrase] ?? NO_ELEMENTS, firstWord, phraseStart, end);
              const flags = this.#flagsOfPhrase[phrase] ?? 0;
              if (flags !== 0) flag(flags);
            }
          }
        }
        active = next;
        wordStarts = nextStarts;
      } else if (active.length > 0) active = [];
      const elements = this.#elementsOfList[list] ?? NO_ELEMENTS;
      if (elements.length > 0) event(elements, word, start, end);
      const flags = this.#flagsOfList[list] ?? 0;
      if (flags !== 0) flag(flags);
    };

    for (let at = 0; at < length;) {
      const code = text.charCodeAt(at);
      const folded = FOLD[code] ?? 0;
      if (folded === 0) {
        // Separators: ends of sentences, commas, escapes, and literals made of signs.
        if (code === 0x20) {
          at++;
          continue;
        }
        if (code === 0x2e || code === 0x21 || code === 0x3f) {
          const next = at + 1 < length ? text.charCodeAt(at + 1) : 0x20;
          if (next === 0x20 || next === 0x0a || next === 0x22 || next === 0x0d) endSentence();
        } else if (code === 0x0a) {
          if (endsParagraph(text, at)) endSentence();
          active = [];
          lineAt = -1;
        } else if (code === 0x3002 || code === 0xff01 || code === 0xff1f || code === 0x964) endSentence();
        else if (code === 0x2c || code === 0x3b || code === 0xff0c) {
          endClause();
          active = [];
        } else if (code === 0x3a) {
          // A role's name at the start of a line imitates a turn of the conversation.
          if (
            wordAt === lineAt &&
            at - wordAt <= TURN_LABEL_MAX &&
            this.#turnLabels.has(text.slice(wordAt, at).toLowerCase())
          ) {
            event(this.#turnElements, word, wordAt, at);
            word++;
          }
        } else if (code === 0x5c) {
          const next = text.charCodeAt(at + 1);
          if (next === 0x6e || next === 0x72 || next === 0x74) at++;
        } else {
          const literals = this.#literals.get(code * 65_536 + lowerCode(text.charCodeAt(at + 1)));
          if (literals !== undefined) {
            const literal = literals.find((candidate) => startsWithFolded(text, at, candidate.text));
            if (literal !== undefined) {
              event(literal.elements, word, at, at + literal.text.length);
              word++;
              at += literal.signs;
              continue;
            }
          }
        }
        at++;
        continue;
      }
      wordAt = at;
      if (lineAt < 0) lineAt = at;
      const isUnspaced = unspaced || UNSPACED[code] === 1;
      // Walk the trie as far as it goes; remember the longest word and prefix on the way.
      let node = ROOT;
      let end = at;
      let list = 0;
      let listEnd = at;
      for (; end < length; end++) {
        const letter = FOLD[text.charCodeAt(end)] ?? 0;
        if (letter === 0) break;
        if (letter >= 0x61 && letter <= 0x7a) node = latin[node * 26 + letter - 0x61] ?? 0;
        else node = known[letter] === 1 ? (others.get(node * 65_536 + letter) ?? 0) : 0;
        if (node === 0) break;
        if (prefixes[node] !== 0) {
          list = prefixes[node] ?? 0;
          listEnd = end + 1;
        }
        if (isUnspaced && words[node] !== 0) {
          list = words[node] ?? 0;
          listEnd = end + 1;
        }
      }
      if (isUnspaced) {
        if (list !== 0) {
          take(list, at, listEnd);
          word++;
          at = listEnd;
        } else {
          at++;
          halfWord ^= 1;
          word += halfWord;
          if (active.length > 0) active = [];
        }
        continue;
      }
      const start = at;
      if (node !== 0 && words[node] !== 0) list = words[node] ?? 0;
      // The rest of the word.
      while (end < length) {
        const rest = text.charCodeAt(end);
        if ((FOLD[rest] ?? 0) === 0 || UNSPACED[rest] === 1) break;
        end++;
      }
      if (list === 0) list = this.#scrambledList(text, start, end);
      if (list !== 0) take(list, start, end);
      else if (active.length > 0) active = [];
      word++;
      at = end;
    }
    return { hits, meta };
  }
}

const NO_ELEMENTS = new Int32Array(0);
/** Whether a line end is followed by an empty line, a bullet, a heading or a quotation. */
function endsParagraph(text: string, at: number): boolean {
  let next = at + 1;
  while (
    next < at + 5 &&
    (text.charCodeAt(next) === 0x20 || text.charCodeAt(next) === 0x09 || text.charCodeAt(next) === 0x0d)
  )
    next++;
  const code = text.charCodeAt(next);
  if (code === 0x0a) return true;
  if (code === 0x23) return true;
  const isBullet = code === 0x2d || code === 0x2a || code === 0x3e || code === 0x2022;
  return isBullet && text.charCodeAt(next + 1) === 0x20;
}

/** ASCII lower case; the full-width bar and block of one family's tokens are the ASCII signs. */
function lowerCode(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code | 0x20;
  return code === 0xff5c ? 0x7c : code === 0x2581 ? 0x5f : code;
}

function startsWithFolded(text: string, at: number, literal: string): boolean {
  if (at + literal.length > text.length) return false;
  for (let step = 0; step < literal.length; step++) {
    const code = text.charCodeAt(at + step);
    const lower = lowerCode(code);
    if (lower !== literal.charCodeAt(step)) return false;
  }
  return true;
}
