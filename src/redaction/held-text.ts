/**
 * The tail of one channel's text that may still be needed, as the pieces in which it came.
 *
 * Positions count UTF-16 code units from the beginning of the channel. Pieces are joined only when somebody asks for
 * text across them, which is when a candidate is decided and not on every push.
 */
/** What a search for words has covered, and the last word that it found. */
interface Searched {
  from: number;
  to: number;
  start: number;
  end: number;
  longest: number;
}

/** From so many pieces on, those that nobody needs are let go of. */
const PIECES_MAX = 64;

/** Characters of a piece that may stay behind while its end is needed. */
const EXCESS_CHARACTERS_MAX = 4_096;

export class HeldText {
  private pieces: string[] = [];
  private starts: number[] = [];
  /** Made when somebody searches. */
  private searched: Map<number, Searched> | undefined;
  /** Position behind the last character. */
  length = 0;

  push(text: string): void {
    this.pieces.push(text);
    this.starts.push(this.length);
    this.length += text.length;
  }

  /** Number of pieces that are held. */
  get count(): number {
    return this.pieces.length;
  }

  piece(index: number): string {
    return this.pieces[index] as string;
  }

  startOf(index: number): number {
    return this.starts[index] as number;
  }

  /** Index of the piece that holds `position`, or `count` when it lies behind the end. */
  indexOf(position: number): number {
    const { starts } = this;
    if (position >= this.length) return starts.length;
    // Nearly always one of the last.
    let index = starts.length - 1;
    for (const least = index - 4; index > least; index -= 1) {
      if (index < 0 || (starts[index] as number) <= position) return index;
    }
    let low = 0;
    while (low < index) {
      const middle = (low + index + 1) >> 1;
      if ((starts[middle] as number) <= position) low = middle;
      else index = middle - 1;
    }
    return (starts[low] as number) <= position ? low : -1;
  }

  /** The characters of `[from, to)`, as far back as they are still held. */
  slice(from: number, to: number): string {
    const low = Math.max(from, this.starts[0] ?? 0);
    const last = this.pieces.length - 1;
    if (last < 0 || to <= low) return '';
    if (low < (this.starts[last] as number)) this.joinFrom(this.indexOf(low));
    const at = this.indexOf(low);
    const start = this.starts[at] as number;
    return (this.pieces[at] as string).slice(low - start, to - start);
  }

  /** The code unit at `position`, or -1 when it is not held. */
  unitAt(position: number): number {
    const index = this.indexOf(position);
    const piece = this.pieces[index];
    return piece === undefined ? -1 : piece.charCodeAt(position - (this.starts[index] as number));
  }

  /** Whether so much is held that `release` is worth while. */
  get isReleasable(): boolean {
    return this.pieces.length >= PIECES_MAX || this.length - (this.starts[0] ?? 0) >= 8_192;
  }

  /** Lets go of pieces that lie wholly below `position`, and of what is long enough in the one that reaches over it. */
  release(position: number): void {
    const keep = Math.min(this.indexOf(position), this.pieces.length - 1);
    if (keep < 0) return;
    if (keep > 0) {
      this.pieces = this.pieces.slice(keep);
      this.starts = this.starts.slice(keep);
    }
    // Where candidates follow one another without a gap, pieces are joined all the time: without this, to one for ever.
    const excess = position - (this.starts[0] as number);
    if (excess < EXCESS_CHARACTERS_MAX) return;
    this.pieces[0] = (this.pieces[0] as string).slice(excess);
    this.starts[0] = position;
  }

  /**
   * Whether one of the words (lower case) stands, in any case, within the `reach` characters before `position`.
   *
   * Asked again for the same `key` a little farther on, only what is new is searched.
   */
  hasWordBefore(key: number, words: readonly string[], position: number, reach: number): boolean {
    const from = Math.max(0, position - reach);
    this.searched ??= new Map();
    let known = this.searched.get(key);
    if (known === undefined) {
      known = { from: 0, to: -1, start: -1, end: 0, longest: Math.max(...words.map((word) => word.length)) };
      this.searched.set(key, known);
    }
    if (known.to < 0 || known.to > position || from < known.from) {
      known.from = from;
      known.to = from;
      known.start = -1;
    }
    const low = Math.max(from, known.to - known.longest + 1);
    if (known.to < position) {
      const text = lowerCase(this.slice(low, position));
      for (const word of words) {
        const at = text.lastIndexOf(word);
        if (at < 0 || low + at <= known.start) continue;
        known.start = low + at;
        known.end = low + at + word.length;
      }
      known.to = position;
    }
    return known.start >= from && known.end <= position;
  }

  private joinFrom(index: number): void {
    const joined = this.pieces.slice(index).join('');
    this.pieces.length = index + 1;
    this.starts.length = index + 1;
    this.pieces[index] = joined;
  }
}

/**
 * Lower case of each character by itself, so that offsets stay and no character depends on its neighbours: as a whole
 * `\u0130` becomes two characters, and a final sigma another than the one within a word.
 */
export function lowerCase(text: string): string {
  let isAscii = true;
  for (let i = 0; i < text.length && isAscii; i += 1) isAscii = text.charCodeAt(i) < 0x80;
  if (isAscii) return text.toLowerCase();
  let lower = '';
  for (const character of text) {
    const one = character.toLowerCase();
    lower += one.length === character.length ? one : character;
  }
  return lower;
}
