import { expect, test } from 'bun:test';
import { join } from 'node:path';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import type { RequestView } from '../../src/core/operation.ts';
import { OPERATIONS } from '../../src/protocols/index.ts';

/** What a small Go program with Ollama's types reads, against what the gateway decided on. Run where Go is. */
const GO = Bun.which('go');
const BODIES = 20_000;
const SEED = 20_261_123;

interface Read {
  readonly ok: boolean;
  readonly value?: unknown;
}

test.skipIf(GO === null)(
  'for 20,000 bodies: refused, or Go reads from the original what it reads from ours, and no text that we did not see',
  () => {
    const bodies = fc.sample(requests(), { numRuns: BODIES, seed: SEED });
    const accepted = bodies.flatMap(({ route, body }) => {
      const view = readOrRefuse(route, body);
      return view === undefined ? [] : [{ route, body, view }];
    });
    // A generator whose bodies are nearly all refused, or hardly ever, would prove nothing.
    expect(accepted.length).toBeGreaterThan(BODIES / 20);
    expect(accepted.length).toBeLessThan(BODIES * 0.9);

    const originals = readWithGo(accepted);
    const forwarded = readWithGo(accepted.map(({ route, view }) => ({ route, body: view.body() })));
    for (const [index, { route, body, view }] of accepted.entries()) {
      const original = originals[index];
      const ours = forwarded[index];
      expect({ seed: SEED, route, body, read: original }).toEqual({ seed: SEED, route, body, read: ours });
      const seen = new Set(view.texts.map(({ text }) => text));
      const unseen = textsOf(original?.value).filter((text) => !seen.has(text));
      expect({ seed: SEED, route, body, unseen }).toEqual({ seed: SEED, route, body, unseen: [] });
    }
  },
  120_000,
);

/** What cannot be read, and a tool of Ollama's own that would search the web. */
const REFUSALS: ReadonlySet<string> = new Set(['malformed_request', 'tool_blocked']);

function readOrRefuse(route: string, body: string): RequestView | undefined {
  try {
    return OPERATIONS.find(
      ({ path }) => path === (route.startsWith('v1/') ? `/${route}` : `/api/${route}`),
    )?.readRequest(body);
  } catch (error) {
    if (error instanceof GatewayError && REFUSALS.has(error.code)) return undefined;
    throw error;
  }
}

function readWithGo(bodies: readonly { readonly route: string; readonly body: string }[]): Read[] {
  const input = bodies.map(({ route, body }) => `${JSON.stringify({ Route: route, Body: body })}\n`).join('');
  const run = Bun.spawnSync([GO ?? 'go', 'run', join(import.meta.dir, 'go-reading/main.go')], {
    stdin: Buffer.from(input),
  });
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  return run.stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Every string, and every free key, that could reach a prompt: all but the wire's own words. */
function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  const words = new Set([
    'model',
    'role',
    'type',
    'images',
    'Value',
    'keep_alive',
    'effort',
    'reasoning_effort',
    'encoding_format',
    'image_url',
    'data',
    'format',
  ]);
  const visit = (node: unknown, isFree: boolean) => {
    if (typeof node === 'string' && node !== '') texts.push(node);
    if (node === null || typeof node !== 'object') return;
    for (const [key, child] of Object.entries(node)) {
      if (isFree && !Array.isArray(node)) texts.push(key);
      if (!isFree && !Array.isArray(node) && words.has(key)) continue;
      if (!isFree && key === 'schema') continue;
      if (key === 'format' && child === 'json') continue;
      visit(child, isFree || key === 'arguments');
    }
  };
  visit(value, false);
  return texts;
}

/** Members may repeat: an object of JavaScript could not hold what the hazard is. */
type Member = readonly [key: string, json: string];

function requests(): fc.Arbitrary<{ route: string; body: string }> {
  const routes = Object.keys(FIELDS).filter((name) => !name.includes('.'));
  return fc
    .constantFrom(...routes)
    .chain((route) => fc.tuple(objectOf(route), ending()).map(([json, end]) => ({ route, body: json + end })));
}

/** Mostly nothing behind the value. */
function ending(): fc.Arbitrary<string> {
  return rarely('', ' \n', '{"model":"evil"}', 'x', '\u0000', ']');
}

function rarely(usual: string, ...others: string[]): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: 40 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
}

/** The fields of each object, and what usually stands in them. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, () => fc.Arbitrary<string>>>>> = {
  chat: {
    messages: () => listOf(objectOf('chat.message')),
    tools: () => listOf(objectOf('chat.tool')),
    ...sampling(),
  },
  generate: {
    prompt: text,
    suffix: text,
    system: text,
    template: text,
    context: () => listOf(integer()),
    raw: flag,
    images: () => listOf(image()),
    ...sampling(),
  },
  embed: { input: () => fc.oneof(text(), listOf(text())), truncate: flag, dimensions: integer, options },
  embeddings: { prompt: text, keep_alive: keepAlive, options },
  'v1/chat/completions': {
    messages: () => listOf(objectOf('v1.message')),
    tools: () => listOf(objectOf('chat.tool')),
    response_format: () =>
      fc.constantFrom(
        '{"type":"json_object"}',
        '{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}',
      ),
    reasoning: () => fc.constantFrom('{"effort":"high"}', '{}', 'null', '"high"'),
    reasoning_effort: () => rarely('"low"', '"a bit"', 'null'),
    logprobs: flag,
    top_logprobs: integer,
    tool_choice: () => fc.constantFrom('"auto"', '{"type":"function","function":{"name":"f"}}', 'null'),
    user: text,
    ...completing(),
  },
  'v1/completions': { prompt: text, suffix: text, logprobs: integer, ...completing() },
  'v1/embeddings': {
    input: () => fc.oneof(text(), listOf(text())),
    dimensions: integer,
    encoding_format: () => rarely('"float"', '"base64"', '"a b"', '""'),
  },
  'v1.message': {
    role: () => rarely('"user"', '"system"', '"assistant"', '"tool"', '"developer"', '"USER"', '"function"'),
    content: () => fc.oneof(text(), listOf(objectOf('v1.part'))),
    reasoning: text,
    tool_calls: () => listOf(objectOf('v1.call')),
    name: text,
    tool_call_id: text,
  },
  'v1.part': {
    type: () => rarely('"text"', '"image_url"', '"input_audio"', '"file"', '"Text"'),
    text,
    image_url: () =>
      fc.constantFrom('"data:image/png;base64,aGk="', '{"url":"data:image/png;base64,aGk="}', '{"url":"http://x"}'),
    input_audio: () => fc.constantFrom('{"data":"aGk=","format":"wav"}', '"x"'),
  },
  'v1.call': {
    id: text,
    index: integer,
    type: () => rarely('"function"', '"custom"'),
    function: () => objectOf('v1.called'),
  },
  'v1.called': {
    name: text,
    arguments: () =>
      fc.oneof(
        freeObject(2).map((json) => JSON.stringify(json)),
        fc.constantFrom('""', '"null"', '"[1]"', '"{} x"', '{}'),
      ),
  },
  'chat.message': {
    role: () => rarely('"user"', '"system"', '"assistant"', '"tool"', '"SYSTEM"', '"wizard"', '"\\u0075ser"'),
    content: text,
    thinking: text,
    images: () => listOf(image()),
    tool_calls: () => listOf(objectOf('chat.call')),
    tool_name: text,
    tool_call_id: text,
  },
  'chat.call': { id: text, function: () => objectOf('chat.called') },
  'chat.called': { index: integer, name: text, arguments: () => freeObject(2) },
  'chat.tool': { type: () => rarely('"function"', '"web_search"'), function: () => objectOf('chat.function') },
  'chat.function': { name: text, description: text },
};

/** Objects that are useless without these fields mostly have them. */
const USUAL: Readonly<Record<string, readonly Member[]>> = {
  chat: [['model', '"m"']],
  generate: [['model', '"m"']],
  embed: [['model', '"m"']],
  embeddings: [['model', '"m"']],
  'v1/chat/completions': [['model', '"m"']],
  'v1/completions': [
    ['model', '"m"'],
    ['prompt', '"p"'],
  ],
  'v1/embeddings': [
    ['model', '"m"'],
    ['input', '"i"'],
  ],
  'v1.message': [['role', '"user"']],
  'v1.part': [
    ['type', '"text"'],
    ['text', '"t"'],
  ],
  'v1.call': [['function', '{"name":"f","arguments":"{}"}']],
  'v1.called': [
    ['name', '"f"'],
    ['arguments', '"{}"'],
  ],
  'chat.message': [['role', '"user"']],
  'chat.call': [['function', '{"name":"f"}']],
  'chat.called': [['name', '"f"']],
  'chat.tool': [['function', '{"name":"f"}']],
  'chat.function': [['name', '"f"']],
};

/** What both of OpenAI's completion routes have. */
function completing(): Record<string, () => fc.Arbitrary<string>> {
  const float = () => fc.constantFrom('0.5', '1', '1e-2', 'null');
  return {
    stream: flag,
    stream_options: () => fc.constantFrom('{"include_usage":true}', '{}', 'null', '{"Include_usage":true}'),
    max_tokens: integer,
    seed: integer,
    stop: () => fc.oneof(text(), listOf(text())),
    temperature: float,
    top_p: float,
    frequency_penalty: float,
    presence_penalty: float,
    n: integer,
    _debug_render_only: () => rarely('false', 'true'),
  };
}

function sampling(): Record<string, () => fc.Arbitrary<string>> {
  return {
    stream: flag,
    think: () => fc.constantFrom('true', '"high"', '"a bit"', 'null', '1'),
    keep_alive: keepAlive,
    truncate: flag,
    shift: flag,
    logprobs: flag,
    top_logprobs: integer,
    format: () => fc.constantFrom('"json"', '""', 'null', '"xml"', '{"type":"object"}'),
    options,
    _debug_render_only: () => rarely('false', 'true'),
  };
}

function objectOf(name: string): fc.Arbitrary<string> {
  const fields = Object.entries(FIELDS[name] ?? {});
  const member = fc
    .constantFrom(...fields)
    .chain(([key, value]) =>
      fc.tuple(spelled(key), fc.oneof({ arbitrary: value(), weight: 30 }, { arbitrary: anything(1), weight: 1 })),
    );
  const unknown = fc.tuple(fc.constantFrom('x', 'model ', 'n\u00e4me'), anything(1));
  const extra = fc.array(fc.oneof({ arbitrary: member, weight: 12 }, { arbitrary: unknown, weight: 1 }), {
    maxLength: 4,
  });
  const usual: fc.Arbitrary<readonly Member[]> = fc.oneof(
    { arbitrary: fc.constant(USUAL[name] ?? []), weight: 30 },
    { arbitrary: fc.constant([]), weight: 1 },
  );
  return fc.tuple(usual, extra).map(([first, rest]) => {
    // A field that stands there already comes twice now and then only.
    const members: Member[] = [];
    for (const [key, json] of [...rest, ...first]) {
      const isRepeated = members.some(([other]) => other === `"${key}"` || other === key);
      if (!isRepeated || json.length % 7 === 0) members.push([key.startsWith('"') ? key : `"${key}"`, json]);
    }
    return `{${members.map(([key, json]) => `${key}:${json}`).join(',')}}`;
  });
}

/** A key as it should be, and now and then as Go would read it all the same. */
function spelled(key: string): fc.Arbitrary<string> {
  const escaped = `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`;
  return rarely(key, key.toUpperCase(), key.replace('s', '\u017f'), key.replace('k', '\u212a'), escaped, `${key} `).map(
    (spelling) => `"${spelling}"`,
  );
}

function text(): fc.Arbitrary<string> {
  const plain = fc.string({ maxLength: 6 }).map((value) => JSON.stringify(value));
  return fc.oneof(
    { arbitrary: plain, weight: 30 },
    {
      arbitrary: fc.constantFrom('null', '"\\ud83d"', '"\\ud83d\\ude00"', '"a\tb"', '"\\/\\u0041"', '"\u2028"'),
      weight: 2,
    },
  );
}

function flag(): fc.Arbitrary<string> {
  return fc.constantFrom('true', 'false', 'null');
}

function integer(): fc.Arbitrary<string> {
  return fc.constantFrom('0', '1', '20', '-1', '-0', '1.0', '1e2', '9007199254740993', 'null');
}

function keepAlive(): fc.Arbitrary<string> {
  return fc.constantFrom(
    '0',
    '-1',
    '1.5',
    '"5m"',
    '"-1s"',
    '"1h2m3.5s"',
    '"5"',
    '""',
    '".5h"',
    '"1us"',
    '"1d"',
    'null',
    'true',
  );
}

function image(): fc.Arbitrary<string> {
  return fc.constantFrom('"aGk="', '"aG\\nk="', '[104,105]', '[]', '""', '[1.0]', '[256]', '"not base64"', 'null');
}

function options(): fc.Arbitrary<string> {
  return fc.constantFrom(
    '{}',
    '{"num_ctx":4096,"seed":7}',
    '{"stop":["END"]}',
    '{"num_predict":-1,"temperature":1.0}',
    'null',
  );
}

function listOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(item, { maxLength: 2 }).map((items) => `[${items.join(',')}]`);
}

function freeObject(depth: number): fc.Arbitrary<string> {
  const member = fc.tuple(fc.constantFrom('a', 'b', 'A', 'model', 'caf\u00e9', '\u017f'), anything(depth));
  return fc
    .array(member, { maxLength: 3 })
    .map((members) => `{${members.map(([key, json]) => `"${key}":${json}`).join(',')}}`);
}

function anything(depth: number): fc.Arbitrary<string> {
  const leaf = fc.oneof(text(), flag(), fc.constantFrom('1', '1.50', '-2e-3', '1e999', '[]', '{}'));
  return depth === 0 ? leaf : fc.oneof(leaf, listOf(leaf), freeObject(depth - 1));
}
