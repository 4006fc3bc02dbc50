/**
 * Sets of Unicode code points as sorted, disjoint, inclusive ranges `[low, high, low, high, …]`.
 *
 * Everything here runs when rules are loaded, never on a client's or a model's text. Lone surrogates are code points of
 * their own, as in JavaScript's `u` mode.
 */

/** Sorted, disjoint, non-adjacent inclusive ranges of code points. */
export type CharSet = readonly number[];

/** The largest code point. */
export const CODE_POINT_MAX = 0x10ffff;

export const DIGITS: CharSet = [0x30, 0x39];
/** `\w`: ASCII letters, digits and the underscore, as in JavaScript and RE2. */
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** JavaScript's line terminators: what the dot leaves out and what `(?m:^)` follows. */
export const NEWLINES: CharSet = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];
/** `\s`: JavaScript's white space and line terminators. */
export const SPACES: CharSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f,
  0x3000, 0x3000, 0xfeff, 0xfeff,
];
export const ANY: CharSet = [0, CODE_POINT_MAX];

/** The union of ranges in any order. */
export function setOf(ranges: readonly number[]): CharSet {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i] as number, ranges[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [low, high] of pairs) {
    const last = merged.length - 1;
    if (last > 0 && low <= (merged[last] as number) + 1) merged[last] = Math.max(merged[last] as number, high);
    else merged.push(low, high);
  }
  return merged;
}

/** Every code point that is not in the set. */
export function complementOf(set: CharSet): CharSet {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i] as number;
    if (low > next) rest.push(next, low - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= CODE_POINT_MAX) rest.push(next, CODE_POINT_MAX);
  return rest;
}

/** The set and every code point that differs from a member only by simple case folding. */
export function foldCase(set: CharSet): CharSet {
  const isOne = set.length === 2 && set[0] === set[1];
  if (!isOne) return foldAll(set);
  const codePoint = set[0] as number;
  let folded = foldedOnes.get(codePoint);
  if (folded === undefined) {
    folded = foldAll(set);
    foldedOnes.set(codePoint, folded);
  }
  return folded;
}

/** Single characters that were folded: patterns are mostly made of letters. At most one entry a code point with case. */
const foldedOnes = new Map<number, CharSet>();

function foldAll(set: CharSet): CharSet {
  if (set[0] === 0 && set[1] === CODE_POINT_MAX) return set;
  if (isCaselessBeyondAscii(set)) return foldAscii(set);
  const added: number[] = [...set];
  const variants = caseVariants();
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i] as number;
    const high = set[i + 1] as number;
    for (const [, others] of variants.within(low, high)) {
      for (const other of others) added.push(other, other);
    }
  }
  return setOf(added);
}

/** Inclusive ranges beyond ASCII without any letter that has a case: signs, spaces, CJK, the byte order mark. */
const CASELESS: CharSet = [0x80, 0xb4, 0x1680, 0x169c, 0x2000, 0x2125, 0x3000, 0xa63f, 0xac00, 0xfaff, 0xfe00, 0xff20];

function isCaselessBeyondAscii(set: CharSet): boolean {
  for (let i = set.length - 2; i >= 0; i -= 2) {
    const low = Math.max(set[i] as number, 0x80);
    const high = set[i + 1] as number;
    if (high < 0x80) return true;
    const at = CASELESS.findIndex((edge, index) => index % 2 === 1 && edge >= high);
    if (at < 0 || (CASELESS[at - 1] as number) > low) return false;
  }
  return true;
}

/** Without the table of all variants, which takes longer to make than most rule sets take to compile. */
function foldAscii(set: CharSet): CharSet {
  const added: number[] = [...set];
  for (let i = 0; i < set.length; i += 2) {
    for (let codePoint = set[i] as number; codePoint <= Math.min(set[i + 1] as number, 0x7f); codePoint += 1) {
      const lower = codePoint | 0x20;
      if (lower < 0x61 || lower > 0x7a) continue;
      added.push(lower, lower, lower - 0x20, lower - 0x20);
      // The two letters beyond ASCII that fold to one in it: the long s and the Kelvin sign.
      if (lower === 0x73) added.push(0x17f, 0x17f);
      if (lower === 0x6b) added.push(0x212a, 0x212a);
    }
  }
  return setOf(added);
}

/** The blocks of 256 code points in which some letter has a case; a test compares them with this runtime's tables. */
export const CASED_PAGES: readonly number[] = [
  0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x10, 0x13, 0x1c, 0x1d, 0x1e, 0x1f, 0x21, 0x24, 0x2c, 0x2d, 0xa6, 0xa7, 0xab, 0xfb,
  0xff, 0x104, 0x105, 0x10c, 0x10d, 0x118, 0x16e, 0x1e9,
];

interface CaseVariants {
  within(low: number, high: number): Iterable<readonly [number, readonly number[]]>;
}

let variantsOnce: CaseVariants | undefined;

/** The code points that have case variants, built once: about 2,800 of them, all below U+1E944. */
function caseVariants(): CaseVariants {
  if (variantsOnce !== undefined) return variantsOnce;
  const groups = new Map<string, number[]>();
  for (const page of CASED_PAGES) {
    for (let codePoint = 256 * page; codePoint < 256 * page + 256; codePoint += 1) {
      const text = String.fromCodePoint(codePoint);
      const upper = text.toUpperCase();
      if (upper === text && text.toLowerCase() === text) continue;
      const key = foldOne(text);
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [codePoint]);
      else group.push(codePoint);
    }
  }
  const sorted: [number, number[]][] = [];
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    for (const codePoint of group) {
      sorted.push([codePoint, group.filter((other) => other !== codePoint)]);
    }
  }
  sorted.sort((a, b) => a[0] - b[0]);
  variantsOnce = {
    *within(low, high) {
      for (let i = lowerBound(sorted, low); i < sorted.length; i += 1) {
        const entry = sorted[i] as [number, number[]];
        if (entry[0] > high) return;
        yield entry;
      }
    },
  };
  return variantsOnce;
}

function lowerBound(sorted: readonly (readonly [number, unknown])[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as readonly [number, unknown])[0] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Simple folding: upper then lower case, kept only while it stays one code point. */
function foldOne(text: string): string | undefined {
  const upper = text.toUpperCase();
  const folded = (isOneCodePoint(upper) ? upper : text).toLowerCase();
  return isOneCodePoint(folded) ? folded : undefined;
}

function isOneCodePoint(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) as number) > 0xffff);
}

const properties = new Map<string, CharSet>();

/**
 * The code points with a Unicode property (`L`, `Lu`, `Script=Greek`), as this runtime's Unicode tables have them.
 *
 * The pattern handed to `RegExp` is built from a property name that regexpp has already checked, and it reads our own
 * list of all code points: once per property and process, about 10 ms.
 */
export function propertySet(name: string): CharSet {
  const known = properties.get(name);
  if (known !== undefined) return known;
  const has = new RegExp(`^\\p{${name}}$`, 'u');
  const ranges: number[] = [];
  let low = -1;
  for (let codePoint = 0; codePoint <= CODE_POINT_MAX + 1; codePoint += 1) {
    const inside = codePoint <= CODE_POINT_MAX && has.test(String.fromCodePoint(codePoint));
    if (inside && low < 0) low = codePoint;
    if (!inside && low >= 0) {
      ranges.push(low, codePoint - 1);
      low = -1;
    }
  }
  properties.set(name, ranges);
  return ranges;
}
