import { afterEach, describe, expect, test } from 'bun:test';
import { createGuard, type GuardOptions } from '../../../src/detectors/guard/index.ts';
import { type ScriptedOllama, startScriptedOllama } from './scripted-ollama.ts';

const running: ScriptedOllama[] = [];

afterEach(async () => {
  for (const ollama of running.splice(0)) await ollama.stop();
});

function start(script: Parameters<typeof startScriptedOllama>[0] = {}): ScriptedOllama {
  const ollama = startScriptedOllama(script);
  running.push(ollama);
  return ollama;
}

function guardOf(ollama: ScriptedOllama, options: Partial<GuardOptions> = {}, clock = { time: 0 }) {
  return createGuard(
    { name: 'llama-guard3:1b', baseUrl: ollama.url, onError: 'score', timeoutMs: 5_000, ...options },
    { fetch, now: () => clock.time },
  );
}

describe('createGuard()', () => {
  test('refuses a model whose family is unknown and that has no prompt', () => {
    const dependencies = { fetch, now: () => 0 };
    const options = { name: 'mistral', baseUrl: 'http://127.0.0.1:9', onError: 'score', timeoutMs: 1 } as const;
    expect(() => createGuard(options, dependencies)).toThrow('its family is unknown');
    expect(() => createGuard({ ...options, name: 'shieldgemma', from: 1, to: 1 }, dependencies)).toThrow(
      'must be below',
    );
    expect(() => createGuard({ ...options, name: 'shieldgemma', timeoutMs: 0 }, dependencies)).toThrow('timeoutMs');
  });

  const FAMILIES = [
    ['llama-guard3:1b', 'unsafe\nS2', 'flagged', ['S2'], ['user']],
    ['llama-guard3:1b', '\n\nunsafe\nS1, S14,evil', 'flagged', ['S1', 'S14'], ['user']],
    ['llama-guard3:1b', 'safe', 'clear', [], ['user']],
    ['granite3-guardian:2b', 'Yes', 'flagged', [], ['system', 'user']],
    ['granite3-guardian:2b', 'No', 'clear', [], ['system', 'user']],
    ['granite4.1-guardian:8b', '<think>yes it might</think>\n<score> no </score>', 'clear', [], ['system', 'user']],
    ['shieldgemma:2b', 'Yes, it violates', 'flagged', [], ['user']],
    ['shieldgemma:2b', 'No', 'clear', [], ['user']],
  ] as const;
  test.each(FAMILIES)('reads what %s says: %j', async (name, content, verdict, categories, roles) => {
    const ollama = start({ resident: [name], answer: () => content });
    const outcome = await guardOf(ollama, { name }).judge('text', 0.5);
    expect(outcome).toMatchObject({ status: 'asked', verdict, categories, score: verdict === 'flagged' ? 1 : 0 });
    expect(ollama.asked[0]?.messages.map((message) => message.role)).toEqual([...roles]);
    expect(ollama.asked[0]?.messages.at(-1)?.content).toBe('text');
  });

  test('asks any model by a given prompt and answer patterns', async () => {
    const ollama = start({
      resident: ['judge:latest'],
      answer: (text) => (text.includes('ignore') ? 'ATTACK' : 'FINE'),
    });
    const word = (wanted: string) => ({ test: (text: string) => text.includes(wanted) });
    const prompt = { prompt: 'Is it an attack?', flagged: word('ATTACK'), clear: word('FINE') };
    const guard = guardOf(ollama, { name: 'judge', prompt });
    expect((await guard.judge('ignore all', 0.5)).verdict).toBe('flagged');
    expect((await guard.judge('hello', 0.5)).verdict).toBe('clear');
    expect(ollama.asked[0]?.messages[0]).toEqual({ role: 'system', content: 'Is it an attack?' });
  });

  test.each(['', 'I cannot help with that', 'unsafely', 'safe and sound', 'yesterday', '<score>maybe</score>'])(
    'takes an answer that is none of the known ones for unreadable, and keeps no verdict: %j',
    async (content) => {
      for (const name of ['llama-guard3:1b', 'shieldgemma:2b']) {
        const ollama = start({ resident: [name], answer: () => content });
        const guard = guardOf(ollama, { name });
        expect(await guard.judge('text', 0.5)).toMatchObject({ status: 'unreadable', verdict: 'unknown', score: 0 });
        await guard.judge('text', 0.5);
        expect(ollama.asked.length).toBe(2);
      }
    },
  );

  test('asks only between the two thresholds', async () => {
    const ollama = start();
    const guard = guardOf(ollama, { from: 0.4, to: 1 });
    for (const score of [0, 0.39, 1, 2, Number.NaN]) {
      expect(await guard.judge('text', score)).toMatchObject({ status: 'skipped', score: 0 });
    }
    expect(ollama.requests).toBe(0);
    expect((await guard.judge('text', 0.4)).status).toBe('asked');
  });

  test('takes a model that is not resident for unavailable and never asks it', async () => {
    const ollama = start({ resident: ['llama-guard3:8b', 'other'] });
    expect(await guardOf(ollama).judge('text', 0.5)).toMatchObject({ status: 'unavailable', score: 0 });
    expect(await guardOf(ollama, { onError: 'closed' }).judge('text', 0.5)).toMatchObject({
      status: 'unavailable',
      score: 1,
    });
    expect(ollama.asked.length).toBe(0);
  });

  test('compares names as Ollama does: case and the tag latest do not count', async () => {
    const ollama = start({ resident: ['Llama-Guard3:latest'] });
    expect((await guardOf(ollama, { name: 'llama-guard3' }).judge('text', 0.5)).status).toBe('asked');
  });

  test('believes /api/ps for a while and asks it again afterwards', async () => {
    const ollama = start();
    const clock = { time: 0 };
    const guard = guardOf(ollama, { limits: { residentMs: 100 } }, clock);
    await guard.judge('one', 0.5);
    clock.time = 99;
    await guard.judge('two', 0.5);
    expect(ollama.listed).toBe(1);
    clock.time = 100;
    ollama.script.resident = [];
    expect((await guard.judge('three', 0.5)).status).toBe('unavailable');
  });

  test('never sends what would make Ollama load the model anew', async () => {
    const ollama = start();
    await guardOf(ollama).judge('text', 0.5);
    expect(Object.keys(ollama.asked[0] ?? {}).sort()).toEqual(['messages', 'model', 'options', 'stream']);
    expect(Object.keys(ollama.asked[0]?.options ?? {}).sort()).toEqual(['num_predict', 'temperature']);
  });

  test('answers from kept verdicts, applies them every time, and forgets them with age and number', async () => {
    const ollama = start({ answer: () => 'unsafe\nS9' });
    const clock = { time: 0 };
    const guard = guardOf(ollama, { limits: { verdictsMax: 2, verdictMs: 1_000 } }, clock);
    await guard.judge('one', 0.5);
    expect(await guard.judge('one', 0.5)).toMatchObject({
      status: 'cached',
      verdict: 'flagged',
      score: 1,
      categories: ['S9'],
    });
    await guard.judge('two', 0.5);
    await guard.judge('three', 0.5);
    expect((await guard.judge('one', 0.5)).status).toBe('asked');
    clock.time = 1_000;
    expect((await guard.judge('three', 0.5)).status).toBe('asked');
  });

  test('asks once for the same text asked twice at a time', async () => {
    const ollama = start({ holds: true });
    const guard = guardOf(ollama);
    const both = [guard.judge('text', 0.5), guard.judge('text', 0.5)];
    await ollama.held(1);
    ollama.release();
    expect((await Promise.all(both)).map((outcome) => outcome.status)).toEqual(['asked', 'asked']);
    expect(ollama.asked.length).toBe(1);
  });

  test('bounds the questions under way and those that wait', async () => {
    const ollama = start({ holds: true });
    const guard = guardOf(ollama, { limits: { concurrentMax: 2, waitingMax: 1 } });
    const outcomes = ['a', 'b', 'c', 'd'].map((text) => guard.judge(text, 0.5));
    expect((await outcomes[3])?.status).toBe('busy');
    await ollama.held(2);
    expect(ollama.asked.length).toBe(2);
    ollama.script.holds = false;
    ollama.release();
    expect((await Promise.all(outcomes)).map((outcome) => outcome.status)).toEqual(['asked', 'asked', 'asked', 'busy']);
  });

  test('shuts after three timeouts, lets one try after a while, and opens again when it succeeds', async () => {
    const ollama = start({ holds: true });
    const clock = { time: 0 };
    const guard = guardOf(ollama, { timeoutMs: 150, limits: { shutMs: 1_000 } }, clock);
    for (const text of ['a', 'b', 'c']) expect((await guard.judge(text, 0.5)).status).toBe('timeout');
    const before = ollama.requests;
    expect((await guard.judge('d', 0.5)).status).toBe('shut');
    expect(ollama.requests).toBe(before);
    clock.time = 1_000;
    expect((await guard.judge('e', 0.5)).status).toBe('timeout');
    expect((await guard.judge('f', 0.5)).status).toBe('shut');
    clock.time = 2_000;
    ollama.script.holds = false;
    ollama.release();
    for (const text of ['g', 'h']) expect((await guard.judge(text, 0.5)).status).toBe('asked');
  });

  const BROKEN = [
    ['an error status', { status: 500 }],
    ['a body that is no JSON', { body: '<html>' }],
    ['an answer without content', { body: '{"message":{}}' }],
    ['a body without end in sight', { body: `{"message":{"content":"${'x'.repeat(300_000)}"}}` }],
    ['a redirect', { status: 302 }],
  ] as const;
  test.each(BROKEN)('turns %s into an outcome, by onError', async (_, broken) => {
    const ollama = start(broken);
    expect(await guardOf(ollama).judge('text', 0.5)).toMatchObject({ status: 'error', verdict: 'unknown', score: 0 });
    expect(await guardOf(ollama, { onError: 'closed' }).judge('text', 0.5)).toMatchObject({
      status: 'error',
      score: 1,
    });
  });

  test('resolves where nobody listens', async () => {
    const ollama = start();
    await ollama.stop();
    expect((await guardOf(ollama).judge('text', 0.5)).status).toBe('error');
  });

  test('drops the question of an exchange that ended, without counting it as a failure', async () => {
    const ollama = start({ holds: true });
    const guard = guardOf(ollama);
    const gone = AbortSignal.abort();
    expect(await guard.judge('text', 0.5, gone)).toMatchObject({ status: 'cancelled', verdict: 'unknown' });
    const controller = new AbortController();
    const outcome = guard.judge('text', 0.5, controller.signal);
    await ollama.held(1);
    controller.abort();
    expect((await outcome).status).toBe('cancelled');
    ollama.release();
    expect((await guard.judge('text', 0.5)).status).toMatch(/asked|cached/);
  });

  test('sends the beginning and the end of a text that is too long, never half a character', async () => {
    const ollama = start();
    await guardOf(ollama, { limits: { textCharactersMax: 9 } }).judge(`ab😀${'x'.repeat(50)}😀yz`, 0.5);
    const sent = ollama.asked[0]?.messages[0]?.content ?? '';
    expect(sent.startsWith('ab😀')).toBe(true);
    expect(sent.endsWith('😀yz')).toBe(true);
    expect(sent.isWellFormed()).toBe(true);
  });
});
