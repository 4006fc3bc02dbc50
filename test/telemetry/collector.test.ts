import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SHUTDOWN_TIMEOUT_MS } from '../../src/telemetry/trace.ts';
import { post } from '../helpers/service.ts';
import { chatRecords, MODEL, ndjson, scriptedUpstream, type ScriptedUpstream } from '../helpers/upstream.ts';
import { startProcess } from './process.ts';

/** Only telemetry fails open: whatever a collector does, no exchange fails and what is lost is counted. */

const REQUESTS = 60;
/** Spans of one exchange that is sampled: root, request, client, response. */
const SPANS = 4;
/** Longer than an export may take below, so that it is given up. */
const LATE_MS = 400;
const WORKERS = 6;

let upstream: ScriptedUpstream;
beforeAll(() => {
  upstream = scriptedUpstream(() => ndjson(chatRecords(['Hello.'])));
});
afterAll(() => upstream.stop());

interface Collector {
  readonly url: string;
  readonly stop: () => unknown;
}

function collector(answer: (request: Request) => Response | Promise<Response>): Collector {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: answer });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

const COLLECTORS: Readonly<Record<string, () => Collector>> = {
  'refuses connections': () => {
    const { url, stop } = collector(() => new Response());
    stop();
    return { url, stop: () => {} };
  },
  hangs: () => collector(() => new Promise<Response>(() => {})),
  'answers late': () => collector(async () => (await Bun.sleep(LATE_MS), new Response())),
  'answers 503': () => collector(() => new Response(null, { status: 503 })),
  'breaks every connection': () => {
    const server = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: { data: (socket) => void socket.terminate() },
    });
    return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
  },
  'dies with the first batch': () => {
    const dying = collector(() => {
      dying.stop();
      return new Response();
    });
    return dying;
  },
};

test.each(Object.keys(COLLECTORS))(
  'a collector that %s fails no request, and drops are counted',
  async (name) => {
    const target = COLLECTORS[name]?.();
    if (target === undefined) throw new Error('no such collector');
    const gateway = await startProcess(upstream.url, {
      OTEL_EXPORTER_OTLP_ENDPOINT: target.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '300',
      OTEL_METRIC_EXPORT_TIMEOUT: '250',
      OTEL_BSP_MAX_QUEUE_SIZE: '32',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '16',
      LOG_LEVEL: 'info',
    });
    expect(await statuses(gateway.url)).toEqual(ALL_WELL);
    const dropped = await lost(gateway.url, 'traces');
    const unsent = await lost(gateway.url, 'metrics');
    const tookMs = await gateway.stop();
    target.stop();
    expect(dropped).toBeGreaterThan(0);
    expect(unsent).toBeGreaterThan(0);
    // The bound is SHUTDOWN_TIMEOUT_MS; the rest is the process itself on a busy machine.
    expect(tookMs).toBeLessThan(SHUTDOWN_TIMEOUT_MS + 2_000);
  },
  30_000,
);

test('a collector that hangs for ever holds a queue and a batch of spans, no more, and no shutdown', async () => {
  const target = collector(() => new Promise<Response>(() => {}));
  const [queue, batch] = [32, 16];
  const gateway = await startProcess(upstream.url, {
    OTEL_EXPORTER_OTLP_ENDPOINT: target.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
    OTEL_BSP_EXPORT_TIMEOUT: '600000',
    OTEL_BSP_MAX_QUEUE_SIZE: String(queue),
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(batch),
  });
  expect(await statuses(gateway.url)).toEqual(ALL_WELL);
  const dropped = await lost(gateway.url, 'traces', REQUESTS * SPANS - queue - batch);
  const tookMs = await gateway.stop();
  target.stop();
  expect(dropped).toBe(REQUESTS * SPANS - queue - batch);
  expect(tookMs).toBeLessThan(SHUTDOWN_TIMEOUT_MS + 2_000);
}, 30_000);

const ALL_WELL = Array.from({ length: REQUESTS }, () => 200);

/** Sends `REQUESTS` requests, `WORKERS` at once; resolves with the statuses when all answers are read. */
async function statuses(url: string): Promise<number[]> {
  let left = REQUESTS;
  const seen: number[] = [];
  const worker = async () => {
    while (left-- > 0) {
      const response = await post(`${url}/api/chat`, { model: MODEL, messages: [{ role: 'user', content: 'hello' }] });
      await response.text();
      seen.push(response.status);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return seen;
}

/** What `/metrics` says is lost, asked until it says so: an export gives up after its timeout. */
async function lost(url: string, signal: 'traces' | 'metrics', least = 1): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`llm_gateway_telemetry_dropped_total{signal="${signal}"`));
    const sum = lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
    if (sum >= least) return sum;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 0;
}
