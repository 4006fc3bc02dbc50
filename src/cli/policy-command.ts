import { ConfigError, readConfig } from '../config.ts';
import { readPolicyDirectory } from '../policy/directory.ts';
import type { PolicySource } from '../policy/compile.ts';
import type { PolicyEnvironment } from '../policy/kind.ts';
import { PolicyError } from '../policy/problem.ts';

/** What a command may touch of the outside. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** The whole standard input. */
  readonly input: () => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True where progress may be drawn over. */
  readonly isTerminal: boolean;
}

export type Command = (argv: readonly string[], io: CommandIo) => Promise<number>;

export const EXIT_FINE = 0;
export const EXIT_FOUND = 1;
export const EXIT_USAGE = 2;

/** Arguments or files that a command cannot use: exit code 2, and a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
}

/** Reads `--flag`, `--option VALUE` and words; `--` ends options. Throws UsageError for what is not accepted. */
export function readArguments(
  argv: readonly string[],
  accepted: {
    readonly flags?: readonly string[];
    readonly options?: readonly string[];
    readonly words: readonly [number, number];
  },
): Arguments {
  const words: string[] = [];
  const flags = new Set<string>();
  const options = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') {
      words.push(...argv.slice(index + 1));
      break;
    }
    if (!word.startsWith('--')) {
      words.push(word);
    } else if (accepted.flags?.includes(word.slice(2))) {
      flags.add(word.slice(2));
    } else if (accepted.options?.includes(word.slice(2))) {
      const value = argv[++index];
      if (value === undefined) throw new UsageError(`${word} needs a value`);
      options.set(word.slice(2), value);
    } else {
      const known = [...(accepted.flags ?? []), ...(accepted.options ?? [])].map((name) => `--${name}`);
      throw new UsageError(`unknown option ${word}; accepted: ${known.join(', ') || 'none'}`);
    }
  }
  const [min, max] = accepted.words;
  if (words.length < min) throw new UsageError('something is missing; `help` says what');
  if (words.length > max) throw new UsageError(`one word too many: ${JSON.stringify(words[max])}`);
  return { words, flags, options };
}

/** The directory that is meant where none is named. */
export function defaultDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['POLICY_DIR']?.trim() || './policies';
}

/** What variables say about policies, read as the gateway reads them. Throws UsageError with every bad one. */
export function policyEnvironment(environment: Readonly<Record<string, string | undefined>>): PolicyEnvironment {
  try {
    return readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}

/** The sources of a directory. Throws UsageError where it cannot be read. */
export async function readSources(directory: string): Promise<readonly PolicySource[]> {
  try {
    return await readPolicyDirectory(directory);
  } catch (error) {
    if (error instanceof PolicyError) throw new UsageError(error.message);
    throw error;
  }
}

/** Finds the command that the first word names. Where it names none, or help, says so and gives the exit code. */
export function chooseCommand(
  argv: readonly string[],
  { commands, usage }: { readonly commands: Readonly<Record<string, Command>>; readonly usage: string },
  io: CommandIo,
): { readonly name: string; readonly rest: readonly string[]; readonly command: Command } | number {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    (name === undefined ? io.error : io.out)(`${usage}\n`);
    return name === undefined ? EXIT_USAGE : EXIT_FINE;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return { name, rest, command };
  io.error(`unknown command ${JSON.stringify(name)}; accepted: ${Object.keys(commands).join(', ')}\n`);
  return EXIT_USAGE;
}
