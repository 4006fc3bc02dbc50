import { ERROR_CODES, GatewayError } from '../core/errors.ts';
import { decodeUtf8, JsonError } from '../core/json.ts';
import type { Watchdog } from '../streams/watchdog.ts';

/** What is read from a client's request before its meaning: key, media type, body, ids. All bounded. */

/** The fixed cap that policies may only lower. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Longest time a client may take to send its body. */
export const BODY_TIMEOUT_MS = 60_000;

const JSON_TYPES = new Set(['application/json', 'application/x-www-form-urlencoded']);

/** The key a client presents, from `Authorization: Bearer` or `x-api-key`. Throws `malformed_request` on two of them. */
export function presentedKey(headers: Headers): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    if (/,\s*bearer\s/i.test(authorization))
      throw new GatewayError('malformed_request', { message: 'More than one Authorization header' });
    const bearer = /^bearer +(\S+)$/i.exec(authorization.trim());
    if (bearer?.[1] !== undefined) return bearer[1];
  }
  return headers.get('x-api-key')?.trim() || undefined;
}

/** The client's own request id, kept apart from ours and only in a form that can be logged. */
export function clientRequestId(headers: Headers): string | undefined {
  const id = headers.get('x-request-id');
  return id !== null && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : undefined;
}

/**
 * Refuses bodies that are not plain JSON by their headers. Ollama's own examples are bare `curl -d`, so an absent
 * type and curl's default form type are read as JSON too. Throws `unsupported_media_type`.
 */
export function checkMediaType(headers: Headers): void {
  checkEncoding(headers);
  const type = headers.get('content-type');
  if (type === null || type.trim() === '') return;
  const [essence = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  const plain = parameters.every((parameter) => parameter === '' || /^charset="?utf-?8"?$/.test(parameter));
  if (!JSON_TYPES.has(essence) || !plain) throw new GatewayError('unsupported_media_type');
}

/** Refuses bodies that are encoded. Throws `unsupported_media_type`. */
export function checkEncoding(headers: Headers): void {
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity')
    throw new GatewayError('unsupported_media_type');
}

/**
 * Reads the whole body. Rejects with `payload_too_large` over `bytesMax`, `malformed_request` when it breaks off or takes
 * longer than BODY_TIMEOUT_MS to arrive.
 */
export async function readBody(request: Request, bytesMax: number, watchdog: Watchdog): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null && !/^\d{1,15}$/.test(declared)) throw new GatewayError('malformed_request');
  if (declared !== null && Number(declared) > bytesMax) throw new GatewayError('payload_too_large');
  if (declared === null && request.body === null) return new Uint8Array();
  // A declared length was checked above, and the HTTP parser holds the client to it.
  const body = declared === null && request.body !== null ? collect(request.body, bytesMax) : request.bytes();
  return inTime(body, watchdog);
}

/** Waits for a body, but not for ever. */
function inTime(body: Promise<Uint8Array>, watchdog: Watchdog): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const tooLate = () => {
      // The body may go on coming, a byte at a time.
      watch.stop();
      reject(new GatewayError('malformed_request', { message: 'The request took too long to arrive' }));
    };
    const watch = watchdog.watch({ idleMs: Number.POSITIVE_INFINITY, totalMs: BODY_TIMEOUT_MS, expire: tooLate });
    body.then(
      (bytes) => {
        watch.stop();
        resolve(bytes);
      },
      (error: unknown) => {
        watch.stop();
        reject(error instanceof GatewayError ? error : new GatewayError('malformed_request', { cause: error }));
      },
    );
  });
}

/** Reads the whole body as UTF-8 text. Rejects as `readBody` does, and with `malformed_request` on anything but UTF-8. */
export async function readText(request: Request, bytesMax: number, watchdog: Watchdog): Promise<string> {
  const bytes = await readBody(request, bytesMax, watchdog);
  return malformedIfUnreadable(() => decodeUtf8(bytes));
}

/** Runs a reader of ours over what a client sent: what it cannot read is the client's mistake. */
export function malformedIfUnreadable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonError)
      throw new GatewayError('malformed_request', {
        message: `${ERROR_CODES.malformed_request.message}: ${error.code} at character ${error.offset}`,
        cause: error,
      });
    throw error;
  }
}

async function collect(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > bytesMax) {
      reader.cancel().catch(() => {});
      throw new GatewayError('payload_too_large');
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
