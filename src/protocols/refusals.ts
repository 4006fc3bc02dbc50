import { publicCode, type ErrorCode, type GatewayError } from '../core/errors.ts';
import { quoteJson } from '../core/json-write.ts';
import type { ProtocolName } from '../core/operation.ts';

/**
 * How each protocol says no before the first byte, so that its real clients show the sentence: Ollama's expect a
 * string, OpenAI's an object, Anthropic's an object inside a typed one.
 */

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** An error as a whole answer in the words of `protocol`. Carries nothing but the error's own sentence, code and field. */
export function refusal(protocol: ProtocolName, error: GatewayError, requestId: string): Refusal {
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...(isFinal(error.status) ? { 'x-should-retry': 'false' } : {}),
      ...error.headers,
    },
    body: refusalBody(protocol, error, requestId),
  };
}

/** The JSON object in which `protocol` carries an error, before the first byte and in an error frame. */
export function refusalBody(protocol: ProtocolName, error: GatewayError, requestId: string): string {
  switch (protocol) {
    case 'ollama':
      return `{"error":${quoteJson(sentence(error))}}`;
    case 'openai':
      return `{"error":${openaiError(error)}}`;
    case 'anthropic':
      return `{"type":"error","error":{"type":${quoteJson(anthropicType(error.status))},"message":${quoteJson(
        sentence(error),
      )}},"request_id":${quoteJson(requestId)}}`;
  }
}

/** OpenAI's error object: `message`, `type`, `param`, `code`. */
function openaiError(error: GatewayError): string {
  const param = error.param === undefined ? 'null' : quoteJson(error.param);
  const type = quoteJson(openaiType(error));
  return `{"message":${quoteJson(error.message)},"type":${type},"param":${param},"code":${quoteJson(publicCode(error.code))}}`;
}

/** Only OpenAI's shape has a field for the name of the field at fault; elsewhere it stands behind the sentence. */
function sentence(error: GatewayError): string {
  return error.param === undefined ? error.message : `${error.message} (${error.param})`;
}

/** The SDKs resend 408, 409, 429 and 5xx; what was refused for what it says stays refused. */
function isFinal(status: number): boolean {
  return status < 500 && status !== 429;
}

const POLICY_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'prompt_injection',
  'sensitive_information',
  'model_not_allowed',
  'model_digest_mismatch',
  'tool_blocked',
  'approval_required',
  'system_prompt',
  'output_blocked',
  'origin_not_allowed',
  'cloud_model',
]);

/** A policy's refusal has a type of its own; the rest are Ollama's (`openai/openai.go`, `NewError`) and OpenAI's for 401 and 429. */
function openaiType(error: GatewayError): string {
  if (POLICY_CODES.has(error.code)) return 'policy_violation';
  if (error.status === 401) return 'authentication_error';
  if (error.status === 404) return 'not_found_error';
  if (error.status === 429) return 'rate_limit_error';
  return error.status < 500 ? 'invalid_request_error' : 'api_error';
}

/** @see https://docs.anthropic.com/en/api/errors */
function anthropicType(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 503:
    case 529:
      return 'overloaded_error';
    default:
      return status < 500 ? 'invalid_request_error' : 'api_error';
  }
}
