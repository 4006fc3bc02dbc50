/**
 * Reads text backwards from where a candidate may begin, to see which rules' `before` patterns end right there.
 *
 * Backwards, because such patterns end distinctively (`: "`, `= `) but may begin with anything: reading back from a word
 * of prose they fail within a character or two, where reading forward would keep them busy all the time.
 */
import type { HeldText } from './held-text.ts';
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';

export class BeforeReader {
  /** All `before` patterns, reversed and anchored where they end: what they say is what holds. */
  readonly dfa: LazyDfa;
  /** Those that the filter notices by their end. */
  readonly endings: LazyDfa | undefined;
  /** Those that are noticed where they begin, forward: where they match, it is worth while to read back. */
  readonly beginnings: LazyDfa | undefined;
  private readonly gates: (readonly number[])[] = [[]];
  private readonly gateIds = new Map<string, number>([['', 0]]);

  constructor(dfa: LazyDfa, endings: LazyDfa | undefined, beginnings: LazyDfa | undefined) {
    this.dfa = dfa;
    this.endings = endings;
    this.beginnings = beginnings;
  }

  /** The rules of a gate. */
  rulesOf(gate: number): readonly number[] {
    return this.gates[gate] as readonly number[];
  }

  /**
   * The gate at `position`, 0 when no rule's `before` matches up to it. `piece` begins at `base` and holds `position`;
   * what lies before it comes from `text`. Reads `CONTEXT_CHARACTERS` characters at most, and one more for a look.
   */
  gateAt(position: number, piece: string, base: number, text: HeldText): number {
    const { dfa } = this;
    const { classOf, kindOf } = dfa.nfa.alphabet;
    const lowest = Math.max(0, position - CONTEXT_CHARACTERS);
    let state = dfa.root(kindOf[classOf[piece.charCodeAt(position - base)] as number] as number);
    let open: number[] | undefined;
    for (let at = position - 1; state !== DEAD; at -= 1) {
      const unit = at >= base ? piece.charCodeAt(at - base) : at < 0 ? -1 : text.unitAt(at);
      const klass = unit < 0 ? dfa.endClass : (classOf[unit] as number);
      let entry = dfa.table[state + klass] as number;
      if (entry === UNKNOWN) entry = dfa.step(state, klass);
      if (entry <= -2) {
        open ??= [];
        open.push(...(dfa.acceptLists[dfa.specialBefore[-2 - entry] as number] as readonly number[]));
        entry = dfa.specialNext[-2 - entry] as number;
      }
      // The character behind the last that may belong to the match only decided what stood before it.
      if (at < lowest) break;
      state = entry;
    }
    if (dfa.isOverfull) dfa.flush();
    return open === undefined ? 0 : this.gateOf(open);
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
