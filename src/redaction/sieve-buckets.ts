/**
 * Which windows of a sieve share a bucket, so that as little ordinary text as possible passes.
 *
 * A bucket lets pass every mixture of its windows' pairs, so what is put together should be alike. Windows go one after
 * another to where they add least to what passes of a sample of ordinary answers.
 */
import { type AsciiBits, contains, idOf, type Window } from './windows.ts';

/** What is told apart: the beginning of a candidate, a place that a `before` passes, a mark behind a run of characters. */
export const BEGINNING = 0;
export const GATE = 1;
export const MARK = 2;

export interface SieveWindow {
  readonly kind: typeof BEGINNING | typeof GATE | typeof MARK;
  readonly window: Window;
}

/** Half of them stand in one 32-bit number, a byte for each place. */
export const BUCKETS = 16;
/** Pairs of characters in a window. */
export const PLACES = 4;

export interface Bucket {
  /** Bits of the kinds of windows in it. */
  readonly kinds: number;
  /** For each place, 128 rows of 128 bits: which characters may follow which. */
  readonly rows: readonly Int32Array[];
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
  /** Which pairs of the sample are in it, as indices. */
  readonly seen: Int32Array;
  readonly share: number;
}

/** So many of the most frequent entries are moved again when all others have come. */
const MOVED_MAX = 256;
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
  const groups = Array.from({ length: BUCKETS }, () => new Group());
  const entries = entriesOf(windows);
  // Places of gates are many and looked at closer in a way of their own, so they are kept apart.
  const gates = entries.filter(({ kind }) => kind === GATE);
  const others = entries.filter(({ kind }) => kind !== GATE);
  const half = gates.length === 0 ? 0 : others.length === 0 ? BUCKETS : BUCKETS / 2;
  distribute(gates, groups.slice(0, half));
  distribute(others, groups.slice(half));
  return groups.map((group) => group.toBucket());
}

/** Each entry goes where it adds least to what passes of the sample, and is moved when others have come. */
function distribute(entries: readonly Entry[], groups: readonly Group[]): void {
  const groupOf = new Map<Entry, Group>();
  const place = (entry: Entry): void => {
    const group = bestFor(entry, groups);
    group.add(entry);
    groupOf.set(entry, group);
  };
  for (const entry of entries) place(entry);
  for (const entry of entries.slice(0, MOVED_MAX)) {
    groupOf.get(entry)?.remove(entry);
    place(entry);
  }
}

function bestFor(entry: Entry, groups: readonly Group[]): Group {
  let best = groups[0] as Group;
  let least = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    const added = group.addedBy(entry);
    if (added >= least) continue;
    least = added;
    best = group;
  }
  return best;
}

/** Entries of one bucket, and how much of the sample passes at each place. */
class Group {
  private readonly entries = new Set<Entry>();
  private readonly counts = Array.from({ length: PLACES }, () => new Int32Array(sample.pairs.length));
  private readonly shares = new Float64Array(PLACES).fill(SHARE_MIN);

  add(entry: Entry): void {
    this.entries.add(entry);
    for (let place = 0; place < PLACES; place += 1) this.count(place, entry, 1);
  }

  remove(entry: Entry): void {
    this.entries.delete(entry);
    for (let place = 0; place < PLACES; place += 1) this.count(place, entry, -1);
  }

  /** What an entry would add to the share of the sample that passes. */
  addedBy(entry: Entry): number {
    let before = 1;
    let after = 1;
    for (let place = 0; place < PLACES; place += 1) {
      const share = this.shares[place] as number;
      const counts = this.counts[place] as Int32Array;
      let more = 0;
      const { seen } = entry.pairs[place] as PairSet;
      for (let i = 0; i < seen.length; i += 1) {
        const index = seen[i] as number;
        if (counts[index] === 0) more += sample.shares[index] as number;
      }
      before *= share;
      after *= share + more;
    }
    return after - before;
  }

  toBucket(): Bucket {
    const rows = Array.from({ length: PLACES }, () => new Int32Array(512));
    const entered = new Set<number>();
    let kinds = 0;
    for (const { kind, pairs } of this.entries) {
      kinds |= 1 << kind;
      for (let place = 0; place < PLACES; place += 1) {
        const set = pairs[place] as PairSet;
        const key = PLACES * set.id + place;
        if (!entered.has(key)) addRows(rows[place] as Int32Array, set);
        entered.add(key);
      }
    }
    return { kinds, rows };
  }

  private count(place: number, entry: Entry, change: 1 | -1): void {
    const counts = this.counts[place] as Int32Array;
    let share = this.shares[place] as number;
    const { seen } = entry.pairs[place] as PairSet;
    for (let i = 0; i < seen.length; i += 1) {
      const index = seen[i] as number;
      const count = (counts[index] as number) + change;
      counts[index] = count;
      if (count === (change === 1 ? 1 : 0)) share += change * (sample.shares[index] as number);
    }
    this.shares[place] = share;
  }
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
  private readonly known = new Map<number, PairSet>();

  of(one: AsciiBits = ANY, two: AsciiBits = ANY): PairSet {
    const id = 65_536 * idOf(one) + idOf(two);
    let set = this.known.get(id);
    if (set === undefined) {
      const seen = seenOf(one, two);
      set = { id, one, two, seen, share: seen.reduce((sum, index) => sum + (sample.shares[index] as number), 0) };
      this.known.set(id, set);
    }
    return set;
  }
}

function seenOf(one: AsciiBits, two: AsciiBits): Int32Array {
  const seen: number[] = [];
  for (let i = 0; i < sample.pairs.length; i += 1) {
    const pair = sample.pairs[i] as number;
    if (contains(one, pair & 0x7f) && contains(two, pair >>> 8)) seen.push(i);
  }
  return Int32Array.from(seen);
}

function addRows(rows: Int32Array, { one, two }: PairSet): void {
  for (let word = 0; word < 4; word += 1) {
    for (let rest = one[word] as number; rest !== 0; rest &= rest - 1) {
      const row = 4 * (32 * word + 31 - Math.clz32(rest & -rest));
      for (let i = 0; i < 4; i += 1) rows[row + i] = (rows[row + i] as number) | (two[i] as number);
    }
  }
}
