import { GatewayError } from '../core/errors.ts';

/**
 * Splits an NDJSON byte stream into frames, one a line, however the bytes are cut.
 *
 * A line that stands whole in a chunk is a view of that chunk; a line cut over several is joined once, when its end
 * comes, so the cost is linear in the bytes. Blank lines carry nothing and are dropped: `json.loads` of Ollama's
 * Python client fails on them.
 */
export class LineSplitter {
  private readonly lineBytesMax: number;
  private parts: Uint8Array[] = [];
  private partBytes = 0;

  /** `lineBytesMax` bounds what is held of one line, terminator included. Ollama's own runner stops at 8 MB. */
  constructor(options: { readonly lineBytesMax: number }) {
    this.lineBytesMax = options.lineBytesMax;
  }

  /** The lines that `bytes` completes, each with its `\n`. Throws GatewayError `upstream_error` on one too long. */
  push(bytes: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let feed = bytes.indexOf(0x0a); feed >= 0; feed = bytes.indexOf(0x0a, start)) {
      this.add(bytes.subarray(start, feed + 1));
      this.take(lines);
      start = feed + 1;
    }
    if (start < bytes.length) this.add(bytes.subarray(start));
    return lines;
  }

  /** What stands behind the last `\n`, if it is anything: a body without a trailing line feed. */
  end(): Uint8Array | undefined {
    const lines: Uint8Array[] = [];
    this.take(lines);
    return lines[0];
  }

  private add(part: Uint8Array): void {
    this.partBytes += part.length;
    if (this.partBytes > this.lineBytesMax) throw new GatewayError('upstream_error');
    this.parts.push(part);
  }

  private take(lines: Uint8Array[]): void {
    const line = joinBytes(this.parts, this.partBytes);
    this.parts = [];
    this.partBytes = 0;
    if (!isBlank(line)) lines.push(line);
  }
}

/** One array of all parts; the only part itself where there is one. */
export function joinBytes(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const only = parts[0];
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function isBlank(line: Uint8Array): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  return true;
}
