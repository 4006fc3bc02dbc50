import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { compilePolicies, type PolicySource, type PolicyWorld } from './compile.ts';
import type { PolicyEnvironment } from './kind.ts';
import { FILE_BYTES_MAX } from './parse.ts';
import { formatProblem, PolicyError, type Problem } from './problem.ts';
import type { PolicySet } from './stage.ts';
import { createWorld } from './world.ts';

/**
 * Keeps the policy set that is in force: reads the directory, watches it, swaps whole sets, keeps the last good one.
 *
 * Editors save by rename, Kubernetes swaps the symlink `..data`; both are seen by a watch on the directory itself, and
 * a poll stands behind it where there is no inotify. A set is compiled only from what was read twice the same, because
 * half a YAML file is often valid YAML.
 */

export type StoreEvent =
  | { readonly type: 'policies.loaded'; readonly hash: string; readonly policies: number; readonly reload: boolean }
  | { readonly type: 'policies.rejected'; readonly problems: readonly string[] };

export interface PolicyStoreOptions {
  readonly directory: string;
  readonly environment: PolicyEnvironment;
  readonly emit: (event: StoreEvent) => void;
  /** Parts of the world that are not this process's own: clocks in tests, counters that several gateways share. */
  readonly world?: Partial<Omit<PolicyWorld, 'environment' | 'readSecretFile'>>;
  readonly pollMs?: number;
  readonly debounceMs?: number;
}

export interface PolicyStore {
  /** The set in force. An exchange takes it once and keeps it. */
  readonly current: PolicySet;
  /** `current`, or `stale` while the directory holds something that was refused. */
  readonly state: 'current' | 'stale';
  /** What is wrong with the directory while `state` is `stale`. */
  readonly problems: readonly string[];
  /** Reads the directory now; resolves when what is there is in force or refused. */
  reload(): Promise<void>;
  close(): void;
}

const POLL_MS = 5_000;
const DEBOUNCE_MS = 100;
const SETTLE_MS = 20;
const SETTLE_TRIES_MAX = 10;

/** Files in one directory, tests and policies together. */
const FILES_MAX = 500;

/**
 * Loads a directory and begins to watch it. Rejects with PolicyError where the directory cannot be used; nothing is
 * watched then.
 */
export async function openPolicyStore(options: PolicyStoreOptions): Promise<PolicyStore> {
  const { directory, emit } = options;
  const secretFiles = new Set<string>();
  const world = { ...createWorld(options.environment), ...options.world, readSecretFile: remember(secretFiles) };

  const first = await readSettled(directory);
  let current = compilePolicies(sourcesOf(first), world);
  let seen = fingerprint(first, secretFiles);
  let problems: readonly string[] = [];
  let closed = false;
  emit({ type: 'policies.loaded', hash: current.hash, policies: current.policies.length, reload: false });

  async function refresh(): Promise<void> {
    const snapshot = await readSettled(directory);
    const print = fingerprint(snapshot, secretFiles);
    if (closed || print === seen) return;
    secretFiles.clear();
    try {
      const next = compilePolicies(sourcesOf(snapshot), world);
      current = next;
      problems = [];
      emit({ type: 'policies.loaded', hash: next.hash, policies: next.policies.length, reload: true });
    } catch (error) {
      problems = error instanceof PolicyError ? error.problems.map(formatProblem) : ['policies: the compiler failed'];
      emit({ type: 'policies.rejected', problems });
    }
    // Also after a refusal, so that one mistake is told once and not with every poll.
    seen = fingerprint(snapshot, secretFiles);
  }

  let running: Promise<void> = Promise.resolve();
  const reload = () => (running = running.then(refresh, refresh));
  const stop = watchDirectory(directory, reload, options.pollMs ?? POLL_MS, options.debounceMs ?? DEBOUNCE_MS);

  return {
    get current() {
      return current;
    },
    get state() {
      return problems.length === 0 ? 'current' : 'stale';
    },
    get problems() {
      return problems;
    },
    reload,
    close() {
      closed = true;
      stop();
    },
  };
}

/** A directory as it was read: names, and texts or the reason why there is none. */
interface Snapshot {
  readonly directory: string;
  readonly files: readonly { readonly file: string; readonly text?: string; readonly problem?: string }[];
  readonly problem?: string;
}

/** Which policy files a directory's entry names are, and what is wrong with the others. */
export function classifyFile(name: string): 'policy' | 'test' | 'ignored' | 'wrong_ending' {
  if (name.startsWith('.')) return 'ignored';
  if (name === 'kustomization.yaml' || name === 'kustomization.yml') return 'ignored';
  if (/\.test\.ya?ml$/.test(name)) return name.endsWith('.test.yaml') ? 'test' : 'wrong_ending';
  if (name.endsWith('.yaml')) return 'policy';
  return /\.(ya?ml|json)$/i.test(name) ? 'wrong_ending' : 'ignored';
}

/** Reads until two reads in a row agree, so that a file is never taken half written. */
async function readSettled(directory: string): Promise<Snapshot> {
  let last = await readDirectory(directory);
  for (let tries = 0; tries < SETTLE_TRIES_MAX; tries++) {
    await Bun.sleep(SETTLE_MS);
    const next = await readDirectory(directory);
    if (fingerprint(next, []) === fingerprint(last, [])) return next;
    last = next;
  }
  return last;
}

async function readDirectory(directory: string): Promise<Snapshot> {
  try {
    // A ConfigMap is a symlink to a dated directory: all files are read from the one that it names now.
    const data = await realpath(join(directory, '..data')).catch(() => realpath(directory));
    const names = (await readdir(data)).filter((name) => classifyFile(name) !== 'ignored').sort();
    if (names.length > FILES_MAX) return { directory, files: [], problem: `holds more than ${FILES_MAX} files` };
    const files = await Promise.all(names.map((name) => readOne(data, name)));
    return { directory, files };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { directory, files: [], problem: `cannot be read (${code})` };
  }
}

async function readOne(directory: string, file: string): Promise<Snapshot['files'][number]> {
  const kind = classifyFile(file);
  if (kind === 'test') return { file };
  if (kind === 'wrong_ending') return { file, problem: wrongEnding(file) };
  const path = join(directory, file);
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) {
    return { file, problem: `is larger than ${FILE_BYTES_MAX} bytes; split it into several files` };
  }
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch {
    return { file, problem: 'is not text in UTF-8' };
  }
}

function wrongEnding(file: string): string {
  const right = file.replace(/\.(yml|json|YAML|YML|JSON)$/i, '.yaml');
  return `is not read; policies are *.yaml files: rename it to ${right}, or move it elsewhere`;
}

/** The files to compile. Throws PolicyError with everything that is wrong with the directory itself. */
function sourcesOf(snapshot: Snapshot): readonly PolicySource[] {
  const problems: Problem[] = [];
  const place = (file: string, message: string) => problems.push({ file, line: 0, column: 0, key: '', message });
  if (snapshot.problem) place('policies', `the directory ${snapshot.directory} ${snapshot.problem}`);
  const sources: PolicySource[] = [];
  for (const { file, text, problem } of snapshot.files) {
    if (problem !== undefined) place(file, problem);
    else if (text !== undefined) sources.push({ file, text });
  }
  if (problems.length === 0 && sources.length === 0) {
    place('policies', `the directory ${snapshot.directory} holds no policy; accepted: at least one *.yaml file`);
  }
  if (problems.length > 0) throw new PolicyError(problems);
  return sources;
}

/** What tells two readings apart: names, texts, and the mounted files that the last compilation read. */
function fingerprint(snapshot: Snapshot, secretFiles: Iterable<string>): string {
  const hash = createHash('sha256').update(JSON.stringify([snapshot.problem ?? '', snapshot.files]));
  for (const file of secretFiles) hash.update(JSON.stringify([file, digestOf(file)]));
  return hash.digest('hex');
}

/** Reads a mounted file and remembers that it matters for this set. */
function remember(secretFiles: Set<string>): (file: string) => string {
  return (file) => {
    secretFiles.add(file);
    return readFileSync(file, 'utf8');
  };
}

function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'unreadable';
  }
}

function watchDirectory(
  directory: string,
  reload: () => Promise<void>,
  pollMs: number,
  debounceMs: number,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), debounceMs);
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, soon);
    watcher.on('error', () => watcher?.close());
  } catch {
    // No inotify here: the poll alone sees changes.
  }
  const poll = setInterval(() => void reload(), pollMs);
  poll.unref();
  return () => {
    clearTimeout(timer);
    clearInterval(poll);
    watcher?.close();
  };
}
