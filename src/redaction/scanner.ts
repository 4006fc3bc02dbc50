/**
 * Reads one channel's text as it comes: finds where something may begin, and has `runs.ts` follow and decide it.
 *
 * While nothing is open, long pieces are skipped by the sieve and short ones read by three look-ups a character: its class,
 * what may come before a value (`gates.ts`), and whether a rule can begin with it behind its left neighbour.
 */
import type { Gates } from './gates.ts';
import { HeldText } from './held-text.ts';
import { DEAD, type DfaState, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { type LeadForm, LedRuns } from './led-rules.ts';
import { EDGE } from './alphabet.ts';
import type { Finding } from './rule.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';
import { type RunPlan, Runs } from './runs.ts';
import { type SkipPlan, Skipping } from './skipping.ts';

/** What a scanner needs of a compiled program. */
export interface ScanPlan extends RunPlan, SkipPlan {
  readonly leadForms: readonly LeadForm[];
  /** Shorter texts are not worth the sieve. */
  readonly sieveCharactersMin: number;
}

/** How far it is looked whether a start comes to anything, before it is followed. */
const GLANCE_CHARACTERS = 8;

/** One channel's state. Not to be used after `end`. */
export class Scanner {
  private readonly plan: ScanPlan;
  private readonly text = new HeldText();
  private readonly led: LedRuns | undefined;
  private readonly runs: Runs;
  /** The class of the character before the position, or -1 at the beginning. */
  private last = -1;
  /** The state of the automaton that watches for gates, and the states that it is one of. */
  private watch = DEAD;
  private watchStates: LazyDfa['states'] | undefined;
  /** The watermark, or -1 while it is not worked out. */
  private clearKnown = -1;

  constructor(plan: ScanPlan) {
    this.plan = plan;
    this.led = plan.leadForms.length === 0 ? undefined : new LedRuns(plan.leadForms, plan.dfa.nfa.alphabet, this.text);
    this.runs = new Runs(plan, this.text, this.led);
  }

  /** Below this offset every character is decided: it lies in a reported finding or can never be part of one. */
  get clear(): number {
    // Asked for several times after each push.
    if (this.clearKnown < 0) this.clearKnown = this.runs.clear;
    return this.clearKnown;
  }

  /** Reads on. Cost is linear in `text`, whatever came before. */
  push(text: string): void {
    if (text.length === 0) return;
    this.clearKnown = -1;
    const base = this.text.length;
    this.text.push(text);
    if (this.runs.position === base) {
      this.runs.adoptStates();
      this.adoptWatch();
      this.runPiece(text, base);
    }
    if (this.runs.position < this.text.length) this.run();
    if (this.text.isReleasable) this.text.release(this.clear - CONTEXT_CHARACTERS - 2);
  }

  /** The text is complete: decides everything that is still open. */
  end(): void {
    const { runs, plan } = this;
    if (runs.hasEnded) return;
    runs.hasEnded = true;
    this.clearKnown = -1;
    runs.adoptStates();
    for (;;) {
      const readOn = runs.endSwallowed();
      if (plan.mode === 'watch' || readOn < 0 || readOn >= runs.position) break;
      this.rewind(readOn);
      this.run();
    }
    runs.finish();
  }

  /** Findings decided since the last call, in order. */
  take(): Finding[] {
    return this.runs.take();
  }

  private run(): void {
    const { runs, text } = this;
    runs.adoptStates();
    this.adoptWatch();
    let index = text.indexOf(runs.position);
    while (index < text.count) {
      this.runPiece(text.piece(index), text.startOf(index));
      index = text.indexOf(runs.position);
    }
  }

  /** Reads one piece to its end, or until the scanner went back to an earlier position. */
  private runPiece(piece: string, base: number): void {
    const { runs } = this;
    const { sieveCharactersMin } = this.plan;
    const skipping =
      base + piece.length - runs.position < sieveCharactersMin
        ? undefined
        : new Skipping(this.plan, this.text, piece, base);
    let at = runs.position - base;
    // Below it, the sieve is not asked again.
    let steadyUntil = Math.max(1, at);
    this.led?.enter(piece, base);
    while (at < piece.length) {
      if (runs.isIdle) {
        const maySkip = skipping !== undefined && piece.length - at >= sieveCharactersMin;
        if (maySkip && at >= steadyUntil) {
          const next = skipping.skip(at, this.watch);
          this.jump(piece, base, at, next);
          steadyUntil = Math.max(skipping.steadyUntil, next + 1);
          at = next;
        }
        const to = maySkip ? Math.min(steadyUntil, piece.length) : piece.length;
        at = this.readQuietly(piece, at, to);
        runs.position = base + at;
        if (at === to) continue;
      }
      this.step(piece, at);
      at += 1;
      if (runs.position !== base + at) {
        skipping?.end();
        return;
      }
    }
    skipping?.end();
    this.led?.advance(runs.position);
  }

  /** Nothing begins from `from` up to `to`. */
  private jump(piece: string, base: number, from: number, to: number): void {
    const { dfa, gates } = this.plan;
    this.runs.adoptStates();
    if (to === from) {
      this.adoptWatch();
      return;
    }
    this.runs.position = base + to;
    this.last = dfa.nfa.alphabet.classOf[piece.charCodeAt(to - 1)] as number;
    if (gates === undefined) return;
    this.watch = gates.stateAt(base + to, this.text);
    this.watchStates = gates.forward.states;
  }

  /** Reads on while nothing is open; returns where something may begin, or `to`. */
  private readQuietly(piece: string, from: number, to: number): number {
    const { dfa, gates, plainRoots, isMark } = this.plan;
    const { classOf } = dfa.nfa.alphabet;
    let { last, watch } = this;
    let at = from;
    for (; at < to; at += 1) {
      const klass = classOf[piece.charCodeAt(at)] as number;
      let watched = DEAD;
      if (gates !== undefined) {
        watched = gates.forward.table[watch + klass] as number;
        if (watched === UNKNOWN) {
          watch = gates.makeRoom(watch);
          watched = gates.forward.step(watch, klass);
        }
        if (watched < 0) {
          if (this.mayBeGated(gates, watched, klass, last, piece, at)) break;
          watched = gates.forward.specialNext[-2 - watched] as number;
        }
      }
      const root = plainRoots.behind(last);
      if ((dfa.table[root + klass] as number) !== DEAD && this.comesToSomething(root, piece, at)) break;
      if (isMark[klass] === 1) break;
      watch = watched;
      last = klass;
    }
    this.last = last;
    this.watch = watch;
    if (gates !== undefined) this.watchStates = gates.forward.states;
    if (dfa.isOverfull) {
      dfa.flush();
      this.runs.adoptStates();
    }
    return at;
  }

  /** Whether a `before` that may end at `at` opens a rule that may begin there. */
  private mayBeGated(gates: Gates, watched: number, klass: number, last: number, piece: string, at: number): boolean {
    if (!gates.mayOpen(watched, klass)) return false;
    return this.comesToSomething(this.plan.plainRoots.behindReported(last, gates.reportedBy(watched)), piece, at);
  }

  /** Whether a start at `at` is still open, or has matched, some characters on, or when the piece ends. */
  private comesToSomething(root: number, piece: string, at: number): boolean {
    const { dfa } = this.plan;
    const { classOf } = dfa.nfa.alphabet;
    const stop = Math.min(piece.length, at + GLANCE_CHARACTERS);
    let state = root;
    for (let i = at; i < stop; i += 1) {
      const klass = classOf[piece.charCodeAt(i)] as number;
      let entry = dfa.table[state + klass] as number;
      if (entry === UNKNOWN) entry = dfa.step(state, klass);
      if (entry === DEAD) return false;
      if (entry < 0) return true;
      state = entry;
    }
    return true;
  }

  /** Reads one character, whatever the scanner's state. */
  private step(piece: string, at: number): void {
    const { runs } = this;
    const { dfa, gates, plainRoots } = this.plan;
    const klass = dfa.nfa.alphabet.classOf[piece.charCodeAt(at)] as number;
    if (runs.isSwallowing) {
      const readOn = runs.stepOverSwallowed(klass);
      if (readOn >= 0) this.rewind(readOn);
      return;
    }
    let gate = 0;
    if (gates !== undefined) {
      this.watch = gates.makeRoom(this.watch);
      let watched = gates.forward.table[this.watch + klass] as number;
      if (watched === UNKNOWN) watched = gates.forward.step(this.watch, klass);
      if (watched < 0) {
        gate = gates.gateAt(runs.position, this.text, gates.reportedBy(watched), klass);
        watched = gates.forward.specialNext[-2 - watched] as number;
      }
      this.watch = watched;
      this.watchStates = gates.forward.states;
    }
    const root = gate === 0 ? plainRoots.behind(this.last) : plainRoots.behindGate(this.last, gate);
    const mayBegin = (dfa.table[root + klass] as number) !== DEAD && this.comesToSomething(root, piece, at);
    runs.step(klass, mayBegin ? root : DEAD);
    this.last = klass;
  }

  private rewind(position: number): void {
    const { runs, text } = this;
    const { dfa, gates } = this.plan;
    runs.rewind(position);
    this.last = position === 0 ? -1 : (dfa.nfa.alphabet.classOf[text.unitAt(position - 1)] as number);
    if (gates === undefined) return;
    this.watch = gates.stateAt(position, text);
    this.watchStates = gates.forward.states;
  }

  /** The automaton may have been thrown away by another scanner: takes the state over into the new one. */
  private adoptWatch(): void {
    const forward = this.plan.gates?.forward;
    if (forward === undefined || this.watchStates === forward.states) return;
    const old = this.watchStates;
    this.watch = old === undefined ? forward.root(EDGE) : forward.adopt(old[forward.indexOf(this.watch)] as DfaState);
    this.watchStates = forward.states;
  }
}
