/**
 * Finds the places of a text that look like one of many windows, faster than a loop that reads every character.
 *
 * A shift-and automaton over *pairs* of characters, after FDR in Hyperscan (https://www.usenix.org/conference/nsdi19/presentation/wang-xiang):
 * the text is copied into bytes by the runtime's vectorised encoder, two characters are one load, and one table entry a pair
 * says for sixteen buckets of windows and four places in them whether the pair may stand there. A window is entered twice, since
 * it may begin at the first or at the second character of a pair. What it finds is only likely and is looked at closer by
 * the caller; what it passes over is none of the windows.
 */
import { fillBuckets, GATE, PLACES, type SieveWindow } from './sieve-buckets.ts';
import { type AsciiBits, contains, WINDOW_CHARACTERS } from './windows.ts';

/** What the caller does with a place: -1 goes on, else the scan ends there. */
export interface Verifier {
  /** `kinds`: bits of what may be there. `end`: behind the window, which is eight or seven characters long. */
  verify(kinds: number, end: number): number;
}

/** Sets of half of the buckets. */
const LANE_SETS = 256;
/** Pairs of bytes up to 0x7f. */
const PAIRS = 0x8000;
/** Characters that are copied at once. */
const BLOCK_CHARACTERS = 2_048;
/** Everything beyond ASCII, and U+007F. */
const FAR = 0x7f;

const NAME_BITS = 5;
/** More ways to read four characters than this are not written out. */
const WIDE_NAMES = 1 << 17;
const NAME_MASK = (1 << (4 * NAME_BITS)) - 1;

const encoder = new TextEncoder();
const bytes = new Uint8Array(BLOCK_CHARACTERS);
const pairs = new Uint16Array(bytes.buffer);
const units = new Uint16Array(BLOCK_CHARACTERS);
const unitBytes = Buffer.from(units.buffer);
/** Which piece the block is of, and which part of it; only while one scan of a piece lasts. */
let loadedPiece = '';
let loadedFrom = -1;
/** For so many blocks more text is not taken for ASCII at first. */
let farBlocks = 0;
/** After a block that held characters beyond ASCII: its neighbours do too, most likely. */
const FAR_BLOCKS = 8;

/** Lets go of the text that was copied last. */
export function forgetBlock(): void {
  loadedPiece = '';
  loadedFrom = -1;
}

export class Sieve {
  /** Two numbers a pair, for half of the buckets each: a byte for each place. */
  private readonly table = new Int32Array(2 * PAIRS);
  /** For each set of the first, and then of the other half of the buckets, which kinds of windows they hold. */
  private readonly kindsOf = new Uint8Array(2 * LANE_SETS);
  /** For four characters, 5 bits each, whether a window of a gate may begin with them. */
  private readonly names = new Int32Array(1 << (4 * NAME_BITS - 5));

  constructor(windows: readonly SieveWindow[]) {
    const sets = new NameSets();
    for (const { kind, window } of windows) {
      if (kind !== GATE) continue;
      const names = [0, 1, 2, 3].map((i) => sets.of(window[i]));
      // What is as wide as that tells nothing.
      if (names.reduce((product, { length }) => product * length, 1) > WIDE_NAMES) this.names.fill(-1);
      else enterNames(this.names, names, 0, 0);
    }
    const buckets = fillBuckets(windows);
    buckets.forEach((bucket, b) => {
      const lane = b >> 3;
      const bit = 1 << (b & 7);
      for (let place = 0; place < PLACES; place += 1)
        this.enterRows(bucket.rows[place] as Int32Array, lane, bit << (8 * place));
      for (let set = 0; set < LANE_SETS; set += 1) {
        const index = lane * LANE_SETS + set;
        if ((set & bit) !== 0) this.kindsOf[index] = (this.kindsOf[index] as number) | bucket.kinds;
      }
    });
  }

  private enterRows(rows: Int32Array, lane: number, bit: number): void {
    const { table } = this;
    for (let one = 0; one < 128; one += 1) {
      for (let word = 0; word < 4; word += 1) {
        for (let rest = rows[4 * one + word] as number; rest !== 0; rest &= rest - 1) {
          const pair = ((32 * word + 31 - Math.clz32(rest & -rest)) << 8) | one;
          const index = 2 * pair + lane;
          table[index] = (table[index] as number) | bit;
        }
      }
    }
  }

  /** Whether a window of a gate may begin eight or seven characters before `end`. */
  private mayBeName(piece: string, end: number): boolean {
    const at = Math.max(0, end - WINDOW_CHARACTERS);
    let key = 0;
    for (let i = 0; i < 4; i += 1) key = (key << NAME_BITS) | nameBits(piece.charCodeAt(at + i));
    if (holdsBit(this.names, key)) return true;
    return holdsBit(this.names, ((key << NAME_BITS) | nameBits(piece.charCodeAt(at + 4))) & NAME_MASK);
  }

  /**
   * Reads `piece` from `from`, at least 1, asking the verifier about every window that begins at `from - 1` or later.
   * Returns where the verifier ended it, or how far no window is left: seven characters before the end at most.
   */
  scan(piece: string, from: number, verifier: Verifier): number {
    const { table, kindsOf } = this;
    const first = from - 1;
    let one = 0;
    let two = 0;
    for (let start = first - (first % BLOCK_CHARACTERS); start < piece.length; start += BLOCK_CHARACTERS) {
      const length = load(piece, start);
      const stop = length >> 1;
      for (let i = start < first ? (first - start) >> 1 : 0; i < stop; i += 1) {
        const pair = (pairs[i] as number) << 1;
        one = ((one << 8) | 0xff) & (table[pair] as number);
        two = ((two << 8) | 0xff) & (table[pair + 1] as number);
        if ((one | two) >>> 24 === 0) continue;
        const end = start + 2 * i + 2;
        let kinds = (kindsOf[one >>> 24] as number) | (kindsOf[LANE_SETS + (two >>> 24)] as number);
        if ((kinds & (1 << GATE)) !== 0 && !this.mayBeName(piece, end)) kinds &= ~(1 << GATE);
        if (kinds === 0) continue;
        const place = verifier.verify(kinds, end);
        if (place >= 0) return place;
        if (loadedFrom !== start || loadedPiece !== piece) load(piece, start);
      }
    }
    return Math.max(from, (piece.length & ~1) - 7);
  }
}

function holdsBit(bits: Int32Array, key: number): boolean {
  return (((bits[key >>> 5] as number) >>> (key & 31)) & 1) === 1;
}

/** What the members of each set are as 5 bits each; undefined: of any character. */
class NameSets {
  private readonly known = new Map<AsciiBits | undefined, readonly number[]>();

  of(bits: AsciiBits | undefined): readonly number[] {
    let names = this.known.get(bits);
    if (names === undefined) {
      let seen = 0;
      for (let unit = 0; unit < 128; unit += 1)
        if (bits === undefined || contains(bits, unit)) seen |= 1 << nameBits(unit);
      names = Array.from({ length: 32 }, (_, name) => name).filter((name) => ((seen >>> name) & 1) === 1);
      this.known.set(bits, names);
    }
    return names;
  }
}

function enterNames(into: Int32Array, names: readonly (readonly number[])[], index: number, key: number): void {
  if (index === names.length) into[key >>> 5] = (into[key >>> 5] as number) | (1 << (key & 31));
  else for (const one of names[index] ?? []) enterNames(into, names, index + 1, (key << NAME_BITS) | one);
}

/** A character as 5 bits: letters whatever their case, and everything beyond ASCII as one. */
function nameBits(unit: number): number {
  return (unit < FAR ? unit : FAR) & ((1 << NAME_BITS) - 1);
}

/** Copies a block and returns its length. */
function load(piece: string, from: number): number {
  const length = Math.min(BLOCK_CHARACTERS, piece.length - from);
  if (loadedFrom === from && loadedPiece === piece) return length;
  const part = piece.length <= BLOCK_CHARACTERS ? piece : piece.slice(from, from + length);
  if (farBlocks > 0 || !loadAscii(part)) loadFar(part);
  loadedPiece = piece;
  loadedFrom = from;
  return length;
}

/** False where the text is not all ASCII. */
function loadAscii(part: string): boolean {
  const { read, written } = encoder.encodeInto(part, bytes);
  return read === part.length && written === part.length;
}

/** A byte for each code unit, also of a text that is not all ASCII. */
function loadFar(part: string): void {
  unitBytes.write(part, 0, 'utf16le');
  let isFar = false;
  for (let i = 0; i < part.length; i += 1) {
    const unit = units[i] as number;
    if (unit >= FAR) isFar = true;
    bytes[i] = unit < FAR ? unit : FAR;
  }
  farBlocks = isFar ? FAR_BLOCKS : farBlocks - 1;
}
