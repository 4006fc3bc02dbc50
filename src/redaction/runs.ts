/**
 * Every open start of one channel, followed at once, and decided in the order in which they begin.
 *
 * Starts whose runs reach the same state share a `Path`. A start is decided when its runs have ended (no character can
 * lengthen a candidate), when it reached the longest length, or when the text ended, and only after every start before
 * it was decided. README.md explains why this equals "leftmost start, longest accepted candidate, then read on behind it".
 */
import type { Gates } from './gates.ts';
import type { HeldText } from './held-text.ts';
import { DEAD, type DfaState, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import type { LeadForm, LedRuns } from './led-rules.ts';
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

/** Paths in one state are joined at every so many characters: in between they are followed side by side. */
const JOIN_CHARACTERS = 4;

export class Runs implements SwallowSink {
  /** Behind the last character that was read. */
  position = 0;
  hasEnded = false;
  /** Whether nothing is open, so that text in which nothing begins may be skipped. */
  isIdle = true;
  private readonly plan: RunPlan;
  private readonly text: HeldText;
  private readonly led: LedRuns | undefined;
  private live: Path[] = [];
  /** Paths that lead on no more, or lead into another, with an undecided start; sorted by leader. */
  private done: Path[] = [];
  private readonly swallows: Swallows;
  /** Watch mode: up to where each rule's findings reach. */
  private readonly consumed: Float64Array | undefined;
  private findings: Finding[] = [];
  private states: LazyDfa['states'];
  /** Whether paths in one state are joined in this step. */
  private joins = false;
  /** Something may be decidable. */
  private isDue = false;
  /** What is decidable waits for a run of a led rule that began before it. */
  private waitsForLed = false;

  constructor(plan: RunPlan, text: HeldText, led: LedRuns | undefined) {
    this.plan = plan;
    this.text = text;
    this.led = led;
    this.consumed = plan.mode === 'watch' ? new Float64Array(plan.ruleCount) : undefined;
    this.states = plan.dfa.states;
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
    const oldest = this.isIdle ? this.position : Math.min(this.oldest(), this.position);
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
    this.joins = at % JOIN_CHARACTERS === 0;
    if (this.joins) this.plan.dfa.nextStamp();
    let oldest = this.live.length > 0 || this.done.length > 0 ? this.stepPaths(klass, at) : NO_LEADER;
    if (root !== DEAD) this.begin(root, klass, at);
    if (this.led !== undefined) oldest = Math.min(oldest, this.beginLed(this.led, klass, at));
    this.position = at + 1;
    if (!this.swallows.isEmpty) {
      this.swallows.step(klass, at);
      this.swallows.endAt(this.position, this.hasEnded);
    }
    if (this.waitsForLed) this.isDue = true;
    if (this.isDue || this.position - oldest >= this.plan.candidateCharactersMax) this.settle(false);
    this.isIdle = this.live.length === 0 && this.done.length === 0 && this.swallows.isEmpty;
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
    for (const path of this.live) {
      const before = this.beforeAtEnd(path.state);
      if (before !== 0) path.note(dfa.acceptLists[before] as readonly number[], this.position);
    }
    const ended = this.live;
    this.live = [];
    for (const path of ended) this.die(path);
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
    for (const path of this.live) path.state = adopt(path.state);
    this.swallows.adopt(adopt);
    this.states = dfa.states;
  }

  private beforeAtEnd(state: number): number {
    const { dfa } = this.plan;
    let entry = dfa.table[state + dfa.endClass] as number;
    if (entry === UNKNOWN) entry = dfa.step(state, dfa.endClass);
    return entry <= -2 ? (dfa.specialBefore[-2 - entry] as number) : 0;
  }

  /** Moves every path over one character, joining those that come to one state; the smallest undecided start. */
  private stepPaths(klass: number, at: number): number {
    const { dfa } = this.plan;
    const paths = this.live;
    let oldest = this.done.length > 0 ? (this.done[0] as Path).leader : NO_LEADER;
    let kept = 0;
    for (let i = 0; i < paths.length; i += 1) {
      const path = paths[i] as Path;
      if (path.leader < oldest) oldest = path.leader;
      const entry = dfa.table[path.state + klass] as number;
      if (entry > 0) path.state = entry;
      else if (!this.advance(path, klass, at)) {
        this.die(path);
        continue;
      }
      kept = this.keep(path, kept, at);
    }
    if (paths.length !== kept) paths.length = kept;
    return oldest;
  }

  /** Moves a path over one character; false when it can lead no further. */
  private advance(path: Path, klass: number, at: number): boolean {
    const { dfa } = this.plan;
    let entry = dfa.table[path.state + klass] as number;
    if (entry === UNKNOWN) entry = dfa.step(path.state, klass);
    if (entry > 0) {
      path.state = entry;
      return true;
    }
    if (entry === DEAD) return false;
    const special = -2 - entry;
    const before = dfa.specialBefore[special] as number;
    if (before !== 0) path.note(dfa.acceptLists[before] as readonly number[], at);
    path.state = dfa.specialNext[special] as number;
    return path.state !== DEAD && this.arrive(path, at + 1);
  }

  /** Notes what matches up to `end`, where the path has come; false when it can lead no further. */
  private arrive(path: Path, end: number): boolean {
    const { dfa } = this.plan;
    const accepts = dfa.acceptsAt(path.state);
    if (accepts === 0) return true;
    path.note(dfa.acceptLists[accepts] as readonly number[], end);
    return !dfa.isFinal(path.state);
  }

  /** A new start at `at`, whose first character is of class `klass`. */
  private begin(root: number, klass: number, at: number): void {
    if ((this.plan.dfa.table[root + klass] as number) === DEAD) return;
    const path = new Path(at, root);
    if (this.advance(path, klass, at)) this.keep(path, this.live.length, at);
    else this.die(path);
  }

  /** A mark at `at` leads the starts of its run on; the smallest of them. */
  private beginLed(led: LedRuns, klass: number, at: number): number {
    let oldest = NO_LEADER;
    for (const run of led.runs) {
      if (run.form.isMark[klass] !== 1) continue;
      led.advance(at);
      const starts = run.startsBefore(led, at, this.plan.candidateCharactersMax);
      if (starts.length === 0) continue;
      const path = new Path(starts[0] as number, this.stateBehind(run.form, klass));
      for (let i = 1; i < starts.length; i += 1) path.join(starts[i] as number, this.plan.candidateCharactersMax);
      oldest = Math.min(oldest, path.leader);
      if (this.arrive(path, at + 1)) this.keep(path, this.live.length, at);
      else this.die(path);
    }
    return oldest;
  }

  private stateBehind(form: LeadForm, klass: number): number {
    const { dfa } = this.plan;
    return dfa.rootOf(form.restEntry, dfa.nfa.alphabet.kindOf[klass] as number);
  }

  /** Puts a living path among the first `kept` of `live`, or joins it with the one there that has the same state. */
  private keep(path: Path, kept: number, at: number): number {
    const { live } = this;
    if (!this.joins) {
      // Nearly always it stands there already.
      if (live[kept] !== path) live[kept] = path;
      return kept + 1;
    }
    const slot = this.plan.dfa.stampSlot(path.state, kept);
    if (slot < kept) {
      const other = live[slot];
      if (other !== undefined && other.state === path.state) {
        live[slot] = this.join(other, path, at);
        return kept;
      }
    }
    if (live[kept] !== path) live[kept] = path;
    return kept + 1;
  }

  /** Two paths in the same state go on as one: the one with the earlier leader. */
  private join(first: Path, second: Path, at: number): Path {
    const onward = second.leader < first.leader ? second : first;
    const other = onward === first ? second : first;
    const span = this.plan.candidateCharactersMax;
    const hasOwnMatches = other.firstEnd > 0 && other.firstEnd <= at;
    if (hasOwnMatches || other.children > 0) {
      other.isAlive = false;
      other.into = onward;
      other.joinedAt = at;
      onward.children += 1;
      if (other.leader !== NO_LEADER) this.insertDone(other);
    } else {
      if (other.leader !== NO_LEADER) onward.join(other.leader, span);
      if (other.joined !== undefined) {
        onward.join(onward.leader, span);
        onward.joined?.absorb(other.joined);
      }
    }
    return onward;
  }

  private die(path: Path): void {
    path.isAlive = false;
    if (path.lastEnd > 0 && path.leader !== NO_LEADER) this.insertDone(path);
    if (this.done.length > 0) this.isDue = true;
  }

  private insertDone(path: Path): void {
    const { done } = this;
    let at = done.length;
    while (at > 0 && (done[at - 1] as Path).leader > path.leader) at -= 1;
    if (at === done.length) done.push(path);
    else done.splice(at, 0, path);
  }

  private oldest(): number {
    let oldest = this.done.length > 0 ? (this.done[0] as Path).leader : NO_LEADER;
    for (const path of this.live) if (path.leader < oldest) oldest = path.leader;
    return oldest;
  }

  private oldestLed(): number {
    if (this.led === undefined || this.hasEnded) return NO_LEADER;
    return this.led.oldest(this.position, this.plan.candidateCharactersMax);
  }

  /** Decides starts in order until one is still open. */
  private settle(isFinal: boolean): void {
    this.isDue = false;
    this.waitsForLed = false;
    for (;;) {
      const start = this.oldest();
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
    for (const path of this.live) if (path.leader === start) return false;
    for (const path of this.done) {
      if (path.leader !== start) break;
      if (onwardOf(path).isAlive) return false;
    }
    return true;
  }

  /** Decides the smallest undecided start. True when a long candidate begins to be swallowed. */
  private decide(start: number): boolean {
    const only = this.led === undefined ? this.headOf(start) : undefined;
    if (only !== undefined && !only.isSuspect && lastEndOf(only) <= start) {
      // Nearly always a start that was given up.
      this.advanceLeader(only, start + 1);
      return false;
    }
    // More than one where the start was led: then what it read before the mark, by other rules, is a path of its own.
    const heads = this.live.filter((path) => path.leader === start);
    for (const path of this.done) {
      if (path.leader !== start) break;
      heads.push(path);
    }
    const paths = heads.some(({ isSuspect }) => isSuspect) ? [this.readAgain(start)] : heads;
    const hasMatched = paths.some((path) => lastEndOf(path) > start);
    const isSwallowing = hasMatched && this.decideStart(start, paths);
    if (isSwallowing && this.plan.mode === 'compete') {
      this.live = [];
      this.done = [];
      return true;
    }
    for (const head of heads) if (head.leader === start) this.advanceLeader(head, start + 1);
    return false;
  }

  /** The path whose smallest undecided start is `start`. */
  private headOf(start: number): Path | undefined {
    if (this.done[0]?.leader === start) return this.done[0];
    for (const path of this.live) if (path.leader === start) return path;
    return undefined;
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
      this.discardBelow(end);
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

  /** The smallest undecided start of a path moves up; a path without one, and without followers, is dropped. */
  private advanceLeader(path: Path, from: number): void {
    const wasDone = this.done[0] === path;
    if (wasDone) this.done.shift();
    path.advance(from);
    path.isSuspect = path.leader !== NO_LEADER && lastEndOf(path) > path.leader;
    if (path.leader === NO_LEADER) this.drop(path);
    else if (wasDone) this.insertDone(path);
  }

  private discardBelow(end: number): void {
    this.led?.discard(end);
    for (let head = this.done[0]; head !== undefined && head.leader < end; head = this.done[0]) {
      this.advanceLeader(head, end);
    }
    for (const path of this.live.slice()) {
      if (path.leader < end) this.advanceLeader(path, end);
    }
  }

  private drop(path: Path): void {
    if (path.children > 0 || path.leader !== NO_LEADER) return;
    const at = this.live.indexOf(path);
    if (at >= 0) this.live.splice(at, 1);
    path.isAlive = false;
    const { into } = path;
    if (into === undefined) return;
    path.into = undefined;
    into.children -= 1;
    this.drop(into);
  }

  /** Follows one start from its beginning over held text, because what it matched was not kept apart. */
  private readAgain(start: number): Path {
    const { dfa, roots, gates } = this.plan;
    const { classOf } = dfa.nfa.alphabet;
    const left = start === 0 ? 0 : (roots.typeOf[classOf[this.text.unitAt(start - 1)] as number] as number);
    const path = new Path(start, roots.at(left, gates?.gateAt(start, this.text) ?? 0));
    const read = this.text.slice(start, this.position);
    for (let i = 0; i < read.length; i += 1) {
      if (this.advance(path, classOf[read.charCodeAt(i)] as number, start + i)) continue;
      path.isAlive = false;
      return path;
    }
    if (this.hasEnded) {
      const before = this.beforeAtEnd(path.state);
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
