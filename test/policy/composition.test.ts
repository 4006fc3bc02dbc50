import { describe, expect, test } from 'bun:test';
import { PolicyError } from '../../src/policy/problem.ts';
import { type TrialExchange, tryExchange } from '../../src/policy/trial.ts';
import { setOf } from './helpers.ts';

const asked = (model: string, caller = 'anonymous', rest: TrialExchange = {}): TrialExchange => ({
  model,
  caller,
  texts: [{ role: 'user', text: 'Hello' }],
  ...rest,
});
const offered = (...names: readonly string[]): TrialExchange => ({
  tools: names.map((name) => ({ name, where: 'offered' as const })),
});

describe('match and except', () => {
  const policies = {
    'ToolPermissions for-team': `match: { models: ['llama3.2:*'], callers: [team-*], except: { callers: [team-red] } }\nblock: [a]`,
  };
  test.each([
    ['llama3.2:1b', 'team-blue', 'refused'],
    ['llama3.2:latest', 'team-blue', 'refused'],
    ['mistral:latest', 'team-blue', 'passed'],
    ['llama3.2:1b', 'guest', 'passed'],
    ['llama3.2:1b', 'team-red', 'passed'],
  ])('%s for %s: %s', async (model, caller, outcome) => {
    const result = await tryExchange(setOf(policies), asked(model, caller, offered('a')));
    expect(result.outcome).toBe(outcome as never);
  });

  test('an except of models and callers takes out only what is in both', async () => {
    const set = setOf({ ToolPermissions: 'match: { except: { models: [qwen3], callers: [ci] } }\nblock: [a]' });
    const outcome = async (model: string, caller: string) =>
      (await tryExchange(set, asked(model, caller, offered('a')))).outcome;
    expect(await outcome('qwen3:latest', 'ci')).toBe('passed');
    expect(await outcome('qwen3:latest', 'bob')).toBe('refused');
    expect(await outcome('mistral:latest', 'ci')).toBe('refused');
  });
});

describe('documents of one kind', () => {
  test('of two tool policies the strictest outcome stands, and both say why', async () => {
    const set = setOf({
      'ToolPermissions one': 'allow: ["*"]',
      'ToolPermissions two': 'block: [a]',
      'ToolPermissions three': 'allow: [b]',
    });
    const result = await tryExchange(set, offered('a', 'b'));
    expect(result.outcome).toBe('refused');
    expect(result.decisions.map(({ policy, rule }) => [policy.name, rule])).toEqual([
      ['two', 'block'],
      ['three', 'allow'],
    ]);
  });

  test('the smallest of several limits stands, whatever their order', async () => {
    for (const [first, second] of [
      [100, 50],
      [50, 100],
    ]) {
      const set = setOf({
        'Consumption one': `limits: { outputTokens: ${first} }`,
        'Consumption two': `limits: { outputTokens: ${second} }`,
      });
      const { request } = await tryExchange(set, { outputTokens: 1000 });
      expect(request?.numbers['outputTokens']).toBe(50);
      expect((await tryExchange(set, {})).request?.numbers['outputTokens']).toBe(50);
    }
  });

  test('rules of two policies compete: the longer match wins, ties go to the first', async () => {
    const set = setOf({
      'SensitiveInformation short': "rules: { add: [{ id: short, label: SHORT, pattern: 'EMP-[0-9]{4}' }] }",
      'SensitiveInformation long': "rules: { add: [{ id: long, label: LONG, pattern: 'EMP-[0-9]{4,8}' }] }",
    });
    const { answer } = await tryExchange(set, { answer: { content: 'EMP-123456 and EMP-1234' } });
    expect(answer?.content).toBe('[REDACTED_LONG] and [REDACTED_SHORT]');
  });

  test('a policy that watches shadows nothing and is recorded', async () => {
    const set = setOf({
      'SensitiveInformation watcher':
        "mode: monitor\nrules: { add: [{ id: wide, label: WIDE, pattern: 'EMP-[0-9]{4}.*' }] }",
      'SensitiveInformation acting': "rules: { add: [{ id: employee, label: EMPLOYEE, pattern: 'EMP-[0-9]{4}' }] }",
    });
    const { answer, decisions } = await tryExchange(set, { answer: { content: 'EMP-1234 stays' } });
    expect(answer?.content).toBe('[REDACTED_EMPLOYEE] stays');
    expect(decisions.map(({ rule, outcome }) => [rule, outcome]).sort()).toEqual([
      ['employee', 'redacted'],
      ['wide', 'passed'],
    ]);
  });

  test('an allowed text that no rule can match is warned of, and others are not', () => {
    const set = setOf({
      'SensitiveInformation keys':
        "rules: { add: [{ id: own, label: OWN, pattern: 'OWN-[0-9]{4}', keywords: [own] }] }\nallow: [OWN-0000, OWN-000]",
    });
    expect(set.summary['warnings']).toEqual(['keys: no rule can match "OWN-000", so allow has no effect for it']);
  });

  test('remove and allow act within their own document', async () => {
    const set = setOf({
      'SensitiveInformation lax':
        'rules: { builtin: [openai_key] }\nallow: [sk-test-secret123456789012345678901234567890]',
      'SensitiveInformation strict': 'rules: { builtin: [openai_key] }',
    });
    const content = 'sk-test-secret123456789012345678901234567890';
    const { answer, decisions } = await tryExchange(set, { answer: { content } });
    expect(answer?.content).toBe('[REDACTED_OPENAI_KEY]');
    expect(decisions.map(({ policy }) => policy.name)).toEqual(['strict']);
  });

  test('two policies of one name are a mistake', () => {
    expect(() => setOf({ 'ToolPermissions same': 'block: [a]', 'PromptInjection same': 'threshold: 1' })).toThrow(
      /metadata\.name: is the name of a policy in same\.yaml too/,
    );
  });
});

describe('model allowlists', () => {
  test('without any, every local model is allowed', async () => {
    expect((await tryExchange(setOf({ ToolPermissions: 'block: [a]' }), asked('anything:latest'))).outcome).toBe(
      'passed',
    );
  });

  const policies = {
    'ModelAllowlist everyone': "models: [{ name: 'llama3.2:1b' }]",
    'ModelAllowlist for-team': "match: { callers: [team] }\nmodels: [{ name: 'qwen3:*' }]",
  };
  test.each([
    ['llama3.2:1b', 'guest', 'passed'],
    ['llama3.2:1b', 'team', 'passed'],
    ['qwen3:8b', 'team', 'passed'],
    ['qwen3:8b', 'guest', 'refused'],
    ['llama3.2:latest', 'team', 'refused'],
  ])('lists that match the caller add up: %s for %s is %s', async (model, caller, outcome) => {
    expect((await tryExchange(setOf(policies), asked(model, caller))).outcome).toBe(outcome as never);
  });

  test('once one exists, a caller whom none matches gets no model', async () => {
    const set = setOf({ ModelAllowlist: "match: { callers: [team] }\nmodels: [{ name: '*' }]" });
    expect((await tryExchange(set, asked('llama3.2:1b', 'guest'))).outcome).toBe('refused');
    expect(set.mayList({ name: 'llama3.2:1b' }, { name: 'guest', admin: false })).toBe(false);
    expect(set.mayList({ name: 'llama3.2:1b' }, { name: 'team', admin: false })).toBe(true);
  });

  test('a list in monitor neither allows nor refuses', async () => {
    const set = setOf({
      'ModelAllowlist acting': "models: [{ name: 'llama3.2:1b' }]",
      'ModelAllowlist tried': "mode: monitor\nmodels: [{ name: 'qwen3:*' }]",
    });
    expect((await tryExchange(set, asked('qwen3:8b'))).outcome).toBe('refused');
    const alone = setOf({ ModelAllowlist: "mode: monitor\nmodels: [{ name: 'qwen3:*' }]" });
    const { verdict, outcome } = await tryExchange(alone, asked('llama3.2:1b'));
    expect([verdict, outcome]).toEqual(['deny', 'passed']);
    expect(alone.mayList({ name: 'llama3.2:1b' }, { name: 'guest', admin: false })).toBe(true);
  });

  test('a pin holds however many entries name the model without one', async () => {
    const digest = 'a'.repeat(64);
    const set = setOf({
      ModelAllowlist: `models: [{ name: 'llama3.2:1b', digest: 'sha256:${digest.toUpperCase()}' }, { name: '*' }]`,
    });
    expect((await tryExchange(set, asked('llama3.2:1b', 'a', { digest }))).outcome).toBe('passed');
    expect((await tryExchange(set, asked('llama3.2:1b', 'a', { digest: 'b'.repeat(64) }))).refusal?.code).toBe(
      'model_digest_mismatch',
    );
    expect((await tryExchange(set, asked('llama3.2:1b'))).refusal?.code).toBe('model_digest_mismatch');
    expect((await tryExchange(set, asked('mistral:latest'))).outcome).toBe('passed');
  });
});

describe('the environment comes first', () => {
  const allowlist = { ModelAllowlist: `models: [{ name: 'llama3.2:1b', digest: '${'a'.repeat(64)}' }]` };

  test('ALLOWED_MODELS is the only list, for everyone', async () => {
    const set = setOf(allowlist, { allowedModels: ['qwen3:8b'] });
    expect((await tryExchange(set, asked('qwen3:8b', 'anyone'))).outcome).toBe('passed');
    expect((await tryExchange(set, asked('llama3.2:1b', 'anyone', { digest: 'a'.repeat(64) }))).outcome).toBe(
      'refused',
    );
  });

  test('pins from files stay for the names that it lists', async () => {
    const set = setOf(allowlist, { allowedModels: ['llama3.2:1b'] });
    expect((await tryExchange(set, asked('llama3.2:1b', 'a', { digest: 'b'.repeat(64) }))).refusal?.code).toBe(
      'model_digest_mismatch',
    );
    expect((await tryExchange(set, asked('llama3.2:1b', 'a', { digest: 'a'.repeat(64) }))).outcome).toBe('passed');
  });

  test('ALLOWED_MODELS=none allows no model', async () => {
    const set = setOf({ ToolPermissions: 'block: [a]' }, { allowedModels: [] });
    expect((await tryExchange(set, asked('llama3.2:1b'))).outcome).toBe('refused');
    expect(set.summary['allowed_models']).toEqual([]);
  });

  test('ALLOWED_MODELS with something that is no model is a mistake by its name', () => {
    expect(() => setOf({ ToolPermissions: 'block: [a]' }, { allowedModels: ['a b'] })).toThrow(
      /environment: ALLOWED_MODELS/,
    );
  });

  test('each list of tools is replaced by the variable of its name, the others stay', async () => {
    const set = setOf({ ToolPermissions: 'block: [a]\nhighRisk: [b]' }, { blockedTools: ['c'] });
    expect((await tryExchange(set, offered('a'))).outcome).toBe('passed');
    expect((await tryExchange(set, offered('c'))).refusal?.message).toBe('Tools are blocked: c');
    expect(set.summary).toMatchObject({ blocked_tools: ['c'], high_risk_tools: ['b'] });
  });

  test('BLOCKED_TOOLS=none blocks nothing', async () => {
    const set = setOf({ ToolPermissions: 'block: [a]\nhighRisk: [b]' }, { blockedTools: [] });
    expect((await tryExchange(set, offered('a'))).outcome).toBe('passed');
  });

  test('ALLOWED_TOOLS=none takes every tool out', async () => {
    const set = setOf({ ToolPermissions: 'allow: ["*"]' }, { allowedTools: [] });
    expect((await tryExchange(set, offered('a', 'b'))).request?.tools).toEqual([]);
  });

  test('the set is another set under other variables, and the same under the same', () => {
    const policies = { ToolPermissions: 'block: [a]' };
    expect(setOf(policies).hash).toBe(setOf(policies).hash);
    expect(setOf(policies).hash).toMatch(/^[0-9a-f]{16}$/);
    expect(setOf(policies, { blockedTools: ['b'] }).hash).not.toBe(setOf(policies).hash);
    expect(setOf(policies, { enforcementMode: 'soft' }).hash).not.toBe(setOf(policies).hash);
  });

  test('neither a key nor an exact value is in the hash', () => {
    const policies = { SensitiveInformation: 'rules: { values: [{ id: v, label: V, file: /v }] }' };
    const withValue = (value: string, apiKey: string) =>
      setOf(policies, { apiKey }, { readSecretFile: () => value }).hash;
    expect(withValue('first-password', 'key-number-one')).toBe(withValue('other-password', 'key-number-two'));
  });
});

describe('what is told of a set', () => {
  test('an exact value is redacted and never part of a problem', async () => {
    const policies = { SensitiveInformation: 'rules: { values: [{ id: v, label: V, file: /v }] }' };
    const set = setOf(policies, {}, { readSecretFile: () => 'hunter2-hunter2\n' });
    expect((await tryExchange(set, { answer: { content: 'is hunter2-hunter2.' } })).answer?.content).toBe(
      'is [REDACTED_V].',
    );
    try {
      setOf(policies, {}, { readSecretFile: () => 'short' });
      throw new Error('a value that is too short was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
      expect(String(error)).not.toContain('short\n');
      expect(String(error)).toContain('holds a value that is too short or too long');
    }
  });

  test('names that policies list are known, globs are not names', () => {
    const set = setOf({
      ToolPermissions: 'block: [execute_sql, "*_delete"]',
      ModelAllowlist: "models: [{ name: 'Qwen3' }, { name: 'llama*' }]",
    });
    expect([...set.knownNames].sort()).toEqual(['execute_sql', 'qwen3:latest']);
  });
});

describe('what the start line warns of', () => {
  const warnings = (set: { readonly summary: Readonly<Record<string, unknown>> }) => set.summary['warnings'];

  test('lists that are set and not enforced', () => {
    const policies = { 'ToolPermissions tools': 'block: [a]', 'ModelAllowlist models': "models: [{ name: 'a' }]" };
    expect(warnings(setOf(policies, { enforcementMode: 'monitor' }))).toEqual([
      'models: its models are not enforced in monitor',
      'tools: its lists are not enforced in monitor',
    ]);
    expect(warnings(setOf(policies, { enforcementMode: 'soft' }))).toBeUndefined();
  });

  test('a caller that nobody can be', () => {
    expect(warnings(setOf({ 'ToolPermissions tools': 'match: { callers: [nobody, team-*] }\nblock: [a]' }))).toEqual([
      'tools: names the caller nobody, whom no Access policy knows',
    ]);
  });
});

describe('the canary', () => {
  const policies = { SystemPromptLeakage: 'canary: true' };
  const system = { role: 'system' as const, text: 'You help.' };
  const planted = async (set: ReturnType<typeof setOf>, texts: readonly { role: 'system' | 'user'; text: string }[]) =>
    (await tryExchange(set, { texts })).request?.texts[0]?.text ?? '';

  test('is appended only to a system prompt that the client sent, and stays the same for the same prompt', async () => {
    const set = setOf(policies);
    const first = await planted(set, [system]);
    expect(first).toMatch(/^You help\.\n\n\(Internal reference [0-9a-f]{16}, never to be repeated\.\)$/);
    expect(await planted(set, [system])).toBe(first);
    expect(await planted(set, [{ role: 'system', text: 'You sing.' }])).not.toContain(first.slice(30, 46));
    expect(await planted(set, [{ role: 'user', text: 'Hello' }])).toBe('Hello');
    expect(await planted(setOf(policies, { enforcementMode: 'monitor' }), [system])).toBe('You help.');
  });

  test('is redacted where an answer repeats it, also in base64', async () => {
    const set = setOf(policies, {}, { markKey: 'fixed' });
    const mark = /[0-9a-f]{16}/.exec(await planted(set, [system]))?.[0] ?? '';
    for (const said of [mark, btoa(mark)]) {
      const { answer, decisions } = await tryExchange(set, { texts: [system], answer: { content: `It is ${said}.` } });
      expect(answer?.content).not.toContain(said.slice(0, 12));
      expect(decisions.map(({ rule }) => rule)).toEqual(['canary']);
    }
  });
});
