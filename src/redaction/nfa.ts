/**
 * Trees become one non-deterministic automaton over UTF-16 code units.
 *
 * A code point beyond U+FFFF is two nodes, high surrogate then low, so a pair may be split over pushes. A lone
 * surrogate is a code point of its own: guarded by looks, it never matches half of a real pair.
 */
import { type Alphabet, classesIn, EDGE, HIGH, LOW, NEWLINE, SizeError, WORD_CHARACTER } from './alphabet.ts';
import { type CharSet, setOf } from './char-set.ts';
import type { Look, Node } from './syntax.ts';

/** Operations of a node. `SPLIT` goes to `next` and to `other`. */
export const OP_SET = 0;
export const OP_SPLIT = 1;
export const OP_LOOK = 2;
export const OP_MATCH = 3;

/** Most nodes one rule may take; a counted repetition takes one copy of its body a count. */
export const RULE_NODES_MAX = 20_000;
/** Most nodes of a whole program. */
export const PROGRAM_NODES_MAX = 250_000;

/** The order fixes the numbers in `Nfa.arg`. */
export const LOOKS: readonly Look[] = [
  'start',
  'end',
  'lineStart',
  'lineEnd',
  'boundary',
  'notBoundary',
  'notBeforeLow',
  'notAfterHigh',
  'notAfterLow',
  'notBeforeHigh',
];

/** Whether a look can be decided from its left neighbour alone. */
export function looksLeft(look: number): boolean {
  return look === 0 || look === 2 || look === 7 || look === 8;
}

/** Whether a look needs to know both neighbours. */
export function looksBothWays(look: number): boolean {
  return look === 4 || look === 5;
}

/** Whether a look holds between two neighbours. */
export function lookHolds(look: number, left: number, right: number): boolean {
  switch (look) {
    case 0:
      return left === EDGE;
    case 1:
      return right === EDGE;
    case 2:
      return left === EDGE || left === NEWLINE;
    case 3:
      return right === EDGE || right === NEWLINE;
    case 4:
      return (left === WORD_CHARACTER) !== (right === WORD_CHARACTER);
    case 5:
      return (left === WORD_CHARACTER) === (right === WORD_CHARACTER);
    case 6:
      return right !== LOW;
    case 7:
      return left !== HIGH;
    case 8:
      return left !== LOW;
    default:
      return right !== HIGH;
  }
}

/** Collects nodes; `arg` is a set, a look or a rule, by `op`. Built from the end, so that `next` is always known. */
export class NfaBuilder {
  /** Number of nodes. */
  size = 0;
  op = new Uint8Array(1_024);
  arg = new Int32Array(1_024);
  next = new Int32Array(1_024);
  other = new Int32Array(1_024);
  owner = new Int32Array(1_024);
  readonly sets: CharSet[] = [];
  private readonly setIds = new Map<string, number>();
  /** The same by identity: the copies of a repetition share their sets. */
  private readonly idsOfSets = new Map<CharSet, number>();
  private readonly unitParts = new Map<CharSet, UnitParts>();
  private rule = 0;
  private firstNode = 0;
  private readonly isReversed: boolean;

  /** `isReversed`: the automaton reads a text from its end; the trees that are added must be `reversed`. */
  constructor(options: { isReversed?: boolean } = {}) {
    this.isReversed = options.isReversed === true;
  }

  /** Adds one pattern and returns its entry. Throws `SizeError` when it, or the whole, becomes too large. */
  add(pattern: Node, rule: number): number {
    this.rule = rule;
    this.firstNode = this.size;
    return this.build(pattern, this.node(OP_MATCH, rule, -1));
  }

  private node(op: number, arg: number, next: number, other = -1): number {
    const at = this.size;
    if (at - this.firstNode >= RULE_NODES_MAX) throw new SizeError('automaton nodes', RULE_NODES_MAX);
    if (at >= PROGRAM_NODES_MAX) throw new SizeError('automaton nodes in all rules', PROGRAM_NODES_MAX);
    if (at === this.op.length) this.grow();
    this.op[at] = op;
    this.arg[at] = arg;
    this.next[at] = next;
    this.other[at] = other;
    this.owner[at] = this.rule;
    this.size = at + 1;
    return at;
  }

  private grow(): void {
    const op = new Uint8Array(2 * this.size);
    op.set(this.op);
    this.op = op;
    const larger = (numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(2 * this.size);
      grown.set(numbers);
      return grown;
    };
    this.arg = larger(this.arg);
    this.next = larger(this.next);
    this.other = larger(this.other);
    this.owner = larger(this.owner);
  }

  private build(node: Node, next: number): number {
    switch (node.kind) {
      case 'look':
        return this.node(OP_LOOK, LOOKS.indexOf(node.look), next);
      case 'set':
        return this.buildSet(node.set, next);
      case 'sequence':
        return node.nodes.reduceRight((rest, part) => this.build(part, rest), next);
      case 'choice':
        return this.choose(node.nodes.map((part) => this.build(part, next)));
      case 'repeat':
        return this.buildRepeat(node, next);
    }
  }

  private buildRepeat(node: Node & { kind: 'repeat' }, next: number): number {
    if (node.node.kind === 'set') {
      const parts = this.partsOf(node.node.set);
      if (parts.isPlain) return this.repeatSet(this.setId(parts.plain), node.min, node.max, next);
    }
    let entry = next;
    if (node.max === Number.POSITIVE_INFINITY) {
      const loop = this.node(OP_SPLIT, 0, -1, next);
      this.next[loop] = this.build(node.node, loop);
      entry = loop;
    } else {
      for (let i = node.min; i < node.max; i += 1) {
        const body = this.build(node.node, entry);
        entry = this.node(OP_SPLIT, 0, body, next);
      }
    }
    for (let i = 0; i < node.min; i += 1) entry = this.build(node.node, entry);
    return entry;
  }

  /** The same for a set of single code units, of which patterns hold long runs. */
  private repeatSet(id: number, min: number, max: number, next: number): number {
    let entry = next;
    if (max === Number.POSITIVE_INFINITY) {
      entry = this.node(OP_SPLIT, 0, -1, next);
      this.next[entry] = this.node(OP_SET, id, entry);
    } else {
      for (let i = min; i < max; i += 1) entry = this.node(OP_SPLIT, 0, this.node(OP_SET, id, entry), next);
    }
    for (let i = 0; i < min; i += 1) entry = this.node(OP_SET, id, entry);
    return entry;
  }

  private choose(entries: readonly number[]): number {
    return entries.reduceRight((rest, entry) => this.node(OP_SPLIT, 0, entry, rest));
  }

  private buildSet(set: CharSet, next: number): number {
    const parts = this.partsOf(set);
    // Nearly all sets: nothing beyond U+D7FF.
    if (parts.isPlain) return this.unitNode(parts.plain, next);
    const entries: number[] = [];
    if (parts.plain.length > 0) entries.push(this.unitNode(parts.plain, next));
    const look = (name: Look, then: number): number => this.node(OP_LOOK, LOOKS.indexOf(name), then);
    if (this.isReversed) {
      if (parts.loneHigh.length > 0) entries.push(look('notAfterLow', this.unitNode(parts.loneHigh, next)));
      if (parts.loneLow.length > 0) entries.push(this.unitNode(parts.loneLow, look('notBeforeHigh', next)));
      for (const [high, low] of parts.pairs) entries.push(this.unitNode(low, this.unitNode(high, next)));
    } else {
      if (parts.loneHigh.length > 0) entries.push(this.unitNode(parts.loneHigh, look('notBeforeLow', next)));
      if (parts.loneLow.length > 0) entries.push(look('notAfterHigh', this.unitNode(parts.loneLow, next)));
      for (const [high, low] of parts.pairs) entries.push(this.unitNode(high, this.unitNode(low, next)));
    }
    return this.choose(entries);
  }

  private unitNode(units: CharSet, next: number): number {
    return this.node(OP_SET, this.setId(units), next);
  }

  private setId(units: CharSet): number {
    let id = this.idsOfSets.get(units);
    if (id === undefined) {
      const key = units.join();
      id = this.setIds.get(key) ?? this.sets.push(units) - 1;
      this.setIds.set(key, id);
      this.idsOfSets.set(units, id);
    }
    return id;
  }

  private partsOf(set: CharSet): UnitParts {
    let parts = this.unitParts.get(set);
    if (parts === undefined) {
      parts = splitUnits(set);
      this.unitParts.set(set, parts);
    }
    return parts;
  }
}

/** A set of code points as code units: single units, lone surrogates, and pairs of a high and a low set. */
interface UnitParts {
  /** Only single units that are no surrogates. */
  readonly isPlain: boolean;
  readonly plain: CharSet;
  readonly loneHigh: CharSet;
  readonly loneLow: CharSet;
  readonly pairs: readonly (readonly [CharSet, CharSet])[];
}

function splitUnits(set: CharSet): UnitParts {
  if ((set.at(-1) ?? 0) < 0xd800) return { isPlain: true, plain: set, loneHigh: [], loneLow: [], pairs: [] };
  const plain: number[] = [];
  const loneHigh: number[] = [];
  const loneLow: number[] = [];
  // Keyed by the low range, so that "every high with every low" is one pair and not a thousand.
  const byLow = new Map<string, { highs: number[]; low: CharSet }>();
  const pair = (highFrom: number, highTo: number, lowFrom: number, lowTo: number): void => {
    const key = `${lowFrom},${lowTo}`;
    const entry = byLow.get(key);
    if (entry === undefined) byLow.set(key, { highs: [highFrom, highTo], low: [lowFrom, lowTo] });
    else entry.highs.push(highFrom, highTo);
  };
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i] as number;
    const high = set[i + 1] as number;
    clip(plain, low, high, 0, 0xd7ff);
    clip(loneHigh, low, high, 0xd800, 0xdbff);
    clip(loneLow, low, high, 0xdc00, 0xdfff);
    clip(plain, low, high, 0xe000, 0xffff);
    if (high > 0xffff) splitPairs(Math.max(low, 0x10000), high, pair);
  }
  const pairs = [...byLow.values()].map(({ highs, low }) => [setOf(highs), low] as const);
  return { isPlain: false, plain: setOf(plain), loneHigh, loneLow, pairs };
}

function clip(into: number[], low: number, high: number, from: number, to: number): void {
  if (low <= to && high >= from) into.push(Math.max(low, from), Math.min(high, to));
}

function splitPairs(
  low: number,
  high: number,
  pair: (highFrom: number, highTo: number, lowFrom: number, lowTo: number) => void,
): void {
  let firstHigh = 0xd800 + ((low - 0x10000) >> 10);
  let lastHigh = 0xd800 + ((high - 0x10000) >> 10);
  const firstLow = 0xdc00 + (low & 0x3ff);
  const lastLow = 0xdc00 + (high & 0x3ff);
  if (firstHigh === lastHigh) return pair(firstHigh, firstHigh, firstLow, lastLow);
  if (firstLow > 0xdc00) {
    pair(firstHigh, firstHigh, firstLow, 0xdfff);
    firstHigh += 1;
  }
  if (lastLow < 0xdfff) {
    pair(lastHigh, lastHigh, 0xdc00, lastLow);
    lastHigh -= 1;
  }
  if (firstHigh <= lastHigh) pair(firstHigh, lastHigh, 0xdc00, 0xdfff);
}

/** A finished automaton: typed arrays, and for each set which classes it holds. */
export interface Nfa {
  readonly alphabet: Alphabet;
  readonly op: Uint8Array;
  readonly arg: Int32Array;
  readonly next: Int32Array;
  readonly other: Int32Array;
  readonly owner: Int32Array;
  /** `holds[set][class]` is 1 when the class lies in the set. */
  readonly holds: readonly Uint8Array[];
}

/** Freezes what a builder collected, over an alphabet fine enough for its sets. */
export function finishNfa(builder: NfaBuilder, alphabet: Alphabet): Nfa {
  const holds = builder.sets.map((set) => classesIn(set, alphabet));
  return {
    alphabet,
    op: builder.op.slice(0, builder.size),
    arg: builder.arg.slice(0, builder.size),
    next: builder.next.slice(0, builder.size),
    other: builder.other.slice(0, builder.size),
    owner: builder.owner.slice(0, builder.size),
    holds,
  };
}
