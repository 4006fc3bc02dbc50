import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { post, startGateway, type TestGateway } from '../helpers/service.ts';
import {
  chatChunks,
  chatRecords,
  inPieces,
  MODEL,
  ndjson,
  scriptedUpstream,
  sse,
  type ScriptedUpstream,
} from '../helpers/upstream.ts';

/** What the gateway does when something fails: the table that the README publishes, a test a row. */

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = scriptedUpstream();
  gateway = await startGateway({
    upstream: upstream.url,
    env: { STREAM_IDLE_SECONDS: '1', REQUEST_TIMEOUT_SECONDS: '1', ENFORCEMENT_MODE: 'hard' },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
afterEach(() => {
  upstream.calls.length = 0;
});

const CHAT = { model: MODEL, messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
const native = (body: object = {}) => post(`${gateway.url}/api/chat`, { ...CHAT, ...body });
const openai = (body: object = {}) => post(`${gateway.url}/v1/chat/completions`, { ...CHAT, ...body });

describe('before the first byte', () => {
  test('Ollama is down: 502 in the words of the protocol, nothing of its address', async () => {
    const lost = await startGateway({ upstream: 'http://127.0.0.1:9' });
    const answers = [await post(`${lost.url}/api/chat`, CHAT), await post(`${lost.url}/v1/chat/completions`, CHAT)];
    expect(answers.map(({ status }) => status)).toEqual([502, 502]);
    expect(await answers[0]?.json()).toEqual({ error: expect.any(String) });
    expect(await answers[1]?.json()).toMatchObject({ error: { code: 'upstream_error' } });
    await lost.stop();
  });

  test('silence until the first token is cut after REQUEST_TIMEOUT_SECONDS: 504', async () => {
    upstream.script = () => new Promise(() => {});
    const answer = await native();
    expect(answer.status).toBe(504);
    expect((await gateway.finished()).code).toBe('upstream_timeout');
  });

  test('a buffered answer may take longer than that', async () => {
    upstream.script = async () => {
      await Bun.sleep(1_500);
      return Response.json({
        ...(chatRecords(['Late'])[1] as object),
        message: { role: 'assistant', content: 'Late but whole' },
      });
    };
    const answer = await native({ stream: false });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ message: { content: 'Late but whole' } });
    await gateway.finished();
  });

  test.each([
    [404, 404, 'not_found'],
    [500, 500, 'upstream_error'],
    [503, 503, 'overloaded'],
    [400, 400, 'malformed_request'],
  ])('Ollama says %d: the client gets %d without a word of Ollama', async (status, expected, code) => {
    upstream.script = () => Response.json({ error: 'runner at /secret-path failed' }, { status });
    const answer = await openai();
    expect(answer.status).toBe(expected);
    const text = await answer.text();
    expect(text).not.toContain('secret-path');
    expect(JSON.parse(text)).toMatchObject({ error: { code } });
    await gateway.finished();
  });

  test('Ollama redirects: 502, and nobody follows', async () => {
    let followed = 0;
    upstream.script = (call) => {
      if (call.path === '/elsewhere') followed += 1;
      return new Response(null, { status: 302, headers: { location: '/elsewhere' } });
    };
    expect((await native()).status).toBe(502);
    expect(followed).toBe(0);
    await gateway.finished();
  });

  test('an encoded answer, which nobody asked for, is not unpacked: 502', async () => {
    upstream.script = () =>
      new Response(Bun.gzipSync(new TextEncoder().encode('{}')), { headers: { 'content-encoding': 'gzip' } });
    expect((await native({ stream: false })).status).toBe(502);
    await gateway.finished();
  });
});

describe('after the first byte, on a native stream', () => {
  /** The last two records of an answer that was stopped. */
  async function tail(answer: Response): Promise<{ words: string; error: unknown; done: boolean }> {
    const records = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const last = records.at(-1);
    return {
      words: records.at(-2)?.message?.content ?? '',
      error: last?.error,
      done: records.some((record) => record.done === true),
    };
  }

  test.each<[string, () => Response]>([
    ['a stall longer than STREAM_IDLE_SECONDS', () => ndjson(chatRecords(['Blue', ' light']).slice(0, 2), 'hang')],
    ['a connection that breaks', () => ndjson(chatRecords(['Blue', ' light']).slice(0, 2), 'break')],
    ['an end without the terminal record', () => ndjson(chatRecords(['Blue', ' light']).slice(0, 2))],
    [
      'an error record of Ollama',
      () => ndjson([...chatRecords(['Blue']).slice(0, 1), { error: 'runner at /secret-path died' }]),
    ],
    [
      'a record that is not JSON',
      () =>
        new Response(inPieces([`${JSON.stringify(chatRecords(['Blue'])[0])}\n`, 'garbage\n']), {
          headers: { 'content-type': 'application/x-ndjson' },
        }),
    ],
    [
      'a record with a key twice',
      () =>
        new Response(inPieces([`${JSON.stringify(chatRecords(['Blue'])[0])}\n`, '{"done":false,"done":true}\n']), {
          headers: { 'content-type': 'application/x-ndjson' },
        }),
    ],
    [
      'a record that is not UTF-8',
      () =>
        new Response(
          inPieces([
            `${JSON.stringify(chatRecords(['Blue'])[0])}\n`,
            new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d, 0x0a]),
          ]),
          { headers: { 'content-type': 'application/x-ndjson' } },
        ),
    ],
  ])('%s ends in words for the user and an error record, never in done:true', async (_name, script) => {
    upstream.script = script;
    const answer = await native();
    expect(answer.status).toBe(200);
    const { words, error, done } = await tail(answer);
    expect(words.length).toBeGreaterThan(10);
    expect(error).toEqual(expect.any(String));
    expect(String(error)).not.toContain('secret-path');
    expect(done).toBe(false);
    expect(await gateway.finished()).toMatchObject({ end: 'failed' });
  });
});

test('an OpenAI stream that just stops gets the error frame and no [DONE]', async () => {
  upstream.script = () => sse(chatChunks(['Blue', ' light']).slice(0, 2));
  const text = await (await openai({ stream: true })).text();
  expect(text).toContain('"code":"upstream_error"');
  expect(text).not.toContain('[DONE]');
  await gateway.finished();
});

describe('clients', () => {
  test('a client that leaves in mid-stream: Ollama sees the close within a second', async () => {
    upstream.script = () => ndjson(chatRecords(['Blue', ' light']).slice(0, 2), 'hang');
    const leave = new AbortController();
    const answer = await fetch(`${gateway.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify(CHAT),
      signal: leave.signal,
    });
    await answer.body?.getReader().read();
    leave.abort();
    expect(await gateway.finished()).toMatchObject({ end: 'aborted' });
    await until(() => upstream.calls[0]?.aborted === true, 1_000);
  });

  test('a client that leaves before the first token: Ollama sees the close within a second', async () => {
    upstream.script = () => new Promise(() => {});
    const leave = new AbortController();
    const answer = fetch(`${gateway.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify(CHAT),
      signal: leave.signal,
    }).catch(() => 'left');
    await until(() => upstream.calls.length === 1, 1_000);
    leave.abort();
    expect(await answer).toBe('left');
    await until(() => upstream.calls[0]?.aborted === true, 1_000);
    await gateway.finished();
  });

  test('a client that leaves while it waits for its turn gives its place up and asks Ollama for nothing', async () => {
    const consumption = `apiVersion: llm-gateway/v1
kind: Consumption
metadata: { name: one-at-a-time, description: a queue of the test }
spec: { upstream: { concurrent: 1, queue: 4, queueSeconds: 30 } }
`;
    const queued = await startGateway({
      upstream: upstream.url,
      env: { ENFORCEMENT_MODE: 'hard' },
      policies: { 'queue.yaml': consumption },
    });
    upstream.script = () => ndjson(chatRecords(['Blue']).slice(0, 1), 'hang');
    const ask = (signal: AbortSignal) =>
      fetch(`${queued.url}/api/chat`, { method: 'POST', body: JSON.stringify(CHAT), signal }).catch(() => 'left');
    const first = new AbortController();
    await ask(first.signal);
    const second = new AbortController();
    const waiting = ask(second.signal);
    await until(() => queued.service.gateway.inFlight === 2, 1_000);
    second.abort();
    expect(await waiting).toBe('left');
    await until(() => queued.service.gateway.inFlight === 1, 1_000);
    expect(upstream.calls).toHaveLength(1);
    first.abort();
    await until(() => queued.service.gateway.inFlight === 0, 1_000);
    await queued.stop();
  });

  test('a client that reads nothing holds Ollama back instead of filling memory', async () => {
    const line = new TextEncoder().encode(
      `${JSON.stringify({ model: MODEL, created_at: 'x', message: { role: 'assistant', content: 'word '.repeat(2_000) }, done: false })}\n`,
    );
    let produced = 0;
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        produced += line.length;
        if (produced > 200_000_000) return controller.close();
        controller.enqueue(line);
      },
    });
    upstream.script = () => new Response(endless, { headers: { 'content-type': 'application/x-ndjson' } });
    const leave = new AbortController();
    await fetch(`${gateway.url}/api/chat`, { method: 'POST', body: JSON.stringify(CHAT), signal: leave.signal });
    let before = -1;
    await until(
      () => {
        const still = produced === before;
        before = produced;
        return still;
      },
      5_000,
      250,
    );
    expect(produced).toBeLessThan(64_000_000);
    leave.abort();
    await gateway.finished();
  });

  test('a client that reads nothing gives its place up after STREAM_IDLE_SECONDS', async () => {
    const line = new TextEncoder().encode(`${JSON.stringify(chatRecords(['word '.repeat(2_000)])[0])}\n`);
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(line) });
    upstream.script = () => new Response(endless, { headers: { 'content-type': 'application/x-ndjson' } });
    const unread = await native();
    expect(await gateway.finished()).toMatchObject({ end: 'failed', code: 'upstream_timeout' });
    expect(gateway.service.gateway.inFlight).toBe(0);
    await unread.body?.cancel();
  });
});

/** Waits for a condition that the event loop brings about. */
async function until(condition: () => boolean, withinMs: number, stepMs = 10): Promise<void> {
  const giveUpMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > giveUpMs) throw new Error(`not within ${withinMs} ms`);
    await Bun.sleep(stepMs);
  }
}
