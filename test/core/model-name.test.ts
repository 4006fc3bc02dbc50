import { describe, expect, test } from 'bun:test';
import { isModelGlob, matchModel, parseModelName } from '../../src/core/model-name.ts';

describe('parseModelName()', () => {
  test.each([
    'llama3.2',
    'LLAMA3.2',
    ' LLAMA3.2\n',
    '\u0085llama3.2\u00a0',
    'llama3.2:latest',
    'llama3.2:LATEST',
    'library/llama3.2',
    'Library/llama3.2',
    'registry.ollama.ai/library/llama3.2:latest',
    'REGISTRY.ollama.ai/library/llama3.2',
    'http://registry.ollama.ai/library/llama3.2',
    'https://registry.ollama.ai/library/llama3.2',
    'foo:///library/llama3.2',
    'llama3.2:LOCAL',
    'llama3.2: local ',
    'llama3.2:latest:local',
  ])('%p is llama3.2:latest, here', (raw) => {
    expect(parseModelName(raw)).toMatchObject({ ok: true, canonical: 'llama3.2:latest', source: 'local' });
  });

  test.each([
    ['hf.co/org/Repo-GGUF:Q4_K_M', 'hf.co/org/repo-gguf:q4_k_m'],
    ['foo://host:5000/ns/m', 'host:5000/ns/m:latest'],
    ['host:5000/ns/m:v1', 'host:5000/ns/m:v1'],
    ['me/model', 'me/model:latest'],
    ['gpt-oss-cloud', 'gpt-oss-cloud:latest'],
    ['_x', '_x:latest'],
  ])('%p is %p, here', (raw, canonical) => {
    expect(parseModelName(raw)).toMatchObject({ ok: true, canonical, source: 'local' });
  });

  test.each([
    ['gpt-oss:cloud', 'gpt-oss:latest'],
    ['gpt-oss:20b:cloud', 'gpt-oss:20b'],
    ['gpt-oss:20b-cloud', 'gpt-oss:20b'],
    ['gpt-oss:20B-CLOUD', 'gpt-oss:20b'],
    ['gpt-oss:20b: Cloud ', 'gpt-oss:20b'],
    ['gpt-oss:\u00a0cloud', 'gpt-oss:latest'],
    ['gpt-oss:cloud\u0085', 'gpt-oss:latest'],
    ['x:my-cloud', 'x:my'],
    ['host:5000/ns/m:cloud', 'host:5000/ns/m:latest'],
  ])('%p would leave for the cloud', (raw, canonical) => {
    expect(parseModelName(raw)).toMatchObject({ ok: true, canonical, source: 'cloud', plain: false });
  });

  test.each([
    ['', 'empty'],
    [' \u00a0\u0085\n', 'empty'],
    ['registry.ollama.ai/llama3.2', 'invalid'],
    ['llama3.2/', 'invalid'],
    ['a/b/c/d:e', 'invalid'],
    ['/x', 'invalid'],
    ['x:', 'invalid'],
    [':x', 'invalid'],
    ['../x', 'invalid'],
    ['.hidden', 'invalid'],
    ['-x', 'invalid'],
    ['a.b/model', 'invalid'],
    ['x y', 'invalid'],
    ['\ufeffllama3.2', 'invalid'],
    ['llama3.2 :local', 'invalid'],
    ['llam\u0430', 'invalid'],
    ['\uff4clama', 'invalid'],
    ['llama3.2@sha256:00', 'invalid'],
    [`${'a'.repeat(81)}`, 'invalid'],
    ['x\u0000', 'invalid'],
    ['x:cloud:cloud', 'conflicting_source'],
    ['x:local:cloud', 'conflicting_source'],
    ['x:y-cloud:local', 'conflicting_source'],
  ])('%p is refused', (raw, error) => {
    expect(parseModelName(raw)).toEqual({ ok: false, error } as ReturnType<typeof parseModelName>);
  });

  test.each([
    ['LLAMA3.2', 'LLAMA3.2', true],
    ['library/llama3.2', 'library/llama3.2', true],
    ['me/Model:V1', 'me/Model:V1', true],
    [' LLAMA3.2', 'LLAMA3.2:latest', false],
    ['llama3.2:local', 'llama3.2:latest', false],
    ['http://registry.ollama.ai/library/llama3.2', 'llama3.2:latest', false],
    ['x://hf.co/org/Repo:Q4', 'hf.co/org/Repo:Q4', false],
  ])('%p is forwarded as %p', (raw, forward, plain) => {
    expect(parseModelName(raw)).toMatchObject({ forward, plain });
    // What is forwarded must mean what was decided on.
    const [before, after] = [parseModelName(raw), parseModelName(forward)];
    expect(after.ok && before.ok && after.canonical === before.canonical && after.plain).toBe(true);
  });
});

describe('matchModel()', () => {
  test.each([
    ['llama3.2', 'llama3.2:latest', true],
    ['library/LLAMA3.2', 'llama3.2:latest', true],
    ['llama3.2', 'llama3.2:1b', false],
    ['qwen3:*', 'qwen3:8b', true],
    ['library/qwen3:*', 'qwen3:8b', true],
    ['qwen3:*', 'qwen3-coder:8b', false],
    ['qwen3:*', 'me/qwen3:8b', false],
    ['qwen3*', 'qwen3-coder:30b', true],
    ['*', 'hf.co/org/repo:q4', true],
    ['hf.co/*', 'hf.co/org/repo:q4', true],
    ['hf.co/*', 'evil.example/hf.co/repo:q4', false],
    ['*:8b', 'qwen3:8b', true],
    ['*:8b', 'qwen3:8b-q4', false],
    ['*coder', 'qwen3-coder:latest', true],
    ['*coder', 'qwen3-coder:30b', false],
    ['Q*3:*b', 'qwen3:30b', true],
    ['gpt-oss:cloud', 'gpt-oss:latest', false],
    ['', 'llama3.2:latest', false],
    ['a b*', 'a b:latest', false],
    ['*a*a*a*a*b', `${'a'.repeat(400)}:latest`, false],
  ])('%p on %p is %p', (glob, canonical, expected) => {
    expect(matchModel(glob, canonical)).toBe(expected);
  });

  test.each([
    ['qwen3:*', true],
    ['qwen3', true],
    ['gpt-oss:cloud', false],
    ['a/b/c/d', false],
    ['qwen[23]:*', false],
    ['', false],
  ])('isModelGlob(%p) is %p', (glob, expected) => {
    expect(isModelGlob(glob)).toBe(expected);
  });
});
