import { GatewayError } from '../core/errors.ts';
import type { Upstream } from './upstream.ts';

/**
 * What Ollama has installed, from `/api/tags`: digests for pins, and which names are stubs of a remote model.
 *
 * Cached for a bounded age with one request under way at a time. A list that cannot be read in time is an error,
 * never an old answer. An upstream that has no such list (404) is not an Ollama with stubs: its catalogue is empty.
 */

export interface InstalledModel {
  /** Bare hex SHA-256. */
  readonly digest: string;
  /** Requests for it would leave for another host. */
  readonly remote: boolean;
}

export interface Catalog {
  /** Canonical name to model. Rejects with GatewayError `unavailable` or `upstream_error`. */
  installed(): Promise<ReadonlyMap<string, InstalledModel>>;
  /** Forgets what is cached, after an admin route changed it. */
  expire(): void;
  /**
   * The Modelfile's system prompt of an installed model, cached by digest; `undefined` where it has none. Rejects with
   * GatewayError `unavailable` where it cannot be read; that too is remembered for a while.
   */
  systemPrompt(canonicalName: string): Promise<string | undefined>;
  /** Names seen last, for telemetry; may be older than the bound. */
  knows(canonicalName: string): boolean;
}

export interface CatalogOptions {
  readonly upstream: Upstream;
  readonly nowMs: () => number;
  /** Ollama's way to read a name, so that two spellings meet. */
  readonly canonicalName: (name: string) => string | undefined;
  readonly ageMsMax?: number;
  readonly timeoutMs?: number;
}

export const CATALOG_AGE_MS_MAX = 30_000;
export const CATALOG_TIMEOUT_MS = 5_000;
/** System prompts of Modelfiles kept at once. */
export const SYSTEM_PROMPTS_MAX = 256;
/** Far more than any list of models needs. */
export const CATALOG_BYTES_MAX = 16 * 1024 * 1024;

export function createCatalog(options: CatalogOptions): Catalog {
  const ageMsMax = options.ageMsMax ?? CATALOG_AGE_MS_MAX;
  let models: ReadonlyMap<string, InstalledModel> = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const systemPrompts = new Map<string, Promise<string | undefined>>();
  let underWay: Promise<ReadonlyMap<string, InstalledModel>> | undefined;

  async function read(): Promise<ReadonlyMap<string, InstalledModel>> {
    const startedAtMs = options.nowMs();
    const abort = new AbortController();
    const giveUp = () => abort.abort(new GatewayError('unavailable'));
    const timer = setTimeout(giveUp, options.timeoutMs ?? CATALOG_TIMEOUT_MS);
    try {
      models = await fetchModels(options, abort);
    } finally {
      clearTimeout(timer);
    }
    readAtMs = startedAtMs;
    return models;
  }

  function installed(): Promise<ReadonlyMap<string, InstalledModel>> {
    if (options.nowMs() - readAtMs < ageMsMax) return Promise.resolve(models);
    underWay ??= read().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  return {
    installed,
    async systemPrompt(canonicalName) {
      const digest = (await installed()).get(canonicalName)?.digest;
      if (digest === undefined) return undefined;
      let prompt = systemPrompts.get(digest);
      if (prompt === undefined) {
        prompt = fetchSystemPrompt(options, canonicalName);
        if (systemPrompts.size >= SYSTEM_PROMPTS_MAX) systemPrompts.clear();
        systemPrompts.set(digest, prompt);
        prompt.catch(() => {
          const retry = setTimeout(() => systemPrompts.delete(digest), ageMsMax);
          retry.unref();
        });
      }
      return prompt;
    },
    expire() {
      readAtMs = Number.NEGATIVE_INFINITY;
    },
    knows(canonicalName) {
      return models.has(canonicalName);
    },
  };
}

async function fetchModels(
  options: CatalogOptions,
  abort: AbortController,
): Promise<ReadonlyMap<string, InstalledModel>> {
  let response: Response;
  try {
    response = await options.upstream.send({ method: 'GET', path: '/api/tags', abort });
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('unavailable', { cause: error });
  }
  if (response.status === 404) {
    await response.body?.cancel();
    return new Map();
  }
  try {
    if (response.status !== 200) throw new GatewayError('unavailable');
    return readModels(JSON.parse(await readText(response, CATALOG_BYTES_MAX)), options.canonicalName);
  } catch (error) {
    throw new GatewayError('unavailable', { cause: error });
  } finally {
    if (!response.bodyUsed) await response.body?.cancel();
  }
}

async function fetchSystemPrompt(options: CatalogOptions, name: string): Promise<string | undefined> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new GatewayError('unavailable')), options.timeoutMs ?? CATALOG_TIMEOUT_MS);
  try {
    const response = await options.upstream.send({
      method: 'POST',
      path: '/api/show',
      body: JSON.stringify({ model: name }),
      abort,
    });
    const body: unknown = JSON.parse(await readText(response, CATALOG_BYTES_MAX));
    const system = isRecord(body) ? body['system'] : undefined;
    return typeof system === 'string' && system !== '' ? system : undefined;
  } catch (error) {
    throw new GatewayError('unavailable', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a body of at most `bytesMax` as text. Throws GatewayError `upstream_error` on more. */
export async function readText(response: Response, bytesMax: number): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(response, bytesMax));
}

/** Reads a body of at most `bytesMax`. Throws GatewayError `upstream_error` on more. */
export async function readBytes(response: Response, bytesMax: number): Promise<Uint8Array> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared <= bytesMax && declared > 0) {
    const bytes = await response.bytes();
    if (bytes.length < declared) throw new GatewayError('upstream_error');
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw new GatewayError('upstream_error');
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function readModels(body: unknown, canonicalName: CatalogOptions['canonicalName']): Map<string, InstalledModel> {
  const models = new Map<string, InstalledModel>();
  const list = isRecord(body) ? body['models'] : undefined;
  if (!Array.isArray(list)) throw new TypeError('no list of models');
  for (const entry of list) {
    if (!isRecord(entry)) throw new TypeError('a model is not an object');
    const name = canonicalName(String(entry['name'] ?? entry['model'] ?? ''));
    if (name === undefined) continue;
    const remote = Boolean(entry['remote_host'] || entry['remote_model']);
    models.set(name, { digest: String(entry['digest'] ?? '').replace(/^sha256:/, ''), remote });
  }
  return models;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
