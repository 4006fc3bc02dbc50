import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createGuard } from '../detectors/guard/index.ts';
import { BoundedCache } from './cache.ts';
import type { PolicyWorld } from './compile.ts';
import type { PolicyEnvironment } from './kind.ts';
import { createLocalCounters } from './limits/buckets.ts';
import { Queues } from './limits/queue.ts';

/** Compiled programs kept over reloads. */
const PROGRAMS_MAX = 256;

/** The real world: this process's clocks, timers, randomness and files. Make one per process and keep it. */
export function createWorld(environment: PolicyEnvironment): PolicyWorld {
  return {
    environment,
    readSecretFile: (file) => readFileSync(file, 'utf8'),
    now: Date.now,
    markKey: randomBytes(32).toString('hex'),
    makeGuard: (options) => createGuard(options, { fetch: askDirectly, now: () => performance.now() }),
    counters: createLocalCounters(() => performance.now()),
    queues: new Queues(schedule),
    cache: new BoundedCache(PROGRAMS_MAX),
  };
}

function schedule(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** Never by a proxy that the environment names: texts go where the policy says and nowhere else. */
function askDirectly(url: string, init: RequestInit): Promise<Response> {
  const direct: RequestInit & { readonly proxy: false } = { ...init, proxy: false };
  // Bun takes `false`, which its types do not say.
  return fetch(url, direct as RequestInit);
}
