/**
 * What each UTF-16 code unit is to the learned score's tokenizer, and what it is read as. Two tables, filled on first use.
 */

/** What one code unit is to the tokenizer. */
export const enum Kind {
  Space = 0,
  Letter = 1,
  /** A character of a script that puts no spaces between words. */
  Lone = 2,
  Mark = 3,
  /** Ends a sentence and is no token. */
  Stop = 4,
  /** Dropped: combining marks of alphabets, format characters. */
  Ignored = 5,
}

/** The kind of every code unit. */
export const KIND = new Uint8Array(65_536);
/** What every code unit is read as: lower case, without marks, digits as 0. */
export const FOLD = new Uint16Array(65_536);
const LONE_SCRIPTS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
/** Combining marks of alphabets, and format characters. */
const IGNORED = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\p{Cf}]/gu;

let isFilled = false;

/** Fills both tables, once; about 5 ms. */
export function fillCharacters(): void {
  if (isFilled) return;
  isFilled = true;
  const others: number[] = [];
  for (let unit = 0; unit < 65_536; unit += 1) {
    FOLD[unit] = unit;
    if (unit >= 0x3400 && unit < 0xa000) KIND[unit] = Kind.Lone;
    else if (unit >= 0xac00 && unit < 0xd7a4) KIND[unit] = Kind.Letter;
    else if (unit < 0x3400 || (unit >= 0xf900 && unit < 0xfb00) || unit >= 0xfb1d) others.push(unit);
  }
  fillLetters(others);
  for (const mark of '<>[]{}|#*=`":\u00ab\u00bb\u201c\u201d\u300c\u300d!') KIND[mark.charCodeAt(0)] = Kind.Mark;
  for (const quote of '\u00ab\u00bb\u201c\u201d\u300c\u300d') FOLD[quote.charCodeAt(0)] = 0x22;
  for (const stop of '.?\n\r\u3002\uff01\uff1f\u0964\u061f\u2026') KIND[stop.charCodeAt(0)] = Kind.Stop;
}

/** Sorts and folds the units of small scripts, by one call of each of the runtime's Unicode functions for all of them. */
function fillLetters(units: readonly number[]): void {
  const all = units.map((unit) => String.fromCharCode(unit)).join('');
  const numbers = new Uint8Array(65_536);
  for (const [one] of all.matchAll(/\p{N}/gu)) numbers[one.charCodeAt(0)] = 1;
  for (const [one] of all.matchAll(/[\p{L}\p{N}\p{M}_]/gu)) KIND[one.charCodeAt(0)] = Kind.Letter;
  for (const [one] of all.matchAll(LONE_SCRIPTS)) KIND[one.charCodeAt(0)] = Kind.Lone;
  for (const [one] of all.matchAll(IGNORED)) KIND[one.charCodeAt(0)] = Kind.Ignored;
  const letters = units.filter((unit) => KIND[unit] === Kind.Letter);
  // A line feed is part of no composition, so each line is one character's.
  const lines = letters.map((unit) => String.fromCharCode(unit)).join('\n');
  const plain = lines.normalize('NFKD').toLowerCase().split('\n');
  for (const [index, unit] of letters.entries()) {
    FOLD[unit] = numbers[unit] === 1 ? 0x30 : (plain[index] ?? '').charCodeAt(0);
  }
}
