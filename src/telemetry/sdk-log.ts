import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import type { LogLevel } from '../config.ts';
import type { Line } from './log.ts';
import type { Metrics } from './metrics.ts';

/**
 * What the SDK says of itself, as log lines of ours: everything down to OTEL_LOG_LEVEL where that is set, else one line
 * a minute while a collector takes nothing. Only its message is told, never its arguments, which may hold spans.
 */

/** How often a collector that fails is worth a line, in milliseconds. */
export const SAY_AGAIN_MS = 60_000;

/** Characters of a message that are told. */
const MESSAGE_CHARACTERS_MAX = 300;

const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

export interface SdkListener {
  readonly metrics?: Metrics;
  readonly line?: Line;
}

/** Listens to the SDK from now on. `asked` is OTEL_LOG_LEVEL, in lower case. */
export function hearSdk(asked: string | undefined, { metrics, line = () => {} }: SdkListener): void {
  const level = LEVELS[asked ?? ''];
  let saidMs = Number.NEGATIVE_INFINITY;
  const tell = (least: DiagLogLevel, as: LogLevel) => (message: string) => {
    if (level !== undefined && level >= least) line(as, 'gateway.telemetry', readable(message), {});
  };
  const errors = tell(DiagLogLevel.ERROR, 'error');
  function error(message: string): void {
    // The SDK is started once for traces and once for metrics (`trace.ts`); the second finds the first's globals.
    if (message.includes('Attempted duplicate registration')) return;
    // An export of metrics that fails is told here only; of spans the SDK keeps a count (`self-metrics.ts`).
    if (message.includes('PeriodicExportingMetricReader'))
      metrics?.instruments.telemetryDropped.add(1, 'metrics', 'export_failed');
    errors(message);
    if (level !== undefined || performance.now() < saidMs + SAY_AGAIN_MS) return;
    saidMs = performance.now();
    line('warning', 'gateway.telemetry', 'Telemetry could not be sent', { detail: readable(message) });
  }
  const logger: DiagLogger = {
    error,
    warn: tell(DiagLogLevel.WARN, 'warning'),
    info: tell(DiagLogLevel.INFO, 'info'),
    debug: tell(DiagLogLevel.DEBUG, 'debug'),
    verbose: tell(DiagLogLevel.VERBOSE, 'debug'),
  };
  diag.setLogger(logger, {
    logLevel: Math.max(level ?? DiagLogLevel.ERROR, DiagLogLevel.ERROR),
    suppressOverrideMessage: true,
  });
}

/** The SDK tells errors with a stack, mostly as JSON; what an operator needs is the message. */
function readable(message: string): string {
  let text = message;
  try {
    const told: unknown = JSON.parse(message);
    if (typeof told === 'object' && told !== null && 'message' in told) text = String(told.message);
  } catch {
    // Not JSON: it is the message.
  }
  return (text.split('\n', 1)[0] ?? '').slice(0, MESSAGE_CHARACTERS_MAX);
}
