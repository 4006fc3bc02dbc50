import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import { Glob } from 'bun';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATIONS } from '../../src/protocols/index.ts';
import { SCHEMAS, openApiSchemas } from '../../src/server/schemas/index.ts';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { placesOf, type Place } from './schema-places.ts';

type Json = any; // The document as a reader of it sees it; a wrong shape fails the test.

let gateway: TestGateway;
let document: Json;
beforeAll(async () => {
  gateway = await startGateway({ upstream: 'http://127.0.0.1:9' });
  document = await (await fetch(`${gateway.url}/docs/json`)).json();
});
afterAll(() => gateway.stop());

function operations(): [string, Json][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]): [string, Json] => [`${method} ${path}`, operation]),
  );
}

describe('/docs/json', () => {
  test('names every data route with its own id, request, answer, example, errors and keys', () => {
    for (const operation of OPERATIONS) {
      const entry = document.paths[operation.path]?.post;
      expect(entry?.requestBody?.content['application/json'].schema.$ref).toMatch(/^#\/components\/schemas\//);
      expect(entry.requestBody.content['application/json'].example).toBeDefined();
      for (const status of ['200', '400', '401', '403', '404', '413', '415', '429', '502', '503', '504'])
        expect(Object.keys(entry.responses)).toContain(status);
      expect(Object.keys(entry.responses['200'].content)).toHaveLength(operation.streaming === 'none' ? 1 : 2);
    }
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'apiKey']);
  });

  test('has one id an operation, a description an answer, a declared parameter for each in a path', () => {
    const ids = operations().map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, operation] of operations()) {
      for (const response of Object.values(operation.responses) as Json[]) expect(response.description).toBeString();
      const declared = (operation.parameters ?? []).map((parameter: Json) => `{${parameter.name}}`);
      expect(name.match(/\{\w+\}/g) ?? []).toEqual(declared);
    }
  });

  test('keeps to what OpenAPI 3.0 forbids and JSON Schema does not', () => {
    expect(document.openapi).toStartWith('3.0.');
    const text = JSON.stringify(document);
    for (const forbidden of ['"required":[]', '"$schema"', '"const"', '"examples":[', '"propertyNames"', '"type":['])
      expect(text).not.toContain(forbidden);
  });

  test('refers to nothing that is not there', () => {
    for (const [, path = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path.split('/').reduce((node: Json, key) => node?.[key], document);
      expect(target).toBeDefined();
    }
  });

  test('is OpenAPI, by the judgement of a validator', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    const broken = structuredClone(document);
    delete broken.paths['/api/chat'].post.responses;
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  test('every example that stands in it fits its schema, and the readers take those of requests', () => {
    const found = examplesIn(document);
    expect(found.length).toBeGreaterThan(20);
    for (const { at, schema, example } of found) {
      const validate = compile(schema);
      expect([at, validate(example), validate.errors ?? []]).toEqual([at, true, []]);
    }
    for (const operation of OPERATIONS) {
      const { example } = document.paths[operation.path].post.requestBody.content['application/json'];
      expect(operation.readRequest(JSON.stringify(example)).unknownKeys).toBe(0);
    }
  });
});

interface Example {
  readonly at: string;
  readonly schema: Json;
  readonly example: Json;
}

/** Every example of the document beside the schema that it is an example of. */
function examplesIn(node: Json, at = ''): Example[] {
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.entries(node).flatMap(([key, value]) =>
    key === 'example' || key === 'properties' ? [] : examplesIn(value, `${at}/${key}`),
  );
  const properties = Object.entries(node.properties ?? {}).flatMap(([key, value]) => examplesIn(value, `${at}/${key}`));
  const own = 'example' in node ? [{ at, schema: node.schema ?? node, example: node.example }] : [];
  return [...own, ...inner, ...properties];
}

function compile(schema: Json) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const { $ref } = schema;
  return ajv.compile($ref === undefined ? schema : document.components.schemas[$ref.split('/').at(-1)]);
}

/** Words that may be keys: all of the document, and all that stand in quotes where requests are read. */
function keyWords(): string[] {
  const folder = join(import.meta.dir, '../../src/protocols');
  const sources = [...new Glob('*.ts').scanSync(folder)].map((file) => readFileSync(join(folder, file), 'utf8'));
  const quoted = sources.flatMap((source) => [...source.matchAll(/['`]([\w ${}]+)['`]/g)].map(([, text = '']) => text));
  const words = quoted.flatMap((text) => text.split(/[^a-z_]+/)).filter((word) => /^[a-z_]{2,}$/.test(word));
  return [...new Set([...words, ...JSON.stringify(openApiSchemas()).split(/\W+/)])];
}

describe('what is documented is what is read', () => {
  const schemas = openApiSchemas() as Json;
  const words = keyWords();
  const PROBE = 'a_key_that_nobody_knows';

  /** The document has the name of the schema, but only once it is asked for; the route's own file has it at once. */
  function schemaOf(path: string): Json {
    const { schema } = document.paths[path].post.requestBody.content['application/json'];
    return schemas[schema.$ref.split('/').at(-1)];
  }

  function unknownKeys(operation: (typeof OPERATIONS)[number], body: object): number | undefined {
    try {
      return operation.readRequest(JSON.stringify(body)).unknownKeys;
    } catch {
      return undefined;
    }
  }

  /** Keys that the reader knows in a place: of each kind, in the first body in which it looks there at all. */
  function knownIn(operation: (typeof OPERATIONS)[number], place: Place): Set<string> | undefined {
    let known: Set<string> | undefined;
    for (const leaf of place.leaves) {
      const bodies = place.bodies(leaf);
      const withKey = (at: number, key: string) => place.bodies({ ...leaf, [key]: leaf[key] ?? null })[at] ?? {};
      const at = bodies.findIndex((body, index) => {
        const base = unknownKeys(operation, body);
        return base !== undefined && unknownKeys(operation, withKey(index, PROBE)) === base + 1;
      });
      if (at < 0) continue;
      known ??= new Set();
      const base = unknownKeys(operation, bodies[at] ?? {});
      for (const word of words)
        if (!known.has(word) && unknownKeys(operation, withKey(at, word)) === base) known.add(word);
    }
    return known;
  }

  test.each(OPERATIONS.map((operation) => [operation.path, operation] as const))(
    'every key of every object in a request to %s',
    (path, operation) => {
      const places = placesOf(schemaOf(path));
      const documented = places.map(({ name, schema }) => [name, Object.keys(schema.properties ?? {}).toSorted()]);
      const read = places.map((place) => [place.name, [...(knownIn(operation, place) ?? ['nothing'])].toSorted()]);
      expect(read).toEqual(documented);
    },
    30_000,
  );

  test.each(OPERATIONS.map((operation) => [operation.path, operation] as const))(
    'every word that a field of a request to %s may hold',
    (path, operation) => {
      for (const place of placesOf(schemaOf(path))) {
        for (const [key, { enum: accepted }] of Object.entries(place.schema.properties ?? {})) {
          for (const word of accepted ?? []) {
            const taken = place.leaves.some((leaf) =>
              place.bodies({ ...leaf, [key]: word }).some((body) => unknownKeys(operation, body) !== undefined),
            );
            expect([place.name, key, word, taken]).toEqual([place.name, key, word, true]);
          }
        }
      }
    },
  );

  test('every schema has a name that the document gives', () => {
    expect(Object.keys(document.components.schemas).toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  });
});

describe('what a real Ollama answered fits what is documented', () => {
  const folder = join(import.meta.dir, '../fixtures');
  const answers = [...new Glob('{ollama,openai,anthropic}/**/*.response.{json,ndjson}').scanSync(folder)].sort();

  test.each(answers)('%s', (file) => {
    const meta = JSON.parse(readFileSync(join(folder, file.replace(/response\.\w+$/, 'meta.json')), 'utf8'));
    const documented = document.paths[meta.path]?.post?.responses['200']?.content['application/json'].schema;
    // Failures of Ollama's are told in the gateway's own words, and metadata has no schema.
    if (meta.status !== 200 || documented?.$ref === undefined) return;
    const validate = compile(documented);
    const text = readFileSync(join(folder, file), 'utf8');
    for (const line of file.endsWith('ndjson') ? text.split('\n').filter(Boolean) : [text]) {
      const record = parsed(line);
      if (record !== undefined && !('error' in record))
        expect([validate(record), validate.errors ?? []]).toEqual([true, []]);
    }
  });
});

describe('what the gateway refuses fits what is documented', () => {
  test.each(OPERATIONS.map(({ path }) => path))('%s', async (path) => {
    const { requestBody, responses } = document.paths[path].post;
    const { example } = requestBody.content['application/json'];
    for (const [body, status] of [
      ['{', 400],
      // Nothing listens where Ollama should be.
      [JSON.stringify({ ...example, stream: false }), 502],
    ] as const) {
      const response = await fetch(gateway.url + path, { method: 'POST', body });
      expect(response.status).toBe(status);
      const validate = compile(responses[status].content['application/json'].schema);
      expect([validate(await response.json()), validate.errors ?? []]).toEqual([true, []]);
    }
  });
});

/** The value, or undefined where a recording was cut in the middle of it. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('/docs', () => {
  test.each([
    ['/docs', 'text/html', "default-src 'none'"],
    ['/docs/swagger-ui.css', 'text/css', "default-src 'none'"],
    ['/docs/swagger-ui-bundle.js', 'text/javascript', "default-src 'none'"],
    ['/docs/start.js', 'text/javascript', "default-src 'none'"],
  ])('%s comes from the gateway itself', async (path, type, policy) => {
    const response = await fetch(gateway.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toStartWith(type);
    expect(response.headers.get('content-security-policy')).toStartWith(policy);
    expect(await response.text()).not.toBe('');
  });

  test('the page names no other host', async () => {
    const text = await (await fetch(`${gateway.url}/docs`)).text();
    expect(text.match(/(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]+/gi)).toBeNull();
  });
});
