import type { Config } from '../config.ts';
import type { App } from './app.ts';

/** The socket edge: Bun's server around the app, with the idle timeout off only while an answer is awaited. */

/** Idle time of a connection whose request is still being sent, or that waits for the next one. */
export const IDLE_TIMEOUT_SECONDS = 30;

/**
 * A blob that an admin uploads, which streams through. All other bodies are bounded where they are read; Bun reads no
 * further than a handler asks.
 */
export const UPLOAD_BYTES_MAX = 2 ** 40;

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Requests under way, streams included. */
  readonly pending: number;
  /** Refuses new connections and resolves when the open ones are done. */
  stop(): Promise<void>;
  /** Cuts what is still open. */
  kill(): Promise<void>;
}

export function serve(app: App, config: Pick<Config, 'host' | 'port' | 'tls'>): RunningServer {
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    reusePort: false,
    development: false,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    maxRequestBodySize: UPLOAD_BYTES_MAX,
    ...(config.tls === undefined
      ? {}
      : { tls: { cert: Bun.file(config.tls.certFile), key: Bun.file(config.tls.keyFile) } }),
    fetch(request, self) {
      return app.fetch(request, {
        hold: () => self.timeout(request, 0),
        release: () => self.timeout(request, IDLE_TIMEOUT_SECONDS),
      });
    },
    error: () =>
      new Response('{"error":"The gateway failed"}', { status: 500, headers: { 'content-type': 'application/json' } }),
  });
  return {
    url: `${config.tls === undefined ? 'http' : 'https'}://${config.host.includes(':') ? `[${config.host}]` : config.host}:${server.port}`,
    port: server.port ?? config.port,
    get pending() {
      return server.pendingRequests;
    },
    stop: () => server.stop(),
    kill: () => server.stop(true),
  };
}
