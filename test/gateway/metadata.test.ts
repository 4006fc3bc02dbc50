import { afterEach, describe, expect, test } from 'bun:test';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { MODEL, scriptedUpstream, type InstalledModel, type UpstreamCall } from '../helpers/upstream.ts';

/** What is told about models, and which may be used: the same answer on every route. */

const DIGEST = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const allowlist = (models: readonly object[], mode = ''): Record<string, string> => ({
  'models.yaml': `apiVersion: llm-gateway/v1
kind: ModelAllowlist
metadata: { name: models, description: what may be used }
spec: { ${mode} models: ${JSON.stringify(models)} }
`,
});
const ANYTHING = {
  'consumption.yaml': `apiVersion: llm-gateway/v1
kind: Consumption
metadata: { name: consumption, description: no limits worth a word }
spec: { limits: { messages: 1000 } }
`,
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Opened {
  readonly gateway: TestGateway;
  readonly calls: readonly UpstreamCall[];
  ask(method: string, path: string, body?: unknown): Promise<Response>;
}

async function open(
  policies: Record<string, string>,
  models: readonly InstalledModel[],
  mode = 'hard',
): Promise<Opened> {
  const upstream = scriptedUpstream((call) => answerOf(call, models));
  upstream.models = models;
  upstream.scriptsShow = true;
  const gateway = await startGateway({ upstream: upstream.url, policies, env: { ENFORCEMENT_MODE: mode } });
  closing.push(
    () => gateway.stop(),
    () => upstream.stop(),
  );
  return {
    gateway,
    calls: upstream.calls,
    ask: (method, path, body) =>
      fetch(gateway.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  };
}

function answerOf({ path }: UpstreamCall, models: readonly InstalledModel[]): Response {
  if (path === '/') return new Response('Ollama is running');
  if (path === '/api/version') return Response.json({ version: '0.33.0' });
  if (path === '/api/ps') return Response.json({ models: models.map(({ name }) => ({ name, model: name })) });
  if (path === '/api/show')
    return Response.json({
      system: 'SECRET',
      template: 'SECRET',
      modelfile: 'SECRET',
      messages: ['SECRET'],
      details: {},
    });
  if (path === '/v1/models')
    return Response.json({ object: 'list', data: models.map(({ name }) => ({ id: name, object: 'model' })) });
  if (path.startsWith('/v1/models/')) return Response.json({ id: 'x', object: 'model' });
  return Response.json({
    model: MODEL,
    message: { role: 'assistant', content: 'Hello' },
    response: 'Hello',
    done: true,
  });
}

async function namesOf({ ask }: Opened): Promise<Record<string, string[]>> {
  const tags = await (await ask('GET', '/api/tags')).json();
  const ps = await (await ask('GET', '/api/ps')).json();
  const list = await (await ask('GET', '/v1/models')).json();
  const name = (entry: { name: string }) => entry.name;
  return { tags: tags.models.map(name), ps: ps.models.map(name), v1: list.data.map(({ id }: { id: string }) => id) };
}

const same = (names: string[]) => ({ tags: names, ps: names, v1: names });

describe('lists', () => {
  const models = [{ name: MODEL }, { name: 'llama3.2:1b' }, { name: 'qwen3:4b', digest: OTHER }];

  test.each([
    ['hard', [MODEL]],
    ['soft', [MODEL]],
    ['monitor', models.map(({ name }) => name)],
  ])('in %s show %j', async (mode, names) => {
    const opened = await open(allowlist([{ name: 'SmolLM2:135m' }]), models, mode);
    expect(await namesOf(opened)).toEqual(same(names));
  });

  test('show a pinned model as long as it is the version that is allowed', async () => {
    const pins = allowlist([
      { name: MODEL, digest: `sha256:${DIGEST}` },
      { name: 'qwen3:4b', digest: DIGEST },
    ]);
    expect(await namesOf(await open(pins, models))).toEqual(same([MODEL]));
  });

  test.each(['hard', 'monitor'])('never show what would leave for the cloud (%s)', async (mode) => {
    const remote = [
      { name: MODEL },
      { name: 'gpt-oss:120b-cloud' },
      { name: 'innocent:latest', remote_host: 'https://ollama.com' },
    ];
    expect(await namesOf(await open(ANYTHING, remote, mode))).toEqual(same([MODEL]));
  });
});

describe('one model', () => {
  test('is shown without its prompts, whatever else is sent along', async () => {
    const opened = await open(ANYTHING, [{ name: MODEL }]);
    const answer = await opened.ask('POST', '/api/show', { model: MODEL, system: 'x', verbose: false, options: {} });
    expect(await answer.json()).toEqual({ details: {} });
    expect(opened.calls.map(({ body }) => body)).toEqual([`{"model":"${MODEL}"}`]);
  });

  test.each([
    ['not allowed', 'llama3.2:1b', 404],
    ['another version', 'qwen3:4b', 404],
    ['a stub of a remote one', 'innocent', 403],
    ['a cloud name', 'a:cloud', 403],
    ['no name', '%zz', 400],
    ['no name', '..%2f..%2fapi%2fpull', 400],
    ['no name', '%00', 400],
  ])('that is %s (%s) is %i, and nobody is asked', async (_why, name, status) => {
    const installed = [
      { name: 'llama3.2:1b' },
      { name: 'qwen3:4b', digest: OTHER },
      { name: 'innocent', remote_host: 'h' },
    ];
    const opened = await open(
      allowlist([{ name: MODEL }, { name: 'qwen3:4b', digest: DIGEST }, { name: 'innocent' }]),
      installed,
    );
    expect((await opened.ask('GET', `/v1/models/${name}`)).status).toBe(status);
    if (!name.includes('%')) {
      expect((await opened.ask('POST', '/api/show', { model: name })).status).toBe(status);
      expect((await opened.ask('POST', '/api/show', { name })).status).toBe(status);
    }
    expect(opened.calls).toEqual([]);
  });

  test.each([
    '{"model":"a","model":"b"}',
    '{"model":"a","name":"b"}',
    '{"model":{"a":1}}',
    '[]',
    '{"model":"a"} x',
    '',
  ])('%j is no request', async (body) => {
    const opened = await open(ANYTHING, [{ name: MODEL }]);
    const answer = await fetch(`${opened.gateway.url}/api/show`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(opened.calls).toEqual([]);
  });
});

describe('HEAD and what is answered here', () => {
  test.each(['/', '/api/version', '/api/tags'])('HEAD %s', async (path) => {
    const opened = await open(ANYTHING, [{ name: MODEL }]);
    const answer = await opened.ask('HEAD', path);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('cloud is off, whatever Ollama says', async () => {
    const opened = await open(ANYTHING, [{ name: MODEL }]);
    expect(await (await opened.ask('GET', '/api/status')).json()).toEqual({ cloud: { disabled: true, source: 'env' } });
    expect(opened.calls).toEqual([]);
  });
});

describe('a model that may not be used', () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const BODIES: readonly (readonly [path: string, body: object])[] = [
    ['/api/chat', { messages }],
    ['/api/generate', { prompt: 'Hi' }],
    ['/api/embed', { input: 'Hi' }],
    ['/api/embeddings', { prompt: 'Hi' }],
    ['/v1/chat/completions', { messages }],
    ['/v1/completions', { prompt: 'Hi' }],
    ['/v1/embeddings', { input: 'Hi' }],
    ['/v1/responses', { input: 'Hi' }],
    ['/v1/messages', { messages, max_tokens: 5 }],
  ];
  const installed = [
    { name: MODEL, digest: OTHER },
    { name: 'innocent', remote_host: 'https://ollama.com' },
  ];

  test.each(BODIES)('is refused on %s: by name, by digest, in the cloud', async (path, body) => {
    const opened = await open(allowlist([{ name: MODEL, digest: DIGEST }, { name: 'innocent' }]), installed);
    const code = async (model: string) => {
      const answer = await opened.ask('POST', path, { model, ...body });
      expect(answer.status).toBe(403);
      return JSON.stringify(await answer.json());
    };
    expect(await code('llama3.2')).toContain('This model is not allowed');
    expect(await code(`library/${MODEL}`)).toContain('This model is not the version that is allowed');
    for (const name of [
      'innocent',
      'INNOCENT:latest',
      'gpt-oss:120b-cloud',
      'x:cloud',
      'x:CLOUD ',
      'x:\u00a0Cloud\u0085',
    ])
      expect(await code(name)).toContain('Cloud and remote models are not allowed');
    expect(opened.calls).toEqual([]);
  });

  test.each(BODIES)('for the cloud is refused on %s in monitor too', async (path, body) => {
    const opened = await open(ANYTHING, installed, 'monitor');
    for (const model of ['innocent', 'x:cloud'])
      expect((await opened.ask('POST', path, { model, ...body })).status).toBe(403);
    expect(opened.calls).toEqual([]);
  });
});
