import * as v from 'valibot';
import { MODES, type Mode } from '../core/decision.ts';
import { quote, suggest } from './problem.ts';

/**
 * The vocabulary that the kinds' schemas are written in. Every builder carries its own message: what is wrong and
 * what is accepted. A message repeats names and enumerated words, never a free value, which could be a secret.
 */

const FIELD_CHARACTERS_MAX = 4096;

/**
 * An object that refuses unknown keys by name and says which ones it knows: all of them, where valibot's own
 * `strictObject` stops at the first, and no list passes for an object.
 */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  const schema = v.strictObject(entries, (issue) => {
    if (issue.expected === 'never') return unknownKey(String(issue.path?.at(-1)?.key ?? ''), known);
    if (issue.path?.length) return 'is missing';
    return `is not a mapping; accepted: ${known.join(', ')}`;
  });
  const run = schema['~run'];
  return {
    ...schema,
    '~run'(dataset: v.UnknownDataset, config: v.Config<v.BaseIssue<unknown>>) {
      const input = dataset.value;
      if (Array.isArray(input)) return run.call(schema, { value: undefined }, config);
      const result = run.call(schema, dataset, config);
      const issues = (result.issues ?? []) as v.StrictObjectIssue[];
      const first = issues.find((issue) => issue.expected === 'never' && issue.path?.length === 1);
      if (first === undefined || typeof input !== 'object' || input === null) return result;
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key) || key === first.input) continue;
        const path: [v.ObjectPathItem] = [
          { type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value },
        ];
        issues.push({ ...first, input: key, path, message: unknownKey(key, known) });
      }
      return result;
    },
  } as typeof schema;
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key; ${suggest(key, known)}`;
}

/** Text that is not empty. */
export function text(what = 'text') {
  return v.pipe(
    v.string(`is not text; accepted: ${what}, in quotes if it looks like a number`),
    v.minLength(1, `is empty; accepted: ${what}`),
    v.maxLength(FIELD_CHARACTERS_MAX, `is too long; accepted: up to ${FIELD_CHARACTERS_MAX} characters`),
  );
}

/** Text of one fixed form, checked while loading only; `form` is shown to the author. */
export function formed(pattern: RegExp, form: string) {
  return v.pipe(
    v.string(`is not text; accepted: ${form}`),
    v.regex(pattern, `does not have the accepted form: ${form}`),
  );
}

/** One of a few words. */
export function choice<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, (issue) =>
    typeof issue.input === 'string'
      ? `${quote(issue.input)} is not accepted; ${suggest(issue.input, options)}`
      : `is not a word; accepted: ${options.join(', ')}`,
  );
}

export function flag() {
  return v.boolean('is not a yes or no; accepted: true, false');
}

/** A whole number between two bounds, with its unit for the reader. */
export function wholeNumber(min: number, max: number, unit: string) {
  const accepted = `accepted: a whole number from ${min} to ${max} ${unit}`;
  return v.pipe(
    v.number(`is not a number; ${accepted}`),
    v.integer(`is not a whole number; ${accepted}`),
    v.minValue(min, `is too small; ${accepted}`),
    v.maxValue(max, `is too large; ${accepted}`),
  );
}

export function decimal(min: number, max: number) {
  const accepted = `accepted: a number from ${min} to ${max}`;
  return v.pipe(
    v.number(`is not a number; ${accepted}`),
    v.minValue(min, `is too small; ${accepted}`),
    v.maxValue(max, `is too large; ${accepted}`),
  );
}

const LIST_ITEMS_MAX = 1000;

/** A list; an empty one is accepted where it means something (`allow: []`), so the kinds decide. */
export function list<Item extends v.GenericSchema>(item: Item, what: string) {
  return v.pipe(
    v.array(item, `is not a list; accepted: [${what}, …]`),
    v.maxLength(LIST_ITEMS_MAX, `is too long; accepted: up to ${LIST_ITEMS_MAX} items`),
  );
}

/** A list that must hold something to have an effect. */
export function filledList<Item extends v.GenericSchema>(item: Item, what: string) {
  return v.pipe(
    list(item, what),
    v.minLength(1, `is empty and so has no effect; accepted: [${what}, …], or leave it out`),
  );
}

/** A rule id in an operator's file: `employee-no`, `db_password`. */
export function ruleId() {
  return formed(/^[a-z][a-z0-9_-]{0,63}$/, 'a lower-case letter, then up to 63 of a-z 0-9 _ -');
}

/** Who an exchange must be from and for, for a policy to apply. Absent lists mean everyone. */
const selector = v.optional(
  fields({
    models: v.optional(filledList(text('a model name, * for any part'), 'llama3.2:*')),
    callers: v.optional(filledList(text('a caller name, * for any part'), 'open-webui')),
    except: v.optional(
      fields({
        models: v.optional(filledList(text('a model name, * for any part'), 'llama3.2:*')),
        callers: v.optional(filledList(text('a caller name, * for any part'), 'open-webui')),
      }),
    ),
  }),
);

/** The keys that every kind's `spec` may carry beside its own. */
export const selectable = {
  match: selector,
  mode: v.optional(choice(MODES)),
} as const;

export interface Selector {
  readonly models?: readonly string[] | undefined;
  readonly callers?: readonly string[] | undefined;
  readonly except?:
    { readonly models?: readonly string[] | undefined; readonly callers?: readonly string[] | undefined } | undefined;
}

/** What the compiler reads of any `spec`. */
export interface SpecBase {
  readonly match?: Selector | undefined;
  readonly mode?: Mode | undefined;
}
