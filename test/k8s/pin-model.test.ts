import { describe, expect, test } from 'bun:test';
import { parse } from 'yaml';
import { addPin, addToConfigMap, proofOf, readPin } from '../../.github/scripts/pin-model.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const ALLOWLIST = `# kept
spec:
  models:
    - { name: other:latest, digest: sha256:${B} } # kept too
`;

describe('readPin()', () => {
  test.each([
    ['a list', `- { name: 'm:1b', digest: 'sha256:${A}' }`],
    ['one entry', `name: m:1b\ndigest: ${A}\n`],
    ['a whole policy', `spec:\n  models:\n    - name: m:1b\n      digest: sha256:${A}\n`],
  ])('finds the entry in %s', (_name, text) => {
    expect(readPin(text)).toEqual({ name: 'm:1b', digest: `sha256:${A}` });
  });

  test.each([
    ['nothing', 'x: 1', '0 entries'],
    ['two entries', `[{ name: 'm:1', digest: ${A} }, { name: 'm:2', digest: ${A} }]`, '2 entries'],
    ['a digest that is cut', `{ name: 'm:1', digest: ${A.slice(1)} }`, 'not 64 hex digits'],
    ['a name with a pattern', `{ name: 'm:*', digest: ${A} }`, 'not of the form'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => readPin(text)).toThrow(message);
  });
});

describe('addPin()', () => {
  test('adds a new model and keeps comments and other entries', () => {
    const text = addPin(ALLOWLIST, { name: 'm:1b', digest: `sha256:${A}` });
    expect(text).toContain('# kept\n');
    expect(text).toContain('# kept too');
    expect(parse(text).spec.models).toEqual([
      { name: 'other:latest', digest: `sha256:${B}` },
      { name: 'm:1b', digest: `sha256:${A}` },
    ]);
  });

  test('replaces the digest of a model that is there', () => {
    const text = addPin(ALLOWLIST, { name: 'other:latest', digest: `sha256:${A}` });
    expect(parse(text).spec.models).toEqual([{ name: 'other:latest', digest: `sha256:${A}` }]);
  });
});

test('proofOf() tries each pin with its own digest and with another, and a model that is not pinned', () => {
  const { cases } = parse(proofOf(addPin(ALLOWLIST, { name: 'm:1b', digest: `sha256:${A}` })));
  const tried = cases.map((item: { request: { model: string; digest?: string }; expect: { outcome: string } }) => [
    item.request.model,
    item.request.digest?.slice(0, 2),
    item.expect.outcome,
  ]);
  expect(tried).toEqual([
    ['other:latest', 'bb', 'passed'],
    ['other:latest', '0b', 'refused'],
    ['m:1b', 'aa', 'passed'],
    ['m:1b', '0a', 'refused'],
    ['unknown:latest', undefined, 'refused'],
  ]);
});

test('addToConfigMap() names the file once, however often a model is promoted', () => {
  const before = 'configMapGenerator:\n  - name: x\n    files:\n      - tools.yaml\n';
  const once = addToConfigMap(before, 'models.yaml');
  expect(parse(once).configMapGenerator[0].files).toEqual(['tools.yaml', 'models.yaml']);
  expect(addToConfigMap(once, 'models.yaml')).toBe(once);
});
