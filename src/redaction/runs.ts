/**
 * Every open start of one channel, followed at once, and decided in the order in which they begin.
 *
 * Starts whose runs reach the same state share a `Path`. A start is decided when its runs have ended (no character can
 * lengthen a candidate), when it reached the longest length, or when the text ended, and only after every start before
 * it was decided. README.md explains why this equals "leftmost start, longest accepted candidate, then read on behind it".
 */
import type { Gates } from './gates.ts';
import type { HeldText } from './held-text.ts';
import { DEAD, type DfaState, type LazyDfa } from './lazy-dfa.ts';
import type { LedRuns } from './led-rules.ts';
import { OpenPaths } from './open-paths.ts';
import { Candidates, lastEndOf, NO_LEADER, onwardOf, Path } from './path.ts';
import type { Roots } from './roots.ts';
import type { Finding } from './rule.ts';
import { type SwallowSink, Swallows } from './swallows.ts';

/** What following and deciding need of a compiled program. */
export interface RunPlan {
  readonly mode: 'compete' | 'watch';
  readonly ruleCount: number;
  readonly dfa: LazyDfa;
  /** With which state each rule begins, led rules included. */
  readonly roots: Roots;
  readonly gates: Gates | undefined;
  readonly candidateCharactersMax: number;
  /** Whether a candidate is accepted; `before` is already known to hold. */
  accepts(rule: number, text: HeldText, start: number, end: number): boolean;
}

export class Runs implements SwallowSink {
  /** Behind the last character that was read. */
  position = 0;
  hasEnded = false;
  /** Whether nothing is open, so that text in which nothing begins may be skipped. */
  isIdle = true;
  private readonly plan: RunPlan;
  private readonly text: HeldText;
  private readonly led: LedRuns | undefined;
  private readonly paths: OpenPaths;
  private readonly swallows: Swallows;
  /** Watch mode: up to where each rule's findings reach. */
  private readonly consumed: Float64Array | undefined;
  private findings: Finding[] = [];
  private states: LazyDfa['states'];
  /** What is decidable waits for a run of a led rule that began before it. */
  private waitsForLed = false;

  constructor(plan: RunPlan, text: HeldText, led: LedRuns | undefined) {
    this.plan = plan;
    this.text = text;
    this.led = led;
    this.consumed = plan.mode === 'watch' ? new Float64Array(plan.ruleCount) : undefined;
    this.states = plan.dfa.states;
    this.paths = new OpenPaths(plan.dfa, plan.candidateCharactersMax);
    this.swallows = new Swallows(plan.dfa, plan.candidateCharactersMax, this);
  }

  /** Findings decided since the last call, in order. */
  take(): Finding[] {
    const taken = this.findings;
    if (taken.length > 0) this.findings = [];
    return taken;
  }

  /** Below this offset every character is decided. */
  get clear(): number {
    if (this.isSwallowing) return this.swallows.firstEnd;
    const oldest = this.isIdle ? this.position : Math.min(this.paths.oldest(), this.position);
    if (this.led === undefined || this.hasEnded) return oldest;
    return Math.min(oldest, this.oldestLed());
  }

  /** Whether a swallowed candidate goes on, so that nothing else can begin. */
  get isSwallowing(): boolean {
    return !this.swallows.isEmpty && this.plan.mode === 'compete';
  }

  /** Reads one character of class `klass`; `root`: the state in which a start begins with it, or `DEAD`. */
  step(klass: number, root: number): void {
    const at = this.position;
    const { paths } = this;
    let oldest = paths.step(klass, at);
    if (root !== DEAD) paths.begin(root, klass, at);
    if (this.led !== undefined) oldest = Math.min(oldest, paths.beginLed(this.led, klass, at));
    this.position = at + 1;
    if (!this.swallows.isEmpty) {
      this.swallows.step(klass, at);
      this.swallows.endAt(this.position, this.hasEnded);
    }
    if (this.waitsForLed || paths.isDue || this.position - oldest >= this.plan.candidateCharactersMax)
      this.settle(false);
    this.isIdle = paths.isEmpty && this.swallows.isEmpty;
    if (this.plan.dfa.isOverfull) {
      this.plan.dfa.flush();
      this.adoptStates();
    }
  }

  /** Reads one character of a candidate that is being swallowed; returns where reading goes on, or -1. */
  stepOverSwallowed(klass: number): number {
    const at = this.position;
    this.swallows.step(klass, at);
    this.position = at + 1;
    return this.swallows.endAt(this.position, this.hasEnded);
  }

  /** The text ended while a candidate was being swallowed; returns where reading goes on, or -1. */
  endSwallowed(): number {
    this.swallows.step(this.plan.dfa.endClass, this.position);
    return this.swallows.endAt(this.position, this.hasEnded);
  }

  /** Decides everything, the text having ended. */
  finish(): void {
    const { dfa } = this.plan;
    const { paths } = this;
    for (const path of paths.live) {
      const before = paths.beforeAtEnd(path.state);
      if (before !== 0) path.note(dfa.acceptLists[before] as readonly number[], this.position);
    }
    const ended = paths.live;
    paths.live = [];
    for (const path of ended) paths.die(path);
    this.settle(true);
    // A candidate that ends exactly at the longest length may have begun to swallow; there is nothing left to swallow.
    this.swallows.endAt(this.position, this.hasEnded);
  }

  /** The automaton may have been thrown away, by this scanner or another: takes its states over into the new one. */
  adoptStates(): void {
    const { dfa } = this.plan;
    if (this.states === dfa.states) return;
    const old = this.states;
    const adopt = (state: number): number => (state === DEAD ? DEAD : dfa.adopt(old[dfa.indexOf(state)] as DfaState));
    for (const path of this.paths.live) path.state = adopt(path.state);
    this.swallows.adopt(adopt);
    this.states = dfa.states;
  }

  private oldestLed(): number {
    if (this.led === undefined || this.hasEnded) return NO_LEADER;
    return this.led.oldest(this.position, this.plan.candidateCharactersMax);
  }

  /** Decides starts in order until one is still open. */
  private settle(isFinal: boolean): void {
    this.paths.isDue = false;
    this.waitsForLed = false;
    for (;;) {
      const start = this.paths.oldest();
      if (start === NO_LEADER) return;
      if (!isFinal && !this.isDecidable(start)) return;
      if (!isFinal && this.oldestLed() <= start) {
        this.waitsForLed = true;
        return;
      }
      if (this.decide(start)) return;
    }
  }

  private isDecidable(start: number): boolean {
    if (this.position - start >= this.plan.candidateCharactersMax) return true;
    for (const path of this.paths.live) if (path.leader === start) return false;
    for (const path of this.paths.done) {
      if (path.leader !== start) break;
      if (onwardOf(path).isAlive) return false;
    }
    return true;
  }

  /** Decides the smallest undecided start. True when a long candidate begins to be swallowed. */
  private decide(start: number): boolean {
    const only = this.paths.soleHeadOf(start);
    if (only !== undefined && !only.isSuspect && lastEndOf(only) <= start) {
      // Nearly always a start that was given up.
      this.paths.advanceLeader(only, start + 1);
      return false;
    }
    // More than one where the start was led: then what it read before the mark, by other rules, is a path of its own.
    const heads = this.paths.live.filter((path) => path.leader === start);
    for (const path of this.paths.done) {
      if (path.leader !== start) break;
      heads.push(path);
    }
    const paths = heads.some(({ isSuspect }) => isSuspect) ? [this.readAgain(start)] : heads;
    const hasMatched = paths.some((path) => lastEndOf(path) > start);
    const isSwallowing = hasMatched && this.decideStart(start, paths);
    if (isSwallowing && this.plan.mode === 'compete') {
      this.paths.live = [];
      this.paths.done = [];
      return true;
    }
    for (const head of heads) if (head.leader === start) this.paths.advanceLeader(head, start + 1);
    return false;
  }

  private decideStart(start: number, paths: readonly Path[]): boolean {
    const candidates = new Candidates(start, paths);
    return this.plan.mode === 'compete' ? this.decideTogether(start, candidates) : this.decideApart(start, candidates);
  }

  private decideTogether(start: number, candidates: Candidates): boolean {
    for (let i = candidates.takeLongest(); i >= 0; i = candidates.takeLongest()) {
      const rule = candidates.rules[i] as number;
      const end = candidates.ends[i] as number;
      if (!this.accepts(rule, start, end)) continue;
      this.findings.push({ rule, start, end });
      if (end - start >= this.plan.candidateCharactersMax) {
        this.beginSwallow(rule, candidates.pathOf(i), end);
        return true;
      }
      this.led?.discard(end);
      this.paths.discardBelow(end);
      return false;
    }
    return false;
  }

  private decideApart(start: number, candidates: Candidates): boolean {
    for (let i = candidates.takeFirst(); i >= 0; i = candidates.takeFirst()) {
      const rule = candidates.rules[i] as number;
      const end = candidates.ends[i] as number;
      if (start < this.consumedTo(rule)) continue;
      const swallow = this.swallows.of(rule);
      if (swallow !== undefined) {
        if (start >= swallow.end) swallow.waiting.push({ start, end });
      } else if (this.report(rule, start, end) && end - start >= this.plan.candidateCharactersMax) {
        this.beginSwallow(rule, candidates.pathOf(i), end);
      }
    }
    return false;
  }

  private consumedTo(rule: number): number {
    return this.consumed === undefined ? 0 : (this.consumed[rule] as number);
  }

  private consume(rule: number, end: number): void {
    if (this.consumed !== undefined) this.consumed[rule] = end;
  }

  /** Watch mode: a candidate that no earlier finding of its rule covers becomes a finding if it is accepted. */
  report(rule: number, start: number, end: number): boolean {
    if (start < this.consumedTo(rule) || !this.accepts(rule, start, end)) return false;
    this.findings.push({ rule, start, end });
    this.consume(rule, end);
    return true;
  }

  private accepts(rule: number, start: number, end: number): boolean {
    return this.plan.accepts(rule, this.text, start, end);
  }

  /** Follows one start from its beginning over held text, because what it matched was not kept apart. */
  private readAgain(start: number): Path {
    const { dfa, roots, gates } = this.plan;
    const { classOf } = dfa.nfa.alphabet;
    const left = start === 0 ? 0 : (roots.typeOf[classOf[this.text.unitAt(start - 1)] as number] as number);
    const path = new Path(start, roots.at(left, gates?.gateAt(start, this.text) ?? 0));
    const read = this.text.slice(start, this.position);
    for (let i = 0; i < read.length; i += 1) {
      if (this.paths.advance(path, classOf[read.charCodeAt(i)] as number, start + i)) continue;
      path.isAlive = false;
      return path;
    }
    if (this.hasEnded) {
      const before = this.paths.beforeAtEnd(path.state);
      if (before !== 0) path.note(dfa.acceptLists[before] as readonly number[], this.position);
    }
    return path;
  }

  private beginSwallow(rule: number, path: Path, end: number): void {
    const onward = onwardOf(path);
    const state = onward.isAlive ? this.plan.dfa.restrict(onward.state, rule) : DEAD;
    this.swallows.begin(rule, state, end);
    this.consume(rule, end);
  }

  /** The mask of a rule's finding that ends at `from` reaches up to `to`. */
  extend(rule: number, from: number, to: number): void {
    const last = this.findings.at(-1);
    if (last?.continued === true && last.rule === rule && last.end === from) {
      this.findings[this.findings.length - 1] = { ...last, end: to };
    } else {
      this.findings.push({ rule, start: from, end: to, continued: true });
    }
    this.consume(rule, to);
  }

  /** Reading goes on at an earlier position, with nothing open. */
  rewind(position: number): void {
    this.position = position;
    this.led?.restart(position);
    this.isIdle = true;
  }
}
