import { describe, expect, test } from 'bun:test';
import { ERROR_CODES, GatewayError, publicCode, type ErrorCode } from '../../src/core/errors.ts';
import { refusal } from '../../src/protocols/refusals.ts';

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

describe('refusal()', () => {
  test.each([
    ['ollama', 'prompt_injection', { error: 'Request blocked: potentially unsafe input detected' }],
    [
      'openai',
      'prompt_injection',
      {
        error: {
          message: 'Request blocked: potentially unsafe input detected',
          type: 'policy_violation',
          param: null,
          code: 'prompt_injection',
        },
      },
    ],
    [
      'anthropic',
      'prompt_injection',
      {
        type: 'error',
        error: { type: 'permission_error', message: 'Request blocked: potentially unsafe input detected' },
        request_id: 'r-1',
      },
    ],
  ] as const)('in the words of %s', (protocol, code, body) => {
    const refused = refusal(protocol, new GatewayError(code, { headers: { 'x-gateway-rule': 'role_play' } }), 'r-1');
    expect(JSON.parse(refused.body)).toEqual(body);
    expect(refused.status).toBe(403);
    expect(refused.headers).toMatchObject({ 'x-request-id': 'r-1', 'x-gateway-rule': 'role_play' });
    expect(refused.headers['content-type']).toStartWith('application/json');
  });

  test('names the field at fault, beside the sentence where the protocol has no place for it', () => {
    const error = new GatewayError('malformed_request', { param: 'messages.0.role' });
    expect(JSON.parse(refusal('ollama', error, 'r').body)).toEqual({
      error: 'The request could not be read (messages.0.role)',
    });
    expect(JSON.parse(refusal('openai', error, 'r').body).error).toMatchObject({
      message: 'The request could not be read',
      type: 'invalid_request_error',
      param: 'messages.0.role',
    });
    expect(JSON.parse(refusal('anthropic', error, 'r').body).error.message).toContain('messages.0.role');
  });

  test('has a shape and a type that SDKs know for every code', () => {
    const openaiTypes = CODES.map((code) => JSON.parse(refusal('openai', new GatewayError(code), 'r').body).error);
    expect(openaiTypes.map(({ code }) => code)).toEqual(CODES.map(publicCode));
    expect(new Set(openaiTypes.map(({ type }) => type))).toEqual(
      new Set(
        'invalid_request_error authentication_error policy_violation not_found_error rate_limit_error api_error'.split(
          ' ',
        ),
      ),
    );
    for (const code of CODES) {
      const error = new GatewayError(code);
      expect(typeof JSON.parse(refusal('ollama', error, 'r').body).error).toBe('string');
      const { type } = JSON.parse(refusal('anthropic', error, 'r').body).error;
      expect([code, error.status, type]).toEqual([code, error.status, ANTHROPIC_TYPES[error.status] ?? '']);
    }
  });

  test('asks SDKs not to resend what stays refused, and lets them resend the rest', () => {
    for (const code of CODES) {
      const { status, headers } = refusal('openai', new GatewayError(code), 'r');
      expect([code, headers['x-should-retry']]).toEqual([code, status === 429 || status >= 500 ? undefined : 'false']);
    }
  });
});

/** @see https://docs.anthropic.com/en/api/errors */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
  500: 'api_error',
  502: 'api_error',
  503: 'overloaded_error',
  504: 'api_error',
};
