/**
 * A deterministic automaton made on demand from an NFA, in one growing Int32Array, thrown away when it gets too big.
 *
 * A state is a set of NFA nodes. Looks that need the next character stay in the set until it is known, so a transition
 * can report two things: what matched just *before* the character, and what matches just after it.
 *
 * An entry of `table` at `state + class` is the next state (already multiplied by the stride) when nothing is to be
 * reported; `DEAD` when nothing can match any more; `UNKNOWN` when it was not made yet; else an index into the special
 * transitions, see `special`.
 */
import { KINDS, OTHER } from './alphabet.ts';
import { lookHolds, looksBothWays, looksLeft, type Nfa, OP_LOOK, OP_MATCH, OP_SET, OP_SPLIT } from './nfa.ts';

export const DEAD = 0;
export const UNKNOWN = -1;

/** Most entries of a table before it is thrown away and made again: 4 MiB. */
export const TABLE_ENTRIES_MAX = 1 << 20;

/** A state's nodes, kept apart from the table so that a scanner can carry a state over a flush. */
export interface DfaState {
  readonly nodes: Int32Array;
  /** Kind of the character before; `OTHER` unless a node still needs it. */
  readonly left: number;
  readonly accepts: number;
  /** The same as rules, since the numbers of lists may change with a flush. */
  readonly accepted: readonly number[];
}

/** Most lists of rules that match together before they are forgotten with the table. */
export const ACCEPT_LISTS_MAX = 16_384;

/** More paths than a scanner can ever have: each is in a state of its own, and starts lie within one candidate. */
const SLOTS_MAX = 1 << 15;

export class LazyDfa {
  readonly nfa: Nfa;
  readonly stride: number;
  /** `stride` is `1 << shift`. */
  readonly shift: number;
  /** Class number that stands for the end of the text. */
  readonly endClass: number;
  table: Int32Array;
  states: DfaState[] = [];
  /** Which of a scanner's paths came to a state during one step: its slot above `stamp`; see `stampSlot`. */
  private slots = new Int32Array(16);
  private stamp = 0;
  /** What a special transition leads to and what matched before its character; index `-2 - entry`. */
  specialNext: number[] = [];
  specialBefore: number[] = [];
  /** Lists of rules that match together; list 0 is empty. A flush may number them anew. */
  acceptLists: (readonly number[])[] = [[]];
  private acceptIds = new Map<string, number>([['', 0]]);
  private ids = new Map<string, number>();
  private readonly entries: readonly number[];
  private readonly isUnanchored: boolean;
  private readonly reportsLate: boolean;
  private readonly roots = new Int32Array(KINDS);
  private readonly rootsOf = new Map<number, number>();
  /** For looks, whether another follows at the same position. */
  private readonly lookAhead = new Map<number, boolean>();
  private readonly entriesMax: number;
  private readonly marks: Int32Array;
  private mark = 0;
  private readonly stack: number[] = [];
  private found: number[] = [];
  private matched: number[] = [];

  /**
   * `entries`: where matching begins. `isUnanchored`: it may begin again behind every character. `reportsLate`: what
   * matches behind a character is reported by the next transition, together with what that one decides.
   */
  constructor(
    nfa: Nfa,
    entries: readonly number[],
    options: { isUnanchored?: boolean; reportsLate?: boolean; entriesMax?: number } = {},
  ) {
    this.nfa = nfa;
    this.shift = 32 - Math.clz32(nfa.alphabet.classes);
    this.stride = 1 << this.shift;
    this.endClass = nfa.alphabet.classes;
    this.entries = entries;
    this.isUnanchored = options.isUnanchored === true;
    this.reportsLate = options.reportsLate === true;
    this.entriesMax = options.entriesMax ?? TABLE_ENTRIES_MAX;
    this.marks = new Int32Array(nfa.op.length);
    this.table = new Int32Array(this.stride * 16);
    this.flush();
  }

  /** Whether the table has outgrown its bound; a scanner that sees it calls `flush` and adopts its states again. */
  get isOverfull(): boolean {
    return this.states.length * this.stride > this.entriesMax || this.acceptLists.length > ACCEPT_LISTS_MAX;
  }

  /** Forgets all states. Those who hold one keep the old `states` array and `adopt` from it. */
  flush(): void {
    this.states = [];
    this.ids = new Map();
    this.specialNext = [];
    this.specialBefore = [];
    this.table = new Int32Array(this.stride * 16);
    this.slots = new Int32Array(16);
    this.stamp = 0;
    this.rootsOf.clear();
    if (this.acceptLists.length > ACCEPT_LISTS_MAX) {
      this.acceptLists = [[]];
      this.acceptIds = new Map([['', 0]]);
    }
    this.adopt({ nodes: new Int32Array(0), left: OTHER, accepts: 0, accepted: [] });
    this.table.fill(DEAD, 0, this.stride);
    this.roots.fill(UNKNOWN);
  }

  /** The state with these nodes, made if need be. */
  adopt(from: DfaState): number {
    const isCurrent = this.acceptLists[from.accepts] === from.accepted;
    const accepts = isCurrent ? from.accepts : this.acceptId(from.accepted);
    const state = accepts === from.accepts ? from : { ...from, accepts };
    const key = `${state.left}:${state.accepts}:${state.nodes.join()}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const base = this.states.length * this.stride;
    if (base + this.stride > this.table.length) {
      const larger = new Int32Array(this.table.length * 2);
      larger.set(this.table);
      this.table = larger;
      const { slots } = this;
      this.slots = new Int32Array(larger.length / this.stride);
      this.slots.set(slots);
    }
    this.table.fill(UNKNOWN, base, base + this.stride);
    this.states.push(state);
    this.ids.set(key, base);
    return base;
  }

  /** The state before any character, behind a neighbour of kind `left`. */
  root(left: number): number {
    let state = this.roots[left] as number;
    if (state === UNKNOWN) {
      state = this.rootWith(left, []);
      this.roots[left] = state;
    }
    return state;
  }

  /** The same with more entries; not cached. */
  rootWith(left: number, more: readonly number[]): number {
    this.begin();
    for (const entry of this.entries) this.visit(entry, left, -1);
    for (const entry of more) this.visit(entry, left, -1);
    return this.adopt(this.collect(left));
  }

  /** The state in which only `entry` was reached, behind a neighbour of kind `left`. */
  rootOf(entry: number, left: number): number {
    const key = entry * KINDS + left;
    let state = this.rootsOf.get(key);
    if (state === undefined) {
      state = this.rootOfAll([entry], left);
      this.rootsOf.set(key, state);
    }
    return state;
  }

  /** The state in which only these entries were reached; not cached. */
  rootOfAll(entries: readonly number[], left: number): number {
    this.begin();
    for (const entry of entries) this.visit(entry, left, -1);
    return this.adopt(this.collect(left));
  }

  /** A new step begins: no state has been come to in it. */
  nextStamp(): void {
    this.stamp += SLOTS_MAX;
    if (this.stamp < 0x7fff_0000) return;
    this.slots.fill(0);
    this.stamp = SLOTS_MAX;
  }

  /** The slot of the path that came to `state` in this step; if none did, notes that it is `slot`, and returns that. */
  stampSlot(state: number, slot: number): number {
    const index = state >>> this.shift;
    const known = (this.slots[index] as number) - this.stamp;
    if (known >= 0) return known;
    this.slots[index] = this.stamp + slot;
    return slot;
  }

  /** The state that follows only one rule's nodes of `base`. */
  restrict(base: number, rule: number): number {
    const state = this.stateAt(base);
    const nodes = state.nodes.filter((node) => this.nfa.owner[node] === rule);
    return nodes.length === 0 ? DEAD : this.adopt({ nodes, left: state.left, accepts: 0, accepted: [] });
  }

  /** Number of a state. */
  indexOf(base: number): number {
    return base >>> this.shift;
  }

  /** The rules that match at the end of the text that led to this state, as an index into `acceptLists`. */
  acceptsAt(base: number): number {
    return this.stateAt(base).accepts;
  }

  /** Whether no character can lead on from this state. */
  isFinal(base: number): boolean {
    return this.stateAt(base).nodes.length === 0;
  }

  /** Makes the transition from `base` on `klass` and returns its entry. */
  step(base: number, klass: number): number {
    const { nodes, left, accepts } = this.stateAt(base);
    const { nfa } = this;
    const right = nfa.alphabet.kindOf[klass] as number;
    this.begin();
    for (const node of nodes) if (nfa.op[node] === OP_LOOK) this.resolve(node, left, right);
    if (this.reportsLate && accepts !== 0) this.matched.push(...(this.acceptLists[accepts] as readonly number[]));
    const before = this.acceptId(this.matched);
    const resolved = this.found;
    this.begin();
    if (klass !== this.endClass) {
      for (const list of [nodes, resolved]) {
        for (const node of list) {
          const isMove = nfa.op[node] === OP_SET && nfa.holds[nfa.arg[node] as number]?.[klass] === 1;
          if (isMove) this.visit(nfa.next[node] as number, right, -1);
        }
      }
      if (this.isUnanchored) for (const entry of this.entries) this.visit(entry, right, -1);
    }
    const state = this.collect(right);
    const next = state.nodes.length === 0 && state.accepts === 0 ? DEAD : this.adopt(state);
    const entry = before === 0 && (state.accepts === 0 || this.reportsLate) ? next : this.special(next, before);
    this.table[base + klass] = entry;
    return entry;
  }

  private special(next: number, before: number): number {
    this.specialNext.push(next);
    this.specialBefore.push(before);
    return -1 - this.specialNext.length;
  }

  private stateAt(base: number): DfaState {
    return this.states[this.indexOf(base)] as DfaState;
  }

  private begin(): void {
    this.mark += 1;
    this.found = [];
    this.matched = [];
  }

  private resolve(node: number, left: number, right: number): void {
    if (lookHolds(this.nfa.arg[node] as number, left, right)) this.visit(this.nfa.next[node] as number, left, right);
  }

  /** Follows everything that takes no character. `right` below 0: not known yet, so looks that need it stay. */
  private visit(entry: number, left: number, right: number): void {
    const { nfa, marks, mark, stack } = this;
    stack.push(entry);
    while (stack.length > 0) {
      const node = stack.pop() as number;
      if (marks[node] === mark) continue;
      marks[node] = mark;
      switch (nfa.op[node]) {
        case OP_SET:
          this.found.push(node);
          break;
        case OP_SPLIT:
          stack.push(nfa.next[node] as number, nfa.other[node] as number);
          break;
        case OP_MATCH:
          this.matched.push(nfa.arg[node] as number);
          break;
        default: {
          const look = nfa.arg[node] as number;
          if (right < 0 && !looksLeft(look)) this.found.push(node);
          else if (lookHolds(look, left, right)) stack.push(nfa.next[node] as number);
        }
      }
    }
  }

  private collect(left: number): DfaState {
    const nodes = Int32Array.from(this.found).sort();
    const needsLeft = this.found.some(
      (node) =>
        this.nfa.op[node] === OP_LOOK && (looksBothWays(this.nfa.arg[node] as number) || this.leadsToLook(node)),
    );
    return { nodes, left: needsLeft ? left : OTHER, ...this.accepting(this.matched) };
  }

  /** A look may be followed by another at the same position, which then needs the left neighbour too. */
  private leadsToLook(node: number): boolean {
    let known = this.lookAhead.get(node);
    if (known === undefined) {
      known = this.findsLook(this.nfa.next[node] as number);
      this.lookAhead.set(node, known);
    }
    return known;
  }

  private findsLook(node: number): boolean {
    const seen = new Set<number>();
    const stack = [node];
    while (stack.length > 0) {
      const at = stack.pop() as number;
      if (seen.has(at)) continue;
      seen.add(at);
      if (this.nfa.op[at] === OP_LOOK) return true;
      if (this.nfa.op[at] === OP_SPLIT) stack.push(this.nfa.next[at] as number, this.nfa.other[at] as number);
    }
    return false;
  }

  private accepting(rules: readonly number[]): { accepts: number; accepted: readonly number[] } {
    const accepts = this.acceptId(rules);
    return { accepts, accepted: this.acceptLists[accepts] as readonly number[] };
  }

  private acceptId(rules: readonly number[]): number {
    if (rules.length === 0) return 0;
    const sorted = [...new Set(rules)].sort((a, b) => a - b);
    const key = sorted.join();
    let id = this.acceptIds.get(key);
    if (id === undefined) {
      id = this.acceptLists.push(sorted) - 1;
      this.acceptIds.set(key, id);
    }
    return id;
  }
}
