import Ajv from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { OPERATIONS } from '../../src/protocols/index.ts';
import { SCHEMAS, openApiSchemas } from '../../src/server/schemas/index.ts';
import { startGateway, type TestGateway } from '../helpers/service.ts';

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

  test('its examples fit its schemas, and the readers take them', () => {
    const ajv = new Ajv({ strict: false });
    for (const operation of OPERATIONS) {
      const { schema, example } = document.paths[operation.path].post.requestBody.content['application/json'];
      const validate = ajv.compile(document.components.schemas[schema.$ref.split('/').at(-1)]);
      expect(validate(example)).toBe(true);
      expect(operation.readRequest(JSON.stringify(example)).unknownKeys).toBe(0);
    }
  });
});

/** How many of these keys, absent in meaning (`null`), a reader does not know in the object that `wrap` puts them in. */
function unknown(readRequest: (body: string) => { unknownKeys: number }, example: object, key: string): boolean {
  return readRequest(JSON.stringify({ ...example, [key]: (example as Json)[key] ?? null })).unknownKeys > 0;
}

describe('documented keys are the keys that are read', () => {
  const schemas = openApiSchemas() as Json;
  const everyKey = new Set(Object.values(schemas).flatMap((schema: Json) => Object.keys(schema.properties ?? {})));

  test.each(OPERATIONS.map((operation) => [operation.path, operation] as const))('%s', (path, operation) => {
    const { schema, example } = document.paths[path].post.requestBody.content['application/json'];
    const documented = new Set(Object.keys(schemas[schema.$ref.split('/').at(-1)].properties));
    const read = [...everyKey].filter((key) => !unknown((body) => operation.readRequest(body), example, key));
    expect(read.toSorted()).toEqual([...documented].toSorted());
  });

  test.each([
    ['/api/chat', 'OllamaChatRequest', 'messages'],
    ['/v1/chat/completions', 'OpenAiChatRequest', 'messages'],
    ['/v1/messages', 'AnthropicMessagesRequest', 'messages'],
  ])('of a message on %s', (path, name, list) => {
    const operation = OPERATIONS.find((one) => one.path === path);
    const { example } = document.paths[path].post.requestBody.content['application/json'];
    const item = schemas[name].properties[list].items;
    const nested = Object.values(schemas).flatMap((schema: Json) =>
      Object.values(schema.properties ?? {}).flatMap((property: Json) => Object.keys(property.items?.properties ?? {})),
    );
    const read = [...new Set(nested)].filter((key) => {
      const message = { ...example[list][0], [key]: example[list][0][key] ?? null };
      return operation?.readRequest(JSON.stringify({ ...example, [list]: [message] })).unknownKeys === 0;
    });
    expect(read.toSorted()).toEqual(Object.keys(item.properties).toSorted());
  });

  test('of the options on /api/chat', () => {
    const operation = OPERATIONS.find((one) => one.path === '/api/chat');
    const documented = Object.keys(schemas.OllamaChatRequest.properties.options.properties);
    for (const key of documented) {
      const body = { model: 'a', messages: [], options: { [key]: null } };
      expect(operation?.readRequest(JSON.stringify(body)).unknownKeys).toBe(0);
    }
  });

  test('every schema has a name that the document gives', () => {
    expect(Object.keys(document.components.schemas).toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  });
});

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
