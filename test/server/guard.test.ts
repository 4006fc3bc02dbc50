import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { guard, protocolOf } from '../../src/server/guard.ts';

function refusalOf(request: Request, origins: readonly string[] = []): string | undefined {
  try {
    guard(request, origins);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : 'not ours';
  }
}

function request(url: string, headers: Record<string, string> = {}): Request {
  return new Request(url, { headers });
}

describe('guard()', () => {
  test.each(['localhost', 'localhost:8000', 'llm', 'a', 'gateway.llm.svc.cluster.local:80', '10.0.0.1', '[::1]:8000'])(
    'the host %s is fine',
    (host) => {
      expect(refusalOf(request('http://localhost/api/chat', { host }))).toBeUndefined();
    },
  );

  test.each(['a b', 'gw/#@x', 'gw?', '[::1', 'gw:99999', 'a:b@c', 'a, b', 'x/y', '-', 'gw:'])(
    'the host "%s" could be read in two ways and is refused',
    (host) => {
      expect(refusalOf(request('http://localhost/api/chat', { host }))).toBe('malformed_request');
    },
  );

  test('the path is the one of the URL, not decoded', () => {
    expect(guard(request('http://localhost/api%2fchat?x=/api/chat'), []).path).toBe('/api%2fchat');
  });

  test.each([
    ['https://evil.example', [], 'origin_not_allowed'],
    ['null', [], 'origin_not_allowed'],
    ['http://localhost:8000', [], undefined],
    ['https://localhost:8000', [], undefined],
    ['https://chat.example', ['https://chat.example'], undefined],
    ['https://chat.example.evil', ['https://chat.example'], 'origin_not_allowed'],
  ])('a page on %s with %j allowed: %p', (origin, allowed, code) => {
    expect(refusalOf(request('http://localhost:8000/api/chat', { host: 'localhost:8000', origin }), allowed)).toBe(
      code as string,
    );
  });
});

test.each([
  ['/v1/messages', 'anthropic'],
  ['/v1/chat/completions', 'openai'],
  ['/api/chat', 'ollama'],
  ['/nope', 'ollama'],
])('protocolOf() refuses %s in the words of %s', (path, protocol) => {
  expect(protocolOf(path)).toBe(protocol as 'ollama');
});
