import { describe, expect, test } from 'bun:test';
import { ConfigError, readConfig } from '../src/config.ts';

describe('readConfig()', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(readConfig({})).toMatchObject({
      host: '0.0.0.0',
      port: 8000,
      ollamaBaseUrl: 'http://localhost:11434',
      policyDir: './policies',
      enforcementMode: 'monitor',
      requireApiKey: false,
      logRawPrompts: false,
      firstByteTimeoutMs: 300_000,
      streamIdleTimeoutMs: 60_000,
      retriesMax: 0,
      overrides: [],
    });
  });

  test('an empty value counts as unset and `none` as the empty list', () => {
    const config = readConfig({ ALLOWED_MODELS: '', BLOCKED_TOOLS: 'none', ENFORCEMENT_MODE: '  ' });
    expect(config.allowedModels).toBeUndefined();
    expect(config.blockedTools).toEqual([]);
    expect(config.enforcementMode).toBe('monitor');
    expect(config.overrides).toEqual(['BLOCKED_TOOLS']);
  });

  test('lists are split at commas and trimmed', () => {
    expect(readConfig({ ALLOWED_MODELS: 'llama3.2:1b, custom-finance-model:v2.1 ,' }).allowedModels).toEqual([
      'llama3.2:1b',
      'custom-finance-model:v2.1',
    ]);
  });

  test('every problem is told at once', () => {
    const problems = problemsOf({ PORT: '99999', ENFORCEMENT_MODE: 'strict', LOG_LEVEL: 'loud' });
    expect(problems).toHaveLength(3);
  });

  test.each([
    ['PORT', '80a', 'PORT is not a whole number; accepted: 0 to 65535'],
    ['PORT', '70000', 'PORT is too large; accepted: 0 to 65535'],
    ['ENFORCEMENT_MODE', 'strict', 'ENFORCEMENT_MODE is not a mode; accepted: monitor, soft, hard'],
    ['REQUIRE_API_KEY', 'maybe', 'REQUIRE_API_KEY is not a yes or no; accepted: true or false'],
    [
      'OLLAMA_BASE_URL',
      'file:///etc',
      'OLLAMA_BASE_URL is not an address of Ollama; accepted: http://host:port or https://host:port, nothing behind it',
    ],
    [
      'OLLAMA_BASE_URL',
      'http://ollama:11434/v1',
      'OLLAMA_BASE_URL is not an address of Ollama; accepted: http://host:port or https://host:port, nothing behind it',
    ],
    ['STREAM_IDLE_SECONDS', '0', 'STREAM_IDLE_SECONDS is too small; accepted: 1 to 86400 seconds'],
    ['MAX_RETRIES', '9', 'MAX_RETRIES is too large; accepted: 0 to 5'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is not a log level; accepted: debug, info, warning, error'],
    [
      'ALLOWED_ORIGINS',
      '*',
      'ALLOWED_ORIGINS holds something that is not an origin; accepted: https://chat.example.com, exact, separated by commas',
    ],
    ['TLS_CERT_FILE', '/tls/tls.crt', 'TLS_CERT_FILE and TLS_KEY_FILE belong together; set both or neither'],
  ])('%s=%s is refused by name with the accepted form', (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual([problem]);
  });

  test('a problem never repeats the value, which may be a secret', () => {
    expect(problemsOf({ REDIS_URL: 'user:hunter2@host' }).join()).not.toContain('hunter2');
  });
});

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}
