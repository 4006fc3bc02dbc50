import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOtelEnvironment } from '../../src/telemetry/otel-environment.ts';
import { otlpMetricsWanted, tracingWanted } from '../../src/telemetry/tracing-wanted.ts';

type Variables = Readonly<Record<string, string>>;

describe('a value that no one could mean stops the start, by name, with what is accepted', () => {
  test.each<[string, string]>([
    ['OTEL_SDK_DISABLED', 'maybe'],
    ['OTEL_PROPAGATORS', 'tracecontext,b4'],
    ['OTEL_TRACES_SAMPLER', 'traceidratoi'],
    ['OTEL_TRACES_SAMPLER_ARG', '0,05'],
    ['OTEL_TRACES_SAMPLER_ARG', '5'],
    ['OTEL_TRACES_EXPORTER', 'jeager'],
    ['OTEL_METRICS_EXPORTER', 'statsd'],
    ['OTEL_LOGS_EXPORTER', 'syslog'],
    ['OTEL_LOG_LEVEL', 'loud'],
    ['OTEL_BSP_SCHEDULE_DELAY', '5s'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '-1'],
    ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'none'],
    ['OTEL_SPAN_EVENT_COUNT_LIMIT', '1e3'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0'],
    ['OTEL_METRICS_EXEMPLAR_FILTER', 'sometimes'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'jaeger:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://jaeger:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://user:password@jaeger:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http'],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer abc'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '2s'],
    ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'brotli'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', join(import.meta.dir, 'no-such-file.pem')],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'sum'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'team'],
  ])('%s=%s', (variable, value) => {
    const { problems } = readOtelEnvironment({ [variable]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(`${variable} `);
    expect(problems[0]).toContain('; accepted');
  });

  test('all at once, and never with a header’s value', () => {
    const { problems } = readOtelEnvironment({ OTEL_TRACES_SAMPLER: 'x', OTEL_EXPORTER_OTLP_HEADERS: 'secret1234' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('secret1234');
  });

  test('a disabled SDK asks for nothing, so that nothing of it is wrong', () => {
    expect(readOtelEnvironment({ OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_SAMPLER: 'x' }).problems).toEqual([]);
  });
});

describe('what is standard and not done is said, and does not stop the start', () => {
  test.each<[string, string, string | undefined]>([
    ['OTEL_PROPAGATORS', 'xray,b3', 'b3'],
    ['OTEL_PROPAGATORS', 'ottrace', 'none'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', ''],
    ['OTEL_METRICS_EXPORTER', 'prometheus', 'none'],
    ['OTEL_METRICS_EXPORTER', 'otlp,prometheus', 'otlp'],
    ['OTEL_LOGS_EXPORTER', 'otlp', 'none'],
    ['OTEL_METRICS_EXEMPLAR_FILTER', 'trace_based', ''],
    ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', 'base2_exponential_bucket_histogram', ''],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '9464', undefined],
    ['OTEL_CONFIG_FILE', 'otel.yaml', undefined],
    ['OTEL_TRACE_SAMPLER', 'traceidratio', undefined],
  ])('%s=%s', (variable, value, left) => {
    const { problems, warnings, changes } = readOtelEnvironment({ [variable]: value });
    expect(problems).toEqual([]);
    expect(warnings.map((warning) => warning.variable)).toEqual([variable]);
    expect(changes[variable]).toBe(left);
  });

  test('variables of other languages in a shared environment are nobody’s business', () => {
    const shared = {
      OTEL_PYTHON_LOG_CORRELATION: 'true',
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http',
      OTEL_LOGS_EXPORTER: '',
    };
    expect(readOtelEnvironment(shared)).toEqual({ problems: [], warnings: [], changes: {} });
  });
});

test('the argument of a sampler that is not done is not judged', () => {
  const remote = { OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://c:14250' };
  expect(readOtelEnvironment(remote).problems).toEqual([]);
});

test.each<[Variables, Variables]>([
  [{ OTEL_TRACES_SAMPLER: ' TraceIdRatio ' }, { OTEL_TRACES_SAMPLER: 'traceidratio' }],
  [{ OTEL_PROPAGATORS: 'B3, b3 ,Jaeger' }, { OTEL_PROPAGATORS: 'b3,jaeger' }],
  [{ OTEL_TRACES_EXPORTER: 'otlp,none' }, { OTEL_TRACES_EXPORTER: 'none' }],
  [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'GZIP' }, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'jaeger:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, {}],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'jaeger:4317', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, {}],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,deployment.environment=prod' }, {}],
  [{ OTEL_TRACES_SAMPLER: '' }, {}],
])('%j is taken, in the spelling %j', (environment, changes) => {
  expect(readOtelEnvironment(environment)).toEqual({ problems: [], warnings: [], changes });
});

test.each<[Variables, boolean, boolean]>([
  [{}, false, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, true, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }, false, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_METRICS_EXPORTER: 'otlp' }, true, true],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:4318/v1/metrics' }, false, true],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:4318/v1/metrics', OTEL_METRICS_EXPORTER: 'none' }, false, false],
  [{ OTEL_TRACES_EXPORTER: 'console' }, true, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, false, false],
])('%j asks for traces: %p, for metrics over OTLP: %p', (environment, traces, metrics) => {
  expect([tracingWanted(environment), otlpMetricsWanted(environment)]).toEqual([traces, metrics]);
});

test('README names every variable that is read, and no other', () => {
  const source = readFileSync(join(import.meta.dir, '../../src/telemetry/otel-environment.ts'), 'utf8');
  const readme = readFileSync(join(import.meta.dir, '../../src/telemetry/README.md'), 'utf8');
  const table = readme.slice(readme.indexOf("## OpenTelemetry's variables"), readme.indexOf('## When the collector'));
  const inReadme = new Set([...table.matchAll(/`(OTEL_[A-Z_]+[A-Z])/g)].map((match) => match[1] ?? ''));
  const inSource = new Set([...source.matchAll(/'(OTEL_[A-Z_]+[A-Z])'/g)].map((match) => match[1] ?? ''));
  expect(inSource.size).toBeGreaterThan(30);
  expect([...inSource].filter((name) => !inReadme.has(name))).toEqual([]);
  const { warnings } = readOtelEnvironment(Object.fromEntries([...inReadme].map((name) => [name, '1'])));
  expect(warnings.filter(({ reason }) => reason.startsWith('is no variable'))).toEqual([]);
});
