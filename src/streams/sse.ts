import { decodeUtf8 } from '../core/json.ts';
import { FramePieces } from './lines.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const ENCODER = new TextEncoder();

/**
 * Splits a server-sent event stream into frames, one an event, each with the blank line that ends it.
 *
 * Lines may end in `\n`, `\r\n` or `\r` and be cut anywhere; comments and unknown fields stay in their frame byte for
 * byte. Linear in the bytes; an event that stands whole in a chunk is a view of it. After a final `\r` the next byte
 * is awaited, since it may be the `\n` of the same line end.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class SseSplitter {
  private readonly pieces: FramePieces;
  /** No byte of the current line has come. */
  private lineIsEmpty = true;
  /** The last byte was `\r`; whether it ended a blank line. */
  private openReturn: 'none' | 'line' | 'blank' = 'none';

  /** `eventBytesMax` bounds what is held of one event, terminator included. */
  constructor(options: { readonly eventBytesMax: number }) {
    this.pieces = new FramePieces(options.eventBytesMax);
  }

  /** The events that `bytes` completes. Throws GatewayError `upstream_error` on one too long. */
  push(bytes: Uint8Array): Uint8Array[] {
    const events: Uint8Array[] = [];
    const usesReturns = this.openReturn !== 'none' || bytes.includes(CARRIAGE_RETURN);
    const rest = usesReturns ? this.splitAny(bytes, events) : this.splitFeeds(bytes, events);
    if (rest < bytes.length) this.pieces.add(bytes.subarray(rest));
    return events;
  }

  /** What stands behind the last blank line, if anything: clients ignore an event that was not ended. */
  end(): Uint8Array | undefined {
    return this.pieces.take();
  }

  /** The usual stream, `\n` only: jumps from one line feed to the next. Returns where the unfinished event begins. */
  private splitFeeds(bytes: Uint8Array, events: Uint8Array[]): number {
    let start = 0;
    let line = 0;
    for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED, line)) {
      const isBlank = feed === line && this.lineIsEmpty;
      this.lineIsEmpty = true;
      line = feed + 1;
      if (!isBlank) continue;
      // The usual chunk is one event: no view of it is needed.
      this.finish(start === 0 && line === bytes.length ? bytes : bytes.subarray(start, line), events);
      start = line;
    }
    if (line < bytes.length) this.lineIsEmpty = false;
    return start;
  }

  private splitAny(bytes: Uint8Array, events: Uint8Array[]): number {
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      const open = this.openReturn;
      this.openReturn = 'none';
      if (open === 'blank') {
        const end = byte === LINE_FEED ? at + 1 : at;
        this.finish(bytes.subarray(start, end), events);
        start = end;
      }
      if (open !== 'none' && byte === LINE_FEED) continue;
      if (byte === CARRIAGE_RETURN) {
        this.openReturn = this.lineIsEmpty ? 'blank' : 'line';
        this.lineIsEmpty = true;
      } else if (byte === LINE_FEED) {
        if (this.lineIsEmpty) {
          this.finish(bytes.subarray(start, at + 1), events);
          start = at + 1;
        }
        this.lineIsEmpty = true;
      } else this.lineIsEmpty = false;
    }
    return start;
  }

  private finish(lastPiece: Uint8Array, events: Uint8Array[]): void {
    this.pieces.add(lastPiece);
    const event = this.pieces.take();
    if (event !== undefined) events.push(event);
  }
}

/** Where the value of one `data` line stands in the event's text. */
export interface DataSpan {
  readonly lineStart: number;
  readonly start: number;
  readonly end: number;
  /** Behind the line's terminator. */
  readonly lineEnd: number;
}

export interface SseEvent {
  readonly text: string;
  /** The last `event` field; empty where there is none, which clients call `message`. */
  readonly event: string;
  /** The `data` lines joined by `\n`; `undefined` where there is none, so that clients dispatch nothing. */
  readonly data: string | undefined;
  readonly dataSpans: readonly DataSpan[];
}

/**
 * Reads one event. Throws JsonError on what is not UTF-8 or begins with a byte order mark, which clients would skip
 * and so see another field than we do. Offsets are UTF-16 code units of `text`.
 */
export function readSse(bytes: Uint8Array): SseEvent {
  const text = decodeUtf8(bytes);
  const hasReturns = text.includes('\r');
  const dataSpans: DataSpan[] = [];
  let event = '';
  let data: string | undefined;
  for (let lineStart = 0; lineStart < text.length;) {
    const lineStop = endOfLine(text, lineStart, hasReturns);
    const lineEnd = lineStop + (text.startsWith('\r\n', lineStop) ? 2 : 1);
    const dataStart = fieldValue(text, 'data', lineStart, lineStop);
    const eventStart = dataStart < 0 ? fieldValue(text, 'event', lineStart, lineStop) : -1;
    if (dataStart >= 0) {
      const value = text.slice(dataStart, lineStop);
      data = data === undefined ? value : `${data}\n${value}`;
      dataSpans.push({ lineStart, start: dataStart, end: lineStop, lineEnd: Math.min(lineEnd, text.length) });
    } else if (eventStart >= 0) {
      event = text.slice(eventStart, lineStop);
    }
    lineStart = lineEnd;
  }
  return { text, event, data, dataSpans };
}

/**
 * The event's bytes with other data; fields and comments beside it stay. The first data line takes the new value, over
 * several lines where it has line feeds; the others go. Throws RangeError where the event has no data line.
 */
export function replaceSseData(event: SseEvent, data: string): Uint8Array {
  const [first, ...others] = event.dataSpans;
  if (first === undefined || data.includes('\r')) throw new RangeError('The event cannot carry this data');
  const { text } = event;
  const prefix = first.start > first.lineStart + 'data'.length ? text.slice(first.lineStart, first.start) : 'data:';
  const parts = [text.slice(0, first.lineStart), prefix, data.replaceAll('\n', `\n${prefix}`)];
  let from = first.end;
  for (const other of others) {
    parts.push(text.slice(from, other.lineStart));
    from = other.lineEnd;
  }
  parts.push(text.slice(from));
  return ENCODER.encode(parts.join(''));
}

/** Where the value of field `name` begins in the line; -1 where the line is another field or a comment. */
function fieldValue(text: string, name: string, lineStart: number, lineStop: number): number {
  const nameEnd = lineStart + name.length;
  if (nameEnd > lineStop || !text.startsWith(name, lineStart)) return -1;
  // A line without colon is a field with an empty value.
  if (nameEnd === lineStop) return lineStop;
  if (text.charCodeAt(nameEnd) !== 0x3a) return -1;
  return text.charCodeAt(nameEnd + 1) === 0x20 ? nameEnd + 2 : nameEnd + 1;
}

function endOfLine(text: string, start: number, hasReturns: boolean): number {
  if (!hasReturns) {
    const feed = text.indexOf('\n', start);
    return feed < 0 ? text.length : feed;
  }
  let at = start;
  while (at < text.length && text.charCodeAt(at) !== LINE_FEED && text.charCodeAt(at) !== CARRIAGE_RETURN) at++;
  return at;
}
