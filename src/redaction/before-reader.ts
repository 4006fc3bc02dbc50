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
  /** The `before` patterns, reversed and anchored where they end. */
  readonly dfa: LazyDfa;
  private readonly gates: (readonly number[])[] = [[]];
  private readonly gateIds = new Map<string, number>([['', 0]]);

  constructor(dfa: LazyDfa) {
    this.dfa = dfa;
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
