import { isDisabled, namesIn, type Environment } from './otel-environment.ts';

/** What the standard `OTEL_*` variables ask for, readable before the SDK is loaded. */

/** Whether traces are asked for at all: an endpoint or an exporter is named and the SDK is not disabled. */
export function tracingWanted(environment: Environment): boolean {
  if (isDisabled(environment) || namesIn(environment['OTEL_TRACES_EXPORTER']).includes('none')) return false;
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER'].some(
    (name) => environment[name],
  );
}

/**
 * Whether metrics are to be sent over OTLP too. A general endpoint alone does not ask for it: it is often a Jaeger,
 * which takes no metrics, and `/metrics` is there anyway.
 */
export function otlpMetricsWanted(environment: Environment): boolean {
  if (isDisabled(environment) || namesIn(environment['OTEL_METRICS_EXPORTER']).includes('none')) return false;
  return ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_METRICS_EXPORTER'].some((name) => environment[name]);
}
