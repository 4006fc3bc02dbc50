import { readConfig } from './config.ts';
import { Feed } from './console/feed.ts';
import { consoleRoutes } from './console/routes.ts';
import { metricsRoute } from './server/metrics-route.ts';
import { serve } from './server/server.ts';
import { createService } from './service.ts';
import { startTelemetry } from './telemetry/telemetry.ts';
import { VERSION } from './version.ts';

/** The service as a process: configuration, parts, socket, signals. Everything it composes is tested without it. */

/** How long open streams may go on after SIGTERM. Kubernetes' grace period must be longer. */
const DRAIN_MS_MAX = 10 * 60 * 1000;

/** Serves until a signal ends it. Rejects with ConfigError or PolicyError before anything listens. */
export async function runService(): Promise<void> {
  const config = readConfig(Bun.env);
  const feed = config.console ? new Feed(Date.now) : undefined;
  const telemetry = await startTelemetry({
    config,
    ...(feed === undefined ? {} : { more: [feed.sink] }),
    environment: Bun.env,
    version: VERSION,
    write: batchedLines((text) => void process.stdout.write(text)),
    readable: process.stdout.isTTY === true,
  });
  const { sink } = telemetry;
  const service = await createService(config, {
    sink,
    own: (inside) => [
      metricsRoute(telemetry.metrics, inside),
      ...(feed === undefined ? [] : consoleRoutes({ ...inside, feed, policies: () => inside.policies.current })),
    ],
  });
  const server = serve(service.app, config);
  sink.emit({
    type: 'gateway.started',
    url: server.url,
    upstream: config.ollamaBaseUrl,
    mode: config.enforcementMode,
    summary: {
      ...service.policies.current.summary,
      raw_prompts_logged: config.logRawPrompts,
      ...(config.recordDir === undefined ? {} : { recording: config.record }),
      ...(config.shadow ? { shadow: true } : {}),
    },
  });

  let stopping = false;
  async function stop(signal: string): Promise<void> {
    if (stopping) return process.exit(1);
    stopping = true;
    sink.emit({ type: 'gateway.stopping', signal, inFlight: service.gateway.inFlight });
    service.drain();
    await Promise.race([server.stop(), Bun.sleep(DRAIN_MS_MAX)]);
    await service.close();
    await telemetry.shutdown();
    await Bun.sleep(2 * LOG_BATCH_MS);
    process.exit(0);
  }
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  const fault = (name: string) => (thrown: unknown) =>
    sink.emit({ type: 'fault.raised', fault: name, detail: thrown instanceof Error ? thrown.name : 'unknown' });
  process.on('uncaughtException', fault('uncaught_exception'));
  process.on('unhandledRejection', fault('unhandled_rejection'));
}

/** How long a log line may wait for others, and how many characters may wait. */
const LOG_BATCH_MS = 20;
const LOG_BATCH_CHARACTERS_MAX = 64 * 1024;

/** Writes lines that come shortly after one another with one system call. */
function batchedLines(write: (text: string) => void): (line: string) => void {
  let lines = '';
  const flush = () => {
    const text = lines;
    lines = '';
    if (text !== '') write(text);
  };
  process.on('exit', flush);
  return (line) => {
    if (lines === '') setTimeout(flush, LOG_BATCH_MS);
    lines += line;
    if (lines.length > LOG_BATCH_CHARACTERS_MAX) flush();
  };
}
