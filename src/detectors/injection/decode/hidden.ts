/** Texts written in characters that nobody sees: tags, variation selectors, and bits made of zero-width characters. */
import { type Mapped, MappedBuilder, pushUtf8 } from '../mapped.ts';

/** Unicode tag characters (U+E0020-E007E) as the ASCII they stand for; flags of regions are no text. */
export function decodeTags(text: string): Mapped | undefined {
  const built = new MappedBuilder(64);
  for (let at = text.indexOf('\udb40'); at >= 0 && at < text.length; at = text.indexOf('\udb40', at + 2)) {
    const point = text.codePointAt(at) ?? 0;
    if (point >= 0xe0020 && point <= 0xe007e) built.push(point - 0xe0000, at);
  }
  return built.length < 8 ? undefined : built.finish();
}

/** Bytes smuggled as variation selectors behind any character (VS1-16 are 0-15, VS17-256 are 16-255), read as UTF-8. */
export function decodeSelectors(text: string): Mapped | undefined {
  const bytes: number[] = [];
  const origins: number[] = [];
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    let byte = -1;
    if (code >= 0xfe00 && code <= 0xfe0f) byte = code - 0xfe00;
    else if (code === 0xdb40) {
      const point = text.codePointAt(at) ?? 0;
      if (point >= 0xe0100 && point <= 0xe01ef) {
        byte = point - 0xe0100 + 16;
      }
      at++;
    }
    if (byte < 0) {
      // A single selector styles an emoji; only a sequence of them can say something.
      if (run === 1) {
        bytes.pop();
        origins.pop();
      }
      run = 0;
      continue;
    }
    bytes.push(byte);
    origins.push(at);
    run++;
  }
  if (run === 1) bytes.pop();
  return bytes.length < 6 ? undefined : fromBytes(bytes, origins);
}

/** Bits written as pairs of invisible characters, eight a byte: U+2062/U+2064, or U+200B/U+200C (U+200D ends a byte in some tools). */
export function decodeBits(text: string): Mapped | undefined {
  return bitsOf(text, 0x2062, 0x2064) ?? bitsOf(text, 0x200b, 0x200c) ?? bitsOf(text, 0x200c, 0x200b);
}

function bitsOf(text: string, zero: number, one: number): Mapped | undefined {
  const bytes: number[] = [];
  const origins: number[] = [];
  let value = 0;
  let count = 0;
  let printable = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== zero && code !== one) continue;
    value = (value << 1) | (code === one ? 1 : 0);
    count++;
    if (count < 8) continue;
    bytes.push(value);
    origins.push(at);
    if (value >= 0x20 && value < 0x7f) printable++;
    value = 0;
    count = 0;
  }
  return bytes.length < 6 || printable < bytes.length * 0.7 ? undefined : fromBytes(bytes, origins);
}

function fromBytes(bytes: readonly number[], origins: readonly number[]): Mapped {
  const built = new MappedBuilder(bytes.length);
  pushUtf8(built, Uint8Array.from(bytes), bytes.length, Uint32Array.from(origins));
  return built.finish();
}
