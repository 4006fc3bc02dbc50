import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { compilePolicies } from '../src/policy/compile.ts';
import { POLICY_KINDS } from '../src/policy/kinds/index.ts';
import { readPolicySuite, runPolicySuite } from '../src/policy/policy-test.ts';
import { formatProblem, PolicyError, type Problem } from '../src/policy/problem.ts';
import { createWorld } from '../src/policy/world.ts';
import { runPolicyCommand } from '../src/cli/policy.ts';

/** policies/README.md is believed by operators: its policies load, its proof holds, and it names every field. */

const readme = readFileSync(join(import.meta.dir, '../policies/README.md'), 'utf8');
const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const policies = blocks.filter((text) => text.startsWith('apiVersion') && !text.includes('kind: PolicyTest'));
const world = { ...createWorld({ enforcementMode: 'hard' }), readSecretFile: (file: string) => `stand-in for ${file}` };

const kindOf = (text: string) => /^kind: (\w+)$/m.exec(text)?.[1] ?? '';

describe('policies/README.md', () => {
  test.each(policies.map((text, index) => [kindOf(text), index, text] as const))(
    'its %s (%i) loads',
    (_kind, _index, text) => {
      try {
        compilePolicies([{ file: 'README.yaml', text }], world);
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        expect(error.problems.map(formatProblem)).toEqual([]);
      }
    },
  );

  test('its proof holds for its policy', async () => {
    const problems: Problem[] = [];
    const proof = blocks.find((text) => text.includes('kind: PolicyTest')) ?? '';
    const suite = readPolicySuite('README.test.yaml', proof, problems);
    expect(problems.map(formatProblem)).toEqual([]);
    const text = policies.find((policy) => policy.includes('EMPLOYEE_NUMBER')) ?? '';
    const reports = suite ? await runPolicySuite({ file: 'README.yaml', text }, suite, world) : [];
    expect(reports.map(({ failures }) => failures)).toEqual([[]]);
  });

  test.each(POLICY_KINDS.map((kind) => [kind.kind, kind] as const))(
    'its example of %s shows every field',
    (_, kind) => {
      const own = policies.filter((text) => kindOf(text) === kind.kind).join('\n');
      const section = readme.slice(readme.indexOf(`### ${kind.kind}`)).split('\n### ')[0] ?? '';
      const keys = keysOf(toJsonSchema(kind.schema, { errorMode: 'ignore' })).filter(
        (key) => !['mode', 'match', 'except', 'callers', 'models'].includes(key) || own.includes(`${key}:`),
      );
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter((key) => !own.includes(`${key}:`) && !section.includes(key))).toEqual([]);
    },
  );

  test('names only commands that exist', async () => {
    let usage = '';
    const io = { error: () => {}, input: () => Promise.resolve(''), environment: {}, isTerminal: false };
    await runPolicyCommand(['help'], { ...io, out: (text) => void (usage += text) });
    const named = [...readme.matchAll(/bun run policy (\w+)/g)].map(([, word]) => word);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((word) => !new RegExp(`^  ${word} `, 'm').test(usage))).toEqual([]);
  });
});

function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object' ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap((value) => keysOf(value))];
}
