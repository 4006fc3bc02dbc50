/**
 * A set of text positions that all lie within one candidate's length of each other.
 *
 * A handful are a list; more are a ring of bits, 4 KiB for the longest candidate. Made only when candidates begin inside
 * one another and share their future.
 */

/** Up to so many positions are kept as a list. */
const LISTED_MAX = 16;

export class StartSet {
  private readonly span: number;
  /** Ascending but for positions that are added late; undefined once there are bits. */
  private listed: number[] | undefined = [];
  private bits = new Int32Array(0);
  private mask = 0;
  private low = Number.POSITIVE_INFINITY;
  private high = -1;

  /** `span`: positions in the set never lie further apart than this. */
  constructor(span: number) {
    this.span = span;
  }

  add(position: number): void {
    if (this.listed !== undefined) {
      if (this.listed.length < LISTED_MAX) {
        if (!this.listed.includes(position)) this.listed.push(position);
        return;
      }
      this.spread(this.listed);
    }
    const slot = position & this.mask;
    this.bits[slot >>> 5] = (this.bits[slot >>> 5] as number) | (1 << (slot & 31));
    if (position < this.low) this.low = position;
    if (position > this.high) this.high = position;
  }

  /** Takes out and returns the smallest position not below `from`, or -1; all smaller ones are forgotten. */
  takeFrom(from: number): number {
    return this.listed === undefined ? this.takeBit(from) : this.takeListed(this.listed, from);
  }

  /** Moves every position of `other` here. */
  absorb(other: StartSet): void {
    for (let position = other.takeFrom(0); position >= 0; position = other.takeFrom(0)) this.add(position);
  }

  private takeListed(listed: readonly number[], from: number): number {
    let least = -1;
    for (const position of listed) if (position >= from && (least < 0 || position < least)) least = position;
    this.listed = least < 0 ? [] : listed.filter((position) => position > least);
    return least;
  }

  private takeBit(from: number): number {
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

  private spread(positions: readonly number[]): void {
    let size = 64;
    while (size < this.span + 64) size *= 2;
    this.bits = new Int32Array(size / 32);
    this.mask = size - 1;
    this.listed = undefined;
    for (const position of positions) this.add(position);
  }
}
