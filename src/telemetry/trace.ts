import { metrics, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { Sink } from '../core/events.ts';
import { createTraceSink } from './exchange-trace.ts';
import type { Line } from './log.ts';
import type { Metrics } from './metrics.ts';
import { namesIn } from './otel-environment.ts';
import { exportRegistry } from './otlp-metrics.ts';
import { propagationOf } from './propagation.ts';
import { AlreadyDecided, ChosenIds, samplerOf } from './sampling.ts';
import { countDrops, SelfReader } from './self-metrics.ts';
import { hearSdk } from './sdk-log.ts';
import { otlpMetricsWanted, tracingWanted } from './tracing-wanted.ts';

/**
 * The OpenTelemetry SDK, started from the standard `OTEL_*` variables: traces, and over OTLP the same metrics as on
 * `/metrics`. Loaded only where one of them is wanted, because it is the largest part of a cold start.
 *
 * Only telemetry fails open: no exchange waits for a collector, queues are bounded, and what is lost is counted.
 */
export interface Tracing {
  readonly sink: Sink;
  /** Sends what is queued; resolves within `SHUTDOWN_TIMEOUT_MS` whatever the collector does. */
  shutdown(): Promise<void>;
}

export const SHUTDOWN_TIMEOUT_MS = 3_000;

/** How long one export may take where OTEL_EXPORTER_OTLP_TIMEOUT does not say. */
const EXPORT_TIMEOUT_MS = 2_000;

type Environment = Record<string, string | undefined>;

export interface TracingOptions {
  /** Where drops are counted, and what OTLP metrics are made of. */
  readonly metrics?: Metrics;
  /** Base URL of Ollama. */
  readonly upstream?: string;
  /** Where the SDK's own words go. */
  readonly line?: Line;
}

/** Starts the SDK. Call once a process. `environment` must be the process's own: the SDK reads it too. */
export function startTracing(environment: Environment, version: string, options: TracingOptions = {}): Tracing {
  setDefaults(environment, version);
  // Told before the SDK looks, which would write to the console instead.
  const asked = environment['OTEL_LOG_LEVEL'];
  delete environment['OTEL_LOG_LEVEL'];
  hearSdk(asked, options);
  // Two of them, because one takes its readers either from the environment or from us.
  const exporting = otlpMetricsWanted(environment) ? startMetrics(environment, version, options.metrics) : undefined;
  const traces = tracingWanted(environment) ? startTraces(environment, version, options) : undefined;
  return {
    sink: traces?.sink ?? SILENT,
    async shutdown() {
      const stop = Promise.allSettled([traces?.sdk.shutdown(), exporting?.shutdown()]);
      await Promise.race([stop, Bun.sleep(SHUTDOWN_TIMEOUT_MS)]);
    },
  };
}

const SILENT: Sink = { emit() {}, exchange: () => ({ emit() {}, headers: () => ({}) }) };

function setDefaults(environment: Environment, version: string): void {
  const resource = environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '';
  const given = new Set(resource.split(',').map((pair) => pair.split('=', 1)[0]?.trim()));
  const added = [
    ...(given.has('service.name') ? [] : ['service.name=llm-gateway']),
    ...(given.has('service.version') ? [] : [`service.version=${version}`]),
  ];
  environment['OTEL_RESOURCE_ATTRIBUTES'] = [resource, ...added].filter(Boolean).join(',');
  environment['OTEL_EXPORTER_OTLP_TIMEOUT'] ||= String(EXPORT_TIMEOUT_MS);
  // JSON, unless the environment says otherwise: every collector takes it, and a person can read it.
  for (const signal of environment['OTEL_EXPORTER_OTLP_PROTOCOL'] ? [] : ['TRACES', 'METRICS'])
    environment[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ||= 'http/json';
  // The default detectors publish command lines and host ids.
  environment['OTEL_NODE_RESOURCE_DETECTORS'] ||= 'env';
  // What the SDK's queue drops, it counts itself.
  environment['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'] ||= 'true';
}

function startTraces(environment: Environment, version: string, options: TracingOptions) {
  const ids = new ChosenIds();
  const self = new SelfReader();
  const sdk = new NodeSDK({
    sampler: new AlreadyDecided(),
    idGenerator: ids,
    metricReaders: [self],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
    ...jsonExporter(environment),
  });
  sdk.start();
  if (options.metrics !== undefined) countDrops(self, options.metrics);
  const named = namesIn(environment['OTEL_PROPAGATORS']);
  const sink = createTraceSink(trace.getTracer('llm-gateway', version), {
    ids,
    sampler: samplerOf(environment),
    propagation: named.length === 0 ? propagationOf() : propagationOf(named),
    upstream: options.upstream === undefined ? undefined : new URL(options.upstream),
  });
  return { sdk, sink };
}

function startMetrics(environment: Environment, version: string, own: Metrics | undefined): NodeSDK | undefined {
  if (own === undefined) return undefined;
  environment['OTEL_METRICS_EXPORTER'] ||= 'otlp';
  const sdk = new NodeSDK({
    spanProcessors: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  });
  sdk.start();
  exportRegistry(own.registry, metrics.getMeter('llm-gateway', version));
  return sdk;
}

/** The exporter of OTLP as JSON; where the environment names another protocol or more exporters, the SDK builds them. */
function jsonExporter(environment: Environment): Partial<NodeSDKConfiguration> {
  const protocol = environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  const exporters = environment['OTEL_TRACES_EXPORTER'] || 'otlp';
  return exporters === 'otlp' && protocol === 'http/json' ? { traceExporter: new OTLPTraceExporter() } : {};
}
