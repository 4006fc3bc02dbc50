/** Texts written as numbers: words of eight binary digits, of two hexadecimal digits, of decimal character codes; braille. */
import { type Mapped, MappedBuilder, pushUtf8 } from '../mapped.ts';

/** Fewest numbers in a row that can be a text. */
const NUMBERS_MIN = 6;

interface Numeral {
  readonly base: 2 | 10 | 16;
  readonly digitsMin: number;
  readonly digitsMax: number;
}

const NUMERALS: Readonly<Record<'binary' | 'hexpairs' | 'decimal', Numeral>> = {
  binary: { base: 2, digitsMin: 7, digitsMax: 8 },
  hexpairs: { base: 16, digitsMin: 2, digitsMax: 2 },
  decimal: { base: 10, digitsMin: 2, digitsMax: 3 },
};

/** Sequences of numbers of one notation between spaces, commas, `0x` and the like, as the bytes they are. Linear. */
export function decodeNumbers(text: string, notation: 'binary' | 'hexpairs' | 'decimal'): Mapped | undefined {
  const numeral = NUMERALS[notation];
  const built = new MappedBuilder(64);
  const countMax = Math.ceil(text.length / numeral.digitsMin);
  const bytes = new Uint8Array(countMax);
  const origins = new Uint32Array(countMax);
  let count = 0;
  const flush = (): void => {
    if (count >= NUMBERS_MIN && readableShare(bytes, count) >= 0.9) {
      if (built.length > 0) built.push(0x20, origins[0] ?? 0);
      pushUtf8(built, bytes, count, origins);
    }
    count = 0;
  };
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (numeral.base === 16 && code === 0x30 && (text.charCodeAt(at + 1) | 0x20) === 0x78) {
      at += 2;
      continue;
    }
    const start = at;
    let value = 0;
    while (at < text.length && digitOf(text.charCodeAt(at), numeral.base) >= 0) {
      value = (value * numeral.base + digitOf(text.charCodeAt(at), numeral.base)) & 0xffff;
      at++;
    }
    const digits = at - start;
    if (digits > 0) {
      const isEnd = !isWordCode(text.charCodeAt(at));
      if (isEnd && digits >= numeral.digitsMin && digits <= numeral.digitsMax && value < 256) {
        bytes[count] = value;
        origins[count] = start;
        count++;
      } else flush();
      continue;
    }
    if (isWordCode(code)) flush();
    at++;
  }
  flush();
  return built.length === 0 ? undefined : built.finish();
}

function digitOf(code: number, base: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 < base ? code - 0x30 : -1;
  const lower = code | 0x20;
  return base === 16 && lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function isWordCode(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function readableShare(bytes: Uint8Array, count: number): number {
  let readable = 0;
  for (let at = 0; at < count; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte >= 0x80) readable++;
  }
  return readable / count;
}

/** Braille cells a to z (grade 1). */
const BRAILLE = '⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵';

/** The letter of each of the 64 cells, by its offset in the block; 0 for none. */
const BRAILLE_LETTERS = Uint8Array.from(
  { length: 256 },
  (_, cell) => BRAILLE.indexOf(String.fromCharCode(0x2800 + cell)) + 1,
);
const BRAILLE_CAPITAL = 0x2820;

/** Braille cells as letters, in place. */
export function decodeBraille(text: string): Mapped | undefined {
  const built = new MappedBuilder(text.length);
  let cells = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const letter = code >= 0x2800 && code <= 0x28ff ? (BRAILLE_LETTERS[code - 0x2800] ?? 0) : 0;
    if (letter > 0) cells++;
    if (code === BRAILLE_CAPITAL) continue;
    built.push(letter > 0 ? 0x60 + letter : code === 0x2800 ? 0x20 : code, at);
  }
  return cells < NUMBERS_MIN ? undefined : built.finish();
}
