/** Check digits that several formats share. Pure and linear; every function answers false for text of another shape. */

/** The decimal digits of a text in order, everything else left out. Linear. */
export function digitsOf(text: string): number[] {
  const digits: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) digits.push(digit);
  }
  return digits;
}

/** Whether digits satisfy Luhn's mod 10 (ISO/IEC 7812-1, annex B). Linear. */
export function isLuhn(digits: readonly number[]): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[digits.length - 1 - i] ?? 0;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** The sum of digits times weights, over as many digits as there are weights. Linear. */
export function weightedSum(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits[i] ?? 0), 0);
}

/** A text without its spaces, those that do not break and narrow ones included. Linear. */
export function withoutSpaces(text: string): string {
  return text.replaceAll(' ', '').replaceAll('\u00a0', '').replaceAll('\u202f', '');
}

/** Whether an IBAN's letters and digits leave 1 modulo 97 (ISO 13616-1; ISO/IEC 7064 MOD 97-10). Linear. */
export function isMod97(text: string): boolean {
  const compact = withoutSpaces(text).replaceAll('-', '').toUpperCase();
  if (compact.length < 5) return false;
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    if (Number.isNaN(value)) return false;
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** Whether digits satisfy Verhoeff's dihedral check (India's Aadhaar). Linear. */
export function isVerhoeff(digits: readonly number[]): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[digits.length - 1 - i] ?? 0;
    const permuted = Number(VERHOEFF_PERMUTATION[i % 8]?.charAt(digit));
    check = Number(VERHOEFF_PRODUCT[check]?.charAt(permuted));
  }
  return digits.length > 1 && check === 0;
}

const VERHOEFF_PRODUCT = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
] as const;
const VERHOEFF_PERMUTATION = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
] as const;

/** The CRC-32 (IEEE 802.3) of a text's bytes; only for ASCII text. Linear, eight steps a character. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Whether the last six characters of a `ghp_…` or `npm_…` token are the base 62 CRC-32 of the thirty before them.
 *
 * @see https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
export function isChecksummedToken(text: string): boolean {
  const body = text.slice(text.indexOf('_') + 1);
  if (body.length !== 36) return false;
  let value = crc32(body.slice(0, 30));
  let encoded = '';
  for (let i = 0; i < 6; i++) {
    encoded = BASE62.charAt(value % 62) + encoded;
    value = Math.floor(value / 62);
  }
  return encoded === body.slice(30);
}
