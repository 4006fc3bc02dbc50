import {
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { Decision, Outcome, Verdict } from '../core/decision.ts';
import type { ExchangeEvent, ExchangeStart, Scope, Sink } from '../core/events.ts';

/**
 * Events as OpenTelemetry traces: SERVER span, `policy.request`, CLIENT span, `policy.response`, one `policy.decision`
 * event per decision. The only importer of @opentelemetry.
 *
 * Spans are made when an exchange is over, from times noted while it ran: what is not sampled costs almost nothing,
 * and an exchange that a policy acted on is always kept. Ids are drawn first, so that Ollama gets the right parent.
 */

export interface Tracing {
  readonly sink: Sink;
  /** Sends what is queued; resolves within `SHUTDOWN_TIMEOUT_MS` whatever the collector does. */
  shutdown(): Promise<void>;
}

export const SHUTDOWN_TIMEOUT_MS = 3_000;

/** How long one export may take where OTEL_EXPORTER_OTLP_TIMEOUT does not say. */
const EXPORT_TIMEOUT_MS = 2_000;

/** Starts the SDK from the standard `OTEL_*` variables. Call once a process. */
export function startTracing(environment: Record<string, string | undefined>, version: string): Tracing {
  environment['OTEL_SERVICE_NAME'] ||= serviceNameOf(environment) ?? 'llm-gateway';
  environment['OTEL_EXPORTER_OTLP_TIMEOUT'] ||= String(EXPORT_TIMEOUT_MS);
  // The default detectors publish command lines and host ids.
  environment['OTEL_NODE_RESOURCE_DETECTORS'] ||= 'env';
  const ids = new ChosenIds();
  const sampler = new KeepEventful(samplerOf(environment));
  const sdk = new NodeSDK({
    sampler,
    idGenerator: ids,
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    ...jsonExporter(environment),
  });
  sdk.start();
  return {
    sink: createTraceSink({ ids, sampler, version }),
    async shutdown() {
      const stop = sdk.shutdown().catch(() => {});
      await Promise.race([stop, Bun.sleep(SHUTDOWN_TIMEOUT_MS)]);
    },
  };
}

function serviceNameOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return /(?:^|,)\s*service\.name=([^,]+)/.exec(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '')?.[1];
}

/** OTLP as JSON unless the environment names another protocol or exporter, which the SDK then builds itself. */
function jsonExporter(environment: Readonly<Record<string, string | undefined>>): Partial<NodeSDKConfiguration> {
  const protocol = environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  const exporter = environment['OTEL_TRACES_EXPORTER'] || 'otlp';
  if (exporter !== 'otlp' || (protocol && protocol !== 'http/json')) return {};
  return { traceExporter: new OTLPTraceExporter() };
}

/** Gives spans the ids that were drawn when their exchange began; random ones otherwise. */
class ChosenIds {
  traceId: string | undefined;
  spanIds: string[] = [];

  generateTraceId(): string {
    return this.traceId ?? randomHex(16);
  }

  generateSpanId(): string {
    return this.spanIds.shift() ?? randomHex(8);
  }
}

function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
}

/** Whether a trace id is kept when nothing happened in its exchange; by OTEL_TRACES_SAMPLER. */
type IdSampler = (traceId: string, parentSampled: boolean | undefined) => boolean;

/** The standard samplers by name; what is not known samples everything, as the specification's default does. */
export function samplerOf(environment: Readonly<Record<string, string | undefined>>): IdSampler {
  const name = (environment['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on').toLowerCase();
  const given = Number(environment['OTEL_TRACES_SAMPLER_ARG'] || '1');
  const ratio = given >= 0 && given <= 1 ? given : 1;
  const byId = (traceId: string) => Number.parseInt(traceId.slice(-8), 16) < ratio * 0x1_0000_0000;
  const base = name.endsWith('always_off') ? () => false : name.endsWith('traceidratio') ? byId : () => true;
  return name.startsWith('parentbased_') ? (traceId, parent) => parent ?? base(traceId) : (traceId) => base(traceId);
}

const EVENTFUL = 'llm_gateway.eventful';

/** Keeps every exchange that a policy or a failure touched; the rest as OTEL_TRACES_SAMPLER says. */
class KeepEventful {
  readonly idSampler: IdSampler;

  constructor(idSampler: IdSampler) {
    this.idSampler = idSampler;
  }

  shouldSample(parent: Context, traceId: string, _name: string, _kind: SpanKind, attributes: Attributes) {
    const span = trace.getSpanContext(parent);
    const local = span !== undefined && span.isRemote !== true;
    if (local) return { decision: isSampled(span.traceFlags) ? RECORD : DROP };
    const keep = attributes[EVENTFUL] === true || this.idSampler(traceId, span && isSampled(span.traceFlags));
    return { decision: keep ? RECORD : DROP };
  }

  toString(): string {
    return 'KeepEventful';
  }
}

const DROP = 0;
const RECORD = 2;

function isSampled(flags: number): boolean {
  return (flags & TraceFlags.SAMPLED) !== 0;
}

interface TraceSinkOptions {
  readonly ids: ChosenIds;
  readonly sampler: KeepEventful;
  readonly version: string;
}

function createTraceSink(options: TraceSinkOptions): Sink {
  const tracer = trace.getTracer('llm-gateway', options.version);
  return {
    emit() {},
    exchange(start) {
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

/** Notes times and decisions of one exchange; makes its spans when it is over. */
class TraceScope implements Scope {
  readonly #start: ExchangeStart;
  readonly #options: TraceSinkOptions;
  readonly #startSpan: (plan: SpanPlan) => Span;
  readonly #startedMs = nowMs();
  readonly #decisions: Noted[] = [];
  #rootSpanId: string | undefined;
  #clientSpanId: string | undefined;
  #traceId: string | undefined;
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
    const parent = trace.getSpanContext(this.#parent());
    const traceId = this.#traceId ?? '';
    const sampled =
      this.#decisions.length > 0 || this.#options.sampler.idSampler(traceId, parent && isSampled(parent.traceFlags));
    const carrier: Record<string, string> = {};
    const span = {
      traceId,
      spanId: this.#clientSpanId ?? '',
      traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    };
    propagation.inject(
      trace.setSpanContext(ROOT_CONTEXT, parent?.traceState ? { ...span, traceState: parent.traceState } : span),
      carrier,
    );
    return carrier;
  }

  emit(event: ExchangeEvent): void {
    switch (event.type) {
      case 'caller.known':
        this.#caller = event.caller;
        return;
      case 'request.read':
        this.#read = event;
        this.#readMs = nowMs();
        return;
      case 'model.known':
        if (this.#read !== undefined) this.#read = { ...this.#read, model: event.model };
        return;
      case 'request.decided':
        this.#decidedMs = nowMs();
        return;
      case 'decision.made':
        this.#decisions.push({ atMs: nowMs(), decision: event.decision });
        return;
      case 'upstream.called':
        this.#calledMs = nowMs();
        this.#upstreamPath = event.path;
        return;
      case 'upstream.answered':
        this.#answeredMs = nowMs();
        this.#upstreamStatus = event.status;
        return;
      case 'answer.started':
        this.#answerMs = nowMs();
        return;
      case 'exchange.finished':
        return this.#finish(event);
      default:
        return;
    }
  }

  #parent(): Context {
    const { traceparent, tracestate } = this.#start;
    if (traceparent === undefined) return ROOT_CONTEXT;
    return propagation.extract(ROOT_CONTEXT, tracestate === undefined ? { traceparent } : { traceparent, tracestate });
  }

  #chooseIds(): void {
    if (this.#rootSpanId !== undefined) return;
    this.#traceId = trace.getSpanContext(this.#parent())?.traceId ?? randomHex(16);
    this.#rootSpanId = randomHex(8);
    this.#clientSpanId = randomHex(8);
  }

  #finish(event: ExchangeEvent & { type: 'exchange.finished' }): void {
    this.#chooseIds();
    const endMs = nowMs();
    const failed = event.end === 'refused' || event.end === 'failed';
    const root = this.#span(this.#rootSpanId, {
      name: `${this.#start.method} ${this.#start.route}`,
      options: { kind: SpanKind.SERVER, startTime: this.#startedMs, attributes: this.#rootAttributes(event, failed) },
      parent: this.#parent(),
    });
    if (root.isRecording()) {
      const parent = trace.setSpan(ROOT_CONTEXT, root);
      if (this.#readMs > 0) this.#policySpan('request', parent, this.#readMs, this.#decidedMs || endMs);
      if (this.#calledMs > 0) this.#clientSpan(parent, event, endMs);
      if (this.#answerMs > 0) this.#policySpan('response', parent, this.#answerMs, endMs);
      if (failed) root.setStatus({ code: SpanStatusCode.ERROR, message: event.code ?? event.end });
    }
    root.end(endMs);
  }

  #rootAttributes(event: ExchangeEvent & { type: 'exchange.finished' }, failed: boolean): Attributes {
    const decisions = this.#decisions.map(({ decision }) => decision);
    const attributes: Attributes = {
      [EVENTFUL]: failed || decisions.length > 0,
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
    return decisions.length === 0 ? attributes : { ...attributes, ...summary(decisions) };
  }

  #policySpan(phase: 'request' | 'response', parent: Context, startMs: number, endMs: number): void {
    const noted = this.#decisions.filter(({ decision }) => decision.phase === phase);
    const attributes = noted.length === 0 ? {} : summary(noted.map(({ decision }) => decision));
    const span = this.#span(undefined, {
      name: `policy.${phase}`,
      options: { kind: SpanKind.INTERNAL, startTime: startMs, attributes },
      parent,
    });
    for (const { atMs, decision } of noted)
      span.addEvent('policy.decision', decisionAttributes(decision, this.#read?.setHash), atMs);
    if (noted.some(({ decision }) => decision.outcome === 'refused')) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endMs);
  }

  #clientSpan(parent: Context, event: ExchangeEvent & { type: 'exchange.finished' }, endMs: number): void {
    const { genAiOperation } = this.#start;
    const name =
      genAiOperation === '' ? `GET ${this.#upstreamPath}` : `${genAiOperation} ${this.#read?.model ?? 'unknown'}`;
    const attributes: Attributes = genAiAttributes(this.#start, this.#read, event);
    if (this.#upstreamStatus !== undefined) attributes['http.response.status_code'] = this.#upstreamStatus;
    if (this.#answeredMs > 0)
      attributes['llm_gateway.first_byte_ms'] = Math.round((this.#answeredMs - this.#calledMs) * 1000) / 1000;
    const span = this.#span(this.#clientSpanId, {
      name,
      options: { kind: SpanKind.CLIENT, startTime: this.#calledMs, attributes },
      parent,
    });
    if (event.end === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: event.code ?? 'failed' });
    span.end(endMs);
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

function genAiAttributes(
  start: ExchangeStart,
  read: (ExchangeEvent & { type: 'request.read' }) | undefined,
  event: ExchangeEvent & { type: 'exchange.finished' },
): Attributes {
  if (start.genAiOperation === '' || read === undefined) return {};
  const attributes: Attributes = {
    'gen_ai.operation.name': start.genAiOperation,
    'gen_ai.provider.name': 'ollama',
    'gen_ai.request.model': read.model,
  };
  if (event.usage?.inputTokens !== undefined) attributes['gen_ai.usage.input_tokens'] = event.usage.inputTokens;
  if (event.usage?.outputTokens !== undefined) attributes['gen_ai.usage.output_tokens'] = event.usage.outputTokens;
  if (event.finishReason !== undefined) attributes['gen_ai.response.finish_reasons'] = [event.finishReason];
  return attributes;
}

function decisionAttributes(decision: Decision, setHash: string | undefined): Attributes {
  const { policy } = decision;
  const attributes: Attributes = {
    'policy.name': policy.name,
    'policy.kind': policy.kind,
    'policy.rule': decision.rule,
    'policy.owasp': policy.owasp,
    'policy.phase': decision.phase,
    'policy.verdict': decision.verdict,
    'policy.outcome': decision.outcome,
    'policy.mode': policy.mode,
    'policy.channel': decision.channel,
    'policy.findings': decision.findings,
    'policy.situation': decision.situation,
  };
  if (setHash !== undefined) attributes['policy.set.hash'] = setHash;
  if (decision.score !== undefined) attributes['policy.score'] = decision.score;
  if (decision.rules !== undefined) attributes['policy.rules'] = [...decision.rules];
  if (decision.code !== undefined) attributes['policy.code'] = decision.code;
  if (decision.raw !== undefined) attributes['policy.raw'] = decision.raw;
  return attributes;
}

const VERDICTS: readonly Verdict[] = ['allow', 'redact', 'deny'];
const OUTCOMES: readonly Outcome[] = ['passed', 'warned', 'stripped', 'clamped', 'redacted', 'replaced', 'refused'];

/** What an operator sees and searches without opening an event: the gravest verdict and outcome, and who decided. */
function summary(decisions: readonly Decision[]): Attributes {
  const unique = (values: readonly string[]) => [...new Set(values)].sort();
  return {
    'policy.verdict': gravest(
      decisions.map(({ verdict }) => verdict),
      VERDICTS,
    ),
    'policy.outcome': gravest(
      decisions.map(({ outcome }) => outcome),
      OUTCOMES,
    ),
    'policy.rule': unique(decisions.flatMap(({ rule, rules }) => [rule, ...(rules ?? [])])).join(','),
    'policy.name': unique(decisions.map(({ policy }) => policy.name)).join(','),
    'policy.kind': unique(decisions.map(({ policy }) => policy.kind)).join(','),
    'policy.owasp': unique(decisions.map(({ policy }) => policy.owasp)).join(','),
    'policy.mode': unique(decisions.map(({ policy }) => policy.mode)).join(','),
    'policy.decisions': decisions.length,
  };
}

function gravest<T>(values: readonly T[], order: readonly T[]): T & string {
  const index = Math.max(...values.map((value) => order.indexOf(value)));
  return String(order[index]) as T & string;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
