/**
 * Asks a guard model about texts that the cheap score leaves in doubt. Optional, and off by default.
 *
 * `judge` resolves, whatever happens: a model that is not resident, slow, away or unreadable is an outcome with a status
 * for a span and a metric, and `onError` says what it means. A guard adds to the score and never takes from it: it can
 * be talked to by the very text that it judges.
 */
import { type Fetch, createGuardClient } from './client.ts';
import { type Gate, type GateLimits, createGate } from './gate.ts';
import {
  type GuardAnswer,
  type GuardFamily,
  type GuardPrompt,
  type GuardShape,
  shapeOfName,
  shapeOfPrompt,
} from './shapes.ts';
import { type VerdictStore, createVerdictStore } from './verdicts.ts';

export interface GuardOptions {
  /** The model's name in the Ollama. */
  readonly name: string;
  /** The Ollama that holds it; better one of its own, so that it evicts nothing. */
  readonly baseUrl: string;
  /** What an outcome without a verdict means: the cheap score decides alone, or the text counts as flagged. */
  readonly onError: 'score' | 'closed';
  /** For one question, waiting included. */
  readonly timeoutMs: number;
  /** For a model that is none of the known families. */
  readonly prompt?: GuardPrompt;
  /** The model is asked where `from <= score < to`. */
  readonly from?: number;
  readonly to?: number;
  /** What a flagged text adds to the score. */
  readonly flaggedScore?: number;
  readonly limits?: Partial<GuardLimits>;
}

export interface GuardLimits extends GateLimits {
  /** Of a longer text the model reads as much of the beginning and of the end, in UTF-16 code units together. */
  readonly textCharactersMax: number;
  /** Verdicts kept. */
  readonly verdictsMax: number;
  /** For how long, in milliseconds. */
  readonly verdictMs: number;
  /** For how long `/api/ps` is believed, in milliseconds. */
  readonly residentMs: number;
}

export const GUARD_LIMITS: GuardLimits = {
  concurrentMax: 2,
  waitingMax: 16,
  failuresMax: 3,
  shutMs: 30_000,
  textCharactersMax: 8_000,
  verdictsMax: 4_096,
  verdictMs: 3_600_000,
  residentMs: 5_000,
};

/**
 * How an outcome came about. `skipped`: the score is not in doubt. `asked`, `cached`: there is a verdict. `busy`: too many
 * wait. `shut`: too many failed in a row. `unavailable`: the model is not resident. `cancelled`: the asker went away.
 */
export type GuardStatus =
  'skipped' | 'asked' | 'cached' | 'busy' | 'shut' | 'unavailable' | 'timeout' | 'error' | 'unreadable' | 'cancelled';

export interface GuardOutcome {
  readonly status: GuardStatus;
  readonly verdict: 'flagged' | 'clear' | 'unknown';
  /** To be added to the cheap score. */
  readonly score: number;
  readonly categories: readonly string[];
  readonly durationMs: number;
}

export interface Guard {
  readonly family: GuardFamily;
  /** Never rejects. Takes at most about `timeoutMs`. `signal` is the exchange's: when it aborts, the question is dropped. */
  judge(text: string, cheapScore: number, signal?: AbortSignal): Promise<GuardOutcome>;
}

export interface GuardDependencies {
  readonly fetch: Fetch;
  /** Milliseconds of a clock that does not jump back. */
  readonly now: () => number;
}

interface GuardParts {
  readonly options: GuardOptions;
  readonly limits: GuardLimits;
  readonly shape: GuardShape;
  readonly gate: Gate;
  readonly verdicts: VerdictStore;
  readonly client: ReturnType<typeof createGuardClient>;
  readonly now: () => number;
  /** What `/api/ps` said, and until when it is believed. */
  isListed: boolean;
  listedUntil: number;
  /** Questions under way by the text's key: who asks the same waits for the same answer. */
  readonly asking: Map<string, Promise<Asked>>;
}

interface Asked {
  readonly status: GuardStatus;
  readonly answer?: GuardAnswer;
}

/** Makes a guard. Throws a `TypeError` where the model's family is unknown and no prompt is given, or the bounds are no bounds. */
export function createGuard(options: GuardOptions, dependencies: GuardDependencies): Guard {
  const shape = options.prompt === undefined ? shapeOfName(options.name) : shapeOfPrompt(options.prompt);
  if (shape === undefined) {
    throw new TypeError(
      `Cannot ask the model "${options.name}": its family is unknown; give a prompt and answer patterns`,
    );
  }
  const { from = 0.4, to = 1 } = options;
  if (!(from < to)) throw new TypeError(`Cannot ask between ${from} and ${to}: "from" must be below "to"`);
  if (!(options.timeoutMs > 0)) throw new TypeError('Cannot ask without time: "timeoutMs" must be above 0');
  const limits = { ...GUARD_LIMITS, ...options.limits };
  const parts: GuardParts = {
    options,
    limits,
    shape,
    gate: createGate(limits, dependencies.now),
    verdicts: createVerdictStore(limits.verdictsMax, limits.verdictMs, dependencies.now),
    client: createGuardClient(options.name, options.baseUrl, dependencies.fetch),
    now: dependencies.now,
    isListed: false,
    listedUntil: Number.NEGATIVE_INFINITY,
    asking: new Map(),
  };
  return {
    family: shape.family,
    async judge(text, cheapScore, signal) {
      const begun = parts.now();
      const isInDoubt = cheapScore >= from && cheapScore < to;
      const asked = isInDoubt ? await findOrAsk(parts, text, signal) : ({ status: 'skipped' } as const);
      return outcomeOf(parts, asked, parts.now() - begun);
    },
  };
}

function outcomeOf(parts: GuardParts, asked: Asked, durationMs: number): GuardOutcome {
  const verdict = asked.answer?.verdict ?? 'unknown';
  const isClosed = parts.options.onError === 'closed' && verdict === 'unknown' && asked.status !== 'skipped';
  const score = verdict === 'flagged' || isClosed ? (parts.options.flaggedScore ?? 1) : 0;
  return { status: asked.status, verdict, score, categories: asked.answer?.categories ?? [], durationMs };
}

async function findOrAsk(parts: GuardParts, text: string, signal: AbortSignal | undefined): Promise<Asked> {
  const key = parts.verdicts.keyOf(text);
  const known = parts.verdicts.find(key);
  if (known !== undefined) return { status: 'cached', answer: known };
  if (signal?.aborted === true) return { status: 'cancelled' };
  // The question belongs to all who ask it, so it outlives the first asker's exchange; `timeoutMs` bounds it.
  let question = parts.asking.get(key);
  if (question === undefined) {
    question = ask(parts, key, text).finally(() => parts.asking.delete(key));
    parts.asking.set(key, question);
  }
  return signal === undefined ? question : await Promise.race([question, whenAborted(signal)]);
}

function whenAborted(signal: AbortSignal): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Asked>();
  signal.addEventListener('abort', () => resolve({ status: 'cancelled' }), { once: true });
  return promise;
}

async function ask(parts: GuardParts, key: string, text: string): Promise<Asked> {
  const timer = AbortSignal.timeout(parts.options.timeoutMs);
  const entered = await parts.gate.enter(timer);
  if (entered === 'shut') return { status: 'shut' };
  if (entered === 'full') return { status: 'busy' };
  if (entered === 'aborted') return { status: 'timeout' };
  let outcome: 'success' | 'failure' | 'neutral' = 'failure';
  try {
    if (!(await isResident(parts, timer))) {
      outcome = 'neutral';
      return { status: 'unavailable' };
    }
    const answer = parts.shape.read(
      await parts.client.ask(parts.shape.messages(shorten(text, parts.limits.textCharactersMax)), timer),
    );
    outcome = 'success';
    if (answer === undefined) return { status: 'unreadable' };
    parts.verdicts.keep(key, answer);
    return { status: 'asked', answer };
  } catch {
    // What failed is a fault of the guard's Ollama; its message could quote what it was sent.
    parts.listedUntil = Number.NEGATIVE_INFINITY;
    return { status: timer.aborted ? 'timeout' : 'error' };
  } finally {
    parts.gate.leave(outcome);
  }
}

async function isResident(parts: GuardParts, signal: AbortSignal): Promise<boolean> {
  if (parts.now() < parts.listedUntil) return parts.isListed;
  parts.isListed = await parts.client.isResident(signal);
  parts.listedUntil = parts.now() + parts.limits.residentMs;
  return parts.isListed;
}

function shorten(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const half = Math.floor(charactersMax / 2);
  return `${text.slice(0, half).toWellFormed()}\n…\n${text.slice(-half).toWellFormed()}`;
}
