import { afterEach, describe, expect, test } from 'bun:test';
import { post, startGateway, type TestGateway } from '../../helpers/service.ts';
import { chatRecords, MODEL, ndjson, scriptedUpstream } from '../../helpers/upstream.ts';

/** Two gateways and one real Redis. Skipped, and shown as such, where no redis-server is installed. */

const binary = Bun.which('redis-server');
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
  const port = server.port ?? 0;
  await server.stop(true);
  return port;
}

async function startRedis() {
  const port = await freePort();
  const argv = [binary ?? '', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = Bun.spawn(argv, { stdout: 'pipe', stderr: 'ignore' });
  const stop = async () => {
    child.kill('SIGKILL');
    await child.exited;
  };
  cleanUp.push(stop);
  let said = '';
  for await (const chunk of child.stdout) {
    said += new TextDecoder().decode(chunk);
    if (said.includes('Ready to accept connections')) break;
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}

async function startTwo(redisUrl: string, requestsPerMinute: number): Promise<readonly TestGateway[]> {
  const upstream = scriptedUpstream(() => ndjson(chatRecords(['Hello'])));
  cleanUp.push(() => upstream.stop());
  const limits = `apiVersion: llm-gateway/v1\nkind: Consumption\nmetadata: { name: limits }\nspec: { perCaller: { requestsPerMinute: ${requestsPerMinute} } }\n`;
  const start = async () => {
    const gateway = await startGateway({
      upstream: upstream.url,
      env: { REDIS_URL: redisUrl, ENFORCEMENT_MODE: 'hard' },
      policies: { 'limits.yaml': limits },
    });
    cleanUp.push(() => gateway.stop());
    return gateway;
  };
  return [await start(), await start()];
}

/** Asks `count` times, the gateways in turn and ten at a time; how often each status was the answer. */
async function ask(gateways: readonly TestGateway[], count: number): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (let asked = 0; asked < count; asked += 10) {
    const batch = Array.from({ length: 10 }, async (_, index) => {
      const gateway = gateways[(asked + index) % gateways.length];
      const answer = await post(`${gateway?.url}/api/chat`, {
        model: MODEL,
        messages: [{ role: 'user', content: 'Hi' }],
      });
      await answer.text();
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      return answer.status;
    });
    for (const status of await Promise.all(batch)) statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

describe.skipIf(binary === null)('two gateways on one Redis', () => {
  test('let the one rate through together, to within two in a hundred', async () => {
    const redis = await startRedis();
    const gateways = await startTwo(redis.url, 300);
    const started = performance.now();
    const statuses = await ask(gateways, 600);
    const refilled = ((performance.now() - started) * 300) / 60_000;
    const passed = statuses[200] ?? 0;
    expect(passed).toBeGreaterThanOrEqual(300 * 0.98);
    expect(passed).toBeLessThanOrEqual((300 + refilled) * 1.02 + 1);
    expect(passed + (statuses[429] ?? 0)).toBe(600);
    expect(gateways[0]?.service.policies.current.summary['rates_counted_in']).toBe('redis');
    for (const { events } of gateways) expect(events.filter(({ type }) => type === 'fault.raised')).toEqual([]);
  }, 60_000);

  test('whose Redis dies limit by themselves: no error, no open gate, and a fault that is told once each', async () => {
    const redis = await startRedis();
    const gateways = await startTwo(redis.url, 20);
    await ask(gateways, 20);
    await redis.stop();
    const statuses = await ask(gateways, 120);
    expect((statuses[200] ?? 0) + (statuses[429] ?? 0)).toBe(120);
    // Each has its own twenty now, and what grew back while they were asked.
    expect(statuses[200]).toBeGreaterThanOrEqual(40);
    expect(statuses[200]).toBeLessThan(60);
    for (const { events } of gateways) {
      expect(events.filter(({ type }) => type === 'fault.raised')).toEqual([
        { type: 'fault.raised', fault: 'limits_degraded' },
      ]);
    }
  }, 60_000);
});
