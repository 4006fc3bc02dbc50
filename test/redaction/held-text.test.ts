import { expect, test } from 'bun:test';
import { HeldText } from '../../src/redaction/held-text.ts';

test('what is held stays bounded where pieces are joined all the time and nothing ends between them', () => {
  const text = new HeldText();
  let held = 0;
  for (let round = 0; round < 20_000; round += 1) {
    text.push('4 1 ');
    // A candidate of 40 characters is decided at every push, so the last pieces are always one.
    text.slice(text.length - 40, text.length);
    if (text.isReleasable) text.release(text.length - 40);
    held = Math.max(held, text.length - text.startOf(0));
  }
  expect(held).toBeLessThan(16_384);
  expect(text.slice(text.length - 8, text.length)).toBe('4 1 4 1 ');
});
