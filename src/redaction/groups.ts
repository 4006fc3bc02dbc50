/**
 * Characters in 30 groups of 5 bits, coarse enough that four neighbours index a table of one byte each.
 *
 * A letter and its capital are one group, rare letters share one, and everything beyond ASCII is one. The same for every
 * program.
 */
import type { CharSet } from './char-set.ts';

/** Group of the position before the first character. */
export const GROUP_EDGE = 30;
/** Group of characters that have not come yet. */
export const GROUP_UNKNOWN = 31;

const LETTERS = 'abcdefghiklmnoprstuvwy';
const GROUP_RARE = LETTERS.length;
const GROUP_DIGIT = GROUP_RARE + 1;
const GROUP_BLANK = GROUP_RARE + 2;
const GROUP_DASH = GROUP_RARE + 3;
const GROUP_STOP = GROUP_RARE + 4;
const GROUP_MARK = GROUP_RARE + 5;
/** Everything beyond ASCII. */
export const GROUP_FAR = GROUP_RARE + 6;
const GROUP_ASSIGN = GROUP_RARE + 7;

/** The groups whose characters are rare in prose and so count as marks. */
export const MARK_GROUPS: readonly number[] = [GROUP_DIGIT, GROUP_DASH, GROUP_MARK];

/** How often a character of each group stands in English prose, roughly, by group. */
const SHARES: readonly number[] = [
  65, 12, 22, 34, 100, 18, 16, 50, 57, 6, 33, 20, 57, 62, 15, 48, 52, 75, 23, 8, 19, 16, 5, 8, 170, 3, 25, 3, 5, 2,
].map((perMille) => perMille / 1_000);

/** The two letters beyond ASCII that fold to one in it; they are of that letter's group. */
const LONG_S = 0x17f;
const KELVIN = 0x212a;

/** The code units that are not of `GROUP_FAR`. */
export const GROUPED_UNITS: readonly number[] = [...Array.from({ length: 0x80 }, (_, unit) => unit), LONG_S, KELVIN];

/** Group of each UTF-16 code unit. */
export const GROUP_OF: Uint8Array = makeGroups();

function makeGroups(): Uint8Array {
  const groups = new Uint8Array(0x10000).fill(GROUP_FAR);
  for (let unit = 0; unit < 128; unit += 1) groups[unit] = groupOfAscii(String.fromCharCode(unit));
  groups[LONG_S] = groups[0x73] as number;
  groups[KELVIN] = groups[0x6b] as number;
  return groups;
}

function groupOfAscii(character: string): number {
  const lower = character.toLowerCase();
  const letter = LETTERS.indexOf(lower);
  if (letter >= 0) return letter;
  if (lower >= 'a' && lower <= 'z') return GROUP_RARE;
  if (character >= '0' && character <= '9') return GROUP_DIGIT;
  if (' \t\n\v\f\r'.includes(character)) return GROUP_BLANK;
  if ('-_'.includes(character)) return GROUP_DASH;
  if (':='.includes(character)) return GROUP_ASSIGN;
  return `.,;'"!?()`.includes(character) ? GROUP_STOP : GROUP_MARK;
}

/** The groups that have a member in a set of code points, as bits. */
export function groupsIn(set: CharSet): number {
  let bits = 0;
  for (let i = 0; i < set.length; i += 2) {
    const high = set[i + 1] as number;
    for (let unit = set[i] as number; unit <= Math.min(high, 0x7f); unit += 1) bits |= 1 << (GROUP_OF[unit] as number);
    const low = Math.max(set[i] as number, 0x80);
    if (low > high) continue;
    const isOne = low === high && (low === LONG_S || low === KELVIN);
    bits |= 1 << (isOne ? (GROUP_OF[low] as number) : GROUP_FAR);
    if (low <= LONG_S && high >= LONG_S) bits |= 1 << (GROUP_OF[LONG_S] as number);
    if (low <= KELVIN && high >= KELVIN) bits |= 1 << (GROUP_OF[KELVIN] as number);
  }
  return bits;
}

/** The share of prose that the groups in `bits` make up. */
export function shareOf(bits: number): number {
  let share = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) share += SHARES[31 - Math.clz32(rest & -rest)] as number;
  return share;
}
