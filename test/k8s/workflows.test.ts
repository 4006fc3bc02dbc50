import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { at, list, needs, program, ROOT, run } from './manifests.ts';

// Other programs run here, on machines that may be busy.
setDefaultTimeout(60_000);

const ACTIONLINT = program('actionlint');
const FILES = [...new Bun.Glob('*.yaml').scanSync(`${ROOT}.github/workflows`)].sort();
const texts = new Map(FILES.map((file) => [file, readFileSync(`${ROOT}.github/workflows/${file}`, 'utf8')]));

function workflow(file: string): unknown {
  return parse(texts.get(file) ?? '');
}

function jobs(file: string): [string, unknown][] {
  return Object.entries(Object(at(workflow(file), 'jobs')));
}

describe.each(FILES)('workflow %s', (file) => {
  test('grants nothing by itself, and each job only what it names', () => {
    expect(at(workflow(file), 'permissions')).toEqual({});
    for (const [name, job] of jobs(file)) {
      expect([name, typeof at(job, 'permissions')]).toEqual([name, 'object']);
      expect([name, typeof at(job, 'timeout-minutes')]).toEqual([name, 'number']);
    }
  });

  test('uses actions by commit, with the version beside it', () => {
    for (const line of (texts.get(file) ?? '').split('\n').filter((text) => /^\s*(- )?uses:/.test(text))) {
      expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('puts nothing that others choose into a script', () => {
    for (const [, job] of jobs(file)) {
      for (const step of list(job, 'steps')) expect(String(at(step, 'run') ?? '')).not.toContain('${{');
    }
  });

  test.skipIf(ACTIONLINT === undefined)(`actionlint accepts it${needs(ACTIONLINT, 'actionlint')}`, () => {
    run([ACTIONLINT ?? '', `.github/workflows/${file}`]);
  });
});

test('what comes from a pull request never meets a right to write', () => {
  for (const file of FILES) {
    const triggers = Object.keys(Object(at(workflow(file), 'on')));
    expect(triggers).not.toContain('pull_request_target');
    if (!triggers.includes('pull_request')) continue;
    for (const [, job] of jobs(file)) expect(at(job, 'permissions')).toEqual({ contents: 'read' });
  }
});

test('a release is tested before it is built, and deployed by digest', () => {
  expect(at(workflow('release.yaml'), 'jobs', 'image', 'needs')).toBe('test');
  expect(at(workflow('release.yaml'), 'jobs', 'deploy', 'needs')).toBe('image');
  expect(at(workflow('release.yaml'), 'jobs', 'deploy', 'environment')).toBe('production');
  expect(texts.get('release.yaml')).toContain('steps.push.outputs.image');
});
