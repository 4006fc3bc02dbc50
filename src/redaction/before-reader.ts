/**
 * Reads text backwards from where a candidate may begin, to see which rules' `before` patterns end right there.
 *
 * Backwards, because such patterns end distinctively (`: "`, `= `) but may begin with anything: reading back from a word
 * of prose they fail within a character or two, where reading forward would keep them busy all the time.
 */
import type { HeldText } from './held-text.ts';
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { EDGE } from './nfa.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';

export class BeforeReader {
  /** Those that the filter notices by their end, reversed and anchored there. */
  readonly endings: LazyDfa | undefined;
  /** Those that are noticed where they begin, forward. */
  readonly beginnings: LazyDfa | undefined;
  /** The same, reversed, each apart: together their bounded gaps would make too many states. */
  private readonly apart: ReadonlyMap<number, LazyDfa>;
  /** Those of them that may be longer than what is looked at, so that a match is checked once more from its end. */
  private readonly tooLong: ReadonlySet<number>;
  private readonly noticedGates: number[] = [];
  private readonly gates: (readonly number[])[] = [[]];
  private readonly gateIds = new Map<string, number>([['', 0]]);

  constructor(
    endings: LazyDfa | undefined,
    beginnings: LazyDfa | undefined,
    apart: ReadonlyMap<number, LazyDfa>,
    tooLong: ReadonlySet<number>,
  ) {
    this.endings = endings;
    this.beginnings = beginnings;
    this.apart = apart;
    this.tooLong = tooLong;
  }

  /** The rules of a gate. */
  rulesOf(gate: number): readonly number[] {
    return this.gates[gate] as readonly number[];
  }

  /**
   * The gate at `position` of `text`, 0 when no rule's `before` matches up to it. `noticed` is the accept list that
   * `beginnings` reported there, 0 for none; `byEnd` says whether an ending is possible. Rules for which `isTooLong` may
   * be among them wrongly: `holdsAt` tells, once there is a candidate.
   */
  gateAt(position: number, text: HeldText, noticed: number, byEnd: boolean): number {
    const gate = noticed === 0 ? 0 : this.noticedGate(noticed);
    if (!byEnd || this.endings === undefined) return gate;
    const open: number[] = [];
    readBack(this.endings, position, text, open);
    if (open.length === 0) return gate;
    return this.gateOf([...open, ...this.rulesOf(gate)]);
  }

  /** Whether the rule's `before` may have been noticed farther back than is looked at. */
  isTooLong(rule: number): boolean {
    return this.tooLong.has(rule);
  }

  /** Whether the `before` of a rule that is noticed by its beginning matches up to `position`. */
  holdsAt(position: number, text: HeldText, rule: number): boolean {
    const open: number[] = [];
    readBack(this.apart.get(rule) as LazyDfa, position, text, open);
    return open.length > 0;
  }

  private noticedGate(noticed: number): number {
    const gate = this.noticedGates[noticed] ?? this.gateOf(this.beginnings?.acceptLists[noticed] ?? []);
    this.noticedGates[noticed] = gate;
    return gate;
  }

  /** The same without knowing what was noticed. */
  gateFromText(position: number, text: HeldText): number {
    const open: number[] = [];
    if (this.endings !== undefined) readBack(this.endings, position, text, open);
    for (const dfa of this.apart.values()) readBack(dfa, position, text, open);
    return open.length === 0 ? 0 : this.gateOf(open);
  }

  private gateOf(open: readonly number[]): number {
    const rules = [...new Set(open)].sort((a, b) => a - b);
    const key = rules.join();
    let gate = this.gateIds.get(key);
    if (gate === undefined) {
      gate = this.gates.push(rules) - 1;
      this.gateIds.set(key, gate);
    }
    return gate;
  }
}

/**
 * Adds the rules whose `before` ends at `position`. Reads `CONTEXT_CHARACTERS` characters at most, and one more that only
 * decides what stood before the match.
 */
function readBack(dfa: LazyDfa, position: number, text: HeldText, open: number[]): void {
  const { classOf, kindOf } = dfa.nfa.alphabet;
  const lowest = Math.max(0, position - CONTEXT_CHARACTERS);
  // Nearly always all that is read lies in one piece.
  const index = Math.min(text.indexOf(position), text.count - 1);
  const piece = text.piece(index);
  const base = text.startOf(index);
  const first = position - base < piece.length ? piece.charCodeAt(position - base) : -1;
  let state = dfa.root(first < 0 ? EDGE : (kindOf[classOf[first] as number] as number));
  for (let at = position - 1; state !== DEAD; at -= 1) {
    const unit = at >= base ? piece.charCodeAt(at - base) : at < 0 ? -1 : text.unitAt(at);
    const klass = unit < 0 ? dfa.endClass : (classOf[unit] as number);
    let entry = dfa.table[state + klass] as number;
    if (entry === UNKNOWN) entry = dfa.step(state, klass);
    if (entry <= -2) {
      open.push(...(dfa.acceptLists[dfa.specialBefore[-2 - entry] as number] as readonly number[]));
      entry = dfa.specialNext[-2 - entry] as number;
    }
    if (at < lowest) break;
    state = entry;
  }
  if (dfa.isOverfull) dfa.flush();
}

/** Prose against which it is judged whether a pattern is noticed by its beginning or by its end. */
const PROSE =
  'The stores in that area accept cards; however, for most of our guests, "private" storage is a secret to this day. ';

/** At how many places of some prose three characters cannot tell that a match does not begin there, reading onward. */
export function indistinctness(dfa: LazyDfa, isReversed: boolean): number {
  const { classOf, kindOf } = dfa.nfa.alphabet;
  const text = isReversed ? Array.from(PROSE).reverse().join('') : PROSE;
  let count = 0;
  for (let at = 1; at + 3 <= text.length; at += 1) {
    let state = dfa.root(kindOf[classOf[text.charCodeAt(at - 1)] as number] as number);
    for (let i = at; i < at + 3 && state > DEAD && dfa.acceptsAt(state) === 0; i += 1) {
      const klass = classOf[text.charCodeAt(i)] as number;
      const entry = dfa.table[state + klass] as number;
      state = entry === UNKNOWN ? dfa.step(state, klass) : entry;
    }
    if (state !== DEAD) count += 1;
  }
  return count;
}
