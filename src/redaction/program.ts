/**
 * Compiles rules into one program: reads every pattern, reports all mistakes at once, builds the automaton.
 *
 * A program is immutable for its users and shared by any number of scanners; inside it only the automaton's cache
 * grows, within `TABLE_ENTRIES_MAX`.
 */
import { type HeldText, lowerCase } from './held-text.ts';
import { type Hold, holdOf } from './hold.ts';
import type { SizeError } from './alphabet.ts';
import { buildPlan, type ParsedRule, RuleSizeError } from './plan.ts';
import {
  CANDIDATE_CHARACTERS_MAX,
  CONTEXT_CHARACTERS,
  type ExactValue,
  type Finding,
  type RedactionRule,
  type Validators,
} from './rule.ts';
import { type ScanPlan, Scanner } from './scanner.ts';
import { needsTooManyStates, RULE_STATES_MAX } from './state-growth.ts';
import { lengthsOf, type Node, parsePattern, PatternError } from './syntax.ts';
import { encodedNode, literalNode, VALUE_CHARACTERS_MAX, VALUE_CHARACTERS_MIN } from './values.ts';

/** One mistake in a rule. `column` counts from 1 in `field`; for fields without text it is 1. Never quotes a value. */
export interface RuleError {
  readonly ruleId: string;
  readonly field: 'id' | 'pattern' | 'before' | 'keywords' | 'validators' | 'value';
  readonly column: number;
  readonly reason: string;
  readonly expected: string;
}

/** Every mistake of a rule set. */
export class RuleErrors extends Error {
  readonly errors: readonly RuleError[];

  constructor(errors: readonly RuleError[]) {
    super(errors.map((e) => `rule ${e.ruleId}: ${e.field}, column ${e.column}: ${e.reason}; ${e.expected}`).join('\n'));
    this.name = 'RuleErrors';
    this.errors = errors;
  }
}

export interface CompileOptions {
  /** `compete`: the rules share the text, one finding each place. `watch`: each rule as if it were alone. */
  readonly mode: 'compete' | 'watch';
  /** Values after all `rules`; values may also stand among the rules to give them a place in the order. */
  readonly values?: readonly ExactValue[];
  /** Exact texts that stay, for every rule, beside each rule's own `allow`. */
  readonly allow?: readonly string[];
  readonly validators?: Validators;
  readonly limits?: {
    /** Only tests lower it. */
    readonly candidateCharactersMax?: number;
    readonly tableEntriesMax?: number;
    /** Shorter texts are read character by character. Only tests lower it, to 8 at least. */
    readonly sieveCharactersMin?: number;
    /** Only tests raise it. */
    readonly checkedCharactersMax?: number;
  };
}

/** Rules made ready to scan. */
export interface RuleProgram {
  readonly mode: 'compete' | 'watch';
  readonly rules: readonly (RedactionRule | ExactValue)[];
  /** What each rule can hold back, worst case and in prose; computed when first asked for. */
  readonly hold: readonly Hold[];
  /** A scanner for one channel of one answer. */
  scanner(): Scanner;
  /** All findings of a whole text. */
  findings(text: string): Finding[];
  /** The text as a client gets it, however it is cut. */
  redact(text: string): string;
}

/** Shorter pieces of text are not worth the sieve. */
const SIEVE_CHARACTERS_MIN = 96;

/** Longest candidate of a rule that can reject it by its content; longer ones could make the work quadratic. */
export const CHECKED_CHARACTERS_MAX = 1_024;

/**
 * Compiles rules, earlier ones winning ties. Throws `RuleErrors` with every mistake.
 *
 * Time and memory are bounded by `RULE_NODES_MAX`, `PROGRAM_NODES_MAX`, `CLASSES_MAX` and `TABLE_ENTRIES_MAX`.
 */
export function compileRules(rules: readonly (RedactionRule | ExactValue)[], options: CompileOptions): RuleProgram {
  const all = [...rules, ...(options.values ?? [])];
  const validators = options.validators ?? {};
  const errors: RuleError[] = [];
  const befores = new Map<string, Node>();
  const parsed = all.map((rule, index) => {
    const twin = all.findIndex((other) => other.id === rule.id && other.owner === rule.owner);
    if (twin !== index) {
      errors.push({
        ruleId: rule.id,
        field: 'id',
        column: 1,
        reason: 'two rules have this id',
        expected: 'give each its own id',
      });
    }
    return readRule(rule, validators, options.limits?.checkedCharactersMax ?? CHECKED_CHARACTERS_MAX, befores, errors);
  });
  if (errors.length > 0) throw new RuleErrors(errors);
  const plan = planOf(all, parsed, options);
  return new CompiledProgram(all, plan, parsed);
}

function planOf(
  all: readonly (RedactionRule | ExactValue)[],
  parsed: readonly ParsedRule[],
  options: CompileOptions,
): ScanPlan {
  const { limits = {} } = options;
  try {
    return buildPlan(parsed, {
      mode: options.mode,
      candidateCharactersMax: limits.candidateCharactersMax ?? CANDIDATE_CHARACTERS_MAX,
      sieveCharactersMin: limits.sieveCharactersMin ?? SIEVE_CHARACTERS_MIN,
      accepts: acceptor(all, options),
      ...(limits.tableEntriesMax === undefined ? {} : { tableEntriesMax: limits.tableEntriesMax }),
    });
  } catch (error) {
    if (!(error instanceof RuleSizeError)) throw error;
    throw new RuleErrors(error.sizes.map((one) => tooLarge(all[one.rule]?.id ?? '', one.error)));
  }
}

function tooLarge(ruleId: string, error: SizeError): RuleError {
  return {
    ruleId,
    field: 'pattern',
    column: 1,
    reason: `the pattern ${error.message}`,
    expected: 'lower its counted repetitions, or leave an upper bound open as in {20,}',
  };
}

const NOTHING: Node = { kind: 'sequence', nodes: [] };

function readRule(
  rule: RedactionRule | ExactValue,
  validators: Validators,
  checkedMax: number,
  befores: Map<string, Node>,
  errors: RuleError[],
): ParsedRule {
  const add = (field: RuleError['field'], column: number, reason: string, expected: string): void => {
    errors.push({ ruleId: rule.id, field, column, reason, expected });
  };
  if ('value' in rule) return { pattern: readValue(rule, add), before: undefined, beforeSource: '' };
  const pattern = readPattern('pattern', rule.pattern, rule.ignoreCase === true, add);
  if (pattern !== NOTHING && needsTooManyStates(pattern)) {
    const reason = `the pattern's automaton has more than ${RULE_STATES_MAX} states, since its open repetition can end at many places`;
    add('pattern', 1, reason, 'let a character that the repetition cannot hold end it, or count less');
  }
  // Rules often share one `before`: it is read once for all of them.
  const known = rule.before === undefined ? undefined : befores.get(rule.before);
  const before = rule.before === undefined ? undefined : (known ?? readPattern('before', rule.before, true, add));
  if (rule.before !== undefined && before !== undefined && before !== NOTHING) befores.set(rule.before, before);
  const isChecked = (rule.validators ?? []).length > 0 || (rule.keywords ?? []).length > 0;
  if (isChecked && lengthsOf(pattern).max > checkedMax) {
    const reason = `a rule with validators or keywords may match at most ${checkedMax} characters, since a rejected text is read again`;
    add('pattern', 1, reason, 'bound its repetitions, as in {20,200}');
  }
  for (const name of rule.validators ?? []) {
    if (!Object.hasOwn(validators, name)) {
      add(
        'validators',
        1,
        `there is no validator ${JSON.stringify(name)}`,
        `one of ${Object.keys(validators).sort().join(', ') || 'none'}`,
      );
    }
  }
  for (const keyword of rule.keywords ?? []) {
    if (keyword.length === 0 || keyword.length > CONTEXT_CHARACTERS) {
      add(
        'keywords',
        1,
        'a keyword is empty or longer than what is looked at',
        `1 to ${CONTEXT_CHARACTERS} characters`,
      );
    }
  }
  return { pattern, before, beforeSource: rule.before ?? '' };
}

type AddError = (field: RuleError['field'], column: number, reason: string, expected: string) => void;

function readPattern(field: 'pattern' | 'before', source: string, ignoreCase: boolean, add: AddError): Node {
  try {
    const node = parsePattern(source, { ignoreCase });
    if (field === 'pattern' && lengthsOf(node).min === 0)
      add(field, 1, 'it matches the empty text', 'require at least one character, for example + instead of *');
    return node;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    add(field, error.column, error.reason, error.expected);
    return NOTHING;
  }
}

function readValue(value: ExactValue, add: AddError): Node {
  if (value.value.length < VALUE_CHARACTERS_MIN || value.value.length > VALUE_CHARACTERS_MAX) {
    add(
      'value',
      1,
      'the value is too short or too long to be masked word for word',
      `${VALUE_CHARACTERS_MIN} to ${VALUE_CHARACTERS_MAX} characters`,
    );
    return NOTHING;
  }
  return value.encoded === true ? encodedNode(value.value) : literalNode(value.value);
}

function acceptor(all: readonly (RedactionRule | ExactValue)[], options: CompileOptions): ScanPlan['accepts'] {
  const checks = all.map((rule, index) => checkOf(rule, index, options));
  return (rule, text, start, end) => {
    const check = checks[rule];
    return check === undefined || check(text, start, end);
  };
}

type Check = (text: HeldText, start: number, end: number) => boolean;

/** What a rule asks of a candidate beside its pattern; undefined when nothing. */
function checkOf(rule: RedactionRule | ExactValue, index: number, options: CompileOptions): Check | undefined {
  const allowed = new Set([...(options.allow ?? []), ...(rule.allow ?? [])]);
  const longest = Math.max(0, ...[...allowed].map((text) => text.length));
  const keywords = 'value' in rule ? [] : (rule.keywords ?? []).map(lowerCase);
  const names = 'value' in rule ? [] : (rule.validators ?? []);
  const tests = names.map((name) => options.validators?.[name] as (text: string) => boolean);
  if (allowed.size === 0 && keywords.length === 0 && tests.length === 0) return undefined;
  return (text, start, end) => {
    if (end - start <= longest && allowed.has(text.slice(start, end))) return false;
    if (keywords.length > 0 && !text.hasWordBefore(index, keywords, start, CONTEXT_CHARACTERS)) return false;
    if (tests.length === 0) return true;
    const candidate = text.slice(start, end);
    for (const test of tests) if (!test(candidate)) return false;
    return true;
  };
}

class CompiledProgram implements RuleProgram {
  readonly mode: 'compete' | 'watch';
  readonly rules: readonly (RedactionRule | ExactValue)[];
  private readonly plan: ScanPlan;
  private readonly parsed: readonly ParsedRule[];
  private holds: readonly Hold[] | undefined;

  constructor(rules: readonly (RedactionRule | ExactValue)[], plan: ScanPlan, parsed: readonly ParsedRule[]) {
    this.mode = plan.mode;
    this.rules = rules;
    this.plan = plan;
    this.parsed = parsed;
  }

  get hold(): readonly Hold[] {
    this.holds ??= this.parsed.map(({ pattern }) => holdOf(pattern, this.plan.candidateCharactersMax));
    return this.holds;
  }

  scanner(): Scanner {
    return new Scanner(this.plan);
  }

  findings(text: string): Finding[] {
    const scanner = this.scanner();
    scanner.push(text);
    scanner.end();
    return scanner.take();
  }

  redact(text: string): string {
    let redacted = '';
    let from = 0;
    for (const { rule, start, end, continued } of this.findings(text)) {
      redacted += text.slice(from, start);
      if (continued !== true) redacted += `[REDACTED_${this.rules[rule]?.label ?? ''}]`;
      from = end;
    }
    return redacted + text.slice(from);
  }
}
