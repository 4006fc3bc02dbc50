import { GatewayError } from '../core/errors.ts';
import type { ProtocolName } from '../core/operation.ts';

/**
 * What stands before the router: a request whose host, path or method could be read in two ways goes no further, so
 * that the path that is authorised is the path that runs.
 */

export interface Guarded {
  /** Byte for byte the path of the route table, or one that no route has. */
  readonly path: string;
  readonly origin: string | undefined;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?$/;
const PORT_MAX = 65_535;

/** Refuses what cannot be routed safely. Throws GatewayError `malformed_request` or `origin_not_allowed`. */
export function guard(request: Request, allowedOrigins: readonly string[]): Guarded {
  const url = request.url;
  // A malformed Host makes a relative URL, in which routers and checks find different paths (elysia#748).
  const parsed = url.startsWith('http://') || url.startsWith('https://') ? URL.parse(url) : null;
  if (parsed === null) throw new GatewayError('malformed_request', { message: 'The Host header is not valid' });
  const { pathname, host } = parsed;
  const hostHeader = request.headers.get('host') ?? host;
  const match = HOST.exec(hostHeader);
  if (match === null || Number(match[1] ?? 0) > PORT_MAX)
    throw new GatewayError('malformed_request', { message: 'The Host header is not valid' });
  return { path: pathname, origin: checkedOrigin(request, hostHeader, allowedOrigins) };
}

/** Browsers on other sites are kept out by their `Origin`; ours and the listed ones, exactly, may enter. */
function checkedOrigin(request: Request, host: string, allowedOrigins: readonly string[]): string | undefined {
  const origin = request.headers.get('origin');
  if (origin === null) return undefined;
  const own = origin === `http://${host}` || origin === `https://${host}`;
  if (own || allowedOrigins.includes(origin)) return origin;
  throw new GatewayError('origin_not_allowed');
}

/** The words in which a path's clients are refused. */
export function protocolOf(path: string): ProtocolName {
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return 'anthropic';
  return path.startsWith('/v1/') ? 'openai' : 'ollama';
}

/** Adds what a browser on an allowed origin needs to read the answer. */
export function allowOrigin(response: Response, origin: string): Response {
  response.headers.set('access-control-allow-origin', origin);
  response.headers.set('access-control-expose-headers', 'x-request-id, x-gateway-rule, x-gateway-warning, retry-after');
  response.headers.append('vary', 'origin');
  return response;
}

const PREFLIGHT_AGE_SECONDS = 600;

/** Answers a preflight of an allowed origin. */
export function preflight(origin: string, methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers':
        'authorization, content-type, x-api-key, x-request-id, anthropic-version, anthropic-beta, anthropic-dangerous-direct-browser-access, traceparent, tracestate',
      'access-control-max-age': String(PREFLIGHT_AGE_SECONDS),
      vary: 'origin',
    },
  });
}
