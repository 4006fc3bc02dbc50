import * as v from 'valibot';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind } from '../kind.ts';
import { fields, selectable, type SpecBase, wholeNumber } from '../schema.ts';
import type { Note, RequestContext, Stage } from '../../core/stage.ts';
import { admit } from './consumption-rates.ts';

/**
 * Consumption (LLM10): how large a request may be, how long an answer, how often and how many at once.
 *
 * Numbers that Ollama takes are clamped; what cannot be clamped is refused. Of several documents the smallest limit
 * stands, because each is judged by itself.
 */

const BODY_BYTES_MAX = 33_554_432;
const COUNT_MAX = 1_000_000_000;

const rates = {
  requestsPerMinute: v.optional(wholeNumber(1, 1_000_000, 'requests')),
  tokensPerMinute: v.optional(wholeNumber(1, COUNT_MAX, 'tokens')),
  concurrent: v.optional(wholeNumber(1, 100_000, 'exchanges')),
} as const;

const schema = fields({
  ...selectable,
  limits: v.optional(
    fields({
      bodyBytes: v.optional(wholeNumber(1024, BODY_BYTES_MAX, 'bytes')),
      messages: v.optional(wholeNumber(1, 100_000, 'messages')),
      promptCharacters: v.optional(wholeNumber(1, COUNT_MAX, 'characters')),
      outputTokens: v.optional(wholeNumber(1, COUNT_MAX, 'tokens')),
      contextTokens: v.optional(wholeNumber(1, COUNT_MAX, 'tokens')),
      keepAliveSeconds: v.optional(wholeNumber(0, 31_536_000, 'seconds')),
      seconds: v.optional(wholeNumber(1, 86_400, 'seconds')),
    }),
  ),
  perCaller: v.optional(fields(rates)),
  perUser: v.optional(fields(rates)),
  upstream: v.optional(
    fields({
      concurrent: wholeNumber(1, 10_000, 'exchanges'),
      queue: v.optional(wholeNumber(0, 100_000, 'exchanges')),
      queueSeconds: v.optional(wholeNumber(1, 3600, 'seconds')),
    }),
  ),
});

interface Rates {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  readonly concurrent?: number | undefined;
}

interface Limits {
  readonly bodyBytes?: number | undefined;
  readonly messages?: number | undefined;
  readonly promptCharacters?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly contextTokens?: number | undefined;
  readonly keepAliveSeconds?: number | undefined;
  readonly seconds?: number | undefined;
}

interface Spec extends SpecBase {
  readonly limits?: Limits | undefined;
  readonly perCaller?: Rates | undefined;
  readonly perUser?: Rates | undefined;
  readonly upstream?:
    | { readonly concurrent: number; readonly queue?: number | undefined; readonly queueSeconds?: number | undefined }
    | undefined;
}

export type ConsumptionDocument = PolicyDocument<Spec>;

export const consumption = defineKind<Spec>({
  kind: 'Consumption',
  owasp: 'LLM10',
  schema,
  compile(documents, host) {
    for (const document of documents) reportMistakes(document, host);
    return compiled(documents, host);
  },
});

function reportMistakes(document: ConsumptionDocument, host: CompileHost): void {
  const { spec } = document;
  const parts = [spec.limits, spec.perCaller, spec.perUser, spec.upstream].filter((part) => part !== undefined);
  if (parts.every((part) => Object.keys(part).length === 0)) {
    host.report(document, ['spec'], 'has no effect; accepted: limits, perCaller, perUser, upstream');
  }
  const named = spec.match?.models !== undefined || spec.match?.except?.models !== undefined;
  if (spec.limits?.bodyBytes !== undefined && named) {
    const message = 'is decided before the model is known; put it into a policy that does not match models';
    host.report(document, ['spec', 'limits', 'bodyBytes'], message, 'key');
  }
}

function compiled(documents: readonly ConsumptionDocument[], host: CompileHost): CompiledKind<ConsumptionDocument> {
  return {
    stage: (matching) => createStage(matching, host),
    bodyBytesMax(matching) {
      const limits = matching
        .filter((document) => host.identity(document).mode !== 'monitor')
        .flatMap((document) => document.spec.limits?.bodyBytes ?? []);
      return limits.length > 0 ? Math.min(...limits) : undefined;
    },
    summary: summaryOf(documents, host),
  };
}

/** The smallest of each limit, and where rates are counted: in memory each replica limits by itself. */
function summaryOf(documents: readonly ConsumptionDocument[], host: CompileHost): Readonly<Record<string, unknown>> {
  if (documents.length === 0) return {};
  const limits: Record<string, number> = {};
  for (const { spec } of documents) {
    for (const [name, max] of Object.entries(spec.limits ?? {})) {
      if (typeof max === 'number') limits[name] = Math.min(max, limits[name] ?? max);
    }
  }
  const counts = documents.some(({ spec }) => spec.perCaller ?? spec.perUser);
  return counts ? { limits, rates_counted_in: host.counters.where } : { limits };
}

/** Numbers that Ollama takes, and the smallest value that any document allows. */
type Clampable = 'outputTokens' | 'contextTokens' | 'keepAliveSeconds';
type Bounds = Map<Clampable, number>;

const CLAMPABLE: readonly Clampable[] = ['outputTokens', 'contextTokens', 'keepAliveSeconds'];

function createStage(documents: readonly ConsumptionDocument[], host: CompileHost): Stage {
  const times = documents
    .filter((document) => host.identity(document).mode !== 'monitor')
    .flatMap((document) => document.spec.limits?.seconds ?? []);
  const limitsRates = documents.some(({ spec }) => spec.perCaller ?? spec.perUser ?? spec.upstream);
  return {
    request(context) {
      const bounds: Bounds = new Map();
      for (const document of documents) limitRequest(document, context, host, bounds);
      for (const [rule, max] of bounds) context.request[rule]?.set(max);
    },
    ...(limitsRates ? { admit: (context) => admit(documents, context, host) } : {}),
    ...(times.length > 0 ? { answerMsMax: Math.min(...times) * 1000 } : {}),
  };
}

function limitRequest(document: ConsumptionDocument, context: RequestContext, host: CompileHost, bounds: Bounds): void {
  const limits = document.spec.limits ?? {};
  const { request } = context;
  const policy = host.identity(document);
  // Where it acts, the body was refused before it was read to its end.
  if (limits.bodyBytes !== undefined && policy.mode === 'monitor' && (context.bodyBytes?.() ?? 0) > limits.bodyBytes) {
    context.note(policy, tooLarge('bodyBytes', limits.bodyBytes, 'request'));
  }
  if (limits.messages !== undefined && request.messages > limits.messages) {
    context.note(policy, tooLarge('messages', limits.messages, 'messages'));
  }
  if (limits.promptCharacters !== undefined && charactersOf(context) > limits.promptCharacters) {
    context.note(policy, tooLarge('promptCharacters', limits.promptCharacters, 'request'));
  }
  for (const rule of CLAMPABLE) {
    const max = limits[rule];
    const lens = request[rule];
    if (max === undefined || lens === undefined) continue;
    const bound = () => void bounds.set(rule, Math.min(max, bounds.get(rule) ?? max));
    if (isOver(lens.value, max)) {
      const channel = rule;
      const note = { situation: 'over_limit_clampable', rule, channel, findings: 1, label: rule } as const;
      if (context.note(policy, note) === 'clamped') bound();
    } else if (lens.value === undefined && rule === 'outputTokens' && policy.mode !== 'monitor' && !request.isLoad) {
      // What the client left open has no bound in Ollama either: nothing worth a decision, but bounded.
      bound();
    }
  }
}

function tooLarge(rule: keyof Limits, max: number, channel: string): Note {
  const message = `The request is over a limit: ${rule} ${max}`;
  return { situation: 'over_limit', rule, channel, findings: 1, code: 'payload_too_large', label: rule, message };
}

/** Negative means without end (`num_predict: -1`, `keep_alive: -1`), and so over any limit. */
function isOver(value: number | undefined, max: number): boolean {
  return value !== undefined && (value < 0 || value > max);
}

function charactersOf(context: RequestContext): number {
  let characters = 0;
  for (const { text } of context.request.texts) characters += text.length;
  return characters;
}
