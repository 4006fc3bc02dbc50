import { readConfig } from '../../src/config.ts';
import type { ExchangeEvent, GatewayEvent, Sink } from '../../src/core/events.ts';
import type { Decision } from '../../src/core/decision.ts';
import { serve, type RunningServer } from '../../src/server/server.ts';
import { createService, type Service } from '../../src/service.ts';
import { createLogSink } from '../../src/telemetry/log.ts';
import { tee } from '../../src/telemetry/sinks.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A gateway on a real socket with everything it reports kept, for tests. */
export interface TestGateway {
  readonly url: string;
  readonly service: Service;
  readonly server: RunningServer;
  readonly events: (GatewayEvent | ExchangeEvent)[];
  readonly logs: Record<string, unknown>[];
  readonly decisions: Decision[];
  /** Resolves with the next end of an exchange that is not yet taken. */
  finished(): Promise<ExchangeEvent & { type: 'exchange.finished' }>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly upstream: string;
  /** Environment variables beside OLLAMA_BASE_URL, HOST and PORT. */
  readonly env?: Readonly<Record<string, string>>;
  /** Policy files by name; the shipped directory when absent. */
  readonly policies?: Readonly<Record<string, string>>;
  /** How often the policy directory is looked at. */
  readonly policyPollMs?: number;
}

export async function startGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const directory = options.policies === undefined ? undefined : policyDirectory(options.policies);
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    OLLAMA_BASE_URL: options.upstream,
    POLICY_DIR: directory ?? 'policies',
    ...options.env,
  });
  const kept = keepingSink();
  const logs: Record<string, unknown>[] = [];
  const log = createLogSink({
    level: config.logLevel,
    write: (line) => void logs.push(JSON.parse(line)),
    now: () => new Date(),
  });
  const service = await createService(config, {
    sink: tee([kept.sink, log]),
    ...(options.policyPollMs === undefined ? {} : { policyPollMs: options.policyPollMs }),
  });
  const server = serve(service.app, config);
  return {
    url: `http://127.0.0.1:${server.port}`,
    service,
    server,
    events: kept.events,
    logs,
    get decisions() {
      return kept.events.flatMap((event) => (event.type === 'decision.made' ? [event.decision] : []));
    },
    finished: kept.finished,
    async stop() {
      await service.close();
      await server.kill();
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A policy directory of its own, from file names and texts. */
export function policyDirectory(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'policies-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

function keepingSink() {
  type Finished = ExchangeEvent & { type: 'exchange.finished' };
  const events: (GatewayEvent | ExchangeEvent)[] = [];
  const ended: Finished[] = [];
  const waiting: ((event: Finished) => void)[] = [];
  function keep(event: GatewayEvent | ExchangeEvent): void {
    events.push(event);
    if (event.type !== 'exchange.finished') return;
    const waiter = waiting.shift();
    if (waiter === undefined) ended.push(event);
    else waiter(event);
  }
  const sink: Sink = { emit: keep, exchange: () => ({ emit: keep, headers: () => ({}) }) };
  const finished = () => {
    const event = ended.shift();
    return event === undefined ? new Promise<Finished>((resolve) => waiting.push(resolve)) : Promise.resolve(event);
  };
  return { sink, events, finished };
}

/** Posts JSON and returns the raw answer. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
