import { runCheck } from './policy-check.ts';
import { runExplain } from './policy-explain.ts';
import { runKey } from './policy-key.ts';
import { runNew } from './policy-new.ts';
import { chooseCommand, type Command, type CommandIo, EXIT_USAGE, UsageError } from './policy-command.ts';
import { runDiff, runReplay } from './policy-replay.ts';
import { runSchema } from './policy-schema.ts';
import { runTest } from './policy-test.ts';

/**
 * `bun run policy …`: everything that an operator does to a policy before it meets a user.
 *
 * Exit codes: 0 all is well; 1 something was found (mistakes, failing cases, changed verdicts); 2 it could not be
 * asked (wrong arguments, files that cannot be read).
 */

const COMMANDS: Readonly<Record<string, Command>> = {
  check: runCheck,
  test: runTest,
  explain: runExplain,
  schema: runSchema,
  new: runNew,
  key: runKey,
  replay: runReplay,
  diff: runDiff,
};

const USAGE = `bun run policy COMMAND

  check [DIR | -] [--rules] [--with-files]     problems, and what each rule costs and holds; - reads standard input
  test [DIR] [--junit FILE]                    runs every NAME.test.yaml beside NAME.yaml
  explain [--dir DIR] [--answer] TEXT | -      which rules fire on a text, and what each mode would do
  schema [KIND]                                JSON Schema for editors
  new KIND NAME [--dir DIR]                    a policy to begin with, and its proof
  key new NAME                                 a key, shown once, and the entry for an Access policy
  replay [RECORDING] [--dir DIR]               recorded exchanges against a directory
  diff DIR DIR [RECORDING]                     which recorded exchanges change, by rule

DIR is POLICY_DIR or ./policies where it is left out, RECORDING a file or directory or RECORD_DIR. --json prints what programs read.
Exit codes: 0 all is well, 1 something was found, 2 it could not be asked.`;

/** Runs one command. Never rejects; the number is the process's exit code. */
export async function runPolicyCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const chosen = chooseCommand(argv, { commands: COMMANDS, usage: USAGE }, io);
  if (typeof chosen === 'number') return chosen;
  const { name, rest, command } = chosen;
  try {
    return await command(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.error(`policy ${name}: ${error.message}\n`);
    return EXIT_USAGE;
  }
}
