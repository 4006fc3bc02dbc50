/**
 * Finds the places of a text that look like one of many windows, faster than a loop that reads every character.
 *
 * A shift-and automaton over *pairs* of characters, after FDR in Hyperscan (https://www.usenix.org/conference/nsdi19/presentation/wang-xiang):
 * the text is copied into bytes by the runtime's vectorised encoder, two characters are one load, and one table entry a pair
 * says for eight buckets of windows and four places in them whether the pair may stand there. A window is entered twice, since
 * it may begin at the first or at the second character of a pair. What it finds is only likely and is looked at closer by
 * the caller; what it passes over is none of the windows.
 */
import { type AsciiBits, contains, type Window, WINDOW_CHARACTERS } from './windows.ts';

/** What is told apart: the beginning of a candidate, a place that a `before` passes, a mark behind a run of characters. */
export const BEGINNING = 0;
export const GATE = 1;
export const MARK = 2;

export interface SieveWindow {
  readonly kind: typeof BEGINNING | typeof GATE | typeof MARK;
  readonly window: Window;
}

/** What the caller does with a place: -1 goes on, else the scan ends there. */
export interface Verifier {
  /** `kinds`: bits of what may be there. `end`: behind the window, which is eight or seven characters long. */
  verify(kinds: number, end: number): number;
}

const BUCKETS = 8;
const PLACES = 4;
/** Pairs of bytes up to 0x7f. */
const PAIRS = 0x8000;
/** Characters that are copied at once. */
const BLOCK_CHARACTERS = 2_048;
/** Everything beyond ASCII, and U+007F. */
const FAR = 0x7f;

const NAME_BITS = 5;
/** Up to so many windows of gates share a bucket. */
const GATES_FEW = 24;

const encoder = new TextEncoder();
const bytes = new Uint8Array(BLOCK_CHARACTERS);
const pairs = new Uint16Array(bytes.buffer);
/** Which piece the block is of, and which part of it; only while one scan of a piece lasts. */
let loadedPiece = '';
let loadedFrom = -1;
/** The last block held characters beyond ASCII: then so does the next, most likely. */
let wasFar = false;

/** Lets go of the text that was copied last. */
export function forgetBlock(): void {
  loadedPiece = '';
  loadedFrom = -1;
}

export class Sieve {
  private readonly table = new Int32Array(PAIRS);
  /** For each set of buckets, which kinds of windows they hold. */
  private readonly kindsOf = new Uint8Array(1 << BUCKETS);
  /** For four characters, 5 bits each, whether a window of a gate may begin with them. */
  private readonly names = new Int32Array(1 << (4 * NAME_BITS - 5));

  constructor(windows: readonly SieveWindow[]) {
    for (const { kind, window } of windows) if (kind === GATE) this.enterName(window, 0, 0);
    const buckets = fillBuckets(windows);
    buckets.forEach((bucket, b) => {
      for (let place = 0; place < PLACES; place += 1) {
        const rows = bucket.rows[place] as Int32Array;
        const bit = 1 << (8 * place + b);
        for (let one = 0; one < 128; one += 1) {
          for (let two = 0; two < 128; two += 1) {
            if ((((rows[one * 4 + (two >>> 5)] as number) >>> (two & 31)) & 1) === 0) continue;
            const pair = (two << 8) | one;
            this.table[pair] = (this.table[pair] as number) | bit;
          }
        }
      }
      for (let set = 0; set < 1 << BUCKETS; set += 1) {
        if (((set >>> b) & 1) === 1) this.kindsOf[set] = (this.kindsOf[set] as number) | bucket.kinds;
      }
    });
  }

  private enterName(window: Window, index: number, key: number): void {
    if (index === 4) {
      this.names[key >>> 5] = (this.names[key >>> 5] as number) | (1 << (key & 31));
      return;
    }
    const seen = new Set<number>();
    const bits = window[index];
    for (let unit = 0; unit < 128; unit += 1) if (bits === undefined || contains(bits, unit)) seen.add(nameBits(unit));
    for (const one of seen) this.enterName(window, index + 1, (key << NAME_BITS) | one);
  }

  /** Whether a window of a gate may begin eight or seven characters before `end`. */
  private mayBeName(piece: string, end: number): boolean {
    const at = Math.max(0, end - WINDOW_CHARACTERS);
    let key = 0;
    for (let i = 0; i < 4; i += 1) key = (key << NAME_BITS) | nameBits(piece.charCodeAt(at + i));
    if ((((this.names[key >>> 5] as number) >>> (key & 31)) & 1) === 1) return true;
    key = ((key << NAME_BITS) | nameBits(piece.charCodeAt(at + 4))) & ((1 << (4 * NAME_BITS)) - 1);
    return (((this.names[key >>> 5] as number) >>> (key & 31)) & 1) === 1;
  }

  /**
   * Reads `piece` from `from`, at least 1, asking the verifier about every window that begins at `from - 1` or later.
   * Returns where the verifier ended it, or how far no window is left: seven characters before the end at most.
   */
  scan(piece: string, from: number, verifier: Verifier): number {
    const { table, kindsOf } = this;
    const first = from - 1;
    let places = 0;
    for (let start = first - (first % BLOCK_CHARACTERS); start < piece.length; start += BLOCK_CHARACTERS) {
      const length = load(piece, start);
      const stop = length >> 1;
      for (let i = start < first ? (first - start) >> 1 : 0; i < stop; i += 1) {
        places = ((places << 8) | 0xff) & (table[pairs[i] as number] as number);
        if (places >>> 24 === 0) continue;
        const end = start + 2 * i + 2;
        let kinds = kindsOf[places >>> 24] as number;
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

/** A character as 5 bits: letters whatever their case, and everything beyond ASCII as one. */
function nameBits(unit: number): number {
  return (unit < FAR ? unit : FAR) & ((1 << NAME_BITS) - 1);
}

/** Copies a block and returns its length. */
function load(piece: string, from: number): number {
  const length = Math.min(BLOCK_CHARACTERS, piece.length - from);
  if (loadedFrom === from && loadedPiece === piece) return length;
  const part = piece.length <= BLOCK_CHARACTERS ? piece : piece.slice(from, from + length);
  if (wasFar) wasFar = loadFar(part);
  else {
    const { read, written } = encoder.encodeInto(part, bytes);
    if (read !== length || written !== length) wasFar = loadFar(part);
  }
  loadedPiece = piece;
  loadedFrom = from;
  return length;
}

/** A byte for each code unit, also of a text that is not all ASCII; returns whether it is not. */
function loadFar(part: string): boolean {
  let all = 0;
  for (let i = 0; i < part.length; i += 1) {
    const unit = part.charCodeAt(i);
    all |= unit;
    bytes[i] = unit < FAR ? unit : FAR;
  }
  return all >= 0x80;
}

interface Bucket {
  /** Bits of the kinds of windows in it. */
  kinds: number;
  /** For each place, 128 rows of 128 bits: which characters may follow which. */
  readonly rows: readonly Int32Array[];
  /** For each place, which pairs of the sample may stand there, and their share. */
  readonly seen: readonly Int32Array[];
  readonly shares: number[];
}

/** One window as four sets of pairs; undefined: any character. */
type Entry = readonly (readonly [AsciiBits | undefined, AsciiBits | undefined])[];

function fillBuckets(windows: readonly SieveWindow[]): Bucket[] {
  const buckets = Array.from({ length: BUCKETS }, () => ({
    kinds: 0,
    rows: Array.from({ length: PLACES }, () => new Int32Array(512)),
    seen: Array.from({ length: PLACES }, () => new Int32Array(SAMPLE_WORDS)),
    // Pairs that the sample does not show are rare, not impossible.
    shares: [0.001, 0.001, 0.001, 0.001],
  }));
  // Places of gates are many and looked at closer in a way of their own, so they are kept apart.
  const gateCount = windows.filter(({ kind }) => kind === GATE).length;
  const gates = buckets.slice(0, gateCount > GATES_FEW ? 3 : 1);
  const others = buckets.slice(gates.length);
  const known = new Set<string>();
  const entries: { kind: SieveWindow['kind']; entry: Entry; share: number }[] = [];
  for (const { kind, window } of windows) {
    const key = `${kind}:${window.map((bits) => bits.join()).join(';')}`;
    if (known.has(key)) continue;
    known.add(key);
    for (const entry of entriesOf(window)) {
      entries.push({
        kind,
        entry,
        share: entry.reduce((share, [one, two]) => share * (0.001 + shareOfNew(NOTHING, seenPairs(one, two))), 1),
      });
    }
  }
  // The frequent first: what is rare fits in anywhere.
  entries.sort((a, b) => b.share - a.share);
  for (const { kind, entry } of entries) {
    const bucket = bestBucket(kind === GATE ? gates : others, entry);
    bucket.kinds |= 1 << kind;
    addTo(bucket, entry);
  }
  return buckets;
}

function entriesOf(window: Window): Entry[] {
  const at = (i: number): AsciiBits | undefined => window[i];
  return [[0, 2, 4, 6].map((i) => [at(i), at(i + 1)] as const), [-1, 1, 3, 5].map((i) => [at(i), at(i + 1)] as const)];
}

/** Where an entry adds least to what passes of the sample. */
function bestBucket(buckets: readonly Bucket[], entry: Entry): Bucket {
  const seen = entry.map(([one, two]) => seenPairs(one, two));
  let best = buckets[0] as Bucket;
  let least = Number.POSITIVE_INFINITY;
  for (const bucket of buckets) {
    let before = 1;
    let after = 1;
    for (let place = 0; place < PLACES; place += 1) {
      before *= bucket.shares[place] as number;
      after *=
        (bucket.shares[place] as number) + shareOfNew(bucket.seen[place] as Int32Array, seen[place] as Int32Array);
    }
    if (after - before >= least) continue;
    least = after - before;
    best = bucket;
  }
  return best;
}

function addTo(bucket: Bucket, entry: Entry): void {
  entry.forEach(([one, two], place) => {
    const rows = bucket.rows[place] as Int32Array;
    for (let unit = 0; unit < 128; unit += 1) {
      if (one !== undefined && !contains(one, unit)) continue;
      for (let word = 0; word < 4; word += 1) {
        rows[unit * 4 + word] = (rows[unit * 4 + word] as number) | (two === undefined ? -1 : (two[word] as number));
      }
    }
    const seen = bucket.seen[place] as Int32Array;
    const more = seenPairs(one, two);
    bucket.shares[place] = (bucket.shares[place] as number) + shareOfNew(seen, more);
    more.forEach((word, i) => (seen[i] = (seen[i] as number) | word));
  });
}

/** What ordinary answers look like: by its pairs of characters windows are told apart. */
const SAMPLE =
  'The committee reviewed twelve applications on Monday, and everyone agreed that the information was available. ' +
  "Here are some of the most important things to consider when you're writing a function: first, check that the value " +
  'is not empty; second, return the result of the calculation. In the beginning there was only one way to do this, but ' +
  'over the years people have found others (for example, by using a list or a table).\n\n- **Note**: it should be ' +
  'possible to change the number of items at any time. However, I would like to know more about how the system works ' +
  'before making a decision.\n- Use `get` and `set` with care.\n\n1. Open the file and read its contents into memory.\n' +
  '2. Create a new user, then call the service with their name. What do you think? She said, "Yes, because we can help ' +
  'each other with questions like these." A good teacher explains both sides, gives examples, and lets students discover ' +
  'the rest for themselves. Thank you very much for your message; please let me know if there is anything else. ' +
  'Climate change affects agriculture, biodiversity and the health of communities throughout the world, especially in ' +
  'developing regions. Scientists have described significant increases in average temperature since the nineteenth century; ' +
  "they predict rising oceans, stronger storms and longer droughts. Let's look at several strategies that governments, " +
  'companies and individuals might adopt to reduce emissions: improving energy efficiency, protecting forests, investing ' +
  'in public transport, and designing buildings that need less heating. ' +
  'Once upon a time, a brave young girl named Lily lived with her grandmother near an old castle. Every evening they sat ' +
  'by the fire, drank hot chocolate and told stories of pirates, dragons, kings and queens. "Where does the river go?" ' +
  'asked Lily. Her grandmother smiled quietly: "Far away, my dear, past valleys, villages and cities, until it meets the ' +
  'sea." Suddenly, someone knocked loudly at the door.\n\n### Summary\n\nTo solve this problem, we define a class that ' +
  'inherits from an abstract interface, override its methods and handle errors properly. Make sure your code compiles, ' +
  'passes all tests and follows best practices. You may also want to optimize performance, avoid duplicate queries, and ' +
  'document each parameter. As an expert in marketing, I recommend focusing on customer feedback, social media ' +
  'engagement, brand awareness, product quality and pricing. My favorite books include novels by classic authors, ' +
  'biographies of inventors, and philosophical essays about justice, knowledge, truth, beauty, faith, hope and love. ' +
  'Mix flour, sugar, eggs, butter and milk; bake for half an hour, cool, slice and serve with fresh fruit or honey. ' +
  'Exercise regularly, drink enough water, sleep well, and ask your doctor whether extra vitamins could benefit you.';

interface Sample {
  readonly pairs: Int32Array;
  readonly shares: Float64Array;
}
const sample: Sample = samplePairs();
const SAMPLE_WORDS = (sample.pairs.length + 31) >>> 5;
const NOTHING = new Int32Array(SAMPLE_WORDS);
const seenOfSets = new WeakMap<AsciiBits, WeakMap<AsciiBits, Int32Array>>();
const ANY_BITS: AsciiBits = Int32Array.of(-1, -1, -1, -1);

function samplePairs(): Sample {
  const counts = new Map<number, number>();
  for (let at = 1; at < SAMPLE.length; at += 1) {
    const pair = (SAMPLE.charCodeAt(at) << 8) | SAMPLE.charCodeAt(at - 1);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]);
  return {
    pairs: Int32Array.from(most.map(([pair]) => pair)),
    shares: Float64Array.from(most.map(([, count]) => count / SAMPLE.length)),
  };
}

function seenPairs(one: AsciiBits = ANY_BITS, two: AsciiBits = ANY_BITS): Int32Array {
  let known = seenOfSets.get(one);
  if (known === undefined) {
    known = new WeakMap();
    seenOfSets.set(one, known);
  }
  let seen = known.get(two);
  if (seen === undefined) {
    seen = new Int32Array(SAMPLE_WORDS);
    for (let i = 0; i < sample.pairs.length; i += 1) {
      const pair = sample.pairs[i] as number;
      if (contains(one, pair & 0x7f) && contains(two, pair >>> 8))
        seen[i >>> 5] = (seen[i >>> 5] as number) | (1 << (i & 31));
    }
    known.set(two, seen);
  }
  return seen;
}

/** What `more` adds to the share of `seen`. */
function shareOfNew(seen: Int32Array, more: Int32Array): number {
  let share = 0;
  for (let word = 0; word < seen.length; word += 1) {
    for (let rest = (more[word] as number) & ~(seen[word] as number); rest !== 0; rest &= rest - 1) {
      share += sample.shares[32 * word + 31 - Math.clz32(rest & -rest)] as number;
    }
  }
  return share;
}
