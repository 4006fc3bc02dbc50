/**
 * Reads one channel's text as it comes and reports findings, decided in the order in which they begin.
 *
 * Every start of a candidate is followed at once, in one pass; starts whose runs reach the same state share a `Path`.
 * A start is decided when its run has ended (no character can lengthen the candidate), when it reached the longest
 * length, or when the text ended, and only after every start before it was decided. README.md explains why this
 * equals the rule "leftmost start, longest accepted candidate, then read on behind it" for every way of cutting.
 */
import {
  type BeginFilter,
  HAS_FACTOR,
  HAS_MARK,
  MAY_BE_GATED,
  MAY_BE_GATED_BEHIND,
  MAY_BE_LED,
  MAY_BEGIN,
  NOT_ASKED,
  WINDOW_MASK,
} from './begin-filter.ts';
import type { BeforeReader } from './before-reader.ts';
import { GROUP_EDGE, GROUP_OF } from './groups.ts';
import { HeldText } from './held-text.ts';
import type { DfaState, LazyDfa } from './lazy-dfa.ts';
import { DEAD, UNKNOWN } from './lazy-dfa.ts';
import { candidatesOf, lastEndOf, NO_LEADER, onwardOf, Path } from './path.ts';
import type { Finding } from './rule.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';
import type { Roots } from './roots.ts';
import { backToWord, groupAt, groupsAround, skipQuiet } from './skipping.ts';

/** What a scanner needs of a compiled program. */
export interface ScanPlan {
  readonly mode: 'compete' | 'watch';
  readonly ruleCount: number;
  readonly dfa: LazyDfa;
  readonly roots: Roots;
  readonly before: BeforeReader | undefined;
  readonly filter: BeginFilter;
  readonly candidateCharactersMax: number;
  /** Whether a candidate is accepted; `before` is already known to hold. */
  accepts(rule: number, text: HeldText, start: number, end: number): boolean;
}

interface Swallow {
  readonly rule: number;
  state: number;
  end: number;
  /** Watch mode: candidates of the same rule that begin where the mask may still grow. */
  readonly waiting: { start: number; end: number }[];
}

/** Answers of the filter that let text pass while nothing is open. */
const QUIET = MAY_BE_LED | HAS_MARK | HAS_FACTOR;

/** Of an answer: bit 0, a rule with `before` may begin at the last character; bit 3, so it may behind a factor. */
function gatesOf(answer: number): number {
  return ((answer & MAY_BE_GATED) >> 2) | (answer & MAY_BE_GATED_BEHIND);
}

/** One channel's state. Not to be used after `end`. */
export class Scanner {
  private readonly plan: ScanPlan;
  private readonly text = new HeldText();
  private position = 0;
  /** The code unit before `position`, or -1. */
  private last = -1;
  private live: Path[] = [];
  /** Paths that lead on no more, or lead into another, with an undecided start; sorted by leader. */
  private done: Path[] = [];
  private swallows: Swallow[] = [];
  private readonly consumed: Float64Array;
  private findings: Finding[] = [];
  /** Up to there what some `before` cannot do without may stand among the characters that it looks at. */
  private factorUntil = -1;
  /** The same for each of `BeforeReader.behindFactor`. */
  private readonly factorsUntil: number[];
  private states: LazyDfa['states'];
  private hasEnded = false;
  private hasDied = false;

  constructor(plan: ScanPlan) {
    this.plan = plan;
    this.consumed = new Float64Array(plan.mode === 'watch' ? plan.ruleCount : 0);
    this.states = plan.dfa.states;
    this.factorsUntil = (plan.before?.behindFactor ?? []).map(() => -1);
  }

  /** Below this offset every character is decided: it lies in a reported finding or can never be part of one. */
  get clear(): number {
    const swallow = this.plan.mode === 'compete' ? this.swallows[0] : undefined;
    if (swallow !== undefined) return swallow.end;
    return Math.min(this.oldest(), this.position);
  }

  /** Reads on. Cost is linear in `text`, whatever came before. */
  push(text: string): void {
    if (text.length === 0) return;
    this.text.push(text);
    this.run();
    this.text.release(this.clear - CONTEXT_CHARACTERS - 2);
  }

  /** The text is complete: decides everything that is still open. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.finish();
  }

  /** Findings decided since the last call, in order. */
  take(): Finding[] {
    const taken = this.findings;
    if (taken.length > 0) this.findings = [];
    return taken;
  }

  private finish(): void {
    const { dfa, mode } = this.plan;
    for (;;) {
      for (const swallow of this.swallows) this.stepSwallow(swallow, dfa.endClass);
      const rewindTo = this.endSwallows();
      if (mode === 'watch' || rewindTo < 0 || rewindTo >= this.position) break;
      this.rewind(rewindTo);
      this.run();
    }
    for (const path of this.live) {
      const before = this.beforeAtEnd(path.state);
      if (before !== 0) path.note(dfa.acceptLists[before] as readonly number[], this.position);
    }
    const ended = this.live;
    this.live = [];
    for (const path of ended) this.die(path);
    this.settle(true);
    // A candidate that ends exactly at the longest length may have begun to swallow; there is nothing left to swallow.
    this.endSwallows();
  }

  private beforeAtEnd(state: number): number {
    const { dfa } = this.plan;
    let entry = dfa.table[state + dfa.endClass] as number;
    if (entry === UNKNOWN) entry = dfa.step(state, dfa.endClass);
    return entry <= -2 ? (dfa.specialBefore[-2 - entry] as number) : 0;
  }

  private run(): void {
    this.adoptStates();
    let index = this.text.indexOf(this.position);
    while (index < this.text.count) {
      this.runPiece(this.text.piece(index), this.text.startOf(index));
      index = this.text.indexOf(this.position);
    }
  }

  /** Reads one piece to its end, or until the scanner went back to an earlier position. */
  private runPiece(piece: string, base: number): void {
    const { filter } = this.plan;
    const stop = piece.length;
    let at = this.position - base;
    // Groups of the characters before, at and behind `at`, 5 bits each; the next one is shifted in from the right.
    let window = groupsAround(piece, at, this.last);
    // Up to there every start counts; from there on text without marks may be skipped.
    let readFrom = at;
    // Bit i: a rule with `before` may begin at `at + i`; bit i + 3: so it may if a factor has passed.
    let gated = this.gatedAtFirst(piece, at);
    while (at < stop) {
      const whole = ((window << 5) | groupAt(piece, at + 2)) & WINDOW_MASK;
      let answer = filter.table[whole] as number;
      if (answer === NOT_ASKED) answer = filter.ask(whole);
      if ((answer & HAS_FACTOR) !== 0) this.noteFactors(whole, this.position + 3);
      const isBehind = this.position <= this.factorUntil;
      if (!isBehind) {
        gated &= 7;
        answer &= ~MAY_BE_GATED_BEHIND;
      }
      const isQuiet = gated === 0 && this.swallows.length === 0;
      if (isQuiet && at < stop - 2 && this.live.length < 2 && (answer & ~QUIET) === 0) {
        const from = at;
        if (this.live.length > 0) {
          if ((answer & MAY_BE_LED) === 0) at = this.follow(piece, at, whole, base);
        } else if (at > 0 && at >= readFrom && !this.isMarkAt(piece, at) && !this.isMarkAt(piece, at + 1)) {
          readFrom = skipQuiet(this.plan, this.text, piece, base, at, this.factorsUntil);
          this.factorUntil = Math.max(this.factorUntil, ...this.factorsUntil);
          at = backToWord(this.plan, piece, from, readFrom);
          readFrom += 3;
          this.flushIfOverfull();
        } else if ((answer & MAY_BE_LED) === 0) at += 1;
        if (at > from) {
          this.position = base + at;
          this.last = piece.charCodeAt(at - 1);
          window = groupsAround(piece, at, this.last);
          continue;
        }
      }
      gated |= gatesOf(answer) << 2;
      const gate = (gated & 9) === 0 ? 0 : this.gateAt(base + at, this.factorsUntil);
      const mayBegin = (answer & (MAY_BEGIN | MAY_BE_LED)) !== 0;
      if (mayBegin || gate !== 0 || this.swallows.length > 0 || !this.stepQuietly(piece.charCodeAt(at))) {
        this.step(piece.charCodeAt(at), mayBegin, gate);
      }
      at += 1;
      if (this.position !== base + at) return;
      gated = (gated >> 1) & ~4;
      window = whole;
    }
  }

  /** What some `before` cannot do without ended at `end`. */
  private noteFactors(window: number, end: number): void {
    this.factorUntil = end + CONTEXT_CHARACTERS;
    this.plan.filter.noteFactors(window, this.factorUntil, this.factorsUntil);
  }

  private isMarkAt(piece: string, at: number): boolean {
    return this.plan.filter.isLedBy(piece.charCodeAt(at));
  }

  /** The rules with `before` that may begin at the first two characters of a piece, which no earlier window covered. */
  private gatedAtFirst(piece: string, at: number): number {
    const { before, filter } = this.plan;
    if (before === undefined) return 0;
    let window = this.groupsBefore();
    let gated = 0;
    for (let i = 0; i < 2 && at + i < piece.length; i += 1) {
      window = ((window << 5) | (GROUP_OF[piece.charCodeAt(at + i)] as number)) & WINDOW_MASK;
      let answer = filter.table[window] as number;
      if (answer === NOT_ASKED) answer = filter.ask(window);
      if ((answer & HAS_FACTOR) !== 0) this.noteFactors(window, this.position + 1 + i);
      gated |= gatesOf(answer) << i;
    }
    return gated;
  }

  /** Groups of the three characters before `position`. */
  private groupsBefore(): number {
    const { position, text } = this;
    let groups = 0;
    for (let at = position - 3; at < position; at += 1) {
      groups = (groups << 5) | (at < 0 ? GROUP_EDGE : (GROUP_OF[text.unitAt(at)] as number));
    }
    return groups;
  }

  /** One path is open and nothing begins at `at`: returns how far it goes without anything to report. */
  private follow(piece: string, at: number, whole: number, base: number): number {
    const { dfa, filter, candidateCharactersMax } = this.plan;
    const { table } = dfa;
    const { classOf } = dfa.nfa.alphabet;
    const path = this.live[0] as Path;
    const safe = Math.min(piece.length - 2, this.oldest() + candidateCharactersMax - 1 - base);
    const stops = NOT_ASKED & ~HAS_MARK & (this.position <= this.factorUntil ? NOT_ASKED : ~MAY_BE_GATED_BEHIND);
    let window = whole;
    let { state } = path;
    let next = at;
    while (next < safe) {
      const entry = table[state + (classOf[piece.charCodeAt(next)] as number)] as number;
      if (entry <= 0) break;
      state = entry;
      next += 1;
      window = ((window << 5) | (GROUP_OF[piece.charCodeAt(next + 2)] as number)) & WINDOW_MASK;
      if (((filter.table[window] as number) & stops) !== 0) break;
    }
    path.state = state;
    return next;
  }

  /** Reads one character with which nothing begins; false, having done nothing, when there is something to report. */
  private stepQuietly(unit: number): boolean {
    const { live, position } = this;
    if (live.length > 1) return false;
    const path = live[0];
    if (path !== undefined) {
      const { dfa, candidateCharactersMax } = this.plan;
      const entry = dfa.table[path.state + (dfa.nfa.alphabet.classOf[unit] as number)] as number;
      if (entry <= DEAD || position + 1 - this.oldest() >= candidateCharactersMax) return false;
      path.state = entry;
    }
    this.last = unit;
    this.position = position + 1;
    return true;
  }

  /** Reads one character, whatever the scanner's state. */
  private step(unit: number, mayBegin: boolean, gate: number): void {
    const { dfa, mode, roots } = this.plan;
    const klass = dfa.nfa.alphabet.classOf[unit] as number;
    const at = this.position;
    if (this.swallows.length > 0) {
      for (const swallow of this.swallows) this.stepSwallow(swallow, klass);
      if (mode === 'compete') {
        this.position = at + 1;
        const readOn = this.endSwallows();
        if (readOn >= 0) this.rewind(readOn);
        return;
      }
    }
    const oldest = this.stepPaths(klass, at);
    if (mayBegin || gate !== 0) this.begin(roots.at(this.leftType(), gate), klass, at);
    this.last = unit;
    this.position = at + 1;
    if (this.swallows.length > 0) this.endSwallows();
    if (this.hasDied || this.position - oldest >= this.plan.candidateCharactersMax) this.settle(false);
    if (dfa.isOverfull) this.flushIfOverfull();
  }

  /** Moves every path over one character, joining those that come to one state; the smallest undecided start. */
  private stepPaths(klass: number, at: number): number {
    const { dfa } = this.plan;
    const { table } = dfa;
    const paths = this.live;
    let oldest = this.done.length > 0 ? (this.done[0] as Path).leader : NO_LEADER;
    let kept = 0;
    dfa.stamp = (dfa.stamp + 1) | 0;
    for (let i = 0; i < paths.length; i += 1) {
      const path = paths[i] as Path;
      if (path.leader < oldest) oldest = path.leader;
      const entry = table[path.state + klass] as number;
      if (entry > 0) path.state = entry;
      else if (!this.advance(path, klass, at)) {
        this.die(path);
        continue;
      }
      kept = this.keep(path, kept, at);
    }
    paths.length = kept;
    return oldest;
  }

  private leftType(): number {
    const { roots, dfa } = this.plan;
    return this.last < 0 ? 0 : (roots.typeOf[dfa.nfa.alphabet.classOf[this.last] as number] as number);
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
    const next = dfa.specialNext[special] as number;
    if (before !== 0) path.note(dfa.acceptLists[before] as readonly number[], at);
    path.state = next;
    if (next === DEAD) return false;
    const now = dfa.acceptsAt(next);
    if (now === 0) return true;
    path.note(dfa.acceptLists[now] as readonly number[], at + 1);
    return !dfa.isFinal(next);
  }

  /** A new start at `at`, whose first character is of class `klass`. */
  private begin(root: number, klass: number, at: number): void {
    const { dfa } = this.plan;
    if ((dfa.table[root + klass] as number) === DEAD) return;
    const path = new Path(at, root);
    if (!this.advance(path, klass, at)) {
      this.die(path);
      return;
    }
    const kept = this.keep(path, this.live.length, at);
    this.live.length = kept;
  }

  /** Puts a living path among the first `kept` of `live`, or joins it with the one there that has the same state. */
  private keep(path: Path, kept: number, at: number): number {
    const { live } = this;
    const { dfa } = this.plan;
    const index = dfa.indexOf(path.state);
    if (kept > 0 && dfa.stamps[index] === dfa.stamp) {
      const slot = dfa.slots[index] as number;
      const other = live[slot];
      if (other !== undefined && slot < kept && other.state === path.state) {
        live[slot] = this.join(other, path, at);
        return kept;
      }
    }
    dfa.stamps[index] = dfa.stamp;
    dfa.slots[index] = kept;
    live[kept] = path;
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
    if (this.done.length > 0) this.hasDied = true;
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

  /** Decides starts in order until one is still open. */
  private settle(isFinal: boolean): void {
    const limit = this.plan.candidateCharactersMax;
    this.hasDied = false;
    for (;;) {
      const head = this.head();
      if (head === undefined) return;
      if (!isFinal && onwardOf(head).isAlive && this.position - head.leader < limit) return;
      if (this.decide(head)) return;
    }
  }

  private head(): Path | undefined {
    let head = this.done[0];
    for (const path of this.live) {
      if (path.leader !== NO_LEADER && (head === undefined || path.leader < head.leader)) head = path;
    }
    return head;
  }

  /** Decides the leader of `head`, the smallest undecided start. True when a long candidate begins to be swallowed. */
  private decide(head: Path): boolean {
    const start = head.leader;
    const path = head.isSuspect ? this.readAgain(start) : head;
    const isSwallowing = lastEndOf(path) > start && this.decideStart(start, path);
    if (isSwallowing && this.plan.mode === 'compete') {
      this.live = [];
      this.done = [];
      return true;
    }
    if (head.leader === start) this.advanceLeader(head, start + 1);
    return false;
  }

  private decideStart(start: number, path: Path): boolean {
    const ends = candidatesOf(path, start);
    return this.plan.mode === 'compete' ? this.decideTogether(start, path, ends) : this.decideApart(start, path, ends);
  }

  private decideTogether(start: number, path: Path, ends: Map<number, number>): boolean {
    const order = [...ends].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [rule, end] of order) {
      if (!this.accepts(rule, start, end)) continue;
      this.findings.push({ rule, start, end });
      if (end - start >= this.plan.candidateCharactersMax) {
        this.beginSwallow(rule, path, end);
        return true;
      }
      this.discardBelow(end);
      return false;
    }
    return false;
  }

  private decideApart(start: number, path: Path, ends: Map<number, number>): boolean {
    for (const [rule, end] of [...ends].sort((a, b) => a[0] - b[0])) {
      if (start < (this.consumed[rule] as number)) continue;
      const swallow = this.swallows.find((other) => other.rule === rule);
      if (swallow !== undefined) {
        if (start >= swallow.end) swallow.waiting.push({ start, end });
      } else if (this.report(rule, start, end) && end - start >= this.plan.candidateCharactersMax) {
        this.beginSwallow(rule, path, end);
      }
    }
    return false;
  }

  private report(rule: number, start: number, end: number): boolean {
    if (start < (this.consumed[rule] as number) || !this.accepts(rule, start, end)) return false;
    this.findings.push({ rule, start, end });
    this.consumed[rule] = end;
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
    const { dfa } = this.plan;
    const { roots } = this.plan;
    const left =
      start === 0 ? 0 : (roots.typeOf[dfa.nfa.alphabet.classOf[this.text.unitAt(start - 1)] as number] as number);
    const state = roots.at(left, this.gateAt(start, undefined));
    const path = new Path(start, state);
    const read = this.text.slice(start, this.position);
    for (let i = 0; i < read.length; i += 1) {
      if (this.advance(path, dfa.nfa.alphabet.classOf[read.charCodeAt(i)] as number, start + i)) continue;
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
    this.swallows.push({ rule, state, end, waiting: [] });
    if (this.plan.mode === 'watch') this.consumed[rule] = end;
  }

  private stepSwallow(swallow: Swallow, klass: number): void {
    const { dfa } = this.plan;
    if (swallow.state === DEAD) return;
    let entry = dfa.table[swallow.state + klass] as number;
    if (entry === UNKNOWN) entry = dfa.step(swallow.state, klass);
    if (entry >= 0) {
      swallow.state = entry;
      return;
    }
    const special = -2 - entry;
    if (dfa.specialBefore[special] !== 0) this.extend(swallow, this.position);
    swallow.state = dfa.specialNext[special] as number;
    if (swallow.state !== DEAD && dfa.acceptsAt(swallow.state) !== 0) this.extend(swallow, this.position + 1);
  }

  private extend(swallow: Swallow, end: number): void {
    if (end <= swallow.end) return;
    const last = this.findings.at(-1);
    if (last?.continued === true && last.rule === swallow.rule && last.end === swallow.end) {
      this.findings[this.findings.length - 1] = { ...last, end };
    } else {
      this.findings.push({ rule: swallow.rule, start: swallow.end, end, continued: true });
    }
    swallow.end = end;
    if (this.plan.mode === 'watch') this.consumed[swallow.rule] = end;
  }

  /** Ends swallows that can grow no more; returns where a competing program reads on, or -1. */
  private endSwallows(): number {
    let readOn = -1;
    this.swallows = this.swallows.filter((swallow) => {
      const isOpen =
        !this.hasEnded && swallow.state !== DEAD && this.position - swallow.end < this.plan.candidateCharactersMax;
      if (isOpen) return true;
      readOn = swallow.end;
      for (const { start, end } of swallow.waiting) this.report(swallow.rule, start, end);
      return false;
    });
    return readOn;
  }

  private rewind(position: number): void {
    this.position = position;
    this.last = position === 0 ? -1 : this.text.unitAt(position - 1);
  }

  private gateAt(position: number, factorUntil: readonly number[] | undefined): number {
    return this.plan.before?.gateAt(position, this.text, factorUntil) ?? 0;
  }

  private flushIfOverfull(): void {
    const { dfa } = this.plan;
    if (dfa.isOverfull) dfa.flush();
    this.adoptStates();
  }

  /** The automaton may have been thrown away, by this scanner or another: takes its states over into the new one. */
  private adoptStates(): void {
    const { dfa } = this.plan;
    if (this.states === dfa.states) return;
    const old = this.states;
    const adopt = (state: number): number => dfa.adopt(old[state / dfa.stride] as DfaState);
    for (const path of this.live) path.state = adopt(path.state);
    for (const swallow of this.swallows) swallow.state = adopt(swallow.state);
    this.states = dfa.states;
  }
}
