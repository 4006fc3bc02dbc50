import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { Decision } from '../core/decision.ts';
import type { ExchangeEvent, ExchangeStart, GuardAsked, Scope, Sink } from '../core/events.ts';
import { spanContextOf, type Propagation, type RemoteSpan } from './propagation.ts';
import { randomHex, type ChosenIds, type IdSampler } from './sampling.ts';
import { decisionAttributes, genAiAttributes, guardAttributes, summary } from './span-attributes.ts';

/**
 * One exchange as a trace: SERVER span, `policy.request`, CLIENT span, `policy.response`, one `policy.decision` event
 * per decision.
 *
 * Spans are made when an exchange is over, from times noted while it ran: what is not sampled costs almost nothing,
 * and an exchange that a policy acted on is always kept. Ids are drawn first, so that Ollama gets the right parent.
 */

export interface TraceSinkOptions {
  readonly ids: ChosenIds;
  /** Decides on exchanges that no policy and no failure touched. */
  readonly sampler: IdSampler;
  /** Which headers name the caller's span, and Ollama's parent. */
  readonly propagation: Propagation;
  /** Address and port of Ollama, for the CLIENT span. */
  readonly upstream: URL | undefined;
}

/** Events as spans of `tracer`, which must draw its ids from the same `ids` and sample every span. */
export function createTraceSink(tracer: Tracer, options: TraceSinkOptions): Sink {
  return {
    emit() {},
    exchange(start: ExchangeStart) {
      return new TraceScope(start, options, (span) => tracer.startSpan(span.name, span.options, span.parent));
    },
  };
}

interface SpanPlan {
  readonly name: string;
  readonly options: { readonly kind: SpanKind; readonly startTime: number; readonly attributes?: Attributes };
  readonly parent: Context;
}

interface Noted {
  readonly atMs: number;
  readonly decision: Decision;
}

/** When `performance.now()` was 0, in milliseconds since 1970. */
const ORIGIN_MS = performance.timeOrigin;

/** Questions to guard models kept of one exchange. */
const QUESTIONS_MAX = 16;

/** Decisions kept of one exchange, all told; a span takes 128 events by default. */
export const DECISIONS_MAX = 128;

/**
 * Notes times and decisions of one exchange; makes its spans when it is over. Times are of `performance.now()` until a span is
 * made of them.
 */
class TraceScope implements Scope {
  readonly #start: ExchangeStart;
  readonly #options: TraceSinkOptions;
  readonly #startSpan: (plan: SpanPlan) => Span;
  readonly #startedMs = performance.now();
  readonly #decisions: Noted[] = [];
  readonly #questions: (GuardAsked & { readonly endMs: number })[] = [];
  #count = 0;
  #traceId = '';
  #rootSpanId = '';
  #clientSpanId = '';
  #remote: RemoteSpan | undefined;
  #sampledById = false;
  #caller: string | undefined;
  #read: (ExchangeEvent & { type: 'request.read' }) | undefined;
  #readMs = 0;
  #decidedMs = 0;
  #calledMs = 0;
  #answeredMs = 0;
  #answerMs = 0;
  #upstreamStatus: number | undefined;
  #upstreamPath = '';

  constructor(start: ExchangeStart, options: TraceSinkOptions, startSpan: (plan: SpanPlan) => Span) {
    this.#start = start;
    this.#options = options;
    this.#startSpan = startSpan;
  }

  headers(): Record<string, string> {
    this.#chooseIds();
    return this.#options.propagation.inject({
      traceId: this.#traceId,
      spanId: this.#clientSpanId,
      sampled: this.#decisions.length > 0 || this.#sampledById,
      traceState: this.#remote?.traceState,
    });
  }

  emit(event: ExchangeEvent): void {
    switch (event.type) {
      case 'caller.known':
        this.#caller = event.caller;
        return;
      case 'request.read':
        this.#read = event;
        this.#readMs = performance.now();
        return;
      case 'model.known':
        if (this.#read !== undefined) this.#read = { ...this.#read, model: event.model };
        return;
      case 'request.decided':
        this.#decidedMs = performance.now();
        return;
      case 'decision.made':
        this.#count += 1;
        if (this.#decisions.length < DECISIONS_MAX)
          this.#decisions.push({ atMs: performance.now(), decision: event.decision });
        return;
      case 'guard.asked':
        if (this.#questions.length < QUESTIONS_MAX) this.#questions.push({ ...event, endMs: performance.now() });
        return;
      case 'upstream.called':
        this.#calledMs = performance.now();
        this.#upstreamPath = event.path;
        return;
      case 'upstream.answered':
        this.#answeredMs = performance.now();
        this.#upstreamStatus = event.status;
        return;
      case 'answer.started':
        this.#answerMs = performance.now();
        return;
      case 'exchange.finished':
        return this.#finish(event);
      default:
        return;
    }
  }

  #chooseIds(): void {
    if (this.#traceId !== '') return;
    this.#remote = this.#options.propagation.extract((name) => this.#start.header(name));
    this.#traceId = this.#remote?.traceId ?? randomHex(16);
    this.#rootSpanId = randomHex(8);
    this.#clientSpanId = randomHex(8);
    this.#sampledById = this.#options.sampler(this.#traceId, this.#remote?.sampled);
  }

  #finish(event: ExchangeEvent & { type: 'exchange.finished' }): void {
    this.#chooseIds();
    const endMs = performance.now();
    const failed = event.end === 'refused' || event.end === 'failed';
    if (!failed && this.#decisions.length === 0 && !this.#sampledById) return;
    const root = this.#span(this.#rootSpanId, {
      name: `${this.#start.method} ${this.#start.route}`,
      options: {
        kind: SpanKind.SERVER,
        startTime: ORIGIN_MS + this.#startedMs,
        attributes: this.#rootAttributes(event, failed),
      },
      parent:
        this.#remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(this.#remote)),
    });
    if (root.isRecording()) {
      const parent = trace.setSpan(ROOT_CONTEXT, root);
      if (this.#readMs > 0) this.#policySpan('request', parent, this.#readMs, this.#decidedMs || endMs);
      if (this.#calledMs > 0) this.#clientSpan(parent, event, endMs);
      if (this.#answerMs > 0) this.#policySpan('response', parent, this.#answerMs, endMs);
      if (failed) root.setStatus({ code: SpanStatusCode.ERROR, message: event.code ?? event.end });
    }
    root.end(ORIGIN_MS + endMs);
  }

  #rootAttributes(event: ExchangeEvent & { type: 'exchange.finished' }, failed: boolean): Attributes {
    const decisions = this.#decisions.map(({ decision }) => decision);
    const attributes: Attributes = {
      'llm_gateway.eventful': failed || decisions.length > 0,
      'http.request.method': this.#start.method,
      'http.route': this.#start.route,
      'http.response.status_code': event.status,
      'llm_gateway.request_id': this.#start.id,
      'llm_gateway.operation': this.#start.operation,
      'llm_gateway.end': event.end,
      ...genAiAttributes(this.#start, this.#read, event),
    };
    if (event.code !== undefined) attributes['error.type'] = event.code;
    if (this.#caller !== undefined) attributes['llm_gateway.caller'] = this.#caller;
    if (this.#read !== undefined) attributes['policy.set.hash'] = this.#read.setHash;
    if (event.heldCharactersMax > 0) attributes['llm_gateway.held_characters_max'] = event.heldCharactersMax;
    return decisions.length === 0
      ? attributes
      : { ...attributes, ...summary(decisions), 'policy.decisions': this.#count };
  }

  #policySpan(phase: 'request' | 'response', parent: Context, startMs: number, endMs: number): void {
    const noted = this.#decisions.filter(({ decision }) => decision.phase === phase);
    const attributes = noted.length === 0 ? {} : summary(noted.map(({ decision }) => decision));
    const span = this.#span(undefined, {
      name: `policy.${phase}`,
      options: { kind: SpanKind.INTERNAL, startTime: ORIGIN_MS + startMs, attributes },
      parent,
    });
    for (const { atMs, decision } of noted)
      span.addEvent('policy.decision', decisionAttributes(decision, this.#read?.setHash), ORIGIN_MS + atMs);
    if (noted.some(({ decision }) => decision.outcome === 'refused')) span.setStatus({ code: SpanStatusCode.ERROR });
    if (phase === 'request') {
      for (const question of this.#questions) {
        this.#span(undefined, guardSpan(question, question.endMs - question.durationMs + ORIGIN_MS, span)).end(
          ORIGIN_MS + question.endMs,
        );
      }
    }
    span.end(ORIGIN_MS + endMs);
  }

  #clientSpan(parent: Context, event: ExchangeEvent & { type: 'exchange.finished' }, endMs: number): void {
    const { genAiOperation } = this.#start;
    const name =
      genAiOperation === '' ? `GET ${this.#upstreamPath}` : `${genAiOperation} ${this.#read?.model ?? 'unknown'}`;
    const attributes: Attributes = genAiAttributes(this.#start, this.#read, event);
    if (this.#options.upstream !== undefined) {
      attributes['server.address'] = this.#options.upstream.hostname;
      attributes['server.port'] =
        Number(this.#options.upstream.port) || (this.#options.upstream.protocol === 'https:' ? 443 : 80);
    }
    if (this.#upstreamStatus !== undefined) attributes['http.response.status_code'] = this.#upstreamStatus;
    if (this.#answeredMs > 0)
      attributes['llm_gateway.first_byte_ms'] = Math.round((this.#answeredMs - this.#calledMs) * 1000) / 1000;
    const span = this.#span(this.#clientSpanId, {
      name,
      options: { kind: SpanKind.CLIENT, startTime: ORIGIN_MS + this.#calledMs, attributes },
      parent,
    });
    if (event.end === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: event.code ?? 'failed' });
    span.end(ORIGIN_MS + endMs);
  }

  #span(spanId: string | undefined, plan: SpanPlan): Span {
    const { ids } = this.#options;
    ids.traceId = this.#traceId;
    if (spanId !== undefined) ids.spanIds = [spanId];
    try {
      return this.#startSpan(plan);
    } finally {
      ids.traceId = undefined;
      ids.spanIds = [];
    }
  }
}

/** A question to a guard model: a CLIENT span where its Ollama was asked, below `policy.request`. */
function guardSpan(question: GuardAsked, startTime: number, parent: Span): SpanPlan {
  return {
    name: `guard ${question.model}`,
    options: {
      kind: LOCAL_STATUSES.has(question.status) ? SpanKind.INTERNAL : SpanKind.CLIENT,
      startTime,
      attributes: guardAttributes(question),
    },
    parent: trace.setSpan(ROOT_CONTEXT, parent),
  };
}

/** Outcomes for which nobody was called. */
const LOCAL_STATUSES: ReadonlySet<string> = new Set(['cached', 'busy', 'shut', 'cancelled']);
