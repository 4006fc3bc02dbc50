/**
 * Character tables: what a reader takes a character for.
 *
 * `FOLD` maps one UTF-16 code unit to one: lower case, without diacritics, full-width and circled forms to plain ones,
 * and 0 for everything that is not part of a word. The lexicon is folded by the same table, so both sides agree.
 * The tables are filled by `fillFoldTables`, which everything that reads a text calls first: a gateway that starts has no time.
 * @see https://www.unicode.org/reports/tr39/ (confusables), https://www.unicode.org/reports/tr15/ (NFKC)
 */

/** Folded code unit of each code unit; 0 where it separates words. */
export const FOLD: Uint16Array = new Uint16Array(65_536);

/** 1 where a script is written without spaces between words: Han, Kana, Thai. */
export const UNSPACED: Uint8Array = new Uint8Array(65_536);

/** Latin letters that other scripts imitate, as pairs of look-alike and letter, capital letters included. */
const LOOK_ALIKES =
  'аa ӓa ӑa әe Ьb вb ьb сc ҫc ԁd еe ёe єe ғf ԍg гr һh нh іi їi јj кk ԟk ӏl ӀI ʟl мm пn оo өo рp ԛq ѕs тt ' +
  'цu ѵv ѡw ԝw шw хx ҳx уy үy ўy з3 АA ВB СC ЕE ЁE ԌG НH ІI ЇI ЈJ КK МM ОO РP ԚQ ЅS ТT ѴV ԜW ХX УY ҮY ' +
  'αa άa βb ϲc δd εe έe ηn ήn ιi ίi ϳj κk μu νv οo όo σo ρp τt υu ύu χx γy ωw ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ' +
  'ΟO ΡP ΤT ΥY ΧX ϹC ' +
  'աw ցg հh իh յj ոn ռn օo զq սu ՏS ՍU ՕO ԼL քp ւr եt ' +
  'ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH Ꭵi ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏚS ᎢT ᏙV ᏔW ᎽY ᏃZ Ꭹy ᎳW ᏒR ᏕS Ꮷd Ꮟb Ꮵh';

/** Letters that are Latin by name yet have no decomposition; folded wherever they stand. */
const LATIN_VARIANTS =
  'ıi ɑa ɐa ƀb ɓb ƈc ɔc đd ɖd ɗd ðd əe ɛe ǝe ƒf ɡg ɠg ƃg ħh ɦh ɥh ɨi ɩi ʝj ɟj ƙk ʞk łl ɫl ɭl ɯm ɱm ɲn ŋn ' +
  'øo ɵo ƥp ɹr ɾr ʀr ʂs ßs ŧt ʇt ƭt ʉu ʋv ʌv ʍw ʎy ƴy ʏy ƶz ʐz æa œo þp ɪi ʟl ɴn ʙb ɢg ʜh ᴀa ᴄc ᴅd ᴇe ꜰf ' +
  'ᴊj ᴋk ᴍm ᴏo ᴘp ꞯq ꜱs ᴛt ᴜu ᴠv ᴡw ᴢz ꓐb ꓑp ꓒd';

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
  fillFoldTables();
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

function pairsOf(table: string): readonly (readonly [string, string])[] {
  return table.split(' ').map((pair) => [pair.charAt(0), pair.charAt(1)] as const);
}

let isFilled = false;

/** Fills the tables of this file, once; about 10 ms. */
export function fillFoldTables(): void {
  if (isFilled) return;
  isFilled = true;
  fillFolded();
  for (let code = 0x3040; code <= 0x9fff; code++) UNSPACED[code] = FOLD[code] === 0 ? 0 : 1;
  for (let code = 0x0e01; code <= 0x0e5b; code++) UNSPACED[code] = 1;
  for (const [from, to] of pairsOf(LATIN_VARIANTS)) {
    FOLD[from.charCodeAt(0)] = to.charCodeAt(0);
    const upper = from.toUpperCase();
    if (upper.length === 1 && upper !== from && upper > '\u007f') FOLD[upper.charCodeAt(0)] = to.charCodeAt(0);
  }
  for (const [from, to] of pairsOf(LOOK_ALIKES)) {
    LOOK_ALIKE[from.charCodeAt(0)] = to.charCodeAt(0);
  }
}

/**
 * Folds every code unit that may be part of a word. One call of each of the runtime's Unicode functions for all of them:
 * a call for each would take ten times as long, at every start.
 */
function fillFolded(): void {
  const isLetter = new Uint8Array(65_536);
  const all = mayFold();
  for (const letter of all.join('').matchAll(/[\p{L}\p{M}\p{N}]/gu)) isLetter[letter[0].charCodeAt(0)] = 1;
  for (let code = 0x3400; code <= 0x9fff; code++) FOLD[code] = code;
  for (let code = 0xac00; code <= 0xd7a3; code++) FOLD[code] = code;
  // A line feed is part of no composition, so each line is one character's.
  const plain = all
    .join('\n')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .split('\n');
  for (const [index, character] of all.entries()) {
    const code = character.charCodeAt(0);
    const isCircled = code >= 0x2460 && code <= 0x24ff;
    const folded = plain[index] ?? '';
    if (isCircled ? folded.length !== 1 : isLetter[code] === 0) continue;
    const isKept = (code >= 0x3040 && code <= 0x30ff) || folded.length === 0 || folded.charCodeAt(0) === 0x20;
    FOLD[code] = isKept ? code : folded.charCodeAt(0);
  }
}

/** Every code unit that could be folded to another, but for the large blocks that stay as they are. */
function mayFold(): readonly string[] {
  const all: string[] = [];
  for (let code = 0x30; code < 0xfff0; code++) {
    if (code === 0x3400) code = 0xa000;
    else if (code === 0xac00) code = 0xd7a4;
    else if (code === 0xd800) code = 0xf900;
    if (isInvisible(code) || isDecoration(code)) continue;
    all.push(String.fromCharCode(code));
  }
  return all;
}
