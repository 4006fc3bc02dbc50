/**
 * With which rules a candidate may begin, by what stands to the left of it.
 *
 * A rule whose `before` is a single character, such as `[\s"'=]`, costs nothing: the left neighbour alone decides. The
 * classes of the alphabet are grouped into *types* that agree on the kind of neighbour and on all such rules. Longer
 * `before` patterns are read by `Gates`; the list of rules that it opens is a *gate*.
 */
import type { Gates } from './gates.ts';
import { type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { EDGE, KINDS } from './alphabet.ts';

/** What a left neighbour of some type means. */
export interface LeftType {
  readonly kind: number;
  /** Rules that this neighbour opens. */
  readonly open: readonly number[];
}

export class Roots {
  readonly dfa: LazyDfa;
  readonly types: readonly LeftType[];
  /** Type of the left neighbour, by its class. */
  readonly typeOf: Uint16Array;
  private readonly entryOf: readonly number[];
  private readonly gates: Gates | undefined;
  private states: LazyDfa['states'];
  private readonly plain: Int32Array;
  private readonly gated = new Map<number, number>();
  /** By list of `before` patterns and kind of neighbour. */
  private byReport = new WeakMap<readonly number[], Int32Array>();
  /** By class of the left neighbour, one added. */
  private readonly byClass: Int32Array;

  /** `types[0]` is the beginning of the text. `entryOf`: the automaton's entry of each rule. */
  constructor(
    dfa: LazyDfa,
    types: readonly LeftType[],
    typeOf: Uint16Array,
    entryOf: readonly number[],
    gates: Gates | undefined,
  ) {
    this.dfa = dfa;
    this.types = types;
    this.typeOf = typeOf;
    this.entryOf = entryOf;
    this.gates = gates;
    this.states = dfa.states;
    this.plain = new Int32Array(types.length).fill(UNKNOWN);
    this.byClass = new Int32Array(typeOf.length + 1).fill(UNKNOWN);
  }

  /** The state behind a neighbour of class `left`, -1 being the beginning of the text. */
  behind(left: number): number {
    if (this.states !== this.dfa.states) this.forget();
    const known = this.byClass[left + 1] as number;
    return known === UNKNOWN ? (this.byClass[left + 1] = this.at(this.typeBehind(left), 0)) : known;
  }

  /** The same with the rules of a gate. */
  behindGate(left: number, gate: number): number {
    return this.at(this.typeBehind(left), gate);
  }

  /**
   * The state in which only the rules begin whose `before` is among those that the watching automaton reported: tells
   * whether it is worth reading one backwards.
   */
  behindReported(left: number, reported: readonly number[]): number {
    if (this.states !== this.dfa.states) this.forget();
    let states = this.byReport.get(reported);
    if (states === undefined) {
      states = new Int32Array(KINDS).fill(UNKNOWN);
      this.byReport.set(reported, states);
    }
    const kind = this.types[this.typeBehind(left)]?.kind as number;
    if (states[kind] === UNKNOWN) {
      const rules = reported.flatMap((index) => this.gates?.rulesBehind(index) ?? []);
      states[kind] = this.dfa.rootOfAll(
        rules.map((rule) => this.entryOf[rule] as number),
        kind,
      );
    }
    return states[kind] as number;
  }

  private typeBehind(left: number): number {
    return left < 0 ? 0 : (this.typeOf[left] as number);
  }

  private forget(): void {
    this.states = this.dfa.states;
    this.plain.fill(UNKNOWN);
    this.byClass.fill(UNKNOWN);
    this.gated.clear();
    this.byReport = new WeakMap();
  }

  /** The state before a candidate's first character; `gate` comes from `Gates`, 0 for none. */
  at(type: number, gate: number): number {
    if (this.states !== this.dfa.states) this.forget();
    const known =
      gate === 0 ? (this.plain[type] as number) : (this.gated.get(gate * this.types.length + type) ?? UNKNOWN);
    return known === UNKNOWN ? this.make(type, gate) : known;
  }

  private make(type: number, gate: number): number {
    const { kind, open } = this.types[type] as LeftType;
    const opened = this.gates?.rulesOf(gate) ?? [];
    const state = this.dfa.rootWith(
      kind,
      [...open, ...opened].map((rule) => this.entryOf[rule] as number),
    );
    if (gate === 0) this.plain[type] = state;
    else this.gated.set(gate * this.types.length + type, state);
    return state;
  }
}

/** The types for an alphabet: `opens[rule]` says for each class (and, last, for the text's beginning) whether it opens it. */
export function leftTypes(
  kindOf: Uint8Array,
  classes: number,
  opens: readonly { readonly rule: number; readonly holds: Uint8Array; readonly atStart: boolean }[],
): { types: LeftType[]; typeOf: Uint16Array } {
  const types: LeftType[] = [{ kind: EDGE, open: opens.filter(({ atStart }) => atStart).map(({ rule }) => rule) }];
  const known = new Map<string, number>();
  const typeOf = new Uint16Array(classes);
  for (let klass = 0; klass < classes; klass += 1) {
    const kind = kindOf[klass] as number;
    const open = opens.filter(({ holds }) => holds[klass] === 1).map(({ rule }) => rule);
    const key = `${kind}:${open.join()}`;
    let type = known.get(key);
    if (type === undefined) {
      type = types.push({ kind, open }) - 1;
      known.set(key, type);
    }
    typeOf[klass] = type;
  }
  return { types, typeOf };
}
