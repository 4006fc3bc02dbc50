import { GatewayError } from '../core/errors.ts';
import type { AnswerTimes } from '../core/events.ts';
import type { AnswerReader } from '../core/operation.ts';
import type { AnswerFilter, Splitter } from '../streams/answer-filter.ts';
import { answerStream, gatewayErrorOf, type AnswerEnd } from '../streams/answer-stream.ts';
import { LineSplitter } from '../streams/lines.ts';
import { SseSplitter } from '../streams/sse.ts';
import { readBytes } from '../upstream/catalog.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayOptions } from './gateway.ts';

/**
 * The second half of an exchange: upstream's answer through the filter to the client, whole or while it comes.
 */

/** A buffered answer, embeddings included. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** One NDJSON record or SSE event; Ollama's own runner caps its lines at 8 MB. */
export const FRAME_BYTES_MAX = 8 * 1024 * 1024;

/** A whole answer: filtered before its status is sent, so that a refusal still is a refusal. */
export async function buffered(
  exchange: Exchange,
  response: Response,
  reader: AnswerReader,
  filter: AnswerFilter,
): Promise<Response> {
  const out: Uint8Array[] = [];
  let firstInMs = 0;
  try {
    const bytes = await readBytes(response, ANSWER_BYTES_MAX);
    firstInMs = performance.now();
    exchange.emit({ type: 'answer.started' });
    filter.push(bytes, out);
    filter.end(out);
  } catch (thrown) {
    const error = gatewayErrorOf(thrown, exchange.abort.signal);
    throw error.code === 'output_blocked' ? (exchange.refusal() ?? error) : error;
  } finally {
    filter.finish();
  }
  const body = out.length === 1 && out[0] !== undefined ? out[0] : Buffer.concat(out);
  const firstOutMs = performance.now();
  finish(exchange, filter, { end: 'completed' }, body.length, {
    firstInMs,
    firstOutMs,
    filterMs: firstOutMs - firstInMs,
  });
  return new Response(body as Uint8Array<ArrayBuffer>, { status: 200, headers: answerHeaders(exchange, reader) });
}

/** An answer that leaves while it comes. */
export function streamed(
  options: Pick<GatewayOptions, 'config' | 'watchdog' | 'nowMs'>,
  exchange: Exchange,
  response: Response,
  reader: AnswerReader,
  filter: AnswerFilter,
): Response {
  if (response.body === null) throw new GatewayError('upstream_error');
  exchange.emit({ type: 'answer.started' });
  const watch = options.watchdog.watch({
    idleMs: options.config.streamIdleTimeoutMs,
    totalMs: undefined,
    expire: () => exchange.abort.abort(new GatewayError('upstream_timeout')),
  });
  const body = answerStream({
    body: response.body,
    filter,
    abort: exchange.abort,
    watch,
    nowMs: options.nowMs,
    failure: (error) => reader.failure(error, exchange.id),
    explain: (error) => {
      const refused = error.code === 'output_blocked' ? exchange.refusal() : undefined;
      return { error: refused ?? error, refused: error.code === 'output_blocked' };
    },
    ended: (end, bytes, times) => finish(exchange, filter, end, bytes, times),
  });
  return new Response(body, { status: 200, headers: answerHeaders(exchange, reader) });
}

const CONTENT_TYPES = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson',
  sse: 'text/event-stream',
} as const;

function answerHeaders(exchange: Exchange, reader: AnswerReader): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPES[reader.framing],
    'x-content-type-options': 'nosniff',
    'x-request-id': exchange.id,
  };
  if (reader.framing === 'sse') headers['cache-control'] = 'no-cache';
  const warning = exchange.warning();
  if (warning !== undefined) headers['x-gateway-warning'] = warning;
  return headers;
}

/** The splitter for the framing that a reader expects. */
export function splitterOf(reader: AnswerReader): Splitter {
  if (reader.framing === 'ndjson') return new LineSplitter({ lineBytesMax: FRAME_BYTES_MAX });
  if (reader.framing === 'sse') return new SseSplitter({ eventBytesMax: FRAME_BYTES_MAX });
  return new WholeBody();
}

/** A JSON body is a stream of one frame. */
class WholeBody implements Splitter {
  #chunks: Uint8Array[] = [];

  push(bytes: Uint8Array): readonly Uint8Array[] {
    this.#chunks.push(bytes);
    return [];
  }

  end(): Uint8Array {
    return this.#chunks.length === 1 && this.#chunks[0] !== undefined ? this.#chunks[0] : Buffer.concat(this.#chunks);
  }
}

function finish(exchange: Exchange, filter: AnswerFilter, end: AnswerEnd, bytes: number, times: AnswerTimes): void {
  const { usage, finishReason } = filter;
  exchange.usage = usage ?? {};
  exchange.finish({
    type: 'exchange.finished',
    status: 200,
    end: end.end,
    ...('error' in end ? { code: end.error.code } : {}),
    frames: filter.frames,
    bytes,
    heldCharactersMax: filter.heldCharactersMax,
    times,
    ...(usage === undefined ? {} : { usage }),
    ...(finishReason === undefined ? {} : { finishReason }),
  });
}
