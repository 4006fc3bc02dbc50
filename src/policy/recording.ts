import * as v from 'valibot';
import { compileRules, type RuleProgram } from '../redaction/program.ts';
import type { ExactValue, RedactionRule } from '../redaction/rule.ts';
import { validators } from '../redaction/validators.ts';
import type { TrialExchange } from './trial.ts';

/**
 * The form in which exchanges are recorded: JSON lines, one exchange each, that `replay` and `diff` read.
 *
 * Texts are the client's and the model's, so a recording is a secret. What a redaction rule matches is stored as a
 * surrogate that the same rule matches, so that rules can be judged on a recording without the secret in it.
 */
const role = v.picklist(['system', 'user', 'assistant', 'tool']);

const call = v.object({ name: v.string(), arguments: v.optional(v.unknown()) });

const recordSchema = v.object({
  version: v.literal(1),
  id: v.string(),
  /** Milliseconds since 1970. */
  at: v.number(),
  model: v.optional(v.string()),
  caller: v.optional(v.string()),
  texts: v.array(v.object({ role, text: v.string() })),
  tools: v.array(
    v.object({
      name: v.string(),
      where: v.picklist(['offered', 'choice', 'called', 'result']),
      arguments: v.optional(v.unknown()),
    }),
  ),
  template: v.optional(v.boolean()),
  raw: v.optional(v.boolean()),
  messages: v.optional(v.number()),
  outputTokens: v.optional(v.number()),
  contextTokens: v.optional(v.number()),
  keepAliveSeconds: v.optional(v.number()),
  digest: v.optional(v.string()),
  modelSystem: v.optional(v.string()),
  answer: v.optional(
    v.object({
      content: v.optional(v.string()),
      thinking: v.optional(v.string()),
      calls: v.optional(v.array(call)),
    }),
  ),
});

/** One line of a recording. */
export type RecordedExchange = v.InferOutput<typeof recordSchema>;

/** Longest line that is read back, in UTF-16 code units: a request at its cap and as much answer. */
export const RECORD_CHARACTERS_MAX = 80_000_000;

/** Reads one line; `undefined` for what is no record of this version. Never throws. */
export function parseRecord(line: string): RecordedExchange | undefined {
  if (line.length > RECORD_CHARACTERS_MAX) return undefined;
  try {
    const result = v.safeParse(recordSchema, JSON.parse(line));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** A record as an exchange that can be judged again. */
export function exchangeOfRecord(record: RecordedExchange): TrialExchange {
  const { version: _version, id: _id, at: _at, answer, ...rest } = record;
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const calls = answer?.calls?.map(({ name, arguments: given }) => ({ name, arguments: given ?? {} }));
  const said = answer && {
    ...(answer.content === undefined ? {} : { content: answer.content }),
    ...(answer.thinking === undefined ? {} : { thinking: answer.thinking }),
    ...(calls === undefined ? {} : { calls }),
  };
  // The schema has the fields of a trial, each checked.
  return { ...(known as TrialExchange), ...(said ? { answer: said } : {}) };
}

/** One line of a recording, its texts passed through `disguise`: `createDisguise`'s, or none where raw text is meant. */
export function encodeRecord(record: RecordedExchange, disguise: (text: string) => string): string {
  return `${JSON.stringify({
    ...record,
    texts: record.texts.map((each) => ({ ...each, text: disguise(each.text) })),
    tools: record.tools.map((tool) => ({ ...tool, arguments: disguiseLeaves(tool.arguments, disguise, 0) })),
    ...(record.modelSystem === undefined ? {} : { modelSystem: disguise(record.modelSystem) }),
    ...(record.answer === undefined ? {} : { answer: disguiseAnswer(record.answer, disguise) }),
  })}\n`;
}

function disguiseAnswer(answer: NonNullable<RecordedExchange['answer']>, disguise: (text: string) => string) {
  return {
    ...(answer.content === undefined ? {} : { content: disguise(answer.content) }),
    ...(answer.thinking === undefined ? {} : { thinking: disguise(answer.thinking) }),
    ...(answer.calls === undefined
      ? {}
      : {
          calls: answer.calls.map((each) => ({
            name: each.name,
            arguments: disguiseLeaves(each.arguments, disguise, 0),
          })),
        }),
  };
}

const DEPTH_MAX = 64;

function disguiseLeaves(value: unknown, disguise: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return disguise(value);
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return depth > DEPTH_MAX ? null : value;
  if (Array.isArray(value)) return value.map((item) => disguiseLeaves(item, disguise, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [disguise(key), disguiseLeaves(item, disguise, depth + 1)]),
  );
}

const TRIES_MAX = 200;
const KEPT_CHARACTERS_MAX = 12;

/**
 * Replaces what rules match by surrogates of the same form: letters by letters, digits by digits, until the same rule
 * finds the surrogate where the match was. Where none is found in TRIES_MAX tries (a checksum, an exact value) the
 * label stands there. `random` gives numbers from 0 to below 1.
 *
 * Call the result once an exchange, and what that gives once a text: what stands twice in one exchange stays the same
 * twice, because policies compare an answer with its prompt.
 */
export function createDisguise(
  rules: readonly (RedactionRule | ExactValue)[],
  random: () => number,
): () => (text: string) => string {
  const program = compileRules(rules, { mode: 'compete', validators });
  return () => {
    const known = new Map<string, string>();
    return (text) => {
      const pieces: string[] = [];
      // What stands before a match may be what its rule asks for; more than it can look at is not needed.
      let before = '';
      let from = 0;
      for (const { rule, start, end, continued } of program.findings(text)) {
        const between = text.slice(from, start);
        before = (before + between.slice(-CONTEXT_SHOWN)).slice(-CONTEXT_SHOWN);
        const surrogate = continued ? '' : surrogateOf(program, rule, before, text.slice(start, end), random, known);
        pieces.push(between, surrogate);
        before = (before + surrogate).slice(-CONTEXT_SHOWN);
        from = end;
      }
      pieces.push(text.slice(from));
      return pieces.join('');
    };
  };
}

/** Different matches of one exchange whose surrogates are remembered. */
const KNOWN_MAX = 10_000;

function surrogateOf(
  program: RuleProgram,
  rule: number,
  context: string,
  match: string,
  random: () => number,
  known: Map<string, string>,
): string {
  const { label, ...form } = program.rules[rule] ?? { label: 'TEXT' };
  const mask = `[REDACTED_${label}]`;
  if ('value' in form) return mask;
  const key = `${rule} ${match.toLowerCase()}`;
  const before = known.get(key);
  if (before !== undefined) return before === mask ? mask : inCaseOf(match, before);
  const surrogate = findSurrogate(program, rule, context, match, random) ?? mask;
  if (known.size < KNOWN_MAX) known.set(key, surrogate);
  return surrogate;
}

/** The surrogate of a match that was seen in other letters: `Jane@corp.io` and `jane@corp.io` are one address. */
function inCaseOf(match: string, surrogate: string): string {
  let cased = '';
  for (let at = 0; at < surrogate.length; at++) {
    const like = match.charAt(at);
    const own = surrogate.charAt(at);
    cased += like === like.toLowerCase() ? own.toLowerCase() : own.toUpperCase();
  }
  return cased;
}

function findSurrogate(
  program: RuleProgram,
  rule: number,
  context: string,
  match: string,
  random: () => number,
): string | undefined {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const kept = Math.min(
      KEPT_CHARACTERS_MAX,
      Math.floor((tries / TRIES_MAX) * (match.length / 2 + KEPT_CHARACTERS_MAX)),
    );
    const surrogate = match.slice(0, kept) + scramble(match.slice(kept), random);
    if (surrogate === match) continue;
    const found = program.findings(context + surrogate).at(-1);
    const isSame = found?.rule === rule && found.start === context.length;
    if (isSame && found.end === context.length + surrogate.length) return surrogate;
  }
  return undefined;
}

const CONTEXT_SHOWN = 66;

function scramble(text: string, random: () => number): string {
  let scrambled = '';
  for (const character of text) {
    if (character >= '0' && character <= '9') scrambled += String(Math.floor(random() * 10));
    else if (character >= 'a' && character <= 'f') scrambled += 'abcdef'.charAt(Math.floor(random() * 6));
    else if (character >= 'a' && character <= 'z') scrambled += letter(97, random);
    else if (character >= 'A' && character <= 'F') scrambled += 'ABCDEF'.charAt(Math.floor(random() * 6));
    else if (character >= 'A' && character <= 'Z') scrambled += letter(65, random);
    else scrambled += character;
  }
  return scrambled;
}

function letter(first: number, random: () => number): string {
  return String.fromCharCode(first + Math.floor(random() * 26));
}
