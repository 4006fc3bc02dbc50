import { parse as parseCluster } from '../policy/config-maps.ts';
import { compilePolicies, type PolicyWorld } from '../policy/compile.ts';
import { readPolicyDirectory } from '../policy/directory.ts';
import { formatProblem, PolicyError, type Problem } from '../policy/problem.ts';
import { measureRules, type RuleCost } from '../policy/rule-costs.ts';
import type { PolicySet } from '../core/stage.ts';
import { createWorld } from '../policy/world.ts';
import {
  EXIT_FINE,
  EXIT_FOUND,
  defaultDirectory,
  policyEnvironment,
  readArguments,
  type CommandIo,
} from './policy-command.ts';

/**
 * `policy check [DIR | -]`: every mistake with its place, then what is in force and what each rule costs and holds.
 *
 * From standard input it reads policies, or the ConfigMaps of `kubectl kustomize`. Mounted files are not needed: exact
 * values and keys are stood in for, unless `--with-files` says that they are here.
 */
export async function runCheck(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags } = readArguments(argv, { flags: ['json', 'rules', 'with-files'], words: [0, 1] });
  const directory = words[0] ?? defaultDirectory(io.environment);
  const world = worldFor(createWorld(policyEnvironment(io.environment)), flags.has('with-files'));
  const problems: Problem[] = [];
  const set = await compileOrReport(directory, io, world, problems);
  const rules = set === undefined ? [] : measureRules(set.sources, { builtIn: flags.has('rules') });
  if (flags.has('json')) {
    io.out(`${JSON.stringify({ ok: problems.length === 0, problems, ...describe(set?.set), rules }, null, 2)}\n`);
  } else {
    for (const problem of problems) io.error(`${formatProblem(problem)}\n`);
    if (set) io.out(report(set.set, rules, flags.has('rules')));
    else io.error(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n`);
  }
  return problems.length === 0 ? EXIT_FINE : EXIT_FOUND;
}

async function compileOrReport(directory: string, io: CommandIo, world: PolicyWorld, problems: Problem[]) {
  try {
    const sources = directory === '-' ? parseCluster(await io.input(), problems) : await readPolicyDirectory(directory);
    if (problems.length > 0) return undefined;
    return { set: compilePolicies(sources, world), sources };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** Stands in for files that are mounted in the cluster and nowhere else. */
function worldFor(world: PolicyWorld, withFiles: boolean): PolicyWorld {
  if (withFiles) return world;
  return { ...world, readSecretFile: (file) => `stand-in for ${file}` };
}

function describe(set: PolicySet | undefined) {
  return set === undefined ? {} : { hash: set.hash, policies: set.policies, summary: set.summary };
}

function report(set: PolicySet, rules: readonly RuleCost[], all: boolean): string {
  const lines = [`${set.policies.length} policies, set ${set.hash}`, ''];
  lines.push(...table(set.policies.map(({ name, kind, mode, file }) => [name, kind, mode, file])));
  const warnings = set.summary['warnings'];
  if (Array.isArray(warnings)) lines.push('', ...warnings.map((warning) => `warning: ${warning}`));
  if (rules.length > 0) {
    lines.push('', all ? 'rules:' : 'rules of your own (--rules shows the built-in ones too):');
    lines.push(
      ...table(rules.map((rule) => [`${rule.policy}/${rule.id}`, `${rule.nanoseconds} ns/character`, rule.hold])),
    );
  }
  return `${lines.join('\n')}\n`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map(
    (row) =>
      `  ${row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd()}`,
  );
}
