/**
 * A stand-in model for load: streams TOKENS records, one every PACE_MS, or answers a small JSON body at once.
 * Run as its own process: `bun model.ts` prints its port.
 */
export const TOKENS = 150;
export const PACE_MS = 20;

const WORDS =
  ' the quick brown fox jumps over a lazy dog and then it rests in the warm sun until the evening comes again'.split(
    /(?= )/,
  );
const created_at = '2026-11-22T22:21:55.711668381Z';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One record, with the time at which it leaves, so that the load can tell how long it took. */
function lineOf(index: number): Uint8Array {
  const content = WORDS[index % WORDS.length] ?? '';
  const record = { model: 'bench:latest', created_at: stamp(), message: { role: 'assistant', content }, done: false };
  return encoder.encode(`${JSON.stringify(record)}\n`);
}

/** The time now as Ollama writes it, to the microsecond. */
function stamp(): string {
  const nowMs = performance.timeOrigin + performance.now();
  const micros = Math.floor((nowMs % 1) * 1000);
  return `${new Date(Math.floor(nowMs)).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}000Z`;
}

/** What `stamp` wrote into a chunk's first record, in milliseconds since 1970; not a number where there is none. */
export function stampOf(chunk: Uint8Array): number {
  const text = decoder.decode(chunk.subarray(0, 128));
  const at = text.indexOf('"created_at":"') + 14;
  return Date.parse(`${text.slice(at, at + 23)}Z`) + Number(text.slice(at + 23, at + 26)) / 1000;
}

const LAST = encoder.encode(
  `${JSON.stringify({ model: 'bench:latest', created_at, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', eval_count: TOKENS })}\n`,
);
const BUFFERED = JSON.stringify({
  model: 'bench:latest',
  created_at,
  message: { role: 'assistant', content: WORDS.join('').repeat(3) },
  done: true,
  done_reason: 'stop',
});

function paced(): ReadableStream<Uint8Array> {
  let at = 0;
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => {
        const isLast = at >= TOKENS;
        controller.enqueue(isLast ? LAST : lineOf(at++));
        if (!isLast) return;
        clearInterval(timer);
        controller.close();
      }, PACE_MS);
    },
    cancel: () => clearInterval(timer),
  });
}

if (import.meta.main) {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      if (request.method === 'GET')
        return Response.json({ models: [{ name: 'bench:latest', digest: 'b'.repeat(64) }] });
      if (request.url.endsWith('/api/show')) return Response.json({ system: '' });
      const stream = !(await request.text()).includes('"stream":false');
      if (!stream) return new Response(BUFFERED, { headers: { 'content-type': 'application/json; charset=utf-8' } });
      return new Response(paced(), { headers: { 'content-type': 'application/x-ndjson' } });
    },
  });
  process.stdout.write(`${server.port}\n`);
}
