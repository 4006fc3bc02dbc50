import type { Config } from '../config.ts';
import type { Sink } from '../core/events.ts';
import { createLogSink } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { tee } from './sinks.ts';
import { otlpMetricsWanted, tracingWanted } from './tracing-wanted.ts';
import type { Tracing } from './trace.ts';

/** The sink of a process: log lines, numbers, and where the environment asks for them spans, behind one interface. */
export interface Telemetry {
  readonly sink: Sink;
  readonly metrics: Metrics;
  /** Sends what is queued; resolves within the bound of `trace.ts` whatever the collector does. */
  shutdown(): Promise<void>;
}

export interface TelemetryOptions {
  readonly config: Pick<Config, 'logLevel' | 'ollamaBaseUrl'>;
  /** The process's environment, whose `OTEL_*` variables the SDK reads. */
  readonly environment: Record<string, string | undefined>;
  readonly version: string;
  readonly write: (line: string) => void;
  readonly readable: boolean;
  /** More receivers, such as the console. */
  readonly more?: readonly Sink[];
}

export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { config, environment, version } = options;
  const metrics = createMetrics(version);
  addProcessMetrics(metrics.registry);
  const log = createLogSink({
    level: config.logLevel,
    write: options.write,
    now: () => new Date(),
    readable: options.readable,
  });
  const tracing = await startSdk(environment, version, metrics, config.ollamaBaseUrl);
  const sinks = [log, metrics.sink, ...(tracing === undefined ? [] : [tracing.sink]), ...(options.more ?? [])];
  return {
    sink: tee(sinks, () => metrics.instruments.telemetryDropped.add(1, 'events', 'sink_failed')),
    metrics,
    shutdown: async () => tracing?.shutdown(),
  };
}

/** The SDK is the largest part of a cold start, so it is loaded only where something of it is wanted. */
async function startSdk(
  environment: TelemetryOptions['environment'],
  version: string,
  metrics: Metrics,
  upstream: string,
): Promise<Tracing | undefined> {
  if (!tracingWanted(environment) && !otlpMetricsWanted(environment)) return undefined;
  const { startTracing } = await import('./trace.ts');
  return startTracing(environment, version, { metrics, upstream });
}
