/**
 * A set of text positions that all lie within one candidate's length of each other: a ring of bits.
 *
 * 4 KiB for the longest candidate, made only when candidates begin inside one another and share their future.
 */
export class StartSet {
  private readonly bits: Int32Array;
  private readonly mask: number;
  private low = Number.POSITIVE_INFINITY;
  private high = -1;

  /** `span`: positions in the set never lie further apart than this. */
  constructor(span: number) {
    let size = 64;
    while (size < span + 64) size *= 2;
    this.bits = new Int32Array(size / 32);
    this.mask = size - 1;
  }

  add(position: number): void {
    const slot = position & this.mask;
    this.bits[slot >>> 5] = (this.bits[slot >>> 5] as number) | (1 << (slot & 31));
    if (position < this.low) this.low = position;
    if (position > this.high) this.high = position;
  }

  /** Takes out and returns the smallest position not below `from`, or -1; all smaller ones are forgotten. */
  takeFrom(from: number): number {
    while (this.low <= this.high) {
      const slot = this.low & this.mask;
      const word = (this.bits[slot >>> 5] as number) >>> (slot & 31);
      if (word === 0) {
        this.low += 32 - (slot & 31);
        continue;
      }
      this.low += 31 - Math.clz32(word & -word);
      const position = this.low;
      if (position > this.high) break;
      const at = position & this.mask;
      this.bits[at >>> 5] = (this.bits[at >>> 5] as number) & ~(1 << (at & 31));
      this.low += 1;
      if (position >= from) return position;
    }
    this.low = Number.POSITIVE_INFINITY;
    this.high = -1;
    return -1;
  }

  get isEmpty(): boolean {
    return this.low > this.high;
  }

  /** Moves every position of `other` here. */
  absorb(other: StartSet): void {
    for (let position = other.takeFrom(0); position >= 0; position = other.takeFrom(0)) this.add(position);
  }
}
