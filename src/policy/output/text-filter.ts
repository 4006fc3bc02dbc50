import type { TextEdit, TextScanner } from '../../core/stage.ts';

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

/** How a scanner reads. */
export interface StepReader {
  /** Reads the step that begins at `reading.at`; offsets in steps are indexes into `reading.text`. */
  read(reading: Reading): Step;
  /** By code unit: 1 where a step may begin now. All else is passed over without a step, which is most of any text. */
  readonly triggers: Uint8Array;
}

/** A table of triggers; made once for each kind of reader. */
export function triggersOf(isTrigger: (code: number) => boolean): Uint8Array {
  const triggers = new Uint8Array(65_536);
  for (let code = 0; code < triggers.length; code++) if (isTrigger(code)) triggers[code] = 1;
  return triggers;
}

/** The most text one step may ask for, in UTF-16 code units. */
export const LOOK_CHARACTERS_MAX = 2048;

/** Text behind `at` is let go when there is this much of it: seldom enough to be free, often enough to stay small. */
const KEPT_CHARACTERS = 256;

/** How far back a step may look behind `at`. */
const BEHIND_CHARACTERS = 64;

export interface TextFilterOptions {
  readonly reader: StepReader;
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
    const { triggers } = this.#options.reader;
    if (this.#at === this.#text.length && isPlain(text, triggers)) {
      // Nothing waits and nothing begins: the common case touches no other text.
      this.#text += text;
      this.#at += text.length;
    } else {
      this.#text += text;
      this.#run(false);
    }
    this.#forget();
  }

  /** Takes text of which is known that nothing begins in it, while nothing waits. */
  pass(text: string): void {
    this.#text += text;
    this.#at += text.length;
    this.#forget();
  }

  /** A step asked for more text. */
  get waits(): boolean {
    return this.#at < this.#text.length;
  }

  get triggers(): Uint8Array {
    return this.#options.reader.triggers;
  }

  end(): void {
    this.#run(true);
  }

  take(): readonly TextEdit[] {
    const taken = this.#edits;
    if (taken.length > 0) this.#edits = [];
    return taken;
  }

  #forget(): void {
    const excess = this.#at - BEHIND_CHARACTERS;
    if (excess <= KEPT_CHARACTERS) return;
    this.#text = this.#text.slice(excess);
    this.#start += excess;
    this.#at -= excess;
  }

  #run(isEnd: boolean): void {
    const { reader } = this.#options;
    while (this.#at < this.#text.length) {
      this.#skip(reader.triggers);
      if (this.#at >= this.#text.length) return;
      // A step sees the same window however the text is cut, or its decision would depend on the cuts.
      const rest = this.#text.length - this.#at;
      const isFull = rest >= LOOK_CHARACTERS_MAX;
      const text = rest > LOOK_CHARACTERS_MAX ? this.#text.slice(0, this.#at + LOOK_CHARACTERS_MAX) : this.#text;
      const step = reader.read({ text, at: this.#at, isEnd: isEnd && rest <= LOOK_CHARACTERS_MAX, isFull });
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

  #skip(triggers: Uint8Array): void {
    const text = this.#text;
    let at = this.#at;
    while (at < text.length && triggers[text.charCodeAt(at)] === 0) at++;
    this.#at = at;
  }

  #keep(edit: NonNullable<Step['edit']>): void {
    this.#options.found(edit.rule);
    if (!this.#options.enforces) return;
    const { start, end, replacement } = edit;
    this.#edits.push({ start: this.#start + start, end: this.#start + end, replacement });
  }
}

const NO_EDITS: readonly TextEdit[] = [];

function isPlain(text: string, triggers: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) if (triggers[text.charCodeAt(at)] !== 0) return false;
  return true;
}

/** Pieces that passed the gate and that the filters were not told of yet. */
const PASSED_MAX = 64;

/**
 * Filters of one channel as one scanner, which looks at plain text once for all of them: most of an answer begins
 * nothing, and the filters hear of it in large pieces. `undefined` for no filter.
 */
export function createGate(filters: readonly TextFilter[]): TextScanner | undefined {
  const [first] = filters;
  return first && new Gate(first, filters);
}

class Gate implements TextScanner {
  readonly #filters: readonly TextFilter[];
  readonly #merged: TextScanner;
  readonly #triggers: Uint8Array;
  #passed: string[] = [];
  #length = 0;
  #isIdle = true;

  constructor(first: TextFilter, filters: readonly TextFilter[]) {
    this.#filters = filters;
    this.#merged = mergeScanners(filters) ?? first;
    this.#triggers = unionOf(filters.map(({ triggers }) => triggers));
  }

  get clear(): number {
    return this.#isIdle ? this.#length : this.#merged.clear;
  }

  push(text: string): void {
    this.#length += text.length;
    if (this.#isIdle && isPlain(text, this.#triggers)) {
      if (this.#passed.push(text) >= PASSED_MAX) this.#tell();
      return;
    }
    this.#tell();
    this.#merged.push(text);
    this.#isIdle = !this.#filters.some(({ waits }) => waits);
  }

  end(): void {
    this.#tell();
    this.#merged.end();
  }

  take(): readonly TextEdit[] {
    return this.#merged.take();
  }

  #tell(): void {
    if (this.#passed.length === 0) return;
    const text = this.#passed.join('');
    for (const filter of this.#filters) filter.pass(text);
    this.#passed = [];
  }
}

const unions = new Map<string, Uint8Array>();
const tables = new Map<Uint8Array, number>();

/** What begins a step of any filter; made once for the same tables, of which there are a handful. */
function unionOf(all: readonly Uint8Array[]): Uint8Array {
  const distinct = [...new Set(all)];
  if (distinct.length === 1 && distinct[0] !== undefined) return distinct[0];
  for (const table of distinct) if (!tables.has(table)) tables.set(table, tables.size);
  const key = distinct.map((table) => tables.get(table)).join(' ');
  let union = unions.get(key);
  if (union === undefined) {
    union = triggersOf((code) => distinct.some((table) => table[code] !== 0));
    unions.set(key, union);
  }
  return union;
}

/** Several scanners of one channel as one: the strictest watermark, and edits that do not overlap. */
export function mergeScanners(scanners: readonly TextScanner[]): TextScanner | undefined {
  const [first] = scanners;
  if (scanners.length < 2) return first;
  let behind = 0;
  /** By scanner, so that which edit stands first does not depend on which was decided first. */
  const pending: TextEdit[][] = scanners.map(() => []);
  let count = 0;
  let isEnded = false;
  // Plain loops: this runs for every token of every answer.
  const clearOfAll = () => {
    let clear = Number.POSITIVE_INFINITY;
    for (const scanner of scanners) {
      const own = scanner.clear;
      if (own < clear) clear = own;
    }
    return clear;
  };
  return {
    push(text) {
      for (const scanner of scanners) scanner.push(text);
    },
    end() {
      for (const scanner of scanners) scanner.end();
      isEnded = true;
    },
    get clear() {
      return clearOfAll();
    },
    take() {
      for (let index = 0; index < scanners.length; index++) {
        const taken = scanners[index]?.take() ?? NO_EDITS;
        if (taken.length === 0) continue;
        pending[index]?.push(...taken);
        count += taken.length;
      }
      if (count === 0) return NO_EDITS;
      // One that begins above the watermark waits: another scanner may still begin one before it.
      const clear = isEnded ? Number.POSITIVE_INFINITY : clearOfAll();
      const edits = pending.flatMap((own) => {
        const waiting = own.findIndex(({ start }) => start >= clear);
        return own.splice(0, waiting < 0 ? own.length : waiting);
      });
      count -= edits.length;
      edits.sort((a, b) => a.start - b.start || b.end - a.end);
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
