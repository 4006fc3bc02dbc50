import { afterAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeHeader, entryHead, headerSize, padded } from '../../src/models/tar.ts';
import { forge, scratch } from './stores.ts';

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const TAR = Bun.which('tar');

describe('entryHead()', () => {
  test('is a multiple of a block, and equal for equal arguments', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9/._-]{1,250}$/),
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        (path, size) => {
          const head = entryHead(path, size);
          expect(head.length % 512).toBe(0);
          expect(entryHead(path, size)).toEqual(head);
          expect(describeHeader(head.subarray(0, 512)).kind).not.toBe('a header with a wrong checksum');
        },
      ),
      { numRuns: 200 },
    );
  });

  test('holds 8 GiB - 1 in the header and more in a pax record', () => {
    expect(headerSize(entryHead('a', 8 * 2 ** 30 - 1))).toBe(8 * 2 ** 30 - 1);
    const large = entryHead('a', 8 * 2 ** 30);
    expect(large.length).toBe(3 * 512);
    expect(Buffer.from(large.subarray(512, 1024)).toString().split('\0')[0]).toBe('19 size=8589934592\n');
  });

  test.skipIf(TAR === null)(`is what another tar reads${TAR === null ? ' (skipped: no tar here)' : ''}`, () => {
    const long = `manifests/${'h'.repeat(120)}/n/m/t`;
    const file = join(directory, 'plain.tar');
    writeFileSync(
      file,
      forge([
        { path: 'blobs/a', content: 'one' },
        { path: long, content: 'two' },
      ]),
    );
    const listed = Bun.spawnSync([TAR ?? '', '-tf', file]);
    expect(listed.stdout.toString()).toBe(`blobs/a\n${long}\n`);
    expect(Bun.spawnSync([TAR ?? '', '-xOf', file]).stdout.toString()).toBe('onetwo');
  });
});

test('padded() rounds up to whole blocks', () => {
  expect([0, 1, 512, 513].map(padded)).toEqual([0, 512, 512, 1024]);
});
