/** Escapes that stand inside text and are decoded in place: URL, HTML entities, `\u` and `\x`, quoted-printable. */
import { type Mapped, MappedBuilder, pushUtf8 } from '../mapped.ts';

/** Few escapes are punctuation of a URL or of HTML; from here on words can hide behind them. */
const ESCAPES_MIN = 3;

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

/** Bytes behind a sign (`%41`, `=41`) decoded in place as UTF-8. */
function decodeBytesBehind(text: string, sign: number): Mapped | undefined {
  const built = new MappedBuilder(text.length);
  let decoded = 0;
  for (let at = 0; at < text.length;) {
    if (text.charCodeAt(at) !== sign || hexByte(text, at + 1) < 0) {
      built.push(text.charCodeAt(at), at);
      at++;
      continue;
    }
    const bytes: number[] = [];
    const origins: number[] = [];
    for (; text.charCodeAt(at) === sign && hexByte(text, at + 1) >= 0; at += 3) {
      bytes.push(hexByte(text, at + 1));
      origins.push(at);
    }
    decoded += bytes.length;
    pushUtf8(built, Uint8Array.from(bytes), bytes.length, Uint32Array.from(origins));
  }
  return decoded < ESCAPES_MIN ? undefined : built.finish();
}

/** Percent-encoding, RFC 3986 section 2.1. */
export function decodeUrl(text: string): Mapped | undefined {
  return decodeBytesBehind(text, 0x25);
}

/** Quoted-printable, RFC 2045 section 6.7, without its line breaks. */
export function decodeQuotedPrintable(text: string): Mapped | undefined {
  return decodeBytesBehind(text, 0x3d);
}

const NAMED: Readonly<Record<string, number>> = {
  lt: 0x3c,
  gt: 0x3e,
  amp: 0x26,
  quot: 0x22,
  apos: 0x27,
  nbsp: 0x20,
  colon: 0x3a,
  period: 0x2e,
  comma: 0x2c,
  excl: 0x21,
  Tab: 0x20,
  NewLine: 0x0a,
  lowbar: 0x5f,
};
const NAME_CHARACTERS_MAX = 8;

/** Numeric and the common named character references of HTML. */
export function decodeEntities(text: string): Mapped | undefined {
  const built = new MappedBuilder(text.length);
  let decoded = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const end = code === 0x26 ? entityEnd(text, at) : -1;
    const point = end < 0 ? -1 : entityPoint(text, at + 1, end);
    if (point < 0) {
      built.push(code, at);
      at++;
      continue;
    }
    built.pushPoint(point, at);
    decoded++;
    at = text.charCodeAt(end) === 0x3b ? end + 1 : end;
  }
  return decoded < ESCAPES_MIN ? undefined : built.finish();
}

function entityEnd(text: string, at: number): number {
  const isNumber = text.charCodeAt(at + 1) === 0x23;
  const last = Math.min(text.length, at + 2 + NAME_CHARACTERS_MAX + (isNumber ? 2 : 0));
  let end = at + (isNumber ? 2 : 1);
  if (isNumber && (text.charCodeAt(end) | 0x20) === 0x78) end++;
  for (; end < last; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x3b) return end;
    const isDigit = isNumber ? hexValue(code) >= 0 : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    if (!isDigit) break;
  }
  // Browsers read a numeric reference without its semicolon too.
  return isNumber && end > at + 3 ? end : -1;
}

function entityPoint(text: string, from: number, end: number): number {
  if (text.charCodeAt(from) !== 0x23) return NAMED[text.slice(from, end)] ?? -1;
  const isHex = (text.charCodeAt(from + 1) | 0x20) === 0x78;
  let point = 0;
  for (let at = from + (isHex ? 2 : 1); at < end; at++) {
    const digit = hexValue(text.charCodeAt(at));
    if (digit < 0 || (!isHex && digit > 9)) return -1;
    point = point * (isHex ? 16 : 10) + digit;
    if (point > 0x10ffff) return -1;
  }
  return point === 0 ? -1 : point;
}

/** `\u0041`, `\u{41}`, `\U00000041`, `\x41`, `\101` and `U+0041`, in place. */
export function decodeBackslashes(text: string): Mapped | undefined {
  const built = new MappedBuilder(text.length);
  let decoded = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const size = code === 0x5c ? escapeSize(text, at) : 0;
    if (size === 0) {
      built.push(code, at);
      at++;
      continue;
    }
    const isOctal = text.charCodeAt(at + 1) < 0x38;
    const braces = text.charCodeAt(at + 2) === 0x7b ? 1 : 0;
    let point = 0;
    for (let step = at + (isOctal ? 1 : 2 + braces); step < at + size - braces; step++) {
      point = point * (isOctal ? 8 : 16) + hexValue(text.charCodeAt(step));
    }
    if (point <= 0x10ffff) built.pushPoint(point, at);
    decoded++;
    at += size;
  }
  return decoded < ESCAPES_MIN ? undefined : built.finish();
}

function escapeSize(text: string, at: number): number {
  const kind = text.charCodeAt(at + 1);
  if (kind >= 0x30 && kind <= 0x33)
    return allHex(text, at + 1, 3) && text.charCodeAt(at + 2) < 0x38 && text.charCodeAt(at + 3) < 0x38 ? 4 : 0;
  if (kind === 0x75 && text.charCodeAt(at + 2) === 0x7b) {
    for (let size = 1; size <= 6; size++) {
      if (!allHex(text, at + 3, size)) return 0;
      if (text.charCodeAt(at + 3 + size) === 0x7d) return size + 4;
    }
    return 0;
  }
  const digits = kind === 0x75 ? 4 : kind === 0x55 ? 8 : kind === 0x78 ? 2 : 0;
  return digits > 0 && allHex(text, at + 2, digits) ? digits + 2 : 0;
}

function allHex(text: string, from: number, digits: number): boolean {
  for (let at = from; at < from + digits; at++) if (hexValue(text.charCodeAt(at)) < 0) return false;
  return true;
}
