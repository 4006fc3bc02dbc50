/**
 * What is measured: a process that stands between a load and a stand-in model. Run as its own process:
 * `bun subjects.ts pass|stage UPSTREAM_URL` prints its port.
 *
 * `pass` is the least a proxy in Bun can do, and what every ratio refers to. `stage` adds one empty JavaScript stage.
 */
const [kind, upstream] = process.argv.slice(2);

async function pass(request: Request): Promise<Response> {
  const response = await forward(request);
  return new Response(response.body, {
    status: response.status,
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
  });
}

async function stage(request: Request): Promise<Response> {
  const response = await forward(request);
  const reader = (response.body ?? new Blob([]).stream()).getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    status: response.status,
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
  });
}

function forward(request: Request): Promise<Response> {
  return fetch(upstream + new URL(request.url).pathname, {
    method: request.method,
    headers: { 'content-type': 'application/json' },
    body: request.body,
    signal: request.signal,
  });
}

if (import.meta.main) {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: kind === 'stage' ? stage : pass });
  process.stdout.write(`${server.port}\n`);
}
