import type { GatewayError } from '../core/errors.ts';

/** What stands in the answer's text where a failure ends it: some clients show no error in mid-stream. */
export function stopWords(error: GatewayError): string {
  const { message } = error;
  return message.startsWith('The answer was stopped') ? `[${message}]` : `[The answer was stopped: ${message}]`;
}
