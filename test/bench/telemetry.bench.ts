import { join } from 'node:path';
import { SHUTDOWN_TIMEOUT_MS } from '../../src/telemetry/trace.ts';
import { start, type Measured } from './lib/process.ts';

/**
 * What telemetry costs an exchange, and what a collector that fails costs: processor time, latency, memory, lost spans
 * and the time to end, in one run. Every exchange is sampled unless it says otherwise: the most that there is to do.
 *
 * All gateways run at once and take turns, request by request in rounds; the median of the rounds' ratios stands.
 * `healthy, again` is a second gateway like the first: what its ratio is off 1 is noise.
 *
 * Usage: bun test/bench/telemetry.bench.ts [--rounds 9] [--requests 1500] [--at-once 4]
 */
const LIB = join(import.meta.dir, 'lib');
const ROOT = join(import.meta.dir, '../..');
const SUBJECT_CORE = 1;
const LOAD_CORE = 0;
const SLOW_MS = 1_500;

const rounds = option('rounds', 9);
const requests = option('requests', 1_500);
const atOnce = option('at-once', 4);

function option(name: string, fallback: number): number {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? fallback : Number(process.argv[index + 1]);
}

interface Collector {
  readonly url: string;
  readonly stop: () => unknown;
}

function httpCollector(answer: (request: Request) => Response | Promise<Response>): Collector {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: answer });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

async function take(request: Request): Promise<Response> {
  await request.bytes();
  return Response.json({});
}

/** Takes connections and breaks each with the first bytes, as a process that crashes on them does. */
function dyingCollector(): Collector {
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket) => void socket.terminate() },
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

function refusing(): Collector {
  const { url, stop } = httpCollector(take);
  stop();
  return { url, stop: () => {} };
}

const SAMPLED = 'healthy, 1 in 20 sampled';

/** The first is what all are compared with; without a collector there are no traces at all. */
const COLLECTORS: Readonly<Record<string, (() => Collector) | undefined>> = {
  healthy: () => httpCollector(take),
  'healthy, again': () => httpCollector(take),
  'no telemetry': undefined,
  [SAMPLED]: () => httpCollector(take),
  refuses: refusing,
  hangs: () => httpCollector(() => new Promise<Response>(() => {})),
  [`answers after ${SLOW_MS} ms`]: () => httpCollector(async (request) => (await Bun.sleep(SLOW_MS), take(request))),
  'answers 503': () => httpCollector(async (request) => (await request.bytes(), new Response(null, { status: 503 }))),
  'dies with each batch': dyingCollector,
};

const BODY = JSON.stringify({
  model: 'bench:latest',
  messages: [{ role: 'user', content: 'Why is the sky blue? Answer in one sentence.' }],
  stream: false,
});

interface Subject {
  readonly name: string;
  readonly collector: Collector | undefined;
  readonly gateway: Measured;
  readonly cpus: number[];
  readonly p50s: number[];
  readonly p99s: number[];
  readonly residentMiB: number[];
  failed: number;
  exchanges: number;
}

async function begin(name: string, make: (() => Collector) | undefined, upstream: string): Promise<Subject> {
  const collector = make?.();
  const gateway = await start(['bun', join(ROOT, 'src/main.ts')], SUBJECT_CORE, {
    HOST: '127.0.0.1',
    PORT: '0',
    OLLAMA_BASE_URL: upstream,
    POLICY_DIR: join(ROOT, 'policies'),
    ENFORCEMENT_MODE: 'hard',
    LOG_LEVEL: 'info',
    ...(collector === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
    ...(name === SAMPLED ? { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.05' } : {}),
  });
  return { name, collector, gateway, cpus: [], p50s: [], p99s: [], residentMiB: [], failed: 0, exchanges: 0 };
}

/** Sends `count` requests, a few at once; resolves with each one's time in milliseconds. */
async function load(subject: Subject, count: number): Promise<number[]> {
  const url = `http://127.0.0.1:${subject.gateway.port}/api/chat`;
  const times: number[] = [];
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const startedMs = performance.now();
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: BODY,
      });
      const text = await response.text();
      times.push(performance.now() - startedMs);
      subject.exchanges += 1;
      if (response.status === 200) continue;
      subject.failed += 1;
      if (subject.failed === 1) process.stderr.write(`${subject.name}: ${response.status} ${text}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return times.sort((a, b) => a - b);
}

async function round(subject: Subject): Promise<void> {
  const before = subject.gateway.cpuMicroseconds();
  const times = await load(subject, requests);
  subject.cpus.push((subject.gateway.cpuMicroseconds() - before) / requests);
  subject.p50s.push(times[Math.floor(times.length * 0.5)] ?? Number.NaN);
  subject.p99s.push(times[Math.floor(times.length * 0.99)] ?? Number.NaN);
  subject.residentMiB.push(subject.gateway.residentMiB());
}

async function spansLost(subject: Subject): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${subject.gateway.port}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('llm_gateway_telemetry_dropped_total{signal="traces"'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const model = await start(['bun', join(LIB, 'model.ts')], LOAD_CORE);
const subjects: Subject[] = [];
for (const [name, make] of Object.entries(COLLECTORS))
  subjects.push(await begin(name, make, `http://127.0.0.1:${model.port}`));
for (const subject of subjects) await load(subject, requests * 2);
for (let index = 0; index < rounds; index += 1) {
  // Each round begins with another one, so that none always comes after the same neighbour.
  for (const [at] of subjects.entries()) {
    const subject = subjects[(at + index) % subjects.length];
    if (subject !== undefined) await round(subject);
  }
  process.stderr.write(`round ${index + 1}/${rounds}\n`);
}

process.stdout.write(
  `\n${rounds} rounds of ${requests} requests, ${atOnce} at once, every exchange sampled; medians of rounds, latency as ratios to a healthy collector, processor time to no telemetry\n\n`,
);
process.stdout.write(
  '| collector | failed | CPU us/request | to none | p50 ratio | p99 ratio | MiB | spans lost | ends after ms |\n',
);
process.stdout.write('|---|---|---|---|---|---|---|---|---|\n');
const base = subjects[0];
const none = subjects.find(({ collector }) => collector === undefined);
for (const subject of subjects) {
  const lost = await spansLost(subject);
  const began = performance.now();
  await subject.gateway.stop();
  const tookMs = performance.now() - began;
  subject.collector?.stop();
  const ratio = (key: 'cpus' | 'p50s' | 'p99s', to: Subject | undefined) =>
    median(subject[key].map((value, at) => value / (to?.[key][at] ?? Number.NaN))).toFixed(2);
  const half = subject.residentMiB[Math.floor(rounds / 2)] ?? Number.NaN;
  const last = subject.residentMiB.at(-1) ?? Number.NaN;
  process.stdout.write(
    `| ${subject.name} | ${subject.failed} of ${subject.exchanges} | ${median(subject.cpus).toFixed(0)} | ${ratio('cpus', none)} | ${ratio('p50s', base)} | ${ratio('p99s', base)} | ${half.toFixed(0)}, ${last.toFixed(0)} | ${lost} | ${tookMs.toFixed(0)} |\n`,
  );
  if (tookMs > SHUTDOWN_TIMEOUT_MS + 1_000) process.exitCode = 1;
  if (subject.failed > 0) process.exitCode = 1;
}
await model.stop();
