/**
 * Counters that limits are taken from. They live longer than a policy set, so that a reload forgives nobody.
 *
 * Asynchronous, because they may live in a Redis that several gateways share. A counter never rejects: what it cannot
 * ask it decides locally.
 */
export interface Counters {
  /** Where they live, for the start line: `memory` limits each replica by itself. */
  readonly where: 'memory' | 'redis';
  /** Takes `amount` of a rate per minute. `retryAfterSeconds` says when it is worth asking again. */
  take(key: string, perMinute: number, amount: number): Promise<Taken>;
  /** Charges what was only known afterwards; the balance may go below nothing. */
  charge(key: string, perMinute: number, amount: number): void;
  /** Takes one of `max` places, or `undefined` where all are taken. */
  enter(key: string, max: number): Promise<(() => void) | undefined>;
  /** Lets go of what is shared, if anything is. */
  close?(): void;
}

export interface Taken {
  readonly ok: boolean;
  readonly retryAfterSeconds: number;
}

const MINUTE_MS = 60_000;

/** Callers and users remembered at once; the ones unseen for longest are forgotten, which only gives them a full rate. */
const KEYS_MAX = 50_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Counters of this process: token buckets that hold one minute's worth.
 *
 * `clock` is monotonic milliseconds, so that a jump of the wall clock gives and takes nothing.
 */
export function createLocalCounters(clock: () => number): Counters {
  const buckets = new Map<string, Bucket>();
  const places = new Map<string, number>();

  function filled(key: string, perMinute: number): Bucket {
    const now = clock();
    const bucket = buckets.get(key) ?? { tokens: perMinute, atMs: now };
    bucket.tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.atMs) * perMinute) / MINUTE_MS);
    bucket.atMs = now;
    // Last used, last in the map.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > KEYS_MAX) forgetFirst(buckets);
    return bucket;
  }

  return {
    where: 'memory',
    take(key, perMinute, amount) {
      const bucket = filled(key, perMinute);
      // With nothing to take a balance above nothing is enough: tokens are charged when they are known.
      const needed = amount > 0 ? amount : Number.MIN_VALUE;
      if (bucket.tokens < needed) {
        const waitMs = ((Math.max(needed, 1) - bucket.tokens) * MINUTE_MS) / perMinute;
        return Promise.resolve({ ok: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
      }
      bucket.tokens -= amount;
      return Promise.resolve({ ok: true, retryAfterSeconds: 0 });
    },
    charge(key, perMinute, amount) {
      filled(key, perMinute).tokens -= amount;
    },
    enter(key, max) {
      const taken = places.get(key) ?? 0;
      if (taken >= max) return Promise.resolve(undefined);
      places.set(key, taken + 1);
      let left = false;
      return Promise.resolve(() => {
        if (left) return;
        left = true;
        const now = (places.get(key) ?? 1) - 1;
        if (now > 0) places.set(key, now);
        else places.delete(key);
      });
    },
  };
}

function forgetFirst(buckets: Map<string, Bucket>): void {
  for (const key of buckets.keys()) {
    buckets.delete(key);
    return;
  }
}
