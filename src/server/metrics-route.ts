import type { Metrics } from '../telemetry/metrics.ts';
import { PROMETHEUS_TYPE, prometheusText } from '../telemetry/prometheus.ts';
import type { OwnRoute } from './app.ts';

/** `/metrics`: what Prometheus scrapes. A scrape also looks whether Ollama answers, without waiting for it. */
export function metricsRoute(metrics: Metrics, inside: { upstreamAnswers(): Promise<boolean> }): OwnRoute {
  metrics.registry.beforeRead(() => {
    void inside.upstreamAnswers().then((answers) => metrics.instruments.upstreamUp.set(answers ? 1 : 0));
  });
  return {
    path: '/metrics',
    summary: 'Numbers for Prometheus',
    async answer() {
      const text = prometheusText(await metrics.registry.read());
      return new Response(text, { headers: { 'content-type': PROMETHEUS_TYPE, 'cache-control': 'no-store' } });
    },
  };
}
