/**
 * Where rules with a `before` may begin: a *gate* is the list of rules whose `before` matches right up to a place.
 *
 * Two automata share the work. Forwards, over all text, a small one notices the rarest place that each `before` passes
 * (`token`, `passw`) and follows from there what may still come before a value, counts left open: while it is silent, no
 * `before` can match. Where it speaks, the `before` itself is read backwards from the place, exactly and within
 * `CONTEXT_CHARACTERS`: backwards, because a `before` ends distinctively (`: "`, `= `) and so fails within a character or two.
 */
import type { HeldText } from './held-text.ts';
import { DEAD, type DfaState, LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { EDGE } from './alphabet.ts';
import { type Nfa, OP_LOOK, OP_SET, OP_SPLIT } from './nfa.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';

/** One `before` pattern, whichever rules share it. */
export interface Before {
  readonly rules: readonly number[];
  /** Where it begins in the automaton of reversed patterns, whose rule numbers are indices of the `before` patterns. */
  readonly entry: number;
  /** Where what it passes begins in the forward automaton, whose rule numbers are the same. */
  readonly suffixEntry: number;
}

interface GateParts {
  readonly befores: readonly Before[];
  readonly backward: Nfa;
  readonly forward: Nfa;
  /** With which classes each rule may begin. */
  readonly firstOf: (rules: readonly number[]) => Uint8Array;
  /** With which classes each `before` may end. */
  readonly lastOf: (entry: number) => Uint8Array;
  readonly size: { readonly entriesMax?: number };
}

/** Most lists of found `before` patterns whose gate is remembered. */
const GATES_KNOWN_MAX = 4_096;

export class Gates {
  /** Follows all text; a transition reports the `before` patterns that may end before its character. */
  readonly forward: LazyDfa;
  private readonly befores: readonly Before[];
  /** With which classes a rule of each `before` may begin. */
  private readonly firstOf: readonly Uint8Array[];
  /** The automata that read backwards, and which of them reads each `before`. */
  private readonly backward: readonly LazyDfa[];
  private readonly readerOf: readonly number[];
  private readonly gates: (readonly number[])[] = [[]];
  private readonly gateOfOne: number[] = [];
  private readonly gateIds = new Map<string, number>();
  /** By what was found, in its order. */
  private readonly gateOfFound = new Map<string, number>();
  /** The nodes of the forward automaton at which nothing was passed yet. */
  private readonly isEntry: Uint8Array;
  private idleStates: LazyDfa['states'];
  /** By state: 0 not asked, 1 idle, 2 not. */
  private idle = new Uint8Array(64);

  constructor({ befores, backward, forward, firstOf, lastOf, size }: GateParts) {
    const entries = befores.map(({ suffixEntry }) => suffixEntry);
    this.forward = new LazyDfa(forward, entries, { ...size, isUnanchored: true, reportsLate: true });
    this.befores = befores;
    this.firstOf = befores.map(({ rules }) => firstOf(rules));
    const { readers, readerOf } = shareReaders(befores, backward, this.firstOf, lastOf);
    this.backward = readers.map((members) => new LazyDfa(backward, members, { ...size, reportsLate: true }));
    this.readerOf = readerOf;
    this.isEntry = reachedFrom(forward, entries);
    this.idleStates = this.forward.states;
  }

  /** The rules behind one `before`. */
  rulesBehind(index: number): readonly number[] {
    return (this.befores[index] as Before).rules;
  }

  /** The rules of a gate. */
  rulesOf(gate: number): readonly number[] {
    return this.gates[gate] as readonly number[];
  }

  /**
   * The gate at `position`, 0 when no `before` matches up to it. `reported`: the ones that may, from the forward
   * automaton, where the text goes on with `klass`; without them all are read.
   */
  gateAt(position: number, text: HeldText, reported?: readonly number[], klass = 0): number {
    let readers = 0;
    for (const index of reported ?? []) {
      if (this.firstOf[index]?.[klass] === 1) readers |= 1 << (this.readerOf[index] as number);
    }
    if (reported === undefined) readers = (1 << this.backward.length) - 1;
    if (readers === 0) return 0;
    const left = this.classAt(position - 1, text);
    const right = this.classAt(position, text);
    let open: number[] | undefined;
    for (let rest = readers; rest !== 0; rest &= rest - 1) {
      const dfa = this.backward[31 - Math.clz32(rest & -rest)] as LazyDfa;
      // Nearly always it fails at the first character.
      const root = dfa.root(dfa.nfa.alphabet.kindOf[right] as number);
      if ((dfa.table[root + left] as number) !== DEAD) open = readBack(dfa, root, position, text, open);
    }
    return open === undefined ? 0 : this.gateOf(open);
  }

  /** The class of the character at `position`, or that of the text's ends. */
  private classAt(position: number, text: HeldText): number {
    const { classOf, classes } = this.forward.nfa.alphabet;
    const unit = position < 0 ? -1 : text.unitAt(position);
    return unit < 0 ? classes : (classOf[unit] as number);
  }

  /** The forward automaton's state at `position`, from the text before it alone. */
  stateAt(position: number, text: HeldText): number {
    const { forward } = this;
    const { classOf, kindOf } = forward.nfa.alphabet;
    const from = Math.max(0, position - CONTEXT_CHARACTERS);
    const left = from === 0 ? -1 : text.unitAt(from - 1);
    let state = forward.root(left < 0 ? EDGE : (kindOf[classOf[left] as number] as number));
    const index = Math.min(text.indexOf(from), text.count - 1);
    const base = index < 0 ? 0 : text.startOf(index);
    const piece = index < 0 ? '' : text.piece(index);
    for (let at = from; at < position; at += 1) {
      const klass = classOf[at - base < piece.length ? piece.charCodeAt(at - base) : text.unitAt(at)] as number;
      let entry = forward.table[state + klass] as number;
      if (entry === UNKNOWN) entry = forward.step((state = this.makeRoom(state)), klass);
      state = entry >= 0 ? entry : (forward.specialNext[-2 - entry] as number);
    }
    return state;
  }

  /** The `before` patterns that a transition of the forward automaton reports. */
  reportedBy(entry: number): readonly number[] {
    return this.forward.acceptLists[this.forward.specialBefore[-2 - entry] as number] as readonly number[];
  }

  /** Whether one of those that a transition reports opens a rule that may begin with `klass`. */
  mayOpen(entry: number, klass: number): boolean {
    for (const index of this.reportedBy(entry)) if (this.firstOf[index]?.[klass] === 1) return true;
    return false;
  }

  /** Throws the forward automaton away when it is overfull; returns what `state` is in it. */
  makeRoom(state: number): number {
    const { forward } = this;
    if (!forward.isOverfull) return state;
    const kept = forward.states[forward.indexOf(state)] as DfaState;
    forward.flush();
    return forward.adopt(kept);
  }

  /** Whether nothing that a `before` passes has begun in this state. */
  isIdle(state: number): boolean {
    const { forward } = this;
    if (this.idleStates !== forward.states) {
      this.idleStates = forward.states;
      this.idle.fill(0);
    }
    const index = forward.indexOf(state);
    if (index >= this.idle.length) {
      const larger = new Uint8Array(2 * index);
      larger.set(this.idle);
      this.idle = larger;
    }
    if (this.idle[index] === 0) {
      const { nodes, accepts } = forward.states[index] as DfaState;
      this.idle[index] = accepts === 0 && nodes.every((node) => this.isEntry[node] === 1) ? 1 : 2;
    }
    return this.idle[index] === 1;
  }

  private gateOfRules(rules: number[]): number {
    const key = rules.sort((a, b) => a - b).join();
    let gate = this.gateIds.get(key);
    if (gate === undefined) {
      gate = this.gates.push(rules) - 1;
      this.gateIds.set(key, gate);
    }
    return gate;
  }

  private gateOf(open: readonly number[]): number {
    // Nearly always it is one pattern, and asked for often.
    const only = open.length === 1 ? (open[0] as number) : -1;
    const known = only < 0 ? undefined : this.gateOfOne[only];
    if (known !== undefined) return known;
    const found = open.join();
    let gate = this.gateOfFound.get(found);
    if (gate === undefined) {
      gate = this.gateOfRules([...new Set(open.flatMap((index) => this.befores[index]?.rules ?? []))]);
      // The same ones may be found in many orders.
      if (this.gateOfFound.size >= GATES_KNOWN_MAX) this.gateOfFound.clear();
      this.gateOfFound.set(found, gate);
    }
    if (only >= 0) this.gateOfOne[only] = gate;
    return gate;
  }
}

/** Most automata that read backwards; the last one reads all that are left. */
const READERS_MAX = 24;

/**
 * Which `before` patterns are read by one automaton: together, but apart where their rules begin with no letter, and each
 * apart where any letter may end it, since together their bounded gaps would make too many states.
 */
function shareReaders(
  befores: readonly Before[],
  backward: Nfa,
  firstOf: readonly Uint8Array[],
  lastOf: (entry: number) => Uint8Array,
): { readers: number[][]; readerOf: number[] } {
  const readers: number[][] = [[], []];
  const letters = Array.from('etaoin', (letter) => backward.alphabet.classOf[letter.charCodeAt(0)] as number);
  const readerOf = befores.map(({ entry }, index) => {
    const last = lastOf(entry);
    let reader = letters.some((letter) => firstOf[index]?.[letter] === 1) ? 0 : 1;
    if (letters.every((letter) => last[letter] === 1)) {
      reader = Math.min(readers.length, READERS_MAX - 1);
      readers[reader] ??= [];
    }
    readers[reader]?.push(entry);
    return reader;
  });
  return { readers, readerOf };
}

/** The nodes that are reached from some entries without reading. */
function reachedFrom(nfa: Nfa, entries: readonly number[]): Uint8Array {
  const reached = new Uint8Array(nfa.op.length);
  const stack = [...entries];
  while (stack.length > 0) {
    const node = stack.pop() as number;
    if (reached[node] === 1) continue;
    reached[node] = 1;
    const op = nfa.op[node];
    if (op === OP_SPLIT) stack.push(nfa.next[node] as number, nfa.other[node] as number);
    else if (op === OP_LOOK) stack.push(nfa.next[node] as number);
    else if (op === OP_SET) continue;
  }
  return reached;
}

/**
 * Adds the `before` patterns that end at `position`, from their automaton's `root` there; makes the list when there is one. Reads `CONTEXT_CHARACTERS`
 * characters at most, and one more that only decides what stood before the match.
 */
function readBack(
  dfa: LazyDfa,
  root: number,
  position: number,
  text: HeldText,
  open: number[] | undefined,
): number[] | undefined {
  let found = open;
  const { classOf } = dfa.nfa.alphabet;
  const lowest = Math.max(0, position - CONTEXT_CHARACTERS);
  // Nearly always all that is read lies in one piece.
  const index = Math.min(text.indexOf(position), text.count - 1);
  const piece = text.piece(index);
  const base = text.startOf(index);
  let state = root;
  for (let at = position - 1; state !== DEAD; at -= 1) {
    const unit = at >= base ? piece.charCodeAt(at - base) : at < 0 ? -1 : text.unitAt(at);
    const klass = unit < 0 ? dfa.endClass : (classOf[unit] as number);
    let entry = dfa.table[state + klass] as number;
    if (entry === UNKNOWN) entry = dfa.step(state, klass);
    if (entry <= -2) {
      found ??= [];
      found.push(...(dfa.acceptLists[dfa.specialBefore[-2 - entry] as number] as readonly number[]));
      entry = dfa.specialNext[-2 - entry] as number;
    }
    if (at < lowest) break;
    state = entry;
  }
  if (dfa.isOverfull) dfa.flush();
  return found;
}
