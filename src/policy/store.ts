import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { createHash } from 'node:crypto';
import { compilePolicies, type PolicyWorld } from './compile.ts';
import { readSettled, type Snapshot, sourcesOf } from './directory.ts';
import type { PolicyEnvironment } from './kind.ts';
import { formatProblem, PolicyError } from './problem.ts';
import type { PolicySet } from '../core/stage.ts';
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
  | { readonly type: 'policies.rejected'; readonly problems: readonly string[] }
  | { readonly type: 'fault.raised'; readonly fault: 'limits_degraded' };

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

/** Often enough that an edit is in force within two seconds where there is no inotify; a look reads a few files. */
const POLL_MS = 1_000;
const DEBOUNCE_MS = 100;

/** At the start nobody is expected to be writing, and a start is waited for. */
const START_SETTLE_MS = 10;

/**
 * Loads a directory and begins to watch it. Rejects with PolicyError where the directory cannot be used; nothing is
 * watched then.
 */
export async function openPolicyStore(options: PolicyStoreOptions): Promise<PolicyStore> {
  const { directory, emit, debounceMs = DEBOUNCE_MS } = options;
  const secretFiles = new Set<string>();
  const world = {
    ...createWorld(options.environment, {
      onLimitsDegraded: () => emit({ type: 'fault.raised', fault: 'limits_degraded' }),
    }),
    ...options.world,
    readSecretFile: remember(secretFiles),
  };

  const first = await readSettled(directory, START_SETTLE_MS);
  let current = compilePolicies(sourcesOf(first), world);
  let seen = fingerprint(first, secretFiles);
  let problems: readonly string[] = [];
  let closed = false;
  emit({ type: 'policies.loaded', hash: current.hash, policies: current.policies.length, reload: false });

  async function refresh(): Promise<void> {
    const snapshot = await readSettled(directory, debounceMs);
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
  const stop = watchDirectory(directory, reload, options.pollMs ?? POLL_MS, debounceMs);

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
      // Counters that somebody else gave are theirs to close.
      if (options.world?.counters === undefined) world.counters.close?.();
      stop();
    },
  };
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
