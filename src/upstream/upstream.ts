import { GatewayError } from '../core/errors.ts';

/**
 * The only way to Ollama: constant paths, a fixed set of headers, no redirects, no proxies, no compression, and a
 * closed set of errors. What the client sent reaches Ollama only through `body`.
 */

export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** A path from the route table, never the client's own. */
  readonly path: string;
  readonly body?: string | ReadableStream<Uint8Array>;
  /** W3C trace context. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts the request, its answer's body included; the reason is what `send` rejects with. */
  readonly abort: AbortController;
  /** Longest wait for the answer's headers, in milliseconds; `undefined` waits until aborted. */
  readonly firstByteTimeoutMs?: number | undefined;
}

export interface Upstream {
  readonly baseUrl: string;
  /** Resolves with the headers in. Rejects with GatewayError `upstream_error` or `upstream_timeout`, or the abort reason. */
  send(request: UpstreamRequest): Promise<Response>;
}

export interface UpstreamOptions {
  readonly baseUrl: string;
  /** Tries after a failed connect, before a byte was sent. */
  readonly retriesMax: number;
  readonly caFile?: string | undefined;
  readonly fetch?: typeof fetch;
}

/** Bun's own extensions of RequestInit that this file uses. */
interface BunRequestInit extends RequestInit {
  readonly proxy?: false;
  readonly decompress?: boolean;
  readonly timeout?: boolean;
  readonly tls?: { readonly ca: unknown };
}

/** Errors of a connection that never came to be: nothing was sent, so trying again sends nothing twice. */
const CONNECT_FAILURES = new Set([
  'ECONNREFUSED',
  'ConnectionRefused',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'FailedToOpenSocket',
]);

const RETRY_PAUSE_MS = 100;

export function createUpstream(options: UpstreamOptions): Upstream {
  const send = options.fetch ?? fetch;
  const tls = options.caFile === undefined ? {} : { tls: { ca: Bun.file(options.caFile) } };

  async function once(request: UpstreamRequest): Promise<Response> {
    const timeoutMs = request.firstByteTimeoutMs;
    const giveUp = () => request.abort.abort(new GatewayError('upstream_timeout'));
    const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
    try {
      const init: BunRequestInit = {
        method: request.method,
        headers: upstreamHeaders(request),
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: request.abort.signal,
        redirect: 'manual',
        proxy: false,
        decompress: false,
        timeout: false,
        ...tls,
      };
      return await send(options.baseUrl + request.path, init as RequestInit);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    baseUrl: options.baseUrl,
    async send(request) {
      for (let tries = 0; ; tries += 1) {
        try {
          return await checked(await once(request));
        } catch (error) {
          if (request.abort.signal.aborted) throw request.abort.signal.reason;
          if (error instanceof GatewayError) throw error;
          if (tries < options.retriesMax && CONNECT_FAILURES.has(errorCode(error))) {
            await Bun.sleep(RETRY_PAUSE_MS);
            continue;
          }
          throw new GatewayError('upstream_error', { cause: error });
        }
      }
    },
  };
}

function upstreamHeaders(request: UpstreamRequest): Record<string, string> {
  const headers: Record<string, string> = {
    ...request.headers,
    'accept-encoding': 'identity',
    'user-agent': 'llm-gateway',
  };
  if (typeof request.body === 'string') headers['content-type'] = 'application/json';
  return headers;
}

/** Refuses what this client never asked for: redirects and encoded bodies. */
async function checked(response: Response): Promise<Response> {
  const encoding = response.headers.get('content-encoding');
  const redirected = response.status >= 300 && response.status < 400;
  if (!redirected && (encoding === null || encoding.toLowerCase() === 'identity')) return response;
  await response.body?.cancel();
  throw new GatewayError('upstream_error');
}

function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
