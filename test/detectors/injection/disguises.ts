/** Writers of the disguises that views undo. Each returns text that a model can be asked to read. */

const MORSE: Readonly<Record<string, string>> = {
  a: '.-',
  b: '-...',
  c: '-.-.',
  d: '-..',
  e: '.',
  f: '..-.',
  g: '--.',
  h: '....',
  i: '..',
  j: '.---',
  k: '-.-',
  l: '.-..',
  m: '--',
  n: '-.',
  o: '---',
  p: '.--.',
  q: '--.-',
  r: '.-.',
  s: '...',
  t: '-',
  u: '..-',
  v: '...-',
  w: '.--',
  x: '-..-',
  y: '-.--',
  z: '--..',
};
const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '$', t: '7' };
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'ο',
  c: 'с',
  p: 'р',
  x: 'х',
  y: 'у',
  i: 'і',
  s: 'ѕ',
};
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const NATO =
  'alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu'.split(
    ' ',
  );
const BRAILLE = '⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵';

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const eachLetter = (text: string, write: (letter: string) => string): string => [...text].map(write).join('');
const shifted = (text: string, first: number): string =>
  eachLetter(text, (letter) =>
    /[a-z]/i.test(letter) ? String.fromCodePoint(first + letter.toLowerCase().charCodeAt(0) - 97) : letter,
  );

function base32(text: string): string {
  const bits = bytesOf(text)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return (bits.match(/.{1,5}/g) ?? []).map((chunk) => BASE32[Number.parseInt(chunk.padEnd(5, '0'), 2)]).join('');
}

function turned(text: string, turn: (letter: number) => number): string {
  return eachLetter(text, (letter) => {
    const base = letter >= 'a' && letter <= 'z' ? 97 : letter >= 'A' && letter <= 'Z' ? 65 : 0;
    return base === 0 ? letter : String.fromCharCode(turn(letter.charCodeAt(0) - base) + base);
  });
}

/** Disguises that keep every character, case included. */
export const EXACT: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 of base64': (text) => btoa(btoa(text)),
  'base64 in lines': (text) => (btoa(text).match(/.{1,20}/g) ?? []).join('\n'),
  base32,
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex pairs': (text) =>
    bytesOf(text)
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' '),
  'hex with \\x': (text) =>
    bytesOf(text)
      .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  binary: (text) =>
    bytesOf(text)
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join(' '),
  'decimal codes': (text) => bytesOf(text).join(' '),
  url: (text) =>
    bytesOf(text)
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  'url twice': (text) =>
    bytesOf(text)
      .map((byte) => `%25${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  'html entities': (text) => eachLetter(text, (letter) => `&#${letter.codePointAt(0)};`),
  'html hex entities': (text) => eachLetter(text, (letter) => `&#x${letter.codePointAt(0)?.toString(16)};`),
  '\\u escapes': (text) => eachLetter(text, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'quoted-printable': (text) =>
    bytesOf(text)
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  reversed: (text) => [...text].reverse().join(''),
  rot13: (text) => turned(text, (letter) => (letter + 13) % 26),
  atbash: (text) => turned(text, (letter) => 25 - letter),
  spaced: (text) => [...text].join(' '),
  'zero-width space': (text) => [...text].join('\u200b'),
  'soft hyphen': (text) => [...text].join('\u00ad'),
  'tag characters': (text) =>
    `Hello!${eachLetter(text, (letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0)))}`,
  'variation selectors': (text) =>
    `Hi 😀${bytesOf(text)
      .map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16))
      .join('')}`,
  'sneaky bits': (text) =>
    `Hi ${bytesOf(text)
      .map((byte) => byte.toString(2).padStart(8, '0').replaceAll('0', '\u2062').replaceAll('1', '\u2064'))
      .join('')}`,
  'full-width': (text) =>
    eachLetter(text, (letter) =>
      letter >= '!' && letter <= '~' ? String.fromCharCode(letter.charCodeAt(0) + 0xfee0) : letter,
    ),
  'look-alikes': (text) => eachLetter(text, (letter) => LOOK_ALIKES[letter] ?? letter),
};

/** Disguises that lose case, spaces or punctuation. */
export const LOSSY: Readonly<Record<string, (text: string) => string>> = {
  leet: (text) => eachLetter(text, (letter) => LEET[letter.toLowerCase()] ?? letter),
  dotted: (text) => [...text.replaceAll(' ', '_')].join('.'),
  'hyphens between letters': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join('-'))
      .join(' '),
  'spaced without word gaps': (text) => [...text.replaceAll(' ', '')].join(' '),
  morse: (text) =>
    text
      .toLowerCase()
      .split(' ')
      .map((word) => [...word].map((letter) => MORSE[letter] ?? letter).join(' '))
      .join(' / '),
  nato: (text) =>
    text
      .toLowerCase()
      .split(' ')
      .map((word) => [...word].map((letter) => NATO[letter.charCodeAt(0) - 97] ?? letter).join(' '))
      .join(' / '),
  braille: (text) =>
    eachLetter(text.toLowerCase(), (letter) => BRAILLE[letter.charCodeAt(0) - 97] ?? (letter === ' ' ? '⠀' : letter)),
  'mathematical bold': (text) => shifted(text, 0x1d41a),
  'mathematical fraktur': (text) => shifted(text, 0x1d586),
  circled: (text) => shifted(text, 0x24d0),
  squared: (text) => shifted(text, 0x1f130),
  zalgo: (text) => eachLetter(text, (letter) => (letter === ' ' ? letter : `${letter}\u0334\u0353\u030a`)),
  'small capitals': (text) =>
    eachLetter(
      text,
      (letter) => ({ a: 'ᴀ', e: 'ᴇ', i: 'ɪ', o: 'ᴏ', r: 'ʀ', t: 'ᴛ', n: 'ɴ' })[letter.toLowerCase()] ?? letter,
    ),
  'upper case': (text) => text.toUpperCase(),
  'random case': (text) =>
    [...text].map((letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase())).join(''),
  'one word a line': (text) => text.replaceAll(' ', '\n'),
  'code comments between words': (text) => text.replaceAll(' ', '/**/'),
  'markdown emphasis': (text) =>
    text
      .split(' ')
      .map((word) => `**${word}**`)
      .join(' '),
  'right-to-left override': (text) => `\u202e${[...text].reverse().join('')}\u202c`,
};
