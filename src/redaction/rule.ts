/**
 * What a redaction rule is: plain data, so that built-in packs, operators' YAML and tests share one shape.
 *
 * Offsets and lengths everywhere in this folder are UTF-16 code units.
 */

/** A rule that finds one kind of text and names what replaces it. */
export interface RedactionRule {
  /** snake_case, unique in a set: `openai_key`. */
  readonly id: string;
  /** Upper case; the match is replaced by `[REDACTED_<label>]`. */
  readonly label: string;
  /** A regular pattern in the subset that `syntax.ts` documents. It matches exactly what is to be replaced. */
  readonly pattern: string;
  readonly ignoreCase?: boolean;
  /**
   * A regular pattern that must match right up to where the candidate begins, looking at most
   * `CONTEXT_CHARACTERS` back in the same channel, case-insensitively: `(api_?key|token)["']?\s{0,4}[:=]\s{0,4}["']?`.
   */
  readonly before?: string;
  /** One of these must stand, case-insensitively, in the `CONTEXT_CHARACTERS` before the candidate. */
  readonly keywords?: readonly string[];
  /** Names of checks in `validators.ts`; all must accept the candidate's text. */
  readonly validators?: readonly string[];
  /** Exact texts that stay: a candidate that equals one of them is not accepted. */
  readonly allow?: readonly string[];
  /** Whose rule it is, for the caller: an index of a policy. The engine only hands it on. */
  readonly owner?: number;
  /** Where the format is documented. */
  readonly source?: string;
}

/** A secret known word for word, read from a file by the caller. It is a rule among the others. */
export interface ExactValue {
  readonly id: string;
  readonly label: string;
  /** The text itself, `VALUE_CHARACTERS_MIN` to `VALUE_CHARACTERS_MAX` long. Never printed, in no error either. */
  readonly value: string;
  /** Also find it in base64 and base64url, hex and URL-encoding, and with invisible characters inside. */
  readonly encoded?: boolean;
  readonly allow?: readonly string[];
  readonly owner?: number;
}

/** Checks on a candidate's text by name, such as Luhn. They must be pure and linear. */
export type Validators = Readonly<Record<string, (text: string) => boolean>>;

/** Where a rule applies, in offsets of its channel's text. */
export interface Finding {
  /** Index into the program's `rules`. */
  readonly rule: number;
  readonly start: number;
  readonly end: number;
  /** The swallowed rest of a candidate that reached the longest length: it is replaced by nothing. */
  readonly continued?: true;
}

/** How far before a candidate `before` and `keywords` look, in UTF-16 code units. */
export const CONTEXT_CHARACTERS = 64;

/** A candidate that reaches this length is decided there; what would extend it is swallowed into the same mask. */
export const CANDIDATE_CHARACTERS_MAX = 16_384;
