import { afterEach, describe, expect, test } from 'bun:test';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPolicyCommand } from '../../src/cli/policy.ts';
import { post, startGateway, type TestGateway } from '../helpers/service.ts';
import { chatRecords, MODEL, ndjson, scriptedUpstream } from '../helpers/upstream.ts';

/** Policies that change while a gateway serves: what clients read before, during and after. */

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'live-'));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function chat(gateway: TestGateway): Promise<string> {
  const body = { model: MODEL, messages: [{ role: 'user', content: 'Tell me' }] };
  const answer = await post(`${gateway.url}/api/chat`, body);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
  const lines = text.trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { message?: { content: string }; done: boolean });
  if (records.at(-1)?.done !== true) throw new Error('the answer has no end');
  return records.map(({ message }) => message?.content ?? '').join('');
}

/** Asks until the answer is as it should be; the test's own time is the bound. */
async function until(gateway: TestGateway, isRight: (answer: string) => boolean): Promise<string> {
  for (;;) {
    const answer = await chat(gateway);
    if (isRight(answer)) return answer;
  }
}

async function policy(...argv: string[]) {
  let out = '';
  let error = '';
  const code = await runPolicyCommand(argv, {
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    input: () => Promise.resolve(''),
    environment: {},
    isTerminal: false,
  });
  return { code, out, error };
}

const rule = (id: string, label: string, pattern: string) =>
  `apiVersion: llm-gateway/v1\nkind: SensitiveInformation\nmetadata: { name: ${id} }\nspec:\n  rules: { add: [{ id: ${id}, label: ${label}, pattern: '${pattern}' }] }\n`;

describe('an operator who tunes a pattern', () => {
  const KEY = 'sk-test-secret123456789012345678901234567890';
  const PROOF = `apiVersion: llm-gateway/v1\nkind: PolicyTest\ncases:\n  - name: a key with hyphens is redacted\n    answer: 'Key ${KEY}.'\n    expect: { rules: [api-key], answer: 'Key [REDACTED_API_KEY].' }\n`;

  test('sees the hole in the proof, saves the fix, and the next answer is redacted; diff shows exactly that', async () => {
    const directory = join(scratch(), 'policies');
    const records = join(scratch(), 'records');
    mkdirSync(directory);
    writeFileSync(join(directory, 'api-key.yaml'), rule('api-key', 'API_KEY', 'sk-[a-zA-Z0-9]{40,60}'));
    writeFileSync(join(directory, 'api-key.test.yaml'), PROOF);

    const hole = await policy('test', directory);
    expect(hole.code).toBe(1);
    expect(hole.out).toContain('a key with hyphens is redacted');

    const said = ['Nothing to hide.', `The key is ${KEY}.`, `sk-${'a1B2'.repeat(11)} has no hyphens.`];
    const upstream = scriptedUpstream(() => ndjson(chatRecords([said.shift() ?? `Again: ${KEY}.`])));
    cleanUp.push(() => upstream.stop());
    const env = { POLICY_DIR: directory, ENFORCEMENT_MODE: 'hard', RECORD_DIR: records, RECORD: 'all' };
    const gateway = await startGateway({ upstream: upstream.url, env });
    let stopped = false;
    const stop = async () => {
      if (!stopped) await gateway.stop();
      stopped = true;
    };
    cleanUp.push(stop);
    expect(await chat(gateway)).toBe('Nothing to hide.');
    expect(await chat(gateway)).toBe(`The key is ${KEY}.`);
    expect(await chat(gateway)).toBe('[REDACTED_API_KEY] has no hyphens.');

    const before = join(scratch(), 'before');
    cpSync(directory, before, { recursive: true });
    writeFileSync(join(directory, 'api-key.yaml'), rule('api-key', 'API_KEY', 'sk-[a-zA-Z0-9-]{40,60}'));
    expect((await policy('test', directory)).code).toBe(0);
    const redacted = await until(gateway, (answer) => !answer.includes(KEY));
    expect(redacted).toBe('Again: [REDACTED_API_KEY].');
    await stop();

    // Of the recording, only the answers that the old rule missed change, and by no other rule.
    const diff = await policy('diff', before, directory, records, '--json');
    const report = JSON.parse(diff.out);
    const missed = gateway.events.filter(({ type }) => type === 'exchange.finished').length - 2;
    expect(diff.code).toBe(1);
    expect(report.unreadable).toBe(0);
    expect(report.exchanges).toBe(missed + 2);
    expect(report.changes).toEqual([
      { change: '+ api-key (passed -> redacted)', exchanges: missed, examples: expect.any(Array) },
    ]);
    const same = await policy('diff', directory, directory, records);
    expect(same.out).toContain(`0 of ${missed + 2} exchanges change`);
    expect(same.code).toBe(0);
  }, 30_000);
});

describe('a hundred swaps under load', () => {
  const NEVER_MS = 3_600_000;

  /** Two files that belong together: an answer with both marks must be read by both of one set. */
  function writeSet(directory: string, swap: number): void {
    mkdirSync(directory);
    writeFileSync(join(directory, 'left.yaml'), rule('left', `LEFT_${swap}`, 'left-[0-9]{3}'));
    writeFileSync(join(directory, 'right.yaml'), rule('right', `RIGHT_${swap}`, 'right-[0-9]{3}'));
  }

  async function serve(directory: string, policyPollMs: number): Promise<TestGateway> {
    const upstream = scriptedUpstream(() => ndjson(chatRecords(['A left-', '123 and ', 'a right-', '456.'])));
    cleanUp.push(() => upstream.stop());
    const env = { POLICY_DIR: directory, ENFORCEMENT_MODE: 'hard' };
    const gateway = await startGateway({ upstream: upstream.url, env, policyPollMs });
    cleanUp.push(() => gateway.stop());
    return gateway;
  }

  /** Asks without a pause while `swaps` happen; every answer must be one set's alone. */
  async function underLoad(gateway: TestGateway, swap: (number: number) => void): Promise<void> {
    let isOver = false;
    const seen = new Set<number>();
    let current = 0;
    let confirmed = 0;
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const atLeast = confirmed;
        const answer = await chat(gateway);
        const [, left, right] = /^A \[REDACTED_LEFT_(\d+)\] and a \[REDACTED_RIGHT_(\d+)\]\.$/.exec(answer) ?? [];
        expect(answer).toMatch(/REDACTED/);
        expect(left).toBe(right ?? '');
        // Never a set that the directory did not hold yet, and never one that was gone when the exchange began.
        expect(Number(left)).toBeLessThanOrEqual(current);
        expect(Number(left)).toBeGreaterThanOrEqual(atLeast);
        seen.add(Number(left));
      }
    });
    for (let number = 1; number <= 100; number++) {
      current = number;
      swap(number);
      if (number % 10 !== 0) continue;
      await until(gateway, (answer) => answer.includes(`LEFT_${number}]`));
      confirmed = number;
    }
    isOver = true;
    await Promise.all(clients);
    expect(seen.size).toBeGreaterThan(5);
    expect(gateway.events.filter(({ type }) => type === 'policies.rejected')).toEqual([]);
    const ended = gateway.events.filter((event) => event.type === 'exchange.finished');
    expect(ended.filter(({ end }) => end !== 'completed')).toEqual([]);
    const hashes = new Set(gateway.events.flatMap((event) => (event.type === 'policies.loaded' ? [event.hash] : [])));
    const used = gateway.events.flatMap((event) => (event.type === 'request.read' ? [event.setHash] : []));
    expect(used.filter((hash) => !hashes.has(hash))).toEqual([]);
  }

  test('by the swap of ..data, seen by inotify: each answer is one set’s, none fails, the last is in force', async () => {
    const directory = scratch();
    const mount = (number: number) => {
      writeSet(join(directory, `..${number}`), number);
      symlinkSync(`..${number}`, join(directory, '..data_tmp'));
      renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    mount(0);
    for (const name of ['left.yaml', 'right.yaml']) symlinkSync(`..data/${name}`, join(directory, name));
    await underLoad(await serve(directory, NEVER_MS), mount);
  }, 60_000);

  test('behind a link that inotify does not follow, seen by the poll alone: the same', async () => {
    const outside = scratch();
    const link = join(scratch(), 'current');
    const lead = (number: number) => {
      writeSet(join(outside, String(number)), number);
      symlinkSync(join(outside, String(number)), `${link}-next`);
      renameSync(`${link}-next`, link);
    };
    lead(0);
    await underLoad(await serve(link, 20), lead);
  }, 60_000);
});

test('a body over a limit that is only watched passes and is noted', async () => {
  const upstream = scriptedUpstream(() => ndjson(chatRecords(['Hello'])));
  cleanUp.push(() => upstream.stop());
  const limits =
    'apiVersion: llm-gateway/v1\nkind: Consumption\nmetadata: { name: limits }\nspec: { limits: { bodyBytes: 1024 } }\n';
  const gateway = await startGateway({ upstream: upstream.url, policies: { 'limits.yaml': limits } });
  cleanUp.push(() => gateway.stop());
  expect(await chat(gateway)).toBe('Hello');
  expect(gateway.decisions).toEqual([]);
  const long = { model: MODEL, messages: [{ role: 'user', content: 'é'.repeat(500) }] };
  expect((await post(`${gateway.url}/api/chat`, long)).status).toBe(200);
  expect(gateway.decisions).toMatchObject([{ rule: 'bodyBytes', verdict: 'deny', outcome: 'passed' }]);
});

describe('a set that cannot be used', () => {
  test('is loud: a log line with places, an event to count, stale on /readyz; and requests go on', async () => {
    const directory = join(scratch(), 'policies');
    mkdirSync(directory);
    writeFileSync(join(directory, 'left.yaml'), rule('left', 'LEFT', 'left-[0-9]{3}'));
    const upstream = scriptedUpstream(() => ndjson(chatRecords(['left-123'])));
    cleanUp.push(() => upstream.stop());
    const env = { POLICY_DIR: directory, ENFORCEMENT_MODE: 'hard' };
    const gateway = await startGateway({ upstream: upstream.url, env });
    cleanUp.push(() => gateway.stop());
    const ready = async () => (await fetch(`${gateway.url}/readyz`)).json();
    const before = await ready();
    expect(before).toMatchObject({ status: 'ready', policies: { state: 'current' } });

    writeFileSync(join(directory, 'left.yaml'), rule('left', 'LEFT', 'left-(?=x)'));
    await gateway.service.policies.reload();
    expect(await ready()).toEqual({ status: 'ready', policies: { ...before.policies, state: 'stale' } });
    expect(await chat(gateway)).toBe('[REDACTED_LEFT]');
    const rejected = gateway.events.filter((event) => event.type === 'policies.rejected');
    expect(rejected).toHaveLength(1);
    expect(rejected[0]?.problems[0]).toStartWith('left.yaml:5:');
    const loud = gateway.logs.filter(({ level }) => level === 'ERROR' || level === 'error');
    expect(JSON.stringify(loud)).toContain('left.yaml:5:');

    writeFileSync(join(directory, 'left.yaml'), rule('left', 'LEFT', 'left-[0-9]{3}'));
    await gateway.service.policies.reload();
    expect(await ready()).toEqual(before);
  });
});
