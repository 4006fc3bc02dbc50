/**
 * A scripted stand-in for Ollama on loopback: every request is kept as it came, and a script says what is answered,
 * down to single writes, silences and broken connections. `/api/tags` lists what the script lists.
 */

export interface UpstreamCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  /** Set once the gateway closed the connection before the answer was over. */
  aborted: boolean;
}

export type Script = (call: UpstreamCall, request: Request) => Response | Promise<Response>;

export interface InstalledModel {
  readonly name: string;
  readonly digest?: string;
  readonly remote_host?: string;
}

export interface ScriptedUpstream {
  readonly url: string;
  /** Calls of data routes, in order; `/api/tags` and `/api/show` of the gateway itself are in `lookups`. */
  readonly calls: UpstreamCall[];
  readonly lookups: UpstreamCall[];
  /** What is answered from now on. */
  script: Script;
  models: readonly InstalledModel[];
  /** Whether `/api/show` is answered by the script too. */
  scriptsShow: boolean;
  stop(): Promise<void>;
}

export const MODEL = 'smollm2:135m';

export function scriptedUpstream(
  script: Script = () => Response.json({ error: 'no script' }, { status: 500 }),
): ScriptedUpstream {
  const calls: UpstreamCall[] = [];
  const lookups: UpstreamCall[] = [];
  const upstream: Omit<ScriptedUpstream, 'url' | 'stop'> = {
    calls,
    lookups,
    script,
    scriptsShow: false,
    models: [{ name: MODEL }],
  };
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request): Promise<Response> {
      const { pathname } = new URL(request.url);
      const call: UpstreamCall = {
        method: request.method,
        path: pathname,
        headers: request.headers,
        body: await request.text(),
        aborted: false,
      };
      request.signal.addEventListener('abort', () => {
        call.aborted = true;
      });
      if (pathname === '/api/tags') {
        lookups.push(call);
        return Response.json({
          models: upstream.models.map((model) => ({ model: model.name, digest: 'a'.repeat(64), ...model })),
        });
      }
      if (pathname === '/api/show' && !upstream.scriptsShow) {
        lookups.push(call);
        return Response.json({ details: {}, model_info: {}, capabilities: ['completion'] });
      }
      calls.push(call);
      return upstream.script(call, request);
    },
  });
  return Object.assign(upstream, { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) });
}

/** A body that is written piece by piece; between two pieces the event loop turns, so that each is a read of its own. */
export function inPieces(
  pieces: readonly (string | Uint8Array)[],
  then: 'end' | 'hang' | 'break' = 'end',
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces[at++];
      if (piece !== undefined) {
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
        await new Promise((resolve) => setImmediate(resolve));
        return;
      }
      if (then === 'end') controller.close();
      else if (then === 'break') controller.error(new Error('scripted break'));
      else await new Promise(() => {});
    },
  });
}

export function ndjson(records: readonly unknown[], then?: 'end' | 'hang' | 'break'): Response {
  return new Response(
    inPieces(
      records.map((record) => `${JSON.stringify(record)}\n`),
      then,
    ),
    { headers: { 'content-type': 'application/x-ndjson' } },
  );
}

/** A native chat stream whose content is `pieces`, one a record, as Ollama writes it. */
export function chatRecords(pieces: readonly string[], model: string = MODEL): unknown[] {
  const created_at = '2026-11-22T22:21:55.711668381Z';
  return [
    ...pieces.map((content) => ({ model, created_at, message: { role: 'assistant', content }, done: false })),
    {
      model,
      created_at,
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'stop',
      total_duration: 1,
      prompt_eval_count: 5,
      eval_count: pieces.length,
    },
  ];
}

export function sse(events: readonly unknown[], then?: 'end' | 'hang' | 'break'): Response {
  const pieces = events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
  return new Response(inPieces(pieces, then), { headers: { 'content-type': 'text/event-stream' } });
}

/** An OpenAI chat stream whose content is `pieces`. */
export function chatChunks(pieces: readonly string[], model: string = MODEL): unknown[] {
  const base = {
    id: 'chatcmpl-407',
    object: 'chat.completion.chunk',
    created: 1795386213,
    model,
    system_fingerprint: 'fp_ollama',
  };
  return [
    ...pieces.map((content, index) => ({
      ...base,
      choices: [{ index: 0, delta: index === 0 ? { role: 'assistant', content } : { content }, finish_reason: null }],
    })),
    { ...base, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    '[DONE]',
  ];
}
