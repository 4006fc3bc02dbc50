/**
 * The fast path: where in a piece of text something may begin, while nothing is open.
 *
 * Pure functions over one piece; they change nothing but the automata's caches, and may err only towards stopping early.
 */
import {
  type BeginFilter,
  GROUP_EDGE,
  GROUP_OF,
  GROUP_UNKNOWN,
  HAS_MARK,
  MAY_BE_GATED,
  MAY_BEGIN,
  MAY_BEGIN_BEFORE,
  STOPS,
  WINDOW_MASK,
} from './begin-filter.ts';
import type { BeforeReader } from './before-reader.ts';
import type { HeldText } from './held-text.ts';
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import type { Roots } from './roots.ts';

/** What skipping needs of a plan. */
export interface SkipPlan {
  readonly dfa: LazyDfa;
  readonly roots: Roots;
  readonly before: BeforeReader | undefined;
  readonly filter: BeginFilter;
}

/**
 * Returns where something may begin, or a mark turns up, leaving led rules aside: from there `backToWord` finds where to
 * read on. `groups` are those of the characters before, at and behind `at`; `base` is the piece's offset in `text`.
 */
export function skipQuiet(
  plan: SkipPlan,
  text: HeldText,
  piece: string,
  base: number,
  at: number,
  groups: number,
): number {
  const { table } = plan.filter;
  const safe = piece.length - 2;
  let window = groups;
  let next = at;
  while (next < safe) {
    window = ((window << 5) | (GROUP_OF[piece.charCodeAt(next + 2)] as number)) & WINDOW_MASK;
    const answer = table[window] as number;
    if ((answer & STOPS) !== 0) {
      if ((answer & HAS_MARK) !== 0 || next === 0 || mayBeginAt(plan, text, piece, base, next, answer)) break;
    }
    next += 1;
  }
  return next;
}

/** Looks beyond the window whether what the filter allows comes to anything; true when it may, or the piece ends. */
function mayBeginAt(plan: SkipPlan, text: HeldText, piece: string, base: number, at: number, answer: number): boolean {
  const { dfa, roots, before } = plan;
  const left = dfa.nfa.alphabet.classOf[piece.charCodeAt(at - 1)] as number;
  if ((answer & MAY_BEGIN) !== 0 && outlives(dfa, roots.at(roots.typeOf[left] as number, 0), piece, at)) return true;
  const beginnings = before?.beginnings;
  if ((answer & MAY_BEGIN_BEFORE) !== 0 && beginnings !== undefined) {
    if (outlives(beginnings, beginnings.root(dfa.nfa.alphabet.kindOf[left] as number), piece, at)) return true;
  }
  return (answer & MAY_BE_GATED) !== 0 && before?.gateAt(base + at + 2, text, 0, true) !== 0;
}

/** Back from where skipping stopped to the beginning of the word that a led rule may have begun with. */
export function backToWord(plan: SkipPlan, piece: string, from: number, to: number): number {
  const { filter, dfa } = plan;
  const { classOf } = dfa.nfa.alphabet;
  let at = to;
  while (at > from && filter.isLead[classOf[piece.charCodeAt(at - 1)] as number] === 1) at -= 1;
  return at;
}

/** Groups of the characters before, at and behind `at`; `last` is the code unit before it, or -1. */
export function groupsAround(piece: string, at: number, last: number): number {
  const left = last < 0 ? GROUP_EDGE : (GROUP_OF[last] as number);
  return (left << 10) | (groupAt(piece, at) << 5) | groupAt(piece, at + 1);
}

/** How far `outlives` looks before it lets the scanner look in earnest. */
const PROBE_CHARACTERS = 12;

/** Whether a run from `state` is alive, or has matched, some characters behind `at`, or when the piece ends. */
function outlives(dfa: LazyDfa, state: number, piece: string, at: number): boolean {
  const { classOf } = dfa.nfa.alphabet;
  const stop = Math.min(piece.length, at + PROBE_CHARACTERS);
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

/** Group of a character of a piece, or that of characters that have not come yet. */
export function groupAt(piece: string, at: number): number {
  return at < piece.length ? (GROUP_OF[piece.charCodeAt(at)] as number) : GROUP_UNKNOWN;
}
