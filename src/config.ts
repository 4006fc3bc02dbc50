import * as v from 'valibot';
import { MODES, type Mode } from './core/decision.ts';

/**
 * The one reader of the environment: variables in, a frozen `Config` out, or every problem at once.
 *
 * Empty means unset. Lists are separated by commas; `none` is the empty list. Times are read in seconds and kept in
 * milliseconds. OpenTelemetry's own `OTEL_*` variables are read by its SDK (telemetry/otel.ts).
 */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Scheme, host and port of Ollama, without a trailing slash. */
  readonly ollamaBaseUrl: string;
  readonly policyDir: string;
  readonly enforcementMode: Mode;
  readonly allowedModels: readonly string[] | undefined;
  readonly allowedTools: readonly string[] | undefined;
  readonly blockedTools: readonly string[] | undefined;
  readonly highRiskTools: readonly string[] | undefined;
  readonly requireApiKey: boolean;
  readonly apiKey: string | undefined;
  /** Exact origins (`https://chat.example.com`) that a browser may call from. */
  readonly allowedOrigins: readonly string[];
  readonly logLevel: LogLevel;
  readonly logRawPrompts: boolean;
  /** Wait for the first byte of a streamed answer. */
  readonly firstByteTimeoutMs: number;
  /** Longest gap between two records of a stream. */
  readonly streamIdleTimeoutMs: number;
  /** Tries after a failed connect, before a byte was sent. */
  readonly retriesMax: number;
  readonly redisUrl: string | undefined;
  readonly console: boolean;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly ollamaCaFile: string | undefined;
  readonly recordDir: string | undefined;
  readonly record: 'all' | 'flagged';
  /** All recordings together. */
  readonly recordBytesMax: number;
  /** How long a record is kept. */
  readonly recordTtlMs: number;
  readonly shadow: boolean;
  /** Names of the variables above that replace lists or modes of policy files. */
  readonly overrides: readonly string[];
}

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** What the environment says that cannot be used; one line a problem, never a value that may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const text = v.string();

const flag = v.pipe(
  text,
  v.transform((value) => value.toLowerCase()),
  v.picklist(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'is not a yes or no; accepted: true or false'),
  v.transform((value) => ['true', '1', 'yes', 'on'].includes(value)),
);

const list = v.pipe(
  text,
  v.transform((value) =>
    value.toLowerCase() === 'none'
      ? []
      : value
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
  ),
);

const mode = v.pipe(
  text,
  v.transform((value) => value.toLowerCase()),
  v.picklist(MODES, `is not a mode; accepted: ${MODES.join(', ')}`),
);

const level = v.pipe(
  text,
  v.transform((value) => (value.toLowerCase() === 'warn' ? 'warning' : value.toLowerCase())),
  v.picklist(['debug', 'info', 'warning', 'error'], 'is not a log level; accepted: debug, info, warning, error'),
);

function wholeNumber(min: number, max: number, unit: string) {
  return v.pipe(
    text,
    v.regex(/^\d{1,9}$/, `is not a whole number; accepted: ${min} to ${max}${unit}`),
    v.transform(Number),
    v.minValue(min, `is too small; accepted: ${min} to ${max}${unit}`),
    v.maxValue(max, `is too large; accepted: ${min} to ${max}${unit}`),
  );
}

const SECONDS_MAX = 86_400;

const upstreamUrl = v.pipe(
  text,
  v.check(
    isBareHttpUrl,
    'is not an address of Ollama; accepted: http://host:port or https://host:port, nothing behind it',
  ),
  v.transform((value) => new URL(value).origin),
);

const redisUrl = v.pipe(
  text,
  v.check((value) => /^rediss?:\/\/\S+$/.test(value), 'is not a Redis address; accepted: redis://host:6379'),
);

const origins = v.pipe(
  list,
  v.check(
    (values) => values.every(isOrigin),
    'holds something that is not an origin; accepted: https://chat.example.com, exact, separated by commas',
  ),
);

const schema = v.object({
  HOST: v.optional(text, '0.0.0.0'),
  PORT: v.optional(wholeNumber(0, 65_535, ''), '8000'),
  OLLAMA_BASE_URL: v.optional(upstreamUrl, 'http://localhost:11434'),
  POLICY_DIR: v.optional(text, './policies'),
  ENFORCEMENT_MODE: v.optional(mode, 'monitor'),
  ALLOWED_MODELS: v.optional(list),
  ALLOWED_TOOLS: v.optional(list),
  BLOCKED_TOOLS: v.optional(list),
  HIGH_RISK_TOOLS: v.optional(list),
  REQUIRE_API_KEY: v.optional(flag, 'false'),
  API_KEY: v.optional(text),
  ALLOWED_ORIGINS: v.optional(origins, 'none'),
  LOG_LEVEL: v.optional(level, 'info'),
  LOG_RAW_PROMPTS: v.optional(flag, 'false'),
  REQUEST_TIMEOUT_SECONDS: v.optional(wholeNumber(1, SECONDS_MAX, ' seconds'), '300'),
  STREAM_IDLE_SECONDS: v.optional(wholeNumber(1, SECONDS_MAX, ' seconds'), '60'),
  MAX_RETRIES: v.optional(wholeNumber(0, 5, ''), '0'),
  REDIS_URL: v.optional(redisUrl),
  CONSOLE: v.optional(flag, 'false'),
  TLS_CERT_FILE: v.optional(text),
  TLS_KEY_FILE: v.optional(text),
  OLLAMA_CA_FILE: v.optional(text),
  RECORD_DIR: v.optional(text),
  RECORD: v.optional(v.picklist(['all', 'flagged'], 'is not a choice; accepted: all, flagged'), 'flagged'),
  RECORD_MAX_MEGABYTES: v.optional(wholeNumber(16, 1_000_000, ' megabytes'), '256'),
  RECORD_TTL_HOURS: v.optional(wholeNumber(1, 8_760, ' hours'), '168'),
  SHADOW: v.optional(flag, 'false'),
});

/** Variables that take the place of what policy files say. */
const OVERRIDES = [
  'ENFORCEMENT_MODE',
  'ALLOWED_MODELS',
  'ALLOWED_TOOLS',
  'BLOCKED_TOOLS',
  'HIGH_RISK_TOOLS',
  'REQUIRE_API_KEY',
  'API_KEY',
];

/** Reads the configuration. Throws ConfigError naming every variable that cannot be used and the accepted form. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.entries)) {
    const value = environment[name]?.trim();
    if (value) given[name] = value;
  }
  const parsed = v.safeParse(schema, given);
  const problems = parsed.success
    ? []
    : parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'} ${issue.message}`);
  if (!given['TLS_CERT_FILE'] !== !given['TLS_KEY_FILE']) {
    problems.push('TLS_CERT_FILE and TLS_KEY_FILE belong together; set both or neither');
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const value = parsed.output;
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    ollamaBaseUrl: value.OLLAMA_BASE_URL,
    policyDir: value.POLICY_DIR,
    enforcementMode: value.ENFORCEMENT_MODE,
    allowedModels: value.ALLOWED_MODELS,
    allowedTools: value.ALLOWED_TOOLS,
    blockedTools: value.BLOCKED_TOOLS,
    highRiskTools: value.HIGH_RISK_TOOLS,
    requireApiKey: value.REQUIRE_API_KEY,
    apiKey: value.API_KEY,
    allowedOrigins: value.ALLOWED_ORIGINS,
    logLevel: value.LOG_LEVEL,
    logRawPrompts: value.LOG_RAW_PROMPTS,
    firstByteTimeoutMs: value.REQUEST_TIMEOUT_SECONDS * 1000,
    streamIdleTimeoutMs: value.STREAM_IDLE_SECONDS * 1000,
    retriesMax: value.MAX_RETRIES,
    redisUrl: value.REDIS_URL,
    console: value.CONSOLE,
    tls:
      given['TLS_CERT_FILE'] && given['TLS_KEY_FILE']
        ? { certFile: given['TLS_CERT_FILE'], keyFile: given['TLS_KEY_FILE'] }
        : undefined,
    ollamaCaFile: value.OLLAMA_CA_FILE,
    recordDir: value.RECORD_DIR,
    record: value.RECORD,
    recordBytesMax: value.RECORD_MAX_MEGABYTES * 1_000_000,
    recordTtlMs: value.RECORD_TTL_HOURS * 3_600_000,
    shadow: value.SHADOW,
    overrides: OVERRIDES.filter((name) => name in given),
  });
}

function isBareHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const bare =
    (url.pathname === '/' || url.pathname === '') && !url.search && !url.hash && !url.username && !url.password;
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' && bare;
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}
