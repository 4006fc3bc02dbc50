import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import type { Metrics } from './metrics.ts';

/**
 * What the OpenTelemetry SDK says of itself: how many spans its queue dropped and how many it could not send.
 *
 * A reader that is read when `/metrics` is, instead of one that sends.
 */

type MetricReader = NonNullable<NodeSDKConfiguration['metricReaders']>[number];
type Producer = Parameters<MetricReader['setMetricProducer']>[0];

export class SelfReader implements MetricReader {
  #producer: Producer | undefined;

  setMetricProducer(producer: Producer): void {
    this.#producer = producer;
  }

  selectAggregation(): ReturnType<MetricReader['selectAggregation']> {
    return { type: 0 };
  }

  selectAggregationTemporality(): ReturnType<MetricReader['selectAggregationTemporality']> {
    return CUMULATIVE;
  }

  selectCardinalityLimit(): number {
    return SERIES_MAX;
  }

  collect(): ReturnType<MetricReader['collect']> {
    if (this.#producer === undefined) return Promise.reject(new Error('Cannot collect: no provider has this reader'));
    return this.#producer.collect();
  }

  async shutdown(): Promise<void> {}

  async forceFlush(): Promise<void> {}
}

/** The SDK's enumeration is not exported by the packages that we name. */
const CUMULATIVE = 1 as ReturnType<MetricReader['selectAggregationTemporality']>;

const SERIES_MAX = 100;

/** Semantic conventions for SDK health metrics; `error.type` says what became of spans that were not sent. */
const PROCESSED = 'otel.sdk.processor.span.processed';

/** Keeps `llm_gateway_telemetry_dropped_total` at what the SDK counted, as of the reading before. */
export function countDrops(reader: SelfReader, { registry, instruments }: Metrics): void {
  const counted = { queue_full: 0, export_failed: 0 };
  async function look(): Promise<void> {
    const now = { queue_full: 0, export_failed: 0 };
    const { resourceMetrics } = await reader.collect();
    for (const { metrics } of resourceMetrics.scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) {
        if (descriptor.name !== PROCESSED) continue;
        for (const { attributes, value } of dataPoints) {
          const error = attributes['error.type'];
          if (error === undefined || typeof value !== 'number') continue;
          now[error === 'queue_full' ? 'queue_full' : 'export_failed'] += value;
        }
      }
    }
    for (const reason of ['queue_full', 'export_failed'] as const) {
      instruments.telemetryDropped.add(Math.max(0, now[reason] - counted[reason]), 'traces', reason);
      counted[reason] = now[reason];
    }
  }
  registry.beforeRead(look);
}
