/** Check digits of national numbers, one function a country's number. Each takes the candidate as it was written. */
import { digitsOf, isLuhn, isVerhoeff, weightedSum } from './checksums.ts';

/** Every digit the same, or all in sequence: a form's example, not a person's number. */
function isPatterned(digits: readonly number[]): boolean {
  return new Set(digits).size < 3 || digits.every((digit, i) => i === 0 || digit === ((digits[i - 1] ?? 0) + 1) % 10);
}

/** Day and month of a date as digits; years are not judged. */
function isDayMonth(day: number, month: number): boolean {
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

function pair(digits: readonly number[], at: number): number {
  return (digits[at] ?? 0) * 10 + (digits[at + 1] ?? 0);
}

/** UK NHS number: ten digits, modulo 11. */
function isNhs(text: string): boolean {
  const digits = digitsOf(text);
  const check = (11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return digits.length === 10 && !isPatterned(digits) && check === digits[9];
}

/** German tax number: eleven digits, ISO/IEC 7064 MOD 11,10, and one digit of the first ten twice or thrice. */
function isSteuerId(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || digits[0] === 0 || isPatterned(digits)) return false;
  const distinct = new Set(digits.slice(0, 10)).size;
  if (distinct !== 9 && distinct !== 8) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digits[10];
}

/** French NIR: thirteen digits and 97 less their remainder; Corsica's 2A and 2B count as 19 and 18. */
function isNir(text: string): boolean {
  const compact = text.replaceAll(' ', '').toUpperCase().replace('2A', '19').replace('2B', '18');
  if (compact.length !== 15) return false;
  const number = Number(compact.slice(0, 13));
  return Number.isSafeInteger(number) && 97 - (number % 97) === Number(compact.slice(13));
}

/** Spanish DNI and NIE: the letter is the number modulo 23; X, Y and Z stand for 0, 1 and 2. */
function isDni(text: string): boolean {
  const digits = digitsOf(text);
  const first = 'XYZ'.indexOf(text.charAt(0));
  const all = first < 0 ? digits : [first, ...digits];
  if (all.length !== 8 || isPatterned(digits)) return false;
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(all.join('')) % 23) === text.at(-1);
}

const ODD_VALUES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italian codice fiscale: fifteen characters, odd places weighted by table, modulo 26. */
function isCodiceFiscale(text: string): boolean {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = text.charCodeAt(i);
    const value = code <= 57 ? code - 48 : (code & 31) - 1;
    sum += i % 2 === 0 ? (ODD_VALUES[value] ?? 0) : value;
  }
  return text.length === 16 && (text.charCodeAt(15) & 31) - 1 === sum % 26;
}

/** Dutch BSN: nine digits, the "elfproef". */
function isBsn(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 9 && !isPatterned(digits) && weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Belgian national number: nine digits and 97 less their remainder, with a 2 before them for births from 2000. */
function isRijksregister(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || !isDayMonth(pair(digits, 4) || 1, pair(digits, 2) || 1)) return false;
  const number = Number(digits.slice(0, 9).join(''));
  const check = pair(digits, 9);
  return 97 - (number % 97) === check || 97 - ((2_000_000_000 + number) % 97) === check;
}

/** Polish PESEL: eleven digits, weights 1 3 7 9; centuries are coded in the month. */
function isPesel(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || isPatterned(digits) || !isDayMonth(pair(digits, 4), pair(digits, 2) % 20)) return false;
  return weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Swedish personnummer: ten digits, Luhn; a coordination number adds 60 to the day. */
function isPersonnummer(text: string): boolean {
  const digits = digitsOf(text).slice(-10);
  const day = pair(digits, 4);
  return digits.length === 10 && isDayMonth(day > 60 ? day - 60 : day, pair(digits, 2)) && isLuhn(digits);
}

/** Finnish henkilötunnus: date and serial modulo 31 give the last character. */
function isHetu(text: string): boolean {
  const digits = digitsOf(text.slice(0, 6) + text.slice(7, 10));
  if (text.length !== 11 || digits.length !== 9 || !isDayMonth(pair(digits, 0), pair(digits, 2))) return false;
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(digits.join('')) % 31) === text.at(-1);
}

/** Norwegian fødselsnummer: eleven digits, two weighted sums modulo 11; a D number adds 40 to the day. */
function isFodselsnummer(text: string): boolean {
  const digits = digitsOf(text);
  const day = pair(digits, 0);
  if (digits.length !== 11 || !isDayMonth(day > 40 ? day - 40 : day, pair(digits, 2) % 40)) return false;
  return (
    weightedSum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

/** Brazilian CPF: eleven digits, two of them modulo 11. */
function isCpf(text: string): boolean {
  const digits = digitsOf(text);
  const first = ((weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  const second = ((weightedSum(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  return digits.length === 11 && !isPatterned(digits) && first === digits[9] && second === digits[10];
}

/** Indian Aadhaar: twelve digits, Verhoeff, never beginning with 0 or 1. */
function isAadhaar(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 12 && (digits[0] ?? 0) > 1 && !isPatterned(digits) && isVerhoeff(digits);
}

/** Canadian SIN: nine digits, Luhn, not beginning with 0 or 8. */
function isSin(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 9 && digits[0] !== 0 && digits[0] !== 8 && !isPatterned(digits) && isLuhn(digits);
}

/** Australian tax file number: nine digits, weighted sum modulo 11. */
function isTfn(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 9 && !isPatterned(digits) && weightedSum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** Swiss AHV number: thirteen digits from 756, checked like an EAN-13. */
function isAhv(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 13 && weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** Chinese resident identity number: seventeen digits, ISO/IEC 7064 MOD 11-2. */
function isResidentId(text: string): boolean {
  const digits = digitsOf(text.slice(0, 17));
  if (text.length !== 18 || digits.length !== 17 || !isDayMonth(pair(digits, 12), pair(digits, 10))) return false;
  return (
    '10X98765432'.charAt(weightedSum(digits, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) ===
    text.at(-1)?.toUpperCase()
  );
}

/** Turkish identity number: eleven digits, two checks. */
function isTckn(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || digits[0] === 0 || isPatterned(digits)) return false;
  const tenth = (weightedSum(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]) + 100) % 10;
  const eleventh = weightedSum(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10;
  return tenth === digits[9] && eleventh === digits[10];
}

/** South African identity number: thirteen digits with a date of birth, Luhn. */
function isSouthAfricanId(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length === 13 && isDayMonth(pair(digits, 4), pair(digits, 2)) && isLuhn(digits);
}

/** The checks by the names that rules give them. */
export const nationalChecks: Readonly<Record<string, (text: string) => boolean>> = {
  gb_nhs: isNhs,
  de_steuer_id: isSteuerId,
  fr_nir: isNir,
  es_dni: isDni,
  it_codice_fiscale: isCodiceFiscale,
  nl_bsn: isBsn,
  be_rijksregister: isRijksregister,
  pl_pesel: isPesel,
  se_personnummer: isPersonnummer,
  fi_hetu: isHetu,
  no_fodselsnummer: isFodselsnummer,
  br_cpf: isCpf,
  in_aadhaar: isAadhaar,
  ca_sin: isSin,
  au_tfn: isTfn,
  ch_ahv: isAhv,
  cn_resident_id: isResidentId,
  tr_tckn: isTckn,
  za_id: isSouthAfricanId,
};
