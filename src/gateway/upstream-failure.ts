import { GatewayError } from '../core/errors.ts';
import { readText } from '../upstream/catalog.ts';

/**
 * What Ollama refused, in our words: its text may hold names, paths or runner output, so only the reasons that a user
 * can act on and that we know by heart are said again.
 */

/** Ollama's error bodies are a line; more is not worth reading. */
const ERROR_BYTES_MAX = 64 * 1024;

/** Phrases in Ollama's errors (server/routes.go, llm/) and the sentence that a client reads instead. */
const KNOWN_REASONS: readonly (readonly [string, string])[] = [
  ['does not support thinking', 'The model does not support thinking'],
  ['does not support tools', 'The model does not support tools'],
  ['does not support generate', 'The model does not support generate'],
  ['does not support chat', 'The model does not support chat'],
  ['does not support completion', 'The model does not support completions'],
  ['does not support embed', 'The model does not support embeddings'],
  ['does not support insert', 'The model does not support insert'],
  ['does not support vision', 'The model does not support images'],
  ['does not support', 'The model does not support what was asked'],
  ['input length exceeds', 'The input is longer than the context of the model'],
  ['exceeds maximum context length', 'The input is longer than the context of the model'],
  ['server busy', 'The model server is busy'],
  ['more system memory', 'The model needs more memory than the model server has'],
];

/** Reads an answer that is not a 200 and says what to tell the client. The body is always consumed or dropped. */
export async function upstreamFailure(response: Response): Promise<GatewayError> {
  const reason = await knownReason(response);
  const message = reason === undefined ? {} : { message: reason };
  const { status } = response;
  if (status === 404) return new GatewayError('model_not_found', message);
  if (status === 429 || status === 503)
    return new GatewayError('overloaded', { ...message, status: 503, headers: { 'retry-after': '5' } });
  if (status >= 500) return new GatewayError('upstream_error', { ...message, status });
  if (status >= 400 && status !== 401 && status !== 403) {
    return new GatewayError('malformed_request', {
      message: reason ?? 'The model server refused the request',
      status: 400,
    });
  }
  return new GatewayError('upstream_error');
}

async function knownReason(response: Response): Promise<string | undefined> {
  try {
    const text = await readText(response, ERROR_BYTES_MAX);
    return KNOWN_REASONS.find(([phrase]) => text.includes(phrase))?.[1];
  } catch {
    return undefined;
  }
}
