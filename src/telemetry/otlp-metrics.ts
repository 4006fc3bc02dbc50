import type { Attributes, Meter } from '@opentelemetry/api';
import type { Family, Registry } from './registry.ts';

/**
 * The registry's metrics as instruments of an OpenTelemetry meter: counters and gauges are observed when they are
 * sent, histograms record beside ours. Temporality, intervals and protocols are the SDK's, by `OTEL_*`.
 */
export function exportRegistry(registry: Registry, meter: Meter): void {
  for (const metric of registry.metrics()) {
    const name = metric.otelName ?? otelName(metric.name);
    const options = { description: metric.help, unit: metric.unit };
    if (metric.type === 'histogram') {
      const histogram = meter.createHistogram(name, {
        ...options,
        advice: { explicitBucketBoundaries: [...metric.bounds] },
      });
      metric.onObserve((value, values) => histogram.record(value, attributesOf(metric.labels, values)));
      continue;
    }
    const instrument =
      metric.type === 'counter'
        ? meter.createObservableCounter(name, options)
        : meter.createObservableGauge(name, options);
    instrument.addCallback((result) => {
      for (const { value, values } of metric.samples()) result.observe(value, attributesOf(metric.labels, values));
    });
  }
}

/** `llm_gateway_requests_total` is `llm_gateway.requests` there: units and `_total` are Prometheus's. */
function otelName(name: string): string {
  return name.replace(/^llm_gateway_/, 'llm_gateway.').replace(/_(?:seconds_)?total$|_seconds$/, '');
}

function attributesOf(labels: Family['labels'], values: readonly string[]): Attributes {
  const attributes: Attributes = {};
  for (const [index, label] of labels.entries()) {
    const value = values[index];
    if (value !== undefined && value !== '') attributes[label] = value;
  }
  return attributes;
}
