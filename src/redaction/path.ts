/**
 * A path is one run of the automaton, shared by every start of a candidate that has come to the same state.
 *
 * From there on they have one future, so it is followed once: this is what keeps the work per character bounded by the
 * number of *different* states and not by the number of starts. What a start matched before it joined a path stays on
 * the path that it came from, which keeps a link (`into`, `joinedAt`) to the path that goes on for it.
 */
import { StartSet } from './start-set.ts';

/** Leader of a path on which no start is undecided. */
export const NO_LEADER = Number.POSITIVE_INFINITY;

/** Shared by all paths on which nothing matched: most never match anything. */
const NONE: number[] = [];

export class Path {
  /** The smallest start on this path that is not decided yet, or `NO_LEADER`. */
  leader: number;
  state: number;
  isAlive = true;
  /** Longest end for each rule that matched on this path. */
  rules: number[] = NONE;
  ends: number[] = NONE;
  /** The smallest and the largest end that was noted; 0 when nothing matched. */
  firstEnd = 0;
  lastEnd = 0;
  /** The leader joined while this path had matches that may not be its own: it is read again before it is decided. */
  isSuspect = false;
  /** Other starts that joined before they had matched anything, above `leader`. */
  joined: StartSet | undefined;
  into: Path | undefined;
  joinedAt = 0;
  /** Undecided paths that lead into this one. */
  children = 0;
  private openAccept: readonly number[] = NONE;
  private openEnd = 0;

  constructor(leader: number, state: number) {
    this.leader = leader;
    this.state = state;
  }

  /** Records that these rules match up to `end`. Calls come with growing ends. */
  note(accepted: readonly number[], end: number): void {
    if (accepted !== this.openAccept) this.settleAccept();
    this.openAccept = accepted;
    this.openEnd = end;
    this.lastEnd = end;
    if (this.firstEnd === 0) this.firstEnd = end;
  }

  /** Writes the pending accept list into `rules` and `ends`. */
  settleAccept(): void {
    if (this.openAccept === NONE) return;
    if (this.rules === NONE) {
      this.rules = [];
      this.ends = [];
    }
    for (const rule of this.openAccept) {
      const at = this.rules.indexOf(rule);
      if (at >= 0) this.ends[at] = this.openEnd;
      else {
        this.rules.push(rule);
        this.ends.push(this.openEnd);
      }
    }
    this.openAccept = NONE;
  }

  join(start: number, span: number): void {
    this.joined ??= new StartSet(span);
    this.joined.add(start);
  }

  /** The next start on this path that is not below `from` becomes its leader. */
  advance(from: number): void {
    if (this.leader >= from) return;
    const next = this.joined === undefined ? -1 : this.joined.takeFrom(from);
    this.leader = next < 0 ? NO_LEADER : next;
  }
}

/** The path that goes on for this one. */
export function onwardOf(path: Path): Path {
  let onward = path;
  while (onward.into !== undefined) onward = onward.into;
  return onward;
}

/** What the rules offer at one start: each rule's longest end over its paths and those that they went on as. */
export class Candidates {
  readonly rules: number[] = [];
  readonly ends: number[] = [];
  private readonly paths: Path[] = [];

  constructor(start: number, paths: readonly Path[]) {
    for (const path of paths) this.collect(start, path);
  }

  /** The path on which a candidate was found. */
  pathOf(index: number): Path {
    return this.paths[index] as Path;
  }

  /** Index of the longest candidate that was not taken yet, the earlier rule winning ties; -1 when all were. */
  takeLongest(): number {
    return this.take((index, best) => {
      const longer = (this.ends[index] as number) - (this.ends[best] as number);
      return longer > 0 || (longer === 0 && (this.rules[index] as number) < (this.rules[best] as number));
    });
  }

  /** Index of the earliest rule's candidate that was not taken yet; -1 when all were. */
  takeFirst(): number {
    return this.take((index, best) => (this.rules[index] as number) < (this.rules[best] as number));
  }

  private readonly taken: boolean[] = [];

  private take(isBetter: (index: number, best: number) => boolean): number {
    let best = -1;
    for (let i = 0; i < this.rules.length; i += 1) {
      if (this.taken[i] !== true && (best < 0 || isBetter(i, best))) best = i;
    }
    if (best >= 0) this.taken[best] = true;
    return best;
  }

  private collect(start: number, path: Path): void {
    let after = start;
    for (let onward: Path | undefined = path; onward !== undefined; onward = onward.into) {
      onward.settleAccept();
      for (let i = 0; i < onward.rules.length; i += 1) {
        const end = onward.ends[i] as number;
        if (end > after) this.offer(onward.rules[i] as number, end, path);
      }
      after = onward.joinedAt;
    }
  }

  private offer(rule: number, end: number, path: Path): void {
    const known = this.rules.indexOf(rule);
    if (known < 0) {
      this.rules.push(rule);
      this.ends.push(end);
      this.paths.push(path);
    } else if (end >= (this.ends[known] as number)) {
      this.ends[known] = end;
      this.paths[known] = path;
    }
  }
}

export function lastEndOf(path: Path): number {
  let last = 0;
  for (let onward: Path | undefined = path; onward !== undefined; onward = onward.into) {
    last = Math.max(last, onward.lastEnd);
  }
  return last;
}
