import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { post } from '../helpers/service.ts';
import { chatRecords, MODEL, ndjson, scriptedUpstream, type ScriptedUpstream } from '../helpers/upstream.ts';
import { otlpReceiver, type ReceivedSpan, type Receiver } from './otlp.ts';
import { startProcess } from './process.ts';

const KEY = 'sk-proj-Ab3dEf6hIj9kLmN2pQr5tUv8xYz1A4cD7fG0';
const ALLOW = `apiVersion: llm-gateway/v1
kind: ModelAllowlist
metadata: { name: allowed }
spec: { models: [{ name: '${MODEL}' }] }
`;
const SECRETS = `apiVersion: llm-gateway/v1
kind: SensitiveInformation
metadata: { name: secrets }
spec: { in: [answer], rules: { builtin: [secrets] }, action: redact }
`;
const POLICIES = { 'allowed.yaml': ALLOW, 'secrets.yaml': SECRETS };
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const SERVER = 2;
const CLIENT = 3;
const INTERNAL = 1;

let upstream: ScriptedUpstream;
let receiver: Receiver;

beforeAll(() => {
  upstream = scriptedUpstream();
});
afterAll(() => upstream.stop());

function chat(content = 'hello', model = MODEL) {
  return { model, messages: [{ role: 'user', content }] };
}

/** The trace of the exchange whose answer carried this id. */
function traceOf(spans: readonly ReceivedSpan[], response: Response): ReceivedSpan[] {
  const root = spans.find((span) => span.attributes['llm_gateway.request_id'] === response.headers.get('x-request-id'));
  return spans.filter(({ traceId }) => traceId === root?.traceId);
}

function only(spans: readonly ReceivedSpan[], kind: number, name?: string): ReceivedSpan {
  const found = spans.filter((span) => span.kind === kind && (name === undefined || span.name === name));
  expect(found).toHaveLength(1);
  return found[0] as ReceivedSpan; // One, as was just expected.
}

/** Exchanges that end in every way, one trace each. */
async function play(url: string): Promise<Record<string, Response>> {
  upstream.script = () => ndjson(chatRecords(['Hel', 'lo.']));
  const plain = await post(`${url}/api/chat`, chat(), { traceparent: PARENT, tracestate: 'vendor=value' });
  await plain.text();
  upstream.script = () => ndjson(chatRecords(['The key is ', KEY, '.']));
  const redacted = await post(`${url}/api/chat`, chat());
  expect(await redacted.text()).toContain('[REDACTED_');
  const refused = await post(`${url}/api/chat`, chat('hello', 'other:1b'));
  await refused.text();
  upstream.script = () => ndjson(chatRecords(['Hel', 'lo.']).slice(0, 1), 'end');
  const died = await post(`${url}/api/chat`, chat());
  await died.text();
  upstream.script = () => ndjson(chatRecords(['Hel']).slice(0, 1), 'hang');
  const left = new AbortController();
  const aborted = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify(chat()),
    signal: left.signal,
  });
  await aborted.body?.getReader().read();
  left.abort();
  return { plain, redacted, refused, died, aborted };
}

describe.each(['http/json', 'http/protobuf'])('OTLP as %s', (protocol) => {
  let spans: ReceivedSpan[];
  let played: Record<string, Response>;
  let calls: ScriptedUpstream['calls'];

  beforeAll(async () => {
    receiver = otlpReceiver();
    const before = upstream.calls.length;
    const gateway = await startProcess(
      upstream.url,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, ENFORCEMENT_MODE: 'hard' },
      POLICIES,
    );
    played = await play(gateway.url);
    await gateway.stop();
    calls = upstream.calls.slice(before);
    spans = receiver.spans;
  }, 30_000);
  afterAll(() => receiver.stop());

  function trace(name: string): ReceivedSpan[] {
    const response = played[name];
    if (response === undefined) throw new Error(`nothing was played as ${name}`);
    return traceOf(spans, response);
  }

  test('speaks the protocol that the environment names, as llm-gateway, and tells nothing of the host', () => {
    const type = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
    expect([...receiver.contentTypes]).toEqual([type]);
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'llm-gateway' });
    const keys = Object.keys(receiver.resources[0] ?? {});
    expect(keys.filter((key) => /^(?:process|host|os)\./.test(key))).toEqual([]);
  });

  test('one exchange is SERVER over policy.request, CLIENT and policy.response, in its caller’s trace', () => {
    const own = trace('plain');
    const root = only(own, SERVER);
    expect(root.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(root.parentSpanId).toBe('b7ad6b7169203331');
    expect(root.name).toBe('POST /api/chat');
    expect(own.filter(({ kind }) => kind === INTERNAL).map(({ name }) => name)).toEqual([
      'policy.request',
      'policy.response',
    ]);
    for (const span of own) if (span !== root) expect(span.parentSpanId).toBe(root.spanId);
    expect(only(own, CLIENT)).toMatchObject({
      name: `chat ${MODEL}`,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'ollama',
        'gen_ai.request.model': MODEL,
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 2,
        'gen_ai.response.finish_reasons': ['stop'],
      },
    });
    expect(root.status.code).toBe(0);
  });

  test('Ollama is sent the CLIENT span as parent, and the tracestate; spans carry no tracestate', () => {
    const client = only(trace('plain'), CLIENT);
    const call = calls[0];
    expect(call?.headers.get('traceparent')).toBe(`00-${client.traceId}-${client.spanId}-01`);
    expect(call?.headers.get('tracestate')).toBe('vendor=value');
    expect(spans.map(({ traceState }) => traceState).filter(Boolean)).toEqual([]);
  });

  test('a decision is an event, and its summary can be searched on the spans above it', () => {
    const own = trace('redacted');
    const response = only(own, INTERNAL, 'policy.response');
    expect(response.events.map(({ name }) => name)).toEqual(['policy.decision']);
    expect(response.events[0]?.attributes).toMatchObject({
      'policy.name': 'secrets',
      'policy.kind': 'SensitiveInformation',
      'policy.owasp': 'LLM02',
      'policy.phase': 'response',
      'policy.verdict': 'redact',
      'policy.outcome': 'redacted',
      'policy.mode': 'hard',
      'policy.findings': 1,
      'policy.set.hash': expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const rule = String(response.events[0]?.attributes['policy.rule']);
    expect(only(own, SERVER).attributes).toMatchObject({
      'policy.rule': rule,
      'policy.verdict': 'redact',
      'policy.outcome': 'redacted',
      'policy.decisions': 1,
    });
  });

  test('a refusal is an error with its code, and no CLIENT span, because Ollama was not asked', () => {
    const own = trace('refused');
    expect(own.filter(({ kind }) => kind === CLIENT)).toEqual([]);
    expect(only(own, SERVER)).toMatchObject({
      status: { code: 2, message: 'model_not_allowed' },
      attributes: { 'http.response.status_code': 403, 'error.type': 'model_not_allowed', 'llm_gateway.end': 'refused' },
    });
    expect(only(own, INTERNAL, 'policy.request').status.code).toBe(2);
  });

  test.each([
    ['died', 'failed', 2],
    ['aborted', 'aborted', 0],
  ] as const)('an exchange that %s ends its trace once, as %s', (name, end, status) => {
    const root = only(trace(name), SERVER);
    expect(root.attributes['llm_gateway.end']).toBe(end);
    expect(root.status.code).toBe(status);
    expect(root.endNs).toBeGreaterThan(root.startNs);
    const client = only(trace(name), CLIENT);
    expect(client.endNs).toBeLessThanOrEqual(root.endNs);
  });

  test('every exchange has one root', () => {
    const ids = spans
      .filter(({ kind }) => kind === SERVER)
      .map(({ attributes }) => attributes['llm_gateway.request_id']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(Object.keys(played).length);
  });
});

describe('sampling', () => {
  test.each([
    ['always_off', undefined, ['redacted', 'refused', 'died']],
    ['traceidratio', '0', ['redacted', 'refused', 'died']],
    ['parentbased_always_off', undefined, ['plain', 'redacted', 'refused', 'died']],
    ['always_on', undefined, ['plain', 'redacted', 'refused', 'died', 'aborted']],
  ])(
    '%s %p keeps what policies and failures touched',
    async (sampler, argument, kept) => {
      const collector = otlpReceiver();
      const gateway = await startProcess(
        upstream.url,
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_TRACES_SAMPLER: sampler,
          ENFORCEMENT_MODE: 'hard',
          ...(argument === undefined ? {} : { OTEL_TRACES_SAMPLER_ARG: argument }),
        },
        POLICIES,
      );
      const responses = await play(gateway.url);
      await gateway.stop();
      await collector.stop();
      const names = Object.keys(responses).filter((name) => {
        const response = responses[name];
        return response !== undefined && traceOf(collector.spans, response).length > 0;
      });
      expect(names).toEqual(kept);
    },
    30_000,
  );
});

test('metrics go over OTLP where they are asked for, GenAI names included', async () => {
  const collector = otlpReceiver();
  const gateway = await startProcess(
    upstream.url,
    {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
      OTEL_TRACES_EXPORTER: 'none',
      ENFORCEMENT_MODE: 'hard',
    },
    POLICIES,
  );
  await play(gateway.url);
  await gateway.stop();
  await collector.stop();
  expect(collector.spans).toEqual([]);
  for (const name of ['llm_gateway.requests', 'llm_gateway.policy_decisions', 'gen_ai.client.token.usage'])
    expect([...collector.metricNames]).toContain(name);
}, 30_000);
