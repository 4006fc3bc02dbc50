import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { inPieces, MODEL, scriptedUpstream, type ScriptedUpstream } from '../helpers/upstream.ts';

/** The routes that change what Ollama has: there for admins only, read as strictly as the rest, streamed both ways. */

const ADMIN_KEY = 'admin-key-0123456789abcdef';
const USER_KEY = 'user-key-0123456789abcdef0';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const DIGEST = `sha256:${'b'.repeat(64)}`;

const ACCESS = `apiVersion: llm-gateway/v1
kind: Access
metadata: { name: access, description: an admin and a user }
spec:
  callers:
    - { name: keeper, admin: true, keys: [{ sha256: ${sha256(ADMIN_KEY)} }] }
    - { name: user, keys: [{ sha256: ${sha256(USER_KEY)} }] }
`;
const PINNED = `apiVersion: llm-gateway/v1
kind: ModelAllowlist
metadata: { name: models, description: one model by its digest }
spec: { models: [{ name: '${MODEL}', digest: '${'a'.repeat(64)}' }] }
`;

/** Bun's own, which a HEAD has in another form. */
const BY_BUN = new Set(['content-length', 'date']);

const ROUTES = [
  ['POST', '/api/pull', { model: 'llama3.2' }],
  ['POST', '/api/push', { model: 'me/llama3.2' }],
  ['POST', '/api/create', { model: 'mine', from: 'llama3.2', system: 'Be brief' }],
  ['POST', '/api/copy', { source: 'a', destination: 'b' }],
  ['DELETE', '/api/delete', { model: 'a' }],
  ['POST', `/api/blobs/${DIGEST}`, 'blob'],
  ['HEAD', `/api/blobs/${DIGEST}`, undefined],
] as const;

let upstream: ScriptedUpstream;
let gateway: TestGateway;
let closed: TestGateway;

beforeAll(async () => {
  upstream = scriptedUpstream();
  gateway = await startGateway({
    upstream: upstream.url,
    env: { ENFORCEMENT_MODE: 'hard' },
    policies: { 'access.yaml': ACCESS, 'models.yaml': PINNED },
  });
  closed = await startGateway({
    upstream: upstream.url,
    env: { REQUIRE_API_KEY: 'true', API_KEY: USER_KEY, ALLOWED_ORIGINS: 'https://chat.example' },
  });
});
afterAll(async () => {
  await gateway.stop();
  await closed.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.calls.length = 0;
  upstream.models = [{ name: MODEL }];
  upstream.script = () => Response.json({ status: 'success' });
});

function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${ADMIN_KEY}` },
  url = gateway.url,
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: text }) });
}

describe('for whoever is no admin there is no such route', () => {
  const others: [string, Record<string, string>][] = [
    ['anonymous', {}],
    ['a user', { authorization: `Bearer ${USER_KEY}` }],
    ['a wrong key', { authorization: 'Bearer admin-key-0123456789abcdeX' }],
    ['two keys', { authorization: `Bearer ${ADMIN_KEY}, Bearer ${USER_KEY}` }],
    ['another media type', { 'content-type': 'text/plain' }],
  ];
  test.each(ROUTES)('%s %s', async (method, path, body) => {
    const nowhere = await ask('POST', '/api/nope', '{}', {});
    for (const [, headers] of others) {
      const answer = await ask(method, path, body, headers);
      expect(answer.status).toBe(404);
      if (method !== 'HEAD') expect(await answer.text()).toBe('{"error":"No such route"}');
      expect([...answer.headers.keys()].sort().filter((name) => !BY_BUN.has(name))).toEqual(
        [...nowhere.headers.keys()].sort().filter((name) => !BY_BUN.has(name)),
      );
    }
    expect((await ask(method, path, body, {}, closed.url)).status).toBe(404);
    expect(upstream.calls).toEqual([]);
  });

  test.each(['GET', 'PUT', 'PATCH'])('%s tells nothing either', async (method) => {
    for (const [, path] of ROUTES) expect((await ask(method, path)).status).toBe(404);
  });

  test('nor does a preflight', async () => {
    const headers = { origin: 'https://chat.example', 'access-control-request-method': 'POST' };
    expect((await ask('OPTIONS', '/api/pull', undefined, headers, closed.url)).status).toBe(404);
    expect((await ask('OPTIONS', '/api/chat', undefined, headers, closed.url)).status).toBe(204);
  });

  test.each([
    '/api/me',
    '/api/signout',
    '/api/experimental/web_search',
    '/api/user/keys/x',
    '/v1/audio/transcriptions',
  ])('and for an admin there is still no %s', async (path) => {
    for (const method of ['POST', 'DELETE', 'GET'])
      expect((await ask(method, path, method === 'GET' ? undefined : {})).status).toBe(404);
    expect(upstream.calls).toEqual([]);
  });
});

describe('what reaches Ollama is what was read', () => {
  test.each([
    ['POST', '/api/pull', { name: 'llama3.2', insecure: true }, { insecure: true, stream: true, model: 'llama3.2' }],
    ['POST', '/api/pull', { model: ' library/x:local', stream: false }, { model: 'x:latest', stream: false }],
    ['POST', '/api/push', { model: 'me/a', username: 'u', password: 'p' }, { model: 'me/a', stream: true }],
    [
      'POST',
      '/api/create',
      {
        model: 'm',
        from: 'a',
        files: { 'a.gguf': DIGEST },
        parameters: { stop: ['x'], num_ctx: 10 },
        license: 'L',
        nope: 1,
      },
      {
        model: 'm',
        from: 'a',
        files: { 'a.gguf': DIGEST },
        parameters: { stop: ['x'], num_ctx: 10 },
        license: 'L',
        stream: true,
      },
    ],
    ['POST', '/api/copy', { source: 'a', destination: 'b', x: 1 }, { source: 'a', destination: 'b' }],
    ['DELETE', '/api/delete', { name: 'a' }, { model: 'a' }],
  ])('%s %s %j', async (method, path, body, forwarded) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'success' });
    expect(upstream.calls.map((call) => [call.method, call.path, JSON.parse(call.body)])).toEqual([
      [method, path, forwarded],
    ]);
  });

  test.each([
    ['POST', '/api/pull', '{"model":"a","Model":"b"}', 400],
    ['POST', '/api/pull', '{"model":"a","model":"b"}', 400],
    ['POST', '/api/pull', '{"model":"a","name":"b"}', 400],
    ['POST', '/api/pull', '{}', 400],
    ['POST', '/api/pull', '{"model":"../../etc"}', 400],
    ['POST', '/api/pull', '{"model":"a","insecure":1}', 400],
    ['POST', '/api/pull', '{"model":"gpt-oss:120b-cloud"}', 403],
    ['POST', '/api/push', '{"model":"a:cloud"}', 403],
    ['POST', '/api/create', '{"model":"a","from":"b:CLOUD"}', 403],
    ['POST', '/api/create', '{"model":"a","from":"b","remote_host":"https://ollama.com"}', 403],
    ['POST', '/api/create', '{"model":"a","from":"b","ſystem":"x"}', 400],
    ['POST', '/api/copy', '{"source":"a"}', 400],
    ['POST', '/api/copy', '{"source":"a","destination":"b-cloud:x-cloud"}', 403],
    ['DELETE', '/api/delete', '{"model":["a"]}', 400],
    ['POST', '/api/blobs/sha256:zz', 'x', 400],
    ['POST', `/api/blobs/SHA256:${'b'.repeat(64)}`, 'x', 400],
    ['POST', `/api/blobs/sha256-${'b'.repeat(64)}`, 'x', 400],
    ['POST', `/api/blobs/%73ha256:${'b'.repeat(64)}`, 'x', 400],
    ['HEAD', '/api/blobs/..', undefined, 404],
  ])('%s %s %s is %i and reaches nobody', async (method, path, body, status) => {
    expect((await ask(method, path, body)).status).toBe(status);
    expect(upstream.calls).toEqual([]);
  });

  test('a key that Ollama does not need never leaves', async () => {
    await ask('POST', '/api/pull', { model: 'a' });
    expect(upstream.calls[0]?.headers.get('authorization')).toBeNull();
  });
});

describe('streams', () => {
  test('progress comes line by line, as it came', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    upstream.script = () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode('{"status":"pulling manifest"}\n'));
            await promise;
            controller.enqueue(new TextEncoder().encode('{"status":"success"}\n'));
            controller.close();
          },
        }),
        { headers: { 'content-type': 'application/x-ndjson' } },
      );
    const answer = await ask('POST', '/api/pull', { model: 'a' });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const reader = answer.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"status":"pulling manifest"}\n');
    resolve();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"status":"success"}\n');
    expect((await reader?.read())?.done).toBe(true);
  });

  test('a break in mid-stream is an error line', async () => {
    upstream.script = () => new Response(inPieces(['{"status":"pulling manifest"}\n'], 'break'));
    const text = await (await ask('POST', '/api/pull', { model: 'a' })).text();
    expect(text).toEndWith('{"error":"The model server could not answer"}\n');
    expect(text).not.toContain('success');
  });

  test('an upload larger than any other body goes through in pieces, and no copy is kept', async () => {
    const pieces = 96;
    const piece = new Uint8Array(1024 * 1024).fill(7);
    const hash = createHash('sha256');
    for (let at = 0; at < pieces; at++) hash.update(piece);
    upstream.script = (call) => {
      expect(createHash('sha256').update(call.body, 'latin1').digest('hex')).toBe(hash.copy().digest('hex'));
      return new Response(null, { status: 201 });
    };
    const before = process.memoryUsage().rss;
    const answer = await fetch(`${gateway.url}/api/blobs/${DIGEST}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/octet-stream' },
      body: inPieces(Array.from({ length: pieces }, () => piece)),
    });
    expect(answer.status).toBe(201);
    expect(upstream.calls[0]?.path).toBe(`/api/blobs/${DIGEST}`);
    expect(upstream.calls[0]?.body.length).toBe(pieces * piece.length);
    // The stand-in keeps the whole body twice, and it runs in this process too.
    expect(process.memoryUsage().rss - before).toBeLessThan(5 * pieces * piece.length);
  });

  test('no other body may be as large', async () => {
    const answer = await ask('POST', '/api/create', { model: 'a', from: 'b', license: 'x'.repeat(5 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(upstream.calls).toEqual([]);
  });

  test('whether a blob is there', async () => {
    upstream.script = () => new Response(null, { status: 200 });
    expect((await ask('HEAD', `/api/blobs/${DIGEST}`)).status).toBe(200);
    upstream.script = () => new Response(null, { status: 404 });
    expect((await ask('HEAD', `/api/blobs/${DIGEST}`)).status).toBe(404);
  });

  test("Ollama's refusal keeps its status and loses its text", async () => {
    upstream.script = () => Response.json({ error: 'pull from http://10.0.0.1/secret: root:x:0:0' }, { status: 500 });
    const answer = await ask('POST', '/api/pull', { model: 'a', stream: false });
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('{"error":"The model server could not answer"}');
  });
});

test('a pin is checked against what is installed after a change, not before', async () => {
  const chat = () =>
    ask('POST', '/api/chat', { model: MODEL, messages: [{ role: 'user', content: 'Hi' }], stream: false });
  upstream.script = (call) =>
    call.path === '/api/chat'
      ? Response.json({ model: MODEL, message: { role: 'assistant', content: 'Hello' }, done: true })
      : Response.json({ status: 'success' });
  expect((await chat()).status).toBe(200);
  upstream.models = [{ name: MODEL, digest: 'c'.repeat(64) }];
  await (await ask('POST', '/api/copy', { source: 'evil', destination: MODEL })).text();
  const refused = await chat();
  expect(refused.status).toBe(403);
  expect(await refused.json()).toEqual({ error: 'This model is not the version that is allowed' });
});
