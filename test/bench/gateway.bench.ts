import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatRequestCost } from './injection-request.ts';
import { PACE_MS, stampOf, TOKENS } from './lib/model.ts';
import { start, type Measured } from './lib/process.ts';

/**
 * What the gateway costs beside a plain `Bun.serve` + `fetch` pass-through, in one run: processor time per small
 * request and per streamed token, time added to the first token, idle memory, cold start.
 *
 * The gateway is the compiled binary, as it ships. The subject has a core of its own; load and stand-in model share the
 * other. Rounds alternate, the median ratio stands. Machines are noisy: read the ratios, not the microseconds.
 *
 * Usage: bun run bench [--rounds 3] [--streams 200] [--requests 4000] [--quick]
 */
const LIB = join(import.meta.dir, 'lib');
const ROOT = join(import.meta.dir, '../..');
const SUBJECT_CORE = 1;
const LOAD_CORE = 0;

interface Sample {
  readonly cpuPerRequest: number;
  readonly cpuPerToken: number;
  readonly firstTokenMs: number;
  /** From the model to the load, half of all records within it. */
  readonly tokenLagMs: number;
}

/** How often the load comes before it is counted: the runtime goes on compiling for some 20,000 requests. */
const REQUEST_WARM_UPS = 6;
const STREAM_WARM_UPS = 4;

const quick = process.argv.includes('--quick');
const rounds = option('rounds', quick ? 1 : 3);
const streams = option('streams', quick ? 50 : 200);
const requests = option('requests', quick ? 1000 : 4000);

function option(name: string, fallback: number): number {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? fallback : Number(process.argv[index + 1]);
}

const SMALL = JSON.stringify({
  model: 'bench:latest',
  messages: [{ role: 'user', content: 'Why is the sky blue? Answer in one sentence.' }],
  stream: false,
});
const STREAM = JSON.stringify({
  model: 'bench:latest',
  messages: [{ role: 'user', content: 'Why is the sky blue? Answer in one sentence.' }],
});

function chat(subject: Measured, body: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${subject.port}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

async function smallRequests(subject: Measured, count: number, atOnce = 16): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const response = await chat(subject, SMALL);
      if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
      await response.text();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Runs streams at once; gives each one's time to the first byte, and how long each record was under way, in milliseconds. */
async function streamAll(subject: Measured, count: number): Promise<{ firsts: number[]; lags: number[] }> {
  const firsts: number[] = [];
  const lags: number[] = [];
  const one = async (index: number) => {
    await Bun.sleep((index / count) * PACE_MS * 4);
    const startedMs = performance.now();
    const response = await chat(subject, STREAM);
    let firstMs = 0;
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      const nowMs = performance.now();
      firstMs ||= nowMs - startedMs;
      bytes += chunk.length;
      lags.push(performance.timeOrigin + nowMs - stampOf(chunk));
    }
    if (response.status !== 200 || bytes < TOKENS * 50)
      throw new Error(`a stream broke: status ${response.status}, ${bytes} bytes`);
    firsts.push(firstMs);
  };
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  return { firsts, lags };
}

async function sample(subject: Measured): Promise<Sample> {
  // A service runs for days: what is measured is the compiled code, not the compiling.
  await smallRequests(subject, requests * REQUEST_WARM_UPS);
  const before = subject.cpuMicroseconds();
  await smallRequests(subject, requests);
  const cpuPerRequest = (subject.cpuMicroseconds() - before) / requests;
  for (let warmUp = 0; warmUp < STREAM_WARM_UPS; warmUp += 1) await streamAll(subject, streams);
  const beforeStreams = subject.cpuMicroseconds();
  const { firsts, lags } = await streamAll(subject, streams);
  const cpuPerToken = (subject.cpuMicroseconds() - beforeStreams) / (streams * (TOKENS + 1));
  return { cpuPerRequest, cpuPerToken, firstTokenMs: median(firsts), tokenLagMs: median(lags) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function gatewayEnv(upstream: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    OLLAMA_BASE_URL: upstream,
    LOG_LEVEL: 'info',
    BUN_CONFIG_MAX_HTTP_REQUESTS: '65535',
    ENFORCEMENT_MODE: 'hard',
    POLICY_DIR: process.env['POLICY_DIR'] ?? join(ROOT, 'policies'),
    ...extra,
  };
}

/** A collector that takes everything and keeps nothing. */
function collector(): { url: string; stop(): void } {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => (await request.bytes(), Response.json({})),
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => void server.stop(true) };
}

/** A port that nobody has now. */
function freePort(): number {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
  const { port = 0 } = server;
  void server.stop(true);
  return port;
}

async function coldStart(command: readonly string[], upstream: string): Promise<{ readyMs: number; idleMiB: number }> {
  const times: number[] = [];
  let idleMiB = 0;
  for (let run = 0; run < 5; run += 1) {
    const port = freePort();
    const startedMs = performance.now();
    const child = Bun.spawn([...command], {
      stdout: 'ignore',
      stderr: 'inherit',
      env: { ...process.env, ...gatewayEnv(upstream, { PORT: String(port) }) },
    });
    while (
      !(await fetch(`http://127.0.0.1:${port}/readyz`).then(
        (response) => response.ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
      await Bun.sleep(1);
    }
    times.push(performance.now() - startedMs);
    await Bun.sleep(1000);
    idleMiB = Number((await Bun.$`grep VmRSS /proc/${child.pid}/status`.text()).replace(/\D/g, '')) / 1024;
    child.kill();
    await child.exited;
  }
  return { readyMs: median(times), idleMiB };
}

const model = await start(['bun', join(LIB, 'model.ts')], LOAD_CORE);
const upstream = `http://127.0.0.1:${model.port}`;
const traces = collector();
const main = [join(ROOT, 'dist/llm-gateway')];
await Bun.$`bun run build`.cwd(ROOT).quiet();
const onlySecrets = mkdtempSync(join(tmpdir(), 'llm-gateway-bench-'));
copyFileSync(join(ROOT, 'policies/secrets.yaml'), join(onlySecrets, 'secrets.yaml'));
const subjects: Record<string, () => Promise<Measured>> = {
  'pass-through': () => start(['bun', join(LIB, 'subjects.ts'), 'pass', upstream], SUBJECT_CORE),
  'one empty stage': () => start(['bun', join(LIB, 'subjects.ts'), 'stage', upstream], SUBJECT_CORE),
  gateway: () => start(main, SUBJECT_CORE, gatewayEnv(upstream, {})),
  // What its lag adds is the redactor's alone: only a rule for addresses has to wait for the end of a word.
  'gateway, secrets only': () => start(main, SUBJECT_CORE, gatewayEnv(upstream, { POLICY_DIR: onlySecrets })),
  'gateway, traces 1 in 20': () =>
    start(
      main,
      SUBJECT_CORE,
      gatewayEnv(upstream, {
        OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.05',
      }),
    ),
  'gateway, all traces': () =>
    start(main, SUBJECT_CORE, gatewayEnv(upstream, { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url })),
};

const samples = new Map<string, Sample[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, begin] of Object.entries(subjects)) {
    const subject = await begin();
    const result = await sample(subject);
    samples.set(name, [...(samples.get(name) ?? []), result]);
    await subject.stop();
    process.stderr.write(
      `round ${round + 1}/${rounds} ${name}: ${result.cpuPerRequest.toFixed(1)} us/request, ${result.cpuPerToken.toFixed(1)} us/token\n`,
    );
  }
}

const base = samples.get('pass-through') ?? [];
process.stdout.write(
  `\n${streams} streams of ${TOKENS} tokens, one every ${PACE_MS} ms; ${requests} small requests, 16 at once; ${rounds} rounds, medians\n\n`,
);
process.stdout.write(
  '| subject | CPU us/request | ratio | CPU us/token | ratio | first token ms | token lag ms |\n|---|---|---|---|---|---|---|\n',
);
for (const [name, list] of samples) {
  const ratio = (key: 'cpuPerRequest' | 'cpuPerToken') =>
    median(list.map((item, round) => item[key] / (base[round]?.[key] ?? Number.NaN)));
  const middle = (key: keyof Sample, digits = 1) => median(list.map((item) => item[key])).toFixed(digits);
  process.stdout.write(
    `| ${name} | ${middle('cpuPerRequest')} | ${ratio('cpuPerRequest').toFixed(2)} | ${middle('cpuPerToken')} | ${ratio('cpuPerToken').toFixed(2)} | ${middle('firstTokenMs')} | ${middle('tokenLagMs', 2)} |\n`,
  );
}

process.stdout.write(`\nIn a loop without sockets, ${chatRequestCost()}\n`);

if (!quick) {
  const { readyMs, idleMiB } = await coldStart(main, upstream);
  process.stdout.write(
    `\nFirst 200 on /readyz after ${readyMs.toFixed(0)} ms (median of 5), ${idleMiB.toFixed(0)} MiB resident when idle\n`,
  );
}
await model.stop();
traces.stop();
rmSync(onlySecrets, { recursive: true });
