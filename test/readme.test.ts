import { expect, test } from 'bun:test';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { runPolicyCommand } from '../src/cli/policy.ts';
import { policyDirectory } from './helpers/service.ts';

/** What README.md shows is tried as it stands there. */

const README = readFileSync('README.md', 'utf8');

/** Runs a policy command; gives its exit code and what it printed. */
async function policy(...argv: string[]): Promise<{ code: number; printed: string }> {
  let printed = '';
  const write = (text: string) => void (printed += text);
  const code = await runPolicyCommand(argv, {
    out: write,
    error: write,
    input: async () => '',
    environment: {},
    isTerminal: false,
  });
  return { code, printed };
}

test('the first policy of the README loads, and its proof holds', async () => {
  const blocks = [...README.matchAll(/```yaml\n# policies\/(\S+)\n([\s\S]*?)```/g)];
  const directory = policyDirectory(Object.fromEntries(blocks.map(([, name = '', text = '']) => [name, text])));
  expect(blocks).toHaveLength(2);
  const checked = await policy('check', directory);
  const proven = await policy('test', directory);
  rmSync(directory, { recursive: true, force: true });
  expect(checked.code, checked.printed).toBe(0);
  expect(proven.printed).toContain('1 passed, 0 failed');
});

test('every file that the README points to is there', () => {
  const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, file = '']) => file);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((file) => !existsSync(file))).toEqual([]);
});

test('every `bun run` of the README is a script', () => {
  const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts);
  const named = [...README.matchAll(/\bbun(?:@1\.4)? run ([a-z:]+)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
});
