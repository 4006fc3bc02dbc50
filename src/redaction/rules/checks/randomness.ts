/**
 * Does a text look drawn at random, or written by a person? What tells a generic secret from a name in code.
 *
 * Shannon entropy alone cannot: `DefaultListableBeanFactory` has as much of it as a key. Neighbouring letters can:
 * in words they follow the language, in keys they do not.
 */

/**
 * Evidence for language of a letter pair, in bits, plus 5: row the first letter, column the second, `a` to `z`.
 * From pair counts over distinct words of English prose and code; 5 is what a fair die would give.
 */
const LETTER_PAIRS = [
  '06762362615869050878563251',
  '51007000500540500431400040',
  '70507007605500800637600030',
  '60037020700300510440440020',
  '75786553602769454987455640',
  '50006400600300700613500020',
  '40007035600314400532400030',
  '80028000702324710415400030',
  '65767651003669852688260204',
  '40004000000000300010400000',
  '30006000500103200132100000',
  '71468410701721730044420060',
  '74007000500151660032400040',
  '61787481614324640078440051',
  '34563752413779650856857130',
  '60016104500700650745601040',
  '00000000000000000000600000',
  '72559351804465730566541060',
  '60617106704333662068614040',
  '70318139800411740765603252',
  '45446340401767040777000000',
  '50007000600000400000000000',
  '50006006600204600430001000',
  '30203000200000050004000000',
  '10113000300132730044001001',
  '30004000200000100000200000',
] as const;
const PAIR_NEUTRAL = 5;
/** A digit beside a letter is rare in words. */
const MIXED_PAIR_BITS = -2;

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
/** Codes that are counted one by one; the rest count as one more. */
const COUNTED_CODES = 128;

function kindOf(code: number): number {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  if (code >= 48 && code <= 57) return DIGIT;
  return OTHER;
}

/** How many characters of each kind a text has; `distinct` counts different characters. Linear. */
export interface CharacterCounts {
  readonly lower: number;
  readonly upper: number;
  readonly digit: number;
  readonly other: number;
  readonly distinct: number;
}

/** Counts the ASCII letters, digits and other characters of a text. Linear. */
export function characterCounts(text: string): CharacterCounts {
  const seen = codeCounts(text);
  const counts = { lower: 0, upper: 0, digit: 0, other: 0, distinct: 0 };
  for (let code = 0; code <= COUNTED_CODES; code++) {
    const count = seen[code] ?? 0;
    if (count === 0) continue;
    counts.distinct++;
    const kind = kindOf(code);
    if (kind === LOWER) counts.lower += count;
    else if (kind === UPPER) counts.upper += count;
    else if (kind === DIGIT) counts.digit += count;
    else counts.other += count;
  }
  return counts;
}

/** How often each ASCII code stands in a text, and all others together in the last place. */
function codeCounts(text: string): Uint16Array {
  const counts = new Uint16Array(COUNTED_CODES + 1);
  for (let i = 0; i < text.length; i++) {
    const code = Math.min(text.charCodeAt(i), COUNTED_CODES);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/**
 * Shannon entropy of a text's characters, in bits a character; 0 for the empty text. Linear.
 *
 * Characters outside ASCII count as one and the same.
 */
export function entropyBits(text: string): number {
  let bits = 0;
  for (const count of codeCounts(text)) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/**
 * Mean evidence, in bits a pair, that a text is made of words: above 0 like names and prose, below like keys.
 *
 * Pairs across separators and from a small to a capital letter (`camelCase`) say nothing. 0 without any pair. Linear.
 */
export function languageBits(text: string): number {
  let bits = 0;
  let pairs = 0;
  let before = 0;
  let beforeKind = OTHER;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = kindOf(code);
    const letters = (kind === LOWER || kind === UPPER) && (beforeKind === LOWER || beforeKind === UPPER);
    if (letters && !(beforeKind === LOWER && kind === UPPER)) {
      bits += Number(LETTER_PAIRS[(before | 32) - 97]?.charAt((code | 32) - 97)) - PAIR_NEUTRAL;
      pairs++;
    } else if (
      kind !== beforeKind &&
      (kind === DIGIT || beforeKind === DIGIT) &&
      kind !== OTHER &&
      beforeKind !== OTHER
    ) {
      bits += MIXED_PAIR_BITS;
      pairs++;
    }
    before = code;
    beforeKind = kind;
  }
  return pairs === 0 ? 0 : bits / pairs;
}

/** The share of neighbours that repeat or count up or down (`aaaa`, `1234`, `abcd`, `9876`), 0 to 1. Linear. */
export function monotonyShare(text: string): number {
  let monotone = 0;
  for (let i = 1; i < text.length; i++) {
    if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) monotone++;
  }
  return text.length < 2 ? 0 : monotone / (text.length - 1);
}
