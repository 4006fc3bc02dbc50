import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../../src/core/errors.ts';
import { createLocalCounters } from '../../../src/policy/limits/buckets.ts';
import { ModelQueue, Queues } from '../../../src/policy/limits/queue.ts';
import type { Note, PolicyIdentity, Release, RequestContext } from '../../../src/core/stage.ts';
import { decide } from '../../../src/core/decision.ts';
import { setOf } from '../helpers.ts';

const options = { concurrent: 1, queue: 10, queueSeconds: 60 };
const never = new AbortController().signal;

/** A schedule whose time passes when a test says so. */
function fakeTimers() {
  const due: (() => void)[] = [];
  return {
    schedule: (callback: () => void) => {
      due.push(callback);
      return () => void due.splice(due.indexOf(callback), 1);
    },
    expire: () => due.splice(0).forEach((callback) => callback()),
    due,
  };
}

describe('createLocalCounters()', () => {
  test('gives a minute its rate, and more as time passes', async () => {
    let now = 0;
    const counters = createLocalCounters(() => now);
    for (let taken = 0; taken < 60; taken++) expect((await counters.take('a', 60, 1)).ok).toBe(true);
    expect(await counters.take('a', 60, 1)).toEqual({ ok: false, retryAfterSeconds: 1 });
    expect((await counters.take('b', 60, 1)).ok).toBe(true);
    now += 1000;
    expect((await counters.take('a', 60, 1)).ok).toBe(true);
    expect((await counters.take('a', 60, 1)).ok).toBe(false);
  });

  test('tokens charged afterwards are owed before the next request', async () => {
    let now = 0;
    const counters = createLocalCounters(() => now);
    expect((await counters.take('a', 6000, 0)).ok).toBe(true);
    counters.charge('a', 6000, 9000);
    const refused = await counters.take('a', 6000, 0);
    expect(refused.ok).toBe(false);
    expect(refused.retryAfterSeconds).toBeGreaterThanOrEqual(30);
    now += refused.retryAfterSeconds * 1000;
    expect((await counters.take('a', 6000, 0)).ok).toBe(true);
  });

  test('a place is given back once, however often it is left', async () => {
    const counters = createLocalCounters(() => 0);
    const leave = await counters.enter('a', 1);
    expect(await counters.enter('a', 1)).toBeUndefined();
    leave?.();
    leave?.();
    expect(await counters.enter('a', 1)).toBeDefined();
    expect(await counters.enter('a', 1)).toBeUndefined();
  });
});

describe('ModelQueue', () => {
  test('takes turns between users, however many requests one sends', async () => {
    const queue = new ModelQueue(fakeTimers().schedule);
    const order: string[] = [];
    const work = async (user: string) => {
      const entry = await queue.enter(user, 'chat', { ...options, queue: 100 }, never);
      if (!entry.ok) throw new Error(entry.reason);
      order.push(user);
      await Promise.resolve();
      entry.leave();
    };
    // One user floods first; another asks as often, later.
    await Promise.all([...Array(20).fill('flood'), ...Array(20).fill('calm')].map(work));
    const early = order.slice(1, 21);
    expect(early.filter((user) => user === 'calm').length).toBe(10);
  });

  test('lets chats go before jobs in the background', async () => {
    const queue = new ModelQueue(fakeTimers().schedule);
    const first = await queue.enter('a', 'chat', options, never);
    const order: string[] = [];
    const enter = async (user: string, lane: 'chat' | 'background') => {
      const entry = await queue.enter(user, lane, options, never);
      order.push(`${lane} ${user}`);
      if (entry.ok) entry.leave();
    };
    const all = [enter('a', 'background'), enter('b', 'background'), enter('c', 'chat')];
    if (first.ok) first.leave();
    await Promise.all(all);
    expect(order).toEqual(['chat c', 'background a', 'background b']);
  });

  test('refuses what finds no place, and what waits too long', async () => {
    const timers = fakeTimers();
    const queue = new ModelQueue(timers.schedule);
    const narrow = { concurrent: 1, queue: 1, queueSeconds: 1 };
    await queue.enter('a', 'chat', narrow, never);
    const waiting = queue.enter('b', 'chat', narrow, never);
    expect(await queue.enter('c', 'chat', narrow, never)).toMatchObject({ ok: false, reason: 'full' });
    timers.expire();
    expect(await waiting).toMatchObject({ ok: false, reason: 'timeout' });
    expect(queue.waiting).toBe(0);
  });

  test('a client that leaves gives its place up and leaves no timer behind', async () => {
    const timers = fakeTimers();
    const queue = new ModelQueue(timers.schedule);
    const first = await queue.enter('a', 'chat', options, never);
    const leaving = new AbortController();
    const waiting = queue.enter('b', 'chat', options, leaving.signal);
    leaving.abort();
    expect(await waiting).toMatchObject({ ok: false, reason: 'aborted' });
    expect(timers.due).toHaveLength(0);
    if (first.ok) first.leave();
    expect([queue.active, queue.waiting]).toEqual([0, 0]);
  });
});

describe('Consumption with rates', () => {
  function asking(spec: string, mode: 'monitor' | 'hard' = 'hard') {
    const counters = createLocalCounters(() => 0);
    const queues = new Queues(fakeTimers().schedule);
    const set = setOf({ Consumption: spec }, { enforcementMode: mode }, { counters, queues });
    const notes: string[] = [];
    return {
      notes,
      async ask(caller: string, user?: string): Promise<Release | undefined | string> {
        const principal = { name: caller, admin: false, ...(user === undefined ? {} : { user }) };
        const model = { name: 'llama3.2:latest' };
        const context = {
          request: { texts: [], tools: [], stream: true, isLoad: false },
          model,
          principal,
          signal: never,
          note(policy: PolicyIdentity, note: Note) {
            const decision = decide(policy, 'request', note);
            notes.push(`${decision.rule} ${decision.outcome}`);
            return decision.outcome;
          },
        } as unknown as RequestContext;
        try {
          const [stage] = set.stages(model, principal);
          return await stage?.admit?.(context);
        } catch (error) {
          if (error instanceof GatewayError) return `${error.code} ${error.headers['retry-after']}`;
          throw error;
        }
      },
    };
  }

  test('a caller is refused over its rate, with when to come back; others are not', async () => {
    const { ask } = asking('perCaller: { requestsPerMinute: 2 }');
    await ask('a');
    await ask('a');
    expect(await ask('a')).toBe('rate_limited 30');
    expect(await ask('b')).toBeUndefined();
  });

  test('users of one caller have rates of their own', async () => {
    const { ask } = asking('perUser: { requestsPerMinute: 1 }');
    expect(await ask('webui', 'u1')).toBeUndefined();
    expect(await ask('webui', 'u1')).toBe('rate_limited 60');
    expect(await ask('webui', 'u2')).toBeUndefined();
  });

  test('concurrent exchanges are counted until they end, and tokens when they are known', async () => {
    const { ask } = asking('perCaller: { concurrent: 1, tokensPerMinute: 100 }');
    const release = await ask('a');
    expect(await ask('a')).toBe('rate_limited 1');
    if (typeof release === 'function') release({ inputTokens: 150, outputTokens: 50 });
    expect(await ask('a')).toMatch(/^rate_limited (6\d)$/);
  });

  test('a full queue is overloaded, with when to come back, and nothing stays taken', async () => {
    const { ask } = asking('perCaller: { concurrent: 5 }\nupstream: { concurrent: 1, queue: 0 }');
    const release = await ask('a');
    for (let times = 0; times < 10; times++) expect(await ask('a')).toBe('overloaded 5');
    if (typeof release === 'function') release({});
    expect(typeof (await ask('a'))).toBe('function');
  });

  test('in monitor all of that is told and nobody waits', async () => {
    const { ask, notes } = asking(
      'perCaller: { requestsPerMinute: 1, concurrent: 1 }\nupstream: { concurrent: 1, queue: 0 }',
      'monitor',
    );
    await ask('a');
    expect(typeof (await ask('a'))).not.toBe('string');
    expect(notes).toEqual(['requestsPerMinute passed', 'concurrent passed', 'queue passed']);
  });
});
