import { afterAll, describe, expect, test } from 'bun:test';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { packModel } from '../../src/models/pack.ts';
import { FILES } from '../../src/models/files.ts';
import { readFullName, readModelPath } from '../../src/models/name.ts';
import { verifyArchive } from '../../src/models/verify.ts';
import { failure, putModel, scratch, snapshot, SMALL, systemError, watched, WEIGHTS } from './stores.ts';

const work = scratch();
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));
const place = (name: string) => fs.mkdtempSync(join(work, `${name}-`));

describe('packModel()', () => {
  test('gives the same bytes for the same model, whatever the times and the store', () => {
    const [first, second] = [place('store'), place('store')];
    putModel(first);
    putModel(second, { name: 'registry.ollama.ai/library/another/latest', layers: [['model', 'GGUF other']] });
    putModel(second);
    fs.utimesSync(join(second, 'manifests/registry.ollama.ai/library/tiny/latest'), 1, 1);
    packModel('tiny', first, join(work, 'one.tar'));
    packModel('library/TINY:latest', second, join(work, 'two.tar'));
    expect(fs.readFileSync(join(work, 'one.tar')).equals(fs.readFileSync(join(work, 'two.tar')))).toBe(true);
    expect(fs.readFileSync(join(work, 'one.tar.index.json'))).toEqual(
      fs.readFileSync(join(work, 'two.tar.index.json')),
    );
  });

  test('writes an archive that verify accepts, and the index that it holds', () => {
    const store = place('store');
    putModel(store);
    const out = join(place('out'), 'tiny.tar');
    const { layout } = packModel('tiny', store, out);
    expect(verifyArchive(out, { index: fs.readFileSync(`${out}.index.json`) }).index).toEqual(layout.index);
    expect(fs.statSync(out).size).toBe(layout.size);
  });

  test('writes each file once where two layers share it', () => {
    const store = place('store');
    putModel(store, {
      layers: [
        ['model', 'GGUF x'],
        ['license', 'MIT'],
        ['license', 'MIT'],
      ],
    });
    expect(packModel('tiny', store, join(work, 'shared.tar')).layout.blobs).toHaveLength(3);
  });

  test('packs models of other hosts and namespaces, long names included', () => {
    const store = place('store');
    const host = `${'long-'.repeat(30)}host.example:5000`;
    putModel(store, { ...SMALL, name: `${host}/team/finance/v2.1` });
    const { index } = packModel(`${host}/team/finance:v2.1`, store, join(work, 'long.tar')).layout;
    expect(index.name).toBe(`${host}/team/finance:v2.1`);
    expect(verifyArchive(join(work, 'long.tar')).index).toEqual(index);
  });

  test('leaves nothing of the name where the store is damaged, and says which file', () => {
    const store = place('store');
    putModel(store);
    const blob = join(store, 'blobs', weightsName());
    const bytes = fs.readFileSync(blob);
    bytes[1_500_000] = 1;
    fs.writeFileSync(blob, bytes);
    const out = join(place('out'), 'tiny.tar');
    expect(failure(() => packModel('tiny', store, out))).toMatchObject({ code: 'damaged' });
    expect(fs.existsSync(out)).toBe(false);
    fs.writeFileSync(blob, WEIGHTS.subarray(1));
    expect(failure(() => packModel('tiny', store, out)).message).toContain('bytes, the manifest says');
    fs.rmSync(blob);
    expect(failure(() => packModel('tiny', store, out))).toMatchObject({ code: 'missing' });
  });

  const names: [string, string, string][] = [
    ['a model that is not there', 'nowhere', 'missing'],
    ['no name', '', 'refused'],
    ['a name that climbs', '../../etc/passwd', 'refused'],
    ['a model in the cloud', 'gpt-oss:120b-cloud', 'refused'],
  ];
  test.each(names)('refuses %s', (_name, name, code) => {
    const store = place('store');
    putModel(store, SMALL);
    expect(failure(() => packModel(name, store, join(work, 'none.tar'))).code).toBe(code as 'missing');
  });

  test('replaces no device, link or directory', () => {
    const store = place('store');
    putModel(store, SMALL);
    const link = join(work, 'link.tar');
    fs.symlinkSync(join(work, 'elsewhere'), link);
    for (const out of ['/dev/null', link, store]) {
      expect(failure(() => packModel('tiny', store, out))).toMatchObject({ code: 'conflict' });
    }
    expect(fs.existsSync('/dev/null.partial') || fs.existsSync(join(work, 'elsewhere'))).toBe(false);
  });

  test('says that a store may not be read, rather than that it is empty', () => {
    const store = place('store');
    putModel(store, SMALL);
    const files = { ...FILES };
    files.readdirSync = (() => {
      throw systemError('EACCES');
    }) as typeof files.readdirSync;
    expect(failure(() => packModel('tiny', store, join(work, 'none.tar'), { files }))).toMatchObject({ code: 'io' });
  });

  test('refuses two spellings of one name', () => {
    const store = place('store');
    putModel(store, SMALL);
    putModel(store, { ...SMALL, name: 'registry.ollama.ai/library/Tiny/latest' });
    expect(failure(() => packModel('tiny', store, join(work, 'two.tar'))).message).toContain('two spellings');
  });
});

describe('packModel() interrupted', () => {
  const store = place('store');
  putModel(store);
  const whole = join(place('out'), 'whole.tar');
  packModel('tiny', store, whole);
  const expected = fs.readFileSync(whole);

  test('after any step goes on to the same bytes', () => {
    const steps = countSteps();
    expect(steps).toBeGreaterThan(10);
    for (let step = 0; step < steps; step++) {
      const out = join(place('out'), 'tiny.tar');
      dieAt(step, out);
      expect(fs.existsSync(out) ? fs.readFileSync(out).equals(expected) : true).toBe(true);
      packModel('tiny', store, out);
      expect(fs.readFileSync(out).equals(expected)).toBe(true);
      expect(Object.keys(snapshot(join(out, '..')))).toEqual(['tiny.tar', 'tiny.tar.index.json']);
    }
  });

  test('reads no byte of the store twice and writes no byte of a blob twice', () => {
    const out = join(place('out'), 'tiny.tar');
    fs.writeFileSync(`${out}.partial`, expected.subarray(0, 2_000_000));
    let written = 0;
    const files = { ...watched(() => undefined) };
    const { writeSync } = files;
    // Only the overload with a buffer, an offset and a length is used.
    files.writeSync = ((fd: number, buffer: Uint8Array, offset: number, length: number, position: number) => {
      written += length;
      return writeSync(fd, buffer, offset, length, position);
    }) as typeof files.writeSync;
    expect(packModel('tiny', store, out, { files }).resumedBytes).toBe(2_000_000);
    expect(written).toBeLessThan(WEIGHTS.length - 1_900_000);
    expect(fs.readFileSync(out).equals(expected)).toBe(true);
  });

  test('takes nothing from a file that was torn, or that is of another model', () => {
    const torn = Buffer.from(expected.subarray(0, 2_000_000));
    torn.fill(0, 1_000_000, 1_004_096);
    for (const left of [torn, Buffer.alloc(3_000_000, 'x'), Buffer.concat([expected, expected])]) {
      const out = join(place('out'), 'tiny.tar');
      fs.writeFileSync(`${out}.partial`, left);
      packModel('tiny', store, out);
      expect(fs.readFileSync(out).equals(expected)).toBe(true);
    }
  });

  test('on a full disk says so and leaves the archive from before', () => {
    const out = join(place('out'), 'tiny.tar');
    fs.writeFileSync(out, 'the old one');
    let bytes = 0;
    const files = watched((call) => {
      if (call === 'writeSync' && ++bytes > 3) throw systemError('ENOSPC');
    });
    expect(failure(() => packModel('tiny', store, out, { files }))).toMatchObject({ code: 'no_space' });
    expect(fs.readFileSync(out, 'utf8')).toBe('the old one');
  });

  /** Ends a pack before its n-th change, with no chance to clean up. */
  function dieAt(step: number, out: string): void {
    let count = 0;
    const files = watched(() => {
      if (count++ >= step) throw new Error('killed');
    });
    try {
      packModel('tiny', store, out, { files });
    } catch {
      // As expected; where only the last sync was left, it may also have succeeded.
    }
  }

  function countSteps(): number {
    let count = 0;
    packModel('tiny', store, join(place('out'), 'tiny.tar'), { files: watched(() => void count++) });
    return count;
  }
});

describe('names', () => {
  test('become paths of checked parts only', () => {
    expect(readModelPath('LLAMA3.2')).toEqual({
      host: 'registry.ollama.ai',
      namespace: 'library',
      model: 'llama3.2',
      tag: 'latest',
    });
    expect(readModelPath('hf.co/org/Repo-GGUF:Q4_K_M').tag).toBe('q4_k_m');
    expect(readFullName('hf.co/org/Repo-GGUF:Q4_K_M').tag).toBe('Q4_K_M');
  });

  const bad = [
    '',
    'a',
    'a/b/c',
    'a/b/c/d:e',
    'h/n/m:..',
    'h/n/..:t',
    '../n/m:t',
    'h/n/m:t\n',
    'h/n/m:t:local',
    'h//m:t',
  ];
  test.each(bad)('readFullName() refuses %j', (name) => {
    expect(failure(() => readFullName(name)).code).toBe('refused');
  });
});

function weightsName(): string {
  return `sha256-${new Bun.CryptoHasher('sha256').update(WEIGHTS).digest('hex')}`;
}
