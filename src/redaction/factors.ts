/**
 * Which few characters must stand somewhere in every match of a pattern: `key`, `token`, `[?&]sig=`.
 *
 * Rules that any word could begin carry a `before`. Looking for such a `before` at every word is dear; noticing that a
 * word such as `token` has passed is not, and while none has, no `before` can match. So each `before` is judged at load
 * by the rarest characters that it cannot do without. They are kept as groups (`groups.ts`), which may only err towards
 * "stands there".
 */
import { GROUP_FAR, GROUP_OF, groupsIn, shareOf } from './groups.ts';
import type { Node } from './syntax.ts';

/** One way in which the characters may read: for each the groups that it may be of, as bits. At most the last four count. */
export type Factor = readonly number[];

/** Most alternatives of one pattern; with more it counts as having none. */
const FACTORS_MAX = 32;
/** A window of the filter shows four characters, of which skipping may see three. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 4;
/** A factor that stands at more than this share of the places of prose would tell nothing. */
const SHARE_MAX = 0.1;

/** What these words of prose hold counts as common, whatever its letters say. */
const COMMON =
  'this is to be and was to the is a, was it to is the to a of is for in was the to and discover discovered discuss potential essential influential initial student president ' +
  'social special secure according second section security during culture figure feature to be is to ' +
  'information transform performed other mother together whether there ethernet words world value values evaluate called ' +
  'locally users used during security curious featuring access success necessary pictures natural storage history ' +
  'bears years phones author authors automatic passed passes past class personal server service services application ' +
  'license policy about both bottle key keys monkey token broken spoken secret secretary board records recorded record ' +
  'program diagram private wallet initial materials phrase purchase hundreds incredible credit according account address';
/** What each time adds to the share of a factor. */
const COMMON_SHARE = 0.0005;
/** How much more a whole factor counts than one that only seems to begin or end. */
const COMMON_WEIGHT = 4;

interface Known {
  /** Every text of the pattern, or its last characters; undefined when there are too many. */
  readonly whole: readonly Factor[] | undefined;
  /** The rarest factors that every match has. */
  readonly best: Choice | undefined;
}

interface Choice {
  readonly factors: readonly Factor[];
  readonly share: number;
}

/** The rarest factors one of which every match of the pattern has; undefined when none is rare enough. */
export function requiredFactors(node: Node): readonly Factor[] | undefined {
  const { best } = read(node);
  return best === undefined || best.share > SHARE_MAX ? undefined : best.factors;
}

function read(node: Node): Known {
  switch (node.kind) {
    case 'look':
      return { whole: [[]], best: undefined };
    case 'set': {
      const bits = groupsIn(node.set);
      // An astral character is two code units.
      const isAstral = (node.set.at(-1) as number) > 0xffff;
      return known(isAstral ? [[bits], [1 << GROUP_FAR, 1 << GROUP_FAR]] : [[bits]], undefined);
    }
    case 'sequence':
      return readSequence(node.nodes);
    case 'choice':
      return readChoice(node.nodes.map(read));
    case 'repeat':
      return readRepeat(node);
  }
}

function known(whole: readonly Factor[] | undefined, best: Choice | undefined): Known {
  const own = whole === undefined || whole.some((factor) => factor.length < LENGTH_MIN) ? undefined : choiceOf(whole);
  return { whole, best: rarer(own, best) };
}

function readSequence(nodes: readonly Node[]): Known {
  let whole: readonly Factor[] = [[]];
  let isWhole = true;
  let best: Choice | undefined;
  for (const node of nodes) {
    const part = read(node);
    best = rarer(best, part.best);
    const joined = part.whole === undefined ? undefined : product(whole, part.whole);
    if (joined === undefined) isWhole = false;
    whole = joined ?? part.whole ?? [[]];
    best = known(whole, best).best;
  }
  return { whole: isWhole ? whole : undefined, best };
}

function readChoice(parts: readonly Known[]): Known {
  const whole = parts.every((part) => part.whole !== undefined) ? parts.flatMap((part) => part.whole ?? []) : undefined;
  const bests = parts.map((part) => part.best);
  const best = bests.every((choice) => choice !== undefined)
    ? choiceOf(bests.flatMap((choice) => choice?.factors ?? []))
    : undefined;
  return known(whole === undefined ? undefined : distinct(whole), best);
}

function readRepeat(node: Node & { kind: 'repeat' }): Known {
  const part = read(node.node);
  const best = node.min > 0 ? part.best : undefined;
  if (node.max > 3 || part.whole === undefined) return { whole: undefined, best };
  let whole: readonly Factor[] | undefined = node.min === 0 ? [[]] : [];
  let times: readonly Factor[] | undefined = [[]];
  for (let count = 1; count <= node.max; count += 1) {
    times = product(times, part.whole);
    if (times === undefined) return { whole: undefined, best };
    if (count >= node.min) whole = distinct([...whole, ...times]);
    if (whole === undefined) return { whole: undefined, best };
  }
  return known(whole, best);
}

function product(left: readonly Factor[], right: readonly Factor[]): readonly Factor[] | undefined {
  if (left.length * right.length > 2 * FACTORS_MAX) return undefined;
  return distinct(left.flatMap((one) => right.map((two) => [...one, ...two].slice(-LENGTH_MAX))));
}

function distinct(factors: readonly Factor[]): readonly Factor[] | undefined {
  if (factors.length < 2) return factors;
  const kept = new Map<string, Factor>();
  for (const factor of factors) {
    kept.set(factor.join(), factor);
    if (kept.size > FACTORS_MAX) return undefined;
  }
  return [...kept.values()];
}

function choiceOf(factors: readonly Factor[]): Choice | undefined {
  const kept = distinct(factors);
  if (kept === undefined) return undefined;
  return { factors: kept, share: kept.reduce((sum, factor) => sum + shareOfFactor(factor), 0) };
}

/** Skipping reads every second place, so it must also look closer where a factor only seems to begin. */
function shareOfFactor(factor: Factor): number {
  const first = shareOfRun(factor.slice(0, factor.length === LENGTH_MIN ? 2 : 3));
  // A whole one costs most: behind it every place is looked at.
  const whole = COMMON_SHARE * COMMON_WEIGHT * commonTimes(factor, 0, 0);
  return (first + shareOfRun(factor.slice(-3))) / 2 + whole;
}

function shareOfRun(run: Factor): number {
  let share = 1;
  for (const bits of run) share *= shareOf(bits);
  return share + COMMON_SHARE * commonTimes(run, 0, 0);
}

/** How often groups in `run`, from the `at`th on, stand in `COMMON` behind those in `before`. */
function commonTimes(run: Factor, at: number, before: number): number {
  if (at === run.length) return COMMON_TIMES.get((run.length << 20) | before) ?? 0;
  let times = 0;
  for (let rest = run[at] as number; rest !== 0; rest &= rest - 1) {
    times += commonTimes(run, at + 1, (before << 5) | (31 - Math.clz32(rest & -rest)));
  }
  return times;
}

/** How often two to four groups stand side by side in `COMMON`, by their number and the groups, 5 bits each. */
const COMMON_TIMES: ReadonlyMap<number, number> = countCommon();

function countCommon(): Map<number, number> {
  const times = new Map<number, number>();
  let groups = 0;
  for (let at = 0; at < COMMON.length; at += 1) {
    groups = ((groups << 5) | (GROUP_OF[COMMON.charCodeAt(at)] as number)) & 0xfffff;
    for (let length = 2; length <= Math.min(LENGTH_MAX, at + 1); length += 1) {
      const key = (length << 20) | (groups & ((1 << (5 * length)) - 1));
      times.set(key, (times.get(key) ?? 0) + 1);
    }
  }
  return times;
}

function rarer(one: Choice | undefined, two: Choice | undefined): Choice | undefined {
  if (one === undefined || two === undefined) return one ?? two;
  return two.share < one.share ? two : one;
}
