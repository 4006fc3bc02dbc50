import { SpanKind, trace, type Context, type Span, type SpanOptions } from '@opentelemetry/api';
import { expect, test } from 'bun:test';
import { createTraceSink } from '../../src/telemetry/exchange-trace.ts';
import { propagationOf } from '../../src/telemetry/propagation.ts';
import { ChosenIds, samplerOf } from '../../src/telemetry/sampling.ts';
import { START } from './exchange-start.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

/** A tracer that keeps what it is asked for, and a sink over it. */
function tracing(propagators: readonly string[], sampler = 'parentbased_always_on') {
  const begun: { name: string; parent: Context | undefined }[] = [];
  const silent = trace.wrapSpanContext({ traceId: TRACE, spanId: SPAN, traceFlags: 0 });
  const tracer = {
    startSpan(name: string, _options?: SpanOptions, parent?: Context): Span {
      begun.push({ name, parent });
      return silent;
    },
    startActiveSpan(): never {
      throw new Error('no span is ambient here');
    },
  };
  const sink = createTraceSink(tracer, {
    ids: new ChosenIds(),
    sampler: samplerOf({ OTEL_TRACES_SAMPLER: sampler }),
    propagation: propagationOf(propagators),
    upstream: undefined,
  });
  return { sink, begun };
}

const FINISHED = {
  type: 'exchange.finished',
  status: 200,
  end: 'completed',
  frames: 1,
  bytes: 1,
  heldCharactersMax: 0,
} as const;

test.each([
  ['b3', { b3: `${TRACE}-${SPAN}-1` }],
  ['b3multi', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' }],
  ['jaeger', { 'uber-trace-id': `${TRACE}:${SPAN}:0:1` }],
  ['tracecontext', { traceparent: `00-${TRACE}-${SPAN}-01` }],
])(
  'with OTEL_PROPAGATORS=%s the root is a child of the caller’s span, and Ollama is told of the same trace',
  (name, sent) => {
    const { sink, begun } = tracing([name]);
    const headers: Readonly<Record<string, string | undefined>> = sent;
    const scope = sink.exchange({ ...START, header: (key: string) => headers[key] });
    const told = Object.values(scope.headers()).join(' ');
    expect(told).toContain(TRACE);
    expect(told).not.toContain(SPAN);
    scope.emit(FINISHED);
    const parent = begun[0]?.parent === undefined ? undefined : trace.getSpanContext(begun[0].parent);
    expect(parent).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true });
  },
);

test('a caller’s tracestate goes on to Ollama', () => {
  const { sink } = tracing(['tracecontext']);
  const sent: Readonly<Record<string, string>> = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=value' };
  const scope = sink.exchange({ ...START, header: (key) => sent[key] });
  expect(scope.headers()).toEqual({ traceparent: expect.stringContaining(TRACE), tracestate: 'vendor=value' });
});

test.each([
  ['parentbased_always_off', '1', 1],
  ['parentbased_always_on', '0', 0],
  // Without a state the caller leaves it to us.
  ['parentbased_always_off', undefined, 0],
  ['parentbased_always_on', undefined, 1],
  ['always_on', '0', 1],
])('%s with a caller that says %p makes %i spans of what nothing touched', (sampler, state, spans) => {
  const { sink, begun } = tracing(['b3'], sampler);
  const b3 = state === undefined ? `${TRACE}-${SPAN}` : `${TRACE}-${SPAN}-${state}`;
  const scope = sink.exchange({ ...START, header: (key: string) => (key === 'b3' ? b3 : undefined) });
  expect(scope.headers()['b3']).toEndWith(spans === 1 ? '-1' : '-0');
  scope.emit(FINISHED);
  expect(begun).toHaveLength(spans);
});

test('a question to a guard model is a span of its own, whatever the verdict, and says nothing of the text', () => {
  const asked: { name: string; options: SpanOptions | undefined }[] = [];
  const tracer = {
    startSpan(name: string, options?: SpanOptions): Span {
      asked.push({ name, options });
      // Recording, so that what hangs below it is made too.
      return Object.assign(trace.wrapSpanContext({ traceId: TRACE, spanId: SPAN, traceFlags: 1 }), {
        isRecording: () => true,
      });
    },
    startActiveSpan(): never {
      throw new Error('no span is ambient here');
    },
  };
  const sink = createTraceSink(tracer, {
    ids: new ChosenIds(),
    sampler: samplerOf({ OTEL_TRACES_SAMPLER: 'always_on' }),
    propagation: propagationOf(['none']),
    upstream: undefined,
  });
  const scope = sink.exchange(START);
  const question = { type: 'guard.asked', model: 'llama-guard3:1b', server: 'http://guard:11434' } as const;
  scope.emit({ type: 'request.read', model: 'm', stream: false, bytes: 1, setHash: 'h', unknownKeys: 0 });
  scope.emit({ ...question, status: 'asked', verdict: 'clear', durationMs: 12 });
  scope.emit({ ...question, status: 'cached', verdict: 'flagged', durationMs: 0 });
  scope.emit({ ...question, status: 'timeout', verdict: 'unknown', durationMs: 2000 });
  scope.emit({ type: 'request.decided' });
  scope.emit(FINISHED);
  const spans = asked.filter(({ name }) => name === 'guard llama-guard3:1b').map(({ options }) => options);
  expect(spans.map((options) => options?.kind)).toEqual([SpanKind.CLIENT, SpanKind.INTERNAL, SpanKind.CLIENT]);
  expect(spans.map((options) => options?.attributes)).toMatchObject([
    { 'llm_gateway.guard.status': 'asked', 'llm_gateway.guard.verdict': 'clear', 'llm_gateway.guard.cached': false },
    { 'llm_gateway.guard.status': 'cached', 'llm_gateway.guard.verdict': 'flagged', 'llm_gateway.guard.cached': true },
    { 'llm_gateway.guard.status': 'timeout', 'error.type': 'timeout', 'server.address': 'guard', 'server.port': 11434 },
  ]);
});
