import { createTraceState, type Attributes, type Context, type SpanKind } from '@opentelemetry/api';

/** Which exchanges become spans, and under which ids. */

/** Gives spans the ids that were drawn when their exchange began; random ones otherwise. */
export class ChosenIds {
  traceId: string | undefined;
  spanIds: string[] = [];

  generateTraceId(): string {
    return this.traceId ?? randomHex(16);
  }

  generateSpanId(): string {
    return this.spanIds.shift() ?? randomHex(8);
  }
}

/** Randomness drawn at once for many ids: a call for each costs more than the id. */
const pool = Buffer.alloc(8192);
let used = pool.length;

/** `bytes` random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** Whether a trace id is kept when nothing happened in its exchange; by OTEL_TRACES_SAMPLER. */
export type IdSampler = (traceId: string, parentSampled: boolean | undefined) => boolean;

/** The standard samplers by name; what is not known samples everything, as the specification's default does. */
export function samplerOf(environment: Readonly<Record<string, string | undefined>>): IdSampler {
  const name = (environment['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on').toLowerCase();
  const given = Number(environment['OTEL_TRACES_SAMPLER_ARG'] || '1');
  const ratio = given >= 0 && given <= 1 ? given : 1;
  const byId = (traceId: string) => Number.parseInt(traceId.slice(-8), 16) < ratio * 0x1_0000_0000;
  const base = name.endsWith('always_off') ? () => false : name.endsWith('traceidratio') ? byId : () => true;
  return name.startsWith('parentbased_') ? (traceId, parent) => parent ?? base(traceId) : (traceId) => base(traceId);
}

/** Samples every span that is begun: spans are only made of exchanges that were decided on (`exchange-trace.ts`). */
export class AlreadyDecided {
  shouldSample(_parent: Context, _traceId: string, _name: string, _kind: SpanKind, _attributes: Attributes) {
    return { decision: RECORD, traceState: NO_TRACE_STATE };
  }

  toString(): string {
    return 'AlreadyDecided';
  }
}

/** A client writes what it likes into `tracestate`: it travels on to Ollama, but stands in no span. */
const NO_TRACE_STATE = createTraceState();

const RECORD = 2;
