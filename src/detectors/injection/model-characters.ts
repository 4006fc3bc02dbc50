/**
 * What each UTF-16 code unit is to the learned score's tokenizer, and what it is read as. Two tables, filled once.
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
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;
const ALPHABET_MARK = /^[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]$/u;

function fillTables(): void {
  for (let unit = 0; unit < 65_536; unit += 1) {
    FOLD[unit] = unit;
    if (unit >= 0x3400 && unit < 0xa000) KIND[unit] = Kind.Lone;
    else if (unit >= 0xac00 && unit < 0xd7a4) KIND[unit] = Kind.Letter;
    else if (unit < 0x3400 || (unit >= 0xf900 && unit < 0xfb00) || unit >= 0xfb1d) fillUnit(unit);
  }
}

function fillUnit(unit: number): void {
  const character = String.fromCharCode(unit);
  if (ALPHABET_MARK.test(character) || /\p{Cf}/u.test(character)) {
    KIND[unit] = Kind.Ignored;
  } else if ('.!?\n\r\u3002\uff01\uff1f\u0964\u061f\u2026'.includes(character)) {
    KIND[unit] = character === '!' ? Kind.Mark : Kind.Stop;
  } else if ('<>[]{}|#*=`":\u00ab\u00bb\u201c\u201d\u300c\u300d'.includes(character)) {
    KIND[unit] = Kind.Mark;
    if ('\u00ab\u00bb\u201c\u201d\u300c\u300d'.includes(character)) FOLD[unit] = 0x22;
  } else if (LONE_SCRIPTS.test(character)) {
    KIND[unit] = Kind.Lone;
  } else if (/[\p{L}\p{N}\p{M}_]/u.test(character)) {
    KIND[unit] = Kind.Letter;
    const base = character.normalize('NFKD').toLowerCase().charCodeAt(0);
    FOLD[unit] = /\p{N}/u.test(character) ? 0x30 : base;
  }
}

fillTables();
