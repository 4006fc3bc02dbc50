import * as v from 'valibot';
import { MODES, type Mode } from '../core/decision.ts';
import { compilePolicies, type PolicySource, type PolicyWorld } from './compile.ts';
import { apiVersionSchema } from './document.ts';
import { problemOf, readYaml } from './parse.ts';
import { type Problem, quote } from './problem.ts';
import { choice, fields, filledList, flag, list, text, wholeNumber } from './schema.ts';
import type { PolicySet } from '../core/stage.ts';
import { type TrialExchange, type TrialResult, tryExchange } from './trial.ts';

/**
 * The proof beside a policy: `<name>.test.yaml` says what becomes of exchanges under `<name>.yaml` alone.
 *
 * Cases are judged by the same stages as the gateway's, in `hard` unless they say otherwise. Only what `expect` names is
 * compared.
 */

const call = fields({ name: text('a tool name'), arguments: v.optional(v.unknown()) });
const anyText = v.string('is not text; accepted: text, in quotes if it looks like a number');

const requestSchema = fields({
  model: v.optional(text('a model name')),
  caller: v.optional(text('a caller name')),
  user: v.optional(text('a user')),
  text: v.optional(anyText),
  messages: v.optional(
    filledList(fields({ role: choice(['system', 'user', 'assistant', 'tool']), text: anyText }), '{ role, text }'),
  ),
  tools: v.optional(list(text('a tool name'), 'get_weather')),
  toolChoice: v.optional(text('a tool name')),
  called: v.optional(filledList(call, '{ name, arguments }')),
  template: v.optional(flag()),
  raw: v.optional(flag()),
  outputTokens: v.optional(v.number()),
  contextTokens: v.optional(v.number()),
  keepAliveSeconds: v.optional(v.number()),
  messageCount: v.optional(wholeNumber(0, 1_000_000, 'messages')),
  digest: v.optional(text('64 hex digits')),
  modelSystem: v.optional(text("the Modelfile's system prompt")),
});

const answerSchema = v.union(
  [
    v.string(),
    fields({
      content: v.optional(anyText),
      thinking: v.optional(anyText),
      calls: v.optional(filledList(call, '{ name, arguments }')),
    }),
  ],
  'is not an answer; accepted: text, or content, thinking and calls',
);

const OUTCOMES = ['passed', 'warned', 'stripped', 'clamped', 'redacted', 'replaced', 'refused'] as const;

const caseSchema = fields({
  name: text('what is shown'),
  mode: v.optional(choice(MODES)),
  request: v.optional(requestSchema),
  answer: v.optional(answerSchema),
  expect: fields({
    verdict: v.optional(choice(['allow', 'redact', 'deny'])),
    outcome: v.optional(choice(OUTCOMES)),
    rules: v.optional(list(text('a rule id'), 'openai_key')),
    noRules: v.optional(filledList(text('a rule id'), 'openai_key')),
    refusal: v.optional(text('an error code')),
    /** Part of the sentence that the client reads. */
    message: v.optional(text('a part of the message')),
    /** The whole answer's content as the client gets it. */
    answer: v.optional(anyText),
    thinking: v.optional(anyText),
    /** Names of the calls that go out. */
    calls: v.optional(list(text('a tool name'), 'get_weather')),
    arguments: v.optional(v.unknown()),
    /** Names of the tools that the model is offered. */
    tools: v.optional(list(text('a tool name'), 'get_weather')),
    /** The texts that the model gets. */
    texts: v.optional(list(anyText, 'text')),
    outputTokens: v.optional(v.number()),
    contextTokens: v.optional(v.number()),
    keepAliveSeconds: v.optional(v.number()),
  }),
});

const suiteSchema = fields({
  apiVersion: apiVersionSchema,
  kind: v.literal('PolicyTest', 'is not PolicyTest'),
  /** Contents of mounted files that the policy names, by path. */
  files: v.optional(v.record(v.string(), anyText)),
  cases: filledList(caseSchema, '{ name, request, answer, expect }'),
});

export type PolicyCase = v.InferOutput<typeof caseSchema>;

/** One suite, read. */
export interface PolicySuite {
  readonly file: string;
  readonly files: Readonly<Record<string, string>>;
  readonly cases: readonly PolicyCase[];
}

/** Reads a `<name>.test.yaml`. Adds what is wrong to `problems`. */
export function readPolicySuite(file: string, source: string, problems: Problem[]): PolicySuite | undefined {
  const before = problems.length;
  const [raw, second] = readYaml(file, source, problems);
  if (problems.length > before || !raw) return undefined;
  if (second) {
    problems.push({ file, line: 1, column: 1, key: '', message: 'holds several documents; accepted: one PolicyTest' });
    return undefined;
  }
  const result = v.safeParse(suiteSchema, raw.value);
  if (result.success) return { file, files: result.output.files ?? {}, cases: result.output.cases };
  for (const issue of result.issues) problems.push(problemOf(file, raw.locate, issue));
  return undefined;
}

/** What became of one case. */
export interface CaseReport {
  readonly file: string;
  readonly name: string;
  /** One sentence for each expectation that does not hold; empty where all do. */
  readonly failures: readonly string[];
}

/** Runs a suite against its policy. Rejects with PolicyError where the policy itself cannot be compiled. */
export async function runPolicySuite(
  policy: PolicySource,
  suite: PolicySuite,
  world: PolicyWorld,
): Promise<readonly CaseReport[]> {
  const sets = new Map<Mode, PolicySet>();
  const setOf = (mode: Mode) => {
    const set = sets.get(mode) ?? compilePolicies([policy], worldOf(world, suite, mode));
    sets.set(mode, set);
    return set;
  };
  const reports: CaseReport[] = [];
  for (const each of suite.cases) {
    const result = await tryExchange(setOf(each.mode ?? 'hard'), exchangeOf(each));
    reports.push({ file: suite.file, name: each.name, failures: compare(each.expect, result) });
  }
  return reports;
}

/** Variables do not reach into tests: the file alone is what is proven. */
function worldOf(world: PolicyWorld, suite: PolicySuite, mode: Mode): PolicyWorld {
  return {
    ...world,
    environment: { enforcementMode: mode },
    readSecretFile(file) {
      const text = suite.files[file];
      if (text === undefined) throw Object.assign(new Error('not among the files of the test'), { code: 'ENOENT' });
      return text;
    },
  };
}

function exchangeOf({ request = {}, answer }: PolicyCase): TrialExchange {
  const { text: prompt, messages = [], tools = [], toolChoice, called = [], messageCount, ...rest } = request;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...(given as Partial<TrialExchange>),
    ...(messageCount === undefined ? {} : { messages: messageCount }),
    texts: [...messages, ...(prompt === undefined ? [] : [{ role: 'user' as const, text: prompt }])],
    tools: [
      ...tools.map((name) => ({ name, where: 'offered' as const })),
      ...(toolChoice === undefined ? [] : [{ name: toolChoice, where: 'choice' as const }]),
      ...called.map(({ name, arguments: given_ }) => ({ name, where: 'called' as const, arguments: given_ })),
    ],
    ...(answer === undefined ? {} : { answer: answerOf(answer) }),
  };
}

function answerOf(answer: NonNullable<PolicyCase['answer']>): NonNullable<TrialExchange['answer']> {
  if (typeof answer === 'string') return { content: answer };
  const { content, thinking, calls } = answer;
  return {
    ...(content === undefined ? {} : { content }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(calls === undefined
      ? {}
      : { calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given ?? {} })) }),
  };
}

function compare(expect: PolicyCase['expect'], result: TrialResult): readonly string[] {
  const failures: string[] = [];
  const same = (what: string, wanted: unknown, got: unknown) => {
    if (wanted === undefined || Bun.deepEquals(wanted, got)) return;
    failures.push(`${what}: expected ${show(wanted)}, got ${show(got)}`);
  };
  const fired = firedRules(result);
  same('verdict', expect.verdict, result.verdict);
  same('outcome', expect.outcome, result.outcome);
  for (const rule of expect.rules ?? []) {
    if (!fired.includes(rule))
      failures.push(`rules: expected ${quote(rule)} to fire; fired: ${fired.join(', ') || 'none'}`);
  }
  for (const rule of expect.noRules ?? []) {
    if (fired.includes(rule)) failures.push(`noRules: ${quote(rule)} fired`);
  }
  same('refusal', expect.refusal, result.refusal?.code ?? 'none');
  if (expect.message !== undefined && !result.refusal?.message.includes(expect.message)) {
    failures.push(`message: expected ${show(expect.message)} in ${show(result.refusal?.message ?? 'no refusal')}`);
  }
  same('answer', expect.answer, result.answer?.content);
  same('thinking', expect.thinking, result.answer?.thinking);
  const calls = result.answer?.calls.filter((each) => typeof each !== 'string') ?? [];
  same(
    'calls',
    expect.calls,
    calls.map(({ name }) => name),
  );
  same('arguments', expect.arguments, calls[0]?.arguments);
  same('tools', expect.tools, result.request?.tools);
  same(
    'texts',
    expect.texts,
    result.request?.texts.map((each) => each.text),
  );
  for (const number of ['outputTokens', 'contextTokens', 'keepAliveSeconds'] as const) {
    same(number, expect[number], result.request?.numbers[number]);
  }
  return failures;
}

/** Every rule that any decision names, once. */
export function firedRules(result: TrialResult): readonly string[] {
  return [...new Set(result.decisions.flatMap(({ rule, rules }) => [rule, ...(rules ?? [])]))];
}

function show(value: unknown): string {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return shown.length > SHOWN_CHARACTERS_MAX ? `${shown.slice(0, SHOWN_CHARACTERS_MAX)}…` : shown;
}

const SHOWN_CHARACTERS_MAX = 300;

/** The name of the proof that belongs to a policy file. */
export function suiteFileOf(policyFile: string): string {
  return policyFile.replace(/\.yaml$/, '.test.yaml');
}
