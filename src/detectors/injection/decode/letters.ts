/** Letter by letter disguises of the same length or with separators: ciphers, reversal, leet, spaced and dotted letters. */
import { FOLD } from '../fold.ts';
import { type Mapped, MappedBuilder } from '../mapped.ts';
import { copy, decodeStretches, type Stretch } from '../stretches.ts';

/** ROT13 of the stretches. */
export function decodeRot13(text: string, stretches: readonly Stretch[], signsMin: number): Mapped | undefined {
  return decodeStretches(text, stretches, signsMin, (built, start, end) =>
    turnLetters(built, text, start, end, (letter) => (letter + 13) % 26),
  );
}

/** Atbash (a is z) of the stretches. */
export function decodeAtbash(text: string, stretches: readonly Stretch[], signsMin: number): Mapped | undefined {
  return decodeStretches(text, stretches, signsMin, (built, start, end) =>
    turnLetters(built, text, start, end, (letter) => 25 - letter),
  );
}

function turnLetters(
  built: MappedBuilder,
  text: string,
  start: number,
  end: number,
  turn: (letter: number) => number,
): void {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    built.push(code < 0x80 && lower >= 0x61 && lower <= 0x7a ? turn(lower - 0x61) + 0x61 - (lower - code) : code, at);
  }
}

/** The stretches backwards, by code points. */
export function decodeReversed(text: string, stretches: readonly Stretch[], signsMin: number): Mapped | undefined {
  return decodeStretches(text, stretches, signsMin, (built, start, end) => {
    for (let at = end - 1; at >= start; at--) {
      const code = text.charCodeAt(at);
      const before = at > start ? text.charCodeAt(at - 1) : 0;
      if (code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff) {
        built.push(before, at - 1);
        built.push(code, at);
        at--;
      } else built.push(code, at);
    }
  });
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  $: 's',
  '@': 'a',
  '!': 'i',
  '|': 'l',
};
const LEET_CODES = buildLeet();
/** Numbers that are words once read as letters; any other word of digits is a number. */
const NUMBER_WORDS = new Set(['70', '17', '15', '45', '47', '1', '4', '50', '4$', '1$', '$0', '$']);

function buildLeet(): Uint8Array {
  const codes = new Uint8Array(128);
  for (const [from, to] of Object.entries(LEET)) codes[from.charCodeAt(0)] = to.charCodeAt(0);
  return codes;
}

/** Digits and signs inside words read as letters, in the stretches. */
export function decodeLeet(text: string, stretches: readonly Stretch[], signsMin: number): Mapped | undefined {
  return decodeStretches(text, stretches, signsMin, (built, from, to) => {
    for (let at = from; at < to;) {
      const start = at;
      let letters = 0;
      let digits = 0;
      for (; at < to; at++) {
        const code = text.charCodeAt(at);
        const isLeet = code < 128 && LEET_CODES[code] !== 0;
        if (isLeet) digits++;
        else if ((FOLD[code] ?? 0) !== 0) letters++;
        else break;
      }
      if (at === start) {
        built.push(text.charCodeAt(at), at);
        at++;
        continue;
      }
      const isNumberWord = letters === 0 && at - start <= 3 && NUMBER_WORDS.has(text.slice(start, at));
      const isWord = isNumberWord || (digits > 0 && letters > 0 && isLeetWord(text, start, at, letters, digits));
      for (let step = start; step < at; step++)
        built.push(isWord ? leetLetter(text, start, step, at) : text.charCodeAt(step), step);
    }
  });
}

/** A sign at the edge of a plain word is punctuation: "$5", "now!". */
function isLeetWord(text: string, start: number, end: number, letters: number, digits: number): boolean {
  if (digits > 1 || letters > 2) {
    const last = text.charCodeAt(end - 1);
    if (digits === 1 && (last === 0x21 || last === 0x7c || last === 0x2b)) return false;
    return end - start <= 40;
  }
  return end - start <= 4;
}

function leetLetter(text: string, start: number, at: number, end: number): number {
  const code = text.charCodeAt(at);
  if (code >= 128 || LEET_CODES[code] === 0) return code;
  if (code === 0x21 && at === end - 1) return code;
  // "a11" is "all": two of them inside a word are seldom two i.
  if (code === 0x31 && (text.charCodeAt(at - 1) === 0x31 || text.charCodeAt(at + 1) === 0x31) && end - start > 2)
    return 0x6c;
  return LEET_CODES[code] ?? code;
}

/** Fewest letters of a word or sentence that was taken apart. */
const APART_LETTERS_MIN = 5;

/**
 * Letters held apart by one separator each (`i g n o r e`, `i.g.n.o.r.e`, `i-g-n`), in place.
 *
 * Where every second character is the same separator, the others are the text (`_` for a space among dots). Where words
 * keep a wider gap, the gap is the space. Everything else stays.
 */
export function decodeApart(text: string, stretches: readonly Stretch[]): Mapped | undefined {
  let joined = 0;
  const mapped = decodeStretches(text, stretches, APART_LETTERS_MIN, (built, from, to) => {
    for (let at = from; at < to;) {
      const end = apartEnd(text, at);
      if (end < 0) {
        copy(built, text, at, at + 1);
        at++;
        continue;
      }
      joined++;
      const separator = text.charCodeAt(at + 1);
      for (let step = at; step < end; step += 2) {
        const code = text.charCodeAt(step);
        const isSpace = separator !== 0x20 && (code === 0x5f || code === 0x20);
        built.push(isSpace ? 0x20 : code, step);
      }
      at = end;
    }
  });
  return joined === 0 ? undefined : mapped;
}

/** End of the run of letters held apart that begins here, or -1. */
function apartEnd(text: string, start: number): number {
  const separator = text.charCodeAt(start + 1);
  const first = text.charCodeAt(start);
  if (first === 0x20 || first === 0x0a || first === separator || (FOLD[separator] ?? 0) !== 0) return -1;
  if (start > 0 && (FOLD[text.charCodeAt(start - 1)] ?? 0) !== 0) return -1;
  let letters = 0;
  let at = start;
  for (; at < text.length; at += 2) {
    const code = text.charCodeAt(at);
    if ((FOLD[code] ?? 0) !== 0) letters++;
    if (at + 1 >= text.length) {
      at++;
      break;
    }
    if (text.charCodeAt(at + 1) !== separator) {
      // The next word is written normally: this letter is its first, not our last.
      if ((FOLD[text.charCodeAt(at + 1)] ?? 0) !== 0) letters--;
      else at++;
      break;
    }
  }
  return letters >= APART_LETTERS_MIN ? Math.min(at, text.length) : -1;
}

const MORSE = buildMorse();

function buildMorse(): Map<string, string> {
  const table =
    'a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- w.-- x-..- y-.-- z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. ?..--.. !-.-.-- /-..-. ,--..-- :---... =-...- +.-.-. @.--.-.';
  const found = new Map<string, string>();
  for (const entry of table.split(' ')) found.set(entry.slice(1), entry.slice(0, 1));
  found.set('.-.-.-', '.');
  found.set('-....-', '-');
  found.set('.----.', "'");
  found.set('.-..-.', '"');
  found.set('-.--.', '(');
  found.set('-.--.-', ')');
  return found;
}

const MORSE_GROUP_MAX = 8;
const MORSE_GROUPS_MIN = 5;

/** Morse groups between spaces, `/` or line ends as word gaps; other characters among them stay. The Morse stretch only. */
export function decodeMorse(text: string, stretches: readonly Stretch[], signsMin: number): Mapped | undefined {
  const built = new MappedBuilder(64);
  for (const stretch of stretches) {
    if (stretch.signs < signsMin) continue;
    if (built.length > 0) built.push(0x20, stretch.start);
    morseInto(built, text, stretch.start, stretch.end);
  }
  return built.length === 0 ? undefined : built.finish();
}

function morseInto(built: MappedBuilder, text: string, start: number, end: number): void {
  let kept = built.length;
  let groups = 0;
  let others = 0;
  let from = start;
  const flush = (): void => {
    if (groups < MORSE_GROUPS_MIN || groups < others) built.truncate(kept);
    kept = built.length;
    groups = 0;
    others = 0;
  };
  for (let at = start; at <= end; at++) {
    const code = at < end ? text.charCodeAt(at) : 0x20;
    if (code !== 0x20 && code !== 0x0a && code !== 0x2f && code !== 0x7c) continue;
    if (at > from) {
      const letter = at - from <= MORSE_GROUP_MAX ? MORSE.get(text.slice(from, at)) : undefined;
      if (letter !== undefined) {
        built.push(letter.charCodeAt(0), from);
        groups++;
      } else if (at - from === 1 && groups > 0) {
        built.push(text.charCodeAt(from), from);
        others++;
      } else flush();
    }
    if ((code === 0x2f || code === 0x7c) && groups > 0) built.push(0x20, at);
    from = at + 1;
  }
  flush();
}

const NATO: ReadonlySet<string> = new Set(
  'alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu'.split(
    ' ',
  ),
);

/** Rows of words of the NATO alphabet as their letters; an empty line between rows. */
export function decodeNato(text: string): Mapped | undefined {
  const built = new MappedBuilder(64);
  let kept = 0;
  let row = 0;
  const closeRow = (at: number): void => {
    if (row < APART_LETTERS_MIN) built.truncate(kept);
    else {
      built.push(0x0a, at);
      built.push(0x0a, at);
      kept = built.length;
    }
    row = 0;
  };
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? (FOLD[text.charCodeAt(at)] ?? 0) : 0;
    if (code !== 0) {
      if (start < 0) start = at;
      continue;
    }
    if (start >= 0) {
      const word = at - start <= 8 ? text.slice(start, at).toLowerCase() : '';
      if (NATO.has(word)) {
        built.push(word.charCodeAt(0), start);
        row++;
      } else if (row > 0 && word !== 'space') closeRow(start);
      else if (row > 0) built.push(0x20, start);
      start = -1;
    }
    const sign = text.charCodeAt(at);
    if (row > 0 && (sign === 0x0a || sign === 0x2f)) built.push(0x20, at);
  }
  closeRow(text.length);
  return kept === 0 ? undefined : built.finish();
}
