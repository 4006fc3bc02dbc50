/** What kind of character each code unit is, for the survey; and what an ASCII character rules out in a run. */
import { fillFoldTables, FOLD, isDecoration, isInvisible, LOOK_ALIKE } from './fold.ts';

/** Kinds of characters. The first three are those of which encoded runs are made. */
export const Kind = {
  other: 0,
  lower: 1,
  upper: 2,
  digit: 3,
  foreign: 4,
  base64Sign: 5,
  leetSign: 6,
  invisible: 7,
  decoration: 8,
  /** High surrogates of planes that hold tags, variation selectors, styled and boxed letters. */
  astral: 9,
  /** Full-width and other compatibility forms of ASCII. */
  compatible: 10,
  lookAlike: 11,
  braille: 12,
} as const;

/** What a word or a run contains. */
export const Bit = { lower: 1, upper: 2, digit: 4, nonHex: 8, nonBase32: 16, foreign: 32 } as const;

/** Kind of each code unit, once `fillKinds` was called. */
export const KIND: Uint8Array = new Uint8Array(65_536);

/** Bits of each ASCII letter and digit. */
export const BITS: Uint8Array = new Uint8Array(128).map((_, code) => bitsOf(code));

let isFilled = false;

/** Fills `KIND`, once; about 3 ms. */
export function fillKinds(): void {
  if (isFilled) return;
  isFilled = true;
  fillFoldTables();
  for (let code = 0; code < 65_536; code++) KIND[code] = kindOf(code);
}

function kindOf(code: number): number {
  if (code < 0x80) return asciiKind(code);
  if (isInvisible(code)) return Kind.invisible;
  if (isDecoration(code)) return Kind.decoration;
  if (code === 0xd835 || code === 0xdb40 || code === 0xd83c) return Kind.astral;
  if (code >= 0x2800 && code <= 0x28ff) return Kind.braille;
  if (LOOK_ALIKE[code] !== 0) return Kind.lookAlike;
  const folded = FOLD[code] ?? 0;
  // Full-width punctuation is everyday Chinese; full-width letters and digits are not.
  if (code >= 0xff01 && code <= 0xff5e) return folded === 0 ? Kind.other : Kind.compatible;
  if (code >= 0x2000 && folded !== 0 && folded < 0x80) return Kind.compatible;
  return folded === 0 ? Kind.other : Kind.foreign;
}

function asciiKind(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return Kind.lower;
  if (code >= 0x41 && code <= 0x5a) return Kind.upper;
  if (code >= 0x30 && code <= 0x39) return Kind.digit;
  if (code === 0x2b || code === 0x2f || code === 0x2d || code === 0x5f || code === 0x3d) return Kind.base64Sign;
  if (code === 0x24 || code === 0x40 || code === 0x21 || code === 0x7c) return Kind.leetSign;
  return Kind.other;
}

function bitsOf(code: number): number {
  const kind = asciiKind(code);
  const own = kind === Kind.lower ? Bit.lower : kind === Kind.upper ? Bit.upper : kind === Kind.digit ? Bit.digit : 0;
  const lower = code | 0x20;
  const isHex = kind === Kind.digit || (own !== 0 && lower >= 0x61 && lower <= 0x66);
  const isBase32 = kind === Kind.upper || (code >= 0x32 && code <= 0x37) || code === 0x3d;
  return own | (isHex ? 0 : Bit.nonHex) | (isBase32 ? 0 : Bit.nonBase32);
}
