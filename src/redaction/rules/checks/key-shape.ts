/**
 * The outer form of keys that services hand out: digits and letters of one alphabet, in a length that bytes give.
 *
 * What a service made is whole: hexadecimal digits come in pairs, a UUID has its five groups, and no sign stands in the
 * middle that the alphabet does not have. A value that breaks its own form was cut, mistyped or never a key.
 */
import { characterCounts, entropyBits, languageBits, monotonyShare } from './randomness.ts';

/** Signs that keys are joined and filled with: base64, base64url, `id.secret`, `number:token`. */
const KEY_SIGNS = '_-.+/=:~';
/** Signs of code and tables, in no key and no password that people type. */
const CODE_SIGNS = '(|';
/** From so many characters on, a single foreign sign is a mistake; a password has few characters or many signs. */
const FOREIGN_SIGN_CHARACTERS_MIN = 16;
/** From so many characters on, hexadecimal digits are bytes and come in pairs. */
const PAIRED_HEX_CHARACTERS_MIN = 17;
/** From so many characters on, one letter that is no hexadecimal digit among those that are is a mistake. */
const NEARLY_HEX_CHARACTERS_MIN = 24;
const UUID_GROUPS = [8, 4, 4, 4, 12] as const;

/** Whether every character is a hexadecimal digit, letters of one case. Linear. */
export function isHex(text: string): boolean {
  return text !== '' && (strangers(text, '0123456789abcdef') === 0 || strangers(text, '0123456789ABCDEF') === 0);
}

/** How many characters are not of an alphabet. */
function strangers(text: string, alphabet: string): number {
  let count = 0;
  for (const character of text) if (!alphabet.includes(character)) count++;
  return count;
}

/**
 * Whether a random-looking value contradicts its own form: an odd number of hexadecimal digits, one letter among them that
 * is none, a UUID with a group cut short, a sign in the middle that no key holds. Linear.
 */
export function isBrokenKey(text: string): boolean {
  const signs = foreignSigns(text);
  if (CODE_SIGNS.includes(signs.charAt(0)) && signs !== '') return true;
  if (signs !== '' && new Set(signs).size === 1 && text.length >= FOREIGN_SIGN_CHARACTERS_MIN) return true;
  const groups = text.split('-');
  if (isNearlyUuid(groups)) return !isUuid(groups);
  if (isHex(text)) return text.length >= PAIRED_HEX_CHARACTERS_MIN && text.length % 2 === 1;
  if (text.length < NEARLY_HEX_CHARACTERS_MIN) return false;
  const inner = text.slice(4, -1);
  return isNearly(text, inner, '0123456789abcdef') || isNearly(text, inner, '0123456789ABCDEF');
}

function isNearly(text: string, inner: string, alphabet: string): boolean {
  return strangers(text, alphabet) === 1 && strangers(inner, `${alphabet}${KEY_SIGNS}`) === 1;
}

/** The signs that no key holds, code's first; `%2B` and its like are none, nor is what may be cut off of one. */
function foreignSigns(text: string): string {
  let signs = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const code = text.charCodeAt(i);
    const isAlphanumeric = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (isAlphanumeric || KEY_SIGNS.includes(character)) continue;
    if (character === '%' && (i > text.length - 3 || isHexPair(text.slice(i + 1, i + 3)))) continue;
    signs = CODE_SIGNS.includes(character) ? character + signs : signs + character;
  }
  return signs;
}

function isHexPair(text: string): boolean {
  return text.length === 2 && isHex(text.toLowerCase());
}

/** Three groups of four between two longer ones. */
function isNearlyUuid(groups: readonly string[]): boolean {
  const [first = '', , , , last = ''] = groups;
  return (
    groups.length === 5 &&
    groups.slice(1, 4).every((group) => group.length > 2 && group.length < 6) &&
    first.length > 6 &&
    last.length > 9
  );
}

function isUuid(groups: readonly string[]): boolean {
  return (
    groups.length === 5 && groups.every((group, i) => group.length === UUID_GROUPS[i] && isHex(group.toLowerCase()))
  );
}

/** Fewest characters of a key where no word such as `token` stands before it. */
const CHARACTERS_MIN = 16;
/** Letters that a vendor may put before the random part: `sk_live_`, `key-`. */
const PREFIX_LETTERS_MAX = 8;
const ENTROPY_BITS_MIN = 2.9;
const MONOTONY_SHARE_MAX = 0.4;
const LANGUAGE_BITS_MAX = -0.35;

/**
 * Whether a value can only be a key: random throughout, whole in its form, at most a short prefix in letters.
 *
 * For places where only the service's name says what stands there. Bounded by its first `SAMPLE_CHARACTERS`.
 */
export function isKeyShaped(value: string): boolean {
  const text = withoutPassword(value);
  if (text.length < CHARACTERS_MIN || foreignSigns(text) !== '' || isBrokenKey(text)) return false;
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  const { digit, upper, lower, other } = characterCounts(sample);
  const letters = upper + lower;
  if (entropyBits(sample) < ENTROPY_BITS_MIN || monotonyShare(sample) > MONOTONY_SHARE_MAX) return false;
  if (letters < 4 || digit < 2 || other * 5 > sample.length) return false;
  if (isUuid(text.split('-'))) return true;
  return wordLetters(sample) <= PREFIX_LETTERS_MAX && languageBits(sample) <= LANGUAGE_BITS_MAX;
}

/** `curl -u KEY:`, `KEY:x` and `https://KEY@`: without what stands behind a key, an empty password or one that means none. */
function withoutPassword(text: string): string {
  const pair = text.endsWith('@') ? text.slice(0, -1) : text;
  const colon = pair.indexOf(':');
  const isNoPassword = colon > 0 && ['', 'x', 'x-oauth-basic'].includes(pair.slice(colon + 1).toLowerCase());
  return isNoPassword ? pair.slice(0, colon) : pair;
}

const SAMPLE_CHARACTERS = 96;
/** Letters in a row, in one case or capitalised, that count as a word. */
const WORD_LETTERS_MIN = 3;

/** How many letters stand in parts between signs that hold letters alone and read like words. */
function wordLetters(text: string): number {
  let letters = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && !KEY_SIGNS.includes(text.charAt(i))) continue;
    const part = text.slice(from, i);
    const { digit } = characterCounts(part);
    if (part.length >= WORD_LETTERS_MIN && digit === 0 && languageBits(part) > -1) letters += part.length;
    from = i + 1;
  }
  return letters;
}
