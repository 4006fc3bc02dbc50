import { afterEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicyStore, type PolicyStore, type StoreEvent } from '../../src/policy/store.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const tools = (block: string) =>
  `apiVersion: llm-gateway/v1\nkind: ToolPermissions\nmetadata: { name: tools }\nspec: { block: [${block}] }\n`;

function directory(files: Readonly<Record<string, string>> = { 'tools.yaml': tools('first') }): string {
  const path = mkdtempSync(join(tmpdir(), 'policies-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Watched {
  readonly store: PolicyStore;
  readonly events: StoreEvent[];
  /** Resolves with the next event; what a test waits for instead of time. */
  next(): Promise<StoreEvent>;
}

async function watched(path: string, options: { readonly pollMs?: number } = {}): Promise<Watched> {
  const events: StoreEvent[] = [];
  const waiting: ((event: StoreEvent) => void)[] = [];
  const emit = (event: StoreEvent) => {
    events.push(event);
    waiting.shift()?.(event);
  };
  const store = await openPolicyStore({
    directory: path,
    environment: { enforcementMode: 'hard' },
    emit,
    pollMs: options.pollMs ?? 60_000,
    debounceMs: 10,
  });
  cleanups.push(() => store.close());
  return { store, events, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

const blocked = (store: PolicyStore) => store.current.summary['blocked_tools'];

describe('openPolicyStore()', () => {
  test('loads a directory and says so once', async () => {
    const { store, events } = await watched(directory());
    expect(blocked(store)).toEqual(['first']);
    expect(events).toEqual([{ type: 'policies.loaded', hash: store.current.hash, policies: 1, reload: false }]);
  });

  test.each([
    ['a missing directory', undefined, 'cannot be read (ENOENT)'],
    ['an empty directory', {}, 'holds no policy; accepted: at least one *.yaml file'],
    ['only proofs', { 'tools.test.yaml': 'x' }, 'holds no policy'],
    ['a .yml', { 'tools.yml': tools('a') }, 'rename it to tools.yaml'],
    ['a .json', { 'tools.yaml': tools('a'), 'other.json': '{}' }, 'other.json: is not read'],
    ['bytes that are no text', { 'tools.yaml': '\xff' }, ''],
  ])('%s stops the start', async (_, files, reason) => {
    const path = directory(files ?? {});
    if (files === undefined) rmSync(path, { recursive: true });
    if (reason === '') writeFileSync(join(path, 'tools.yaml'), new Uint8Array([0xff, 0xfe, 0x00]));
    const opening = openPolicyStore({ directory: path, environment: { enforcementMode: 'hard' }, emit: () => {} });
    await expect(opening).rejects.toThrow(reason);
  });

  test('other files beside policies are left alone', async () => {
    const files = { 'tools.yaml': tools('a'), 'README.md': '#', 'kustomization.yaml': 'x: [', '.hidden.yaml': 'x: [' };
    const { store } = await watched(directory(files));
    expect(store.current.policies.map(({ name }) => name)).toEqual(['tools']);
  });
});

describe('a change of the directory', () => {
  test('written in place is in force, as another set', async () => {
    const path = directory();
    const { store, next } = await watched(path);
    const before = store.current;
    const event = next();
    writeFileSync(join(path, 'tools.yaml'), tools('second'));
    expect(await event).toMatchObject({ type: 'policies.loaded', reload: true });
    expect(blocked(store)).toEqual(['second']);
    // An exchange that began with the old set keeps it.
    expect(before.summary['blocked_tools']).toEqual(['first']);
    expect(before.hash).not.toBe(store.current.hash);
  });

  test('by an atomic rename, as editors save, is in force, time after time', async () => {
    const path = directory();
    const { store, next } = await watched(path);
    for (const name of ['second', 'third', 'fourth']) {
      const event = next();
      writeFileSync(join(path, '.tools.yaml.swp'), tools(name));
      renameSync(join(path, '.tools.yaml.swp'), join(path, 'tools.yaml'));
      await event;
      expect(blocked(store)).toEqual([name]);
    }
  });

  test('by the swap of ..data, as Kubernetes updates a ConfigMap, is in force, time after time', async () => {
    const path = directory({});
    const mount = (stamp: string, block: string) => {
      mkdirSync(join(path, `..${stamp}`));
      writeFileSync(join(path, `..${stamp}`, 'tools.yaml'), tools(block));
      symlinkSync(`..${stamp}`, join(path, '..data_tmp'));
      renameSync(join(path, '..data_tmp'), join(path, '..data'));
    };
    mount('2026_01', 'first');
    symlinkSync('..data/tools.yaml', join(path, 'tools.yaml'));
    const { store, next } = await watched(path);
    expect(blocked(store)).toEqual(['first']);
    for (const [stamp, name] of [
      ['2026_02', 'second'],
      ['2026_03', 'third'],
      ['2026_04', 'fourth'],
    ] as const) {
      const event = next();
      mount(stamp, name);
      await event;
      expect(blocked(store)).toEqual([name]);
    }
  });

  test('that no watch sees is found by the poll', async () => {
    const outside = directory();
    const link = join(directory({}), 'current');
    symlinkSync(outside, link);
    // The watch is on the directory behind the link; what changes is where the link leads.
    const { store, next } = await watched(link, { pollMs: 20 });
    const event = next();
    const other = directory({ 'tools.yaml': tools('elsewhere') });
    unlinkSync(link);
    symlinkSync(other, link);
    await event;
    expect(blocked(store)).toEqual(['elsewhere']);
  });

  test('that cannot be used keeps the last good set, is told once, and is mended by the next one', async () => {
    const path = directory();
    const { store, events, next } = await watched(path);
    const refused = next();
    writeFileSync(join(path, 'tools.yaml'), tools('a').replace('block', 'blok'));
    const event = await refused;
    expect(event).toEqual({
      type: 'policies.rejected',
      problems: [expect.stringContaining('tools.yaml:4:9: spec.blok: unknown key; did you mean "block"?')],
    });
    expect(store.state).toBe('stale');
    expect(blocked(store)).toEqual(['first']);
    await store.reload();
    await store.reload();
    expect(events).toHaveLength(2);

    const mended = next();
    writeFileSync(join(path, 'tools.yaml'), tools('second'));
    await mended;
    expect(store.state).toBe('current');
    expect(store.problems).toEqual([]);
    expect(blocked(store)).toEqual(['second']);
  });

  test('that empties the directory keeps the last good set', async () => {
    const path = directory();
    const { store, next } = await watched(path);
    const event = next();
    unlinkSync(join(path, 'tools.yaml'));
    expect(await event).toMatchObject({ type: 'policies.rejected' });
    expect(blocked(store)).toEqual(['first']);
  });

  test('that brings the good set back after a bad one is in force again', async () => {
    const path = directory();
    const { store, next } = await watched(path);
    const { hash } = store.current;
    const refused = next();
    writeFileSync(join(path, 'tools.yaml'), 'nonsense: [');
    await refused;
    const back = next();
    writeFileSync(join(path, 'tools.yaml'), tools('first'));
    expect(await back).toMatchObject({ type: 'policies.loaded', hash });
  });

  test('of a mounted key file revokes the key', async () => {
    const keys = directory({ key: 'first-key-0123456789abcdef\n' });
    const access = `apiVersion: llm-gateway/v1\nkind: Access\nmetadata: { name: access }\nspec:\n  anonymous: deny\n  callers: [{ name: ci, keys: [{ file: ${join(keys, 'key')} }] }]\n`;
    const { store, next } = await watched(directory({ 'access.yaml': access }), { pollMs: 20 });
    const enter = (key: string) => store.current.admission.authenticate(key, new Headers()).name;
    expect(enter('first-key-0123456789abcdef')).toBe('ci');
    const event = next();
    writeFileSync(join(keys, 'key'), 'second-key-0123456789abcdef');
    await event;
    expect(() => enter('first-key-0123456789abcdef')).toThrow();
    expect(enter('second-key-0123456789abcdef')).toBe('ci');
  });

  test('a hundred swaps: whoever asks gets the set before or after, never a part of one', async () => {
    const path = directory({
      'a.yaml': tools('x0').replace('tools', 'a'),
      'b.yaml': tools('x0').replace('tools', 'b'),
    });
    const { store } = await watched(path);
    for (let swap = 1; swap <= 100; swap++) {
      const next = `${path}-next`;
      mkdirSync(next);
      for (const name of ['a', 'b'])
        writeFileSync(join(next, `${name}.yaml`), tools(`x${swap}`).replace('tools', name));
      for (const name of ['a', 'b']) renameSync(join(next, `${name}.yaml`), join(path, `${name}.yaml`));
      rmSync(next, { recursive: true });
      if (swap % 10 === 0) await store.reload();
      const lists = blocked(store);
      expect(Array.isArray(lists) && lists.length <= 2).toBe(true);
    }
    await store.reload();
    expect(blocked(store)).toEqual(['x100']);
    expect(store.state).toBe('current');
  }, 30_000);
});
