import type { TextEdit, TextScanner } from '../../core/stage.ts';

/**
 * Finds long runs of words that an answer has in common with a prompt.
 *
 * A word is a run of letters and digits in one case, or one character of a script that is written without spaces; all
 * else is layout. The longest common run is followed for every place of the prompt at once, so that no run is missed
 * because another one began before it.
 */
export class PromptWords {
  readonly isEmpty: boolean;
  /** Words in all prompts, a gap between two prompts. */
  readonly count: number;
  readonly #places = new Map<string, number[]>();

  /** Linear in the prompts; reads `wordsMax` words at most. */
  constructor(prompts: readonly string[], wordsMax: number) {
    let place = 0;
    for (const prompt of prompts) {
      const reader = new WordReader((word) => {
        if (place >= wordsMax) return;
        const places = this.#places.get(word);
        // A word that stands everywhere says little; its first places are enough to follow a run.
        if (!places) this.#places.set(word, [place]);
        else if (places.length < PLACES_MAX) places.push(place);
        place += 1;
      });
      reader.push(prompt, 0);
      reader.end();
      place += 1;
    }
    this.count = Math.max(0, place - prompts.length);
    this.isEmpty = this.#places.size === 0;
  }

  places(word: string): readonly number[] {
    return this.#places.get(word) ?? NOWHERE;
  }
}

const NOWHERE: readonly number[] = [];
const PLACES_MAX = 256;

/** Shorter prompts than this are everyday sentences; repeating one is no leak. */
const PROMPT_WORDS_MIN = 5;

const WORD_CHARACTERS_MAX = 64;

export interface OverlapOptions {
  readonly words: PromptWords;
  /** Common words in a row that count as a leak; a shorter prompt counts as a whole. */
  readonly overlapWords: number;
  readonly enforces: boolean;
  readonly found: () => void;
  readonly label: string;
}

/** A scanner for one channel. Cost per word is the number of its places in the prompt, at most PLACES_MAX. */
export function createOverlapScanner(options: OverlapOptions): TextScanner {
  const { words, enforces, found, label } = options;
  const enough = Math.min(options.overlapWords, words.count);
  if (words.count < PROMPT_WORDS_MIN) return PASSES;
  let edits: TextEdit[] = [];
  let length = 0;
  /** Length of the common run that ends at each place of the prompt. */
  let runs = new Map<number, number>();
  /** Where the last words of the answer began, as many as the longest run. */
  let starts: number[] = [];
  /** End of what this leak has redacted already, or -1 outside of one. */
  let leakEnd = -1;

  function takeWord(word: string, start: number, end: number): void {
    const places = words.places(word);
    if (places === NOWHERE && starts.length === 0) return;
    const next = new Map<number, number>();
    let longest = 0;
    for (const place of places) {
      const run = (runs.get(place - 1) ?? 0) + 1;
      next.set(place, run);
      if (run > longest) longest = run;
    }
    runs = next;
    starts.push(start);
    if (starts.length > longest) starts = starts.slice(starts.length - longest);
    if (longest < enough) {
      leakEnd = -1;
      return;
    }
    if (leakEnd < 0) found();
    if (!enforces) {
      leakEnd = end;
      return;
    }
    const from = leakEnd < 0 ? Math.max(starts[0] ?? start, released) : leakEnd;
    edits.push({ start: from, end, replacement: leakEnd < 0 ? `[REDACTED_${label}]` : '' });
    leakEnd = end;
    released = end;
  }

  /** No edit begins below this any more. */
  let released = 0;
  const reader = new WordReader(takeWord);

  function clear(): number {
    if (leakEnd >= 0) return leakEnd;
    return starts[0] ?? reader.openAt ?? length;
  }

  return {
    push(text) {
      reader.push(text, length);
      length += text.length;
      if (enforces) released = Math.max(released, clear());
    },
    end() {
      reader.end();
      runs.clear();
      starts = [];
      released = length;
    },
    get clear() {
      return enforces ? released : Infinity;
    },
    take() {
      const taken = edits;
      if (taken.length > 0) edits = [];
      return taken;
    },
  };
}

const PASSES: TextScanner = { push() {}, end() {}, clear: Infinity, take: () => [] };

/** Cuts a text into words however it comes in pieces. */
class WordReader {
  /** Where the word that is being read began. */
  openAt: number | undefined;
  readonly #take: (word: string, start: number, end: number) => void;
  #word = '';
  #end = 0;

  constructor(take: (word: string, start: number, end: number) => void) {
    this.#take = take;
  }

  push(text: string, offset: number): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const kind = KINDS[text.charCodeAt(at)];
      if (kind === WORD) {
        this.openAt ??= offset + (from = at);
        continue;
      }
      if (this.openAt !== undefined) this.#close(text.slice(from, at), offset + at);
      if (kind === ALONE) this.#take(text.charAt(at), offset + at, offset + at + 1);
      from = at + 1;
    }
    if (this.openAt === undefined) return;
    if (this.#word.length < WORD_CHARACTERS_MAX) this.#word += text.slice(from);
    this.#end = offset + text.length;
  }

  end(): void {
    if (this.openAt !== undefined) this.#close('', this.#end);
  }

  #close(rest: string, end: number): void {
    const start = this.openAt ?? end;
    const word = (this.#word + rest).slice(0, WORD_CHARACTERS_MAX).toLowerCase();
    this.openAt = undefined;
    this.#word = '';
    this.#take(word, start, end);
  }
}

/** Ranges are those of scripts without spaces (kana, ideographs, Thai) and of everything that is no letter. */
function kindOf(code: number): typeof WORD | typeof ALONE | typeof LAYOUT {
  if (code < 0x80) {
    const isDigit = code >= 0x30 && code <= 0x39;
    const letter = code | 0x20;
    return isDigit || (letter >= 0x61 && letter <= 0x7a) ? WORD : LAYOUT;
  }
  if (code < 0xc0 || (code >= 0x2000 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x3004)) return LAYOUT;
  if (code === 0xfeff || (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0x3008 && code <= 0x3020)) return LAYOUT;
  if ((code >= 0x3040 && code <= 0x9fff) || (code >= 0x0e00 && code <= 0x0e7f)) return ALONE;
  return WORD;
}

const LAYOUT = 0;
const WORD = 1;
const ALONE = 2;

/** By code unit, because every character of every answer is looked up. */
const KINDS: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, code) => kindOf(code));
