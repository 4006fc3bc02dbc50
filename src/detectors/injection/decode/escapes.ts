/** Escapes that stand inside text and are decoded in place: URL, HTML entities, `\u` and `\x`, quoted-printable. */
import { type Mapped, type MappedBuilder, pushUtf8 } from '../mapped.ts';
import { decodeMarked } from '../stretches.ts';

/** Few escapes are punctuation of a URL or of HTML; from here on words can hide behind them. */
const ESCAPES_MIN = 3;

/** Escapes within escapes are undone so many times in a row. */
const ROUNDS_MAX = 3;

/** What one kind of escape may hide of another; an equals sign is too common for that. */
const LATER_SIGNS: readonly EscapeSign[] = ['%', '&', '\\'];

/** The signs that escapes begin with: percent-encoding (RFC 3986), HTML references, backslashes, quoted-printable (RFC 2045). */
export type EscapeSign = '%' | '&' | '\\' | '=';

/** Undoes the escapes that begin with these signs, and again what that brings to light. */
export function decodeEscapes(text: string, signs: readonly EscapeSign[]): Mapped | undefined {
  const isMarker = new Uint8Array(128);
  for (const sign of signs) isMarker[sign.charCodeAt(0)] = 1;
  let result: Mapped | undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const source: string = result === undefined ? text : result.text;
    const next = decodeMarked(source, isMarker, ESCAPES_MIN, (built, at) => decodeAt(built, source, at));
    if (next === undefined) break;
    for (const sign of LATER_SIGNS) isMarker[sign.charCodeAt(0)] = 1;
    result = result === undefined ? next : composed(next, result);
  }
  return result;
}

function composed(inner: Mapped, outer: Mapped): Mapped {
  return { text: inner.text, origins: inner.origins.map((offset) => outer.origins[offset] ?? 0) };
}

function decodeAt(built: MappedBuilder, text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if (sign === 0x26) return decodeEntity(built, text, at);
  if (sign === 0x5c) return decodeBackslash(built, text, at);
  return decodeBytes(built, text, at, sign);
}

/** Bytes behind a sign (`%41%42`, `=41=42`) as UTF-8. */
function decodeBytes(built: MappedBuilder, text: string, at: number, sign: number): number {
  let end = at;
  while (text.charCodeAt(end) === sign && hexByte(text, end + 1) >= 0) end += 3;
  const length = (end - at) / 3;
  if (length === 0) return -1;
  const bytes = new Uint8Array(length);
  const origins = new Uint32Array(length);
  for (let index = 0; index < length; index++) {
    bytes[index] = hexByte(text, at + index * 3 + 1);
    origins[index] = at + index * 3;
  }
  pushUtf8(built, bytes, length, origins);
  return end;
}

const REFERENCE_CHARACTERS_MAX = 10;

/**
 * Numeric character references of HTML, and `&amp;` before one. Other named ones stand for punctuation, which words
 * are read across anyway, and stand by the thousand in pages about code.
 */
function decodeEntity(built: MappedBuilder, text: string, at: number): number {
  if (text.startsWith('&amp;#', at)) {
    built.push(0x26, at);
    return at + 5;
  }
  if (text.charCodeAt(at + 1) !== 0x23) return -1;
  const isHex = (text.charCodeAt(at + 2) | 0x20) === 0x78;
  const start = at + (isHex ? 3 : 2);
  let end = start;
  let point = 0;
  for (; end - start < REFERENCE_CHARACTERS_MAX; end++) {
    const digit = hexValue(text.charCodeAt(end));
    if (digit < 0 || (!isHex && digit > 9)) break;
    point = point * (isHex ? 16 : 10) + digit;
  }
  if (end === start || point === 0 || point > 0x10ffff) return -1;
  built.pushPoint(point, at);
  // Browsers read a reference without its semicolon too.
  return text.charCodeAt(end) === 0x3b ? end + 1 : end;
}

/** `\u0041`, `\u{41}`, `\U00000041`, `\x41` and `\101`. */
function decodeBackslash(built: MappedBuilder, text: string, at: number): number {
  const size = escapeSize(text, at);
  if (size === 0) return -1;
  const isOctal = text.charCodeAt(at + 1) < 0x38;
  const braces = text.charCodeAt(at + 2) === 0x7b ? 1 : 0;
  let point = 0;
  for (let step = at + (isOctal ? 1 : 2 + braces); step < at + size - braces; step++) {
    point = point * (isOctal ? 8 : 16) + hexValue(text.charCodeAt(step));
  }
  if (point > 0x10ffff) return -1;
  built.pushPoint(point, at);
  return at + size;
}

function escapeSize(text: string, at: number): number {
  const kind = text.charCodeAt(at + 1);
  if (kind >= 0x30 && kind <= 0x33) {
    return allHex(text, at + 1, 3) && text.charCodeAt(at + 2) < 0x38 && text.charCodeAt(at + 3) < 0x38 ? 4 : 0;
  }
  if (kind === 0x75 && text.charCodeAt(at + 2) === 0x7b) {
    for (let size = 1; size <= 6 && allHex(text, at + 3, size); size++) {
      if (text.charCodeAt(at + 3 + size) === 0x7d) return size + 4;
    }
    return 0;
  }
  const digits = kind === 0x75 ? 4 : kind === 0x55 ? 8 : kind === 0x78 ? 2 : 0;
  return digits > 0 && allHex(text, at + 2, digits) ? digits + 2 : 0;
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function hexByte(text: string, at: number): number {
  const high = hexValue(text.charCodeAt(at));
  const low = hexValue(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function allHex(text: string, from: number, digits: number): boolean {
  for (let at = from; at < from + digits; at++) if (hexValue(text.charCodeAt(at)) < 0) return false;
  return true;
}
