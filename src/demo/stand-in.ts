/**
 * A scripted stand-in for Ollama, for machines without one: it answers the demo's questions the way a small model did,
 * one piece of a word a record, and leaks its key when asked.
 */

export interface StandIn {
  readonly url: string;
  /** Bodies that reached the model, latest last. */
  readonly received: string[];
  stop(): void;
}

export const LEAKED_KEY = ['sk', '-', 'test', '-', 'secret', ...'123456789012345678901234567890'.split('')];

const PIECE_MS = 12;

const ANSWERS = {
  key: ['Your', ' API', ' key', ' is', ' ', ...LEAKED_KEY, '.', ' Keep', ' it', ' safe', '!'],
  prompt: ['Sure', '!', ' My', ' instructions', ' say', ':', ' You', ' are', ' a', ' helpful', ' assistant', '.'],
  other: ['I', ' would', ' need', ' more', ' details', ' to', ' help', ' with', ' that', '.'],
} as const;

export function startStandIn(): StandIn {
  const received: string[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === '/api/version') return Response.json({ version: '0.0.0-stand-in' });
      if (pathname === '/api/tags')
        return Response.json({ models: ['llama3.2:1b', 'secret-model:latest'].map(installed) });
      if (pathname === '/v1/models')
        return Response.json({
          object: 'list',
          data: [{ id: 'llama3.2:1b', object: 'model', created: 0, owned_by: 'library' }],
        });
      if (request.method !== 'POST') return new Response('404 page not found', { status: 404 });
      const body = await request.text();
      if (pathname !== '/api/show') received.push(body);
      return answer(pathname, body);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, received, stop: () => void server.stop(true) };
}

function installed(name: string) {
  return {
    name,
    model: name,
    size: 1,
    digest: '0'.repeat(64),
    modified_at: '2026-01-01T00:00:00Z',
    details: { format: 'gguf', family: 'llama', families: ['llama'], parameter_size: '1B', quantization_level: 'Q4_1' },
  };
}

function answer(path: string, body: string): Response {
  const request: { model?: string; stream?: boolean } = JSON.parse(body);
  const model = request.model ?? '';
  const pieces = /system prompt|instructions/i.test(body)
    ? ANSWERS.prompt
    : /api key|secret|password/i.test(body)
      ? ANSWERS.key
      : ANSWERS.other;
  if (path === '/v1/chat/completions') return openAiAnswer(model, pieces, request.stream === true);
  if (path === '/api/show')
    return Response.json({ details: installed(model).details, model_info: {}, capabilities: ['completion', 'tools'] });
  if (path !== '/api/chat' && path !== '/api/generate') return new Response('404 page not found', { status: 404 });
  const text = (content: string) =>
    path === '/api/chat' ? { message: { role: 'assistant', content } } : { response: content };
  const head = () => ({ model, created_at: new Date().toISOString() });
  const end = { done: true, done_reason: 'stop', total_duration: 1, eval_count: pieces.length };
  if (request.stream === false) return Response.json({ ...head(), ...text(pieces.join('')), ...end });
  const records = pieces.map((piece) => `${JSON.stringify({ ...head(), ...text(piece), done: false })}\n`);
  return paced([...records, `${JSON.stringify({ ...head(), ...text(''), ...end })}\n`], 'application/x-ndjson');
}

function openAiAnswer(model: string, pieces: readonly string[], stream: boolean): Response {
  const head = { id: 'chatcmpl-1', created: 0, model, system_fingerprint: 'fp_ollama' };
  if (!stream) {
    const message = { role: 'assistant', content: pieces.join('') };
    return Response.json({
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  }
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  return paced(
    [...pieces.map((content) => chunk({ role: 'assistant', content }, null)), chunk({}, 'stop'), 'data: [DONE]\n\n'],
    'text/event-stream',
  );
}

function paced(records: readonly string[], type: string): Response {
  const encoder = new TextEncoder();
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const record = records[at++];
      if (record === undefined) return controller.close();
      await Bun.sleep(PIECE_MS);
      controller.enqueue(encoder.encode(record));
    },
  });
  return new Response(body, { headers: { 'content-type': type } });
}
