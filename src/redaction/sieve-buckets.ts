/**
 * Which windows of a sieve share a bucket, so that as little ordinary text as possible passes.
 *
 * A bucket lets pass every mixture of its windows' pairs, so what is put together should be alike. Windows go one after
 * another to where they add least to what passes of a sample of ordinary answers.
 */
import { type AsciiBits, contains, type Window } from './windows.ts';

/** What is told apart: the beginning of a candidate, a place that a `before` passes, a mark behind a run of characters. */
export const BEGINNING = 0;
export const GATE = 1;
export const MARK = 2;

export interface SieveWindow {
  readonly kind: typeof BEGINNING | typeof GATE | typeof MARK;
  readonly window: Window;
}

export const BUCKETS = 8;
/** Pairs of characters in a window. */
export const PLACES = 4;

export interface Bucket {
  /** Bits of the kinds of windows in it. */
  kinds: number;
  /** For each place, 128 rows of 128 bits: which characters may follow which. */
  readonly rows: readonly Int32Array[];
  /** For each place, the pairs of sets that were entered. */
  readonly entered: readonly Set<number>[];
  /** For each place, which pairs of the sample may stand there, and their share. */
  readonly seen: readonly Int32Array[];
  readonly shares: number[];
}

/** One window as it stands to pairs: four pairs of sets, in one of two ways. */
interface Entry {
  readonly kind: SieveWindow['kind'];
  readonly pairs: readonly PairSet[];
  readonly share: number;
}

interface PairSet {
  readonly id: number;
  readonly one: AsciiBits;
  readonly two: AsciiBits;
  /** Which pairs of the sample are in it. */
  readonly seen: Int32Array;
  readonly share: number;
}

/** Up to so many windows of gates share a bucket; of more they take three. */
const GATES_FEW = 24;
/** Pairs that the sample does not show are rare, not impossible. */
const SHARE_MIN = 0.001;
const ANY: AsciiBits = Int32Array.of(-1, -1, -1, -1);

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

const sample = samplePairs();
const SAMPLE_WORDS = (sample.pairs.length + 31) >>> 5;

function samplePairs(): { readonly pairs: Int32Array; readonly shares: Float64Array } {
  const counts = new Map<number, number>();
  for (let at = 1; at < SAMPLE.length; at += 1) {
    const pair = (SAMPLE.charCodeAt(at) << 8) | SAMPLE.charCodeAt(at - 1);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return {
    pairs: Int32Array.from(counts.keys()),
    shares: Float64Array.from(counts.values(), (count) => count / SAMPLE.length),
  };
}

/** Distributes windows over `BUCKETS` buckets. */
export function fillBuckets(windows: readonly SieveWindow[]): Bucket[] {
  const buckets = Array.from({ length: BUCKETS }, emptyBucket);
  const entries = entriesOf(windows);
  // Places of gates are many and looked at closer in a way of their own, so they are kept apart.
  const gateCount = entries.filter(({ kind }) => kind === GATE).length;
  const gates = buckets.slice(0, gateCount > 2 * GATES_FEW ? 3 : 1);
  const others = buckets.slice(gateCount === 0 ? 0 : gates.length);
  for (const entry of entries) addTo(bestBucket(entry.kind === GATE ? gates : others, entry), entry);
  return buckets;
}

function emptyBucket(): Bucket {
  return {
    kinds: 0,
    rows: Array.from({ length: PLACES }, () => new Int32Array(512)),
    entered: Array.from({ length: PLACES }, () => new Set<number>()),
    seen: Array.from({ length: PLACES }, () => new Int32Array(SAMPLE_WORDS)),
    shares: Array.from({ length: PLACES }, () => SHARE_MIN),
  };
}

/** Each window in both ways, the frequent first: what is rare fits in anywhere. */
function entriesOf(windows: readonly SieveWindow[]): Entry[] {
  const sets = new PairSets();
  const known = new Set<string>();
  const entries: Entry[] = [];
  for (const { kind, window } of windows) {
    for (const from of [0, -1]) {
      const pairs = Array.from({ length: PLACES }, (_, place) =>
        sets.of(window[from + 2 * place], window[from + 2 * place + 1]),
      );
      const key = `${kind}:${pairs.map(({ id }) => id).join()}`;
      if (known.has(key)) continue;
      known.add(key);
      entries.push({ kind, pairs, share: pairs.reduce((share, pair) => share * (SHARE_MIN + pair.share), 1) });
    }
  }
  return entries.sort((a, b) => b.share - a.share);
}

/** Pairs of sets, each made once. */
class PairSets {
  private readonly ids = new Map<string, number>();
  private readonly idOf = new Map<AsciiBits, number>();
  private readonly known = new Map<number, PairSet>();

  of(one: AsciiBits = ANY, two: AsciiBits = ANY): PairSet {
    const id = 65_536 * this.number(one) + this.number(two);
    let set = this.known.get(id);
    if (set === undefined) {
      const seen = seenOf(one, two);
      set = { id, one, two, seen, share: shareOfNew(new Int32Array(SAMPLE_WORDS), seen) };
      this.known.set(id, set);
    }
    return set;
  }

  private number(bits: AsciiBits): number {
    let id = this.idOf.get(bits);
    if (id === undefined) {
      const key = bits.join();
      id = this.ids.get(key) ?? this.ids.size;
      this.ids.set(key, id);
      this.idOf.set(bits, id);
    }
    return id;
  }
}

function seenOf(one: AsciiBits, two: AsciiBits): Int32Array {
  const seen = new Int32Array(SAMPLE_WORDS);
  for (let i = 0; i < sample.pairs.length; i += 1) {
    const pair = sample.pairs[i] as number;
    if (contains(one, pair & 0x7f) && contains(two, pair >>> 8))
      seen[i >>> 5] = (seen[i >>> 5] as number) | (1 << (i & 31));
  }
  return seen;
}

/** Where an entry adds least to what passes of the sample. */
function bestBucket(buckets: readonly Bucket[], entry: Entry): Bucket {
  let best = buckets[0] as Bucket;
  let least = Number.POSITIVE_INFINITY;
  for (const bucket of buckets) {
    let before = 1;
    let after = 1;
    for (let place = 0; place < PLACES; place += 1) {
      const share = bucket.shares[place] as number;
      before *= share;
      after *= share + shareOfNew(bucket.seen[place] as Int32Array, (entry.pairs[place] as PairSet).seen);
    }
    if (after - before >= least) continue;
    least = after - before;
    best = bucket;
  }
  return best;
}

function addTo(bucket: Bucket, entry: Entry): void {
  bucket.kinds |= 1 << entry.kind;
  for (let place = 0; place < PLACES; place += 1) {
    const set = entry.pairs[place] as PairSet;
    const entered = bucket.entered[place] as Set<number>;
    if (entered.has(set.id)) continue;
    entered.add(set.id);
    addRows(bucket.rows[place] as Int32Array, set);
    const seen = bucket.seen[place] as Int32Array;
    bucket.shares[place] = (bucket.shares[place] as number) + shareOfNew(seen, set.seen);
    for (let word = 0; word < SAMPLE_WORDS; word += 1) seen[word] = (seen[word] as number) | (set.seen[word] as number);
  }
}

function addRows(rows: Int32Array, { one, two }: PairSet): void {
  for (let word = 0; word < 4; word += 1) {
    for (let rest = one[word] as number; rest !== 0; rest &= rest - 1) {
      const row = 4 * (32 * word + 31 - Math.clz32(rest & -rest));
      for (let i = 0; i < 4; i += 1) rows[row + i] = (rows[row + i] as number) | (two[i] as number);
    }
  }
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
