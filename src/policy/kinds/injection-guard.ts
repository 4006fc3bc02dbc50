import * as v from 'valibot';
import type { GuardAsked } from '../../core/events.ts';
import type { RequestText } from '../../core/operation.ts';
import type { Guard, GuardStatus } from '../../detectors/guard/index.ts';
import type { PolicyDocument } from '../document.ts';
import type { CompileHost } from '../kind.ts';
import { compilePatterns } from '../patterns.ts';
import { choice, decimal, fields, formed, text, wholeNumber } from '../schema.ts';

/** `model` of a PromptInjection policy: a classifier in an Ollama that is asked where the cheap score is in doubt. */

export const guardSchema = fields({
  name: text('the name of a model'),
  baseUrl: v.optional(formed(/^https?:\/\/[^/?#@\s]+$/, 'http://host:port, nothing behind it')),
  onError: v.optional(choice(['score', 'closed'])),
  timeoutMs: v.optional(wholeNumber(50, 60_000, 'milliseconds')),
  from: v.optional(decimal(0, 100)),
  to: v.optional(decimal(0, 100)),
  prompt: v.optional(
    fields({
      system: text('the system message'),
      flagged: text('a pattern of an answer that means yes'),
      clear: text('a pattern of an answer that means no'),
    }),
  ),
});

export interface GuardSpec {
  readonly name: string;
  readonly baseUrl?: string | undefined;
  readonly onError?: 'score' | 'closed' | undefined;
  readonly timeoutMs?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly prompt?: { readonly system: string; readonly flagged: string; readonly clear: string } | undefined;
}

const TIMEOUT_MS = 2_000;

/** Texts of one request that the model is asked about, those with the highest scores first. */
const TEXTS_ASKED_MAX = 3;

/** A guard, and what its questions are called in telemetry. */
export interface NamedGuard {
  readonly guard: Guard;
  readonly model: string;
  readonly server: string;
}

/** Makes a document's guard, or finds the one of equal options: its breaker and its verdicts outlive a reload. */
export function guardOf(
  document: PolicyDocument,
  spec: GuardSpec | undefined,
  host: CompileHost,
): NamedGuard | undefined {
  if (spec === undefined) return undefined;
  const path = ['spec', 'model'];
  const baseUrl = spec.baseUrl ?? host.environment.ollamaBaseUrl;
  if (baseUrl === undefined) {
    host.report(document, path, 'needs a baseUrl here; accepted: the address of the Ollama that holds the model');
    return undefined;
  }
  const flagged = spec.prompt && compilePatterns(document, [...path, 'prompt', 'flagged'], spec.prompt.flagged, host);
  const clear = spec.prompt && compilePatterns(document, [...path, 'prompt', 'clear'], spec.prompt.clear, host);
  if (spec.prompt && (!flagged || !clear)) return undefined;
  try {
    const guard = host.cache.get(`guard ${JSON.stringify([baseUrl, spec])}`, () =>
      host.makeGuard({
        name: spec.name,
        baseUrl,
        onError: spec.onError ?? 'score',
        timeoutMs: spec.timeoutMs ?? TIMEOUT_MS,
        ...(spec.from === undefined ? {} : { from: spec.from }),
        ...(spec.to === undefined ? {} : { to: spec.to }),
        ...(spec.prompt && flagged && clear ? { prompt: { prompt: spec.prompt.system, flagged, clear } } : {}),
      }),
    );
    return { guard, model: spec.name, server: baseUrl };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    host.report(document, path, error.message);
    return undefined;
  }
}

/** What came of asking. */
export interface GuardWord {
  /** The highest sum of scores, where the model flagged a text or could not say and `onError` is `closed`. */
  readonly flagged?: { readonly score: number; readonly part: number };
  /** Why a text has no verdict: the score decided alone there. */
  readonly failure?: GuardStatus;
}

/** The model's word on the texts that are most in doubt. Each question that was in place is told to `tell`. */
export async function askGuard(
  { guard, model, server }: NamedGuard,
  texts: readonly RequestText[],
  scores: readonly number[],
  signal: AbortSignal,
  tell: ((question: GuardAsked) => void) | undefined,
): Promise<GuardWord> {
  const parts = texts
    .map((each, part) => ({ text: each.text, part, score: scores[part] ?? 0 }))
    .sort((a, b) => b.score - a.score || b.part - a.part)
    .slice(0, TEXTS_ASKED_MAX);
  const outcomes = await Promise.all(parts.map(({ text: asked, score }) => guard.judge(asked, score, signal)));
  let flagged: { readonly score: number; readonly part: number } | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const { status, verdict, durationMs } = outcome;
    if (status !== 'skipped') tell?.({ model, server, status, verdict, durationMs });
    const asked = parts[index];
    if (!asked || outcome.score <= 0) continue;
    const score = asked.score + outcome.score;
    if (!flagged || score > flagged.score) flagged = { score, part: asked.part };
  }
  const failure = outcomes.find(({ status, verdict }) => verdict === 'unknown' && !NO_FAILURES.has(status))?.status;
  return { ...(flagged ? { flagged } : {}), ...(failure ? { failure } : {}) };
}

/** Without a verdict because none was wanted any more. */
const NO_FAILURES: ReadonlySet<GuardStatus> = new Set(['skipped', 'cancelled']);
