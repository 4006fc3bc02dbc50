/**
 * Tells from four neighbouring characters whether a candidate may begin there.
 *
 * Most characters of prose cannot begin anything that still lives two characters later, and finding that out by four
 * table look-ups that do not depend on each other is about as fast as reading the text. Characters fall into 30 groups
 * (a letter and its capital are one), so the answer fits one byte in a table of 1 MiB. It is filled on demand, by asking
 * the automata; an answer may err only towards "may begin".
 *
 * One window answers three questions. Rules without a `before`: may one begin at the second character? Rules with one: may
 * the first three characters end a `before`, so that one begins at the fourth? And do the last characters make up what
 * some `before` cannot do without (`factors.ts`)? While nothing such has passed, the second question is not asked.
 */
import type { BeforeReader, Endings } from './before-reader.ts';
import type { Factor } from './factors.ts';
import { firstClasses } from './first-classes.ts';
import { GROUP_EDGE, GROUP_FAR, GROUP_OF, GROUP_UNKNOWN, GROUPED_UNITS, MARK_GROUPS } from './groups.ts';
import { type LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { type Alphabet, type Nfa, OP_MATCH, OP_SET } from './nfa.ts';
import type { Roots } from './roots.ts';

/** Bits of a window of four groups, and of its last three. */
export const WINDOW_MASK = 0xfffff;
/** Bits of three groups. */
export const QUICK_MASK = 0x7fff;

/** Answers in `table`, added up; 0: nothing. */
/** A rule without `before` may begin at the second character. */
export const MAY_BEGIN = 1;
/** What some `before` cannot do without ends with the fourth character. */
export const HAS_FACTOR = 2;
/** A rule with `before` may begin at the fourth character. */
export const MAY_BE_GATED = 4;
/** The same, if what that `before` cannot do without has passed. */
export const MAY_BE_GATED_BEHIND = 8;
/** A rule that needs a mark may begin at the second character; see `ledRules`. */
export const MAY_BE_LED = 16;
/** The fourth character is a mark. */
export const HAS_MARK = 32;
/** Not asked yet: every bit. */
export const NOT_ASKED = 255;
/** What stops the skipping of text in which no mark was seen, behind a factor. */
export const STOPS = NOT_ASKED & ~MAY_BE_LED;
/** The same where no factor has passed. */
export const STOPS_BEFORE_FACTOR = STOPS & ~MAY_BE_GATED_BEHIND;
/** The same but for marks. */
export const STOPS_WITHOUT_MARK = STOPS_BEFORE_FACTOR & ~HAS_MARK;
/** In `quick`: the second or third character is a mark. */
export const QUICK_MARK = 2;

/** The groups of marks as bits. */
const MARKS = MARK_GROUPS.reduce((bits, group) => bits | (1 << group), 0);

/** Groups of four neighbouring characters. */
type Window = readonly [number, number, number, number];

/** What a filter asks. */
export interface FilterParts {
  readonly alphabet: Alphabet;
  /** Rules that are not led; `before` may open more. */
  readonly plain: Roots;
  readonly led: Roots | undefined;
  readonly isLead: Uint8Array;
  readonly before: BeforeReader | undefined;
  /** The automaton's entry of each rule. */
  readonly entryOf: readonly number[];
}

export class BeginFilter {
  readonly table = new Uint8Array(WINDOW_MASK + 1).fill(NOT_ASKED);
  /**
   * For three characters, whether a closer look is due at the first or the second of them: what their windows say whatever
   * the fourth character is, led rules aside, or a mark. Read at every second place, and small enough to stay near.
   */
  readonly quick = new Uint8Array(QUICK_MASK + 1).fill(NOT_ASKED);
  /** For each class, whether it may stand in a candidate of a led rule before or at its first mark. */
  readonly isLead: Uint8Array;
  private readonly plain: Roots;
  private readonly led: Roots | undefined;
  private readonly before: BeforeReader | undefined;
  /** The factors by the group of their last character. */
  private readonly factors: Factor[][] = Array.from({ length: 32 }, () => []);
  /** For some `before` patterns: by group with which one of their rules begins, the kinds of neighbour that it is. */
  private readonly gatedKinds = new Map<Endings, readonly (readonly number[])[]>();
  private readonly known = new Map<
    LazyDfa,
    { states: LazyDfa['states']; next: Map<number, readonly number[] | undefined> }
  >();
  /** By window that ends a factor: whose. As many entries as factors have windows, some thousands at most. */
  private readonly behindOf = new Map<number, readonly number[]>();
  private readonly classesOf: number[][] = [];
  private readonly typesOf: number[][] = [];

  constructor(parts: FilterParts) {
    const { alphabet, before, plain, led } = parts;
    this.plain = plain;
    this.led = led;
    this.isLead = parts.isLead;
    this.before = before;
    for (const factor of before?.factors ?? []) {
      const last = factor.at(-1) as number;
      for (let group = 0; group < 30; group += 1) if (((last >>> group) & 1) === 1) this.factors[group]?.push(factor);
    }
    const classes = Array.from({ length: 32 }, () => new Set<number>());
    for (const unit of GROUPED_UNITS) {
      (classes[GROUP_OF[unit] as number] as Set<number>).add(alphabet.classOf[unit] as number);
    }
    for (const klass of alphabet.far) (classes[GROUP_FAR] as Set<number>).add(klass);
    for (const members of classes) {
      this.classesOf.push([...members]);
      this.typesOf.push([...new Set([...members].map((klass) => plain.typeOf[klass] as number))]);
    }
    for (const endings of before === undefined ? [] : [before.always, ...before.behindFactor]) {
      if (endings === undefined) continue;
      const first = firstClasses(
        plain.dfa.nfa,
        endings.rules.map((rule) => parts.entryOf[rule] as number),
      );
      const kinds = classes.map((members) => {
        const begun = [...members].filter((klass) => first[klass] === 1);
        return [...new Set(begun.map((klass) => alphabet.kindOf[klass] as number))];
      });
      this.gatedKinds.set(endings, kinds);
    }
    this.typesOf[GROUP_EDGE] = [0];
    this.typesOf[GROUP_UNKNOWN] = plain.types.map((_, type) => type);
  }

  /** Whether a character is a mark, where there are led rules. */
  isLedBy(unit: number): boolean {
    return this.led !== undefined && ((MARKS >>> (GROUP_OF[unit] as number)) & 1) === 1;
  }

  /** Asks the automata about a window that is not in the table yet, and notes the answer. */
  ask(window: number): number {
    const groups = [window >> 15, (window >> 10) & 31, (window >> 5) & 31, window & 31] as const;
    let answer = 0;
    if (this.mayBegin(this.plain, groups)) answer |= MAY_BEGIN;
    if (this.led !== undefined) {
      if (this.mayBegin(this.led, groups)) answer |= MAY_BE_LED;
      if (MARK_GROUPS.includes(groups[3])) answer |= HAS_MARK;
    }
    if (this.hasFactor(groups)) answer |= HAS_FACTOR;
    if (this.mayEnd(this.before?.always, groups)) answer |= MAY_BE_GATED;
    if (this.before?.behindFactor.some((endings) => this.mayEnd(endings, groups)) === true)
      answer |= MAY_BE_GATED_BEHIND;
    this.table[window] = answer;
    return answer;
  }

  /** Notes in `factorUntil` for each of `behindFactor` whose factor ends with a window that it may match up to `until`. */
  noteFactors(window: number, until: number, factorUntil: number[]): void {
    let behind = this.behindOf.get(window);
    if (behind === undefined) {
      behind = this.behindFactor(window);
      this.behindOf.set(window, behind);
    }
    for (const index of behind) factorUntil[index] = until;
  }

  private behindFactor(window: number): readonly number[] {
    const groups = [window >> 15, (window >> 10) & 31, (window >> 5) & 31, window & 31] as const;
    const all = this.before?.behindFactor ?? [];
    return [...all.keys()].filter((index) => all[index]?.factors.some((factor) => endsWith(groups, factor)) === true);
  }

  /** Asks about three groups that are not in `quick` yet, and notes the answer. */
  askQuick(groups: number): number {
    const [one, two, three] = [groups >> 10, (groups >> 5) & 31, groups & 31] as const;
    const isMarked = this.led !== undefined && (MARK_GROUPS.includes(two) || MARK_GROUPS.includes(three));
    const first = [GROUP_UNKNOWN, one, two, three] as const;
    const second = [one, two, three, GROUP_UNKNOWN] as const;
    const answer = (isMarked ? QUICK_MARK : 0) | (this.mayMatter(first) || this.mayMatter(second) ? 1 : 0);
    this.quick[groups] = answer;
    return answer;
  }

  /** Whether the window, `GROUP_UNKNOWN` standing for any character, may stop what skips text without factors and marks. */
  private mayMatter(window: Window): boolean {
    return (
      this.mayBegin(this.plain, window) || this.hasFactor(window, true) || this.mayEnd(this.before?.always, window)
    );
  }

  private mayBegin(roots: Roots, groups: Window): boolean {
    const onwards = groups.slice(1);
    const types = this.typesOf[groups[0]] as number[];
    return types.some((type) => this.lives(roots.dfa, roots.at(type, 0), onwards, 0));
  }

  /** Whether a factor ends with the last of these groups; `isAny`: `GROUP_UNKNOWN` may be any group. */
  private hasFactor(groups: Window, isAny = false): boolean {
    const factors = isAny ? (this.before?.factors ?? []) : (this.factors[groups[3]] as Factor[]);
    return factors.some((factor) => endsWith(groups, factor, isAny));
  }

  /** Whether a `before` may end with the third of these groups and its rule begin with the fourth. */
  private mayEnd(endings: Endings | undefined, groups: Window): boolean {
    if (endings === undefined) return false;
    const { dfa } = endings;
    const backwards = [groups[2], groups[1], groups[0]];
    const byGroup = this.gatedKinds.get(endings) ?? [];
    const kinds = groups[3] === GROUP_UNKNOWN ? [...new Set(byGroup.flat())] : (byGroup[groups[3]] ?? []);
    return kinds.some((kind) => {
      const root = dfa.root(kind);
      return dfa.acceptsAt(root) !== 0 || this.lives(dfa, root, backwards, 0);
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

function endsWith(groups: Window, factor: Factor, isAny = false): boolean {
  const from = 4 - factor.length;
  for (let i = 0; i < factor.length; i += 1) {
    const group = groups[from + i] as number;
    if ((((factor[i] as number) >>> group) & 1) === 0 && !(isAny && group === GROUP_UNKNOWN)) return false;
  }
  return true;
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
  /** By set, whether it has a member that is no mark. */
  const goesOnWith = new Map<number, boolean>();
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
    const set = nfa.arg[node] as number;
    let goesOn = goesOnWith.get(set);
    if (goesOn === undefined) {
      goesOn = false;
      const holds = nfa.holds[set] as Uint8Array;
      for (let klass = 0; klass < lead.length; klass += 1) {
        if (holds[klass] !== 1 || isPlain[klass] !== 1) continue;
        lead[klass] = 1;
        goesOn = true;
      }
      goesOnWith.set(set, goesOn);
    }
    if (goesOn) stack.push(nfa.next[node] as number);
  }
  return lead;
}
