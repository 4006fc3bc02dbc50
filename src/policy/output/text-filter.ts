import type { TextEdit, TextScanner } from '../stage.ts';

/**
 * A scanner built from one function that reads a text from an offset: the way to write scanners by hand.
 *
 * The function sees all text from `at` on and says how far it read, what is to be edited there, or that it needs more.
 * Text it still needs is held, at most LOOK_CHARACTERS_MAX; then it is asked once more with `isFull`, and must decide.
 */
export interface Step {
  /** Where to read on; `undefined` asks for more text. */
  readonly next: number | undefined;
  readonly edit?: TextEdit & { readonly rule: string };
}

export interface Reading {
  /** Text from offset 0 of what is still kept; `at` is an index into it. */
  readonly text: string;
  readonly at: number;
  /** No more text will come. */
  readonly isEnd: boolean;
  /** No more text will be shown: decide with what is there. */
  readonly isFull: boolean;
}

/** Reads the step that begins at `reading.at`; offsets in steps are indexes into `reading.text`. */
export type ReadStep = (reading: Reading) => Step;

/** The most text one step may ask for, in UTF-16 code units. */
export const LOOK_CHARACTERS_MAX = 2048;

/** Text behind `at` is let go when there is this much of it: seldom enough to be free, often enough to stay small. */
const KEPT_CHARACTERS = 256;

/** How far back a step may look behind `at`. */
const BEHIND_CHARACTERS = 64;

export interface TextFilterOptions {
  readonly read: ReadStep;
  /** Whether edits are made and text is held for them, or findings only counted. */
  readonly enforces: boolean;
  readonly found: (rule: string) => void;
}

/** Cost is linear, but for what is looked at again while a step waits for more: at most LOOK_CHARACTERS_MAX a push. */
export class TextFilter implements TextScanner {
  readonly #options: TextFilterOptions;
  #text = '';
  #start = 0;
  #at = 0;
  #edits: TextEdit[] = [];

  constructor(options: TextFilterOptions) {
    this.#options = options;
  }

  get clear(): number {
    return this.#options.enforces ? this.#start + this.#at : Infinity;
  }

  push(text: string): void {
    this.#text += text;
    this.#run(false);
    const excess = this.#at - BEHIND_CHARACTERS;
    if (excess > KEPT_CHARACTERS) {
      this.#text = this.#text.slice(excess);
      this.#start += excess;
      this.#at -= excess;
    }
  }

  end(): void {
    this.#run(true);
  }

  take(): readonly TextEdit[] {
    const taken = this.#edits;
    if (taken.length > 0) this.#edits = [];
    return taken;
  }

  #run(isEnd: boolean): void {
    while (this.#at < this.#text.length) {
      // A step sees the same window however the text is cut, or its decision would depend on the cuts.
      const rest = this.#text.length - this.#at;
      const isFull = rest >= LOOK_CHARACTERS_MAX;
      const text = rest > LOOK_CHARACTERS_MAX ? this.#text.slice(0, this.#at + LOOK_CHARACTERS_MAX) : this.#text;
      const step = this.#options.read({ text, at: this.#at, isEnd: isEnd && rest <= LOOK_CHARACTERS_MAX, isFull });
      if (step.edit) this.#keep(step.edit);
      if (step.next === undefined) {
        if (!isFull && !isEnd) return;
        // A step that asks for more when there is none has nothing to say about this character.
        this.#at += 1;
      } else {
        this.#at = Math.max(this.#at + 1, step.next);
      }
    }
  }

  #keep(edit: NonNullable<Step['edit']>): void {
    this.#options.found(edit.rule);
    if (!this.#options.enforces) return;
    const { start, end, replacement } = edit;
    this.#edits.push({ start: this.#start + start, end: this.#start + end, replacement });
  }
}

/** Several scanners of one channel as one: the strictest watermark, and edits that do not overlap. */
export function mergeScanners(scanners: readonly TextScanner[]): TextScanner | undefined {
  const [first] = scanners;
  if (scanners.length < 2) return first;
  let behind = 0;
  return {
    push: (text) => scanners.forEach((scanner) => scanner.push(text)),
    end: () => scanners.forEach((scanner) => scanner.end()),
    get clear() {
      return Math.min(...scanners.map((scanner) => scanner.clear));
    },
    take() {
      const edits = scanners.flatMap((scanner) => scanner.take()).sort((a, b) => a.start - b.start);
      const kept: TextEdit[] = [];
      for (const edit of edits) {
        // An edit that an earlier one covers is done already; of one that sticks out, the rest goes too.
        if (edit.end <= behind) continue;
        kept.push(edit.start >= behind ? edit : { ...edit, start: behind, replacement: '' });
        behind = edit.end;
      }
      return kept;
    },
  };
}
