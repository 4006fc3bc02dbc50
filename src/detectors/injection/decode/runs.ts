/** Base64, base32 and hexadecimal runs: decoded, kept only where the result reads like text. */
import { type Mapped, MappedBuilder, pushUtf8 } from '../mapped.ts';
import type { Run } from '../survey.ts';

const BASE64 = valuesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '-_');
const BASE32 = valuesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', '');
const HEX = valuesOf('0123456789abcdef', '');
for (let at = 10; at < 16; at++) HEX[0x41 + at - 10] = at;

/** A decoded stretch shorter than this is chance, in characters. */
const TEXT_CHARACTERS_MIN = 6;

function valuesOf(alphabet: string, alternatives: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let at = 0; at < alphabet.length; at++) values[alphabet.charCodeAt(at)] = at;
  for (let at = 0; at < alternatives.length; at++) values[alternatives.charCodeAt(at)] = 62 + at;
  return values;
}

/** The runs of one alphabet, decoded and put one behind the other with a space between. Linear in the runs' length. */
export function decodeRuns(text: string, runs: readonly Run[], alphabet: Run['alphabet']): Mapped | undefined {
  const built = new MappedBuilder(64);
  for (let index = 0; index < runs.length;) {
    const first = runs[index];
    index++;
    if (first === undefined || first.alphabet !== alphabet) continue;
    let { end } = first;
    let isWrapped = false;
    // Lines of one wrapped payload belong together; a line may look like another alphabet by chance.
    for (let next = runs[index]; next !== undefined && isWrap(text, end, next.start); next = runs[index]) {
      end = next.end;
      isWrapped = true;
      index++;
    }
    if (isWrapped) end = lastLineEnd(text, end);
    const before = built.length;
    if (before > 0) built.push(0x20, first.start);
    const from = built.length;
    decodeRun(built, text, first.start, end, alphabet);
    if (built.length - from < TEXT_CHARACTERS_MIN) built.truncate(before);
  }
  return built.length === 0 ? undefined : built.finish();
}

/** The last line of a wrapped payload can be too short to be a run of its own. */
function lastLineEnd(text: string, end: number): number {
  if (text.charCodeAt(end - 1) === 0x3d) return end;
  let at = end;
  while (text.charCodeAt(at) === 0x0a || text.charCodeAt(at) === 0x0d) at++;
  if (at === end) return end;
  let last = at;
  for (; last < text.length; last++) {
    const code = text.charCodeAt(last);
    if (code !== 0x3d && (code >= 128 || (BASE64[code] ?? -1) < 0)) break;
  }
  const isAlone = last === text.length || text.charCodeAt(last) === 0x0a || text.charCodeAt(last) === 0x0d;
  return isAlone ? last : end;
}

function isWrap(text: string, end: number, next: number): boolean {
  if (next - end > 4 || next <= end) return false;
  for (let at = end; at < next; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x0a && code !== 0x0d && code !== 0x20) return false;
  }
  return true;
}

function decodeRun(built: MappedBuilder, text: string, start: number, end: number, alphabet: Run['alphabet']): void {
  const values = alphabet === 'base64' ? BASE64 : alphabet === 'base32' ? BASE32 : HEX;
  const width = alphabet === 'base64' ? 6 : alphabet === 'base32' ? 5 : 4;
  const shift = alphabet === 'base64' ? alignmentOf(text, start, end, values) : 0;
  if (shift < 0) return;
  const bytes = new Uint8Array(Math.ceil(((end - start) * width) / 8) + 4);
  const origins = new Uint32Array(bytes.length);
  let length = 0;
  let value = 0;
  let bits = 0;
  for (let at = start + shift; at < end; at++) {
    const code = text.charCodeAt(at);
    const digit = code < 128 ? (values[code] ?? -1) : -1;
    if (digit < 0) {
      if (code === 0x3d) bits = 0;
      continue;
    }
    value = ((value << width) | digit) & 0xffffff;
    bits += width;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length] = (value >> bits) & 255;
    origins[length] = at;
    length++;
  }
  pushReadable(built, bytes, length, origins);
}

/** How many characters to skip so that the first bytes read like text: payloads get glued to words. -1 for none. */
function alignmentOf(text: string, start: number, end: number, values: Int8Array): number {
  const probe = Math.min(end - start, 96);
  for (let shift = 0; shift < 4; shift++) {
    let readable = 0;
    let total = 0;
    let value = 0;
    let bits = 0;
    for (let at = start + shift; at < start + probe; at++) {
      const code = text.charCodeAt(at);
      const digit = code < 128 ? (values[code] ?? -1) : -1;
      if (digit < 0) continue;
      value = ((value << 6) | digit) & 0xffff;
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      total++;
      const byte = (value >> bits) & 255;
      if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte >= 0xc2) readable++;
      else if (byte >= 0x80) readable += 0.5;
    }
    if (total > 0 && readable >= total * 0.75) return shift;
  }
  // Long binary can hold a readable stretch later on; what is short and unreadable here is a name or a token.
  return end - start > 256 ? 0 : -1;
}

/** Keeps stretches of readable bytes; of a wholly readable run that is the run. */
function pushReadable(built: MappedBuilder, bytes: Uint8Array, length: number, origins: Uint32Array): void {
  let from = 0;
  while (from < length) {
    while (from < length && !isReadable(bytes[from] ?? 0)) from++;
    let to = from;
    let high = 0;
    while (to < length && isReadable(bytes[to] ?? 0)) {
      if ((bytes[to] ?? 0) >= 0x80) high++;
      to++;
    }
    const isWholeRun = from === 0 && to >= length - 1;
    if (to - from >= (isWholeRun ? TEXT_CHARACTERS_MIN : 12)) {
      const before = built.length;
      pushUtf8(built, bytes.subarray(from, to), to - from, origins.subarray(from, to));
      if (high > 0 && countUnreadable(built, before) * 8 > to - from) built.truncate(before);
    }
    from = to;
  }
}

function countUnreadable(built: MappedBuilder, from: number): number {
  const codes = built.codes();
  let count = 0;
  for (let at = from; at < codes.length; at++) if (codes[at] === 0xfffd) count++;
  return count;
}

function isReadable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte >= 0x80;
}
