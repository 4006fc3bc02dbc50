import { expect, test } from 'bun:test';
import { parseGoDuration } from '../../src/protocols/go-duration.ts';

test.each([
  ['0', 0],
  ['-0', 0],
  ['5m', 300],
  ['1h30m', 5400],
  ['1.5h', 5400],
  ['.5s', 0.5],
  ['1.s', 1],
  ['+2s', 2],
  ['-1s', -1],
  ['1500ms', 1.5],
  ['1us', 1e-6],
  ['1\u00b5s', 1e-6],
  ['1\u03bcs', 1e-6],
  ['1m1m', 120],
])('parseGoDuration() reads %p as Go does', (text, seconds) => {
  expect(parseGoDuration(text)).toBeCloseTo(seconds, 9);
});

test.each([
  '',
  '-',
  '5',
  '1',
  's',
  '.s',
  '1d',
  '5 m',
  '5m ',
  '1e3s',
  '0x1s',
  '1M',
  '--1s',
  '5m please',
  '1..5s',
  '9999999h',
  '1'.repeat(65),
])('parseGoDuration() refuses %p as Go does', (text) => {
  expect(parseGoDuration(text)).toBeUndefined();
});
