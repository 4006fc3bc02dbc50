/** What the standard `OTEL_*` variables ask for, readable before the SDK is loaded. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether traces are asked for at all: an endpoint or an exporter is named and the SDK is not disabled. */
export function tracingWanted(environment: Environment): boolean {
  if (isDisabled(environment) || environment['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER'].some(
    (name) => environment[name],
  );
}

/**
 * Whether metrics are to be sent over OTLP too. A general endpoint alone does not ask for it: it is often a Jaeger,
 * which takes no metrics, and `/metrics` is there anyway.
 */
export function otlpMetricsWanted(environment: Environment): boolean {
  if (isDisabled(environment) || environment['OTEL_METRICS_EXPORTER'] === 'none') return false;
  return ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_METRICS_EXPORTER'].some((name) => environment[name]);
}

function isDisabled(environment: Environment): boolean {
  return environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
}
