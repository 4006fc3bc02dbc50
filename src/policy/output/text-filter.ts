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
 * nothing, and the filters hear of it in large pieces. They are not even made before something begins.
 *
 * `triggers` must hold those of every filter that `make` makes; `make` makes at least one.
 */
export function createGate(triggers: Uint8Array, make: () => readonly TextFilter[]): TextScanner {
  return new Gate(triggers, make);
}

interface Filters {
  readonly all: readonly TextFilter[];
  readonly merged: TextScanner;
}

class Gate implements TextScanner {
  readonly #triggers: Uint8Array;
  readonly #make: () => readonly TextFilter[];
  #made: Filters | undefined;
  #passed = '';
  #pieces = 0;
  #length = 0;
  #isIdle = true;

  constructor(triggers: Uint8Array, make: () => readonly TextFilter[]) {
    this.#triggers = triggers;
    this.#make = make;
  }

  get clear(): number {
    return this.#isIdle || this.#made === undefined ? this.#length : this.#made.merged.clear;
  }

  push(text: string): void {
    this.#length += text.length;
    if (this.#isIdle && isPlain(text, this.#triggers)) {
      this.#passed += text;
      this.#pieces += 1;
      if (this.#pieces >= PASSED_MAX) this.#tell();
      return;
    }
    const { all, merged } = this.#tell();
    merged.push(text);
    this.#isIdle = !all.some(({ waits }) => waits);
  }

  end(): void {
    if (this.#made === undefined) return;
    this.#tell().merged.end();
  }

  take(): readonly TextEdit[] {
    return this.#made === undefined ? NO_EDITS : this.#made.merged.take();
  }

  #tell(): Filters {
    const filters = (this.#made ??= this.#filters());
    if (this.#pieces === 0) return filters;
    for (const filter of filters.all) filter.pass(this.#passed);
    this.#passed = '';
    this.#pieces = 0;
    return filters;
  }

  #filters(): Filters {
    const all = this.#make();
    const merged = mergeScanners(all);
    if (merged === undefined) throw new Error('a gate has at least one filter');
    return { all, merged };
  }
}

/** What begins a step of any of several readers. */
export function unionOf(all: readonly Uint8Array[]): Uint8Array {
  const distinct = [...new Set(all)];
  if (distinct.length === 1 && distinct[0] !== undefined) return distinct[0];
  return triggersOf((code) => distinct.some((table) => table[code] !== 0));
}

/** Several scanners of one channel as one: the strictest watermark, and edits that do not overlap. */
export function mergeScanners(scanners: readonly TextScanner[]): TextScanner | undefined {
  return scanners.length < 2 ? scanners[0] : new MergedScanners(scanners);
}

/** Plain loops: they run for every token of every answer. */
class MergedScanners implements TextScanner {
  readonly #scanners: readonly TextScanner[];
  /** By scanner, so that which edit stands first does not depend on which was decided first. */
  readonly #pending: TextEdit[][];
  #count = 0;
  #behind = 0;
  #isEnded = false;

  constructor(scanners: readonly TextScanner[]) {
    this.#scanners = scanners;
    this.#pending = scanners.map(() => []);
  }

  push(text: string): void {
    for (const scanner of this.#scanners) scanner.push(text);
  }

  end(): void {
    for (const scanner of this.#scanners) scanner.end();
    this.#isEnded = true;
  }

  get clear(): number {
    let clear = Number.POSITIVE_INFINITY;
    for (const scanner of this.#scanners) {
      const own = scanner.clear;
      if (own < clear) clear = own;
    }
    return clear;
  }

  take(): readonly TextEdit[] {
    for (let index = 0; index < this.#scanners.length; index++) {
      const taken = this.#scanners[index]?.take() ?? NO_EDITS;
      if (taken.length === 0) continue;
      this.#pending[index]?.push(...taken);
      this.#count += taken.length;
    }
    return this.#count === 0 ? NO_EDITS : this.#decided();
  }

  #decided(): readonly TextEdit[] {
    // One that begins above the watermark waits: another scanner may still begin one before it.
    const clear = this.#isEnded ? Number.POSITIVE_INFINITY : this.clear;
    const edits = this.#pending.flatMap((own) => {
      const waiting = own.findIndex(({ start }) => start >= clear);
      return own.splice(0, waiting < 0 ? own.length : waiting);
    });
    this.#count -= edits.length;
    edits.sort((a, b) => a.start - b.start || b.end - a.end);
    const kept: TextEdit[] = [];
    for (const edit of edits) {
      // An edit that an earlier one covers is done already; of one that sticks out, the rest goes too.
      if (edit.end <= this.#behind) continue;
      kept.push(edit.start >= this.#behind ? edit : { ...edit, start: this.#behind, replacement: '' });
      this.#behind = edit.end;
    }
    return kept;
  }
}
