import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CaseReport, readPolicySuite, runPolicySuite, suiteFileOf } from '../policy/policy-test.ts';
import { formatProblem, PolicyError, type Problem } from '../policy/problem.ts';
import { createWorld } from '../policy/world.ts';
import {
  EXIT_FINE,
  EXIT_FOUND,
  defaultDirectory,
  readArguments,
  readSources,
  type CommandIo,
} from './policy-command.ts';

/**
 * `policy test [DIR]`: every policy's proof, with readable failures; a policy without a proof is a failure.
 *
 * Variables play no part: a file is proven alone, in the mode that each case names. `--junit FILE` is for CI.
 */
export async function runTest(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, { flags: ['json'], options: ['junit'], words: [0, 1] });
  const directory = words[0] ?? defaultDirectory(io.environment);
  const world = createWorld({ enforcementMode: 'hard' });
  const reports: CaseReport[] = [];
  for (const policy of await readSources(directory)) {
    const file = suiteFileOf(policy.file);
    const problems: Problem[] = [];
    const source = readText(join(directory, file));
    const suite = source === undefined ? undefined : readPolicySuite(file, source, problems);
    if (source === undefined) {
      reports.push({ file, name: policy.file, failures: [`has no proof; accepted: ${file} beside it`] });
    } else if (!suite) {
      reports.push({ file, name: 'the file can be read', failures: problems.map(formatProblem) });
    } else {
      try {
        reports.push(...(await runPolicySuite(policy, suite, world)));
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        reports.push({ file, name: 'the policy can be loaded', failures: error.problems.map(formatProblem) });
      }
    }
  }
  const failed = reports.filter(({ failures }) => failures.length > 0);
  const junit = options.get('junit');
  if (junit !== undefined) writeFileSync(junit, junitOf(reports));
  if (flags.has('json')) io.out(`${JSON.stringify({ ok: failed.length === 0, cases: reports }, null, 2)}\n`);
  else printReports(reports, failed, io);
  return failed.length === 0 ? EXIT_FINE : EXIT_FOUND;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function printReports(reports: readonly CaseReport[], failed: readonly CaseReport[], io: CommandIo): void {
  for (const { file, name, failures } of failed) {
    io.out(`FAILED  ${file}: ${name}\n${failures.map((failure) => `        ${failure}\n`).join('')}`);
  }
  io.out(`${reports.length - failed.length} passed, ${failed.length} failed\n`);
}

/** The form that CI systems read. */
function junitOf(reports: readonly CaseReport[]): string {
  const files = [...new Set(reports.map(({ file }) => file))];
  const suites = files.map((file) => {
    const cases = reports.filter((report) => report.file === file);
    const failures = cases.filter((report) => report.failures.length > 0).length;
    const body = cases.map((report) => {
      const failure = report.failures.length === 0 ? '' : `<failure>${escapeXml(report.failures.join('\n'))}</failure>`;
      return `    <testcase classname="${escapeXml(file)}" name="${escapeXml(report.name)}">${failure}</testcase>`;
    });
    const head = `  <testsuite name="${escapeXml(file)}" tests="${cases.length}" failures="${failures}">`;
    return [head, ...body, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function escapeXml(text: string): string {
  const plain = [...text]
    .map((character) => (character < ' ' && !'\t\n\r'.includes(character) ? '?' : character))
    .join('');
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
