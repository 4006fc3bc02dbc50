import { GatewayError } from '../core/errors.ts';
import { decodeUtf8, JsonError, readJson } from '../core/json.ts';
import type { JsonObject } from '../core/json-nodes.ts';
import { parseModelName } from '../core/model-name.ts';
import type { Method, ProtocolName, Route } from '../core/operation.ts';
import { filterModels, filterPs, filterTags, stripShow } from '../protocols/metadata.ts';
import type { ModelIdentity, Principal } from '../core/stage.ts';
import { readBytes, CATALOG_BYTES_MAX, type InstalledModel } from '../upstream/catalog.ts';
import type { Exchange } from './exchange.ts';
import { localModel, type GatewayOptions } from './gateway.ts';
import { malformedIfUnreadable, readText } from './inbound.ts';
import { upstreamFailure } from './upstream-failure.ts';

/**
 * The read-only routes: what is installed, what is loaded, what a model is. Lists show only what the caller may use,
 * `show` never gives a system prompt away, and nothing the client sent reaches Ollama but a parsed model name.
 */

export interface MetadataRoute extends Route {
  /** Answers, given who asks; throws GatewayError. */
  answer(context: MetadataContext): Promise<Response>;
}

export interface MetadataContext {
  readonly options: GatewayOptions;
  readonly exchange: Exchange;
  readonly request: Request;
  readonly principal: Principal;
}

/** Bodies of metadata requests hold a model's name. */
const REQUEST_BYTES_MAX = 64 * 1024;
const METADATA_TIMEOUT_MS = 30_000;

function route(method: Method, path: string, protocol: ProtocolName, answer: MetadataRoute['answer']): MetadataRoute {
  const id = `metadata.${path === '/' ? 'root' : path.split('/').slice(2).join('_').replace(':', '')}`;
  return { id, protocol, class: 'metadata', method, path, genAiOperation: '', answer };
}

export const METADATA_ROUTES: readonly MetadataRoute[] = [
  route('GET', '/', 'ollama', async (context) => passed(await fetchPath(context, '/'))),
  route('GET', '/api/version', 'ollama', async (context) => passed(await fetchPath(context, '/api/version'))),
  route('GET', '/api/tags', 'ollama', async (context) =>
    listed(context, await fetchPath(context, '/api/tags'), filterTags),
  ),
  route('GET', '/api/ps', 'ollama', async (context) => listed(context, await fetchPath(context, '/api/ps'), filterPs)),
  // Answered here: what cloud models are to this gateway does not depend on how Ollama is set.
  route('GET', '/api/status', 'ollama', async () => json('{"cloud":{"disabled":true,"source":"env"}}')),
  route('POST', '/api/show', 'ollama', show),
  route('GET', '/v1/models', 'openai', async (context) =>
    listed(context, await fetchPath(context, '/v1/models'), filterModels),
  ),
  route('GET', '/v1/models/:model', 'openai', oneModel),
];

interface Fetched {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

async function fetchPath({ options, exchange }: MetadataContext, path: string, body?: string): Promise<Fetched> {
  exchange.emit({ type: 'upstream.called', path: exchange.route.path });
  const response = await options.upstream.send({
    method: body === undefined ? 'GET' : 'POST',
    path,
    ...(body === undefined ? {} : { body }),
    headers: exchange.traceHeaders(),
    abort: exchange.abort,
    firstByteTimeoutMs: METADATA_TIMEOUT_MS,
  });
  exchange.emit({ type: 'upstream.answered', status: response.status });
  if (response.status !== 200) throw await upstreamFailure(response);
  const contentType = response.headers.get('content-type')?.startsWith('application/json')
    ? 'application/json; charset=utf-8'
    : 'text/plain; charset=utf-8';
  return { bytes: await readBytes(response, CATALOG_BYTES_MAX), contentType };
}

function passed({ bytes, contentType }: Fetched): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': contentType } });
}

function json(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json; charset=utf-8' } });
}

/** Shows of a list what the caller may use; a list nobody may shorten leaves as the bytes that came. */
async function listed(context: MetadataContext, fetched: Fetched, filter: typeof filterTags): Promise<Response> {
  const text = unreadableIsUpstream(() => decodeUtf8(fetched.bytes));
  const installed = await installedOrNone(context);
  const keep = (name: string): boolean => {
    const model = parseModelName(name);
    return model.ok && model.source === 'local' && isUsable(context, model.canonical, installed);
  };
  const filtered = unreadableIsUpstream(() => filter(text, keep));
  return filtered === text ? passed(fetched) : json(filtered);
}

async function show(context: MetadataContext): Promise<Response> {
  const body = readObject(await readText(context.request, REQUEST_BYTES_MAX, context.options.watchdog));
  const names = ['model', 'name']
    .map((key) => stringMember(body, key))
    .filter((name) => name !== undefined && name !== '');
  if (names.length !== 1)
    throw new GatewayError('malformed_request', { param: 'model', message: 'Exactly one of model and name is needed' });
  const { name } = await usable(context, names[0]);
  const verbose = memberValue(body, 'verbose') === true;
  const fetched = await fetchPath(
    context,
    '/api/show',
    JSON.stringify(verbose ? { model: name, verbose } : { model: name }),
  );
  return json(unreadableIsUpstream(() => stripShow(decodeUtf8(fetched.bytes))));
}

async function oneModel(context: MetadataContext): Promise<Response> {
  const { pathname } = new URL(context.request.url);
  const raw = pathname.slice('/v1/models/'.length);
  const { name } = await usable(context, decodedSegment(raw));
  // Ollama matches one path segment only.
  if (name.includes('/')) throw new GatewayError('model_not_found');
  return passed(await fetchPath(context, `/v1/models/${encodeURIComponent(name)}`));
}

/** A local model that the caller may see; what it may not see does not exist for it. */
async function usable(context: MetadataContext, name: string | undefined): Promise<ModelIdentity> {
  const model = localModel({ model: name });
  const installed = await installedOrNone(context);
  if (installed.get(model.name)?.remote === true) throw new GatewayError('cloud_model');
  if (!isUsable(context, model.name, installed)) throw new GatewayError('model_not_found');
  return model;
}

type Installed = ReadonlyMap<string, InstalledModel>;

/** Neither a stub of a remote model, which is refused in every mode, nor what an allowlist leaves out. */
function isUsable({ exchange, principal }: MetadataContext, name: string, installed: Installed): boolean {
  const known = installed.get(name);
  if (known?.remote === true) return false;
  return exchange.policies.mayList(known === undefined ? { name } : { name, digest: known.digest }, principal);
}

/** Where the catalogue cannot be read there are no digests, and so no pinned model is shown. */
async function installedOrNone({ options }: MetadataContext): Promise<Installed> {
  try {
    return await options.catalog.installed();
  } catch {
    return new Map();
  }
}

/** A path segment, percent-decoded exactly once. */
function decodedSegment(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch (cause) {
    throw new GatewayError('malformed_request', { param: 'model', cause });
  }
}

function readObject(text: string): JsonObject {
  const node = malformedIfUnreadable(() => readJson(text));
  if (node.type !== 'object') throw new GatewayError('malformed_request');
  return node;
}

function stringMember(body: JsonObject, key: string): string | undefined {
  const value = body.members.find((member) => member.key === key)?.value;
  if (value === undefined) return undefined;
  if (value.type !== 'string') throw new GatewayError('malformed_request', { param: key });
  return value.value;
}

function memberValue(body: JsonObject, key: string): unknown {
  const node = body.members.find((member) => member.key === key)?.value;
  return node !== undefined && 'value' in node ? node.value : undefined;
}

function unreadableIsUpstream<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonError || error instanceof TypeError)
      throw new GatewayError('upstream_error', { cause: error });
    throw error;
  }
}
