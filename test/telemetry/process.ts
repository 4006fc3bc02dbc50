import { afterAll } from 'bun:test';
import { join } from 'node:path';
import { policyDirectory } from '../helpers/service.ts';
import { rmSync } from 'node:fs';

/** The gateway as a process of its own: the SDK is global to a process and reads its environment. */
export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  readonly logs: () => Record<string, unknown>[];
  /** What came on standard output and was no line of JSON, such as a console exporter's. */
  readonly plain: () => string[];
  /** SIGTERM; resolves with how long it took to end, in milliseconds. */
  stop(): Promise<number>;
}

/** Ends what a failing test left, so that the run ends too. */
const children = new Set<Bun.Subprocess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

const MAIN = join(import.meta.dir, '../../src/main.ts');

export async function startProcess(
  upstream: string,
  env: Readonly<Record<string, string>> = {},
  policies?: Readonly<Record<string, string>>,
): Promise<GatewayProcess> {
  const directory = policies === undefined ? undefined : policyDirectory(policies);
  const port = freePort();
  const child = Bun.spawn([process.execPath, MAIN], {
    stdout: 'pipe',
    stderr: 'inherit',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: String(port),
      OLLAMA_BASE_URL: upstream,
      POLICY_DIR: directory ?? join(import.meta.dir, '../../policies'),
      ...env,
    },
  });
  children.add(child);
  void child.exited.then(() => children.delete(child));
  const lines: Record<string, unknown>[] = [];
  const plain: string[] = [];
  const reading = readLines(child.stdout, (line) => {
    if (line.startsWith('{"timestamp"')) lines.push(JSON.parse(line) as Record<string, unknown>);
    else plain.push(line);
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child);
  return {
    url,
    pid: child.pid,
    logs: () => lines,
    plain: () => plain,
    async stop() {
      const beganMs = performance.now();
      child.kill('SIGTERM');
      await child.exited;
      await reading;
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
      return performance.now() - beganMs;
    },
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, each: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) each(line);
  }
}

/** A port that was free a moment ago: below `info` no line says which one the gateway took. */
function freePort(): number {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  if (port === undefined) throw new Error('no port');
  return port;
}

async function ready(url: string, child: Bun.Subprocess): Promise<void> {
  while (child.exitCode === null) {
    const isReady = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the gateway ended with ${child.exitCode}`);
}
