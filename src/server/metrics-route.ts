import type { Metrics } from '../telemetry/metrics.ts';
import { PROMETHEUS_TYPE, prometheusText } from '../telemetry/prometheus.ts';
import type { OwnRoute } from './app.ts';

/** How long a scrape waits for the look at Ollama; a later answer counts for the next scrape. */
const LOOK_MS_MAX = 500;

/** `/metrics`: what Prometheus scrapes. A scrape also looks whether Ollama answers. */
export function metricsRoute(metrics: Metrics, inside: { upstreamAnswers(): Promise<boolean> }): OwnRoute {
  metrics.registry.beforeRead(async () => {
    const look = inside.upstreamAnswers().then((answers) => metrics.instruments.upstreamUp.set(answers ? 1 : 0));
    await Promise.race([look, Bun.sleep(LOOK_MS_MAX)]);
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
