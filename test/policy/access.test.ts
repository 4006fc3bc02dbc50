import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { GatewayError } from '../../src/core/errors.ts';
import { indexOfDigest } from '../../src/policy/constant-time.ts';
import type { PolicySet } from '../../src/core/stage.ts';
import { setOf } from './helpers.ts';

const digest = (key: string) => createHash('sha256').update(key).digest('hex');
const OLD = 'old-key-of-open-webui-0123456789';
const NEW = 'new-key-of-open-webui-0123456789';

function entering(set: PolicySet, key?: string, headers: Record<string, string> = {}) {
  try {
    return set.admission.authenticate(key, new Headers(headers));
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}

const two = `callers:
  - { name: open-webui, keys: [{ sha256: ${digest(OLD)} }, { sha256: ${digest(NEW)} }], userHeader: X-OpenWebUI-User-Id }
  - { name: ops, keys: [{ sha256: ${digest('ops-key-0123456789abcdef')} }], admin: true }`;

describe('authenticate()', () => {
  test('without keys everyone is anonymous', () => {
    expect(entering(setOf({ ToolPermissions: 'block: [a]' }))).toEqual({ name: 'anonymous', admin: false });
  });

  test('both keys of a caller work while it is being rotated', () => {
    const set = setOf({ Access: two });
    expect(entering(set, OLD)).toEqual({ name: 'open-webui', admin: false });
    expect(entering(set, NEW)).toEqual({ name: 'open-webui', admin: false });
  });

  test('an unknown key is anonymous where anonymous callers are allowed, else nobody', () => {
    expect(entering(setOf({ Access: two }), 'ollama')).toEqual({ name: 'anonymous', admin: false });
    const closed = setOf({ Access: `anonymous: deny\n${two}` });
    expect(entering(closed, 'ollama')).toBe('unauthorized');
    expect(entering(closed)).toBe('unauthorized');
    expect(entering(closed, 'x'.repeat(100_000))).toBe('unauthorized');
    expect(entering(closed, '')).toBe('unauthorized');
    expect(entering(closed, NEW)).toMatchObject({ name: 'open-webui' });
  });

  test('deny overrides allow, whichever document or variable says it', () => {
    const policies = { 'Access one': `anonymous: allow\n${two}`, 'Access two': 'anonymous: deny' };
    expect(entering(setOf(policies))).toBe('unauthorized');
    expect(entering(setOf({ Access: two }, { requireApiKey: true }))).toBe('unauthorized');
  });

  test('a key is good until its day is over', () => {
    const access = `anonymous: deny\ncallers: [{ name: ci, keys: [{ sha256: ${digest(OLD)}, notAfter: 2027-01-31 }] }]`;
    const at = (time: string) => entering(setOf({ Access: access }, {}, { now: () => Date.parse(time) }), OLD);
    expect(at('2027-01-31T23:59:59Z')).toMatchObject({ name: 'ci' });
    expect(at('2027-02-01T00:00:00Z')).toBe('unauthorized');
  });

  test('a key expires while the set stays', () => {
    let now = Date.parse('2027-01-01T00:00:00Z');
    const access = `anonymous: deny\ncallers: [{ name: ci, keys: [{ sha256: ${digest(OLD)}, notAfter: 2027-01-31 }] }]`;
    const set = setOf({ Access: access }, {}, { now: () => now });
    expect(entering(set, OLD)).toMatchObject({ name: 'ci' });
    now = Date.parse('2027-03-01T00:00:00Z');
    expect(entering(set, OLD)).toBe('unauthorized');
  });

  test('a key stands in a mounted file, with the newline that tools leave', () => {
    const access = 'anonymous: deny\ncallers: [{ name: ci, keys: [{ file: /keys/ci }] }]';
    const set = setOf({ Access: access }, {}, { readSecretFile: () => `${OLD}\n` });
    expect(entering(set, OLD)).toMatchObject({ name: 'ci' });
    expect(entering(set, `${OLD}\n`)).toBe('unauthorized');
  });

  test('API_KEY is the caller default, who is no admin', () => {
    const set = setOf({ ToolPermissions: 'block: [a]' }, { apiKey: 'a-key-from-the-environment', requireApiKey: true });
    expect(entering(set, 'a-key-from-the-environment')).toEqual({ name: 'default', admin: false });
    expect(entering(set, 'another')).toBe('unauthorized');
  });

  test('a user comes from the header that its caller names, and from no other caller', () => {
    const set = setOf({ Access: two });
    const header = { 'x-openwebui-user-id': 'u-1' };
    expect(entering(set, NEW, header)).toEqual({ name: 'open-webui', admin: false, user: 'u-1' });
    expect(entering(set, 'ops-key-0123456789abcdef', header)).toEqual({ name: 'ops', admin: true });
    expect(entering(set, undefined, header)).toEqual({ name: 'anonymous', admin: false });
  });
});

describe('indexOfDigest()', () => {
  test('compares every digest, found or not, so that time tells nothing', () => {
    const digests = Array.from({ length: 50 }, (_, index) => createHash('sha256').update(`key-${index}`).digest());
    const compared = (key: string) => {
      let count = 0;
      const equal = (a: Uint8Array, b: Uint8Array) => (count++, Buffer.compare(a, b) === 0);
      const index = indexOfDigest(digests, createHash('sha256').update(key).digest(), equal);
      return [index, count];
    };
    expect(compared('key-0')).toEqual([0, 50]);
    expect(compared('key-49')).toEqual([49, 50]);
    expect(compared('nobody')).toEqual([-1, 50]);
  });
});

describe('an Access policy is refused', () => {
  test.each([
    ['REQUIRE_API_KEY without any key', {}, { requireApiKey: true }, 'environment: REQUIRE_API_KEY'],
    [
      'one key for two callers',
      {
        Access: `callers:\n  - { name: a, keys: [{ sha256: ${digest('x')} }] }\n  - { name: b, keys: [{ sha256: ${digest('x')} }] }`,
      },
      {},
      'for the caller a too',
    ],
    [
      'one caller twice',
      {
        Access: `callers:\n  - { name: a, keys: [{ sha256: ${digest('x')} }] }\n  - { name: a, keys: [{ sha256: ${digest('y')} }] }`,
      },
      {},
      'is a caller in',
    ],
  ])('%s', (_, policies, environment, reason) => {
    expect(() => setOf({ ToolPermissions: 'block: [a]', ...policies }, environment)).toThrow(reason);
  });

  test('no digest and no key of it stands in what is told', () => {
    try {
      setOf({ Access: `anonymus: deny\n${two}` });
      throw new Error('an unknown key was accepted');
    } catch (error) {
      expect(String(error)).toContain('spec.anonymus');
      expect(String(error)).not.toContain(digest(OLD));
    }
  });
});
