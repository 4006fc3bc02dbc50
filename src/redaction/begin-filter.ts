/**
 * Tells from four neighbouring characters whether a candidate, or a `before` pattern, may begin at the second of them.
 *
 * Most characters of prose cannot begin anything that still lives two characters later, and finding that out by four
 * table look-ups that do not depend on each other is about as fast as reading the text. Characters fall into 30 groups
 * (a letter and its capital are one), so the answer fits one byte in a table of 1 MiB. It is filled on demand, by asking the
 * automaton; an answer may err only towards "may begin".
 */
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import type { Alphabet } from './nfa.ts';
import type { Roots } from './roots.ts';

/** Group of the position before the first character. */
export const GROUP_EDGE = 30;
/** Group of characters that have not come yet. */
export const GROUP_UNKNOWN = 31;
/** Bits of a window of four groups, and of its last three. */
export const WINDOW_MASK = 0xfffff;

/** Answers in `table`; 0 means not asked yet. */
export const CANNOT_BEGIN = 1;
export const MAY_BEGIN = 2;

/** Rare letters share a group. */
const LETTERS = 'abcdefghiklmnoprstuvwy';
const GROUP_RARE = LETTERS.length;
const GROUP_DIGIT = GROUP_RARE + 1;
const GROUP_BLANK = GROUP_RARE + 2;
const GROUP_DASH = GROUP_RARE + 3;
const GROUP_STOP = GROUP_RARE + 4;
const GROUP_MARK = GROUP_RARE + 5;
const GROUP_FAR = GROUP_RARE + 6;

/** Group of each UTF-16 code unit; the same for every program. */
export const GROUP_OF: Uint8Array = makeGroups();

function makeGroups(): Uint8Array {
  const groups = new Uint8Array(0x10000).fill(GROUP_FAR);
  for (let unit = 0; unit < 128; unit += 1) groups[unit] = groupOfAscii(String.fromCharCode(unit));
  return groups;
}

function groupOfAscii(character: string): number {
  const letter = LETTERS.indexOf(character.toLowerCase());
  if (letter >= 0) return letter;
  if (/[a-z]/i.test(character)) return GROUP_RARE;
  if (/[0-9]/.test(character)) return GROUP_DIGIT;
  if (/\s/.test(character)) return GROUP_BLANK;
  if (character === '-' || character === '_') return GROUP_DASH;
  return /[.,:;'"!?()]/.test(character) ? GROUP_STOP : GROUP_MARK;
}

export class BeginFilter {
  readonly table = new Uint8Array(WINDOW_MASK + 1);
  private readonly roots: Roots;
  /** The `before` patterns, anchored. */
  private readonly context: LazyDfa | undefined;
  private readonly classesOf: number[][] = [];
  private readonly typesOf: number[][] = [];

  constructor(alphabet: Alphabet, roots: Roots, context: LazyDfa | undefined) {
    this.roots = roots;
    this.context = context;
    const classes = Array.from({ length: 32 }, () => new Set<number>());
    for (let unit = 0; unit < 0x10000; unit += 1) {
      (classes[GROUP_OF[unit] as number] as Set<number>).add(alphabet.classOf[unit] as number);
    }
    for (const members of classes) {
      this.classesOf.push([...members]);
      this.typesOf.push([...new Set([...members].map((klass) => roots.typeOf[klass] as number))]);
    }
    this.typesOf[GROUP_EDGE] = [0];
  }

  /** Asks the automaton about a window that is not in the table yet, and notes the answer. */
  ask(window: number): number {
    const rest = [(window >> 10) & 31, (window >> 5) & 31, window & 31];
    const mayBegin = (this.typesOf[window >> 15] as number[]).some((type) => this.mayBegin(type, rest));
    const answer = mayBegin ? MAY_BEGIN : CANNOT_BEGIN;
    this.table[window] = answer;
    return answer;
  }

  private mayBegin(type: number, groups: readonly number[]): boolean {
    const { roots, context } = this;
    if (this.lives(roots.dfa, roots.at(type, 0), groups, 0)) return true;
    if (context === undefined) return false;
    const kind = roots.types[type]?.kind as number;
    const state = context.root(kind);
    return context.acceptsAt(state) !== 0 || this.lives(context, state, groups, 0);
  }

  /** Whether some text of these groups leads to a living state, or past a match. */
  private lives(dfa: LazyDfa, state: number, groups: readonly number[], index: number): boolean {
    if (state === DEAD) return false;
    const group = groups[index];
    if (group === undefined || group === GROUP_UNKNOWN) return true;
    for (const klass of this.classesOf[group] as number[]) {
      let entry = dfa.table[state + klass] as number;
      if (entry === UNKNOWN) entry = dfa.step(state, klass);
      if (entry <= -2 || (entry !== DEAD && this.lives(dfa, entry, groups, index + 1))) return true;
    }
    return false;
  }
}
