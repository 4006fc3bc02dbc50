import { ConfigError, type Config } from '../config.ts';
import type { Sink } from '../core/events.ts';
import { createLine, createLogSink, type Line } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { readOtelEnvironment } from './otel-environment.ts';
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
  /** The process's own environment: the SDK reads its `OTEL_*` variables too, in the spelling that is put here. */
  readonly environment: Record<string, string | undefined>;
  readonly version: string;
  readonly write: (line: string) => void;
  readonly readable: boolean;
  /** More receivers, such as the console. */
  readonly more?: readonly Sink[];
}

/** Rejects with ConfigError where an `OTEL_*` variable holds what no one could mean. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { config, environment, version } = options;
  const { problems, warnings, changes } = readOtelEnvironment(environment);
  if (problems.length > 0) throw new ConfigError(problems);
  Object.assign(environment, changes);
  const metrics = createMetrics(version);
  addProcessMetrics(metrics.registry);
  const logging = {
    level: config.logLevel,
    write: options.write,
    now: () => new Date(),
    readable: options.readable,
  };
  const line = createLine(logging);
  for (const { variable, reason } of warnings)
    line('warning', 'gateway.telemetry', 'OpenTelemetry setting without effect', { variable, reason });
  const tracing = await startSdk(options, metrics, line);
  const log = createLogSink(logging, line);
  const sinks = [log, metrics.sink, ...(tracing === undefined ? [] : [tracing.sink]), ...(options.more ?? [])];
  return {
    sink: tee(sinks, () => metrics.instruments.telemetryDropped.add(1, 'events', 'sink_failed')),
    metrics,
    shutdown: async () => tracing?.shutdown(),
  };
}

/** The SDK is the largest part of a cold start, so it is loaded only where something of it is wanted. */
async function startSdk(
  { environment, version, config }: TelemetryOptions,
  metrics: Metrics,
  line: Line,
): Promise<Tracing | undefined> {
  if (!tracingWanted(environment) && !otlpMetricsWanted(environment)) return undefined;
  const { startTracing } = await import('./trace.ts');
  return startTracing(environment, version, { metrics, upstream: config.ollamaBaseUrl, line });
}
