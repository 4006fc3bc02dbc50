/**
 * Candidates that reached the longest length: they were decided there, and what goes on matching is swallowed into the
 * same mask.
 *
 * A competing program swallows one at a time and reads nothing else meanwhile; a watching one may swallow one for each rule.
 */
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';

/** What is swallowed for one rule. */
export interface Swallow {
  readonly rule: number;
  /** The automaton's state, of this rule alone. */
  state: number;
  /** Up to where the mask reaches. */
  end: number;
  /** Watch mode: candidates of the same rule that begin where the mask may still grow. */
  readonly waiting: { start: number; end: number }[];
}

/** Who is told. */
export interface SwallowSink {
  /** The mask of a rule's finding that ends at `from` reaches up to `to`. */
  extend(rule: number, from: number, to: number): void;
  /** A candidate that waited is looked at. */
  report(rule: number, start: number, end: number): void;
}

export class Swallows {
  private readonly dfa: LazyDfa;
  private readonly candidateCharactersMax: number;
  private readonly sink: SwallowSink;
  private list: Swallow[] = [];

  constructor(dfa: LazyDfa, candidateCharactersMax: number, sink: SwallowSink) {
    this.dfa = dfa;
    this.candidateCharactersMax = candidateCharactersMax;
    this.sink = sink;
  }

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  /** Up to where the first mask reaches. */
  get firstEnd(): number {
    return (this.list[0] as Swallow).end;
  }

  of(rule: number): Swallow | undefined {
    return this.list.find((swallow) => swallow.rule === rule);
  }

  begin(rule: number, state: number, end: number): void {
    this.list.push({ rule, state, end, waiting: [] });
  }

  /** Reads one character of class `klass` at `at`, or the text's end. */
  step(klass: number, at: number): void {
    for (const swallow of this.list) this.stepOne(swallow, klass, at);
  }

  /** Ends those that can grow no more at `position`; returns where a competing program reads on, or -1. */
  endAt(position: number, hasEnded: boolean): number {
    let readOn = -1;
    this.list = this.list.filter((swallow) => {
      const isOpen = !hasEnded && swallow.state !== DEAD && position - swallow.end < this.candidateCharactersMax;
      if (isOpen) return true;
      readOn = swallow.end;
      for (const { start, end } of swallow.waiting) this.sink.report(swallow.rule, start, end);
      return false;
    });
    return readOn;
  }

  /** The automaton was made anew: `adopt` says what each state is in it. */
  adopt(adopt: (state: number) => number): void {
    for (const swallow of this.list) swallow.state = adopt(swallow.state);
  }

  private stepOne(swallow: Swallow, klass: number, at: number): void {
    const { dfa } = this;
    if (swallow.state === DEAD) return;
    let entry = dfa.table[swallow.state + klass] as number;
    if (entry === UNKNOWN) entry = dfa.step(swallow.state, klass);
    if (entry >= 0) {
      swallow.state = entry;
      return;
    }
    const special = -2 - entry;
    if (dfa.specialBefore[special] !== 0) this.extend(swallow, at);
    swallow.state = dfa.specialNext[special] as number;
    if (swallow.state !== DEAD && dfa.acceptsAt(swallow.state) !== 0) this.extend(swallow, at + 1);
  }

  private extend(swallow: Swallow, end: number): void {
    if (end <= swallow.end) return;
    this.sink.extend(swallow.rule, swallow.end, end);
    swallow.end = end;
  }
}
