/** An OTLP/HTTP receiver in the test's own process, for JSON and protobuf, and the spans it was sent in one form. */

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Record<string, unknown>;
  readonly events: { readonly name: string; readonly attributes: Record<string, unknown> }[];
  /** 0 unset, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
}

export interface Receiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly resources: Record<string, unknown>[];
  readonly metricNames: Set<string>;
  readonly contentTypes: Set<string>;
  /** Of every request, in the order they came. */
  readonly headers: Headers[];
  readonly paths: Set<string>;
  /** 1 delta, 2 cumulative; of every sum and histogram that came as JSON. */
  readonly temporalities: Set<number>;
  /** Every body as text, for a search of what must not be there. */
  readonly bodies: string[];
  stop(): Promise<void>;
}

/** With `tls` it listens for HTTPS, and takes only clients with a certificate of that CA. */
export function otlpReceiver(tls?: { readonly cert: string; readonly key: string; readonly ca: string }): Receiver {
  const spans: ReceivedSpan[] = [];
  const resources: Record<string, unknown>[] = [];
  const metricNames = new Set<string>();
  const contentTypes = new Set<string>();
  const bodies: string[] = [];
  const headers: Headers[] = [];
  const paths = new Set<string>();
  const temporalities = new Set<number>();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    ...(tls === undefined ? {} : { tls: { ...tls, requestCert: true, rejectUnauthorized: true } }),
    async fetch(request) {
      const sent = await request.bytes();
      const bytes = request.headers.get('content-encoding') === 'gzip' ? Bun.gunzipSync(sent) : sent;
      headers.push(request.headers);
      bodies.push(new TextDecoder().decode(bytes));
      const type = request.headers.get('content-type') ?? '';
      contentTypes.add(type);
      const { pathname } = new URL(request.url);
      paths.add(pathname);
      if (pathname.endsWith('/traces')) {
        const read = type.includes('json')
          ? readJson(JSON.parse(new TextDecoder().decode(bytes)))
          : readProtobuf(bytes);
        spans.push(...read.spans);
        resources.push(...read.resources);
      } else if (pathname === '/v1/metrics') {
        for (const metric of metricsIn(JSON.parse(new TextDecoder().decode(bytes)))) {
          metricNames.add(metric.name);
          const { aggregationTemporality } = metric.sum ?? metric.histogram ?? {};
          if (aggregationTemporality !== undefined) temporalities.add(aggregationTemporality);
        }
      }
      return type.includes('json')
        ? Response.json({})
        : new Response(new Uint8Array(), { headers: { 'content-type': type } });
    },
  });
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}`,
    headers,
    paths,
    temporalities,
    spans,
    resources,
    metricNames,
    contentTypes,
    bodies,
    stop: () => server.stop(true),
  };
}

type Json = any; // A test's look at a foreign schema; a wrong shape fails the test.

function readJson(body: Json): { spans: ReceivedSpan[]; resources: Record<string, unknown>[] } {
  const spans = body.resourceSpans.flatMap((resource: Json) =>
    resource.scopeSpans.flatMap((scope: Json) => scope.spans.map(jsonSpan)),
  );
  return { spans, resources: body.resourceSpans.map((entry: Json) => jsonAttributes(entry.resource?.attributes)) };
}

function jsonSpan(span: Json): ReceivedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    traceState: span.traceState ?? '',
    name: span.name,
    kind: span.kind,
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano),
    attributes: jsonAttributes(span.attributes),
    events: (span.events ?? []).map((event: Json) => ({
      name: event.name,
      attributes: jsonAttributes(event.attributes),
    })),
    status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
  };
}

function jsonAttributes(list: Json): Record<string, unknown> {
  return Object.fromEntries((list ?? []).map(({ key, value }: Json) => [key, jsonValue(value)]));
}

function jsonValue(value: Json): unknown {
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(jsonValue);
  if ('intValue' in value) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}

function metricsIn(body: Json): Json[] {
  return body.resourceMetrics.flatMap((resource: Json) =>
    resource.scopeMetrics.flatMap((scope: Json) => scope.metrics),
  );
}

/** A field of a protobuf message: its number, and a number or bytes. */
type Field = readonly [number, bigint | Uint8Array];

/** @see https://protobuf.dev/programming-guides/encoding/ */
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    switch (tag & 7) {
      case 0:
        fields.push([number, varint()]);
        break;
      case 1:
        fields.push([number, view.getBigUint64(at, true)]);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        fields.push([number, bytes.subarray(at, at + length)]);
        at += length;
        break;
      }
      case 5:
        fields.push([number, BigInt(view.getUint32(at, true))]);
        at += 4;
        break;
      default:
        throw new Error(`wire type ${tag & 7}`);
    }
  }
  return fields;
}

function messages(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap(([field, value]) => (field === number && value instanceof Uint8Array ? [value] : []));
}

function number(fields: readonly Field[], field: number): bigint {
  const value = fields.find(([name]) => name === field)?.[1];
  return typeof value === 'bigint' ? value : 0n;
}

function text(fields: readonly Field[], field: number): string {
  return new TextDecoder().decode(messages(fields, field)[0]);
}

function hex(fields: readonly Field[], field: number): string {
  return Buffer.from(messages(fields, field)[0] ?? new Uint8Array()).toString('hex');
}

/** Field numbers of opentelemetry/proto/trace/v1/trace.proto. */
function readProtobuf(bytes: Uint8Array): { spans: ReceivedSpan[]; resources: Record<string, unknown>[] } {
  const resourceSpans = messages(fieldsOf(bytes), 1).map(fieldsOf);
  const spans = resourceSpans
    .flatMap((fields) => messages(fields, 2))
    .flatMap((scope) => messages(fieldsOf(scope), 2))
    .map((span) => protobufSpan(fieldsOf(span)));
  const resources = resourceSpans
    .flatMap((fields) => messages(fields, 1))
    .map((resource) => attributesOf(fieldsOf(resource), 1));
  return { spans, resources };
}

function protobufSpan(fields: readonly Field[]): ReceivedSpan {
  const status = fieldsOf(messages(fields, 15)[0] ?? new Uint8Array());
  return {
    traceId: hex(fields, 1),
    spanId: hex(fields, 2),
    traceState: text(fields, 3),
    parentSpanId: hex(fields, 4),
    name: text(fields, 5),
    kind: Number(number(fields, 6)),
    startNs: number(fields, 7),
    endNs: number(fields, 8),
    attributes: attributesOf(fields, 9),
    events: messages(fields, 11)
      .map(fieldsOf)
      .map((event) => ({ name: text(event, 2), attributes: attributesOf(event, 3) })),
    status: { code: Number(number(status, 3)), message: text(status, 2) },
  };
}

function attributesOf(fields: readonly Field[], field: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(fields, field)
      .map(fieldsOf)
      .map((pair) => [text(pair, 1), protobufValue(fieldsOf(messages(pair, 2)[0] ?? new Uint8Array()))]),
  );
}

function protobufValue(fields: readonly Field[]): unknown {
  const [kind, value] = fields[0] ?? [1, new Uint8Array()];
  if (kind === 1) return new TextDecoder().decode(value as Uint8Array);
  if (kind === 2) return value === 1n;
  if (kind === 3) return Number(value);
  if (kind === 5) return messages(fieldsOf(value as Uint8Array), 1).map((item) => protobufValue(fieldsOf(item)));
  const bits = new DataView(new ArrayBuffer(8));
  bits.setBigUint64(0, value as bigint);
  return bits.getFloat64(0);
}
