import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicySuite, runPolicySuite, suiteFileOf } from '../src/policy/policy-test.ts';
import { formatProblem, type Problem } from '../src/policy/problem.ts';
import { classifyFile } from '../src/policy/directory.ts';
import { createWorld } from '../src/policy/world.ts';

const directory = join(import.meta.dir, '../policies');
const world = createWorld({ enforcementMode: 'hard' });
const policies = readdirSync(directory).filter((name) => classifyFile(name) === 'policy');

describe('the shipped policies', () => {
  for (const file of policies) {
    test(`${file} keeps what its proof beside it says`, async () => {
      const problems: Problem[] = [];
      const suiteFile = suiteFileOf(file);
      // A policy without a proof fails here, by the name of the file that is missing.
      const suite = readPolicySuite(suiteFile, readFileSync(join(directory, suiteFile), 'utf8'), problems);
      expect(problems.map(formatProblem)).toEqual([]);
      const policy = { file, text: readFileSync(join(directory, file), 'utf8') };
      const reports = suite ? await runPolicySuite(policy, suite, world) : [];
      expect(reports.length).toBeGreaterThan(0);
      expect(reports.filter(({ failures }) => failures.length > 0)).toEqual([]);
    });
  }

  test('no proof stands without its policy', () => {
    const proofs = readdirSync(directory).filter((name) => classifyFile(name) === 'test');
    expect(proofs.sort()).toEqual(policies.map(suiteFileOf).sort());
  });
});
