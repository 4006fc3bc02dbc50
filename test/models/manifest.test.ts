import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readConfig, readManifest, tagsDigest } from '../../src/models/manifest.ts';
import { failure, TYPES } from './stores.ts';

const HEX = 'a'.repeat(64);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('tagsDigest()', () => {
  /** JSON of exactly `size` bytes. */
  const json = (size: number) => Buffer.from(`{"p":"${'x'.repeat(size - 8)}"}`);

  // Measured against Ollama 0.32.15: manifests of these lengths in its store, compared with its /api/tags.
  const cases: [string, number, string, number][] = [
    ['a final newline counts', 700, '\n', 701],
    ['none counts as none', 700, '', 700],
    ['the decoder had its 512 bytes: the newline was not read', 512, '\n', 512],
    ['one byte less and it was', 511, '\n', 512],
    ['the second buffer ends at 1536', 1536, '\n', 1536],
    ['the third at 3584', 3584, '\n', 3584],
    ['what follows within the buffer counts', 700, ' '.repeat(100), 800],
    ['and not beyond it', 700, ' '.repeat(2000), 1536],
  ];
  test.each(cases)('%s', (_name, size, tail, hashed) => {
    const bytes = Buffer.concat([json(size), Buffer.from(tail)]);
    expect(json(size).length).toBe(size);
    expect(tagsDigest(bytes)).toBe(sha256(bytes.subarray(0, hashed)));
  });
});

const layer = (over: object = {}) => ({ mediaType: `${TYPES}model`, digest: `sha256:${HEX}`, size: 9, ...over });
const config = (over: object = {}) => ({
  ...layer({ mediaType: 'application/vnd.docker.container.image.v1+json', digest: `sha256:${'b'.repeat(64)}` }),
  ...over,
});
const manifest = (over: object = {}) => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: config(),
  layers: [layer()],
  ...over,
});
const bytesOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('readManifest()', () => {
  test('lists each file once, the config first', () => {
    const { blobs } = readManifest(bytesOf(manifest({ layers: [layer(), layer({ mediaType: `${TYPES}adapter` })] })));
    expect(blobs.map((blob) => blob.sha256)).toEqual(['b'.repeat(64), HEX]);
  });

  test('keeps the fields that Ollama writes beside its own', () => {
    expect(failure(() => readManifest(bytesOf(manifest({ layers: [layer({ from: 'smollm2:135m' })] }))))).toEqual({
      code: 'none',
      message: '',
    });
  });

  const refused: [string, unknown, string][] = [
    ['no JSON', '{"schemaVersion":2', 'not acceptable JSON'],
    ['two values', `${JSON.stringify(manifest())}{}`, 'trailing_bytes'],
    ['a key twice', JSON.stringify(manifest()).replace('{', '{"layers":[],'), 'duplicate_key'],
    ['a key that Go folds onto a known one', { ...manifest(), Layers: [layer()] }, 'would read as layers'],
    ['the same with a long s', { ...manifest({ layers: [layer({ ['\u017fize']: 1 })] }) }, 'would read as size'],
    ['a list', [], 'not an object'],
    ['another schema', manifest({ schemaVersion: 1 }), 'schemaVersion'],
    ['an index of manifests', manifest({ mediaType: 'application/vnd.oci.image.index.v1+json' }), 'media type'],
    ['no layers', manifest({ layers: [] }), 'no layers'],
    ['no config', manifest({ config: undefined }), 'The config is not an object'],
    ['a config of another type', manifest({ config: layer() }), "The config's media type"],
    ['a huge config', manifest({ config: config({ size: 2 ** 31 }) }), 'larger than'],
    [
      'a layer of an unknown type',
      manifest({ layers: [layer({ mediaType: `${TYPES}plugin` })] }),
      'unknown media type',
    ],
    ['a layer of a foreign type', manifest({ layers: [layer({ mediaType: 'text/plain' })] }), 'unknown media type'],
    ['a digest that is a path', manifest({ layers: [layer({ digest: 'sha256:../../etc/passwd' })] }), 'no digest'],
    ['a short digest', manifest({ layers: [layer({ digest: 'sha256:abc' })] }), 'no digest'],
    ['an upper-case digest', manifest({ layers: [layer({ digest: `sha256:${'A'.repeat(64)}` })] }), 'no digest'],
    ['another hash', manifest({ layers: [layer({ digest: `md5:${HEX}` })] }), 'no digest'],
    ['a negative size', manifest({ layers: [layer({ size: -1 })] }), 'no size'],
    ['half a byte', manifest({ layers: [layer({ size: 1.5 })] }), 'no size'],
    ['a size as text', manifest({ layers: [layer({ size: '9' })] }), 'no size'],
    ['one file of two sizes', manifest({ layers: [layer(), layer({ size: 10 })] }), 'two sizes'],
  ];
  test.each(refused)('refuses %s', (_name, value, message) => {
    const found = failure(() => readManifest(bytesOf(value)));
    expect(found.code).not.toBe('none');
    expect(found.message).toContain(message);
  });

  test('shows foreign text as printable ASCII of a bounded length', () => {
    const mediaType = `\u001b[2J\u202e${'x'.repeat(100_000)}`;
    const { message } = failure(() => readManifest(bytesOf(manifest({ layers: [layer({ mediaType })] }))));
    expect(message.length).toBeLessThan(400);
    expect(message).toContain('\\u001b[2J\\u202e');
  });
});

describe('readConfig()', () => {
  const refused: [string, string][] = [
    ['a remote host', '{"remote_host":"https://ollama.com:443"}'],
    ['a remote model', '{"remote_model":"gpt-oss:120b"}'],
    ['a remote host in letters that Go folds', '{"Remote_Host":"https://ollama.com:443"}'],
    ['a remote host of an odd type', '{"remote_host":{"a":1}}'],
  ];
  test.each(refused)('refuses %s', (_name, text) => {
    expect(failure(() => readConfig(Buffer.from(text))).code).toBe('refused');
  });

  test('accepts a local model, also with empty remote fields', () => {
    expect(failure(() => readConfig(Buffer.from('{"remote_host":"","remote_model":null,"os":"linux"}'))).code).toBe(
      'none',
    );
  });
});
