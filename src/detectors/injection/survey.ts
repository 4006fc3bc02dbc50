/**
 * One cheap pass over a text: which disguises could be in it at all?
 *
 * Ordinary prose answers "none", and then no other view is built. The pass is a table look-up and a few additions a
 * character; what it keeps are the few stretches that look odd, at most one for every 17 characters.
 */
import { CUE, cueOf, fillCues } from './cues.ts';
import { BITS, Bit, fillKinds, KIND, Kind } from './kinds.ts';
import { noteSign, type Stretch } from './stretches.ts';

/** A run of characters of one alphabet that could be an encoded text. Offsets are UTF-16 code units. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly alphabet: 'base64' | 'base32' | 'hex';
}

/** What one pass has seen. Counts are of characters unless the name says otherwise. */
export interface Survey {
  readonly runs: Run[];
  /** By `Kind`. */
  readonly counts: Int32Array;
  words: number;
  percents: number;
  /** Ampersands that begin a numeric reference of HTML. */
  ampersands: number;
  backslashes: number;
  equals: number;
  angles: number;
  /** Characters that turn the direction of writing. */
  turns: number;
  /** Longest rows of words of two hexadecimal digits, of seven or eight binary digits, of at most three decimal digits. */
  hexRow: number;
  binaryRow: number;
  decimalRow: number;
  /** Longest row of words of the NATO alphabet. */
  natoRow: number;
  /** Words of everyday language, readable as they stand. */
  naturalCues: number;
  /** Dots and dashes that follow no letter. */
  readonly morse: Stretch[];
  /** Where one-letter words follow each other. */
  readonly apart: Stretch[];
  /** Where words mix letters with digits or signs that resemble letters. */
  readonly leet: Stretch[];
  /** Where words of everyday language stand in cipher, or a cipher is named. */
  readonly rot13: Stretch[];
  readonly atbash: Stretch[];
  readonly reversed: Stretch[];
}

/** Shortest run that can hold a payload worth decoding, in characters. */
const RUN_CHARACTERS_MIN = 16;
/** Signs of leet within this many code units belong together, and cues of a cipher within that many. */
const LEET_NEAR = 24;
const CUES_NEAR = 90;
const APART_NEAR = 7;
const MORSE_NEAR = 8;
const LEET_WORD_MAX = 24;
const CUE_WORD_MAX = 10;

/** Reads a text once and tells which views are worth building. Linear. */
export function survey(text: string): Survey {
  fillKinds();
  fillCues();
  const seen = emptySurvey();
  const { counts } = seen;
  const rows: Rows = { nato: 0, hex: 0, binary: 0, decimal: 0 };
  let runStart = -1;
  let runBits = 0;
  let wordStart = -1;
  let wordBits = 0;
  let packed = 0;
  const length = text.length;
  for (let at = 0; at <= length; at++) {
    const code = at < length ? text.charCodeAt(at) : 0x20;
    const kind = KIND[code] ?? Kind.other;
    if (kind >= Kind.lower && kind <= Kind.digit) {
      if (wordStart < 0) {
        wordStart = at;
        wordBits = 0;
        packed = 0;
      }
      if (runStart < 0) {
        runStart = at;
        runBits = 0;
      }
      const bits = BITS[code] ?? 0;
      wordBits |= bits;
      runBits |= bits;
      packed = (packed << 5) | (code & 31);
      continue;
    }
    if (runStart >= 0 && kind !== Kind.base64Sign) {
      if (at - runStart >= RUN_CHARACTERS_MIN) closeRun(seen, runStart, at, runBits);
      runStart = -1;
    }
    if (kind === Kind.foreign || kind === Kind.lookAlike) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (wordStart < 0) wordStart = at;
      wordBits |= Bit.foreign;
      continue;
    }
    if (wordStart >= 0) {
      closeWord(seen, rows, text, wordStart, at, wordBits, packed);
      wordStart = -1;
      wordBits = 0;
    }
    if (code === 0x20) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (kind === Kind.base64Sign) {
      if (runStart < 0) {
        runStart = at;
        runBits = 0;
      }
      if (code !== 0x3d) runBits |= Bit.nonHex | Bit.nonBase32;
      if (code === 0x2d) noteMorse(seen, text, at);
      else if (code === 0x3d) seen.equals++;
    } else if (kind === Kind.leetSign) noteLeetSign(seen, text, at, code);
    else if (code === 0x2e) noteMorse(seen, text, at);
    else if (kind === Kind.other) countSign(seen, text, at, code);
    else if (code === 0x202e || code === 0x202d) seen.turns++;
  }
  return seen;
}

/** How many words of one form stand in a row up to here. */
interface Rows {
  nato: number;
  hex: number;
  binary: number;
  decimal: number;
}

function emptySurvey(): Survey {
  return {
    runs: [],
    counts: new Int32Array(16),
    words: 0,
    percents: 0,
    ampersands: 0,
    backslashes: 0,
    equals: 0,
    angles: 0,
    turns: 0,
    morse: [],
    hexRow: 0,
    binaryRow: 0,
    decimalRow: 0,
    natoRow: 0,
    naturalCues: 0,
    apart: [],
    leet: [],
    rot13: [],
    atbash: [],
    reversed: [],
  };
}

function countSign(seen: Survey, text: string, at: number, code: number): void {
  if (code === 0x25) seen.percents++;
  else if (code === 0x26)
    seen.ampersands += text.charCodeAt(at + 1) === 0x23 || text.startsWith('amp;#', at + 1) ? 1 : 0;
  else if (code === 0x5c) seen.backslashes++;
  else if (code === 0x3c) seen.angles++;
}

function closeRun(seen: Survey, start: number, end: number, bits: number): void {
  if ((bits & Bit.nonHex) === 0) seen.runs.push({ start, end, alphabet: 'hex' });
  else if ((bits & Bit.nonBase32) === 0) seen.runs.push({ start, end, alphabet: 'base32' });
  else if ((bits & Bit.lower) !== 0 && (bits & Bit.upper) !== 0) seen.runs.push({ start, end, alphabet: 'base64' });
}

function closeWord(
  seen: Survey,
  rows: Rows,
  text: string,
  start: number,
  end: number,
  bits: number,
  packed: number,
): void {
  const size = end - start;
  seen.words++;
  if (size === 1) {
    noteSign(seen.apart, start, end, APART_NEAR);
    return;
  }
  const hasLetters = (bits & (Bit.lower | Bit.upper)) !== 0;
  const hasDigits = (bits & Bit.digit) !== 0;
  if (size <= CUE_WORD_MAX && (bits & Bit.foreign) === 0 && hasLetters) {
    const cue = cueOf(packed);
    if (cue !== 0) noteCue(seen, cue, start, end);
    rows.nato = cue & CUE.nato ? rows.nato + 1 : 0;
    if (rows.nato > seen.natoRow) seen.natoRow = rows.nato;
  } else rows.nato = 0;
  // The digits of an escape are decoded as that escape.
  if (isEscape(text.charCodeAt(start - 1))) return;
  rows.hex = size === 2 && (bits & Bit.nonHex) === 0 ? rows.hex + 1 : 0;
  if (rows.hex > seen.hexRow) seen.hexRow = rows.hex;
  const isNumber = hasDigits && !hasLetters;
  rows.decimal = isNumber && size <= 3 ? rows.decimal + 1 : 0;
  if (rows.decimal > seen.decimalRow) seen.decimalRow = rows.decimal;
  rows.binary = isNumber && (size === 8 || size === 7) ? rows.binary + 1 : 0;
  if (rows.binary > seen.binaryRow) seen.binaryRow = rows.binary;
  if (hasDigits && hasLetters && rows.hex === 0 && size <= LEET_WORD_MAX && hasLeetDigit(text, start, end)) {
    noteSign(seen.leet, start, end, LEET_NEAR);
  }
}

/** A digit that resembles a letter stands before a letter: `7h1s`, but not `utf8`; one digit at most at the front, so not `16px`. */
function hasLeetDigit(text: string, start: number, end: number): boolean {
  for (let at = start; at < end - 1; at++) {
    const code = text.charCodeAt(at);
    const isLeet = code >= 0x30 && code <= 0x37 && code !== 0x32 && code !== 0x36;
    if (!isLeet || KIND[text.charCodeAt(at + 1)] === Kind.digit) continue;
    if (at === start || KIND[text.charCodeAt(at - 1)] !== Kind.digit || at - start > 2) return true;
  }
  return false;
}

/** Signs that escapes begin with. */
function isEscape(code: number): boolean {
  return code === 0x25 || code === 0x5c || code === 0x23 || code === 0x3d;
}

function noteCue(seen: Survey, cue: number, start: number, end: number): void {
  if (cue & CUE.natural) seen.naturalCues++;
  if (cue & CUE.rot13) noteSign(seen.rot13, start, end, CUES_NEAR);
  if (cue & CUE.atbash) noteSign(seen.atbash, start, end, CUES_NEAR);
  if (cue & CUE.reversed) noteSign(seen.reversed, start, end, CUES_NEAR);
  // A cipher's name counts twice: once for itself, once for the text that it speaks of.
  if (cue & CUE.namesRot13) noteSign(seen.rot13, end, end + CUES_NEAR, CUES_NEAR);
  if (cue & CUE.namesAtbash) noteSign(seen.atbash, end, end + CUES_NEAR, CUES_NEAR);
  if (cue & CUE.namesReversed) noteSign(seen.reversed, end, end + CUES_NEAR, CUES_NEAR);
}

/** A full stop or hyphen behind a letter is punctuation. */
function noteMorse(seen: Survey, text: string, at: number): void {
  const previous = KIND[text.charCodeAt(at - 1)] ?? Kind.other;
  if (previous > Kind.digit || previous === Kind.other) noteSign(seen.morse, at, at + 1, MORSE_NEAR);
}

/** `$` and `@` before a letter or digit, `!` and `|` between them. A lone price or address is one sign, and one is none. */
function noteLeetSign(seen: Survey, text: string, at: number, code: number): void {
  const next = KIND[text.charCodeAt(at + 1)] ?? Kind.other;
  const isBefore = next === Kind.lower || next === Kind.upper || next === Kind.digit;
  const previous = KIND[text.charCodeAt(at - 1)] ?? Kind.other;
  const isBehind = previous === Kind.lower || previous === Kind.upper;
  const isSign = code === 0x21 || code === 0x7c ? isBefore && isBehind : isBefore || (isBehind && code === 0x24);
  if (isSign) noteSign(seen.leet, at, at + 1, LEET_NEAR);
}
