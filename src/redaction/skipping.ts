/**
 * The fast path: where in a piece of text something may begin, while nothing is open.
 *
 * Pure functions over one piece; they change nothing but the automata's caches, and may err only towards stopping early.
 */
import {
  type BeginFilter,
  HAS_FACTOR,
  HAS_MARK,
  MAY_BE_GATED,
  MAY_BE_GATED_BEHIND,
  MAY_BEGIN,
  NOT_ASKED,
  QUICK_MARK,
  QUICK_MASK,
  STOPS,
  STOPS_BEFORE_FACTOR,
  STOPS_WITHOUT_MARK,
  WINDOW_MASK,
} from './begin-filter.ts';
import type { BeforeReader } from './before-reader.ts';
import { GROUP_EDGE, GROUP_OF, GROUP_UNKNOWN } from './groups.ts';
import type { HeldText } from './held-text.ts';
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import type { Roots } from './roots.ts';
import { CONTEXT_CHARACTERS } from './rule.ts';

/** Answers that mean that a candidate may begin. */
const MATTERS = MAY_BEGIN | MAY_BE_GATED | MAY_BE_GATED_BEHIND;

/** What skipping needs of a plan. */
export interface SkipPlan {
  readonly dfa: LazyDfa;
  readonly roots: Roots;
  readonly before: BeforeReader | undefined;
  readonly filter: BeginFilter;
}

/**
 * Returns where something may begin, or a mark turns up, leaving led rules aside: from there `backToWord` finds where to
 * read on. `base` is the piece's offset in `text`, and `at` not its first character. `factorUntil` says up to where each
 * of `BeforeReader.behindFactor` may match; what is noticed on the way is noted there.
 */
export function skipQuiet(
  plan: SkipPlan,
  text: HeldText,
  piece: string,
  base: number,
  at: number,
  factorUntil: number[],
): number {
  let next = at;
  for (;;) {
    if (base + next <= largest(factorUntil)) {
      next = skipBehind(plan, text, piece, base, at, next, factorUntil);
      if (base + next <= largest(factorUntil)) return next;
    }
    next = skipPlain(plan, text, piece, base, at, next);
    if (next >= piece.length - 4) return next;
    const window = windowAt(piece, next);
    const isFactor = ((plan.filter.table[window] as number) & HAS_FACTOR) !== 0;
    if (!isFactor || isMark(plan, piece, next + 1)) return next;
    plan.filter.noteFactors(window, base + next + 3 + CONTEXT_CHARACTERS, factorUntil);
  }
}

function largest(positions: readonly number[]): number {
  let most = -1;
  for (const position of positions) if (position > most) most = position;
  return most;
}

function windowAt(piece: string, at: number): number {
  return (groupsAround(piece, at, piece.charCodeAt(at - 1)) << 5) | groupAt(piece, at + 2);
}

/** Where no factor has passed: reads at every second place. No led rule begins from `from` up to `at`. */
function skipPlain(plan: SkipPlan, text: HeldText, piece: string, base: number, from: number, at: number): number {
  const { quick, table } = plan.filter;
  const safe = piece.length - 4;
  let groups = ((GROUP_OF[piece.charCodeAt(at - 1)] as number) << 5) | groupAt(piece, at);
  let next = at;
  // No led rule begins below.
  let checked = from;
  while (next < safe) {
    const left = groups & 0x3e0;
    groups =
      ((groups << 10) |
        ((GROUP_OF[piece.charCodeAt(next + 1)] as number) << 5) |
        (GROUP_OF[piece.charCodeAt(next + 2)] as number)) &
      QUICK_MASK;
    const answer = quick[groups] as number;
    if (answer !== 0) {
      const second = ((groups << 5) | (GROUP_OF[piece.charCodeAt(next + 3)] as number)) & WINDOW_MASK;
      const open = (table[(left << 10) | groups] as number) | (table[second] as number);
      if ((open & STOPS_WITHOUT_MARK) !== 0 || (answer & QUICK_MARK) !== 0) {
        if (answer === NOT_ASKED) plan.filter.askQuick(groups);
        const place = stopWithin(plan, text, piece, base, next, checked, (open & STOPS_WITHOUT_MARK) !== 0);
        if (place >= 0) return place;
        // Each place is looked at once for led rules.
        if ((answer & QUICK_MARK) !== 0) checked = markedBelow(plan, piece, next + 2, checked);
      }
    }
    next += 2;
  }
  return next;
}

/** No factor has passed: fewer than nothing is compared with, so none of `behindFactor` is read. */
const NO_FACTORS: readonly number[] = [];

/** The place, `at` or the one behind it, at which skipping must stop; -1 when it may go on. `mayMatter`: not only marks count. */
function stopWithin(
  plan: SkipPlan,
  text: HeldText,
  piece: string,
  base: number,
  at: number,
  checked: number,
  mayMatter: boolean,
): number {
  let from = checked;
  for (let place = at; place < at + 2; place += 1) {
    if (isMark(plan, piece, place + 1)) {
      if (mayBeLed(plan, piece, from, place + 1)) return place;
      from = place + 2;
    }
    if (mayMatter && mustStop(plan, text, piece, base, place)) return place;
  }
  return -1;
}

/** Behind the last mark up to `at`, or `checked`. */
function markedBelow(plan: SkipPlan, piece: string, at: number, checked: number): number {
  if (isMark(plan, piece, at)) return at + 1;
  return isMark(plan, piece, at - 1) ? at : checked;
}

/** Behind a factor, where each place counts, up to where no factor reaches. */
function skipBehind(
  plan: SkipPlan,
  text: HeldText,
  piece: string,
  base: number,
  from: number,
  at: number,
  factorUntil: number[],
): number {
  const { table } = plan.filter;
  let safe = Math.min(piece.length - 2, largest(factorUntil) - base + 1);
  let window = groupsAround(piece, at, piece.charCodeAt(at - 1));
  let next = at;
  let checked = from;
  while (next < safe) {
    window = ((window << 5) | (GROUP_OF[piece.charCodeAt(next + 2)] as number)) & WINDOW_MASK;
    let answer = table[window] as number;
    if ((answer & STOPS) !== 0) {
      if (answer === NOT_ASKED) answer = plan.filter.ask(window);
      if ((answer & HAS_FACTOR) !== 0) {
        const until = base + next + 3 + CONTEXT_CHARACTERS;
        plan.filter.noteFactors(window, until, factorUntil);
        safe = Math.min(piece.length - 2, until - base + 1);
      }
      if ((answer & HAS_MARK) !== 0) {
        if (mayBeLed(plan, piece, checked, next + 2)) break;
        checked = next + 3;
      }
      if ((answer & MATTERS) !== 0 && mayBeginAt(plan, text, piece, base, next, answer, factorUntil)) break;
    }
    next += 1;
  }
  return next;
}

function isMark(plan: SkipPlan, piece: string, at: number): boolean {
  return plan.filter.isLedBy(piece.charCodeAt(at));
}

/** Whether what the filter says of a place, led rules and marks aside, stands up to a closer look. */
function mustStop(plan: SkipPlan, text: HeldText, piece: string, base: number, at: number): boolean {
  const window = windowAt(piece, at);
  let answer = plan.filter.table[window] as number;
  if (answer === NOT_ASKED) answer = plan.filter.ask(window);
  answer &= STOPS_BEFORE_FACTOR;
  if ((answer & HAS_FACTOR) !== 0) return true;
  return (answer & MATTERS) !== 0 && mayBeginAt(plan, text, piece, base, at, answer, NO_FACTORS);
}

/** A word longer than this is not looked at twice: the scanner reads it in earnest. */
const WORD_CHARACTERS_MAX = 128;

/** Whether a led rule may begin in the word of the mark at `to`, from `from` on; each place is looked at once. */
function mayBeLed(plan: SkipPlan, piece: string, from: number, to: number): boolean {
  const { dfa, roots } = plan;
  const { classOf } = dfa.nfa.alphabet;
  const first = Math.max(1, backToWord(plan, piece, Math.max(from, to - WORD_CHARACTERS_MAX), to));
  if (to - first >= WORD_CHARACTERS_MAX) return true;
  for (let at = first; at <= to; at += 1) {
    const left = classOf[piece.charCodeAt(at - 1)] as number;
    if (outlives(dfa, roots.at(roots.typeOf[left] as number, 0), piece, at)) return true;
  }
  return false;
}

/** Looks beyond the window whether what the filter allows comes to anything; true when it may, or the piece ends. */
function mayBeginAt(
  plan: SkipPlan,
  text: HeldText,
  piece: string,
  base: number,
  at: number,
  answer: number,
  factorUntil: readonly number[],
): boolean {
  const { dfa, roots, before } = plan;
  const left = dfa.nfa.alphabet.classOf[piece.charCodeAt(at - 1)] as number;
  if ((answer & MAY_BEGIN) !== 0 && outlives(dfa, roots.at(roots.typeOf[left] as number, 0), piece, at)) return true;
  if ((answer & (MAY_BE_GATED | MAY_BE_GATED_BEHIND)) === 0) return false;
  const gate = before?.gateAt(base + at + 2, text, factorUntil) ?? 0;
  if (gate === 0) return false;
  const neighbour = dfa.nfa.alphabet.classOf[piece.charCodeAt(at + 1)] as number;
  return outlives(dfa, roots.at(roots.typeOf[neighbour] as number, gate), piece, at + 2);
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
const PROBE_CHARACTERS = 24;

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
