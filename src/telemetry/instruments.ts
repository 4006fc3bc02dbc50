import type { Counter, Gauge, Histogram, Registry } from './registry.ts';

/** Every metric of the gateway, by name: what README.md documents and dashboards ask for. */
export type Instruments = ReturnType<typeof createInstruments>;

/** Seconds of whole exchanges: from a refusal to a long answer. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
/** Seconds of our own work: 20 microseconds to a second. */
const FINE_SECONDS = [0.000_02, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];
/** Seconds of one frame's way through the filter. */
const FRAME_SECONDS = [0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_5, 0.002, 0.01, 0.1];
const CHARACTERS = [0, 1, 8, 32, 128, 512, 2048, 16_384];
/** As the GenAI conventions advise. */
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
const GEN_AI_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKEN_SECONDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

/** @see https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md */
const GEN_AI_LABELS = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'] as const;

export function createInstruments(registry: Registry, version: string) {
  const buildInfo = registry.gauge('llm_gateway_build_info', { help: 'The version that runs', labels: ['version'] });
  buildInfo.set(1, version);
  return {
    ...exchangeInstruments(registry),
    ...policyInstruments(registry),
    ...upstreamInstruments(registry),
    ...genAiInstruments(registry),
    ...ownInstruments(registry),
  };
}

function exchangeInstruments(registry: Registry) {
  return {
    requests: registry.counter('llm_gateway_requests_total', {
      help: 'Exchanges that ended, by route, status, end (completed, refused, failed, aborted) and code',
      labels: ['operation', 'status', 'end', 'code'],
      unit: '{request}',
    }),
    duration: registry.histogram('llm_gateway_request_duration_seconds', SECONDS, {
      help: 'From the first byte of a request to the last of its answer',
      labels: ['operation'],
      unit: 's',
    }),
    inFlight: registry.gauge('llm_gateway_in_flight', { help: 'Exchanges under way', unit: '{request}' }),
    requestBytes: registry.counter('llm_gateway_request_bytes_total', {
      help: 'Characters of request bodies that were read',
      labels: ['operation'],
      unit: 'By',
    }),
    answerBytes: registry.counter('llm_gateway_answer_bytes_total', {
      help: 'Bytes of answers that were sent to clients',
      labels: ['operation'],
      unit: 'By',
    }),
    tokens: registry.counter('llm_gateway_tokens_total', {
      help: 'Tokens as Ollama counted them, by caller, model and type (input, output)',
      labels: ['caller', 'model', 'type'],
      unit: '{token}',
    }),
    timeToFirstToken: registry.histogram('llm_gateway_time_to_first_token_seconds', SECONDS, {
      help: 'From the start of a streamed exchange to the first bytes that the client gets',
      labels: ['operation'],
      unit: 's',
    }),
    added: registry.histogram('llm_gateway_added_seconds', FINE_SECONDS, {
      help: 'Time the gateway adds: phase request is reading and deciding without the queue, first_token is holding the first bytes back',
      labels: ['operation', 'phase'],
      unit: 's',
    }),
    addedPerFrame: registry.histogram('llm_gateway_added_frame_seconds', FRAME_SECONDS, {
      help: 'Time one frame (a token, mostly) spends in the filter: the mean of each answer',
      labels: ['operation'],
      unit: 's',
    }),
    heldCharacters: registry.histogram('llm_gateway_held_characters', CHARACTERS, {
      help: 'Most characters an answer had held back at once',
      labels: ['operation'],
      unit: '{character}',
    }),
    unknownKeys: registry.counter('llm_gateway_unknown_keys_total', {
      help: 'Keys of requests that the protocol does not know, which were not forwarded',
      labels: ['operation'],
    }),
  } satisfies Record<string, Counter | Gauge | Histogram>;
}

function policyInstruments(registry: Registry) {
  return {
    decisions: registry.counter('llm_gateway_policy_decisions_total', {
      help: 'Decisions; verdict is what the policy says, outcome what was done',
      labels: ['policy', 'kind', 'rule', 'verdict', 'outcome', 'mode'],
      unit: '{decision}',
    }),
    redactions: registry.counter('llm_gateway_redactions_total', {
      help: 'Matches that were replaced by a label',
      labels: ['policy', 'rule', 'label'],
    }),
    reloads: seeded(
      registry.counter('llm_gateway_policy_reloads_total', {
        help: 'Changed policy directories, by result: loaded, or rejected while the last good set stays',
        labels: ['result'],
      }),
      [['loaded'], ['rejected']],
    ),
    setInfo: registry.gauge('llm_gateway_policy_set_info', {
      help: 'The policy set in force, by content hash',
      labels: ['hash'],
    }),
    setStale: registry.gauge('llm_gateway_policy_set_stale', {
      help: '1 while the policy directory holds something that was refused: the next pod would not start',
    }),
    policies: registry.gauge('llm_gateway_policies', { help: 'Policies in force', unit: '{policy}' }),
    failOpen: registry.counter('llm_gateway_fail_open_total', {
      help: 'Exchanges that passed without a check that applied: stays 0',
    }),
  };
}

function upstreamInstruments(registry: Registry) {
  return {
    forwardLatency: registry.histogram('llm_gateway_forward_latency_seconds', SECONDS, {
      help: 'From the request to Ollama to the end of the answer',
      labels: ['operation'],
      unit: 's',
    }),
    upstreamErrors: registry.counter('llm_gateway_upstream_errors_total', {
      help: 'Exchanges that failed at Ollama, by code',
      labels: ['code'],
    }),
    upstreamUp: registry.gauge('llm_gateway_upstream_up', {
      help: 'Whether Ollama answered when last asked; a scrape asks, at most every 30 seconds',
    }),
    queueDepth: registry.gauge('llm_gateway_queue_depth', {
      help: 'Requests that were decided and wait for their turn at Ollama',
      unit: '{request}',
    }),
    queueTime: registry.histogram('llm_gateway_queue_seconds', SECONDS, {
      help: 'Wait of a decided request for its turn at Ollama',
      unit: 's',
    }),
  };
}

function genAiInstruments(registry: Registry) {
  return {
    operationDuration: registry.histogram('gen_ai_client_operation_duration_seconds', GEN_AI_SECONDS, {
      otelName: 'gen_ai.client.operation.duration',
      help: 'GenAI operation duration, as the gateway sees Ollama',
      labels: [...GEN_AI_LABELS, 'error.type'],
      unit: 's',
    }),
    tokenUsage: registry.histogram('gen_ai_client_token_usage', TOKENS, {
      otelName: 'gen_ai.client.token.usage',
      help: 'Number of input and output tokens used',
      labels: [...GEN_AI_LABELS, 'gen_ai.token.type'],
      unit: '{token}',
    }),
    timeToFirstChunk: registry.histogram('gen_ai_client_operation_time_to_first_chunk_seconds', GEN_AI_SECONDS, {
      otelName: 'gen_ai.client.operation.time_to_first_chunk',
      help: 'From the request to Ollama to the first bytes of a streamed answer',
      labels: GEN_AI_LABELS,
      unit: 's',
    }),
    timePerToken: registry.histogram('gen_ai_server_time_per_output_token_seconds', TOKEN_SECONDS, {
      otelName: 'gen_ai.server.time_per_output_token',
      help: 'Time per output token after the first, as the client gets them',
      labels: GEN_AI_LABELS,
      unit: 's',
    }),
  };
}

function ownInstruments(registry: Registry) {
  return {
    faults: seeded(
      registry.counter('llm_gateway_faults_total', {
        help: 'Failures of the gateway itself, by name',
        labels: ['fault'],
      }),
      [['internal'], ['uncaught_exception'], ['unhandled_rejection']],
    ),
    telemetryDropped: seeded(
      registry.counter('llm_gateway_telemetry_dropped_total', {
        help: 'Telemetry that was lost, by signal (traces, metrics, events) and reason',
        labels: ['signal', 'reason'],
      }),
      [
        ['traces', 'queue_full'],
        ['traces', 'export_failed'],
        ['metrics', 'export_failed'],
        ['events', 'sink_failed'],
      ],
    ),
  };
}

/** Series that stand at 0 from the beginning: an alert on a counter that appears with its first event misses it. */
function seeded(counter: Counter, series: readonly (readonly string[])[]): Counter {
  for (const values of series) counter.add(0, ...values);
  return counter;
}
