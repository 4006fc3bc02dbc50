import { GatewayError } from '../core/errors.ts';

const LINE_FEED = 0x0a;

/**
 * Splits an NDJSON byte stream into frames, one a line, however the bytes are cut.
 *
 * A line that stands whole in a chunk is a view of that chunk; a line cut over several is joined once, when its end
 * comes, so the cost is linear in the bytes. Blank lines carry nothing and are dropped: `json.loads` of Ollama's
 * Python client fails on them.
 */
export class LineSplitter {
  private readonly pieces: FramePieces;

  /** `lineBytesMax` bounds what is held of one line, terminator included. Ollama's own runner stops at 8 MB. */
  constructor(options: { readonly lineBytesMax: number }) {
    this.pieces = new FramePieces(options.lineBytesMax);
  }

  /** The lines that `bytes` completes, each with its `\n`. Throws GatewayError `upstream_error` on one too long. */
  push(bytes: Uint8Array): Uint8Array[] {
    let feed = bytes.indexOf(LINE_FEED);
    // The usual chunk is one line: no view of it is needed.
    if (this.pieces.isEmpty && feed > 0 && feed + 1 === bytes.length && !isBlank(bytes))
      return [this.pieces.whole(bytes)];
    const lines: Uint8Array[] = [];
    let start = 0;
    for (; feed >= 0; feed = bytes.indexOf(LINE_FEED, start)) {
      this.pieces.add(bytes.subarray(start, feed + 1));
      addLine(lines, this.pieces.take());
      start = feed + 1;
    }
    if (start < bytes.length) this.pieces.add(bytes.subarray(start));
    return lines;
  }

  /** What stands behind the last `\n`, if it is anything: a body without a trailing line feed. */
  end(): Uint8Array | undefined {
    const lines: Uint8Array[] = [];
    addLine(lines, this.pieces.take());
    return lines[0];
  }
}

function addLine(lines: Uint8Array[], line: Uint8Array | undefined): void {
  if (line !== undefined && !isBlank(line)) lines.push(line);
}

function isBlank(line: Uint8Array): boolean {
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}

const BUFFER_BYTES_MIN = 1024;

/**
 * The bytes of one frame until it is whole: a view where they came at once, else one growing buffer, so that neither
 * time nor memory depends on how many pieces there are.
 */
export class FramePieces {
  private readonly bytesMax: number;
  private first: Uint8Array | undefined;
  private buffer: Uint8Array | undefined;
  private length = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Throws GatewayError `upstream_error` where the frame grows over its bound. */
  add(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.bytesMax) throw new GatewayError('upstream_error');
    if (this.length === 0) this.first = piece;
    else this.append(piece, length);
    this.length = length;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** A frame that came at once. Throws GatewayError `upstream_error` where it is over the bound. */
  whole(frame: Uint8Array): Uint8Array {
    if (frame.length > this.bytesMax) throw new GatewayError('upstream_error');
    return frame;
  }

  /** The bytes so far, `undefined` where there are none; the next frame begins. */
  take(): Uint8Array | undefined {
    const frame = this.buffer?.subarray(0, this.length) ?? this.first;
    this.first = undefined;
    this.buffer = undefined;
    this.length = 0;
    return frame;
  }

  private append(piece: Uint8Array, length: number): void {
    const held = this.buffer ?? this.first;
    if (this.buffer === undefined || length > this.buffer.length) {
      this.buffer = new Uint8Array(Math.min(this.bytesMax, Math.max(BUFFER_BYTES_MIN, length * 2)));
      if (held !== undefined) this.buffer.set(held.subarray(0, this.length));
    }
    this.buffer.set(piece, this.length);
  }
}
