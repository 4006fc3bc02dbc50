import { GatewayError } from '../core/errors.ts';
import type { AnswerTimes } from '../core/events.ts';
import type { AnswerFilter } from './answer-filter.ts';
import type { Watch } from './watchdog.ts';

/**
 * The body a client reads: upstream's bytes pulled through an `AnswerFilter`.
 *
 * Pull-based, so a client that reads slowly slows upstream down and memory stays bounded. Every end is reported once:
 * complete, refused by policy, failed, or aborted by the client. A failure after the first byte is a frame of the
 * protocol, never a success and never a reset connection.
 */

/** Chunks that may wait for a client that reads slowly; upstream is not read beyond them. */
export const CHUNKS_AHEAD_MAX = 16;

/** How long after the terminal frame upstream may take to end its body before the connection is dropped. */
export const DRAIN_TIMEOUT_MS = 1_000;

/** Of so many chunks one has its time taken: two looks at a clock would cost as much as reading some. */
const CHUNKS_PER_TIMING = 16;

export type AnswerEnd =
  | { readonly end: 'completed' }
  | { readonly end: 'refused' | 'failed'; readonly error: GatewayError }
  | { readonly end: 'aborted' };

export interface AnswerStreamOptions {
  readonly body: ReadableStream<Uint8Array>;
  readonly filter: AnswerFilter;
  /** Aborts the upstream request; its reason, when a GatewayError, says why the answer failed. */
  readonly abort: AbortController;
  readonly watch: Watch;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
  /** The protocol's words for a failure after the first byte. */
  failure(error: GatewayError): Uint8Array;
  /** Turns what the filter threw into what the client is told: a stop by policy has the policy's own code. */
  explain(error: GatewayError): { readonly error: GatewayError; readonly refused: boolean };
  /** Called once, with the bytes sent to the client and when they moved. */
  ended(end: AnswerEnd, bytes: number, times: AnswerTimes): void;
}

export function answerStream(options: AnswerStreamOptions): ReadableStream<Uint8Array> {
  const reader = options.body.getReader();
  let sentBytes = 0;
  let chunks = 0;
  let timedChunks = 0;
  let timedMs = 0;
  let firstInMs = 0;
  let firstOutMs = 0;
  let over = false;

  function finish(end: AnswerEnd): void {
    if (over) return;
    over = true;
    options.watch.stop();
    options.filter.finish();
    const filterMs = timedChunks === 0 ? 0 : (timedMs / timedChunks) * chunks;
    options.ended(end, sentBytes, { firstInMs, firstOutMs, filterMs });
  }

  function send(controller: ReadableStreamDefaultController<Uint8Array>, chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      sentBytes += chunk.length;
      controller.enqueue(chunk);
    }
  }

  function fail(controller: ReadableStreamDefaultController<Uint8Array>, thrown: unknown): void {
    const { error, refused } = options.explain(gatewayErrorOf(thrown, options.abort.signal));
    send(controller, [options.failure(error)]);
    finish({ end: refused ? 'refused' : 'failed', error });
    controller.close();
    options.abort.abort(error);
    reader.cancel().catch(ignore);
  }

  let waiting = false;
  let hasWaited = false;
  let controller: ReadableStreamDefaultController<Uint8Array>;

  /** One read of upstream. Chained by hand: a promise a token less than `async pull`, which is a third of the cost. */
  function step({ done, value }: { readonly done: boolean; readonly value?: Uint8Array | undefined }): void {
    if (over) return;
    const isTimed = chunks % CHUNKS_PER_TIMING === 0;
    const cameMs = isTimed ? options.nowMs() : 0;
    if (chunks === 0) firstInMs = cameMs;
    chunks += 1;
    options.watch.touch();
    const out: Uint8Array[] = [];
    try {
      if (value !== undefined) options.filter.push(value, out);
      if (done) options.filter.end(out);
    } catch (thrown) {
      send(controller, out);
      fail(controller, thrown);
      return;
    }
    if (isTimed) {
      timedChunks += 1;
      timedMs += options.nowMs() - cameMs;
    }
    if (firstOutMs === 0 && out.length > 0) firstOutMs = options.nowMs();
    send(controller, out);
    if (options.filter.terminal) complete(done);
    else next();
  }

  /** Asks upstream for more as long as the client takes what there is. */
  function next(): void {
    if ((controller.desiredSize ?? 0) > 0) reader.read().then(step, failed);
    else waitForClient();
  }

  /** While upstream is not read, nothing else would end an answer whose time is over: it would keep its place for ever. */
  function waitForClient(): void {
    waiting = true;
    if (hasWaited) return;
    hasWaited = true;
    const { signal } = options.abort;
    if (signal.aborted) timeIsOver();
    else signal.addEventListener('abort', timeIsOver, { once: true });
  }

  /** A client that left is told by `cancel`; a read of upstream that is under way fails by itself. */
  function timeIsOver(): void {
    const { reason } = options.abort.signal;
    if (waiting && !over && reason instanceof GatewayError) fail(controller, reason);
  }

  function failed(thrown: unknown): void {
    if (!over) fail(controller, thrown);
  }

  function complete(upstreamDone: boolean): void {
    finish({ end: 'completed' });
    controller.close();
    if (!upstreamDone) drain(reader, options.abort);
  }

  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        next();
      },
      pull() {
        if (!waiting || over) return;
        waiting = false;
        next();
      },
      cancel() {
        finish({ end: 'aborted' });
        options.abort.abort(new GatewayError('upstream_error'));
        reader.cancel().catch(ignore);
      },
    },
    { highWaterMark: CHUNKS_AHEAD_MAX },
  );
}

/** Lets upstream end its body, so that the connection can serve the next request. */
function drain(reader: ReadableStreamDefaultReader<Uint8Array>, abort: AbortController): void {
  const timer = setTimeout(() => abort.abort(), DRAIN_TIMEOUT_MS);
  const read = async () => {
    while (!(await reader.read()).done);
  };
  read()
    .catch(ignore)
    .finally(() => clearTimeout(timer));
}

/** What went wrong, in our codes: a GatewayError itself, the reason of an abort, upstream's connection, or a fault of ours. */
export function gatewayErrorOf(thrown: unknown, signal: AbortSignal): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (signal.aborted && signal.reason instanceof GatewayError) return signal.reason;
  const fromConnection =
    thrown instanceof Error && ('code' in thrown || thrown.name === 'AbortError' || thrown.name === 'TimeoutError');
  return new GatewayError(fromConnection ? 'upstream_error' : 'internal', { cause: thrown });
}

function ignore(): void {
  // What fails here is a connection that is given up anyway.
}
