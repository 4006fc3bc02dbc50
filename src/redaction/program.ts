/**
 * Compiles rules into one program: reads every pattern, reports all mistakes at once, builds the automaton.
 *
 * A program is immutable for its users and shared by any number of scanners; inside it only the automaton's cache
 * grows, within `TABLE_ENTRIES_MAX`.
 */
import type { HeldText } from './held-text.ts';
import { type Hold, holdOf } from './hold.ts';
import { LazyDfa } from './lazy-dfa.ts';
import {
  alphabetOf,
  finishNfa,
  KINDS,
  lookHolds,
  type Nfa,
  NfaBuilder,
  OP_LOOK,
  OP_MATCH,
  OP_SET,
  SizeError,
} from './nfa.ts';
import {
  CANDIDATE_CHARACTERS_MAX,
  CONTEXT_CHARACTERS,
  type ExactValue,
  type Finding,
  type RedactionRule,
  type Validators,
} from './rule.ts';
import { type ScanPlan, Scanner } from './scanner.ts';
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
    return readRule(rule, validators, errors);
  });
  if (errors.length > 0) throw new RuleErrors(errors);
  const plan = buildPlan(all, parsed, options, errors);
  return new CompiledProgram(all, plan, parsed);
}

interface ParsedRule {
  readonly pattern: Node;
  readonly before: Node | undefined;
}

const NOTHING: Node = { kind: 'sequence', nodes: [] };

function readRule(rule: RedactionRule | ExactValue, validators: Validators, errors: RuleError[]): ParsedRule {
  const add = (field: RuleError['field'], column: number, reason: string, expected: string): void => {
    errors.push({ ruleId: rule.id, field, column, reason, expected });
  };
  if ('value' in rule) return { pattern: readValue(rule, add), before: undefined };
  const pattern = readPattern('pattern', rule.pattern, rule.ignoreCase === true, add);
  const before = rule.before === undefined ? undefined : readPattern('before', rule.before, true, add);
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
  return { pattern, before };
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

function buildPlan(
  all: readonly (RedactionRule | ExactValue)[],
  parsed: readonly ParsedRule[],
  options: CompileOptions,
  errors: RuleError[],
): ScanPlan {
  const builder = new NfaBuilder();
  const contextBuilder = new NfaBuilder();
  const free: number[] = [];
  const gated: number[] = [];
  const contextEntries: number[] = [];
  parsed.forEach((rule, index) => {
    try {
      const entry = builder.add(rule.pattern, index);
      gated.push(rule.before === undefined ? -1 : entry);
      if (rule.before === undefined) free.push(entry);
      else contextEntries.push(contextBuilder.add(rule.before, index));
    } catch (error) {
      if (!(error instanceof SizeError)) throw error;
      errors.push(tooLarge(all[index]?.id ?? '', error));
    }
  });
  if (errors.length > 0) throw new RuleErrors(errors);
  let nfa: Nfa;
  let contextNfa: Nfa;
  try {
    const alphabet = alphabetOf([...builder.sets, ...contextBuilder.sets]);
    nfa = finishNfa(builder, alphabet);
    contextNfa = finishNfa(contextBuilder, alphabet);
  } catch (error) {
    if (!(error instanceof SizeError)) throw error;
    throw new RuleErrors([tooLarge(all.at(-1)?.id ?? '', error)]);
  }
  const limit = options.limits?.tableEntriesMax;
  const size = limit === undefined ? {} : { entriesMax: limit };
  const begins = new Uint8Array(KINDS * (nfa.alphabet.classes + 1));
  markBegins(begins, nfa, free);
  markBegins(begins, contextNfa, contextEntries, (left, rule) =>
    markBegins(begins, nfa, [gated[rule] as number], undefined, left),
  );
  return {
    mode: options.mode,
    ruleCount: all.length,
    dfa: new LazyDfa(nfa, free, size),
    gatedEntries: gated,
    looksTooFar: parsed.map(({ before }) => before !== undefined && lengthsOf(before).max > CONTEXT_CHARACTERS),
    context:
      contextEntries.length === 0
        ? undefined
        : new LazyDfa(contextNfa, contextEntries, { ...size, isUnanchored: true }),
    begins,
    candidateCharactersMax: options.limits?.candidateCharactersMax ?? CANDIDATE_CHARACTERS_MAX,
    accepts: acceptor(all, options),
  };
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

/**
 * Marks the classes with which a match may begin, for each kind of left neighbour; looks ahead are taken to hold.
 * `onEmpty` hears of patterns that may match the empty text there: `(?:^|\s)` at the beginning of the channel.
 */
function markBegins(
  begins: Uint8Array,
  nfa: Nfa,
  entries: readonly number[],
  onEmpty?: (left: number, rule: number) => void,
  only?: number,
): void {
  const { classes } = nfa.alphabet;
  for (let left = only ?? 0; left <= (only ?? KINDS - 1); left += 1) {
    const seen = new Set<number>();
    const stack = [...entries];
    while (stack.length > 0) {
      const node = stack.pop() as number;
      if (node < 0 || seen.has(node)) continue;
      seen.add(node);
      const op = nfa.op[node];
      if (op === OP_SET) {
        const holds = nfa.holds[nfa.arg[node] as number] as Uint8Array;
        for (let id = 0; id < classes; id += 1) if (holds[id] === 1) begins[left * (classes + 1) + id] = 1;
      } else if (op === OP_LOOK) {
        if (mayHold(nfa.arg[node] as number, left)) stack.push(nfa.next[node] as number);
      } else if (op === OP_MATCH) onEmpty?.(left, nfa.arg[node] as number);
      else stack.push(nfa.next[node] as number, nfa.other[node] as number);
    }
  }
}

function mayHold(look: number, left: number): boolean {
  for (let right = 0; right < KINDS; right += 1) if (lookHolds(look, left, right)) return true;
  return false;
}

function acceptor(all: readonly (RedactionRule | ExactValue)[], options: CompileOptions): ScanPlan['accepts'] {
  const checks = all.map((rule) => checkOf(rule, options));
  return (rule, text, start, end) => {
    const check = checks[rule];
    return check === undefined || check(text, start, end);
  };
}

type Check = (text: HeldText, start: number, end: number) => boolean;

/** What a rule asks of a candidate beside its pattern; undefined when nothing. Cheapest first. */
function checkOf(rule: RedactionRule | ExactValue, options: CompileOptions): Check | undefined {
  const allowed = new Set([...(options.allow ?? []), ...(rule.allow ?? [])]);
  const longest = Math.max(0, ...[...allowed].map((text) => text.length));
  const keywords = 'value' in rule ? [] : (rule.keywords ?? []).map((keyword) => keyword.toLowerCase());
  const names = 'value' in rule ? [] : (rule.validators ?? []);
  const tests = names.map((name) => options.validators?.[name] as (text: string) => boolean);
  if (allowed.size === 0 && keywords.length === 0 && tests.length === 0) return undefined;
  return (text, start, end) => {
    if (end - start <= longest && allowed.has(text.slice(start, end))) return false;
    if (keywords.length > 0) {
      const context = text.slice(start - CONTEXT_CHARACTERS, start).toLowerCase();
      if (!keywords.some((keyword) => context.includes(keyword))) return false;
    }
    if (tests.length === 0) return true;
    const candidate = text.slice(start, end);
    return tests.every((test) => test(candidate));
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
