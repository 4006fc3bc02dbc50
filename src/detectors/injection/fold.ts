/**
 * Character tables: what a reader takes a character for.
 *
 * `FOLD` maps one UTF-16 code unit to one: lower case, without diacritics, full-width and circled forms to plain ones,
 * and 0 for everything that is not part of a word. The lexicon is folded by the same table, so both sides agree.
 * @see https://www.unicode.org/reports/tr39/ (confusables), https://www.unicode.org/reports/tr15/ (NFKC)
 */

/** Folded code unit of each code unit; 0 where it separates words. */
export const FOLD: Uint16Array = new Uint16Array(65_536);

/** 1 where a script is written without spaces between words: Han, Kana, Thai. */
export const UNSPACED: Uint8Array = new Uint8Array(65_536);

/** Latin letters that other scripts imitate, as pairs of look-alike and letter, capital letters included. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  // Cyrillic
  а: 'a',
  ӓ: 'a',
  ӑ: 'a',
  ә: 'e',
  Ь: 'b',
  в: 'b',
  ь: 'b',
  с: 'c',
  ҫ: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  є: 'e',
  ғ: 'f',
  ԍ: 'g',
  г: 'r',
  һ: 'h',
  н: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ԟ: 'k',
  ӏ: 'l',
  Ӏ: 'I',
  ʟ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  ө: 'o',
  р: 'p',
  ԛ: 'q',
  ѕ: 's',
  т: 't',
  ц: 'u',
  ѵ: 'v',
  ѡ: 'w',
  ԝ: 'w',
  ш: 'w',
  х: 'x',
  ҳ: 'x',
  у: 'y',
  ү: 'y',
  ў: 'y',
  з: '3',
  А: 'A',
  В: 'B',
  С: 'C',
  Е: 'E',
  Ё: 'E',
  Ԍ: 'G',
  Н: 'H',
  І: 'I',
  Ї: 'I',
  Ј: 'J',
  К: 'K',
  М: 'M',
  О: 'O',
  Р: 'P',
  Ԛ: 'Q',
  Ѕ: 'S',
  Т: 'T',
  Ѵ: 'V',
  Ԝ: 'W',
  Х: 'X',
  У: 'Y',
  Ү: 'Y',
  // Greek
  α: 'a',
  ά: 'a',
  β: 'b',
  ϲ: 'c',
  δ: 'd',
  ε: 'e',
  έ: 'e',
  η: 'n',
  ή: 'n',
  ι: 'i',
  ί: 'i',
  ϳ: 'j',
  κ: 'k',
  μ: 'u',
  ν: 'v',
  ο: 'o',
  ό: 'o',
  σ: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  ύ: 'u',
  χ: 'x',
  γ: 'y',
  ω: 'w',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: 'I',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: 'O',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
  Ϲ: 'C',
  // Armenian
  ա: 'w',
  ց: 'g',
  հ: 'h',
  ի: 'h',
  յ: 'j',
  ո: 'n',
  ռ: 'n',
  օ: 'o',
  զ: 'q',
  ս: 'u',
  Տ: 'S',
  Ս: 'U',
  Օ: 'O',
  Լ: 'L',
  ք: 'p',
  ւ: 'r',
  ե: 't',
  // Cherokee
  Ꭺ: 'A',
  Ᏼ: 'B',
  Ꮯ: 'C',
  Ꭰ: 'D',
  Ꭼ: 'E',
  Ꮐ: 'G',
  Ꮋ: 'H',
  Ꭵ: 'i',
  Ꭻ: 'J',
  Ꮶ: 'K',
  Ꮮ: 'L',
  Ꮇ: 'M',
  Ꮲ: 'P',
  Ꭱ: 'R',
  Ꮪ: 'S',
  Ꭲ: 'T',
  Ꮩ: 'V',
  Ꮤ: 'W',
  Ꮍ: 'Y',
  Ꮓ: 'Z',
  Ꭹ: 'y',
  Ꮃ: 'W',
  Ꮢ: 'R',
  Ꮥ: 'S',
  Ꮷ: 'd',
  Ꮟ: 'b',
  Ꮵ: 'h',
};

/** Letters that are Latin by name yet have no decomposition; folded wherever they stand. */
const LATIN_VARIANTS: Readonly<Record<string, string>> = {
  ı: 'i',
  ɑ: 'a',
  ɐ: 'a',
  ƀ: 'b',
  ɓ: 'b',
  ƈ: 'c',
  ɔ: 'c',
  đ: 'd',
  ɖ: 'd',
  ɗ: 'd',
  ð: 'd',
  ə: 'e',
  ɛ: 'e',
  ǝ: 'e',
  ƒ: 'f',
  ɡ: 'g',
  ɠ: 'g',
  ƃ: 'g',
  ħ: 'h',
  ɦ: 'h',
  ɥ: 'h',
  ɨ: 'i',
  ɩ: 'i',
  ʝ: 'j',
  ɟ: 'j',
  ƙ: 'k',
  ʞ: 'k',
  ł: 'l',
  ɫ: 'l',
  ɭ: 'l',
  ɯ: 'm',
  ɱ: 'm',
  ɲ: 'n',
  ŋ: 'n',
  ø: 'o',
  ɵ: 'o',
  ƥ: 'p',
  ɹ: 'r',
  ɾ: 'r',
  ʀ: 'r',
  ʂ: 's',
  ß: 's',
  ŧ: 't',
  ʇ: 't',
  ƭ: 't',
  ʉ: 'u',
  ʋ: 'v',
  ʌ: 'v',
  ʍ: 'w',
  ʎ: 'y',
  ƴ: 'y',
  ʏ: 'y',
  ƶ: 'z',
  ʐ: 'z',
  æ: 'a',
  œ: 'o',
  þ: 'p',
  ɪ: 'i',
  ʟ: 'l',
  ɴ: 'n',
  ʙ: 'b',
  ɢ: 'g',
  ʜ: 'h',
  ᴀ: 'a',
  ᴄ: 'c',
  ᴅ: 'd',
  ᴇ: 'e',
  ꜰ: 'f',
  ᴊ: 'j',
  ᴋ: 'k',
  ᴍ: 'm',
  ᴏ: 'o',
  ᴘ: 'p',
  ꞯ: 'q',
  ꜱ: 's',
  ᴛ: 't',
  ᴜ: 'u',
  ᴠ: 'v',
  ᴡ: 'w',
  ᴢ: 'z',
  ꓐ: 'b',
  ꓑ: 'p',
  ꓒ: 'd',
};

/** Letter that a code unit of another script imitates; 0 where it imitates none. Case is kept. */
export const LOOK_ALIKE: Uint16Array = new Uint16Array(65_536);

/** True for marks that decorate Latin, Greek and Cyrillic letters; vowel signs of other scripts are letters, not these. */
export function isDecoration(code: number): boolean {
  return (
    (code >= 0x0300 && code <= 0x036f) ||
    (code >= 0x1ab0 && code <= 0x1aff) ||
    (code >= 0x1dc0 && code <= 0x1dff) ||
    (code >= 0x20d0 && code <= 0x20ff) ||
    (code >= 0xfe20 && code <= 0xfe2f) ||
    (code >= 0x0483 && code <= 0x0489) ||
    (code >= 0x064b && code <= 0x0652) ||
    code === 0x0640
  );
}

/** True for characters that show nothing, or only steer the direction of writing (ASCII controls are not among them). */
export function isInvisible(code: number): boolean {
  return (
    code === 0x00ad ||
    code === 0x034f ||
    code === 0x061c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5 ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x3164 ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff0 && code <= 0xfffb)
  );
}

/** The text folded unit by unit, of the same length: what patterns and the learned score compare. Separators become spaces. */
export function foldText(text: string): string {
  const folded = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) folded[at] = FOLD[text.charCodeAt(at)] || 0x20;
  return fromCodes(folded, folded.length);
}

const decoder = new TextDecoder('utf-16le');

/** The string of the first `length` code units. */
export function fromCodes(codes: Uint16Array, length: number): string {
  if (length < 64) return String.fromCharCode(...codes.subarray(0, length));
  return decoder.decode(codes.subarray(0, length));
}

function fillTables(): void {
  const letter = /[\p{L}\p{M}\p{N}]/u;
  const marks = /[\u0300-\u036f]/g;
  for (let code = 0x30; code < 0x3040; code++) fillOne(code, letter, marks);
  for (let code = 0x3040; code < 0xd800; code++) {
    const isCommon = (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3);
    if (isCommon) FOLD[code] = code;
    else if (code <= 0x30ff) FOLD[code] = letter.test(String.fromCharCode(code)) ? code : 0;
    else fillOne(code, letter, marks);
    if (code <= 0x9fff) UNSPACED[code] = FOLD[code] === 0 ? 0 : 1;
  }
  for (let code = 0xf900; code < 0xfff0; code++) fillOne(code, letter, marks);
  for (let code = 0x0e01; code <= 0x0e5b; code++) UNSPACED[code] = 1;
  for (const [from, to] of Object.entries(LATIN_VARIANTS)) {
    FOLD[from.charCodeAt(0)] = to.charCodeAt(0);
    const upper = from.toUpperCase();
    if (upper.length === 1 && upper !== from && upper > '\u007f') FOLD[upper.charCodeAt(0)] = to.charCodeAt(0);
  }
  for (const [from, to] of Object.entries(LOOK_ALIKES)) {
    if (from.length === 1) LOOK_ALIKE[from.charCodeAt(0)] = to.charCodeAt(0);
  }
}

function fillOne(code: number, letter: RegExp, marks: RegExp): void {
  if (isInvisible(code) || isDecoration(code)) return;
  const character = String.fromCharCode(code);
  if (!letter.test(character)) return;
  const plain = character.normalize('NFKD').replace(marks, '').toLowerCase().replace(marks, '');
  const folded = plain.length === 0 ? code : plain.charCodeAt(0) === 0x20 ? code : plain.charCodeAt(0);
  FOLD[code] = folded;
}

fillTables();
