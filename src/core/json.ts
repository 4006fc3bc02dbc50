import {
  isDigit,
  type JsonArray,
  type JsonBoolean,
  type JsonMember,
  type JsonNode,
  type JsonNull,
  type JsonNumber,
  type JsonObject,
} from './json-nodes.ts';

/**
 * One strict JSON reader with positions, for requests and for every frame of an answer.
 *
 * It accepts less than RFC 8259 so that no two parsers can read its input differently: Go keeps the last of two equal
 * keys, stops at trailing bytes and turns lone surrogates into U+FFFD; `JSON.parse` does none of it. What is accepted
 * here means the same to both. Positions let an edit replace one value and leave every other byte as it came.
 *
 * All offsets are UTF-16 code units of the decoded text. Errors carry a code and an offset, never content.
 */

export type JsonErrorCode =
  | 'syntax'
  | 'empty'
  | 'trailing_bytes'
  | 'byte_order_mark'
  | 'not_utf8'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'control_character'
  | 'bad_escape'
  | 'lone_surrogate'
  | 'number_out_of_range'
  | 'too_deep'
  | 'too_many_values';

/** Why a text is not acceptable JSON, and where. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly code: JsonErrorCode;
  readonly offset: number;

  constructor(code: JsonErrorCode, offset: number) {
    super(`Unacceptable JSON: ${code} at offset ${offset}`);
    this.code = code;
    this.offset = offset;
  }
}

export interface JsonLimits {
  /** Levels of nesting. Default DEPTH_MAX, at most DEPTH_LIMIT (the reader recurses). */
  readonly depthMax?: number;
  /** Values in the whole text. Default VALUES_MAX: what bounds the memory of a body made of `[0,0,0,…`. */
  readonly valuesMax?: number;
  /** Accept the keys `__proto__`, `constructor`, `prototype`: for answers, where a schema of the client's may name them. */
  readonly anyKeys?: boolean;
  /** Check arrays that hold only numbers but keep none of them: for vectors. `toValue` then gives `[]` for them. */
  readonly packNumbers?: boolean;
}

export const DEPTH_MAX = 32;
export const DEPTH_LIMIT = 256;
export const VALUES_MAX = 1_000_000;

/** Objects up to this many members are checked for duplicates by comparing; larger ones with a set. */
const COMPARED_MEMBERS_MAX = 8;

const NO_ITEMS: readonly JsonNode[] = [];

/**
 * Reads exactly one JSON value that fills `text`, white space aside. Throws JsonError. Linear in the text.
 */
export function readJson(text: string, limits: JsonLimits = {}): JsonNode {
  if (text.charCodeAt(0) === 0xfeff) throw new JsonError('byte_order_mark', 0);
  // One native pass instead of a comparison per character; escaped halves are looked at where they are unescaped.
  if (!text.isWellFormed()) throw new JsonError('lone_surrogate', firstLoneSurrogate(text));
  return new Reader(text, limits).document();
}

class Reader {
  private readonly text: string;
  private position = 0;
  private levelsLeft: number;
  private valuesLeft: number;
  private readonly anyKeys: boolean;
  private readonly packNumbers: boolean;

  constructor(text: string, limits: JsonLimits) {
    this.text = text;
    this.levelsLeft = Math.min(limits.depthMax ?? DEPTH_MAX, DEPTH_LIMIT);
    this.valuesLeft = limits.valuesMax ?? VALUES_MAX;
    this.anyKeys = limits.anyKeys ?? false;
    this.packNumbers = limits.packNumbers ?? false;
  }

  document(): JsonNode {
    this.skipSpace();
    if (this.position >= this.text.length) throw new JsonError('empty', this.position);
    const node = this.value();
    this.skipSpace();
    if (this.position < this.text.length) throw new JsonError('trailing_bytes', this.position);
    return node;
  }

  private value(): JsonNode {
    if (--this.valuesLeft < 0) throw new JsonError('too_many_values', this.position);
    const start = this.position;
    switch (this.text.charCodeAt(start)) {
      case 0x22: {
        const value = this.string();
        return { type: 'string', value, start, end: this.position };
      }
      case 0x7b:
        return this.object(start);
      case 0x5b:
        return this.array(start);
      case 0x74:
        return this.word('true', { type: 'boolean', value: true, start, end: start + 4 });
      case 0x66:
        return this.word('false', { type: 'boolean', value: false, start, end: start + 5 });
      case 0x6e:
        return this.word('null', { type: 'null', value: null, start, end: start + 4 });
      default:
        return this.number(start);
    }
  }

  private object(start: number): JsonObject {
    this.enter();
    const members: JsonMember[] = [];
    let seen: Set<string> | undefined;
    this.position = start + 1;
    let next = this.skipSpace();
    if (next === 0x7d) return this.leave({ type: 'object', members, start, end: ++this.position });
    for (;;) {
      if (next !== 0x22) throw new JsonError('syntax', this.position);
      const keyStart = this.position;
      const key = this.string();
      const keyEnd = this.position;
      seen = this.checkKey(key, keyStart, members, seen);
      if (this.skipSpace() !== 0x3a) throw new JsonError('syntax', this.position);
      this.position++;
      this.skipSpace();
      members.push({ key, keyStart, keyEnd, value: this.value() });
      next = this.skipSpace();
      this.position++;
      if (next === 0x7d) return this.leave({ type: 'object', members, start, end: this.position });
      if (next !== 0x2c) throw new JsonError('syntax', this.position - 1);
      next = this.skipSpace();
    }
  }

  private array(start: number): JsonArray {
    this.enter();
    this.position = start + 1;
    let next = this.skipSpace();
    if (next === 0x5d) return this.leave({ type: 'array', items: NO_ITEMS, packed: 0, start, end: ++this.position });
    if (this.packNumbers && next !== 0x22 && next !== 0x7b) {
      const packed = this.numbers();
      if (packed > 0) return this.leave({ type: 'array', items: NO_ITEMS, packed, start, end: this.position });
      this.position = start + 1;
      this.skipSpace();
    }
    const items: JsonNode[] = [];
    for (;;) {
      items.push(this.value());
      next = this.skipSpace();
      this.position++;
      if (next === 0x5d) return this.leave({ type: 'array', items, packed: 0, start, end: this.position });
      if (next !== 0x2c) throw new JsonError('syntax', this.position - 1);
      this.skipSpace();
    }
  }

  /** Reads on to the array's end if it holds numbers only, and says how many; 0 where something else stands in it. */
  private numbers(): number {
    for (let count = 1; ; count++) {
      const first = this.text.charCodeAt(this.position);
      if (first !== 0x2d && !isDigit(first)) return 0;
      this.finite(this.position);
      const next = this.skipSpace();
      this.position++;
      if (next === 0x5d) return count;
      if (next !== 0x2c) throw new JsonError('syntax', this.position - 1);
      this.skipSpace();
    }
  }

  private checkKey(
    key: string,
    offset: number,
    members: readonly JsonMember[],
    seen: Set<string> | undefined,
  ): Set<string> | undefined {
    if (!this.anyKeys && isForbiddenKey(key)) throw new JsonError('forbidden_key', offset);
    if (members.length < COMPARED_MEMBERS_MAX) {
      for (const member of members) if (member.key === key) throw new JsonError('duplicate_key', offset);
      return undefined;
    }
    const keys = seen ?? new Set(members.map((member) => member.key));
    if (keys.has(key)) throw new JsonError('duplicate_key', offset);
    return keys.add(key);
  }

  /** Reads the string literal at the position and returns its value. */
  private string(): string {
    const text = this.text;
    const start = this.position + 1;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22) break;
      if (code === 0x5c) return this.escapedString(start, at);
      // NaN, past the end, fails both comparisons.
      if (!(code >= 0x20)) throw new JsonError(at < text.length ? 'control_character' : 'syntax', at);
      at++;
    }
    this.position = at + 1;
    return text.slice(start, at);
  }

  /** Goes on where the first backslash stands. The escapes are checked here and decoded by `JSON.parse`. */
  private escapedString(start: number, backslash: number): string {
    const text = this.text;
    let at = backslash;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22) break;
      if (code === 0x5c) at = this.escape(at);
      else if (code >= 0x20) at++;
      else throw new JsonError(at < text.length ? 'control_character' : 'syntax', at);
    }
    this.position = at + 1;
    // JSON.parse of a string literal gives a string.
    return JSON.parse(text.slice(start - 1, at + 1)) as string;
  }

  /** Checks the escape at `at` and returns where it ends; a surrogate pair is one escape. */
  private escape(at: number): number {
    switch (this.text.charCodeAt(at + 1)) {
      case 0x22:
      case 0x5c:
      case 0x2f:
      case 0x62:
      case 0x66:
      case 0x6e:
      case 0x72:
      case 0x74:
        return at + 2;
      case 0x75: {
        const unit = this.hex(at + 2);
        if (unit < 0xd800 || unit > 0xdfff) return at + 6;
        const isPair =
          unit < 0xdc00 &&
          this.text.charCodeAt(at + 6) === 0x5c &&
          this.text.charCodeAt(at + 7) === 0x75 &&
          (this.hex(at + 8) & 0xfc00) === 0xdc00;
        if (!isPair) throw new JsonError('lone_surrogate', at);
        return at + 12;
      }
      default:
        throw new JsonError('bad_escape', at);
    }
  }

  private hex(at: number): number {
    let unit = 0;
    for (let index = at; index < at + 4; index++) {
      const digit = hexDigit(this.text.charCodeAt(index));
      if (digit < 0) throw new JsonError('bad_escape', at - 2);
      unit = unit * 16 + digit;
    }
    return unit;
  }

  private number(start: number): JsonNumber {
    const value = this.finite(start);
    const end = this.position;
    return { type: 'number', value, text: this.text.slice(start, end), start, end };
  }

  /** Reads the number at `start` by the grammar of RFC 8259 section 6. Throws where it is not finite. */
  private finite(start: number): number {
    const text = this.text;
    let at = start;
    if (text.charCodeAt(at) === 0x2d) at++;
    if (text.charCodeAt(at) === 0x30) at++;
    else at = this.digits(at);
    let isPlain = true;
    if (text.charCodeAt(at) === 0x2e) {
      at = this.digits(at + 1);
      isPlain = false;
    }
    if ((text.charCodeAt(at) | 0x20) === 0x65) {
      const sign = text.charCodeAt(at + 1);
      at = this.digits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
      isPlain = false;
    }
    this.position = at;
    if (isPlain && at - start <= 9) return smallInteger(text, start, at);
    const value = Number(text.slice(start, at));
    if (!Number.isFinite(value)) throw new JsonError('number_out_of_range', start);
    return value;
  }

  private digits(start: number): number {
    let at = start;
    while (isDigit(this.text.charCodeAt(at))) at++;
    if (at === start) throw new JsonError('syntax', at);
    return at;
  }

  private word<Node extends JsonBoolean | JsonNull>(word: string, node: Node): Node {
    if (!this.text.startsWith(word, node.start)) throw new JsonError('syntax', node.start);
    this.position = node.end;
    return node;
  }

  /** Moves to the next character that is not JSON white space and returns it; NaN at the end. */
  private skipSpace(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.position++;
    }
  }

  private enter(): void {
    if (--this.levelsLeft < 0) throw new JsonError('too_deep', this.position);
  }

  private leave<Node extends JsonObject | JsonArray>(node: Node): Node {
    this.levelsLeft++;
    return node;
  }
}

/** The value of an integer literal of at most nine characters, without making a string of it. */
function smallInteger(text: string, start: number, end: number): number {
  const isNegative = text.charCodeAt(start) === 0x2d;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) value = value * 10 + text.charCodeAt(at) - 0x30;
  return isNegative ? -value : value;
}

function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

function firstLoneSurrogate(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at) & 0xfc00;
    if (unit === 0xdc00) return at;
    if (unit !== 0xd800) continue;
    if ((text.charCodeAt(at + 1) & 0xfc00) !== 0xdc00) return at;
    at++;
  }
  return text.length;
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes bytes that must be UTF-8 without byte order mark. Throws JsonError; its offset is 0, bytes are not counted. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new JsonError('byte_order_mark', 0);
  // UTF-16 of any JSON text has a zero among its first two bytes; as UTF-8 those would be NUL characters.
  if (bytes[0] === 0 || bytes[1] === 0) throw new JsonError('not_utf8', 0);
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new JsonError('not_utf8', 0);
  }
}

/** No protocol has a key as long; folding changes no length. */
const FOLDED_CHARACTERS_MAX = 128;

/**
 * Folds a key as Go's `encoding/json` does when it looks for a struct field: ASCII letters, and the only two other
 * characters that fold onto them, U+017F (s) and U+212A (k). Two keys are one field to Go where their folds are equal.
 * Keys longer than any field's come back as they are, so that a key of megabytes costs nothing.
 */
export function foldKey(key: string): string {
  if (key.length > FOLDED_CHARACTERS_MAX) return key;
  let folded = '';
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    if (code >= 0x41 && code <= 0x5a) folded += String.fromCharCode(code | 0x20);
    else if (code === 0x17f) folded += 's';
    else if (code === 0x212a) folded += 'k';
    else folded += key.charAt(at);
  }
  return folded;
}
