/**
 * Code units in classes that no pattern tells apart, and what kind of neighbour each of them is.
 */
import type { CharSet } from './char-set.ts';
import { NEWLINES, WORD } from './char-set.ts';

/** What kind of neighbour a position has; `edge` is the beginning or the end of the channel's text. */
export const EDGE = 0;
export const NEWLINE = 1;
export const WORD_CHARACTER = 2;
export const HIGH = 3;
export const LOW = 4;
export const OTHER = 5;
export const KINDS = 6;

/** Most character classes of a whole program. */
export const CLASSES_MAX = 2_048;

/** A rule, or the whole program, needs more of `what` than `limit`. */
export class SizeError extends Error {
  readonly what: string;
  readonly limit: number;

  constructor(what: string, limit: number) {
    super(`needs more than ${limit} ${what}`);
    this.name = 'SizeError';
    this.what = what;
    this.limit = limit;
  }
}

/** The code units, grouped so that no set and no look tells two members of a class apart. */
export interface Alphabet {
  /** Class of each UTF-16 code unit. */
  readonly classOf: Uint16Array;
  readonly classes: number;
  /** Kind of neighbour that a member of each class is; one more entry, `EDGE`, for the end of the text. */
  readonly kindOf: Uint8Array;
  /** One code unit of each class. */
  readonly sample: Uint16Array;
  /** The classes of code units beyond ASCII. */
  readonly far: readonly number[];
}

/** The coarsest alphabet for some sets of code units. Throws `SizeError` beyond `CLASSES_MAX` classes. */
export function alphabetOf(sets: readonly CharSet[]): Alphabet {
  const kinds: CharSet[] = [NEWLINES, WORD, [0xd800, 0xdbff], [0xdc00, 0xdfff]];
  const all = [...kinds, ...sets];
  const cuts = [...new Set([0, ...all.flatMap((set) => set.map((bound, i) => (i % 2 === 0 ? bound : bound + 1)))])]
    .filter((cut) => cut <= 0xffff)
    .sort((a, b) => a - b);
  const position = new Map(cuts.map((cut, i) => [cut, i]));
  const classOfCut = new Int32Array(cuts.length);
  const sizes = [cuts.length];
  for (const set of all) {
    // Members of a class that lie in the set move together to a new class, unless that is the whole class.
    const members: number[] = [];
    for (let i = 0; i < set.length; i += 2) {
      const from = position.get(set[i] as number) as number;
      const to = position.get((set[i + 1] as number) + 1) ?? cuts.length;
      for (let cut = from; cut < to; cut += 1) members.push(cut);
    }
    const inside = new Int32Array(sizes.length);
    for (const cut of members) {
      const id = classOfCut[cut] as number;
      inside[id] = (inside[id] as number) + 1;
    }
    const moved = new Int32Array(inside.length);
    for (const cut of members) {
      const old = classOfCut[cut] as number;
      if (inside[old] === sizes[old]) continue;
      if (moved[old] === 0) moved[old] = sizes.push(inside[old] as number) - 1;
      classOfCut[cut] = moved[old] as number;
    }
    for (let id = 0; id < moved.length; id += 1) {
      if (moved[id] !== 0) sizes[id] = (sizes[id] as number) - (inside[id] as number);
    }
    if (sizes.length > CLASSES_MAX) throw new SizeError('character classes', CLASSES_MAX);
  }
  const classes = sizes.length;
  const classOf = new Uint16Array(0x10000);
  const sample = new Uint16Array(classes);
  const far = new Set<number>();
  for (let i = 0; i < cuts.length; i += 1) {
    const id = classOfCut[i] as number;
    classOf.fill(id, cuts[i], cuts[i + 1] ?? 0x10000);
    sample[id] = cuts[i] as number;
    if ((cuts[i + 1] ?? 0x10000) > 0x80) far.add(id);
  }
  const kindOf = new Uint8Array(classes + 1);
  for (let id = 0; id < classes; id += 1) kindOf[id] = kindOfUnit(sample[id] as number);
  kindOf[classes] = EDGE;
  return { classOf, classes, kindOf, sample, far: [...far] };
}

/** The kind of neighbour that a code unit is. */
export function kindOfUnit(unit: number): number {
  if (unit === 0x0a || unit === 0x0d || unit === 0x2028 || unit === 0x2029) return NEWLINE;
  if (unit >= 0xd800 && unit <= 0xdbff) return HIGH;
  if (unit >= 0xdc00 && unit <= 0xdfff) return LOW;
  const isWord =
    (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f || (unit >= 0x61 && unit <= 0x7a);
  return isWord ? WORD_CHARACTER : OTHER;
}

/** Which classes lie in a set of code units that the alphabet was made for. */
export function classesIn(set: CharSet, alphabet: Alphabet): Uint8Array {
  const bits = new Uint8Array(alphabet.classes);
  for (let id = 0; id < alphabet.classes; id += 1) if (contains(set, alphabet.sample[id] as number)) bits[id] = 1;
  return bits;
}

function contains(set: CharSet, unit: number): boolean {
  let low = 0;
  let high = set.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[2 * middle + 1] as number) < unit) low = middle + 1;
    else high = middle;
  }
  return 2 * low < set.length && (set[2 * low] as number) <= unit;
}
