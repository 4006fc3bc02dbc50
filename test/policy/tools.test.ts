import { describe, expect, test } from 'bun:test';
import { foldName } from '../../src/policy/kinds/tool-permissions.ts';
import { tryExchange } from '../../src/policy/trial.ts';
import { setOf } from './helpers.ts';

const set = setOf({
  ToolPermissions: `arguments:
  - { id: host, tool: http_get, path: $.url, allow: '^https://docs\\.example\\.com/' }
  - { id: command, tool: run, path: $, deny: 'rm -rf' }
  - { id: recipients, tool: send, path: '$.to[*].mail', deny: '@rival\\.example$' }
  - { id: optional, tool: save, path: $.place, allow: '^/notes/', onMissing: allow }`,
});

const outcome = async (name: string, given: unknown) =>
  (await tryExchange(set, { answer: { calls: [{ name, arguments: given }] } })).outcome;

describe('argument rules', () => {
  test.each([
    ['what is allowed', 'http_get', { url: 'https://docs.example.com/x' }, 'passed'],
    [
      'an allowed address inside another',
      'http_get',
      { url: 'https://evil.example/?https://docs.example.com/' },
      'replaced',
    ],
    ['another spelling of the key', 'http_get', { URL: 'http://evil.example' }, 'replaced'],
    [
      'two spellings, one of them right',
      'http_get',
      { url: 'https://docs.example.com/', Url: 'http://evil.example' },
      'replaced',
    ],
    ['a list, one of it wrong', 'http_get', { url: ['https://docs.example.com/', 'http://evil.example'] }, 'replaced'],
    ['another spelling of the tool', 'HTTP_Get', { url: 'http://evil.example' }, 'replaced'],
    ['nothing where something must be', 'http_get', {}, 'replaced'],
    ['nothing where nothing may be', 'save', {}, 'passed'],
    ['arguments that are no object', 'http_get', 7, 'replaced'],
    ['arguments as text', 'http_get', '{"url":"https://docs.example.com/x"}', 'passed'],
    ['text that is no JSON', 'http_get', '{"url":', 'replaced'],
    [
      'text with a key twice',
      'http_get',
      '{"url":"http://evil.example","url":"https://docs.example.com/"}',
      'replaced',
    ],
    ['a value deep inside', 'run', { a: { b: ['x', 'rm -rf /'] } }, 'replaced'],
    ['a key deep inside', 'run', { a: { 'rm -rf': 1 } }, 'replaced'],
    ['a harmless one', 'run', { a: 'ls' }, 'passed'],
    ['each item of a list', 'send', { to: [{ mail: 'a@own.example' }, { mail: 'b@rival.example' }] }, 'replaced'],
    ['no item of a list', 'send', { to: [{ mail: 'a@own.example' }] }, 'passed'],
    ['another tool', 'http_post', { url: 'http://evil.example' }, 'passed'],
  ])('%s', async (_, name, given, expected) => {
    expect(await outcome(name, given)).toBe(expected as never);
  });

  test('arguments nested beyond any tool count against the call', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 200; level++) deep = [deep];
    expect(await outcome('run', { a: deep })).toBe('replaced');
  });
});

describe('foldName()', () => {
  test.each([
    ['Execute_SQL', 'execute_sql'],
    [' execute_sql\n', 'execute_sql'],
    ['execute\u200b_sql', 'execute_sql'],
    ['ｅｘｅｃｕｔｅ_sql', 'execute_sql'],
    ['execute_sql\u{e0041}', 'execute_sql'],
    ['execute-sql', 'execute-sql'],
  ])('%p is %p', (name, folded) => {
    expect(foldName(name)).toBe(folded);
  });
});

test("a refusal names the tool in the policy's words, never in the client's", async () => {
  const blocking = setOf({ ToolPermissions: 'block: ["*_sql"]' });
  const offered = [{ name: 'my_private_project_sql', where: 'offered' as const }];
  const { refusal, decisions } = await tryExchange(blocking, { tools: offered });
  expect(refusal?.message).toBe('Tools are blocked: *_sql');
  expect(JSON.stringify(decisions)).not.toContain('private');
});
