import { createHash, randomUUID } from 'node:crypto';
import { RedisClient } from 'bun';
import type { Counters, Taken } from './buckets.ts';

/**
 * Counters that several gateways share in one Redis, so that ten replicas enforce one limit.
 *
 * Each step is one script, atomic in Redis and by Redis' own clock. When Redis does not answer within ANSWER_MS the
 * local counters decide, for RETRY_MS at least: neither an error for users nor an open gate, but each replica then
 * limits by itself. `onDegraded` is called once for each time that this begins, `onRestored` when it is over.
 */
export interface RedisCountersOptions {
  readonly url: string;
  readonly local: Counters;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly onDegraded: () => void;
  readonly onRestored?: () => void;
}

export interface RedisCounters extends Counters {
  close(): void;
}

const ANSWER_MS = 250;
const RETRY_MS = 5_000;

/** A place is lost this long after its gateway died; living gateways renew theirs. */
const LEASE_MS = 60_000;
const RENEW_MS = 20_000;

/** ARGV: rate per minute, amount, 1 to charge whatever is left. Returns 1 or 0, and the balance. */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local known = redis.call('HMGET', KEYS[1], 'n', 't')
local rate = tonumber(ARGV[1])
local amount = tonumber(ARGV[2])
local tokens = tonumber(known[1]) or rate
local at = tonumber(known[2]) or now
tokens = math.min(rate, tokens + math.max(0, now - at) * rate / 60000)
local ok = 0
if ARGV[3] == '1' or (amount > 0 and tokens >= amount) or (amount == 0 and tokens > 0) then
  tokens = tokens - amount
  ok = 1
end
redis.call('HSET', KEYS[1], 'n', tostring(tokens), 't', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil((rate - tokens) * 60000 / rate) + 1000)
return { ok, tostring(tokens) }`;

/** ARGV: places, this place's name, how long it holds. Places whose gateway died are free again. */
const ENTER = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/** ARGV: how long places hold, then the places that are still held. */
const RENEW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for index = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', now + ARGV[1], ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`;

/** Connects when first asked; never rejects. */
export function createRedisCounters(options: RedisCountersOptions): RedisCounters {
  const { local, clock } = options;
  const held = new Map<string, Set<string>>();
  let client: RedisClient | undefined;
  let localUntil = -Infinity;
  let degraded = false;

  /** The script's answer, or `undefined` where Redis cannot be asked now. */
  async function ask(script: string, key: string, ...argv: readonly string[]): Promise<unknown> {
    if (clock() < localUntil) return undefined;
    try {
      client ??= new RedisClient(options.url, { connectionTimeout: ANSWER_MS, autoReconnect: false });
      const answer = await within(client.send('EVAL', [script, '1', keyName(key), ...argv]), ANSWER_MS);
      if (degraded) options.onRestored?.();
      degraded = false;
      return answer;
    } catch {
      client?.close();
      client = undefined;
      localUntil = clock() + RETRY_MS;
      if (!degraded) options.onDegraded();
      degraded = true;
      return undefined;
    }
  }

  const renewal = setInterval(() => {
    for (const [key, places] of held) void ask(RENEW, key, String(LEASE_MS), ...places);
  }, RENEW_MS);
  renewal.unref();

  return {
    where: 'redis',
    async take(key, perMinute, amount) {
      const answer = await ask(TAKE, key, String(perMinute), String(amount), '0');
      return takenOf(answer, perMinute, amount) ?? local.take(key, perMinute, amount);
    },
    charge(key, perMinute, amount) {
      void ask(TAKE, key, String(perMinute), String(amount), '1').then((answer) => {
        if (answer === undefined) local.charge(key, perMinute, amount);
      });
    },
    async enter(key, max) {
      const place = randomUUID();
      const answer = await ask(ENTER, key, String(max), place, String(LEASE_MS));
      if (answer === undefined) return local.enter(key, max);
      if (answer !== 1) return undefined;
      const places = held.get(key) ?? new Set();
      held.set(key, places.add(place));
      return () => {
        if (!places.delete(place)) return;
        if (places.size === 0) held.delete(key);
        void ask(LEAVE, key, place);
      };
    },
    close() {
      clearInterval(renewal);
      client?.close();
    },
  };
}

const LEAVE = `return redis.call('ZREM', KEYS[1], ARGV[1])`;

function takenOf(answer: unknown, perMinute: number, amount: number): Taken | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [ok, balance] = answer;
  if (ok === 1) return { ok: true, retryAfterSeconds: 0 };
  const missing = Math.max(amount, 1) - Number(balance);
  return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil((missing * 60) / perMinute)) };
}

/** Callers' and users' names do not stand in Redis. */
function keyName(key: string): string {
  return `llm-gateway:${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}

async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
