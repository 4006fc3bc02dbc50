import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_KINDS } from '../policy/kinds/index.ts';
import { quote, suggest } from '../policy/problem.ts';
import { suiteFileOf } from '../policy/policy-test.ts';
import { POLICY_TEMPLATES } from '../policy/templates.ts';
import { type CommandIo, defaultDirectory, EXIT_FINE, readArguments, UsageError } from './policy-command.ts';

/** `policy new KIND NAME`: a commented policy to begin with and its proof; files that exist are never overwritten. */
export async function runNew(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, options } = readArguments(argv, { flags: ['json'], options: ['dir'], words: [2, 2] });
  const [kind = '', name = ''] = words;
  const names = POLICY_KINDS.map((each) => each.kind);
  const template = Object.hasOwn(POLICY_TEMPLATES, kind) ? POLICY_TEMPLATES[kind] : undefined;
  if (!template) throw new UsageError(`unknown kind ${quote(kind)}; ${suggest(kind, names)}`);
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UsageError('the name does not have the accepted form: up to 63 of a-z 0-9 and -');
  }
  const directory = options.get('dir') ?? defaultDirectory(io.environment);
  const file = `${name}.yaml`;
  mkdirSync(directory, { recursive: true });
  for (const [path, text] of [
    [join(directory, file), template.policy.replaceAll('NAME', name)],
    [join(directory, suiteFileOf(file)), template.proof],
  ] as const) {
    try {
      writeFileSync(path, text, { flag: 'wx' });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unwritable';
      throw new UsageError(code === 'EEXIST' ? `${path} exists already` : `${path} cannot be written (${code})`);
    }
    io.out(`${path}\n`);
  }
  return EXIT_FINE;
}
