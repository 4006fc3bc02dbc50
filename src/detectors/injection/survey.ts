/**
 * One cheap pass over a text: which disguises could be in it at all?
 *
 * Ordinary prose answers "none", and then no other view is built. The pass is a table look-up and a few additions a
 * character; it keeps at most `RUNS_MAX` runs and says so when there were more.
 */
import { FOLD, isDecoration, isInvisible, LOOK_ALIKE } from './fold.ts';

/** A run of characters of one alphabet that could be an encoded text. Offsets are UTF-16 code units. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly alphabet: 'base64' | 'base32' | 'hex';
}

/** What one pass has seen. Counts are of characters unless the name says otherwise. */
export interface Survey {
  readonly runs: readonly Run[];
  /** More runs than `RUNS_MAX`: the rest was not noted. */
  readonly runsCut: boolean;
  readonly invisible: number;
  readonly decorations: number;
  /** Surrogate pairs of planes that hold tags, variation selectors, styled and boxed letters. */
  readonly astral: number;
  /** Full-width and other compatibility forms of ASCII. */
  readonly compatible: number;
  readonly lookAlikes: number;
  readonly latin: number;
  readonly percents: number;
  readonly ampersands: number;
  readonly backslashes: number;
  readonly angles: number;
  readonly equals: number;
  readonly quotedJoins: number;
  /** Longest sequence of one-character words. */
  readonly singlesRun: number;
  readonly words: number;
  /** Words that mix letters with digits or signs which resemble letters. */
  readonly leetWords: number;
  /** Words of two hexadecimal digits, of eight binary digits, of two or three decimal digits. */
  readonly hexPairs: number;
  readonly binaryWords: number;
  readonly decimalWords: number;
  readonly morseMarks: number;
  readonly braille: number;
  readonly rot13Cues: number;
  readonly reversedCues: number;
  readonly atbashCues: number;
  readonly naturalCues: number;
  readonly natoCues: number;
  readonly overrides: number;
}

/** Most runs that are noted; later ones are counted as cut. */
export const RUNS_MAX = 4_096;
/** Shortest run that can hold a payload worth decoding, in characters. */
const RUN_CHARACTERS_MIN = 16;

const NATURAL =
  'the and you are your what for all with this that have from write how who not which them when where there print show system prompt ignore forget tell say please previous answer und der die das nicht alle ist wie was ein mit que los las por para del con les des pour une est dans vous che per non sono della';
const REVERSIBLE =
  'the you your what all with this that have from write how which them then when where there print show system prompt ignore forget tell please why people und nicht ist alle alles wie que una para pour les dans vous che quoi';
const NATO =
  'alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu';

const NATURAL_BIT = 1;
const ROT13_BIT = 2;
const REVERSED_BIT = 4;
const ATBASH_BIT = 8;
const NATO_BIT = 16;

const cues = buildCues();
const cueFilter = buildCueFilter(cues);

function buildCues(): Map<number, number> {
  const found = new Map<number, number>();
  const add = (word: string, bit: number): void => {
    if (word.length > 6 || word.length < 2) return;
    const key = packWord(word);
    found.set(key, (found.get(key) ?? 0) | bit);
  };
  for (const word of NATURAL.split(' ')) add(word, NATURAL_BIT);
  for (const word of NATURAL.split(' ')) if (word.length > 2) add(rotate(word), ROT13_BIT);
  for (const word of NATURAL.split(' ')) if (word.length > 2) add(mirror(word), ATBASH_BIT);
  for (const word of REVERSIBLE.split(' ')) add([...word].reverse().join(''), REVERSED_BIT);
  for (const word of NATO.split(' ')) add(word, NATO_BIT);
  return found;
}

function buildCueFilter(all: Map<number, number>): Uint8Array {
  const filter = new Uint8Array(32_768);
  for (const key of all.keys()) filter[(key ^ (key >>> 15)) & 32_767] = 1;
  return filter;
}

function packWord(word: string): number {
  let packed = 0;
  for (let at = 0; at < word.length; at++) packed = (packed << 5) | (word.charCodeAt(at) & 31);
  return packed;
}

function rotate(word: string): string {
  return [...word].map((letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97)).join('');
}

function mirror(word: string): string {
  return [...word].map((letter) => String.fromCharCode(219 - letter.charCodeAt(0))).join('');
}

/* Kinds of characters; the letters of `Bits` below are what a run remembers of them. */
const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const FOREIGN = 4;
const BASE64_SIGN = 5;
const LEET_SIGN = 6;
const INVISIBLE = 7;
const DECORATION = 8;
const ASTRAL = 9;
const COMPATIBLE = 10;
const LOOKALIKE = 11;
const BRAILLE = 12;

const KIND = buildKinds();

function buildKinds(): Uint8Array {
  const kinds = new Uint8Array(65_536);
  for (let code = 0; code < 65_536; code++) kinds[code] = kindOf(code);
  return kinds;
}

function kindOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return LOWER;
  if (code >= 0x41 && code <= 0x5a) return UPPER;
  if (code >= 0x30 && code <= 0x39) return DIGIT;
  if (code === 0x2b || code === 0x2f || code === 0x2d || code === 0x5f || code === 0x3d) return BASE64_SIGN;
  if (code === 0x24 || code === 0x40 || code === 0x21 || code === 0x7c) return LEET_SIGN;
  if (code < 0x80) return OTHER;
  if (isInvisible(code)) return INVISIBLE;
  if (isDecoration(code)) return DECORATION;
  if (code === 0xd835 || code === 0xdb40 || code === 0xd83c) return ASTRAL;
  if (code >= 0x2800 && code <= 0x28ff) return BRAILLE;
  const folded = FOLD[code] ?? 0;
  if (LOOK_ALIKE[code] !== 0) return LOOKALIKE;
  if (code >= 0xff01 && code <= 0xff5e)
    return code === 0xff0c ||
      code === 0xff01 ||
      code === 0xff1f ||
      code === 0xff1a ||
      code === 0xff1b ||
      code === 0xff08 ||
      code === 0xff09
      ? OTHER
      : COMPATIBLE;
  if (code >= 0x2000 && folded !== 0 && folded < 0x80) return COMPATIBLE;
  return folded === 0 ? OTHER : FOREIGN;
}

/* What a run consists of. */
const HAS_LOWER = 1;
const HAS_UPPER = 2;
const HAS_DIGIT = 4;
const HAS_NON_HEX = 8;
const HAS_SIGN = 16;
const HAS_NON_BASE32 = 32;
const HAS_FOREIGN = 64;
const BITS = buildBits();

function buildBits(): Uint8Array {
  const bits = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const kind = KIND[code] ?? OTHER;
    let value = 0;
    if (kind === LOWER) value |= HAS_LOWER;
    if (kind === UPPER) value |= HAS_UPPER;
    if (kind === DIGIT) value |= HAS_DIGIT;
    if (kind === BASE64_SIGN) value |= HAS_SIGN;
    const lower = code | 0x20;
    if (!(kind === DIGIT || (lower >= 0x61 && lower <= 0x66 && (kind === LOWER || kind === UPPER))))
      value |= HAS_NON_HEX;
    if (!(kind === UPPER || (code >= 0x32 && code <= 0x37) || code === 0x3d)) value |= HAS_NON_BASE32;
    bits[code] = value;
  }
  return bits;
}

/** Reads a text once and tells which views are worth building. Linear, without allocation but for the noted runs. */
export function survey(text: string): Survey {
  const counts = new Int32Array(13);
  const runs: Run[] = [];
  let runsCut = false;
  let runStart = -1;
  let runBits = 0;
  let wordStart = -1;
  let wordBits = 0;
  let packed = 0;
  let words = 0;
  let singles = 0;
  let singlesRun = 0;
  let leetWords = 0;
  let hexPairs = 0;
  let binaryWords = 0;
  let decimalWords = 0;
  let morseMarks = 0;
  let percents = 0;
  let ampersands = 0;
  let backslashes = 0;
  let angles = 0;
  let equals = 0;
  let quotedJoins = 0;
  let natural = 0;
  let rot13 = 0;
  let reversed = 0;
  let atbash = 0;
  let nato = 0;
  let overrides = 0;
  const length = text.length;
  for (let at = 0; at <= length; at++) {
    const code = at < length ? text.charCodeAt(at) : 0x20;
    const kind = KIND[code] ?? OTHER;
    if (kind >= LOWER && kind <= DIGIT) {
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
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (runStart >= 0 && kind !== BASE64_SIGN) {
      if (at - runStart >= RUN_CHARACTERS_MIN) {
        const alphabet = alphabetOf(runBits);
        if (alphabet !== undefined) {
          if (runs.length < RUNS_MAX) runs.push({ start: runStart, end: at, alphabet });
          else runsCut = true;
        }
      }
      runStart = -1;
    }
    if (kind === FOREIGN || kind === LOOKALIKE) {
      if (wordStart < 0) {
        wordStart = at;
        wordBits = 0;
      }
      wordBits |= HAS_FOREIGN;
      continue;
    }
    if (wordStart >= 0) {
      const size = at - wordStart;
      words++;
      if (size === 1) {
        singles++;
        if (singles > singlesRun) singlesRun = singles;
      } else if (size <= 6 && (wordBits & HAS_FOREIGN) === 0) {
        singles = 0;
        if ((wordBits & HAS_DIGIT) === 0) {
          if (cueFilter[(packed ^ (packed >>> 15)) & 32_767] === 1) {
            const cue = cues.get(packed) ?? 0;
            if (cue & NATURAL_BIT) natural++;
            if (cue & ROT13_BIT) rot13++;
            if (cue & REVERSED_BIT) reversed++;
            if (cue & ATBASH_BIT) atbash++;
            if (cue & NATO_BIT) nato++;
          }
        }
        if (size === 2 && (wordBits & HAS_NON_HEX) === 0) hexPairs++;
        if (size <= 3 && (wordBits & (HAS_LOWER | HAS_UPPER)) === 0) decimalWords++;
      } else {
        singles = 0;
        if (size === 8 && (wordBits & (HAS_LOWER | HAS_UPPER)) === 0) binaryWords++;
        if (size === 7 && cueFilter[(packed ^ (packed >>> 15)) & 32_767] === 1) {
          const cue = cues.get(packed) ?? 0;
          if (cue & NATO_BIT) nato++;
        }
      }
      if ((wordBits & HAS_DIGIT) !== 0 && (wordBits & (HAS_LOWER | HAS_UPPER)) !== 0 && size <= 20) leetWords++;
      wordStart = -1;
    }
    if (kind === BASE64_SIGN) {
      if (runStart < 0) {
        runStart = at;
        runBits = 0;
      }
      if (code !== 0x3d) runBits |= HAS_SIGN | HAS_NON_HEX | HAS_NON_BASE32;
      if (code === 0x2d) morseMarks++;
      else if (code === 0x3d) equals++;
      continue;
    }
    if (kind === LEET_SIGN) {
      const next = at + 1 < length ? (KIND[text.charCodeAt(at + 1)] ?? OTHER) : OTHER;
      if (next === LOWER || next === UPPER || next === DIGIT) leetWords++;
      continue;
    }
    if (code === 0x2e) morseMarks++;
    else if (code === 0x25) percents++;
    else if (code === 0x26) ampersands++;
    else if (code === 0x5c) backslashes++;
    else if (code === 0x3c) angles++;
    else if (code === 0x22 || code === 0x27) quotedJoins++;
    else if (code === 0x202e || code === 0x202d) overrides++;
  }
  return {
    runs,
    runsCut,
    invisible: counts[INVISIBLE] ?? 0,
    decorations: counts[DECORATION] ?? 0,
    astral: counts[ASTRAL] ?? 0,
    compatible: counts[COMPATIBLE] ?? 0,
    lookAlikes: counts[LOOKALIKE] ?? 0,
    latin: words,
    percents,
    ampersands,
    backslashes,
    angles,
    equals,
    quotedJoins,
    singlesRun,
    words,
    leetWords,
    hexPairs,
    binaryWords,
    decimalWords,
    morseMarks,
    braille: counts[BRAILLE] ?? 0,
    rot13Cues: rot13,
    reversedCues: reversed,
    atbashCues: atbash,
    naturalCues: natural,
    natoCues: nato,
    overrides,
  };
}

function alphabetOf(bits: number): Run['alphabet'] | undefined {
  if ((bits & HAS_NON_HEX) === 0) return 'hex';
  if ((bits & HAS_NON_BASE32) === 0) return 'base32';
  if ((bits & HAS_LOWER) !== 0 && (bits & HAS_UPPER) !== 0) return 'base64';
  return undefined;
}
