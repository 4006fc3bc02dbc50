/**
 * Everything that may go wrong in the words a client may see: a closed set of codes, each with its HTTP status and
 * one fixed sentence. Details that could carry content never enter an error that leaves the gateway.
 */

interface CodeEntry {
  readonly status: number;
  /** The sentence a client reads. `{names}` is filled from names that the policy itself lists, never from a request. */
  readonly message: string;
}

export const ERROR_CODES = {
  malformed_request: { status: 400, message: 'The request could not be read' },
  unauthorized: { status: 401, message: 'A valid API key is required' },
  prompt_injection: { status: 403, message: 'Request blocked: potentially unsafe input detected' },
  sensitive_information: { status: 403, message: 'Request blocked: sensitive information detected' },
  model_not_allowed: { status: 403, message: 'This model is not allowed' },
  model_digest_mismatch: { status: 403, message: 'This model is not the version that is allowed' },
  tool_blocked: { status: 403, message: 'Tools are blocked' },
  approval_required: { status: 403, message: 'This tool needs an approval' },
  system_prompt: { status: 403, message: 'A system prompt of your own is not allowed here' },
  output_blocked: { status: 403, message: 'The answer was stopped by policy' },
  origin_not_allowed: { status: 403, message: 'Requests from this origin are not allowed' },
  cloud_model: { status: 403, message: 'Cloud and remote models are not allowed' },
  not_found: { status: 404, message: 'No such route' },
  model_not_found: { status: 404, message: 'No such model' },
  method_not_allowed: { status: 405, message: 'This method is not allowed here' },
  payload_too_large: { status: 413, message: 'The request is too large' },
  unsupported_media_type: { status: 415, message: 'The body must be JSON in UTF-8 without content encoding' },
  rate_limited: { status: 429, message: 'Too many requests' },
  internal: { status: 500, message: 'The gateway failed' },
  upstream_error: { status: 502, message: 'The model server could not answer' },
  overloaded: { status: 503, message: 'The model server is busy' },
  unavailable: { status: 503, message: 'The gateway cannot decide right now' },
  upstream_timeout: { status: 504, message: 'The model server did not answer in time' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The `code` a client sees: sizes and rates share one word, as do the two kinds of "not found". */
const PUBLIC_CODES: Partial<Record<ErrorCode, string>> = {
  payload_too_large: 'limit_exceeded',
  rate_limited: 'limit_exceeded',
  model_not_found: 'not_found',
};

export function publicCode(code: ErrorCode): string {
  return PUBLIC_CODES[code] ?? code;
}

export interface GatewayErrorOptions {
  /** Replaces the code's sentence. Built only from fixed words and names that a policy lists. */
  readonly message?: string;
  /** The protocol field at fault (`messages.0.role`), made of known keys and indexes only. */
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the code's status, for an upstream status that is passed on (404, 5xx). */
  readonly status?: number;
  readonly cause?: unknown;
}

/** What a client or an operator meets. Branch on `code`, never on `message`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: GatewayErrorOptions = {}) {
    super(
      options.message ?? ERROR_CODES[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.status = options.status ?? ERROR_CODES[code].status;
    this.param = options.param;
    this.headers = options.headers ?? {};
  }
}
