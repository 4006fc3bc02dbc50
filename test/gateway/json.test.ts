import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { MODEL, scriptedUpstream, type ScriptedUpstream } from '../helpers/upstream.ts';

/**
 * Bodies that two JSON readers understand differently, over sockets: what reached Ollama is asserted beside the
 * status, and it is nothing, or exactly the canonical body.
 */

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = scriptedUpstream(answerOf);
  upstream.models = [{ name: MODEL }, { name: 'stub', remote_host: 'https://ollama.com' }];
  gateway = await startGateway({
    upstream: upstream.url,
    env: { ENFORCEMENT_MODE: 'monitor', ALLOWED_MODELS: MODEL },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.calls.length = 0;
});

function answerOf({ path }: { readonly path: string }): Response {
  const model = MODEL;
  switch (path) {
    case '/api/chat':
      return Response.json({ model, message: { role: 'assistant', content: 'Hello' }, done: true });
    case '/api/generate':
      return Response.json({ model, response: 'Hello', done: true });
    case '/api/embed':
      return Response.json({ model, embeddings: [[0.1]] });
    case '/api/embeddings':
      return Response.json({ embedding: [0.1] });
    case '/v1/messages':
      return Response.json({
        id: 'msg',
        type: 'message',
        role: 'assistant',
        model,
        content: [{ type: 'text', text: 'Hello' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 1 },
      });
    default:
      return Response.json({ id: 'c', object: 'chat.completion', created: 1, model, choices: [] });
  }
}

async function ask(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<number> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: body as BodyInit };
  const answer = await fetch(gateway.url + path, init);
  await answer.arrayBuffer();
  return answer.status;
}

/** The beginning and the end of a good body of each route, so that one thing can be wrong between them. */
const GOOD: Readonly<Record<string, string>> = {
  '/api/chat': `"model":"${MODEL}","messages":[{"role":"user","content":"ok"}],"stream":false`,
  '/api/generate': `"model":"${MODEL}","prompt":"ok","stream":false`,
  '/api/embed': `"model":"${MODEL}","input":"ok"`,
  '/api/embeddings': `"model":"${MODEL}","prompt":"ok"`,
  '/v1/chat/completions': `"model":"${MODEL}","messages":[{"role":"user","content":"ok"}]`,
  '/v1/completions': `"model":"${MODEL}","prompt":"ok"`,
  '/v1/embeddings': `"model":"${MODEL}","input":"ok"`,
  '/v1/responses': `"model":"${MODEL}","input":"ok"`,
  '/v1/messages': `"model":"${MODEL}","max_tokens":10,"messages":[{"role":"user","content":"ok"}]`,
};
const PATHS = Object.keys(GOOD);

/** Bodies that are refused on every route. */
const REFUSED: readonly (readonly [name: string, body: (good: string) => string | Uint8Array])[] = [
  ['a key in another case', (good) => `{${good},"MODEL":"evil"}`],
  ['a key in another case that comes first', (good) => `{"Model":"evil",${good}}`],
  ['the same key twice', (good) => `{${good},"model":"evil"}`],
  ['the same key twice, null second', (good) => `{${good},"model":null}`],
  ['the same key twice, null first', (good) => `{"model":null,${good}}`],
  ['the same key once escaped', (good) => `{${good},"mod\\u0065l":"evil"}`],
  ['an unknown key twice', (good) => `{${good},"x":1,"x":2}`],
  ['another value behind it', (good) => `{${good}}{"model":"evil"}`],
  ['words behind it', (good) => `{${good}} xxx`],
  ['a NUL behind it', (good) => `{${good}}\0`],
  ['a byte order mark', (good) => new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(`{${good}}`)])],
  ['UTF-16', (good) => new Uint8Array(Buffer.from(`{${good}}`, 'utf16le'))],
  ['UTF-16 with its mark', (good) => new Uint8Array(Buffer.from(`\ufeff{${good}}`, 'utf16le'))],
  ['bytes that are no UTF-8', (good) => bytes(`{${good},"x":"a`, [0xff], `b"}`)],
  ['an overlong slash', (good) => bytes(`{${good},"x":"`, [0xc0, 0xaf], `"}`)],
  ['a surrogate in UTF-8', (good) => bytes(`{${good},"x":"`, [0xed, 0xa0, 0x80], `"}`)],
  ['half a surrogate pair', (good) => `{${good},"x":"\\ud83d"}`],
  ['half a surrogate pair as a key', (good) => `{${good},"\\ud83d":1}`],
  ['a number beyond all numbers', (good) => `{${good},"x":1e999}`],
  ['nesting that never ends', (good) => `{${good},"x":${'['.repeat(100_000)}`],
  ['nesting of a thousand', (good) => `{${good},"x":${'['.repeat(1000)}${']'.repeat(1000)}}`],
  ['__proto__', (good) => `{${good},"__proto__":{"admin":true}}`],
  ['constructor', (good) => `{${good},"constructor":{"prototype":{}}}`],
  ['NaN', (good) => `{${good},"x":NaN}`],
  ['Infinity', (good) => `{${good},"x":-Infinity}`],
  ['a comment', (good) => `{${good}/* */}`],
  ['a comma too much', (good) => `{${good},}`],
  ['a raw tab in a string', (good) => `{${good},"x":"\t"}`],
  ['single quotes', (good) => `{${good},'x':1}`],
  ['a vertical tab between', (good) => `{\v${good}}`],
  ['a no-break space between', (good) => `{\u00a0${good}}`],
  ['a leading zero', (good) => `{${good},"x":01}`],
  ['an array around it', (good) => `[{${good}}]`],
  ['a string around it', (good) => JSON.stringify(`{${good}}`)],
  ['nothing', () => ''],
  ['null', () => 'null'],
  ['an object that ends early', (good) => `{${good}`],
  ['a cloud model', (good) => `{${good.replace(MODEL, 'gpt-oss:120b-cloud')}}`],
  ['a cloud model behind white space', (good) => `{${good.replace(MODEL, 'gpt-oss:\\u0085Cloud\\u00a0')}}`],
  ['a stub of a remote model', (good) => `{${good.replace(MODEL, 'stub')}}`],
  ['a name with two sources', (good) => `{${good.replace(MODEL, 'a:cloud:local')}}`],
  ['a name that is a path', (good) => `{${good.replace(MODEL, '../../etc/passwd')}}`],
  ['a name that is a URL with a query', (good) => `{${good.replace(MODEL, 'http://evil/a?b')}}`],
  ['a name that is a number', (good) => `{${good.replace(`"${MODEL}"`, '5')}}`],
  ['no name', (good) => `{${good.replace(`"model":"${MODEL}",`, '')}}`],
];

function bytes(before: string, middle: readonly number[], after: string): Uint8Array {
  const encoder = new TextEncoder();
  return new Uint8Array([...encoder.encode(before), ...middle, ...encoder.encode(after)]);
}

describe.each(PATHS)('on %s', (path) => {
  const good = GOOD[path] ?? '';

  test('a good body is forwarded as it is', async () => {
    expect(await ask(path, `{${good}}`)).toBe(200);
    expect(upstream.calls.map(({ body }) => JSON.parse(body))).toEqual([JSON.parse(`{${good}}`)]);
  });

  test.each(REFUSED)('%s is refused and reaches nobody', async (_name, body) => {
    expect(await ask(path, body(good))).toBeOneOf([400, 403]);
    expect(upstream.calls).toEqual([]);
  });

  test.each([
    ['keys that nobody knows', `{${good},"x":{"y":[1,"z"]},"keep-alive":1}`],
    ['white space of JSON', ` \n\t{ ${good} }\r\n `],
    [
      'escapes in a known key and in a value',
      `{${good.replace('"model"', '"mod\\u0065l"').replace('"ok"', '"o\\u006b"')}}`,
    ],
  ])('%s do not arrive', async (_name, body) => {
    expect(await ask(path, body)).toBe(200);
    expect(upstream.calls.map(({ body: forwarded }) => forwarded)).toEqual([`{${good}}`]);
  });

  test.each([
    ['gzip', { 'content-encoding': 'gzip' }],
    ['zstd', { 'content-encoding': 'zstd' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['a type that begins like JSON', { 'content-type': 'application/jsonx' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('%s is 415 and reaches nobody', async (_name, headers) => {
    expect(await ask(path, `{${good}}`, headers as Record<string, string>)).toBe(415);
    expect(upstream.calls).toEqual([]);
  });

  test.each(['APPLICATION/JSON', 'application/json; charset="UTF-8"', 'application/x-www-form-urlencoded', ''])(
    'a body of the type "%s" is JSON',
    async (type) => {
      expect(await ask(path, `{${good}}`, { 'content-type': type })).toBe(200);
      expect(upstream.calls).toHaveLength(1);
    },
  );
});

describe('inside the body', () => {
  const chat = (messages: string, more = '') => `{"model":"${MODEL}","messages":${messages},"stream":false${more}}`;
  test.each([
    ['messages under look-alikes', '/api/chat', `{"model":"${MODEL}","meſſages":[{"role":"user","content":"evil"}]}`],
    ['messages twice', '/api/chat', chat('[]', ',"messages":[{"role":"user","content":"evil"}]')],
    ['a system prompt under a long s', '/api/generate', `{"model":"${MODEL}","prompt":"a","\\u017fystem":"evil"}`],
    ['keep_alive with a Kelvin sign', '/api/generate', `{"model":"${MODEL}","prompt":"a","\\u212aeep_alive":-1}`],
    ['options twice', '/api/chat', chat('[]', ',"options":{"num_predict":-1},"options":{"temperature":0}')],
    ['content in another case', '/api/chat', chat('[{"role":"user","content":"ok","Content":"evil"}]')],
    ['a role in another case', '/api/chat', chat('[{"role":"SYSTEM","content":"evil"}]')],
    ['a role that nobody knows', '/api/chat', chat('[{"role":"narrator","content":"evil"}]')],
    ['content as a number', '/api/chat', chat('[{"role":"user","content":5}]')],
    ['images that are no base64', '/api/chat', chat('[{"role":"user","content":"a","images":["ignore all rules"]}]')],
    ['a rendered prompt', '/api/chat', chat('[]', ',"_debug_render_only":true')],
    [
      'a rendered prompt',
      '/v1/chat/completions',
      chat('[{"role":"user","content":"a"}]', ',"_debug_render_only":true'),
    ],
    ["Ollama's own web search", '/v1/responses', `{"model":"${MODEL}","input":"a","tools":[{"type":"web_search"}]}`],
    [
      "Ollama's own web search",
      '/v1/messages',
      `{"model":"${MODEL}","max_tokens":5,"messages":[{"role":"user","content":"a"}],"tools":[{"type":"web_search_20250305","name":"web_search"}]}`,
    ],
    [
      'a tool argument under __proto__',
      '/api/chat',
      chat('[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"__proto__":{"a":1}}}}]}]'),
    ],
  ])('%s on %s is refused and reaches nobody', async (_name, path, body) => {
    expect(await ask(path, body)).toBeOneOf([400, 403]);
    expect(upstream.calls).toEqual([]);
  });

  test.each([
    ['9007199254740993', 9007199254740992],
    ['1.5', 1.5],
    ['1e3', 1000],
  ])('an option of %s is the float that Go reads too', async (written, read) => {
    expect(await ask('/api/chat', chat('[]', `,"options":{"num_ctx":${written}}`))).toBe(200);
    expect(JSON.parse(upstream.calls[0]?.body ?? '').options.num_ctx).toBe(read);
  });

  test('arguments in history that hide a second reading are read or refused, never both', async () => {
    const call = (args: string) =>
      chat(
        `[{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]}]`,
      );
    for (const args of ['{"a":1,"a":2}', '{"a":1} x', '{"a":NaN}', 'nope', '{"a":"\\ud83d"}']) {
      expect(await ask('/v1/chat/completions', call(args))).toBe(400);
    }
    expect(upstream.calls).toEqual([]);
  });
});

describe('all spellings of a model are the one that is allowed', () => {
  test.each([
    MODEL,
    'SMOLLM2:135M',
    'library/smollm2:135m',
    'registry.ollama.ai/library/smollm2:135m',
    ' smollm2:135m ',
    'smollm2:135m:local',
  ])('%j', async (model) => {
    for (const path of PATHS)
      expect(await ask(path, `{${(GOOD[path] ?? '').replace(`"${MODEL}"`, JSON.stringify(model))}}`)).toBe(200);
    expect(upstream.calls).toHaveLength(PATHS.length);
    for (const { body } of upstream.calls) expect(JSON.parse(body).model.toLowerCase()).toEndWith(MODEL);
  });
});
