import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { loadArchive, STAGING } from '../../src/models/load.ts';
import { packModel } from '../../src/models/pack.ts';
import { failure, putModel, scratch, SMALL, snapshot, systemError, watched, WEIGHTS } from './stores.ts';

/** For tests that load dozens of times or start processes, on a machine that is busy with others. */
const PATIENCE_MS = 60_000;

const work = scratch();
const source = join(work, 'source');
const archive = join(work, 'tiny.tar');
let wanted: Record<string, string>;
beforeAll(() => {
  putModel(source);
  packModel('tiny', source, archive);
  wanted = snapshot(source);
});
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

/** A store with another model in it. */
function otherStore(): string {
  const store = fs.mkdtempSync(join(work, 'store-'));
  putModel(store, { name: 'registry.ollama.ai/library/other/latest', layers: [['model', 'GGUF other']] });
  return store;
}

describe('loadArchive()', () => {
  test('puts manifest and blobs into an empty store, and nothing else', () => {
    const store = fs.mkdtempSync(join(work, 'store-'));
    expect(loadArchive(archive, store)).toMatchObject({
      outcome: 'loaded',
      blobs: { written: 4, kept: 0, repaired: 0 },
    });
    expect(snapshot(store)).toEqual(wanted);
    expect(fs.existsSync(join(store, STAGING))).toBe(false);
  });

  test('is safe to run twice: the second run changes nothing', () => {
    const store = otherStore();
    loadArchive(archive, store);
    const before = snapshot(store);
    const changed: unknown[] = [];
    const again = loadArchive(archive, store, { files: watched((call) => void changed.push(call)) });
    expect(again).toMatchObject({ outcome: 'unchanged', blobs: { written: 0, kept: 4 }, writtenBytes: 0 });
    expect(changed).toEqual([]);
    expect(snapshot(store)).toEqual(before);
  });

  test('keeps blobs that another model brought', () => {
    const store = fs.mkdtempSync(join(work, 'store-'));
    putModel(store, { name: 'registry.ollama.ai/library/base/latest', layers: [['model', WEIGHTS]] });
    expect(loadArchive(archive, store).blobs).toEqual({ written: 2, kept: 2, repaired: 0 });
  });

  test('replaces a blob that is damaged, since Ollama would never notice', () => {
    const store = otherStore();
    loadArchive(archive, store);
    const blob = join(store, 'blobs', `sha256-${new Bun.CryptoHasher('sha256').update(WEIGHTS).digest('hex')}`);
    fs.writeFileSync(blob, Buffer.from(WEIGHTS).fill(0, 9, 10));
    expect(loadArchive(archive, store)).toMatchObject({ outcome: 'unchanged', blobs: { repaired: 1, kept: 3 } });
    fs.truncateSync(blob, 5);
    expect(loadArchive(archive, store)).toMatchObject({ blobs: { repaired: 1, kept: 3 } });
    expect(fs.readFileSync(blob).equals(WEIGHTS)).toBe(true);
  });

  test('puts a model in the place of another only where that was asked for, and back', () => {
    const store = otherStore();
    putModel(store, SMALL);
    const before = snapshot(store);
    packModel('tiny', store, join(work, 'old.tar'));
    expect(failure(() => loadArchive(archive, store))).toMatchObject({ code: 'conflict' });
    expect(snapshot(store)).toEqual(before);
    expect(loadArchive(archive, store, { replace: true }).outcome).toBe('replaced');
    expect(snapshot(store)).toMatchObject(wanted);
    expect(loadArchive(join(work, 'old.tar'), store, { replace: true }).outcome).toBe('replaced');
    expect(snapshot(store)).toMatchObject(before);
  });

  test('refuses a second spelling of a name beside the first', () => {
    const store = fs.mkdtempSync(join(work, 'store-'));
    putModel(store, { ...SMALL, name: 'registry.ollama.ai/library/Tiny/latest' });
    expect(failure(() => loadArchive(archive, store, { replace: true })).message).toContain(
      'could not tell the two apart',
    );
  });

  test('gives files a fresh time, so that a starting Ollama does not take them for leftovers', () => {
    const store = fs.mkdtempSync(join(work, 'store-'));
    putModel(store, { name: 'registry.ollama.ai/library/base/latest', layers: [['model', WEIGHTS]] });
    fs.rmSync(join(store, 'manifests'), { recursive: true });
    for (const name of fs.readdirSync(join(store, 'blobs'))) fs.utimesSync(join(store, 'blobs', name), 1, 1);
    loadArchive(archive, store);
    for (const name of Object.keys(wanted).filter((path) => path.startsWith('blobs/'))) {
      expect(fs.statSync(join(store, name)).mtimeMs).toBeGreaterThan(1_600_000_000_000);
    }
  });

  test('says so where a blob vanishes under its hands', () => {
    const store = otherStore();
    const files = watched((call, path) => {
      const isManifest = call === 'renameSync' && String(path).split('.').length > 3;
      if (isManifest) fs.rmSync(join(store, Object.keys(wanted)[0] ?? ''));
    });
    expect(failure(() => loadArchive(archive, store, { files })).message).toContain('load once more');
    expect(loadArchive(archive, store).blobs.written).toBe(1);
    expect(snapshot(store)).toMatchObject(wanted);
  });

  test('makes no store where there is none', () => {
    expect(failure(() => loadArchive(archive, join(work, 'nowhere'))).code).toBe('missing');
    expect(failure(() => loadArchive(archive, archive)).code).toBe('missing');
    expect(fs.existsSync(join(work, 'nowhere'))).toBe(false);
  });

  test('writes through no link that stands where it stages', () => {
    const store = otherStore();
    const target = join(work, 'target');
    fs.writeFileSync(target, 'mine');
    fs.mkdirSync(join(store, STAGING));
    const hex = new Bun.CryptoHasher('sha256').update(WEIGHTS).digest('hex');
    fs.symlinkSync(target, join(store, STAGING, `${hex}.partial`));
    expect(failure(() => loadArchive(archive, store)).code).toBe('io');
    expect(fs.readFileSync(target, 'utf8')).toBe('mine');
  });
});

describe('loadArchive() on a disk that fails', () => {
  test('refuses beforehand what will not fit', () => {
    const store = otherStore();
    const before = snapshot(store);
    const files = watched(() => {
      throw new Error('nothing may be written');
    });
    files.statfsSync = ((path: string) => ({
      ...fs.statfsSync(path),
      bavail: 3,
      bsize: 4096,
    })) as typeof files.statfsSync;
    expect(failure(() => loadArchive(archive, store, { files }))).toMatchObject({ code: 'no_space' });
    expect(snapshot(store)).toEqual(before);
  });

  test.each(['ENOSPC', 'EIO'])(
    'leaves the store as it was after %s at any step',
    (code) => {
      const steps = countSteps();
      for (let step = 0; step < steps; step++) {
        const store = otherStore();
        const before = snapshot(store);
        let count = 0;
        const files = watched((call) => {
          // Time and the sync of a directory are allowed to fail; a cleaning that fails is a crash, below.
          if (count++ === step && call !== 'utimesSync' && call !== 'unlinkSync') throw systemError(code);
        });
        const { code: found } = failure(() => loadArchive(archive, store, { files }));
        expect(['no_space', 'io', 'none']).toContain(found);
        expectOldOrNew(store, before);
        expect(fs.existsSync(join(store, STAGING))).toBe(false);
        loadArchive(archive, store);
        expect(snapshot(store)).toEqual({ ...before, ...wanted });
      }
    },
    PATIENCE_MS,
  );
});

describe('loadArchive() killed', () => {
  test(
    'before any step leaves the old model or the new one, and a second run finishes',
    () => {
      const steps = countSteps();
      expect(steps).toBeGreaterThan(20);
      for (let step = 0; step < steps; step++) {
        const store = otherStore();
        const before = snapshot(store);
        dieAt(store, step);
        expectOldOrNew(store, before);
        loadArchive(archive, store);
        expect(snapshot(store)).toEqual({ ...before, ...wanted });
      }
    },
    PATIENCE_MS,
  );

  test('goes on where it ended', () => {
    const store = otherStore();
    dieAt(store, stepOf(3));
    const staged = fs.readdirSync(join(store, STAGING)).map((name) => fs.statSync(join(store, STAGING, name)).size);
    const have = staged.reduce((sum, size) => sum + size, 0);
    expect(have).toBeGreaterThan(1_000_000);
    const total = loadArchive(archive, otherStore()).writtenBytes;
    expect(loadArchive(archive, store).writtenBytes).toBe(total - have);
  });

  test('starts a blob anew where what it had staged was torn', () => {
    const store = otherStore();
    dieAt(store, stepOf(3));
    for (const name of fs.readdirSync(join(store, STAGING))) {
      const path = join(store, STAGING, name);
      fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size + 7));
    }
    loadArchive(archive, store);
    expect(snapshot(store)).toMatchObject(wanted);
    expect(fs.existsSync(join(store, STAGING))).toBe(false);
  });

  test(
    'by the kernel (kill -9) in mid-load, twice, and then finishes',
    async () => {
      const store = otherStore();
      const before = snapshot(store);
      const total = loadArchive(archive, fs.mkdtempSync(join(work, 'store-'))).writtenBytes;
      for (const write of [2, 1]) {
        const child = Bun.spawn([
          process.execPath,
          join(import.meta.dir, 'dies-midway.ts'),
          archive,
          store,
          String(write),
        ]);
        await child.exited;
        expect(child.signalCode).toBe('SIGKILL');
        expectOldOrNew(store, before);
        expect(fs.readdirSync(join(store, STAGING)).length).toBeGreaterThan(0);
      }
      expect(loadArchive(archive, store).writtenBytes).toBeLessThan(total - 1_000_000);
      expect(snapshot(store)).toEqual({ ...before, ...wanted });
    },
    PATIENCE_MS,
  );

  /** The step of the n-th write. */
  function stepOf(write: number): number {
    let count = 0;
    let writes = 0;
    let found = 0;
    loadArchive(archive, otherStore(), {
      files: watched((call) => {
        if (call === 'writeSync' && ++writes === write) found = count;
        count++;
      }),
    });
    return found;
  }

  /** Ends a load before its n-th change: every later call fails too, so nothing is cleaned up. */
  function dieAt(store: string, step: number): void {
    let count = 0;
    const files = watched(() => {
      if (count++ >= step) throw new Error('killed');
    });
    try {
      loadArchive(archive, store, { files });
    } catch {
      // As expected; where only the cleaning was left, it may also have succeeded.
    }
  }
});

test(
  'two loads at once do no harm',
  async () => {
    const store = otherStore();
    const before = snapshot(store);
    const command = [process.execPath, join(import.meta.dir, 'dies-midway.ts'), archive, store, 'never'];
    const children = [Bun.spawn(command), Bun.spawn(command), Bun.spawn(command)];
    await Promise.all(children.map((child) => child.exited));
    expect(children.some((child) => child.exitCode === 0)).toBe(true);
    expectOldOrNew(store, before);
    expect(snapshot(store)).toMatchObject(wanted);
  },
  PATIENCE_MS,
);

/** Ollama sees the model wholly or not at all; what stood there before is untouched either way. */
function expectOldOrNew(store: string, before: Record<string, string>): void {
  const now = snapshot(store);
  const manifest = Object.keys(wanted).find((path) => path.startsWith('manifests/')) ?? '';
  const visible = Object.fromEntries(Object.entries(now).filter(([path]) => !path.startsWith(STAGING)));
  for (const [path, digest] of Object.entries(visible)) {
    if (path.startsWith('blobs/')) expect(path).toBe(`blobs/sha256-${digest}`);
  }
  expect(visible).toMatchObject(now[manifest] === undefined ? before : { ...before, ...wanted });
}

function countSteps(): number {
  let count = 0;
  loadArchive(archive, fs.mkdtempSync(join(work, 'store-')), { files: watched(() => void count++) });
  return count;
}
