import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createGuard } from '../detectors/guard/index.ts';
import { BoundedCache } from './cache.ts';
import type { PolicyWorld } from './compile.ts';
import type { PolicyEnvironment } from './kind.ts';
import { type Counters, createLocalCounters } from './limits/buckets.ts';
import { Queues } from './limits/queue.ts';
import { createRedisCounters } from './limits/redis.ts';

/** Compiled programs kept over reloads. */
const PROGRAMS_MAX = 256;

export interface WorldOptions {
  /** Called when shared counters cannot be asked and this process begins to limit by itself. */
  readonly onLimitsDegraded?: () => void;
}

/** The real world: this process's clocks, timers, randomness and files. Make one per process and keep it. */
export function createWorld(environment: PolicyEnvironment, options: WorldOptions = {}): PolicyWorld {
  return {
    environment,
    readSecretFile: (file) => readFileSync(file, 'utf8'),
    now: Date.now,
    markKey: randomBytes(32).toString('hex'),
    makeGuard: (options) => createGuard(options, { fetch: askDirectly, now: () => performance.now() }),
    counters: createCounters(environment.redisUrl, options),
    queues: new Queues(schedule),
    cache: new BoundedCache(PROGRAMS_MAX),
  };
}

function schedule(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

function createCounters(redisUrl: string | undefined, { onLimitsDegraded = () => {} }: WorldOptions): Counters {
  const clock = () => performance.now();
  const local = createLocalCounters(clock);
  return redisUrl === undefined
    ? local
    : createRedisCounters({ url: redisUrl, local, clock, onDegraded: onLimitsDegraded });
}

/** Never by a proxy that the environment names: texts go where the policy says and nowhere else. */
function askDirectly(url: string, init: RequestInit): Promise<Response> {
  const direct: RequestInit & { readonly proxy: false } = { ...init, proxy: false };
  // Bun takes `false`, which its types do not say.
  return fetch(url, direct as RequestInit);
}
