import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { propagationOf, TRACE_STATE_CHARACTERS_MAX } from '../../src/telemetry/propagation.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const SHORT = '8448eb211c80319c';

type Headers = Readonly<Record<string, string>>;

function extract(format: string, headers: Headers) {
  return propagationOf([format]).extract((name) => headers[name]);
}

describe('the caller’s span is read', () => {
  test.each<[string, Headers, string, boolean | undefined]>([
    ['tracecontext', { traceparent: `00-${TRACE}-${SPAN}-01` }, TRACE, true],
    ['tracecontext', { traceparent: `00-${TRACE}-${SPAN}-00` }, TRACE, false],
    // Flags of a later version and what follows them are not ours to judge.
    ['tracecontext', { traceparent: `cc-${TRACE}-${SPAN}-03-what-the-future-brings` }, TRACE, true],
    ['b3', { b3: `${TRACE}-${SPAN}-1` }, TRACE, true],
    ['b3', { b3: `${TRACE}-${SPAN}-0-05e3ac9a4f6e3b90` }, TRACE, false],
    ['b3', { b3: `${SHORT}-${SPAN}-d` }, SHORT.padStart(32, '0'), true],
    ['b3', { b3: `${TRACE}-${SPAN}` }, TRACE, undefined],
    ['b3', { 'x-b3-traceid': TRACE.toUpperCase(), 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' }, TRACE, true],
    ['b3multi', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': 'false' }, TRACE, false],
    ['b3multi', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-flags': '1' }, TRACE, true],
    ['b3multi', { b3: `${TRACE}-${SPAN}-1` }, TRACE, true],
    ['jaeger', { 'uber-trace-id': `${TRACE}:${SPAN}:0:1` }, TRACE, true],
    ['jaeger', { 'uber-trace-id': `${SHORT}%3A${SPAN}%3A0%3A0` }, SHORT.padStart(32, '0'), false],
    ['jaeger', { 'uber-trace-id': `${TRACE}:${SPAN}:0:3` }, TRACE, true],
  ])('%s %j', (format, headers, traceId, sampled) => {
    expect(extract(format, headers)).toMatchObject({ traceId, spanId: SPAN, sampled });
  });
});

describe('what is no span begins a trace of our own', () => {
  test.each<[string, Headers]>([
    ['tracecontext', {}],
    ['tracecontext', { traceparent: '' }],
    ['tracecontext', { traceparent: `00-${TRACE}-${SPAN}` }],
    ['tracecontext', { traceparent: `ff-${TRACE}-${SPAN}-01` }],
    ['tracecontext', { traceparent: `00-${TRACE}-${SPAN}-01-more` }],
    ['tracecontext', { traceparent: `01-${TRACE}-${SPAN}-01more` }],
    ['tracecontext', { traceparent: `00-${'0'.repeat(32)}-${SPAN}-01` }],
    ['tracecontext', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }],
    ['tracecontext', { traceparent: `00-${TRACE.toUpperCase()}-${SPAN}-01` }],
    ['tracecontext', { traceparent: `00-${TRACE}-${SPAN}-0g` }],
    ['tracecontext', { b3: `${TRACE}-${SPAN}-1` }],
    ['b3', { b3: '0' }],
    ['b3', { b3: `${TRACE}-${SPAN}-2` }],
    ['b3', { b3: `${TRACE}-${SPAN}-1-05e3ac9a4f6e3b90-1` }],
    ['b3', { b3: `${TRACE.slice(1)}-${SPAN}-1` }],
    ['b3', { b3: `${TRACE}-${SPAN}-constructor` }],
    ['b3', { b3: 'a'.repeat(100_000) }],
    ['b3multi', { 'x-b3-traceid': TRACE, 'x-b3-sampled': '1' }],
    ['jaeger', { 'uber-trace-id': `${TRACE}:${SPAN}:0` }],
    ['jaeger', { 'uber-trace-id': `${TRACE}:${SPAN}:0:zz` }],
    ['jaeger', { 'uber-trace-id': `0:${SPAN}:0:1` }],
    ['jaeger', { 'uber-trace-id': ':'.repeat(10_000) }],
    ['none', { traceparent: `00-${TRACE}-${SPAN}-01` }],
    ['baggage', { baggage: 'user=alice', traceparent: `00-${TRACE}-${SPAN}-01` }],
  ])('%s %j', (format, headers) => {
    expect(extract(format, headers)).toBeUndefined();
  });
});

test('each format reads what it writes, and writes only headers of its own', () => {
  const headers = fc.constantFrom(
    ['tracecontext', ['traceparent']] as const,
    ['b3', ['b3']] as const,
    ['b3multi', ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']] as const,
    ['jaeger', ['uber-trace-id']] as const,
  );
  const hex = (digits: number) =>
    fc.bigInt({ min: 1n, max: 16n ** BigInt(digits) - 1n }).map((id) => id.toString(16).padStart(digits, '0'));
  fc.assert(
    fc.property(headers, hex(32), hex(16), fc.boolean(), ([format, names], traceId, spanId, sampled) => {
      const written = propagationOf([format]).inject({ traceId, spanId, sampled, traceState: undefined });
      expect(Object.keys(written)).toEqual([...names]);
      expect(extract(format, written)).toEqual({ traceId, spanId, sampled, traceState: undefined });
    }),
  );
});

test('anything at all in a header is either a valid span or none', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEFdg-:%3 '), maxLength: 80 });
  fc.assert(
    fc.property(fc.constantFrom('tracecontext', 'b3', 'jaeger'), soup, (format, text) => {
      const span = extract(format, { traceparent: text, b3: text, 'uber-trace-id': text });
      if (span === undefined) return;
      expect(span.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      expect(span.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    }),
    { numRuns: 2_000 },
  );
});

describe('several formats', () => {
  const other = '1'.repeat(32);

  test('all are written; of several that are valid the one named last is read', () => {
    const both = propagationOf(['tracecontext', 'baggage', 'b3']);
    const headers: Headers = { traceparent: `00-${TRACE}-${SPAN}-01`, b3: `${other}-${SPAN}-1` };
    expect(both.extract((name) => headers[name])?.traceId).toBe(other);
    expect(both.extract((name) => (name === 'b3' ? 'broken' : headers[name]))?.traceId).toBe(TRACE);
    expect(
      Object.keys(both.inject({ traceId: TRACE, spanId: SPAN, sampled: true, traceState: 'vendor=value' })),
    ).toEqual(['traceparent', 'tracestate', 'b3']);
  });

  test('none switches off all others', () => {
    const silent = propagationOf(['tracecontext', 'none']);
    expect(silent.inject({ traceId: TRACE, spanId: SPAN, sampled: true, traceState: undefined })).toEqual({});
  });
});

describe('tracestate', () => {
  const traceparent = `00-${TRACE}-${SPAN}-01`;

  test.each([
    ['vendor=value,other=1', 'vendor=value,other=1'],
    ['v'.repeat(TRACE_STATE_CHARACTERS_MAX), 'v'.repeat(TRACE_STATE_CHARACTERS_MAX)],
    ['v'.repeat(TRACE_STATE_CHARACTERS_MAX + 1), undefined],
    ['vendor=\u00e9', undefined],
    ['vendor=a\u0000b', undefined],
    ['', undefined],
  ])('%j goes on as %j, and the trace in any case', (tracestate, kept) => {
    expect(extract('tracecontext', { traceparent, tracestate })).toMatchObject({ traceId: TRACE, traceState: kept });
  });
});
