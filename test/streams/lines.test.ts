import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import { LineSplitter } from '../../src/streams/lines.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('LineSplitter', () => {
  test('gives the same lines however the bytes are cut', () => {
    const pieces = fc.array(fc.constantFrom('{"a":"ä😀"}', '\n', '\n\n', ' \r\n', 'x', '{}'), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(40)), (texts, cuts) => {
        const bytes = encode(texts.join(''));
        expect(split(bytes, cuts)).toEqual(split(bytes, []));
        const joined = split(bytes, cuts).join('');
        const kept = texts.join('').split('\n');
        expect(joined.split('\n').filter((line) => line.trim())).toEqual(kept.filter((line) => line.trim()));
      }),
    );
  });

  test('keeps the terminator with its line and gives a last line without one at the end', () => {
    expect(split(encode('{"a":1}\n{"b":2}'), [3])).toEqual(['{"a":1}\n', '{"b":2}']);
    expect(split(encode('{"done":true}'), [])).toEqual(['{"done":true}']);
  });

  test('drops blank lines, on which a Python client fails', () => {
    expect(split(encode('\n{}\n\r\n  \n[]\n \t'), [4, 5, 6])).toEqual(['{}\n', '[]\n']);
  });

  test('copies nothing where a chunk holds whole lines', () => {
    const chunk = encode('{"a":1}\n{"b":2}\n');
    const lines = new LineSplitter({ lineBytesMax: 100 }).push(chunk);
    expect(lines.map((line) => line.buffer === chunk.buffer)).toEqual([true, true]);
  });

  test('refuses a line over its bound, whether it ends or not', () => {
    const bound = { lineBytesMax: 8 };
    expect(new LineSplitter(bound).push(encode('1234567\n'))).toHaveLength(1);
    expect(() => new LineSplitter(bound).push(encode('12345678\n'))).toThrow(GatewayError);
    const dripping = new LineSplitter(bound);
    expect(() => {
      for (let count = 0; count < 9; count++) dripping.push(encode('x'));
    }).toThrow(GatewayError);
  });
});

function split(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const splitter = new LineSplitter({ lineBytesMax: 1000 });
  const lines: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    lines.push(...splitter.push(bytes.slice(from, from + cut)));
    from += cut;
  }
  const rest = splitter.end();
  if (rest !== undefined) lines.push(rest);
  return lines.map(decode);
}
