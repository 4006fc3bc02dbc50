/**
 * The fast path: where in a long piece of text something may begin, while nothing is open.
 *
 * The sieve says which places look like it; here they are looked at closer, by the automata themselves. It changes nothing
 * but their caches, and errs only towards stopping early.
 */
import type { Gates } from './gates.ts';
import type { HeldText } from './held-text.ts';
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import type { LeadForm } from './led-rules.ts';
import { EDGE } from './alphabet.ts';
import type { Roots } from './roots.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';
import { forgetBlock, type Sieve, type Verifier } from './sieve.ts';
import { BEGINNING, GATE, MARK } from './sieve-buckets.ts';
import { WINDOW_CHARACTERS } from './windows.ts';

/** What skipping needs of a plan. */
export interface SkipPlan {
  readonly dfa: LazyDfa;
  readonly gates: Gates | undefined;
  /** With which state a candidate begins, led rules left aside. */
  readonly plainRoots: Roots;
  /** The same with the rules that have a `before` but are noticed by their own beginning. */
  readonly shyRoots: Roots | undefined;
  /** The `before` patterns of those. */
  readonly shyBefores: readonly number[];
  readonly leadForms: readonly LeadForm[];
  /** By class, whether it is the mark of a led rule. */
  readonly isMark: Uint8Array;
  readonly sieve: Sieve;
}

/** How far it is looked whether something comes of a place. */
const PROBE_CHARACTERS = 12;

export class Skipping implements Verifier {
  /** Below it the sieve need not be asked again: a candidate behind a gate begins there. */
  steadyUntil = 0;
  private readonly plan: SkipPlan;
  private readonly text: HeldText;
  private readonly piece: string;
  /** The piece's offset in the text. */
  private readonly base: number;
  private from = 0;

  constructor(plan: SkipPlan, text: HeldText, piece: string, base: number) {
    this.plan = plan;
    this.text = text;
    this.piece = piece;
    this.base = base;
  }

  /**
   * From `from`, at least 1: the place in the piece from which on something may begin, or it is too near the end to tell.
   * `watch`: the state of the automaton that watches for gates there.
   */
  skip(from: number, watch: number): number {
    const { gates } = this.plan;
    this.from = from;
    if (gates !== undefined && !gates.isIdle(watch) && this.mayOpenGate(gates, watch, from, from)) return from;
    return this.plan.sieve.scan(this.piece, from, this);
  }

  /** The piece is read. */
  end(): void {
    forgetBlock();
  }

  verify(kinds: number, end: number): number {
    if (this.plan.dfa.isOverfull) this.plan.dfa.flush();
    // A window is eight characters long, or seven.
    const first = end - WINDOW_CHARACTERS;
    if ((kinds & (1 << GATE)) !== 0 && this.mayBeGated(end)) return Math.max(this.from, first);
    for (let at = Math.max(this.from, first + 1); at <= first + 2; at += 1) {
      if ((kinds & (1 << BEGINNING)) !== 0 && this.mayBegin(at)) return at;
      if ((kinds & (1 << MARK)) !== 0 && this.mayBeLed(at)) return at;
    }
    return -1;
  }

  private classAt(at: number): number {
    return this.plan.dfa.nfa.alphabet.classOf[this.piece.charCodeAt(at)] as number;
  }

  private mayBegin(at: number): boolean {
    const { plainRoots, shyRoots, shyBefores, gates } = this.plan;
    const left = this.classAt(at - 1);
    // Those that begin with all others are asked first, since nearly always nothing comes of any.
    if (shyRoots !== undefined && !this.outlives(shyRoots.behind(left), at)) return false;
    if (this.outlives(plainRoots.behind(left), at)) return true;
    if (shyRoots === undefined) return false;
    return (gates?.gateAt(this.base + at, this.text, shyBefores, this.classAt(at)) ?? 0) !== 0;
  }

  /** Whether a run of characters may end before the mark at `at`, and what follows is not against it. */
  private mayBeLed(at: number): boolean {
    const { dfa, isMark, leadForms } = this.plan;
    const klass = this.classAt(at);
    if (isMark[klass] !== 1) return false;
    const left = this.classAt(at - 1);
    return leadForms.some((form) => {
      if (form.isMark[klass] !== 1 || form.isRun[left] !== 1) return false;
      const state = dfa.rootOf(form.restEntry, dfa.nfa.alphabet.kindOf[klass] as number);
      return dfa.acceptsAt(state) !== 0 || this.outlives(state, at + 1);
    });
  }

  /** Whether behind what the window up to `end` shows of a `before` it matches, and a candidate may begin there. */
  private mayBeGated(end: number): boolean {
    const { gates, dfa } = this.plan;
    if (gates === undefined) return false;
    const first = Math.max(0, end - WINDOW_CHARACTERS);
    const left = this.classBefore(first);
    const watch = gates.forward.root(left < 0 ? EDGE : (dfa.nfa.alphabet.kindOf[left] as number));
    return this.mayOpenGate(gates, watch, first, end);
  }

  /** The same from the watching automaton's state at `first`, what may become of which is known no sooner than at `end`. */
  private mayOpenGate(gates: Gates, watch: number, first: number, end: number): boolean {
    const { forward } = gates;
    const stop = Math.min(this.piece.length, end + CONTEXT_CHARACTERS);
    let state = watch;
    for (let at = first; at < stop; at += 1) {
      if (at >= end && gates.isIdle(state)) return false;
      const klass = this.classAt(at);
      let entry = forward.table[state + klass] as number;
      if (entry === UNKNOWN) {
        state = gates.makeRoom(state);
        entry = forward.step(state, klass);
      }
      if (entry < 0) {
        if (at >= this.from && gates.mayOpen(entry, klass) && this.opensGate(gates, entry, klass, at)) return true;
        entry = forward.specialNext[-2 - entry] as number;
      }
      state = entry;
    }
    return false;
  }

  private opensGate(gates: Gates, entry: number, klass: number, at: number): boolean {
    const reported = gates.reportedBy(entry);
    if (!this.outlives(this.plan.plainRoots.behindReported(this.classBefore(at), reported), at)) return false;
    const gate = gates.gateAt(this.base + at, this.text, reported, klass);
    if (gate === 0 || !this.outlives(this.plan.plainRoots.behindGate(this.classBefore(at), gate), at)) return false;
    this.steadyUntil = at + 1;
    return true;
  }

  private classBefore(at: number): number {
    if (at > 0) return this.classAt(at - 1);
    return this.base === 0 ? -1 : (this.plan.dfa.nfa.alphabet.classOf[this.text.unitAt(this.base - 1)] as number);
  }

  /** Whether a run from `state` is alive, or has matched, some characters behind `at`, or when the piece ends. */
  private outlives(state: number, at: number): boolean {
    const { dfa } = this.plan;
    const { classOf } = dfa.nfa.alphabet;
    const stop = Math.min(this.piece.length, at + PROBE_CHARACTERS);
    for (let i = at; i < stop; i += 1) {
      const klass = classOf[this.piece.charCodeAt(i)] as number;
      let entry = dfa.table[state + klass] as number;
      if (entry === UNKNOWN) entry = dfa.step(state, klass);
      if (entry === DEAD) return false;
      if (entry < 0) return true;
      state = entry;
    }
    return true;
  }
}
