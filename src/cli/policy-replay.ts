import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compilePolicies } from '../policy/compile.ts';
import { firedRules } from '../policy/policy-test.ts';
import { formatProblem, PolicyError } from '../policy/problem.ts';
import { exchangeOfRecord, parseRecord, type RecordedExchange } from '../policy/recording.ts';
import type { PolicySet } from '../core/stage.ts';
import { type TrialResult, tryExchange } from '../policy/trial.ts';
import { createWorld } from '../policy/world.ts';
import {
  type CommandIo,
  defaultDirectory,
  EXIT_FINE,
  EXIT_FOUND,
  EXIT_USAGE,
  policyEnvironment,
  readArguments,
  readSources,
  UsageError,
} from './policy-command.ts';

/** Exchanges named as examples of one change. */
const EXAMPLES_MAX = 5;

/**
 * `policy replay [RECORDING]`: what a directory makes of recorded exchanges, by outcome and by rule. A recording is a
 * file, or a directory of them as a gateway writes it; without a word it is RECORD_DIR.
 */
export async function runReplay(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, { flags: ['json'], options: ['dir', 'mode'], words: [0, 1] });
  const set = await loadSet(options.get('dir') ?? defaultDirectory(io.environment), options.get('mode'), io);
  if (!set) return EXIT_FOUND;
  const outcomes = new Map<string, number>();
  const rules = new Map<string, number>();
  const total = await eachRecord(words[0] ?? recordDirectory(io), io, async (record) => {
    const result = await tryExchange(set, exchangeOfRecord(record));
    add(outcomes, result.outcome);
    for (const rule of firedRules(result)) add(rules, rule);
  });
  const report = { ...total, set: set.hash, outcomes: sorted(outcomes), rules: sorted(rules) };
  if (flags.has('json')) io.out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    io.out(`${total.exchanges} exchanges in ${total.seconds.toFixed(1)} s, ${total.unreadable} lines unreadable\n`);
    io.out(`outcomes: ${shown(outcomes)}\nrules: ${shown(rules) || 'none fired'}\n`);
  }
  return EXIT_FINE;
}

/** `policy diff DIR DIR [RECORDING]`: which exchanges the second directory decides otherwise; exit code 1 if any. */
export async function runDiff(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, { flags: ['json'], options: ['mode'], words: [2, 3] });
  const [first = '', second = '', recording = recordDirectory(io)] = words;
  const before = await loadSet(first, options.get('mode'), io);
  const after = await loadSet(second, options.get('mode'), io);
  if (!before || !after) return EXIT_USAGE;
  const changes = new Map<string, { exchanges: number; examples: string[] }>();
  let changed = 0;
  const total = await eachRecord(recording, io, async (record) => {
    const exchange = exchangeOfRecord(record);
    const was = await tryExchange(before, exchange);
    const is = await tryExchange(after, exchange);
    const differences = compare(was, is);
    if (differences.length > 0) changed += 1;
    for (const difference of differences) {
      const change = changes.get(difference) ?? { exchanges: 0, examples: [] };
      change.exchanges += 1;
      if (change.examples.length < EXAMPLES_MAX) change.examples.push(record.id);
      changes.set(difference, change);
    }
  });
  const listed = [...changes]
    .sort((a, b) => b[1].exchanges - a[1].exchanges)
    .map(([change, sum]) => ({ change, ...sum }));
  if (flags.has('json')) {
    io.out(
      `${JSON.stringify({ ...total, before: before.hash, after: after.hash, changed, changes: listed }, null, 2)}\n`,
    );
  } else {
    io.out(`${changed} of ${total.exchanges} exchanges change\n`);
    for (const { change, exchanges, examples } of listed) {
      io.out(`  ${change}: ${exchanges} (${examples.join(', ')}${exchanges > examples.length ? ', …' : ''})\n`);
    }
  }
  return changed === 0 ? EXIT_FINE : EXIT_FOUND;
}

/** What is different, in words that are the same for exchanges that changed in the same way. */
function compare(was: TrialResult, is: TrialResult): readonly string[] {
  const differences: string[] = [];
  const before = new Set(firedRules(was));
  const after = new Set(firedRules(is));
  for (const rule of after) if (!before.has(rule)) differences.push(`+ ${rule} (${was.outcome} -> ${is.outcome})`);
  for (const rule of before) if (!after.has(rule)) differences.push(`- ${rule} (${was.outcome} -> ${is.outcome})`);
  if (differences.length > 0) return differences;
  if (was.verdict !== is.verdict) return [`verdict ${was.verdict} -> ${is.verdict}`];
  if (was.outcome !== is.outcome) return [`outcome ${was.outcome} -> ${is.outcome}`];
  return Bun.deepEquals([was.answer, was.request], [is.answer, is.request]) ? [] : ['same rules, other text'];
}

async function loadSet(directory: string, mode: string | undefined, io: CommandIo): Promise<PolicySet | undefined> {
  const environment = policyEnvironment({ ...io.environment, ENFORCEMENT_MODE: mode ?? 'hard' });
  const world = createWorld(environment);
  try {
    return compilePolicies(await readSources(directory), world);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const problem of error.problems) io.error(`${directory}/${formatProblem(problem)}\n`);
    return undefined;
  }
}

const PROGRESS_MS = 500;

async function eachRecord(path: string, io: CommandIo, visit: (record: RecordedExchange) => Promise<void>) {
  const started = performance.now();
  let told = started;
  let exchanges = 0;
  let unreadable = 0;
  try {
    for await (const line of linesOf(path)) {
      if (line === '') continue;
      const record = parseRecord(line);
      if (record) {
        await visit(record);
        exchanges += 1;
      } else {
        unreadable += 1;
      }
      if (io.isTerminal && performance.now() - told > PROGRESS_MS) {
        told = performance.now();
        io.error(`\r${exchanges} exchanges`);
      }
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new UsageError(`the recording cannot be read (${code})`);
  }
  if (io.isTerminal && exchanges > 0) io.error('\r');
  return { exchanges, unreadable, seconds: (performance.now() - started) / 1000 };
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const isDirectory = (await stat(path)).isDirectory();
  const names = isDirectory ? (await readdir(path)).filter((name) => name.endsWith('.jsonl')).sort() : [''];
  for (const name of names) {
    yield* createInterface({ input: createReadStream(join(path, name), 'utf8'), crlfDelay: Infinity });
  }
}

function recordDirectory(io: CommandIo): string {
  const directory = io.environment['RECORD_DIR'];
  if (!directory) throw new UsageError('name a recording, or set RECORD_DIR');
  return directory;
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}

function shown(counts: ReadonlyMap<string, number>): string {
  return Object.entries(sorted(counts))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
