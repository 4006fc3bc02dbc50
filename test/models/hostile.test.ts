import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { INDEX_PATH } from '../../src/models/archive.ts';
import { loadArchive } from '../../src/models/load.ts';
import { packModel } from '../../src/models/pack.ts';
import { verifyArchive } from '../../src/models/verify.ts';
import {
  failure,
  forge,
  piecesOf,
  putModel,
  scratch,
  SMALL,
  snapshot,
  TYPES,
  withIndex,
  type Piece,
} from './stores.ts';

/** Archives that are damaged or meant to harm: each is refused with a reason, and the store stays as it was. */

const work = scratch();
const store = join(work, 'store');
const file = join(work, 'hostile.tar');
let good: Buffer;
let pieces: Piece[];
let before: Record<string, string>;

beforeAll(() => {
  const source = join(work, 'source');
  putModel(source, SMALL);
  packModel('tiny', source, join(work, 'good.tar'));
  good = fs.readFileSync(join(work, 'good.tar'));
  pieces = piecesOf(good);
  putModel(store, { name: 'registry.ollama.ai/library/other/latest', layers: [['model', 'GGUF other']] });
  fs.mkdirSync(join(store, 'blobs'), { recursive: true });
  before = snapshot(store);
});
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

/** The archive of another model, with everything about it consistent: only its content is not to be let in. */
function packForeign(name: string, options: Parameters<typeof putModel>[1]): Buffer {
  const source = fs.mkdtempSync(join(work, 'foreign-'));
  putModel(source, options);
  const out = join(source, 'foreign.tar');
  packModel(name, source, out);
  return fs.readFileSync(out);
}

function expectRefused(bytes: Uint8Array, message: string): void {
  fs.writeFileSync(file, bytes);
  const verified = failure(() => verifyArchive(file));
  expect(verified.message).toContain(message);
  expect(['damaged', 'refused']).toContain(verified.code);
  expect(failure(() => loadArchive(file, store)).message).toContain(message);
  expect(snapshot(store)).toEqual(before);
}

const evil = Buffer.from('#!/bin/sh\n');
const at = (index: number, piece: Piece) => forge(pieces.toSpliced(index, 0, piece));
const insteadOf = (index: number, piece: Piece) => forge(pieces.toSpliced(index, 1, piece));
const typed =
  (type: string, link = '') =>
  (block: Uint8Array) => {
    block[156] = type.charCodeAt(0);
    block.set(Buffer.from(link), 157);
  };
const template = () => pieces.findIndex(({ content }) => Buffer.from(content).toString().includes('range .Messages'));
const manifest = () => pieces.length - 1;
const blob = (index: number) => pieces[index] ?? { path: '', content: '' };

test('the archive that all of these are made from is accepted', () => {
  fs.writeFileSync(file, forge(pieces));
  expect(fs.readFileSync(file).equals(good)).toBe(true);
  expect(failure(() => verifyArchive(file)).message).toBe('');
});

describe('framing', () => {
  const cases: [string, () => Uint8Array, string][] = [
    ['an empty file', () => new Uint8Array(0), 'empty'],
    ['a few bytes', () => evil, 'Not an archive of `model pack`'],
    ['a block of zeros', () => new Uint8Array(2048), 'the end of the archive'],
    ['compressed data', () => Bun.gzipSync(Uint8Array.from(good)), 'Not an archive of `model pack`'],
    ['another tar', () => forge([{ path: 'etc/passwd', content: evil }]), '"etc/passwd"'],
    [
      'an index that is said to be huge',
      () => insteadOf(0, { ...blob(0), header: (b) => b.set(Buffer.from('77777777777'), 124) }),
      'larger than',
    ],
    [
      'an index that is a link',
      () => insteadOf(0, { ...blob(0), header: typed('2', '/etc/passwd') }),
      'a symbolic link',
    ],
    [
      'a name that climbs',
      () => insteadOf(1, { ...blob(1), path: '../../home/someone/.ssh/authorized_keys' }),
      '"../../home/someone/.ssh/authorized_keys"',
    ],
    ['an absolute name', () => insteadOf(1, { ...blob(1), path: '/etc/cron.d/evil' }), '"/etc/cron.d/evil"'],
    [
      'a manifest that climbs',
      () => insteadOf(manifest(), { ...blob(manifest()), path: 'manifests/../../evil' }),
      '"manifests/../../evil"',
    ],
    [
      'a symbolic link for a blob',
      () => insteadOf(2, { ...blob(2), header: typed('2', '/etc/shadow') }),
      'a symbolic link',
    ],
    ['a hard link for a blob', () => insteadOf(2, { ...blob(2), header: typed('1', 'blobs/x') }), 'a hard link'],
    ['a directory', () => at(1, { path: 'blobs', content: '', header: typed('5') }), 'a directory'],
    ['a device', () => at(1, { path: 'blobs/null', content: '', header: typed('3') }), 'a device'],
    ['a named pipe', () => at(1, { path: 'blobs/pipe', content: '', header: typed('6') }), 'a named pipe'],
    ['a sparse file', () => insteadOf(2, { ...blob(2), header: typed('S') }), 'a sparse file'],
    [
      'a pax header that renames',
      () => at(2, { path: 'pax-header', content: '20 path=../../evil\n', header: typed('x') }),
      'a pax header',
    ],
    [
      'a global pax header',
      () => at(1, { path: 'pax', content: '14 size=99999\n', header: typed('g') }),
      'a global pax header',
    ],
    [
      'a long name of GNU',
      () => at(1, { path: '././@LongLink', content: '../../evil\0', header: typed('L') }),
      'a long GNU name',
    ],
    ['an unknown type', () => insteadOf(2, { ...blob(2), header: typed('Z') }), 'an entry of an unknown type'],
    ['an unknown entry', () => at(1, { path: 'evil.sh', content: evil }), '"evil.sh"'],
    ['an entry before the end', () => at(pieces.length, { path: 'evil.sh', content: evil }), 'follow the end'],
    ['the same entry twice', () => at(2, blob(1)), 'Entry 3 must be'],
    ['entries in another order', () => forge(pieces.toSpliced(1, 2, blob(2), blob(1))), 'Entry 2 must be'],
    ['a missing entry', () => forge(pieces.toSpliced(2, 1)), 'Entry 3 must be'],
    [
      'an executable blob',
      () => insteadOf(1, { ...blob(1), header: (b) => b.set(Buffer.from('0004755'), 100) }),
      'a header with other fields',
    ],
    [
      'a blob of another owner',
      () => insteadOf(1, { ...blob(1), header: (b) => b.set(Buffer.from('0001750'), 108) }),
      'a header with other fields',
    ],
    [
      'a blob with a time',
      () => insteadOf(1, { ...blob(1), header: (b) => b.set(Buffer.from('00000000001'), 136) }),
      'a header with other fields',
    ],
    [
      'a size in base 256',
      () => insteadOf(1, { ...blob(1), header: (b) => b.set([0x80], 124) }),
      'a header with other fields',
    ],
    ['trailing bytes', () => Buffer.concat([good, evil]), 'bytes follow the end'],
    ['a second archive behind the first', () => Buffer.concat([good, good]), 'bytes follow the end'],
    [
      'something in the padding',
      () => changed((bytes) => bytes.set(evil, 512 + Buffer.from(blob(0).content).length + 2)),
      'the padding',
    ],
    ['something in the end', () => changed((bytes) => bytes.set(evil, bytes.length - 100)), 'the end of the archive'],
    [
      'a wrong checksum',
      () => changed((bytes) => bytes.set(Buffer.from('000000'), secondHead() + 148)),
      'a header with a wrong checksum',
    ],
  ];
  test.each(cases)('refuses %s', (_name, build, message) => expectRefused(build(), message));

  function changed(change: (bytes: Uint8Array) => void): Uint8Array {
    const bytes = Uint8Array.from(good);
    change(bytes);
    return bytes;
  }

  function secondHead(): number {
    return 512 + Math.ceil(Buffer.from(blob(0).content).length / 512) * 512;
  }

  test('refuses the archive cut off at any byte', () => {
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), (length) => {
        fs.writeFileSync(file, good.subarray(0, length));
        expect(failure(() => loadArchive(file, store)).code).not.toBe('none');
        expect(snapshot(store)).toEqual(before);
      }),
      { numRuns: 200, examples: [[good.length - 1], [good.length - 1024], [512], [511]] },
    );
    expectRefused(good.subarray(0, good.length - 1), 'cut off: ');
  });

  test('refuses the archive with any one bit flipped', () => {
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 7 }), (offset, bit) => {
        const bytes = Uint8Array.from(good);
        bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
        fs.writeFileSync(file, bytes);
        expect(failure(() => loadArchive(file, store)).code).not.toBe('none');
        expect(snapshot(store)).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('does not open what is no file', () => {
    expect(failure(() => verifyArchive(work)).message).toContain('not a regular file');
    expect(failure(() => verifyArchive('/dev/zero')).message).toContain('not a regular file');
    expect(failure(() => verifyArchive(join(work, 'nowhere.tar'))).code).toBe('missing');
  });
});

describe('the index', () => {
  const cases: [string, () => Uint8Array, string][] = [
    ['no JSON', () => insteadOf(0, { path: INDEX_PATH, content: 'hello' }), 'not acceptable JSON'],
    ['a list', () => insteadOf(0, { path: INDEX_PATH, content: '[]' }), 'not an object'],
    ['nesting without end', () => insteadOf(0, { path: INDEX_PATH, content: '['.repeat(100_000) }), 'too_deep'],
    ['another format', () => withIndex(good, (index) => (index.format = 'v2')), 'format'],
    [
      'more spaces',
      () => insteadOf(0, { path: INDEX_PATH, content: `${Buffer.from(blob(0).content).toString()} ` }),
      'spelled',
    ],
    ['a name that climbs', () => withIndex(good, (index) => (index.name = '../../x:latest')), 'not a model name'],
    [
      'a name with dots for a namespace',
      () => withIndex(good, (index) => (index.name = 'registry.ollama.ai/../x:latest')),
      'not a model name',
    ],
    ['a short name', () => withIndex(good, (index) => (index.name = 'tiny:latest')), 'not the full name'],
    [
      'a name with a space',
      () => withIndex(good, (index) => (index.name = ' registry.ollama.ai/library/tiny:latest')),
      'name',
    ],
    [
      'a name in the cloud',
      () => withIndex(good, (index) => (index.name = 'registry.ollama.ai/library/tiny:cloud')),
      'cloud',
    ],
    ['a path of its own', () => withIndex(good, (index) => (index.manifest.path = '../evil')), 'spelled'],
    [
      'a digest that is a path',
      () => withIndex(good, (index) => changeBlob(index, { sha256: '../'.repeat(21) + 'x' })),
      'sha256',
    ],
    ['a negative size', () => withIndex(good, (index) => changeBlob(index, { size: -512 })), 'size'],
    [
      'a size beyond counting',
      () => withIndex(good, (index) => changeBlob(index, { size: Number.MAX_SAFE_INTEGER })),
      'add up',
    ],
    ['a size that is not so', () => withIndex(good, (index) => changeBlob(index, { size: 151 })), 'Entry 2 must be'],
    [
      'another media type',
      () => withIndex(good, (index) => changeBlob(index, { mediaType: `${TYPES}license` })),
      'does not say what the manifest says',
    ],
    [
      'another digest for /api/tags',
      () => withIndex(good, (index) => (index.digest = `sha256:${'0'.repeat(64)}`)),
      'does not say what the manifest says',
    ],
    ['a blob less', () => withIndex(good, (index) => index.blobs.pop()), 'must be'],
    ['no blobs', () => withIndex(good, (index) => (index.blobs = [])), 'must be'],
  ];
  test.each(cases)('refuses %s', (_name, build, message) => expectRefused(build(), message));

  function changeBlob(index: Parameters<Parameters<typeof withIndex>[1]>[0], over: object): void {
    index.blobs[0] = { ...(index.blobs[0] ?? { sha256: '', size: 0, mediaType: '' }), ...over };
  }

  test('refuses a blob that the manifest does not name, even if the index does', () => {
    const extra = { sha256: new Bun.CryptoHasher('sha256').update(evil).digest('hex'), size: evil.length };
    const forged = piecesOf(withIndex(good, (index) => index.blobs.push({ ...extra, mediaType: `${TYPES}model` })));
    const piece = { path: `blobs/sha256-${extra.sha256}`, content: evil };
    expectRefused(forge(forged.toSpliced(forged.length - 1, 0, piece)), 'does not say what the manifest says');
  });

  test('refuses a manifest for another name only where its own name is no name; the name is signed with it', () => {
    const renamed = withIndex(good, (index) => {
      index.name = 'registry.ollama.ai/library/trusted:latest';
      index.manifest.path = 'manifests/registry.ollama.ai/library/trusted/latest';
    });
    const forged = piecesOf(renamed).with(-1, {
      ...blob(manifest()),
      path: 'manifests/registry.ollama.ai/library/trusted/latest',
    });
    fs.writeFileSync(file, forge(forged));
    const index = fs.readFileSync(join(work, 'good.tar.index.json'));
    expect(failure(() => loadArchive(file, store, { index })).message).toContain('not the index of this archive');
    expect(snapshot(store)).toEqual(before);
  });
});

describe('contents', () => {
  test('refuses a flipped bit in a blob, and says which', () => {
    const content = Buffer.from(blob(template()).content);
    content[10] = (content[10] ?? 0) ^ 1;
    expectRefused(insteadOf(template(), { ...blob(template()), content }), `${blob(template()).path} is damaged`);
  });

  test('refuses another manifest of the same length', () => {
    const content = Buffer.from(blob(manifest()).content);
    content.write('3', content.indexOf('schemaVersion') + 15);
    expectRefused(insteadOf(manifest(), { ...blob(manifest()), content }), 'is damaged');
  });

  test('refuses a blob under the name of another', () => {
    const content = Buffer.alloc(Buffer.from(blob(template()).content).length, 'x');
    expectRefused(insteadOf(template(), { ...blob(template()), content }), 'is damaged');
  });

  const foreign: [string, Parameters<typeof putModel>[1], string][] = [
    [
      'a stub of a remote model',
      { ...SMALL, config: '{"remote_host":"https://ollama.com:443","remote_model":"gpt-oss:120b"}' },
      'would leave',
    ],
    ['the same in capitals', { ...SMALL, config: '{"REMOTE_HOST":"https://ollama.com:443"}' }, 'would read as'],
    ['a layer of an unknown type', { layers: [['plugin', 'x']] }, 'unknown media type'],
    ['an unusual manifest', { ...SMALL, manifest: (value) => (value['LAYERS'] = []) }, 'would read as'],
  ];
  test.each(foreign)('pack refuses %s', (_name, options, message) => {
    const found = failure(() => packForeign('tiny', options));
    expect(found.code).toBe('refused');
    expect(found.message).toContain(message);
  });

  test('verify refuses a stub of a remote model that somebody else packed', () => {
    const harmless = packForeign('tiny', {
      ...SMALL,
      config: JSON.stringify({ local_host: 'https://ollama.com:443' }),
    });
    // The same archive with one word changed everywhere that it must change for all digests to be right again.
    const [, config] = piecesOf(harmless);
    const bytes = Buffer.from(
      Buffer.from(config?.content ?? '')
        .toString()
        .replace('local_host', 'remote_host'),
    );
    const hex = (content: Uint8Array) => new Bun.CryptoHasher('sha256').update(content).digest('hex');
    const old = { hex: hex(Buffer.from(config?.content ?? '')), size: Buffer.from(config?.content ?? '').length };
    const text = Buffer.from(piecesOf(harmless).at(-1)?.content ?? '').toString();
    const remote = Buffer.from(
      text.replace(old.hex, hex(bytes)).replace(`"size":${old.size}`, `"size":${bytes.length}`),
    );
    const renewed = withIndex(harmless, (index) => {
      const [first] = index.blobs;
      if (first) Object.assign(first, { sha256: hex(bytes), size: bytes.length });
      index.digest = `sha256:${hex(remote)}`;
      Object.assign(index.manifest, { sha256: hex(remote), size: remote.length });
    });
    const forged = piecesOf(renewed)
      .with(1, { path: `blobs/sha256-${hex(bytes)}`, content: bytes })
      .with(-1, { path: 'manifests/registry.ollama.ai/library/tiny/latest', content: remote });
    expectRefused(forge(forged), 'prompts to this model would leave');
  });
});

describe('what the operator demands', () => {
  test('refuses an archive whose index is not the one whose signature was checked', () => {
    fs.writeFileSync(file, good);
    const index = fs.readFileSync(join(work, 'good.tar.index.json'));
    expect(failure(() => verifyArchive(file, { index })).code).toBe('none');
    expect(failure(() => verifyArchive(file, { index: index.subarray(1) })).code).toBe('refused');
  });

  test('refuses an archive whose digest is not the pinned one, with and without sha256: before it', () => {
    fs.writeFileSync(file, good);
    const { digest } = verifyArchive(file).index;
    expect(failure(() => verifyArchive(file, { digest })).code).toBe('none');
    expect(failure(() => verifyArchive(file, { digest: digest.slice(7).toUpperCase() })).code).toBe('none');
    expect(failure(() => verifyArchive(file, { digest: '0'.repeat(64) })).message).toContain(digest);
  });
});
