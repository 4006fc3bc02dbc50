import { describe, expect, test } from 'bun:test';
import { decide } from '../../src/core/decision.ts';
import type { ExchangeEvent } from '../../src/core/events.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { prometheusText } from '../../src/telemetry/prometheus.ts';
import { LABEL_CHARACTERS_MAX, Registry, SERIES_MAX } from '../../src/telemetry/registry.ts';
import { START } from './exchange-start.ts';

const READ: ExchangeEvent = {
  type: 'request.read',
  model: 'smollm2:135m',
  stream: true,
  bytes: 100,
  setHash: 'hash',
  unknownKeys: 0,
};

const FINISHED: ExchangeEvent & { type: 'exchange.finished' } = {
  type: 'exchange.finished',
  status: 200,
  end: 'completed',
  frames: 10,
  bytes: 2_000,
  heldCharactersMax: 7,
  usage: { inputTokens: 5, outputTokens: 9 },
  times: { firstInMs: 1_400, firstOutMs: 1_500, filterMs: 1 },
};

/** Plays events at given times and gives the text's lines. */
async function played(...steps: readonly (readonly [number, ExchangeEvent])[]): Promise<string[]> {
  let nowMs = 1_000;
  const { sink, registry } = createMetrics('1.2.3', () => nowMs);
  const scope = sink.exchange(START);
  for (const [atMs, event] of steps) {
    nowMs = atMs;
    scope.emit(event);
  }
  return prometheusText(await registry.read()).split('\n');
}

const WHOLE = [
  [1_010, READ],
  [1_020, { type: 'request.decided' }],
  [1_120, { type: 'upstream.called', path: '/api/chat' }],
  [1_300, { type: 'upstream.answered', status: 200 }],
  [2_300, FINISHED],
] as const;

describe('an exchange as numbers', () => {
  test.each([
    'llm_gateway_requests_total{operation="ollama.chat",status="200",end="completed",code="none"} 1',
    'llm_gateway_in_flight 0',
    'llm_gateway_queue_depth 0',
    'llm_gateway_queue_seconds_sum 0.1',
    'llm_gateway_request_bytes_total{operation="ollama.chat"} 100',
    'llm_gateway_answer_bytes_total{operation="ollama.chat"} 2000',
    'llm_gateway_request_duration_seconds_sum{operation="ollama.chat"} 1.3',
    'llm_gateway_forward_latency_seconds_sum{operation="ollama.chat"} 1.18',
    'llm_gateway_time_to_first_token_seconds_sum{operation="ollama.chat"} 0.5',
    'llm_gateway_added_seconds_sum{operation="ollama.chat",phase="request"} 0.02',
    'llm_gateway_added_seconds_sum{operation="ollama.chat",phase="first_token"} 0.1',
    'llm_gateway_added_frame_seconds_sum{operation="ollama.chat"} 0.0001',
    'llm_gateway_held_characters_bucket{operation="ollama.chat",le="1"} 0',
    'llm_gateway_held_characters_bucket{operation="ollama.chat",le="8"} 1',
    'llm_gateway_tokens_total{caller="anonymous",model="smollm2:135m",type="output"} 9',
    'gen_ai_client_token_usage_sum{gen_ai_operation_name="chat",gen_ai_provider_name="ollama",gen_ai_request_model="smollm2:135m",gen_ai_token_type="input"} 5',
    'gen_ai_server_time_per_output_token_seconds_sum{gen_ai_operation_name="chat",gen_ai_provider_name="ollama",gen_ai_request_model="smollm2:135m"} 0.1',
    'llm_gateway_upstream_up 1',
    'llm_gateway_fail_open_total 0',
    'llm_gateway_build_info{version="1.2.3"} 1',
  ])('%s', async (line) => {
    expect(await played(...WHOLE)).toContain(line);
  });

  test('while a decided request waits for its turn it is the queue', async () => {
    const lines = await played([1_010, READ], [1_020, { type: 'request.decided' }]);
    expect(lines).toContain('llm_gateway_queue_depth 1');
    expect(lines).toContain('llm_gateway_in_flight 1');
  });

  test('a request for a model that goes to Ollama undecided is counted as failing open', async () => {
    const lines = await played([1_010, READ], [1_020, { type: 'upstream.called', path: '/api/chat' }]);
    expect(lines).toContain('llm_gateway_fail_open_total 1');
  });

  test('Ollama that does not answer is down, and is an error by code', async () => {
    const failed = { ...FINISHED, end: 'failed', code: 'upstream_error', frames: 0, times: undefined } as never;
    const lines = await played(
      [1_020, { type: 'request.decided' }],
      [1_030, { type: 'upstream.called', path: '/api/chat' }],
      [1_040, failed],
    );
    expect(lines).toContain('llm_gateway_upstream_up 0');
    expect(lines).toContain('llm_gateway_upstream_errors_total{code="upstream_error"} 1');
  });

  test('a decision counts by policy, rule, verdict, outcome and mode; a redaction by its findings', async () => {
    const policy = { name: 'secrets', kind: 'SensitiveInformation', owasp: 'LLM02', mode: 'hard' } as const;
    const note = { rule: 'openai_key', channel: 'content', findings: 3, label: 'OPENAI_KEY' } as const;
    const decision = decide(policy, 'response', { situation: 'text_redacted', ...note });
    const lines = await played([1_010, { type: 'decision.made', decision }]);
    expect(lines).toContain(
      'llm_gateway_policy_decisions_total{policy="secrets",kind="SensitiveInformation",rule="openai_key",verdict="redact",outcome="redacted",mode="hard"} 1',
    );
    expect(lines).toContain('llm_gateway_redactions_total{policy="secrets",rule="openai_key",label="OPENAI_KEY"} 3');
  });
});

describe('policies as numbers', () => {
  test('only the set in force has a series, and a refused directory is stale until a good one comes', async () => {
    const { sink, registry } = createMetrics('1.2.3');
    const text = async () => prometheusText(await registry.read());
    sink.emit({ type: 'policies.loaded', hash: 'aaaa1111', policies: 7, reload: false });
    expect(await text()).toContain('llm_gateway_policy_reloads_total{result="loaded"} 0');
    sink.emit({ type: 'policies.rejected', problems: ['a'] });
    expect(await text()).toContain('llm_gateway_policy_set_stale 1');
    sink.emit({ type: 'policies.loaded', hash: 'second', policies: 8, reload: true });
    const after = await text();
    expect(after).toContain('llm_gateway_policy_set_info{hash="second"} 1');
    expect(after).not.toContain('aaaa1111');
    expect(after).toContain('llm_gateway_policy_set_stale 0');
    expect(after).toContain('llm_gateway_policy_reloads_total{result="rejected"} 1');
  });
});

describe('bounds', () => {
  test('more series than fit go into one that says other', async () => {
    const registry = new Registry();
    const counter = registry.counter('many_total', { help: 'Many', labels: ['a', 'b'] });
    for (let index = 0; index < SERIES_MAX + 500; index += 1) counter.add(1, `a${index}`, 'b');
    const [family] = await registry.read();
    expect(family?.samples).toHaveLength(SERIES_MAX + 1);
    expect(family?.samples.at(-1)).toMatchObject({ values: ['other', 'other'], value: 500 });
  });

  test('a label value is cut, and cannot end its line or its quotes', async () => {
    const registry = new Registry();
    registry.counter('odd_total', { help: 'A\nB', labels: ['a'] }).add(1, `"\\\n${'x'.repeat(1_000)}`);
    const lines = prometheusText(await registry.read())
      .trimEnd()
      .split('\n');
    expect(lines).toEqual([
      '# HELP odd_total A\\nB',
      '# TYPE odd_total counter',
      `odd_total{a="\\"\\\\\\n${'x'.repeat(LABEL_CHARACTERS_MAX - 3)}"} 1`,
    ]);
  });

  test('buckets are cumulated, the infinite one counts all', async () => {
    const registry = new Registry();
    const histogram = registry.histogram('h', [1, 2], { help: 'H' });
    for (const value of [0.5, 1, 1.5, 3]) histogram.observe(value);
    expect(
      prometheusText(await registry.read())
        .split('\n')
        .slice(2, -1),
    ).toEqual(['h_bucket{le="1"} 2', 'h_bucket{le="2"} 3', 'h_bucket{le="+Inf"} 4', 'h_sum 6', 'h_count 4']);
  });
});
