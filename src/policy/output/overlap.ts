import type { TextEdit, TextScanner } from '../../core/stage.ts';
import { ALONE, eachWord, foldTable, HASH_BASIS, hashStep, LAYOUT, WORD_CHARACTERS_MAX } from './words.ts';

/**
 * Finds long runs of words that an answer has in common with a prompt.
 *
 * The common run is followed for every place of the prompt at once, so that none is missed because another one began
 * before it. A word is looked up when it ends; a word that the prompt does not have costs its characters and one look.
 */
export class PromptWords {
  readonly isEmpty: boolean;
  /** Words in all prompts. */
  readonly count: number;
  /** Places, a gap between two prompts among them. */
  readonly span: number;
  readonly #places = new Map<number, number[]>();

  /** Linear in the prompts; reads `wordsMax` words at most. */
  constructor(prompts: readonly string[], wordsMax: number) {
    let place = 0;
    for (const prompt of prompts) {
      eachWord(prompt, (word) => {
        if (place >= wordsMax) return;
        const places = this.#places.get(word);
        // A word that stands everywhere says little; its first places are enough to follow a run.
        if (!places) this.#places.set(word, [place]);
        else if (places.length < PLACES_MAX) places.push(place);
        place += 1;
      });
      place += 1;
    }
    this.span = place;
    this.count = Math.max(0, place - prompts.length);
    this.isEmpty = this.#places.size === 0;
  }

  /** Where a word stands, in order. */
  places(word: number): readonly number[] | undefined {
    return this.#places.get(word);
  }
}

const PLACES_MAX = 256;

/** Shorter prompts than this are everyday sentences; repeating one is no leak. */
const PROMPT_WORDS_MIN = 5;

export interface OverlapOptions {
  readonly words: PromptWords;
  /** Common words in a row that count as a leak; a shorter prompt counts as a whole. */
  readonly overlapWords: number;
  readonly enforces: boolean;
  readonly found: () => void;
  readonly label: string;
}

/**
 * A scanner for one channel, or `undefined` where the prompt is too short to leak. Cost per word is the number of its
 * places in the prompt, at most PLACES_MAX.
 */
export function createOverlapScanner(options: OverlapOptions): TextScanner | undefined {
  return options.words.count < PROMPT_WORDS_MIN ? undefined : new OverlapScanner(options);
}

const NO_EDITS: readonly TextEdit[] = [];

class OverlapScanner implements TextScanner {
  readonly #folds = foldTable();
  readonly #words: PromptWords;
  readonly #enough: number;
  readonly #enforces: boolean;
  readonly #options: OverlapOptions;
  #length = 0;
  /** Where the word that is being read began, or -1 outside of one; what was read of it. */
  #openAt = -1;
  #hash = HASH_BASIS;
  #characters = 0;
  /** Counts words of the answer. */
  #word = 0;
  /** By place: the length of the common run that ends there, and at which word of the answer it did. */
  #runs: Int32Array | undefined;
  #seen: Int32Array | undefined;
  /** Where the last words of the answer began, as many as the longest run. */
  #starts: number[] = [];
  /** End of what this leak has redacted already, or -1 outside of one. */
  #leakEnd = -1;
  /** No edit begins below this any more. */
  #released = 0;
  #edits: TextEdit[] = [];

  constructor(options: OverlapOptions) {
    this.#options = options;
    this.#words = options.words;
    this.#enough = Math.min(options.overlapWords, options.words.count);
    this.#enforces = options.enforces;
  }

  get clear(): number {
    return this.#enforces ? this.#released : Number.POSITIVE_INFINITY;
  }

  push(text: string): void {
    const folds = this.#folds;
    const base = this.#length;
    let openAt = this.#openAt;
    let hash = this.#hash;
    let characters = this.#characters;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const fold = folds[code] ?? LAYOUT;
      if (fold > ALONE) {
        if (openAt < 0) openAt = base + at;
        if (characters++ < WORD_CHARACTERS_MAX) hash = hashStep(hash, fold);
        continue;
      }
      if (openAt >= 0) this.#take(hash, openAt, base + at);
      if (fold === ALONE) this.#take(hashStep(HASH_BASIS, code), base + at, base + at + 1);
      openAt = -1;
      hash = HASH_BASIS;
      characters = 0;
    }
    this.#openAt = openAt;
    this.#hash = hash;
    this.#characters = characters;
    this.#length = base + text.length;
    if (this.#enforces) this.#release();
  }

  end(): void {
    if (this.#openAt >= 0) this.#take(this.#hash, this.#openAt, this.#length);
    this.#openAt = -1;
    this.#starts = [];
    this.#released = this.#length;
  }

  take(): readonly TextEdit[] {
    if (this.#edits.length === 0) return NO_EDITS;
    const taken = this.#edits;
    this.#edits = [];
    return taken;
  }

  /** Text below the open leak, the common run or the open word is decided. */
  #release(): void {
    let clear = this.#openAt >= 0 ? this.#openAt : this.#length;
    const first = this.#starts[0];
    if (first !== undefined) clear = first;
    if (this.#leakEnd >= 0) clear = this.#leakEnd;
    if (clear > this.#released) this.#released = clear;
  }

  #take(word: number, start: number, end: number): void {
    this.#word += 1;
    const places = this.#words.places(word);
    if (places === undefined) {
      if (this.#starts.length > 0) this.#starts = [];
      this.#leakEnd = -1;
      return;
    }
    const longest = this.#follow(places);
    this.#starts.push(start);
    if (this.#starts.length > longest) this.#starts = this.#starts.slice(this.#starts.length - longest);
    if (longest < this.#enough) this.#leakEnd = -1;
    else this.#leak(start, end);
  }

  /** Moves every common run on by one word; gives the longest. */
  #follow(places: readonly number[]): number {
    this.#runs ??= new Int32Array(this.#words.span);
    this.#seen ??= new Int32Array(this.#words.span);
    let longest = 0;
    // From the end, so that a run is read before the next one is written over it.
    for (let index = places.length - 1; index >= 0; index--) {
      const place = places[index] ?? 0;
      const goesOn = place > 0 && this.#seen[place - 1] === this.#word - 1;
      const run = goesOn ? (this.#runs[place - 1] ?? 0) + 1 : 1;
      this.#runs[place] = run;
      this.#seen[place] = this.#word;
      if (run > longest) longest = run;
    }
    return longest;
  }

  #leak(start: number, end: number): void {
    const begins = this.#leakEnd < 0;
    if (begins) this.#options.found();
    if (this.#enforces) {
      const from = begins ? Math.max(this.#starts[0] ?? start, this.#released) : this.#leakEnd;
      this.#edits.push({ start: from, end, replacement: begins ? `[REDACTED_${this.#options.label}]` : '' });
      this.#released = end;
    }
    this.#leakEnd = end;
  }
}
