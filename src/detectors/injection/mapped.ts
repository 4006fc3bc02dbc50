/** A text made from another one, with the way back. */
export interface Mapped {
  readonly text: string;
  /** For each code unit, the offset in the text it was made from. */
  readonly origins: Uint32Array;
}

/** Collects code units and where each came from. Grows by doubling, so n units cost O(n). */
export class MappedBuilder {
  #codes: Uint16Array;
  #origins: Uint32Array;
  #length = 0;

  constructor(capacity: number) {
    this.#codes = new Uint16Array(Math.max(16, capacity));
    this.#origins = new Uint32Array(Math.max(16, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(code: number, origin: number): void {
    if (this.#length === this.#codes.length) this.#grow();
    this.#codes[this.#length] = code;
    this.#origins[this.#length] = origin;
    this.#length++;
  }

  /** Adds one code point, as one unit or two. */
  pushPoint(point: number, origin: number): void {
    if (point < 0x10000) return this.push(point, origin);
    this.push(0xd800 + ((point - 0x10000) >> 10), origin);
    this.push(0xdc00 + ((point - 0x10000) & 0x3ff), origin);
  }

  /** Adds all that another builder holds. */
  append(other: MappedBuilder): void {
    for (let at = 0; at < other.#length; at++) this.push(other.#codes[at] ?? 0, other.#origins[at] ?? 0);
  }

  /** Takes back what was added since `length` was read. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** The codes so far, to be edited in place by whoever knows that lengths stay. */
  codes(): Uint16Array {
    return this.#codes.subarray(0, this.#length);
  }

  finish(): Mapped {
    return { text: textOf(this.#codes, this.#length), origins: this.#origins.subarray(0, this.#length) };
  }

  #grow(): void {
    const codes = new Uint16Array(this.#codes.length * 2);
    codes.set(this.#codes);
    this.#codes = codes;
    const origins = new Uint32Array(codes.length);
    origins.set(this.#origins);
    this.#origins = origins;
  }
}

const CHUNK_UNITS = 8_192;

/** The string of the first `length` units; lone surrogates stay as they are, which a TextDecoder would replace. */
export function textOf(codes: Uint16Array, length: number): string {
  if (length <= CHUNK_UNITS) return String.fromCharCode.apply(null, codes.subarray(0, length) as unknown as number[]);
  const pieces: string[] = [];
  for (let at = 0; at < length; at += CHUNK_UNITS) {
    // A typed array is array-like, which is all that apply() asks for; its type wants a true array.
    pieces.push(
      String.fromCharCode.apply(null, codes.subarray(at, Math.min(length, at + CHUNK_UNITS)) as unknown as number[]),
    );
  }
  return pieces.join('');
}

/** Reads bytes as UTF-8, each unit mapped to the origin of its first byte; a byte that fits nowhere becomes U+FFFD. */
export function pushUtf8(into: MappedBuilder, bytes: Uint8Array, length: number, origins: Uint32Array): void {
  for (let at = 0; at < length;) {
    const first = bytes[at] ?? 0;
    const origin = origins[at] ?? 0;
    const size =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    let point = size === 1 ? first : size === 2 ? first & 31 : size === 3 ? first & 15 : first & 7;
    let isWhole = size > 0 && at + size <= length;
    for (let step = 1; isWhole && step < size; step++) {
      const next = bytes[at + step] ?? 0;
      if ((next & 0xc0) !== 0x80) isWhole = false;
      point = (point << 6) | (next & 63);
    }
    into.pushPoint(isWhole ? point : 0xfffd, origin);
    at += isWhole ? size : 1;
  }
}
