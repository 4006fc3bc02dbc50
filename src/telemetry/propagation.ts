import type { SpanContext } from '@opentelemetry/api';

/**
 * Trace context in headers: which span of the caller's an exchange belongs to, and what Ollama is told.
 *
 * Written out here instead of taken from the SDK, because it stands on the path of every exchange, also of those that
 * are not sampled: no context object, no carrier, and one pass over bounded headers. Baggage is not among the formats:
 * it would be the client's text on its way to Ollama.
 *
 * @see https://www.w3.org/TR/trace-context/
 * @see https://github.com/openzipkin/b3-propagation
 * @see https://www.jaegertracing.io/sdk-migration/#propagation-format
 */

/** Reads one header of the request; names are lower case. */
export type HeaderReader = (name: string) => string | undefined;

/** The caller's span. */
export interface RemoteSpan {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** Undefined where the caller leaves it to us (B3 only). */
  readonly sampled: boolean | undefined;
  /** As it came, `TRACE_STATE_CHARACTERS_MAX` at most; only W3C has one. */
  readonly traceState: string | undefined;
}

export interface LocalSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly traceState: string | undefined;
}

interface Format {
  extract(read: HeaderReader): RemoteSpan | undefined;
  inject(span: LocalSpan, headers: Record<string, string>): void;
}

/** The specification asks for 512 at least. What is longer is dropped, the trace goes on. */
export const TRACE_STATE_CHARACTERS_MAX = 512;

const W3C: Format = {
  extract(read) {
    const span = parseTraceparent(read('traceparent') ?? '');
    if (span === undefined) return undefined;
    return { ...span, traceState: usableTraceState(read('tracestate')) };
  },
  inject({ traceId, spanId, sampled, traceState }, headers) {
    headers['traceparent'] = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
    if (traceState !== undefined) headers['tracestate'] = traceState;
  },
};

const B3: Format = {
  extract: (read) => parseB3(read('b3')) ?? readB3Headers(read),
  inject({ traceId, spanId, sampled }, headers) {
    headers['b3'] = `${traceId}-${spanId}-${sampled ? '1' : '0'}`;
  },
};

const B3_MULTI: Format = {
  extract: B3.extract,
  inject({ traceId, spanId, sampled }, headers) {
    headers['x-b3-traceid'] = traceId;
    headers['x-b3-spanid'] = spanId;
    headers['x-b3-sampled'] = sampled ? '1' : '0';
  },
};

const JAEGER: Format = {
  extract: (read) => parseUberTraceId(read('uber-trace-id') ?? ''),
  inject({ traceId, spanId, sampled }, headers) {
    headers['uber-trace-id'] = `${traceId}:${spanId}:0:${sampled ? '1' : '0'}`;
  },
};

const FORMATS: Readonly<Record<string, Format>> = { tracecontext: W3C, b3: B3, b3multi: B3_MULTI, jaeger: JAEGER };

/** What OTEL_PROPAGATORS may name here. `baggage` is taken, because it is in the default, and carries nothing. */
export const PROPAGATORS: readonly string[] = [...Object.keys(FORMATS), 'baggage', 'none'];

export interface Propagation {
  /** The caller's span; where several formats are there and valid, the one named last, as the SDK does it. */
  extract(read: HeaderReader): RemoteSpan | undefined;
  /** Headers that make `span` the parent, in every format that was asked for. */
  inject(span: LocalSpan): Record<string, string>;
}

/** The formats of OTEL_PROPAGATORS, by default W3C's. Names that are not in `PROPAGATORS` are left out. */
export function propagationOf(names: readonly string[] = ['tracecontext']): Propagation {
  const formats = names.includes('none') ? [] : names.flatMap((name) => FORMATS[name] ?? []);
  return {
    extract(read) {
      let found: RemoteSpan | undefined;
      for (const format of formats) found = format.extract(read) ?? found;
      return found;
    },
    inject(span) {
      const headers: Record<string, string> = {};
      for (const format of formats) format.inject(span, headers);
      return headers;
    },
  };
}

/** The remote span as the SDK's API has it. The `tracestate` is left out: a client writes what it likes into it. */
export function spanContextOf({ traceId, spanId, sampled }: RemoteSpan): SpanContext {
  return { traceId, spanId, traceFlags: sampled === true ? 1 : 0, isRemote: true };
}

/** `00-TRACE-SPAN-FLAGS`. A later version may be longer; `ff` is none. */
function parseTraceparent(header: string): Omit<RemoteSpan, 'traceState'> | undefined {
  if (header.length < 55 || header[2] !== '-' || header[35] !== '-' || header[52] !== '-') return undefined;
  const version = header.slice(0, 2);
  const traceId = header.slice(3, 35);
  const spanId = header.slice(36, 52);
  const flags = header.slice(53, 55);
  const isLonger = header.length > 55;
  if (!isLowerHex(version) || version === 'ff' || (isLonger && (version === '00' || header[55] !== '-')))
    return undefined;
  if (!isId(traceId) || !isId(spanId) || !isLowerHex(flags)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function usableTraceState(header: string | undefined): string | undefined {
  if (header === undefined || header === '' || header.length > TRACE_STATE_CHARACTERS_MAX) return undefined;
  for (let index = 0; index < header.length; index += 1) {
    const code = header.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code > 0x7e) return undefined;
  }
  return header;
}

/** `TRACE-SPAN`, `TRACE-SPAN-STATE` or `TRACE-SPAN-STATE-PARENT`; a state alone begins no trace. */
function parseB3(header: string | undefined): RemoteSpan | undefined {
  if (header === undefined || header.length > B3_CHARACTERS_MAX) return undefined;
  const [traceId = '', spanId = '', state, ...rest] = header.split('-');
  return rest.length > 1 ? undefined : remoteB3(traceId, spanId, state);
}

/** 32 + 16 + 1 + 16 digits and the signs between them. */
const B3_CHARACTERS_MAX = 68;

function readB3Headers(read: HeaderReader): RemoteSpan | undefined {
  const traceId = read('x-b3-traceid');
  const spanId = read('x-b3-spanid');
  if (traceId === undefined || spanId === undefined) return undefined;
  return remoteB3(traceId, spanId, read('x-b3-flags') === '1' ? 'd' : read('x-b3-sampled'));
}

const B3_STATES: Readonly<Record<string, boolean>> = { '1': true, d: true, '0': false, true: true, false: false };

function remoteB3(rawTraceId: string, rawSpanId: string, state: string | undefined): RemoteSpan | undefined {
  if (rawTraceId.length !== 16 && rawTraceId.length !== 32) return undefined;
  const traceId = rawTraceId.toLowerCase().padStart(32, '0');
  const spanId = rawSpanId.toLowerCase();
  if (spanId.length !== 16 || !isId(traceId) || !isId(spanId)) return undefined;
  if (state === undefined) return { traceId, spanId, sampled: undefined, traceState: undefined };
  const sampled = Object.hasOwn(B3_STATES, state) ? B3_STATES[state] : undefined;
  return sampled === undefined ? undefined : { traceId, spanId, sampled, traceState: undefined };
}

/** `TRACE:SPAN:PARENT:FLAGS`, the colons perhaps as `%3A`, ids perhaps without their leading zeros. */
function parseUberTraceId(header: string): RemoteSpan | undefined {
  if (header === '' || header.length > UBER_CHARACTERS_MAX) return undefined;
  const parts = header.replaceAll('%3A', ':').replaceAll('%3a', ':').split(':');
  const [rawTraceId = '', rawSpanId = '', , flags = ''] = parts;
  if (parts.length !== 4 || rawTraceId.length > 32 || rawSpanId.length > 16 || flags.length > 2) return undefined;
  const traceId = rawTraceId.toLowerCase().padStart(32, '0');
  const spanId = rawSpanId.toLowerCase().padStart(16, '0');
  if (!isId(traceId) || !isId(spanId) || flags === '' || !isLowerHex(flags.toLowerCase())) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1, traceState: undefined };
}

/** 32 + 16 + 16 + 2 digits and three colons as `%3A`. */
const UBER_CHARACTERS_MAX = 75;

/** Hex digits that are not all zero. */
function isId(text: string): boolean {
  return isLowerHex(text) && !isZeros(text);
}

function isLowerHex(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

function isZeros(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) !== 0x30) return false;
  return true;
}
