/**
 * Reads text backwards from where a candidate may begin, to see which `before` patterns end right there.
 *
 * Backwards, because such patterns end distinctively (`: "`, `= `) but may begin with anything: reading back from a word
 * of prose they fail within a character or two. And only behind the characters that no match can do without
 * (`factors.ts`): `BeginFilter` notices those.
 */
import { firstClasses } from './first-classes.ts';
import type { HeldText } from './held-text.ts';
import { DEAD, LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { EDGE, type Nfa } from './nfa.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';
import type { Factor } from './factors.ts';

/** One `before` pattern, whichever rules share it. */
export interface Before {
  readonly rules: readonly number[];
  /** Where it begins in the automaton of reversed patterns, whose rule numbers are indices of the `before` patterns. */
  readonly entry: number;
  /** What must have passed before it can match; undefined when nothing rare must. */
  readonly factors: readonly Factor[] | undefined;
}

/** Some `before` patterns, reversed and anchored at their end, and all the rules that they open. */
export interface Endings {
  readonly dfa: LazyDfa;
  readonly rules: readonly number[];
  /** What must have passed before one of them can match; empty where nothing rare must. */
  readonly factors: readonly Factor[];
}

export class BeforeReader {
  /** Those that nothing rare must precede. */
  readonly always: Endings | undefined;
  /**
   * Those with a factor: together, but apart from the others where the rules begin with no letter, and each apart where its
   * end says little, since together their bounded gaps would make too many states.
   */
  readonly behindFactor: readonly Endings[];
  readonly factors: readonly Factor[];
  private readonly befores: readonly Before[];
  private readonly gates: (readonly number[])[] = [[]];
  private readonly gateOfOne: number[] = [];
  private readonly gateIds = new Map<string, number>([['', 0]]);

  /** `beginsWithLetter` tells of a rule; prose seldom goes on with anything else. */
  constructor(
    befores: readonly Before[],
    backward: Nfa,
    beginsWithLetter: (rule: number) => boolean,
    size: { readonly entriesMax?: number },
  ) {
    const options = { ...size, reportsLate: true };
    const endings = (members: readonly Before[]): Endings => ({
      dfa: new LazyDfa(
        backward,
        members.map(({ entry }) => entry),
        options,
      ),
      rules: members.flatMap(({ rules }) => rules),
      factors: members.flatMap(({ factors }) => factors ?? []),
    });
    const always = befores.filter(({ factors }) => factors === undefined);
    const apart: Before[][] = [];
    const together: Before[] = [];
    const beforeDigits: Before[] = [];
    for (const before of befores) {
      if (before.factors === undefined) continue;
      if (mayEndWithLetters(backward, before.entry)) apart.push([before]);
      else (before.rules.some(beginsWithLetter) ? together : beforeDigits).push(before);
    }
    this.befores = befores;
    this.always = always.length === 0 ? undefined : endings(always);
    this.behindFactor = [together, beforeDigits, ...apart].filter((members) => members.length > 0).map(endings);
    this.factors = befores.flatMap(({ factors }) => factors ?? []);
  }

  /** The rules of a gate. */
  rulesOf(gate: number): readonly number[] {
    return this.gates[gate] as readonly number[];
  }

  /**
   * The gate at `position` of `text`, 0 when no `before` matches up to it. `factorUntil` says up to where each of
   * `behindFactor` may match; undefined: anywhere.
   */
  gateAt(position: number, text: HeldText, factorUntil: readonly number[] | undefined): number {
    let open: number[] | undefined;
    if (this.always !== undefined) open = readBack(this.always.dfa, position, text, open);
    for (let i = 0; i < this.behindFactor.length; i += 1) {
      if (factorUntil !== undefined && !((factorUntil[i] as number) >= position)) continue;
      open = readBack((this.behindFactor[i] as Endings).dfa, position, text, open);
    }
    return open === undefined ? 0 : this.gateOf(open);
  }

  private gateOf(open: readonly number[]): number {
    // Nearly always it is one pattern, and asked for often.
    const only = open.length === 1 ? (open[0] as number) : -1;
    const known = only < 0 ? undefined : this.gateOfOne[only];
    if (known !== undefined) return known;
    const rules = [...new Set(open.flatMap((index) => this.befores[index]?.rules ?? []))].sort((a, b) => a - b);
    const key = rules.join();
    let gate = this.gateIds.get(key);
    if (gate === undefined) {
      gate = this.gates.push(rules) - 1;
      this.gateIds.set(key, gate);
    }
    if (only >= 0) this.gateOfOne[only] = gate;
    return gate;
  }
}

/**
 * Adds the `before` patterns that end at `position`; makes the list when there is one. Reads `CONTEXT_CHARACTERS` characters at most, and one more that only
 * decides what stood before the match.
 */
function readBack(dfa: LazyDfa, position: number, text: HeldText, open: number[] | undefined): number[] | undefined {
  let found = open;
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

/** Whether any word of prose may end a `before`: then its end says nothing. */
function mayEndWithLetters(backward: Nfa, entry: number): boolean {
  const last = firstClasses(backward, [entry]);
  return LETTERS.every((unit) => last[backward.alphabet.classOf[unit] as number] === 1);
}

/** Whether a letter may be the first that an automaton reads from `entry`. */
export function mayBeginWithLetter(nfa: Nfa, entry: number): boolean {
  const first = firstClasses(nfa, [entry]);
  return LETTERS.some((unit) => first[nfa.alphabet.classOf[unit] as number] === 1);
}

/** Letters that are frequent in prose. */
const LETTERS = Array.from('etaoin', (letter) => letter.charCodeAt(0));
