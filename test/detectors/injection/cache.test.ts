import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { contentDigest, VerdictCache } from '../../../src/detectors/injection/cache.ts';

const cacheOf = (entriesMax: number, bytesMax = 1_000_000) =>
  new VerdictCache<string>({ entriesMax, bytesMax }, (verdict) => verdict.length);

describe('VerdictCache', () => {
  test('gives back what was set, and the newest of one key', () => {
    const cache = cacheOf(3);
    cache.set('a', 'one');
    cache.set('a', 'two');
    expect(cache.get('a')).toBe('two');
    expect(cache.entries).toBe(1);
  });

  test('drops what was used longest ago', () => {
    const cache = cacheOf(2);
    cache.set('a', '1');
    cache.set('b', '2');
    cache.get('a');
    cache.set('c', '3');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['1', undefined, '3']);
  });

  test('does not keep a verdict that is over the bound alone', () => {
    const cache = cacheOf(2, 200);
    cache.set('a', '1');
    cache.set('b', 'x'.repeat(500));
    expect([cache.get('a'), cache.get('b')]).toEqual(['1', undefined]);
  });

  test('stays within both bounds whatever is set', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.string({ maxLength: 300 })), { maxLength: 200 }),
        (entries) => {
          const cache = cacheOf(5, 1_500);
          for (const [key, verdict] of entries) {
            cache.set(key, verdict);
            if (cache.entries > 5 || cache.bytes > 1_500 || cache.bytes < 0) return false;
          }
          return true;
        },
      ),
    );
  });

  test('digests tell texts apart and contain none of them', () => {
    expect(contentDigest('a')).not.toBe(contentDigest('b'));
    expect(contentDigest('zebra '.repeat(9))).toHaveLength(44);
  });
});
