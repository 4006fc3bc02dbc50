/** Is this value a secret? Thresholds are measured on the corpora; see `README.md` beside `index.ts`. */
import { digitsOf } from './checksums.ts';
import { isBrokenKey } from './key-shape.ts';
import { isPlaceholder, isTemplate } from './placeholders.ts';
import { characterCounts, entropyBits, languageBits, monotonyShare } from './randomness.ts';

/** Fewest characters of a generic secret. */
const GENERIC_CHARACTERS_MIN = 10;
/** A value is judged by its first characters: what is random is so throughout. Bounds the work on text made to be refused. */
const SAMPLE_CHARACTERS = 96;
/** Below it, a value of twelve characters or more repeats itself: `xxxxxxxx`, `AAAA-AAAA`. Bits a character. */
const ENTROPY_BITS_MIN = 2.7;
/** Above it, neighbours mostly count or repeat: `0123456789abcdef`, `aaaabbbbcccc`. */
const MONOTONY_SHARE_MAX = 0.45;
/** Above it, the letters follow each other as in words. Bits a pair. */
const LANGUAGE_BITS_MAX = 0;
/** Values of more than these characters may do without a digit. */
const DIGITLESS_CHARACTERS_MIN = 20;
/** And must then look less like words than names in code do. Bits a pair. */
const DIGITLESS_LANGUAGE_BITS_MAX = -1.2;

/** Whether a token of a known shape is not the `xxxxxxxx` of its documentation; counting up is no excuse there. */
export function isVariedToken(text: string): boolean {
  return entropyBits(text) >= ENTROPY_BITS_MIN;
}

/**
 * Whether a token behind a vendor's prefix has a key's digits; counting digits (`…1234567890`) are fine there.
 *
 * Masked forms (`sk-xxxxxxxx`) and names in words (`sk-learn-based-classifier`) are not.
 */
function isDigitToken(text: string): boolean {
  const { digit, upper, lower } = characterCounts(text);
  if (digit < 3 && !(digit > 0 && upper > 1 && lower > 1)) return false;
  return entropyBits(text) >= ENTROPY_BITS_MIN && !text.toLowerCase().includes('xxxx');
}

/** Whether a token of a wide shape is no name in words: it has digits, and is neither masked nor a template. */
export function isOpaqueToken(text: string): boolean {
  return isDigitToken(text) && monotonyShare(text) <= MONOTONY_SHARE_MAX;
}

/** Whether a value after `api_key =` and its like is a secret: random looking, no placeholder, no name, no date. */
export function isGenericSecret(value: string): boolean {
  if (value.length < GENERIC_CHARACTERS_MIN) return false;
  const text = value.slice(0, SAMPLE_CHARACTERS);
  const { digit, upper, lower, other, distinct } = characterCounts(text);
  const letters = upper + lower;
  if (distinct < 6 || entropyBits(text) < ENTROPY_BITS_MIN || monotonyShare(text) > MONOTONY_SHARE_MAX) return false;
  if (isPlaceholder(text) || isVersion(text) || isDate(text) || isConstant(text) || isBrokenKey(text)) return false;
  if (isContract(text)) return false;
  if (letters < 2) return other === 0 && text.length >= 16;
  if (digit === 0)
    return other < 3 && text.length >= DIGITLESS_CHARACTERS_MIN && languageBits(text) < DIGITLESS_LANGUAGE_BITS_MAX;
  if (text.length < 16 && (digit < 2 || other > 2)) return false;
  if (other * 3 > text.length) return false;
  return languageBits(text) <= LANGUAGE_BITS_MAX;
}

/** Fewest different signs of a secret that was drawn from all of them. */
const DISTINCT_SIGNS_MIN = 4;

/** Whether a quoted value was drawn from letters, digits and signs alike, as Django's `SECRET_KEY` is. */
export function isSignRich(text: string): boolean {
  const { digit, lower, upper, other } = characterCounts(text);
  const signs = new Set(Array.from(text).filter((character) => characterCounts(character).other > 0));
  if (signs.size < DISTINCT_SIGNS_MIN || digit < 2 || lower + upper < 4 || other * 2 > text.length) return false;
  return entropyBits(text) > 3.8 && !isPlaceholder(text) && languageBits(text) <= LANGUAGE_BITS_MAX;
}

/** Whether a text holds a version: digits, dot, digits, dot, digits. */
function isVersion(text: string): boolean {
  const parts = text.split('.');
  return parts.some(
    (part, i) =>
      i > 0 &&
      i < parts.length - 1 &&
      part !== '' &&
      digitsOf(part).length === part.length &&
      endsInDigit(parts[i - 1]),
  );
}

/** `NID_aes_256_cbc`, `EVP_PKEY_X25519`: parts of letters or digits alone, or short ones without a small letter. */
function isConstant(text: string): boolean {
  const parts = text.split('_');
  if (parts.length < 3) return false;
  const { lower } = characterCounts(text);
  return parts.every((part) => {
    const { digit, other } = characterCounts(part);
    return other === 0 && (digit === 0 || digit === part.length || (lower === 0 && part.length < 10));
  });
}

/** Whether this is a token on a chain of blocks, which all can see: `0x` and twenty bytes. Keys there have 32. */
function isContract(text: string): boolean {
  if (text.length !== 42 || !text.startsWith('0x')) return false;
  return Array.from(text.slice(2).toLowerCase()).every((character) => '0123456789abcdef'.includes(character));
}

/** Whether a text begins like `2026-11-22`. */
function isDate(text: string): boolean {
  return text.charAt(4) === '-' && text.charAt(7) === '-' && digitsOf(text.slice(0, 10)).length === 8;
}

function endsInDigit(text: string | undefined): boolean {
  return text !== undefined && digitsOf(text.slice(-1)).length === 1;
}

/** Whether a value after `password =` and its like is one: a letter and a digit at least, no placeholder, no code. */
export function isPasswordValue(text: string): boolean {
  const { digit, upper, lower, other, distinct } = characterCounts(text);
  if (
    distinct < 5 ||
    isPlaceholder(text) ||
    text.includes('(') ||
    text.startsWith('/') ||
    text.startsWith('$') ||
    text.startsWith('%')
  )
    return false;
  if (monotonyShare(text) > 0.6 || isName(text) || isProperty(text) || isPackage(text)) return false;
  return (
    digit > 0 &&
    upper + lower > 1 &&
    other <= text.length / 2 &&
    (upper > 0 || other > 0 || languageBits(text) <= 0.5 || digit > 1)
  );
}

/** How the names of types end that a parameter called `password` has. */
const TYPE_ENDINGS = ['Array', 'String', 'Bytes', 'Buffer', 'str'] as const;

/** A name in code with a number in it: `Oauth2Application`, `Uint8Array`. People's passwords are shorter. */
function isName(text: string): boolean {
  if (TYPE_ENDINGS.some((ending) => text.endsWith(ending))) return true;
  const { digit, other } = characterCounts(text);
  return text.length > 15 && digit === 1 && other === 0 && languageBits(text) > 0.3;
}

/** A property in code: `req.body.password1`, `re2.onepass`. Of two names the second says what it is. */
function isProperty(text: string): boolean {
  const names = text.split('.');
  const last = names.at(-1) ?? '';
  if (names.length < 2 || (names.length === 2 && !last.toLowerCase().includes('pass'))) return false;
  return names.every((name) => {
    const first = characterCounts(name.charAt(0));
    const { other } = characterCounts(name.replaceAll('_', ''));
    return first.lower > 0 && other === 0;
  });
}

/** A package or its version in a lock file: `minipass@7.1.2`, `^1.2.3-beta.1`. */
function isPackage(text: string): boolean {
  const version = text.slice(text.lastIndexOf('@') + 1);
  const begins = '0123456789^~v'.includes(version.charAt(0));
  return version !== '' && begins && isVersion(version);
}

/** Words that documentation writes for a password; a URL with one of them is a form, not a secret. */
const FORM_PASSWORDS = new Set([
  'password',
  'passwd',
  'pwd',
  'secret',
  'mypassword',
  'user',
  'username',
  'token',
  'changeme',
  'postgres',
  'mysql',
  'mongodb',
  'root',
  'admin',
  'guest',
  'redis',
  'x-oauth-basic',
]);

function isLoopback(host: string): boolean {
  return host.startsWith('localhost') || host.startsWith('127.') || host.startsWith('[::1]');
}

/** Whether a URL's password is a secret: not the user again, no form word, no variable, not one character repeated. */
export function isUrlPassword(text: string): boolean {
  const authority = text.indexOf('://') + 3;
  const user = text.slice(authority, text.indexOf(':', authority));
  const password = text.slice(authority + user.length + 1, text.indexOf('@', authority));
  const lower = password.toLowerCase();
  if (password === user || FORM_PASSWORDS.has(lower) || isTemplate(text) || text.includes('{')) return false;
  if (lower.includes('password') || lower.includes('xxx') || lower.includes('your') || lower.includes('***'))
    return false;
  const host = text.slice(text.indexOf('@', authority) + 1);
  if (isLoopback(host) && password.length < 9 && characterCounts(password).lower === password.length) return false;
  return password.length > 3 && new Set(password).size > 2;
}

/** Whether `user:password` of a command line is one: no variable, no form word, not the user again. */
export function isCredentialPair(text: string): boolean {
  const plain = text.replaceAll('"', '').replaceAll("'", '');
  const user = plain.slice(0, plain.indexOf(':'));
  const password = plain.slice(user.length + 1);
  const folded = password.toLowerCase();
  if (isTemplate(text) || text.includes('$(') || password.startsWith('$') || text.includes('[')) return false;
  if (password === user || FORM_PASSWORDS.has(folded) || folded.includes('password') || folded.includes('token'))
    return false;
  const { digit, upper, lower, other } = characterCounts(password);
  return new Set(password).size > 3 && upper + lower > 0 && (digit > 0 || other > 0 || (upper > 1 && lower > 1));
}
