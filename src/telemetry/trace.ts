import { diag, DiagLogLevel, metrics, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { Sink } from '../core/events.ts';
import { createTraceSink } from './exchange-trace.ts';
import { exportRegistry } from './otlp-metrics.ts';
import type { Metrics } from './metrics.ts';
import { ChosenIds, KeepEventful, samplerOf } from './sampling.ts';
import { countDrops, SelfReader } from './self-metrics.ts';
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
  readonly metrics?: Metrics;
  /** Base URL of Ollama. */
  readonly upstream?: string;
}

/** Starts the SDK. Call once a process. `environment` must be the process's own: the SDK reads it too. */
export function startTracing(environment: Environment, version: string, options: TracingOptions = {}): Tracing {
  setDefaults(environment, version);
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
  environment['OTEL_SERVICE_NAME'] ||= /(?:^|,)\s*service\.name=([^,]+)/.exec(resource)?.[1] ?? 'llm-gateway';
  if (!resource.includes('service.version='))
    environment['OTEL_RESOURCE_ATTRIBUTES'] = [resource, `service.version=${version}`].filter(Boolean).join(',');
  environment['OTEL_EXPORTER_OTLP_TIMEOUT'] ||= String(EXPORT_TIMEOUT_MS);
  // The default detectors publish command lines and host ids.
  environment['OTEL_NODE_RESOURCE_DETECTORS'] ||= 'env';
  // What the SDK's queue drops, it counts itself.
  environment['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'] ||= 'true';
}

function startTraces(environment: Environment, version: string, options: TracingOptions) {
  const ids = new ChosenIds();
  const sampler = new KeepEventful(samplerOf(environment));
  const self = new SelfReader();
  const sdk = new NodeSDK({
    sampler,
    idGenerator: ids,
    metricReaders: [self],
    logRecordProcessors: [],
    instrumentations: [],
    ...jsonExporter(environment),
  });
  sdk.start();
  if (options.metrics !== undefined) countDrops(self, options.metrics);
  const upstream = options.upstream === undefined ? undefined : new URL(options.upstream);
  const sink = createTraceSink(trace.getTracer('llm-gateway', version), { ids, sampler, upstream });
  return { sdk, sink };
}

function startMetrics(environment: Environment, version: string, own: Metrics | undefined): NodeSDK | undefined {
  if (own === undefined) return undefined;
  environment['OTEL_METRICS_EXPORTER'] ||= 'otlp';
  // As for traces: JSON, unless the environment says otherwise.
  if (!environment['OTEL_EXPORTER_OTLP_PROTOCOL']) environment['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL'] ||= 'http/json';
  const sdk = new NodeSDK({ spanProcessors: [], logRecordProcessors: [], instrumentations: [] });
  sdk.start();
  exportRegistry(own.registry, metrics.getMeter('llm-gateway', version));
  if (!environment['OTEL_LOG_LEVEL']) countFailedExports(own);
  return sdk;
}

/** An export of metrics that fails is told to the SDK's own log only, which nobody reads here. */
function countFailedExports({ instruments }: Metrics): void {
  const ignore = () => {};
  const error = (message: string) => {
    if (message.includes('PeriodicExportingMetricReader'))
      instruments.telemetryDropped.add(1, 'metrics', 'export_failed');
  };
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR);
}

/** OTLP as JSON unless the environment names another protocol or exporter, which the SDK then builds itself. */
function jsonExporter(environment: Environment): Partial<NodeSDKConfiguration> {
  const protocol = environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  const exporter = environment['OTEL_TRACES_EXPORTER'] || 'otlp';
  if (exporter !== 'otlp' || (protocol && protocol !== 'http/json')) return {};
  return { traceExporter: new OTLPTraceExporter() };
}
