import { GatewayError } from '../core/errors.ts';
import type { Method, Route } from '../core/operation.ts';
import type { Principal } from '../core/stage.ts';
import { readCopy, readCreate, readDelete, readTransfer, type AdminRequest } from '../protocols/ollama-admin.ts';
import type { UpstreamRequest } from '../upstream/upstream.ts';
import { gatewayErrorOf } from '../streams/answer-stream.ts';
import type { Exchange } from './exchange.ts';
import type { Connection, GatewayOptions } from './gateway.ts';
import { checkEncoding, checkMediaType, presentedKey, readText } from './inbound.ts';
import { upstreamFailure } from './upstream-failure.ts';

/**
 * Ollama's mutating routes, for callers whose `Access` entry says `admin: true`; for everyone else they do not exist.
 *
 * Requests are read and rebuilt like all others. Uploads and progress stream through without being kept, and what is
 * known of the installed models is forgotten before and after, so that a pin is never checked against an older list.
 */

export interface AdminRoute extends Route {
  readonly class: 'admin';
  answer(context: AdminContext): Promise<Response>;
}

export interface AdminContext {
  readonly options: GatewayOptions;
  readonly exchange: Exchange;
  readonly request: Request;
}

/** Bodies of admin requests: a Modelfile's parts, licences among them. Blobs are no bodies in this sense. */
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

/** Longest silence of an answer, its headers included: a model that is converted says nothing for minutes. */
const IDLE_TIMEOUT_MS = 30 * 60_000;

/** Longest upload or transfer in all; a blob's answer begins when it has arrived. */
const TOTAL_TIMEOUT_MS = 24 * 60 * 60_000;

export const ADMIN_ROUTES: readonly AdminRoute[] = [
  route('POST', '/api/pull', (context) => reads(context, readTransfer)),
  route('POST', '/api/push', (context) => reads(context, readTransfer)),
  route('POST', '/api/create', (context) => reads(context, readCreate)),
  route('POST', '/api/copy', (context) => reads(context, readCopy)),
  route('DELETE', '/api/delete', (context) => reads(context, readDelete)),
  route('POST', '/api/blobs/:digest', uploadBlob),
  route('HEAD', '/api/blobs/:digest', (context) => send(context, { method: 'HEAD', path: blobPath(context.request) })),
];

function route(method: Method, path: string, answer: AdminRoute['answer']): AdminRoute {
  const id = `admin.${path.split('/')[2] ?? ''}${method === 'HEAD' ? '_exists' : ''}`;
  return { id, protocol: 'ollama', class: 'admin', method, path, genAiOperation: '', answer };
}

/** Runs an admin route. Throws GatewayError `not_found` for whoever is no admin, whatever else is wrong with the request. */
export async function answerAdmin(
  context: AdminContext,
  route: AdminRoute,
  connection?: Connection,
): Promise<Response> {
  const { exchange, request } = context;
  // A mirrored DELETE must not delete anything.
  if (context.options.config.shadow) throw new GatewayError('not_found');
  const principal = adminOf(exchange, request);
  exchange.emit({ type: 'caller.known', caller: principal.name });
  exchange.abortWithClient(request.signal);
  // An upload or a pull takes as long as it takes.
  connection?.hold();
  exchange.onEnd(() => connection?.release());
  return route.answer(context);
}

function adminOf(exchange: Exchange, request: Request): Principal {
  let principal: Principal | undefined;
  try {
    principal = exchange.policies.admission.authenticate(presentedKey(request.headers), request.headers);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
  if (principal?.admin !== true) throw new GatewayError('not_found');
  return principal;
}

async function reads(context: AdminContext, read: (body: string) => AdminRequest): Promise<Response> {
  const { options, exchange, request } = context;
  checkMediaType(request.headers);
  const text = await readText(request, REQUEST_BYTES_MAX, options.watchdog);
  const { body, stream, unknownKeys } = read(text);
  const { policies } = exchange;
  exchange.emit({
    type: 'request.read',
    model: 'unknown',
    stream,
    bytes: Buffer.byteLength(text),
    setHash: policies.hash,
    unknownKeys,
  });
  return send(context, { method: exchange.route.method, path: exchange.route.path, body });
}

function uploadBlob(context: AdminContext): Promise<Response> {
  const { request } = context;
  checkEncoding(request.headers);
  if (request.body === null) throw new GatewayError('malformed_request');
  return send(context, { method: 'POST', path: blobPath(request), body: request.body });
}

const BLOB_PATH = /^\/api\/blobs\/(sha256:[0-9a-f]{64})$/;

/** The one form of a digest that Ollama itself writes. Throws GatewayError `malformed_request` on any other. */
function blobPath(request: Request): string {
  const digest = BLOB_PATH.exec(new URL(request.url).pathname)?.[1];
  if (digest === undefined) throw new GatewayError('malformed_request', { param: 'digest' });
  return `/api/blobs/${digest}`;
}

async function send(
  { options, exchange }: AdminContext,
  request: Pick<UpstreamRequest, 'method' | 'path' | 'body'>,
): Promise<Response> {
  const changes = request.method !== 'HEAD';
  if (changes) exchange.onEnd(() => options.catalog.expire());
  exchange.emit({ type: 'upstream.called', path: exchange.route.path });
  const watch = options.watchdog.watch({
    // How fast an upload moves is the admin's own affair.
    idleMs: request.body instanceof ReadableStream ? TOTAL_TIMEOUT_MS : IDLE_TIMEOUT_MS,
    totalMs: TOTAL_TIMEOUT_MS,
    expire: () => exchange.abort.abort(new GatewayError('upstream_timeout')),
  });
  exchange.onEnd(() => watch.stop());
  const response = await options.upstream.send({ ...request, headers: exchange.traceHeaders(), abort: exchange.abort });
  exchange.emit({ type: 'upstream.answered', status: response.status });
  if (response.status >= 300) throw await upstreamFailure(response);
  if (changes) options.catalog.expire();
  const headers = answerHeaders(exchange, response);
  if (response.body === null) {
    finish(exchange, response.status, 'completed', 0);
    return new Response(null, { status: response.status, headers });
  }
  return new Response(
    passingOn(exchange, response.status, response.body, () => watch.touch()),
    { status: response.status, headers },
  );
}

const CONTENT_TYPES = ['application/json', 'application/x-ndjson', 'text/plain'];

function answerHeaders(exchange: Exchange, response: Response): Headers {
  const type = response.headers.get('content-type') ?? '';
  const known = CONTENT_TYPES.find((candidate) => type.startsWith(candidate));
  return new Headers({
    ...(known === undefined ? {} : { 'content-type': known }),
    'x-content-type-options': 'nosniff',
    'x-request-id': exchange.id,
  });
}

const ENCODER = new TextEncoder();

/** Upstream's bytes as the client takes them; a break becomes an error line, never a clean end. */
function passingOn(
  exchange: Exchange,
  status: number,
  body: ReadableStream<Uint8Array>,
  moved: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          finish(exchange, status, 'completed', bytes);
          controller.close();
          return;
        }
        bytes += value.length;
        moved();
        controller.enqueue(value);
      } catch (thrown) {
        const error = gatewayErrorOf(thrown, exchange.abort.signal);
        controller.enqueue(ENCODER.encode(`${JSON.stringify({ error: error.message })}\n`));
        finish(exchange, status, 'failed', bytes);
        controller.close();
      }
    },
    cancel() {
      finish(exchange, status, 'aborted', bytes);
      exchange.abort.abort(new GatewayError('upstream_error'));
      reader.cancel().catch(() => {});
    },
  });
}

function finish(exchange: Exchange, status: number, end: 'completed' | 'failed' | 'aborted', bytes: number): void {
  exchange.finish({
    type: 'exchange.finished',
    status,
    end,
    ...(end === 'failed' ? { code: 'upstream_error' as const } : {}),
    frames: 0,
    bytes,
    heldCharactersMax: 0,
  });
}
