/** Sets of code points, compared with what this runtime itself knows of letters. */
import { expect, test } from 'bun:test';
import { CASED_PAGES, foldCase } from '../../src/redaction/char-set.ts';

const CODE_POINT_MAX = 0x10ffff;

test('every letter with a case lies in a page that folding looks at', () => {
  const pages = new Set<number>();
  for (let codePoint = 0; codePoint <= CODE_POINT_MAX; codePoint += 1) {
    const text = String.fromCodePoint(codePoint);
    if (text.toUpperCase() !== text || text.toLowerCase() !== text) pages.add(codePoint >> 8);
  }
  expect([...pages].filter((page) => !CASED_PAGES.includes(page))).toEqual([]);
});

test('foldCase() adds what JavaScript takes for the same letter when case is ignored', () => {
  const samples = ['k', 's', 'A', '\u00e9', '\u00b5', '\u01c5', '\u03c3', '\u0345', '\u1e9e', '\u{10428}', '1'];
  for (const sample of samples) {
    const codePoint = sample.codePointAt(0) as number;
    const same = new RegExp(`^${sample}$`, 'iu');
    const expected: number[] = [];
    for (let other = 0; other <= 0x1ffff; other += 1) if (same.test(String.fromCodePoint(other))) expected.push(other);
    const folded = foldCase([codePoint, codePoint]);
    const got: number[] = [];
    for (let i = 0; i < folded.length; i += 2) {
      for (let other = folded[i] as number; other <= (folded[i + 1] as number); other += 1) got.push(other);
    }
    expect(got).toEqual(expected);
  }
});
