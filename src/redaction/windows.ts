/**
 * What the beginning of a match looks like in the eight characters around it, and where in a `before` to look for it.
 *
 * A *window* is a short row of character sets that every match of a pattern shows at a known place. Windows are
 * worked out from the tree when rules are loaded and may only err towards "looks like it"; `sieve.ts` finds them.
 */
import type { CharSet } from './char-set.ts';
import { complementOf, WORD } from './char-set.ts';
import { lengthsOf, type Node } from './syntax.ts';

/** The characters 0 to 0x7e as bits of four 32-bit words; bit 0x7f stands for every other one. */
export type AsciiBits = Int32Array;

/** Sets of neighbouring characters; behind its end anything may stand. */
export type Window = readonly AsciiBits[];

/** Characters that a window may show. */
export const WINDOW_CHARACTERS = 8;
/** Most beginnings of one pattern that are written out; with more they are cut shorter. */
const WINDOWS_MAX = 1_000;
/** Most windows of one pattern; with more some are merged. */
const WINDOWS_KEPT_MAX = 16;

/** How often each character stands in prose, roughly, in ten thousandths; what is not named is rare. */
const PROSE_SHARES: Readonly<Record<string, number>> = {
  ' ': 1_700, e: 950, t: 700, a: 620, o: 600, i: 560, n: 550, s: 510, r: 480, h: 400, l: 330, d: 300, c: 240, u: 230,
  m: 200, p: 170, f: 160, g: 160, y: 150, w: 150, b: 120, v: 80, k: 60, '\n': 150, '.': 100, ',': 90, x: 20, j: 15,
  q: 10, z: 10, "'": 20, '"': 30, '-': 40, ':': 40, '*': 30, '(': 15, ')': 15, '`': 20, '/': 15,
}; // prettier-ignore
const DIGIT_SHARE = 15;
const CAPITAL_SHARE = 12;
const RARE_SHARE = 3;
const FAR_SHARE = 60;

/** What follows a node, as a chain. */
export interface Rest {
  readonly node: Node;
  readonly next: Rest | undefined;
}

const ANYTHING: AsciiBits = Int32Array.of(-1, -1, -1, -1);
const WORD_BITS = bitsOf(WORD);
const NO_WORD_BITS = bitsOf(complementOf(WORD));

/** A set of code points as bits. */
export function bitsOf(set: CharSet): AsciiBits {
  const bits = new Int32Array(4);
  for (let i = 0; i < set.length; i += 2) {
    const high = set[i + 1] as number;
    for (let unit = set[i] as number; unit <= Math.min(high, 0x7e); unit += 1) addBit(bits, unit);
    if (high >= 0x7f) addBit(bits, 0x7f);
  }
  return bits;
}

function addBit(bits: AsciiBits, unit: number): void {
  bits[unit >>> 5] = (bits[unit >>> 5] as number) | (1 << (unit & 31));
}

/**
 * The windows that a match of `pattern` may begin with, the character to its left first. `left` is what that one must
 * be; undefined where the pattern alone decides.
 */
export function beginningWindows(pattern: Node, left: AsciiBits | undefined): Window[] {
  return headsOf({ node: pattern, next: undefined }, WINDOW_CHARACTERS - 1).map((head) => [
    left ?? leftOf(pattern, head[0] ?? ANYTHING),
    ...head,
  ]);
}

/** What may stand to the left of a match that begins with one of `first`. */
function leftOf(pattern: Node, first: AsciiBits): AsciiBits {
  if (!beginsAtBoundary(pattern)) return ANYTHING;
  if (isWithin(first, WORD_BITS)) return NO_WORD_BITS;
  return isWithin(first, NO_WORD_BITS) && !contains(first, 0x7f) ? WORD_BITS : ANYTHING;
}

function beginsAtBoundary(node: Node): boolean {
  if (node.kind === 'look') return node.look === 'boundary';
  if (node.kind === 'sequence') return node.nodes[0] !== undefined && beginsAtBoundary(node.nodes[0]);
  return node.kind === 'choice' && node.nodes.every(beginsAtBoundary);
}

/** The windows for a mark that follows a character of `left`. */
export function markWindows(mark: Node, left: AsciiBits): Window[] {
  return headsOf({ node: mark, next: undefined }, WINDOW_CHARACTERS - 1).map((head) => [left, ...head]);
}

/** Most ways in which a text may go on that are followed at once. */
const WAYS_MAX = 48;

/** The sets that a text shows one after another, each over all ways in which it may go on, up to where it may end. */
export function rowFrom(from: Rest): Window {
  const row: AsciiBits[] = [];
  let ways: Rest[] = [from];
  while (row.length < WINDOW_CHARACTERS) {
    const step = new Step();
    if (!ways.every((way) => step.take(way)) || step.next.length > WAYS_MAX) break;
    row.push(step.bits);
    // What follows a character beyond U+FFFF, two code units, is not known.
    if (step.mayBeWide) break;
    ways = step.next.filter((way) => way !== undefined);
    if (ways.length < step.next.length) break;
  }
  return row;
}

/** One character of every way in which a text may go on. */
class Step {
  bits: AsciiBits = new Int32Array(4);
  mayBeWide = false;
  readonly next: (Rest | undefined)[] = [];

  /** False where the text may end instead. */
  take(rest: Rest | undefined): boolean {
    if (rest === undefined || this.next.length > WAYS_MAX) return false;
    const { node, next } = rest;
    switch (node.kind) {
      case 'look':
        return this.take(next);
      case 'set':
        this.bits = unionOf(this.bits, knownBits(node.set));
        this.mayBeWide ||= (node.set.at(-1) as number) > 0xffff;
        this.next.push(next);
        return true;
      case 'sequence':
        return this.take(chain(node.nodes, next));
      case 'choice':
        return node.nodes.every((branch) => this.take({ node: branch, next }));
      case 'repeat': {
        if (node.min === 0 && !this.take(next)) return false;
        if (node.max === 0) return true;
        // A body that may be empty could go round for ever.
        return lengthsOf(node.node).min > 0 && this.take({ node: node.node, next: { node: fewer(node), next } });
      }
    }
  }
}

/** Some nodes, then what follows them, as a chain. */
export function chain(nodes: readonly Node[], rest: Rest | undefined): Rest | undefined {
  return nodes.reduceRight<Rest | undefined>((next, node) => ({ node, next }), rest);
}

/** What may still come of a repetition when its body was read once. */
export function fewer(node: Node & { kind: 'repeat' }): Node {
  return { kind: 'repeat', node: node.node, min: Math.max(0, node.min - 1), max: node.max - 1 };
}

/** The share of the places of prose that look like a window, if characters came independently. */
export function shareOf(window: Window): number {
  return window.reduce((share, bits) => share * shareOfBits(bits), 1);
}

const SHARE_OF = Float64Array.from({ length: 128 }, (_, unit) => shareOfUnit(unit) / 10_000);

function shareOfUnit(unit: number): number {
  const character = String.fromCharCode(unit);
  const known = PROSE_SHARES[character];
  if (known !== undefined) return known;
  if (unit === 0x7f) return FAR_SHARE;
  if (character >= '0' && character <= '9') return DIGIT_SHARE;
  return character >= 'A' && character <= 'Z' ? CAPITAL_SHARE : RARE_SHARE;
}

const shareOfSets = new WeakMap<AsciiBits, number>();

/** The share of prose that the characters of a set make up. */
export function shareOfBits(bits: AsciiBits): number {
  let share = shareOfSets.get(bits);
  if (share !== undefined) return share;
  share = 0;
  for (let unit = 0; unit < 128; unit += 1) if (contains(bits, unit)) share += SHARE_OF[unit] as number;
  shareOfSets.set(bits, share);
  return share;
}

/** Whether a character is in a set; everything beyond ASCII is 0x7f. */
export function contains(bits: AsciiBits, unit: number): boolean {
  return (((bits[unit >>> 5] as number) >>> (unit & 31)) & 1) === 1;
}

function isWithin(inner: AsciiBits, outer: AsciiBits): boolean {
  return inner.every((word, i) => (word & ~(outer[i] as number)) === 0);
}

/** Every beginning, up to `length` characters; merged, or shorter ones, where there are too many. */
function headsOf(rest: Rest, length: number): Window[] {
  for (let most = length; most > 1; most -= 1) {
    const heads = new Heads(most);
    if (heads.collect(rest, [])) return merged(heads.found);
  }
  return [[]];
}

/** Fewer windows that show the same and, where there are many, more. */
function merged(windows: readonly Window[]): Window[] {
  if (windows.length <= WINDOWS_KEPT_MAX) return [...windows];
  let kept = mergedBy(windows, () => true);
  const length = Math.max(0, ...windows.map((window) => window.length));
  for (let place = length - 1; place >= 0 && kept.length > WINDOWS_KEPT_MAX; place -= 1) {
    kept = mergedBy(kept, (at) => at !== place);
  }
  for (let places = length - 1; places >= 0 && kept.length > WINDOWS_KEPT_MAX; places -= 1) {
    kept = mergedBy(kept, (at) => at < places);
  }
  return kept;
}

/** One window for all that are as long and show the same at the places that count. */
function mergedBy(windows: readonly Window[], counts: (place: number) => boolean): Window[] {
  const groups = new Map<string, Window>();
  for (const window of windows) {
    let key = `${window.length}`;
    for (let place = 0; place < window.length; place += 1)
      key += counts(place) ? `,${idOf(window[place] as AsciiBits)}` : ',';
    const known = groups.get(key);
    groups.set(key, known === undefined ? window : known.map((bits, at) => unionOf(bits, window[at] as AsciiBits)));
  }
  return [...groups.values()];
}

function unionOf(one: AsciiBits, two: AsciiBits): AsciiBits {
  return one === two ? one : one.map((word, i) => word | (two[i] as number));
}

const ids = new Map<string, number>();
const idsOfBits = new WeakMap<AsciiBits, number>();

/** A number for what a set holds. At most as many as the loaded patterns have different sets. */
export function idOf(bits: AsciiBits): number {
  let id = idsOfBits.get(bits);
  if (id === undefined) {
    const key = `${bits[0]},${bits[1]},${bits[2]},${bits[3]}`;
    id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    idsOfBits.set(bits, id);
  }
  return id;
}

/** Collects beginnings of one length; gives up beyond `WINDOWS_MAX`. */
class Heads {
  readonly found: Window[] = [];
  private readonly length: number;
  private steps = 0;

  constructor(length: number) {
    this.length = length;
  }

  /** False when there are too many. */
  collect(rest: Rest | undefined, head: readonly AsciiBits[]): boolean {
    this.steps += 1;
    if (this.steps > 16 * WINDOWS_MAX) return false;
    if (rest === undefined || head.length === this.length) return this.add(head);
    const { node, next } = rest;
    switch (node.kind) {
      case 'look':
        return this.collect(next, head);
      case 'set': {
        const grown = [...head, knownBits(node.set)];
        // A character beyond U+FFFF is two code units: where what follows stands is not known.
        return (node.set.at(-1) as number) > 0xffff ? this.add(grown) : this.collect(next, grown);
      }
      case 'sequence':
        return this.collect(chain(node.nodes, next), head);
      case 'choice':
        return node.nodes.every((branch) => this.collect({ node: branch, next }, head));
      case 'repeat':
        return this.collectRepeat(node, next, head);
    }
  }

  private collectRepeat(node: Node & { kind: 'repeat' }, next: Rest | undefined, head: readonly AsciiBits[]): boolean {
    if (node.min === 0 && !this.collect(next, head)) return false;
    if (node.max === 0) return true;
    if (lengthsOf(node.node).min === 0) return this.add(head);
    return this.collect({ node: node.node, next: { node: fewer(node), next } }, head);
  }

  private add(head: readonly AsciiBits[]): boolean {
    this.found.push(head);
    return this.found.length <= WINDOWS_MAX;
  }
}

const bitsOfSets = new WeakMap<CharSet, AsciiBits>();

/** The same as `bitsOf`, worked out once for each set. */
export function knownBits(set: CharSet): AsciiBits {
  let bits = bitsOfSets.get(set);
  if (bits === undefined) {
    bits = bitsOf(set);
    bitsOfSets.set(set, bits);
  }
  return bits;
}

/**
 * The same pattern with every count made open: `a{2,5}` as `a+`. It matches more and needs few states, which is what a
 * filter wants that reads all text.
 */
export function withoutCounts(node: Node): Node {
  switch (node.kind) {
    case 'set':
    case 'look':
      return node;
    case 'sequence':
    case 'choice':
      return { kind: node.kind, nodes: node.nodes.map(withoutCounts) };
    case 'repeat': {
      const isOptional = node.min === 0 && node.max <= 1;
      const max = node.max <= 1 ? node.max : Number.POSITIVE_INFINITY;
      return isOptional || node.max === 0
        ? { kind: 'repeat', node: withoutCounts(node.node), min: node.min, max: node.max }
        : { kind: 'repeat', node: withoutCounts(node.node), min: Math.min(node.min, 1), max };
    }
  }
}
