/**
 * One line for a secret format: what the tables of this folder are made of.
 *
 * Every pattern in those tables begins with a literal prefix of the vendor's, so that prose is never held; formats
 * without one carry a `before` and stand in `gated.ts` and `generic.ts`.
 */
import type { RedactionRule } from '../../rule.ts';

/** `String.raw` under a short name: patterns are read, not escaped. */
export const re = String.raw;

/** A secret whose label is its id in upper case. `validators` name checks of `validators.ts`. */
export function secret(id: string, pattern: string, source: string, ...validators: string[]): RedactionRule {
  const rule = { id, label: id.toUpperCase(), pattern, source };
  return validators.length === 0 ? rule : { ...rule, validators };
}

/** From a name to its value: the rest of the identifier, quotes, an operator, quotes. */
export const TO = re`[\w.-]{0,12}(?:\\?["'\x60\])]){0,2}[ \t]{0,3}(?:=>|:=|={1,2}|:|\||,|>|->)[ \t]{0,3}(?:\\?["'\x60(\[]){0,2}`;

/**
 * The same rule, only behind a name and an operator.
 *
 * For tokens that begin with a word of prose (`a`, `I`): held back, that word would come one token later each time.
 */
export function assigned(rule: RedactionRule): RedactionRule {
  return { ...rule, before: `(?:token|key|secret|password|credential|url|uri)${TO}` };
}

/** The same rule under the label of another, of which it is a variant. */
export function labelled(label: string, rule: RedactionRule): RedactionRule {
  return { ...rule, label };
}

/** A UUID in either case, as a part of longer patterns. */
export const UUID = '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}';
