import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import { JsonError } from '../../src/core/json.ts';
import { readSse, replaceSseData, SseSplitter } from '../../src/streams/sse.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

describe('SseSplitter', () => {
  const pieces = fc.array(fc.constantFrom('data: ä😀', 'data', ':c', '\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n'), {
    maxLength: 24,
  });

  test('gives the same events however the bytes are cut, and loses no byte', () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(20)), (texts, cuts) => {
        const bytes = encode(texts.join(''));
        expect(split(bytes, cuts)).toEqual(split(bytes, []));
        expect(split(bytes, cuts).join('')).toBe(texts.join(''));
      }),
      { numRuns: 2000 },
    );
  });

  test('ends every event at its blank line and nowhere else', () => {
    fc.assert(
      fc.property(pieces, (texts) => {
        const bytes = encode(texts.join(''));
        // One byte at a time, with line ends made alike beforehand, there is nothing to get wrong.
        const alike = encode(texts.join('').replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
        const ends = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
        expect(split(bytes, []).map(ends)).toEqual(
          split(
            alike,
            Array.from(alike, () => 1),
          ),
        );
      }),
    );
  });

  test.each([
    ['line feeds', 'data: a\n\ndata: b\n\n', ['data: a\n\n', 'data: b\n\n']],
    ['both', 'data: a\r\n\r\ndata: b\r\n\r\n', ['data: a\r\n\r\n', 'data: b\r\n\r\n']],
    ['carriage returns', 'data: a\r\rdata: b\r\r', ['data: a\r\r', 'data: b\r\r']],
    ['a comment between', ': ping\n\ndata: b\n\n', [': ping\n\n', 'data: b\n\n']],
    ['an event that was not ended', 'data: a\n\ndata: b\n', ['data: a\n\n', 'data: b\n']],
  ])('splits with %s', (_what, text, events) => {
    expect(split(encode(text), [])).toEqual(events);
  });

  test('sends an event on at once where its last byte is a line feed', () => {
    const splitter = new SseSplitter({ eventBytesMax: 100 });
    expect(splitter.push(encode('data: a\r\n\r\n')).map(decode)).toEqual(['data: a\r\n\r\n']);
    expect(splitter.push(encode('data: b\n\n')).map(decode)).toEqual(['data: b\n\n']);
  });

  test('refuses an event over its bound', () => {
    const splitter = new SseSplitter({ eventBytesMax: 8 });
    expect(() => {
      for (let count = 0; count < 5; count++) splitter.push(encode(':x\n'));
    }).toThrow(GatewayError);
  });
});

describe('readSse()', () => {
  test.each([
    ['data: {"a":1}\n\n', '', '{"a":1}'],
    ['event: x\ndata: 1\n\n', 'x', '1'],
    ['data:1\r\ndata: 2\r\rdata: 3', '', '1\n2\n3'],
    ['data:  two\n\n', '', ' two'],
    ['data\n\n', '', ''],
    ['data:\n\n', '', ''],
    ['datax: 1\nDATA: 2\n data: 3\n\n', '', undefined],
    [': data: 1\n\n', '', undefined],
    ['id: 1\nretry: 5\nevent:a\nevent: b\n\n', 'b', undefined],
    ['\n', '', undefined],
  ])('reads %p as clients do', (text, event, data) => {
    const read = readSse(encode(text));
    expect(read.event).toBe(event);
    expect(read.data).toBe(data);
    expect(read.dataSpans.map((span) => text.slice(span.start, span.end)).join('\n')).toBe(data ?? '');
  });

  test('refuses a byte order mark, behind which clients would see a field', () => {
    expect(() => readSse(encode('\ufeffdata: 1\n\n'))).toThrow(JsonError);
    expect(() => readSse(Uint8Array.from([0x64, 0xff, 0x0a]))).toThrow(JsonError);
  });
});

describe('replaceSseData()', () => {
  test.each([
    ['event: x\n: c\ndata: old\nid: 7\n\n', 'new', 'event: x\n: c\ndata: new\nid: 7\n\n'],
    ['data:old\r\n\r\n', 'new', 'data:new\r\n\r\n'],
    ['data: a\nid: 1\ndata: b\n\n', 'new', 'data: new\nid: 1\n\n'],
    ['data\n\n', 'new', 'data:new\n\n'],
    ['data:\n\n', 'new', 'data:new\n\n'],
    ['data: a\n\n', '1\n2', 'data: 1\ndata: 2\n\n'],
  ])('in %p puts only the data', (text, data, expected) => {
    const bytes = replaceSseData(readSse(encode(text)), data);
    expect(decode(bytes)).toBe(expected);
    expect(readSse(bytes).data).toBe(data);
  });

  test('cannot be made to end a line early', () => {
    expect(() => replaceSseData(readSse(encode('data: a\n\n')), 'x\r\revent: y')).toThrow(RangeError);
    expect(() => replaceSseData(readSse(encode(': a\n\n')), 'x')).toThrow(RangeError);
  });
});

function split(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const splitter = new SseSplitter({ eventBytesMax: 1000 });
  const events: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    events.push(...splitter.push(bytes.slice(from, from + cut)));
    from += cut;
  }
  const rest = splitter.end();
  if (rest !== undefined) events.push(rest);
  return events.map(decode);
}
