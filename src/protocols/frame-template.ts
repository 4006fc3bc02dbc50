import { decodeUtf8, JsonError, readJson } from '../core/json.ts';
import { quoteJson } from '../core/json-write.ts';
import type { AnswerCall, AnswerFrame, AnswerSlot, ChannelKind } from '../core/operation.ts';

/**
 * The usual chunk of a stream differs from the one before it in one string only. Once such a frame was read strictly,
 * the next is compared with it byte by byte: where all but that string is equal, it needs no parser and means the same.
 */

const ENCODER = new TextEncoder();
const NO_CALLS: readonly AnswerCall[] = [];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

/** Longer strings take the strict way, where they cost the same. */
const PLAIN_BYTES_MAX = 256;

export interface TemplateOptions {
  /** The frame that was read, as text, and where its one variable string stands in it, quotes included. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly channel: string;
  readonly kind: ChannelKind;
  /** A time before the string that differs in each frame: where its characters stand, quotes left out. */
  readonly stamp?: { readonly start: number; readonly end: number };
  /** A count behind the string that differs in each frame too: where its digits stand. */
  readonly count?: { readonly start: number; readonly end: number };
}

export class FrameTemplate {
  /** Up to the time; empty where there is none. */
  readonly #head: Uint8Array;
  /** Between the time, or the beginning, and the string. */
  readonly #before: Uint8Array;
  readonly #hasStamp: boolean;
  /** Between the string and the count; empty where there is no count. */
  readonly #middle: Uint8Array;
  readonly #after: Uint8Array;
  readonly #hasCount: boolean;
  readonly channel: string;
  readonly kind: ChannelKind;

  constructor(options: TemplateOptions) {
    const { text, start, end, count, stamp } = options;
    this.#head = ENCODER.encode(text.slice(0, stamp?.start ?? 0));
    this.#before = ENCODER.encode(text.slice(stamp?.end ?? 0, start + 1));
    this.#hasStamp = stamp !== undefined;
    this.#middle = ENCODER.encode(count === undefined ? '' : text.slice(end - 1, count.start));
    this.#after = ENCODER.encode(text.slice(count?.end ?? end - 1));
    this.#hasCount = count !== undefined;
    this.channel = options.channel;
    this.kind = options.kind;
  }

  /** The frame, if `raw` differs from the template in its string and count only; without a slot where it is empty. */
  read(raw: Uint8Array): AnswerFrame | undefined {
    const start = this.#startOfString(raw);
    const end = this.#endOfString(raw);
    if (start < 0 || end < start) return undefined;
    const text = plainText(raw, start, end) ?? strictText(raw.subarray(start, end));
    return text === undefined ? undefined : new TemplateFrame(this, raw, text, start, end);
  }

  /** Where the string's first character stands; -1 where what precedes it is not as in the template. */
  #startOfString(raw: Uint8Array): number {
    if (!isAt(raw, this.#head, 0)) return -1;
    let at = this.#head.length;
    if (this.#hasStamp) while (isStampByte(raw[at])) at += 1;
    return isAt(raw, this.#before, at) ? at + this.#before.length : -1;
  }

  /** Where the string's closing quote stands; -1 where what follows it is not as in the template. */
  #endOfString(raw: Uint8Array): number {
    const tail = raw.length - this.#after.length;
    if (tail < 0 || !isAt(raw, this.#after, tail)) return -1;
    if (!this.#hasCount) return tail;
    let digits = tail;
    while (digits > 0 && isDigit(raw[digits - 1])) digits--;
    // JSON has no leading zeros.
    if (digits === tail || (raw[digits] === ZERO && tail - digits > 1)) return -1;
    const end = digits - this.#middle.length;
    return end >= 0 && isAt(raw, this.#middle, end) ? end : -1;
  }
}

/** A frame and its one slot in one object: most frames of an answer are this. */
class TemplateFrame implements AnswerFrame, AnswerSlot {
  readonly raw: Uint8Array;
  readonly text: string;
  readonly slots: readonly AnswerSlot[];
  readonly calls = NO_CALLS;
  readonly pendingCall = false;
  readonly terminal = false;
  readonly failed = false;
  readonly last = false;
  readonly #template: FrameTemplate;
  readonly #start: number;
  readonly #end: number;
  #replaced: string | undefined;

  constructor(template: FrameTemplate, raw: Uint8Array, text: string, start: number, end: number) {
    this.#template = template;
    this.#start = start;
    this.#end = end;
    this.raw = raw;
    this.text = text;
    this.slots = text === '' ? [] : [this];
  }

  get channel(): string {
    return this.#template.channel;
  }

  get kind(): ChannelKind {
    return this.#template.kind;
  }

  replace(text: string): void {
    this.#replaced = text;
  }

  /** A delta without text says nothing, so the frame is left out where an edit took all of it. */
  encode(): Uint8Array | undefined {
    if (this.#replaced === undefined) return this.raw;
    if (this.#replaced === '') return undefined;
    const before = this.raw.subarray(0, this.#start);
    const inside = ENCODER.encode(quoteJson(this.#replaced)).subarray(1, -1);
    const rest = this.raw.subarray(this.#end);
    const bytes = new Uint8Array(before.length + inside.length + rest.length);
    bytes.set(before);
    bytes.set(inside, before.length);
    bytes.set(rest, before.length + inside.length);
    return bytes;
  }
}

/** Digits, letters and the marks of RFC 3339: nothing that could end a string or begin an escape. */
function isStampByte(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= 0x30 && byte <= 0x3a) ||
      (byte >= 0x41 && byte <= 0x5a) ||
      byte === 0x2d ||
      byte === 0x2b ||
      byte === 0x2e)
  );
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isAt(raw: Uint8Array, part: Uint8Array, offset: number): boolean {
  for (let at = 0; at < part.length; at++) if (raw[offset + at] !== part[at]) return false;
  return true;
}

/** Printable ASCII without quote and backslash, decoded; `undefined` for anything else. */
function plainText(raw: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > PLAIN_BYTES_MAX) return undefined;
  for (let at = start; at < end; at++) {
    const byte = raw[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return undefined;
  }
  // Half of what a string built from characters costs.
  return Buffer.prototype.latin1Slice.call(raw, start, end);
}

/** The inside of a JSON string literal, read strictly; `undefined` where it is none, which the whole frame then says. */
function strictText(inside: Uint8Array): string | undefined {
  try {
    const node = readJson(`"${decodeUtf8(inside)}"`);
    return node.type === 'string' ? node.value : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
