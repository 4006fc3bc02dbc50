/**
 * Speaks to the Ollama that holds the guard model: is it resident, and what does it say.
 *
 * Errors are thrown here and turned into outcomes in `guard.ts`. Messages carry no text of the exchange.
 */
import type { GuardMessage } from './shapes.ts';

/** Longest answer that is read, in bytes: `/api/ps` of a few hundred models, or a verdict. */
export const BODY_BYTES_MAX = 262_144;
/** Tokens that a guard model may say: a verdict and its categories. */
export const ANSWER_TOKENS_MAX = 32;

/** `fetch` as far as it is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface GuardClient {
  /** Whether `/api/ps` lists the model, so that asking it evicts nothing. */
  isResident(signal: AbortSignal): Promise<boolean>;
  /** The model's words. */
  ask(messages: readonly GuardMessage[], signal: AbortSignal): Promise<string>;
}

export function createGuardClient(name: string, baseUrl: string, fetch: Fetch): GuardClient {
  const base = baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl;
  const wanted = withTag(name);
  return {
    async isResident(signal) {
      const value = await readJson(await fetch(`${base}/api/ps`, { signal, redirect: 'error' }));
      const models = fieldOf(value, 'models');
      if (!Array.isArray(models)) throw new Error('The answer of /api/ps has no list of models');
      return models.some(
        (model: unknown) => isNamed(fieldOf(model, 'name'), wanted) || isNamed(fieldOf(model, 'model'), wanted),
      );
    },
    async ask(messages, signal) {
      // No num_ctx and no keep_alive: either could make Ollama load the model anew, or change how long it stays.
      const body = {
        model: name,
        messages,
        stream: false,
        options: { temperature: 0, num_predict: ANSWER_TOKENS_MAX },
      };
      const response = await fetch(`${base}/api/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
        redirect: 'error',
      });
      const content = fieldOf(fieldOf(await readJson(response), 'message'), 'content');
      if (typeof content !== 'string') throw new Error('The answer of /api/chat has no content');
      return content;
    },
  };
}

function isNamed(value: unknown, wanted: string): boolean {
  return typeof value === 'string' && withTag(value) === wanted;
}

/** Ollama's default tag; names are compared without regard to case, as Ollama compares them. */
function withTag(name: string): string {
  const lower = name.toLowerCase();
  return lower.lastIndexOf(':') > lower.lastIndexOf('/') ? lower : `${lower}:latest`;
}

function fieldOf(value: unknown, key: string): unknown {
  // A record of unknown values is what an object that came from JSON is.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** Reads a JSON body of at most `BODY_BYTES_MAX` bytes; throws where the status is not 200 or the body is longer. */
async function readJson(response: Response): Promise<unknown> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`Ollama answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) throw new Error(`Ollama answered with more than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
