import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The whole gate behind `bun run test`: format, types, lint, then every test; ends with `N passed, N failed`.
 * A test that needs a part which this machine lacks says so in its name and is counted apart, as skipped.
 */
interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: 'format', command: ['bun', 'fmt', '--check', 'src', 'test'] },
  { name: 'types', command: ['bun', 'check'] },
  { name: 'lint', command: ['bun', 'x', 'oxlint', '--deny-warnings', 'src', 'test'] },
];

let failed = 0;
let passed = 0;
for (const step of STEPS) {
  const { exitCode } = Bun.spawnSync([...step.command], { stdio: ['ignore', 'inherit', 'inherit'] });
  process.stdout.write(`${exitCode === 0 ? 'ok' : 'FAILED'}: ${step.name}\n`);
  if (exitCode === 0) passed += 1;
  else failed += 1;
}

const report = join(tmpdir(), `llm-gateway-tests-${process.pid}.xml`);
const tests = Bun.spawnSync(
  ['bun', 'test', '--timeout', '120000', '--reporter=junit', `--reporter-outfile=${report}`, ...process.argv.slice(2)],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
const totals = /<testsuites[^>]*\btests="(\d+)"[^>]*\bfailures="(\d+)"[^>]*\bskipped="(\d+)"/.exec(readReport());
if (totals === null) failed += 1;
const [, count = '0', failures = '0', skipped = '0'] = totals ?? [];
failed += Number(failures);
passed += Number(count) - Number(failures) - Number(skipped);
// A file that does not load, or a crash after the last test, leaves a clean report behind; the exit code still tells.
if (tests.exitCode !== 0 && Number(failures) === 0) failed += 1;
process.stdout.write(`${passed} passed, ${failed} failed${Number(skipped) > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(failed === 0 ? 0 : 1);

function readReport(): string {
  try {
    return readFileSync(report, 'utf8');
  } catch {
    return '';
  } finally {
    rmSync(report, { force: true });
  }
}
