import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createLocalCounters } from '../../../src/policy/limits/buckets.ts';
import { createWorld } from '../../../src/policy/world.ts';
import { createRedisCounters } from '../../../src/policy/limits/redis.ts';

const binary = Bun.which('redis-server');
const clock = () => performance.now();

async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
  const port = server.port ?? 0;
  await server.stop(true);
  return port;
}

async function startRedis(port: number) {
  const child = Bun.spawn(
    [binary ?? '', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdout: 'pipe',
      stderr: 'ignore',
    },
  );
  let said = '';
  for await (const chunk of child.stdout) {
    said += new TextDecoder().decode(chunk);
    if (said.includes('Ready to accept connections')) break;
  }
  return child;
}

// Skipped, and shown as such, where no redis-server is installed.
describe.skipIf(binary === null)('counters of several gateways in one Redis', () => {
  let port = 0;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  const closing: (() => void)[] = [];

  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
  });
  afterAll(async () => {
    for (const close of closing) close();
    redis.kill();
    await redis.exited;
  });

  function gateway(events: string[] = []) {
    const counters = createRedisCounters({
      url: `redis://127.0.0.1:${port}`,
      local: createLocalCounters(clock),
      clock,
      onDegraded: () => events.push('degraded'),
      onRestored: () => events.push('restored'),
    });
    closing.push(() => counters.close());
    return counters;
  }

  test('two gateways together let one rate through, to within two in a hundred', async () => {
    const [one, two] = [gateway(), gateway()];
    const rate = 500;
    let passed = 0;
    const started = performance.now();
    for (let round = 0; round < 100; round++) {
      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (index % 2 ? one : two).take('caller', rate, 1)),
      );
      passed += taken.filter(({ ok }) => ok).length;
    }
    const refilled = ((performance.now() - started) * rate) / 60_000;
    expect(passed).toBeGreaterThanOrEqual(rate);
    expect(passed).toBeLessThanOrEqual((rate + refilled) * 1.02 + 1);
    const refused = await one.take('caller', rate, 1);
    expect(refused.ok).toBe(false);
    expect(refused.retryAfterSeconds).toBeGreaterThan(0);
  });

  test('tokens that one gateway charged are owed at the other', async () => {
    const [one, two] = [gateway(), gateway()];
    expect((await two.take('tokens', 100, 0)).ok).toBe(true);
    one.charge('tokens', 100, 500);
    // Commands of one connection are answered in order.
    await one.take('other', 100, 0);
    expect((await two.take('tokens', 100, 0)).ok).toBe(false);
  });

  test('a place taken at one is taken at the other, and free again when it is left', async () => {
    const [one, two] = [gateway(), gateway()];
    const leave = await one.enter('places', 1);
    expect(await two.enter('places', 1)).toBeUndefined();
    leave?.();
    await one.take('other', 100, 0);
    expect(await two.enter('places', 1)).toBeDefined();
  });

  test('no name of a caller or user stands in Redis', async () => {
    await gateway().take('policy/user/open-webui/jane', 10, 1);
    const client = new Bun.RedisClient(`redis://127.0.0.1:${port}`);
    const keys = await client.send('KEYS', ['*']);
    client.close();
    expect(JSON.stringify(keys)).not.toContain('jane');
  });
});

describe('without a Redis that answers', () => {
  test('each gateway limits by itself, and says once that it does', async () => {
    const events: string[] = [];
    const counters = createRedisCounters({
      url: `redis://127.0.0.1:${await freePort()}`,
      local: createLocalCounters(clock),
      clock,
      onDegraded: () => events.push('degraded'),
    });
    const taken = [];
    for (let request = 0; request < 4; request++) taken.push((await counters.take('a', 2, 1)).ok);
    const leave = await counters.enter('b', 1);
    expect(await counters.enter('b', 1)).toBeUndefined();
    leave?.();
    counters.close();
    expect(taken).toEqual([true, true, false, false]);
    expect(events).toEqual(['degraded']);
  });

  test('REDIS_URL alone is enough to count there, and its absence is an event', async () => {
    const events: string[] = [];
    const environment = { enforcementMode: 'hard' as const, redisUrl: `redis://127.0.0.1:${await freePort()}` };
    const { counters } = createWorld(environment, { onLimitsDegraded: () => events.push('degraded') });
    expect(counters.where).toBe('redis');
    expect((await counters.take('a', 1, 1)).ok).toBe(true);
    expect(events).toEqual(['degraded']);
    expect(createWorld({ enforcementMode: 'hard' }).counters.where).toBe('memory');
  });
});
