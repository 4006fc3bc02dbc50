import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sendRaw, statusOf } from '../helpers/raw.ts';
import { post, startGateway, type TestGateway } from '../helpers/service.ts';
import { chatRecords, MODEL, ndjson, scriptedUpstream, type ScriptedUpstream } from '../helpers/upstream.ts';

/** The HTTP side of the attack table: what reaches Ollama is asserted beside the status. */

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = scriptedUpstream(() => ndjson(chatRecords(['Hello'])));
  gateway = await startGateway({ upstream: upstream.url, env: { ALLOWED_ORIGINS: 'https://chat.example' } });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.calls.length = 0;
});

const BODY = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hi' }] });

function rawPost(path: string, host: string, extra = ''): Promise<string> {
  return sendRaw(
    gateway.server.port,
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${extra}Content-Length: ${BODY.length}\r\nConnection: close\r\n\r\n${BODY}`,
  );
}

describe('paths', () => {
  test.each([
    '/api%2fchat',
    '/%61pi/chat',
    '/api/%63hat',
    '//api/chat',
    '/api//chat',
    '/api/chat/',
    '/API/chat',
    '/api/chat;x',
    '/api/chat%20',
    '/api/chat%2f',
    '/api\\chat',
    '/x/api/chat',
    '/api/pull',
    '/api/create',
    '/api/me',
    '/api/signout',
    '/api/experimental/web_search',
    '/v1/audio/transcriptions',
    '/v1/images/generations',
    '/debug/pprof',
  ])('POST %s is not a route and reaches nobody', async (path) => {
    const status = statusOf(await rawPost(path, 'localhost'));
    // Bun itself reads a backslash as a slash; the table then sees the clean path, and so do we.
    if (path === '/api\\chat') expect([200, 404]).toContain(status);
    else expect([404, 405]).toContain(status);
    if (status !== 200) expect(upstream.calls).toEqual([]);
  });

  test.each(['a', 'ab', 'llm', 'localhost'])(
    'with the host %s the path that is checked is the path that runs',
    async (host) => {
      for (const path of ['/nope?u=/api/chat', '/x/api/chat', '/v1/x?/api/chat', '//api/chat']) {
        expect(statusOf(await rawPost(path, host))).toBe(404);
      }
      expect(upstream.calls).toEqual([]);
    },
  );

  test.each(['x/y', '', 'a b', 'a:b@c', 'gw/#@x', 'gw?', '[::1', 'gw:99999', 'a, b'])(
    'the host "%s" is refused before any route',
    async (host) => {
      for (const path of ['/api/chat', '/nope?u=/api/chat', '/healthz'])
        expect(statusOf(await rawPost(path, host))).toBe(400);
      expect(upstream.calls).toEqual([]);
    },
  );

  test('a query string changes nothing and goes nowhere', async () => {
    expect(statusOf(await rawPost('/api/chat?model=evil:cloud', 'localhost'))).toBe(200);
    expect(upstream.calls.map(({ path }) => path)).toEqual(['/api/chat']);
  });
});

describe('methods', () => {
  test.each([
    ['GET', '/api/chat', 'POST'],
    ['DELETE', '/api/tags', 'GET, HEAD'],
    ['PUT', '/v1/chat/completions', 'POST'],
    ['OPTIONS', '/api/chat', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s is 405 and names %s', async (method, path, allow) => {
    const answer = await fetch(gateway.url + path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(upstream.calls).toEqual([]);
  });

  test.each(['TRACE', 'CONNECT', 'PROPFIND', 'post'])('%s goes nowhere', async (method) => {
    const raw = await sendRaw(
      gateway.server.port,
      `${method} /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BODY.length}\r\nConnection: close\r\n\r\n${BODY}`,
    );
    expect(statusOf(raw)).not.toBe(200);
    expect(upstream.calls).toEqual([]);
  });
});

test.each([
  'GET /healthz',
  'GET /readyz',
  'GET /docs',
  'GET /docs/json',
  'GET /api/tags',
  'GET /nope',
  'GET /api/chat',
  'OPTIONS /api/chat',
])('%s has a request id', async (line) => {
  const [method = '', path = ''] = line.split(' ');
  const answer = await fetch(gateway.url + path, { method, headers: { origin: 'https://chat.example' } });
  await answer.arrayBuffer();
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

describe('framing', () => {
  const head = 'POST /api/chat HTTP/1.1\r\nHost: localhost\r\n';
  test.each([
    ['length and chunks', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a length with a sign', `${head}Content-Length: +5\r\n\r\nhello`],
    ['a space before the colon', `${head}Content-Length : 5\r\n\r\nhello`],
    ['a chunk size that is no number', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
    ['another transfer encoding', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['two hosts', `POST /api/chat HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`],
    ['HTTP/1.0 without a host', `POST /api/chat HTTP/1.0\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`],
  ])('%s is refused', async (_name, bytes) => {
    expect(statusOf(await sendRaw(gateway.server.port, bytes))).not.toBe(200);
    expect(upstream.calls).toEqual([]);
  });

  test('an upgrade is not taken up: the request is answered as what it is', async () => {
    expect(statusOf(await rawPost('/api/chat', 'localhost', 'Upgrade: websocket\r\n'))).toBe(200);
    expect(upstream.calls[0]?.headers.get('upgrade')).toBeNull();
  });
});

describe('headers', () => {
  test('nothing that the client sent as a header reaches Ollama', async () => {
    await post(`${gateway.url}/api/chat`, BODY, {
      authorization: 'Bearer sk-client',
      cookie: 'session=1',
      'x-forwarded-for': '10.0.0.1',
      'x-openwebui-user-email': 'a@b.example',
      forwarded: 'for=1.2.3.4',
      'x-api-key': 'k',
      'user-agent': 'GitHubCopilotChat/1',
      te: 'trailers',
    });
    const headers = Object.fromEntries(upstream.calls[0]?.headers ?? []);
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    expect(headers['user-agent']).toBe('llm-gateway');
    expect(headers['accept-encoding']).toBe('identity');
  });

  test.each([
    ['gzip', 415],
    ['zstd', 415],
    ['br', 415],
    ['identity', 200],
  ])('Content-Encoding %s: %d', async (encoding, status) => {
    expect((await post(`${gateway.url}/v1/chat/completions`, BODY, { 'content-encoding': encoding })).status).toBe(
      status === 200 ? 502 : status,
    );
  });

  test.each([
    ['application/json', 200],
    ['APPLICATION/JSON; charset=UTF-8', 200],
    ['application/x-www-form-urlencoded', 200],
    ['text/plain', 415],
    ['application/jsonx', 415],
    ['application/json; charset=utf-16', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('Content-Type %s: %d', async (type, status) => {
    expect((await post(`${gateway.url}/api/chat`, BODY, { 'content-type': type })).status).toBe(status);
  });

  test('a body over the cap is refused by its declared length, before it is read', async () => {
    const raw = await sendRaw(
      gateway.server.port,
      'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n',
    );
    expect(statusOf(raw)).toBe(413);
    expect(upstream.calls).toEqual([]);
  });

  test('every answer carries a request id of ours, and never the one that a client made up', async () => {
    const answers = [
      await post(`${gateway.url}/api/chat`, BODY, { 'x-request-id': 'client-chosen-id' }),
      await fetch(`${gateway.url}/nope`),
    ];
    for (const answer of answers) expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(gateway.logs.some((line) => line['client_request_id'] === 'client-chosen-id')).toBe(true);
  });
});

describe('browsers', () => {
  test('a page on a site that is not listed is refused on every method', async () => {
    const answer = await post(`${gateway.url}/api/chat`, BODY, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ error: 'Requests from this origin are not allowed' });
    expect(upstream.calls).toEqual([]);
  });

  test('a page on a listed site may ask and read', async () => {
    const preflight = await fetch(`${gateway.url}/api/chat`, {
      method: 'OPTIONS',
      headers: { origin: 'https://chat.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://chat.example');
    const answer = await post(`${gateway.url}/api/chat`, BODY, { origin: 'https://chat.example' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://chat.example');
  });

  test('without an Origin nothing is said about origins', async () => {
    expect((await post(`${gateway.url}/api/chat`, BODY)).headers.get('access-control-allow-origin')).toBeNull();
  });
});
