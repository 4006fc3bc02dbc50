/**
 * Tells from four neighbouring characters whether a candidate may begin there.
 *
 * Most characters of prose cannot begin anything that still lives two characters later, and finding that out by four
 * table look-ups that do not depend on each other is about as fast as reading the text. Characters fall into 30 groups
 * (a letter and its capital are one), so the answer fits one byte in a table of 1 MiB. It is filled on demand, by asking
 * the automata; an answer may err only towards "may begin".
 *
 * One window answers three questions. Rules without a `before`: may one begin at the second character? Rules with one: may
 * the first three characters end a `before`, so that one begins at the fourth? A `before` whose end says little but whose
 * beginning is distinctive (`secret…`) is noticed where it begins instead.
 */
import { DEAD, type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { type Alphabet, EDGE, KINDS, type Nfa, OP_MATCH, OP_SET } from './nfa.ts';
import type { Roots } from './roots.ts';

/** Group of the position before the first character. */
export const GROUP_EDGE = 30;
/** Group of characters that have not come yet. */
export const GROUP_UNKNOWN = 31;
/** Bits of a window of four groups, and of its last three. */
export const WINDOW_MASK = 0xfffff;

/** Answers in `table`, added up; 0: nothing. */
/** A rule without `before` may begin at the second character. */
export const MAY_BEGIN = 1;
/** A rule with `before` may begin at the fourth character. */
export const MAY_BE_GATED = 4;
/** A `before` that is noticed by its beginning may begin at the second character. */
export const MAY_BEGIN_BEFORE = 8;
/** A rule that needs a mark may begin at the second character; see `ledRules`. */
export const MAY_BE_LED = 16;
/** The fourth character is a mark. */
export const HAS_MARK = 32;
/** Not asked yet: every bit. */
export const NOT_ASKED = 255;
/** What stops the skipping of text in which no mark was seen. */
export const STOPS = NOT_ASKED & ~MAY_BE_LED;

/** Rare letters share a group. */
const LETTERS = 'abcdefghiklmnoprstuvwy';
const GROUP_RARE = LETTERS.length;
const GROUP_DIGIT = GROUP_RARE + 1;
const GROUP_BLANK = GROUP_RARE + 2;
const GROUP_DASH = GROUP_RARE + 3;
const GROUP_STOP = GROUP_RARE + 4;
const GROUP_MARK = GROUP_RARE + 5;
const GROUP_FAR = GROUP_RARE + 6;

/** The groups whose characters are rare in prose and so count as marks. */
const MARK_GROUPS: readonly number[] = [GROUP_DIGIT, GROUP_DASH, GROUP_MARK];

/** Group of each UTF-16 code unit; the same for every program. */
export const GROUP_OF: Uint8Array = makeGroups();

const IS_MARK: Uint8Array = GROUP_OF.map((group) => (MARK_GROUPS.includes(group) ? 1 : 0));

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

/** What a filter asks. */
export interface FilterParts {
  readonly alphabet: Alphabet;
  /** Rules that are not led; `before` may open more. */
  readonly plain: Roots;
  readonly led: Roots | undefined;
  readonly isLead: Uint8Array;
  readonly before: { readonly endings: LazyDfa | undefined; readonly beginnings: LazyDfa | undefined };
  /** Entries of the rules that `before` opens. */
  readonly gatedEntries: readonly number[];
}

export class BeginFilter {
  readonly table = new Uint8Array(WINDOW_MASK + 1).fill(NOT_ASKED);
  /** For each class, whether it may stand in a candidate of a led rule before or at its first mark. */
  readonly isLead: Uint8Array;
  private readonly plain: Roots;
  private readonly led: Roots | undefined;
  /** The `before` patterns that are noticed by their end, reversed. */
  private readonly endings: LazyDfa | undefined;
  /** The others, forward. */
  private readonly beginnings: LazyDfa | undefined;
  /** Groups with which a rule that has a `before` begins, and the kinds of neighbour that they are. */
  private readonly gatedKinds: (readonly number[])[] = [];
  private readonly known = new Map<
    LazyDfa,
    { states: LazyDfa['states']; next: Map<number, readonly number[] | undefined> }
  >();
  private readonly kindOf: Uint8Array;
  private readonly classesOf: number[][] = [];
  private readonly typesOf: number[][] = [];

  constructor(parts: FilterParts) {
    const { alphabet, before, plain, led, gatedEntries } = parts;
    this.plain = plain;
    this.led = led;
    this.isLead = parts.isLead;
    this.endings = before.endings;
    this.beginnings = before.beginnings;
    this.kindOf = alphabet.kindOf;
    const classes = Array.from({ length: 32 }, () => new Set<number>());
    for (let unit = 0; unit < 0x80; unit += 1) {
      (classes[GROUP_OF[unit] as number] as Set<number>).add(alphabet.classOf[unit] as number);
    }
    for (const klass of alphabet.far) (classes[GROUP_FAR] as Set<number>).add(klass);
    const first = gatedFirst(plain.dfa, gatedEntries);
    for (const members of classes) {
      this.classesOf.push([...members]);
      this.typesOf.push([...new Set([...members].map((klass) => plain.typeOf[klass] as number))]);
      const begun = [...members].filter((klass) => first.has(klass));
      this.gatedKinds.push([...new Set(begun.map((klass) => alphabet.kindOf[klass] as number))]);
    }
    this.typesOf[GROUP_EDGE] = [0];
  }

  /** Whether one of two characters is a mark, where that matters: `HAS_MARK` tells only of characters farther on. */
  hasMarkAt(piece: string, at: number): boolean {
    if (this.led === undefined) return false;
    return IS_MARK[piece.charCodeAt(at)] === 1 || (at + 1 < piece.length && IS_MARK[piece.charCodeAt(at + 1)] === 1);
  }

  /** Asks the automata about a window that is not in the table yet, and notes the answer. */
  ask(window: number): number {
    const groups = [window >> 15, (window >> 10) & 31, (window >> 5) & 31, window & 31] as const;
    const types = this.typesOf[groups[0]] as number[];
    const onwards = groups.slice(1);
    let answer = 0;
    const mayBegin = (roots: Roots): boolean =>
      types.some((type) => this.lives(roots.dfa, roots.at(type, 0), onwards, 0));
    if (mayBegin(this.plain)) answer |= MAY_BEGIN;
    if (this.led !== undefined) {
      if (mayBegin(this.led)) answer |= MAY_BE_LED;
      if (MARK_GROUPS.includes(groups[3])) answer |= HAS_MARK;
    }
    if (this.mayBeGated(groups)) answer |= MAY_BE_GATED;
    if (this.mayBeginBefore(groups)) answer |= MAY_BEGIN_BEFORE;
    this.table[window] = answer;
    return answer;
  }

  private mayBeGated(groups: readonly [number, number, number, number]): boolean {
    const { endings } = this;
    if (endings === undefined) return false;
    const backwards = [groups[2], groups[1], groups[0]];
    return (this.gatedKinds[groups[3]] as readonly number[]).some((kind) => {
      const root = endings.root(kind);
      return endings.acceptsAt(root) !== 0 || this.lives(endings, root, backwards, 0);
    });
  }

  private mayBeginBefore(groups: readonly [number, number, number, number]): boolean {
    const { beginnings } = this;
    if (beginnings === undefined) return false;
    const onwards = groups.slice(1);
    const kinds =
      groups[0] === GROUP_EDGE
        ? [EDGE]
        : (this.classesOf[groups[0]] as number[]).map((klass) => this.kindOf[klass] as number);
    return [...new Set(kinds)].some((kind) => {
      const root = beginnings.root(kind);
      return beginnings.acceptsAt(root) !== 0 || this.lives(beginnings, root, onwards, 0);
    });
  }

  /** Whether some text of these groups leads to a living state, or past a match. */
  private lives(dfa: LazyDfa, state: number, groups: readonly number[], index: number): boolean {
    const group = groups[index];
    if (group === undefined || group === GROUP_UNKNOWN || group === GROUP_EDGE) return true;
    const next = this.nextOf(dfa, state, group);
    return next === undefined || next.some((other) => this.lives(dfa, other, groups, index + 1));
  }

  /** The living states behind one character of a group; undefined when one of them reports a match. */
  private nextOf(dfa: LazyDfa, state: number, group: number): readonly number[] | undefined {
    let known = this.known.get(dfa);
    if (known === undefined || known.states !== dfa.states) {
      known = { states: dfa.states, next: new Map() };
      this.known.set(dfa, known);
    }
    const key = state * 32 + group;
    if (known.next.has(key)) return known.next.get(key);
    let next: Set<number> | undefined = new Set();
    for (const klass of this.classesOf[group] as number[]) {
      let entry = dfa.table[state + klass] as number;
      if (entry === UNKNOWN) entry = dfa.step(state, klass);
      if (entry > 0) next.add(entry);
      if (entry > UNKNOWN && dfa.acceptsAt(entry) === 0) continue;
      next = undefined;
      break;
    }
    const list = next === undefined ? undefined : [...next];
    known.next.set(key, list);
    return list;
  }
}

/** The classes with which one of the entries may begin, whatever stands before it. */
function gatedFirst(dfa: LazyDfa, entries: readonly number[]): Set<number> {
  const first = new Set<number>();
  if (entries.length === 0) return first;
  for (let kind = 0; kind < KINDS; kind += 1) {
    const root = dfa.rootWith(kind, entries);
    for (let klass = 0; klass < dfa.endClass; klass += 1) if (dfa.step(root, klass) !== DEAD) first.add(klass);
  }
  return first;
}

/**
 * The rules among `entries` whose candidates must have a mark (a digit, dash or rare sign) in their first word: e-mail.
 *
 * Any word may begin them, but a word without a mark comes to nothing. So prose is skipped without them, and only when a
 * mark turns up is its word read again from its beginning, with them. `isLead` says what such a word may consist of.
 */
export function ledRules(nfa: Nfa, entries: readonly number[]): { led: Set<number>; isLead: Uint8Array } {
  const { alphabet } = nfa;
  const isMark = new Uint8Array(alphabet.classes);
  const isPlain = new Uint8Array(alphabet.classes);
  for (const klass of alphabet.far) isPlain[klass] = 1;
  for (let unit = 0; unit < 0x80; unit += 1) {
    const into = MARK_GROUPS.includes(GROUP_OF[unit] as number) ? isMark : isPlain;
    into[alphabet.classOf[unit] as number] = 1;
  }
  const isLead = Uint8Array.from(isMark);
  const led = new Set<number>();
  for (const entry of entries) {
    const lead = leadOf(nfa, entry, isPlain);
    if (lead === undefined || [0x20, 0x0a].some((unit) => lead[alphabet.classOf[unit] as number] === 1)) continue;
    led.add(entry);
    for (let klass = 0; klass < alphabet.classes; klass += 1) if (lead[klass] === 1) isLead[klass] = 1;
  }
  return { led, isLead };
}

/** The classes that a match may read before its first mark; undefined when it needs none. */
function leadOf(nfa: Nfa, entry: number, isPlain: Uint8Array): Uint8Array | undefined {
  const lead = new Uint8Array(isPlain.length);
  const seen = new Set<number>();
  const stack = [entry];
  while (stack.length > 0) {
    const node = stack.pop() as number;
    if (node < 0 || seen.has(node)) continue;
    seen.add(node);
    if (nfa.op[node] === OP_MATCH) return undefined;
    if (nfa.op[node] !== OP_SET) {
      stack.push(nfa.next[node] as number, nfa.other[node] as number);
      continue;
    }
    const holds = nfa.holds[nfa.arg[node] as number] as Uint8Array;
    let goesOn = false;
    for (let klass = 0; klass < lead.length; klass += 1) {
      if (holds[klass] !== 1 || isPlain[klass] !== 1) continue;
      lead[klass] = 1;
      goesOn = true;
    }
    if (goesOn) stack.push(nfa.next[node] as number);
  }
  return lead;
}
