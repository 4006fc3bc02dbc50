import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runModelCommand } from '../../src/cli/model.ts';
import { STAGING } from '../../src/models/load.ts';
import { scratch } from './stores.ts';

/**
 * The whole way with a real Ollama: pack, wipe, load, and the model answers under the digest it had before.
 *
 *   OLLAMA=/usr/bin/ollama OLLAMA_STORE=DIR OLLAMA_MODEL=smollm2:135m bun test test/models/ollama.test.ts
 *
 * DIR is a models directory that has the model; it is only read. Skipped by name where the variables are missing.
 */
const PROGRAM = process.env['OLLAMA'];
const STORE = process.env['OLLAMA_STORE'];
const MODEL = process.env['OLLAMA_MODEL'] ?? 'smollm2:135m';
const isMissing = PROGRAM === undefined || STORE === undefined;
const PATIENCE_MS = 300_000;

const work = isMissing ? '' : scratch();
const store = join(work, 'store');
const archive = join(work, 'model.tar');
let server: Bun.Subprocess | undefined;
let base = '';
afterAll(() => {
  if (!isMissing) fs.rmSync(work, { recursive: true, force: true });
});

describe.skipIf(isMissing)(`a real Ollama${isMissing ? ' (skipped: OLLAMA or OLLAMA_STORE is not set)' : ''}`, () => {
  beforeAll(async () => {
    fs.cpSync(STORE ?? '', store, { recursive: true });
    await startServer();
  }, PATIENCE_MS);
  afterAll(stopServer);

  test('pins the digest that /api/tags shows, for every model', async () => {
    for (const [name, digest] of await tags()) {
      expect(JSON.parse((await model('pin', name, '--models', store, '--json')).out)).toMatchObject({
        digest: `sha256:${digest}`,
      });
    }
  });

  test(
    'serves after wipe and load, without a restart, the same digest and the same answer',
    async () => {
      const before = (await tags()).get(MODEL);
      const answered = await answer();
      expect(answered).not.toBe('');
      expect((await model('pack', MODEL, '--models', store, '--out', archive)).code).toBe(0);
      await unload();
      for (const name of fs.readdirSync(store)) fs.rmSync(join(store, name), { recursive: true });
      expect((await tags()).size).toBe(0);
      expect((await model('load', archive, '--models', store, '--digest', before ?? '')).code).toBe(0);
      expect([...(await tags())]).toEqual([[MODEL, before ?? '']]);
      expect(await answer()).toBe(answered);
    },
    PATIENCE_MS,
  );

  test(
    'keeps the model over a restart, which prunes what no manifest names',
    async () => {
      const before = await tags();
      const old = new Date(Date.now() - 2 * 3_600_000);
      for (const name of fs.readdirSync(join(store, 'blobs'))) fs.utimesSync(join(store, 'blobs', name), old, old);
      const staged = join(store, STAGING, `${'0'.repeat(64)}.partial`);
      const elsewhere = join(store, 'blobs', `${'0'.repeat(64)}.partial`);
      fs.mkdirSync(join(store, STAGING), { recursive: true });
      for (const path of [staged, elsewhere]) {
        fs.writeFileSync(path, 'half');
        fs.utimesSync(path, old, old);
      }
      await stopServer();
      await startServer();
      expect(await tags()).toEqual(before);
      expect([staged, elsewhere].map((path) => fs.existsSync(path))).toEqual([true, false]);
      expect((await model('load', archive, '--models', store)).out).toContain('unchanged');
    },
    PATIENCE_MS,
  );
});

async function model(...argv: string[]) {
  let out = '';
  const code = await runModelCommand(argv, {
    out: (text) => void (out += text),
    error: (text) => void (out += text),
    input: () => Promise.resolve(''),
    environment: {},
    isTerminal: false,
  });
  return { code, out };
}

async function tags(): Promise<Map<string, string>> {
  const list = (await (await fetch(`${base}/api/tags`)).json()) as { models: { name: string; digest: string }[] };
  return new Map(list.models.map(({ name, digest }) => [name, digest]));
}

async function answer(): Promise<string> {
  const response = await fetch(`${base}/api/generate`, {
    method: 'POST',
    body: JSON.stringify({
      model: MODEL,
      prompt: 'The sky is',
      stream: false,
      options: { temperature: 0, num_predict: 8 },
    }),
  });
  return ((await response.json()) as { response?: string }).response ?? '';
}

async function unload(): Promise<void> {
  await fetch(`${base}/api/generate`, { method: 'POST', body: JSON.stringify({ model: MODEL, keep_alive: 0 }) });
}

async function startServer(): Promise<void> {
  const host = `127.0.0.1:${await freePort()}`;
  base = `http://${host}`;
  server = Bun.spawn([PROGRAM ?? '', 'serve'], {
    env: { ...process.env, OLLAMA_HOST: host, OLLAMA_MODELS: store, OLLAMA_NO_CLOUD: '1', HOME: work },
    stdout: 'ignore',
    stderr: 'ignore',
  });
  while (server.exitCode === null && !(await isUp())) await Bun.sleep(100);
}

async function stopServer(): Promise<void> {
  server?.kill();
  await server?.exited;
}

async function isUp(): Promise<boolean> {
  try {
    return (await fetch(`${base}/api/version`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      // Listening on a TCP port: the address is one.
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
