/**
 * The runs of every open start in one channel, joined where they have the same future.
 *
 * Those that are `live` are read on; those that are `done` lead no further, or go on as another, and wait for their
 * starts to be decided.
 */
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import type { LeadForm, LedRuns } from './led-rules.ts';
import { lastEndOf, NO_LEADER, Path } from './path.ts';

/** Paths in one state are joined at every so many characters: in between they are followed side by side. */
const JOIN_CHARACTERS = 4;

export class OpenPaths {
  live: Path[] = [];
  /** Paths that lead on no more, or lead into another, with an undecided start; sorted by leader. */
  done: Path[] = [];
  /** Something may be decidable. */
  isDue = false;
  private readonly dfa: LazyDfa;
  private readonly candidateCharactersMax: number;
  /** Whether paths in one state are joined in this step. */
  private joins = false;

  constructor(dfa: LazyDfa, candidateCharactersMax: number) {
    this.dfa = dfa;
    this.candidateCharactersMax = candidateCharactersMax;
  }

  get isEmpty(): boolean {
    return this.live.length === 0 && this.done.length === 0;
  }

  /** Moves every path over one character, joining those that come to one state; the smallest undecided start. */
  step(klass: number, at: number): number {
    const { dfa } = this;
    this.joins = at % JOIN_CHARACTERS === 0;
    if (this.joins) dfa.nextStamp();
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
      if (this.joins) kept = this.keep(path, kept, at);
      else {
        // Nearly always it stands there already.
        if (kept !== i) paths[kept] = path;
        kept += 1;
      }
    }
    if (paths.length !== kept) paths.length = kept;
    return oldest;
  }

  /** Moves a path over one character; false when it can lead no further. */
  advance(path: Path, klass: number, at: number): boolean {
    const { dfa } = this;
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

  /** A new start at `at`, whose first character is of class `klass`. */
  begin(root: number, klass: number, at: number): void {
    if ((this.dfa.table[root + klass] as number) === DEAD) return;
    const path = new Path(at, root);
    if (this.advance(path, klass, at)) this.keep(path, this.live.length, at);
    else this.die(path);
  }

  /** A mark at `at` leads the starts of its run on; the smallest of them. */
  beginLed(led: LedRuns, klass: number, at: number): number {
    let oldest = NO_LEADER;
    for (const run of led.runs) {
      if (run.form.isMark[klass] !== 1) continue;
      led.advance(at);
      const starts = run.startsBefore(led, at, this.candidateCharactersMax);
      if (starts.length === 0) continue;
      const path = new Path(starts[0] as number, this.stateBehind(run.form, klass));
      for (let i = 1; i < starts.length; i += 1) path.join(starts[i] as number, this.candidateCharactersMax);
      oldest = Math.min(oldest, path.leader);
      if (this.arrive(path, at + 1)) this.keep(path, this.live.length, at);
      else this.die(path);
    }
    return oldest;
  }

  /** The list of rules that match in this state when the text ends there. */
  beforeAtEnd(state: number): number {
    const { dfa } = this;
    let entry = dfa.table[state + dfa.endClass] as number;
    if (entry === UNKNOWN) entry = dfa.step(state, dfa.endClass);
    return entry <= -2 ? (dfa.specialBefore[-2 - entry] as number) : 0;
  }

  /** A path can lead no further; it stays while its start is undecided. */
  die(path: Path): void {
    path.isAlive = false;
    if (path.lastEnd > 0 && path.leader !== NO_LEADER) this.insertDone(path);
    if (this.done.length > 0) this.isDue = true;
  }

  /** The smallest undecided start, or `NO_LEADER`. */
  oldest(): number {
    let oldest = this.done.length > 0 ? (this.done[0] as Path).leader : NO_LEADER;
    for (const path of this.live) if (path.leader < oldest) oldest = path.leader;
    return oldest;
  }

  /** The path whose smallest undecided start is `start`; undefined when there are several. */
  soleHeadOf(start: number): Path | undefined {
    let sole: Path | undefined;
    for (let i = 0; i < this.done.length && (this.done[i] as Path).leader === start; i += 1) {
      if (sole !== undefined) return undefined;
      sole = this.done[i];
    }
    for (const path of this.live) {
      if (path.leader !== start) continue;
      if (sole !== undefined) return undefined;
      sole = path;
    }
    return sole;
  }

  /** The smallest undecided start of a path moves up; a path without one, and without followers, is dropped. */
  advanceLeader(path: Path, from: number): void {
    const wasDone = this.done[0] === path;
    if (wasDone) this.done.shift();
    path.advance(from);
    path.isSuspect = path.leader !== NO_LEADER && lastEndOf(path) > path.leader;
    if (path.leader === NO_LEADER) this.drop(path);
    else if (wasDone) this.insertDone(path);
  }

  /** Starts below `end` are decided: they lie in a finding. */
  discardBelow(end: number): void {
    for (let head = this.done[0]; head !== undefined && head.leader < end; head = this.done[0]) {
      this.advanceLeader(head, end);
    }
    for (const path of this.live.slice()) {
      if (path.leader < end) this.advanceLeader(path, end);
    }
  }

  /** Notes what matches up to `end`, where the path has come; false when it can lead no further. */
  private arrive(path: Path, end: number): boolean {
    const { dfa } = this;
    const accepts = dfa.acceptsAt(path.state);
    if (accepts === 0) return true;
    path.note(dfa.acceptLists[accepts] as readonly number[], end);
    return !dfa.isFinal(path.state);
  }

  private stateBehind(form: LeadForm, klass: number): number {
    const { dfa } = this;
    return dfa.rootOf(form.restEntry, dfa.nfa.alphabet.kindOf[klass] as number);
  }

  /** Puts a living path among the first `kept` of `live`, or joins it with the one there that has the same state. */
  private keep(path: Path, kept: number, at: number): number {
    const { live } = this;
    const slot = this.joins ? this.dfa.stampSlot(path.state, kept) : kept;
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
    const span = this.candidateCharactersMax;
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

  private insertDone(path: Path): void {
    const { done } = this;
    let at = done.length;
    while (at > 0 && (done[at - 1] as Path).leader > path.leader) at -= 1;
    if (at === done.length) done.push(path);
    else done.splice(at, 0, path);
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
}
