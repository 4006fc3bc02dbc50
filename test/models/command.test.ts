import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runModelCommand } from '../../src/cli/model.ts';
import { putModel, scratch, SMALL, snapshot, TEMPLATE } from './stores.ts';

const work = scratch();
const store = join(work, 'store');
const archive = join(work, 'tiny.tar');
beforeAll(async () => {
  putModel(store, SMALL);
  expect((await run('pack', 'tiny', '--models', store, '--out', archive)).code).toBe(0);
});
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

async function run(...argv: string[]) {
  return runWith({ environment: {}, isTerminal: false }, ...argv);
}

async function runWith(given: { environment: Record<string, string>; isTerminal: boolean }, ...argv: string[]) {
  let out = '';
  let error = '';
  const code = await runModelCommand(argv, {
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    input: () => Promise.resolve(''),
    ...given,
  });
  return { code, out, error };
}

const emptyStore = () => fs.mkdtempSync(join(work, 'store-'));

describe('model', () => {
  test('pack, verify, load: a model from one store in another', async () => {
    const target = emptyStore();
    expect(await run('verify', archive)).toMatchObject({ code: 0, error: '' });
    expect((await run('verify', archive, '--index', `${archive}.index.json`)).code).toBe(0);
    expect((await run('load', archive, '--models', target)).out).toContain('loaded; 3 blobs written, 0 were there');
    expect(snapshot(target)).toEqual(snapshot(store));
    expect((await run('load', archive, '--models', target)).out).toContain('unchanged; 0 blobs written, 3 were there');
  });

  test('verify of a name hashes the model where it stands', async () => {
    const target = emptyStore();
    await run('load', archive, '--models', target);
    expect((await run('verify', 'tiny', '--models', target)).out).toContain('every byte is as it must be');
    expect((await run('verify', 'tiny', '--models', target, '--digest', '0'.repeat(64))).code).toBe(1);
    expect((await run('verify', 'tiny', '--models', target, '--index', archive)).code).toBe(2);
    const weights = `sha256-${new Bun.CryptoHasher('sha256').update('GGUF tiny').digest('hex')}`;
    fs.writeFileSync(join(target, 'blobs', weights), 'GGUF evil');
    expect(await run('verify', 'tiny', '--models', target)).toMatchObject({
      code: 1,
      error: expect.stringContaining(weights),
    });
    fs.writeFileSync(join(target, 'blobs', weights), 'GGUF');
    expect((await run('verify', 'tiny', '--models', target)).error).toContain('4 bytes, the manifest says 9');
  });

  test('pin prints an entry that a ModelAllowlist takes, of a name and of a file', async () => {
    const ofName = await run('pin', 'Tiny', '--models', store);
    expect(parse(ofName.out)).toEqual([
      { name: 'tiny:latest', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    ]);
    expect((await run('pin', archive)).out).toBe(ofName.out);
  });

  test('--json is one line that programs read', async () => {
    const read = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).out) as Record<string, unknown>;
    const { digest } = await read('pin', archive);
    const out = join(work, 'again.tar');
    expect(await read('pack', 'tiny', '--models', store, '--out', out)).toMatchObject({
      digest,
      indexFile: `${out}.index.json`,
    });
    expect(await read('verify', archive)).toMatchObject({
      digest,
      name: 'registry.ollama.ai/library/tiny:latest',
      blobs: 3,
    });
    expect(await read('load', archive, '--models', emptyStore())).toMatchObject({ digest, outcome: 'loaded' });
    expect(await read('inspect', archive)).toMatchObject({ index: { digest }, templates: [TEMPLATE] });
    expect(await read('verify', join(store, 'manifests'))).toMatchObject({ error: { code: 'refused' } });
  });

  test('inspect shows a model without letting it act on the terminal', async () => {
    const odd = emptyStore();
    putModel(odd, {
      layers: [
        ['model', 'GGUF'],
        ['system', 'a\u001b[2Jb\u202ec\r\nd'],
        ['license', 'l1\nl2\nl3\nl4\nl5'],
      ],
    });
    const { out, code } = await run('inspect', 'tiny', '--models', odd);
    expect(code).toBe(0);
    expect(out).toContain('  | a\\u{1b}[2Jb\\u{202e}c\\u{d}\n  | d\n');
    expect(out).toContain('… 2 more lines');
    expect(out).toContain('[hidden_characters]');
    expect(out).not.toContain('\u001b');
  });

  test('OLLAMA_MODELS and HOME say where models are', async () => {
    const pin = (environment: Record<string, string>) => runWith({ environment, isTerminal: false }, 'pin', 'tiny');
    const home = emptyStore();
    putModel(join(home, '.ollama/models'), SMALL);
    expect((await pin({ OLLAMA_MODELS: store })).code).toBe(0);
    expect((await pin({ HOME: home })).code).toBe(0);
    expect((await pin({ HOME: home, OLLAMA_MODELS: work })).code).toBe(2);
    expect((await pin({})).error).toContain('--models DIR is needed');
  });

  test('shows progress on a terminal only, and takes it away again', async () => {
    const { error } = await runWith({ environment: {}, isTerminal: true }, 'verify', archive);
    expect(error).toStartWith('\r\u001b[Kverify ');
    expect(error).toEndWith('\r\u001b[K');
    expect((await run('verify', archive)).error).toBe('');
  });

  const codes: [string, () => string[], number, string][] = [
    ['nothing', () => [], 2, 'bun run model COMMAND'],
    ['an unknown command', () => ['save'], 2, 'accepted: pack, verify, load, pin, inspect'],
    ['an unknown option', () => ['verify', archive, '--force'], 2, 'unknown option'],
    ['a word missing', () => ['verify'], 2, 'something is missing'],
    ['a digest that is none', () => ['verify', archive, '--digest', 'abc'], 2, '64 hex digits'],
    ['another pin', () => ['verify', archive, '--digest', '0'.repeat(64)], 1, "The model's digest is"],
    ['another index', () => ['verify', archive, '--index', archive], 1, 'not the index of this archive'],
    ['no such archive', () => ['pin', 'none.tar'], 2, 'ENOENT'],
    ['no such file', () => ['load', join(work, 'none.tar'), '--models', store], 2, 'ENOENT'],
    ['no such store', () => ['load', archive, '--models', join(work, 'none')], 2, 'ENOENT'],
    ['no such model', () => ['pack', 'none', '--models', store, '--out', join(work, 'x.tar')], 2, 'has no model'],
    ['no model name', () => ['inspect', '../../etc', '--models', store], 2, 'not a model name'],
  ];
  test.each(codes)('%s has its exit code and a sentence', async (_name, argv, code, message) => {
    const found = await run(...argv());
    expect(found.error).toContain(message);
    expect(found.code).toBe(code);
    expect(found.out).toBe('');
  });

  test('the entry of the program reaches it', async () => {
    const main = join(import.meta.dir, '../../src/main.ts');
    const child = Bun.spawn([process.execPath, main, 'model', 'verify', archive], { stdout: 'pipe', stderr: 'pipe' });
    expect(await new Response(child.stdout).text()).toContain('every byte is as it must be');
    expect(await child.exited).toBe(0);
  });
});
