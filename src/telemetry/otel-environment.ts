import { accessSync, constants } from 'node:fs';
import { PROPAGATORS } from './propagation.ts';

/**
 * The standard `OTEL_*` variables, read before the SDK reads them: what no one could mean stops the start with its
 * name and the accepted form, what is standard but not done here is said, and the rest is handed on in the one
 * spelling that the SDK takes. The SDK itself falls back to defaults without a word.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface OtelEnvironment {
  /** What stops the start, one line each; values of headers are never part of one. */
  readonly problems: readonly string[];
  /** What is standard, set, and without effect here. */
  readonly warnings: readonly OtelWarning[];
  /** Settings as the SDK is to see them, where that is not what stands in the environment. */
  readonly changes: Readonly<Record<string, string | undefined>>;
}

export interface OtelWarning {
  readonly variable: string;
  readonly reason: string;
}

/** What one kind of variable says to a value that is not empty. */
type Check = (value: string, variable: string, environment: Environment) => Verdict;

interface Verdict {
  readonly problem?: string;
  readonly warning?: string;
  /** The value as it is used; absent where it is used as it stands. */
  readonly value?: string;
}

const SIGNALS = ['', 'TRACES_', 'METRICS_', 'LOGS_'] as const;

const SAMPLERS = ['always_on', 'always_off', 'traceidratio'];

const NO_FORMAT = 'is no format that is read or written here';
const NO_SAMPLER = 'asks a server of samplers, which is not done; everything is sampled';
const NO_LOGS = 'is not done; log lines are JSON on standard output';
const NO_EXEMPLARS = 'is not done; metrics carry no exemplars';
const NO_FILE = 'is not read; the variables are';
const OWN_PORT = 'has no effect; metrics are on /metrics, on the port of the gateway itself';
const STDOUT = { logging: 'is called console here', 'otlp/stdout': 'is not done; console is' };

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['OTEL_SDK_DISABLED', flag],
  ['OTEL_SERVICE_NAME', anything],
  ['OTEL_RESOURCE_ATTRIBUTES', pairs],
  ['OTEL_LOG_LEVEL', oneOf(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'])],
  ['OTEL_PROPAGATORS', listOf(PROPAGATORS, { xray: NO_FORMAT, ottrace: NO_FORMAT })],
  [
    'OTEL_TRACES_SAMPLER',
    oneOf([...SAMPLERS, ...SAMPLERS.map((name) => `parentbased_${name}`)], {
      jaeger_remote: NO_SAMPLER,
      parentbased_jaeger_remote: NO_SAMPLER,
      xray: NO_SAMPLER,
    }),
  ],
  ['OTEL_TRACES_SAMPLER_ARG', ratio],
  ['OTEL_TRACES_EXPORTER', listOf(['otlp', 'console', 'zipkin', 'none'], STDOUT)],
  ['OTEL_METRICS_EXPORTER', listOf(['otlp', 'console', 'none'], { prometheus: OWN_PORT, ...STDOUT })],
  [
    'OTEL_LOGS_EXPORTER',
    listOf(['none'], { otlp: NO_LOGS, console: NO_LOGS, logging: NO_LOGS, 'otlp/stdout': NO_LOGS }),
  ],
  ['OTEL_METRICS_EXEMPLAR_FILTER', oneOf(['always_off'], { always_on: NO_EXEMPLARS, trace_based: NO_EXEMPLARS })],
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', oneOf(['cumulative', 'delta', 'lowmemory'])],
  [
    'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    oneOf(['explicit_bucket_histogram'], {
      base2_exponential_bucket_histogram: 'is not done; buckets are the fixed ones of /metrics',
    }),
  ],
  ...each(['OTEL_METRIC_EXPORT_INTERVAL', 'OTEL_METRIC_EXPORT_TIMEOUT'], milliseconds),
  ...each(['OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BSP_EXPORT_TIMEOUT'], milliseconds),
  ...each(['OTEL_BLRP_SCHEDULE_DELAY', 'OTEL_BLRP_EXPORT_TIMEOUT'], milliseconds),
  ...each(['OTEL_BSP_MAX_QUEUE_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], count),
  ...each(['OTEL_BLRP_MAX_QUEUE_SIZE', 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE'], count),
  ...['', 'SPAN_', 'LOGRECORD_'].flatMap((what) =>
    each([`OTEL_${what}ATTRIBUTE_COUNT_LIMIT`, `OTEL_${what}ATTRIBUTE_VALUE_LENGTH_LIMIT`], limit),
  ),
  ...each(['OTEL_SPAN_EVENT_COUNT_LIMIT', 'OTEL_SPAN_LINK_COUNT_LIMIT'], limit),
  ...each(['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'], limit),
  ...SIGNALS.flatMap((signal): [string, Check][] => [
    [`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`, endpoint],
    [`OTEL_EXPORTER_OTLP_${signal}PROTOCOL`, oneOf(['http/json', 'http/protobuf', 'grpc'])],
    [`OTEL_EXPORTER_OTLP_${signal}HEADERS`, pairs],
    [`OTEL_EXPORTER_OTLP_${signal}TIMEOUT`, milliseconds],
    [`OTEL_EXPORTER_OTLP_${signal}COMPRESSION`, oneOf(['gzip', 'none'])],
    [`OTEL_EXPORTER_OTLP_${signal}INSECURE`, flag],
    [`OTEL_EXPORTER_OTLP_${signal}CERTIFICATE`, file],
    [`OTEL_EXPORTER_OTLP_${signal}CLIENT_CERTIFICATE`, file],
    [`OTEL_EXPORTER_OTLP_${signal}CLIENT_KEY`, file],
  ]),
  ['OTEL_EXPORTER_ZIPKIN_ENDPOINT', endpoint],
  ['OTEL_EXPORTER_ZIPKIN_TIMEOUT', ignored('has no effect; OTEL_BSP_EXPORT_TIMEOUT has')],
  ...each(['OTEL_EXPORTER_PROMETHEUS_HOST', 'OTEL_EXPORTER_PROMETHEUS_PORT'], ignored(OWN_PORT)),
  ...each(['OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE'], ignored(NO_FILE)),
  ['OTEL_ENTITIES', ignored('is not read; OTEL_RESOURCE_ATTRIBUTES is')],
]);

/** Variables of languages and instrumentations, which a shared environment may hold: `OTEL_PYTHON_…`. */
const FOREIGN = /^OTEL_(?:NODE|INSTRUMENTATION|SEMCONV|EXPERIMENTAL|JAVA\w*|GO|PYTHON|DOTNET|PHP|RUBY|RUST|COLLECTOR)_/;

/** Reads every `OTEL_*` variable. Touches the file system only to see whether certificates can be read. */
export function readOtelEnvironment(environment: Environment): OtelEnvironment {
  const problems: string[] = [];
  const warnings: OtelWarning[] = [];
  const changes: Record<string, string | undefined> = {};
  for (const variable of Object.keys(environment).filter((name) => name.startsWith('OTEL_'))) {
    const value = environment[variable]?.trim() ?? '';
    if (value === '') continue;
    const check = CHECKS.get(variable);
    const verdict = check === undefined ? unknownVariable(variable) : check(value, variable, environment);
    if (verdict.problem !== undefined) problems.push(`${variable} ${verdict.problem}`);
    if (verdict.warning !== undefined) warnings.push({ variable, reason: verdict.warning });
    if (verdict.value !== undefined && verdict.value !== environment[variable]) changes[variable] = verdict.value;
  }
  return isDisabled(environment) ? { problems: [], warnings: [], changes: {} } : { problems, warnings, changes };
}

export function isDisabled(environment: Environment): boolean {
  return environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}

/** Names of a list such as OTEL_TRACES_EXPORTER; empty where it is unset. */
export function namesIn(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
}

function unknownVariable(variable: string): Verdict {
  if (FOREIGN.test(variable)) return {};
  return { warning: 'is no variable that is read here; see src/telemetry/README.md' };
}

function each(names: readonly string[], check: Check): [string, Check][] {
  return names.map((name) => [name, check]);
}

function anything(): Verdict {
  return {};
}

function ignored(warning: string): Check {
  return () => ({ warning });
}

function flag(value: string): Verdict {
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false'
    ? { value: lower }
    : { problem: 'is not a yes or no; accepted: true or false' };
}

/** One name, in any case. `others` are standard names that are not done here, each with what happens instead. */
function oneOf(names: readonly string[], others: Readonly<Record<string, string>> = {}): Check {
  return (value) => {
    const name = value.toLowerCase();
    if (names.includes(name)) return { value: name };
    if (Object.hasOwn(others, name)) return { warning: `${name} ${others[name]}`, value: '' };
    return { problem: `is none of the known values; accepted: ${names.join(', ')}` };
  };
}

function listOf(names: readonly string[], others: Readonly<Record<string, string>>): Check {
  return (value) => {
    const given = [...new Set(namesIn(value))];
    const unknown = given.filter((name) => !names.includes(name) && !Object.hasOwn(others, name));
    if (unknown.length > 0) return { problem: `names something unknown; accepted, by commas: ${names.join(', ')}` };
    const kept = given.filter((name) => names.includes(name));
    const left = given.filter((name) => !names.includes(name));
    // A list of which nothing remains asks for nothing, which is not the same as the default.
    const rest = { value: kept.length === 0 ? 'none' : kept.includes('none') ? 'none' : kept.join(',') };
    return left.length === 0 ? rest : { ...rest, warning: left.map((name) => `${name} ${others[name]}`).join('; ') };
  };
}

/** Only a sampler by ratio reads it; the argument of another may be anything. */
function ratio(value: string, _variable: string, environment: Environment): Verdict {
  const sampler = environment['OTEL_TRACES_SAMPLER']?.trim().toLowerCase() ?? '';
  if (sampler !== '' && !sampler.endsWith('traceidratio')) return {};
  const number = Number(value);
  return number >= 0 && number <= 1 ? {} : { problem: 'is not a share; accepted: 0 to 1, such as 0.05' };
}

const MILLISECONDS_MAX = 86_400_000;
const COUNT_MAX = 1_000_000;

function milliseconds(value: string): Verdict {
  return whole(value, 1, MILLISECONDS_MAX, ' milliseconds');
}

function count(value: string): Verdict {
  return whole(value, 1, COUNT_MAX, '');
}

function limit(value: string): Verdict {
  return whole(value, 0, COUNT_MAX, '');
}

function whole(value: string, min: number, max: number, unit: string): Verdict {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max
    ? {}
    : { problem: `is not a whole number in range; accepted: ${min} to ${max}${unit}` };
}

/** `http://host:port`; for gRPC the scheme may be left out. */
function endpoint(value: string, variable: string, environment: Environment): Verdict {
  const own = environment[variable.replace(/ENDPOINT$/, 'PROTOCOL')] || environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  const isGrpc = own?.trim().toLowerCase() === 'grpc';
  const url = URL.parse(isGrpc && !value.includes('://') ? `http://${value}` : value);
  const isUsable = url !== null && url.hostname !== '' && /^https?:$/.test(url.protocol);
  if (isUsable && url.username === '' && url.password === '') return {};
  return { problem: 'is not an address of a collector; accepted: http://host:port or https://host:port, no password' };
}

/** `key=value,key=value`, percent-encoded. Nothing of it is repeated: headers hold keys. */
function pairs(value: string): Verdict {
  const entries = value.split(',').filter((entry) => entry.trim() !== '');
  const isUsable = entries.every((entry) => entry.indexOf('=') > 0 && isPercentEncoded(entry));
  return isUsable ? {} : { problem: 'is not a list of pairs; accepted: key=value,key=value, percent-encoded' };
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function file(path: string): Verdict {
  try {
    accessSync(path, constants.R_OK);
    return {};
  } catch {
    return { problem: 'is not a file that can be read; accepted: a path to a PEM file' };
  }
}
