import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedExchange } from '../../src/policy/recording.ts';
import { ANSWER_CHARACTERS_MAX, createRecorder } from '../../src/recording/recorder.ts';
import { FILES_MAX, RecordingFiles } from '../../src/recording/recording-files.ts';
import { RecordingQueue, WAITING_CHARACTERS_MAX } from '../../src/recording/recording-queue.ts';
import { setOf } from '../policy/helpers.ts';

/** What a recording may take at most, and what is lost beyond it. */

const scratch: string[] = [];
afterEach(() => {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true, force: true });
});

function files(options: { bytesMax?: number; ttlMs?: number; now?: () => number } = {}) {
  const directory = join(mkdtempSync(join(tmpdir(), 'bounds-')), 'records');
  scratch.push(join(directory, '..'));
  const made = new RecordingFiles({ directory, bytesMax: 16_000, ttlMs: 1_000_000, now: Date.now, ...options });
  return { directory, made, names: () => readdirSync(directory).sort() };
}

const record = (text = 'x'): RecordedExchange => ({
  version: 1,
  id: 'id',
  at: 0,
  texts: [{ role: 'user', text }],
  tools: [],
});

describe('files', () => {
  test('never take more bytes than allowed together, and the newest lines are there', async () => {
    let now = 1_000_000_000_000;
    const { directory, made, names } = files({ now: () => (now += 10) });
    for (let line = 0; line < 400; line++) {
      expect(await made.append(`${String(line).padStart(99, '.')}\n`)).toBe(true);
      const bytes = names().reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
      expect(bytes).toBeLessThanOrEqual(16_000);
      expect(names().length).toBeLessThanOrEqual(FILES_MAX);
    }
    await made.close();
    expect(readFileSync(join(directory, names().at(-1) ?? ''), 'utf8')).toEndWith('.399\n');
  });

  test('refuse a line that is longer than one file', async () => {
    const { made, names } = files();
    expect(await made.append('x'.repeat(1_001))).toBe(false);
    expect(names()).toEqual([]);
  });

  test('older than their time are deleted, and others of the directory are left alone', async () => {
    const now = Date.now();
    const { directory, made, names } = files({ ttlMs: 60_000, now: () => now });
    await made.append('old\n');
    await made.close();
    const [old = ''] = names();
    utimesSync(join(directory, old), now / 1000 - 61, now / 1000 - 61);
    await Bun.write(join(directory, 'notes.txt'), 'mine');
    utimesSync(join(directory, 'notes.txt'), now / 1000 - 61, now / 1000 - 61);
    made.prune();
    expect(names()).toEqual(['notes.txt']);
  });

  test('begin anew after a while, so that a quiet gateway keeps nothing for longer', async () => {
    let now = 1_000_000_000_000;
    const { made, names } = files({ ttlMs: 160_000, now: () => now });
    await made.append('one\n');
    now += 10_001;
    await made.append('two\n');
    await made.close();
    expect(names()).toHaveLength(2);
  });
});

describe('the queue', () => {
  const policies = setOf({ 'ToolPermissions tools': 'block: [a]' });

  test('loses what comes while too much waits, and says so once', async () => {
    const faults: string[] = [];
    const written: string[] = [];
    const gate = Promise.withResolvers<void>();
    const queue = new RecordingQueue({
      files: {
        async append(line) {
          await gate.promise;
          written.push(line);
          return true;
        },
        close: () => Promise.resolve(),
      },
      disguise: undefined,
      onLost: (fault) => void faults.push(fault),
    });
    const half = record('x'.repeat(WAITING_CHARACTERS_MAX / 2 - 1_000));
    for (let count = 0; count < 5; count++) queue.add(half, policies);
    expect(faults).toEqual(['recording_overflow']);
    gate.resolve();
    await queue.flush();
    expect(written).toHaveLength(2);
    queue.add(record(), policies);
    await queue.flush();
    expect(written).toHaveLength(3);
  });

  test('goes on after a write failed, on another file, and says so each time that it begins', async () => {
    const faults: string[] = [];
    const outcomes: ('fails' | 'works')[] = ['fails', 'fails', 'works', 'fails'];
    let closed = 0;
    const queue = new RecordingQueue({
      files: {
        append: () => (outcomes.shift() === 'works' ? Promise.resolve(true) : Promise.reject(new Error('ENOSPC'))),
        close: () => Promise.resolve(void (closed += 1)),
      },
      disguise: undefined,
      onLost: (fault) => void faults.push(fault),
    });
    for (let count = 0; count < 4; count++) queue.add(record(), policies);
    await queue.flush();
    expect(faults).toEqual(['recording_failed', 'recording_failed']);
    expect(closed).toBe(3);
  });
});

test('of one answer no more is kept than its bound, in all channels together', () => {
  const kept: RecordedExchange[] = [];
  const policies = setOf({ 'ToolPermissions tools': 'block: [a]' });
  const recorder = createRecorder({ record: 'all', now: () => 1, keep: (each) => void kept.push(each) });
  const { stage, end } = recorder.begin({ id: 'id', policies });
  const request = { texts: [], tools: [], callerSystem: { template: false, raw: false }, messages: 0 };
  // Only what the stage reads of a context.
  void stage.request?.({ request, model: { name: 'm' }, principal: { name: 'p' } } as never);
  const watching = stage.answer?.({} as never);
  for (const channel of ['content', 'thinking'] as const) {
    const scanner = watching?.scanner?.({ channel, kind: channel });
    expect(scanner?.clear).toBe(Number.POSITIVE_INFINITY);
    for (let push = 0; push < 11; push++) scanner?.push('x'.repeat(ANSWER_CHARACTERS_MAX / 20));
  }
  end([]);
  const { content = '', thinking = '' } = kept[0]?.answer ?? {};
  expect(content.length + thinking.length).toBe(ANSWER_CHARACTERS_MAX);
});
