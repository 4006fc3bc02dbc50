/**
 * What every built-in rule finds and what it leaves alone: positives and near misses by rule id.
 *
 * In a positive, «…» marks what must be found. All values are made at run time from pieces, so that no scanner of
 * repositories mistakes this file for a leak.
 */
import { Values } from '../../fixtures/benign/random.ts';

/** Texts with the marked secret, and texts that look alike. */
export interface RuleCases {
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

/** Cases by rule id. */
export type CaseTable = Readonly<Record<string, RuleCases>>;

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';

/** A source of made-up values of the alphabets that tokens use. */
export class TokenValues extends Values {
  /** Letters and digits. */
  b62(length: number): string {
    return this.from(LOWER + UPPER + DIGITS, length);
  }
  letters(length: number): string {
    return this.from(LOWER + UPPER, length);
  }
  /** Capital letters and digits. */
  upper(length: number): string {
    return this.from(UPPER + DIGITS, length);
  }
  /** Small letters and digits. */
  lower(length: number): string {
    return this.from(LOWER + DIGITS, length);
  }
  /** Base64 without padding. */
  b64(length: number): string {
    return this.from(`${LOWER + UPPER + DIGITS}+/`, length);
  }
  digits(length: number): string {
    return this.from(DIGITS, length);
  }
}

/** The masked form that documentation prints: the letter x, as often as asked. */
export function masked(length: number): string {
  return 'x'.repeat(length);
}

/**
 * The cases of a token that is a prefix and a body: found in an assignment, in a sentence and at the end of a text;
 * not when masked, when cut short, or when glued to a word.
 */
export function prefixed(
  prefix: string,
  body: string,
  options: { readonly isMaskedFound?: boolean; readonly isAssigned?: boolean; readonly short?: number } = {},
): RuleCases {
  const token = prefix + body;
  const short = prefix + body.slice(0, options.short ?? Math.floor(body.length / 2) - 2);
  const misses = [`cut: ${short} here`, `glued: q${token}`];
  return {
    hits:
      options.isAssigned === true
        ? [`TOKEN=«${token}»\n`, `{"api_key": "«${token}»"}`]
        : [`TOKEN=«${token}»\n`, `It is \`«${token}»\`, keep it.`, `«${token}»`],
    misses: options.isMaskedFound === true ? misses : [...misses, `masked: ${prefix}${masked(body.length)}`],
  };
}
