/**
 * The learned score: how much a text resembles the injections that the model was trained on.
 *
 * A linear model over the features of `model-features.ts`, made small: one signed byte a weight. A text is scored by its
 * worst window of thirty to ninety words, so that one sentence in a long document counts. Linear in the text; no allocation
 * but the result. It is a measure of likeness, not a proof; `MODEL_CARD.md` says what it was measured to find and miss.
 */
import {
  CONCEPT_SIZE,
  HASHED_SIZE,
  type Block,
  type Reader,
  createReader,
  nameConceptFeature,
  nameHashedFeature,
  readBlocks,
} from './model-features.ts';
import { CONCEPT_GAIN, HASHED_COUNT_MIN, HASHED_GAIN, WINDOW_BLOCKS, lengthPenalty } from './model-shape.ts';
import weightsText from './weights.txt' with { type: 'text' };

/**
 * Scores are capped here, below the shipped threshold: likeness alone refuses nobody's own words, it takes a pattern or a
 * view beside it. In text of tools and documents, where it weighs more, it can.
 */
export const LEARNED_SCORE_MAX = 0.95;
/**
 * What a text that reads like ordinary ones takes at most from patterns that are not certain, and how much of its distance
 * from `floor` does.
 */
export const CALM_SCORE_MAX = 0.2;
const CALM_SHARE = 0.3;
/** Strongest features that a finding names. */
export const FEATURES_NAMED_MAX = 3;

/** What the file of weights says about itself, in its first line. */
export interface ModelHeader {
  readonly format: 'llm-gateway-linear/1';
  /** Names this set of weights; a digest of its bytes. */
  readonly version: string;
  readonly bias: number;
  /** What one step of a byte is worth, for either table. */
  readonly hashedStep: number;
  readonly conceptStep: number;
  /** The raw value where the score begins to be above 0. */
  readonly floor: number;
  /** The raw value that scores 1. */
  readonly one: number;
}

/** A model ready for use. It holds reading state: use it from one call at a time, which synchronous code does. */
export interface Model {
  readonly header: ModelHeader;
  readonly hashed: Int8Array;
  readonly concepts: Int8Array;
  readonly reader: Reader;
}

/** A text's learned score and where it comes from. */
export interface LearnedScore {
  /** In the currency of pattern scores, where 1 is the shipped threshold; 0 to `LEARNED_SCORE_MAX`, two decimals. */
  readonly score: number;
  /** The window that gave it, in UTF-16 code units of the text that was read. */
  readonly start: number;
  readonly end: number;
  /** The strongest features, strongest first, by names that contain none of the text. */
  readonly features: readonly string[];
}

/** Reads a file of weights: a line of JSON, then base64 of both tables. Throws `Error` where it is not one. */
export function parseModel(text: string): Model {
  const cut = text.indexOf('\n');
  const header: unknown = JSON.parse(text.slice(0, cut));
  if (!isHeader(header)) throw new Error('Cannot read the weights: the first line is not a header of this format');
  const bytes = Buffer.from(text.slice(cut + 1), 'base64');
  if (bytes.length !== HASHED_SIZE + CONCEPT_SIZE) {
    throw new Error(`Cannot read the weights: ${bytes.length} bytes instead of ${HASHED_SIZE + CONCEPT_SIZE}`);
  }
  const weights = new Int8Array(bytes);
  return {
    header,
    hashed: weights.subarray(0, HASHED_SIZE),
    concepts: weights.subarray(HASHED_SIZE),
    reader: createReader(),
  };
}

function isHeader(value: unknown): value is ModelHeader {
  if (typeof value !== 'object' || value === null) return false;
  // A record of unknown values is what an object that came from JSON is.
  const header = value as Record<string, unknown>;
  return (
    header['format'] === 'llm-gateway-linear/1' &&
    typeof header['version'] === 'string' &&
    ['bias', 'hashedStep', 'conceptStep', 'floor', 'one'].every((key) => Number.isFinite(header[key]))
  );
}

let shipped: Model | undefined;

/** The model that comes with the gateway, read on first use (about 2 ms). */
export function shippedModel(): Model {
  shipped ??= parseModel(weightsText);
  return shipped;
}

/** The worst window of a text. */
interface Worst {
  raw: number;
  start: number;
  end: number;
}

/**
 * The raw value of a text's worst window: the logarithm of the odds, as trained. Minus infinity for a text without words.
 */
export function rawScore(model: Model, text: string): number {
  return findWorst(model, text)[0].raw;
}

/** What one block adds to a window. */
interface BlockSum {
  hashed: number;
  concepts: number;
  count: number;
  start: number;
}

/** Whether foreign text stands in a window. Offsets are of the text that is read. */
type IsIndirect = (start: number, end: number) => boolean;

/** The worst window of a text's own words, and the worst that holds foreign text. */
type WorstOfBoth = readonly [direct: Worst, indirect: Worst];

function findWorst(model: Model, text: string, isIndirect?: IsIndirect): WorstOfBoth {
  const worst: WorstOfBoth = [
    { raw: Number.NEGATIVE_INFINITY, start: 0, end: 0 },
    { raw: Number.NEGATIVE_INFINITY, start: 0, end: 0 },
  ];
  const ring: readonly BlockSum[] = Array.from({ length: WINDOW_BLOCKS }, () => ({
    hashed: 0,
    concepts: 0,
    count: 0,
    start: 0,
  }));
  let blocks = 0;
  readBlocks(model.reader, text, (block) => {
    weighBlock(model, block, ring[blocks % WINDOW_BLOCKS]);
    blocks += 1;
    offerWindows(model.header, ring, blocks, block.end, worst, isIndirect);
  });
  return worst;
}

function weighBlock(model: Model, block: Block, sum: BlockSum | undefined): void {
  if (sum === undefined) return;
  const { hashed, concepts } = model;
  let hashedSum = 0;
  let conceptSum = 0;
  for (let at = 0; at < block.hashedCount; at += 1) hashedSum += hashed[block.hashed[at] ?? 0] ?? 0;
  for (let at = 0; at < block.conceptCount; at += 1) conceptSum += concepts[block.concepts[at] ?? 0] ?? 0;
  sum.hashed = hashedSum;
  sum.concepts = conceptSum;
  sum.count = block.hashedCount;
  sum.start = block.start;
}

/** Takes the windows of one to `WINDOW_BLOCKS` blocks that end with the newest block, where one is worse than the worst. */
function offerWindows(
  header: ModelHeader,
  ring: readonly BlockSum[],
  blocks: number,
  end: number,
  worst: WorstOfBoth,
  isIndirect: IsIndirect | undefined,
): void {
  let hashed = 0;
  let concepts = 0;
  let count = 0;
  const reach = blocks < WINDOW_BLOCKS ? blocks : WINDOW_BLOCKS;
  for (let back = 1; back <= reach; back += 1) {
    const sum = ring[(blocks - back) % WINDOW_BLOCKS];
    if (sum === undefined) return;
    hashed += sum.hashed;
    concepts += sum.concepts;
    count += sum.count;
    const hashedPart = (HASHED_GAIN * header.hashedStep * hashed) / Math.sqrt(Math.max(count, HASHED_COUNT_MIN));
    const raw = header.bias + hashedPart + CONCEPT_GAIN * header.conceptStep * concepts - lengthPenalty(count);
    if (raw <= worst[0].raw && (isIndirect === undefined || raw <= worst[1].raw)) continue;
    const beaten = worst[isIndirect?.(sum.start, end) === true ? 1 : 0];
    if (raw <= beaten.raw) continue;
    beaten.raw = raw;
    beaten.start = sum.start;
    beaten.end = end;
  }
}

/**
 * Scores a text; `undefined` where its score is 0.
 *
 * Linear in the text: about 10 ns a character of prose. Naming features reads the worst window once more.
 */
export function scoreText(model: Model, text: string): LearnedScore | undefined {
  return scoreWindow(model, text, findWorst(model, text)[0]);
}

function scoreWindow(model: Model, text: string, worst: Worst): LearnedScore | undefined {
  const score = toScore(model.header, worst.raw);
  if (score === 0) return undefined;
  return {
    score,
    start: worst.start,
    end: worst.end,
    features: strongestFeatures(model, text.slice(worst.start, worst.end)),
  };
}

/** A raw value in the currency of pattern scores: linear from `floor` (0) through `one` (1), capped. */
export function toScore(header: ModelHeader, raw: number): number {
  const share = (raw - header.floor) / (header.one - header.floor);
  if (!(share > 0)) return 0;
  // Rounded down, so that a score of 1 means that the threshold was reached.
  return Math.min(LEARNED_SCORE_MAX, Math.floor(share * 100) / 100);
}

/** The same below `floor`: 0 down to `-CALM_SCORE_MAX`, two decimals; 0 for a text without words, which says nothing. */
export function toCalm(header: ModelHeader, raw: number): number {
  const share = (raw - header.floor) / (header.one - header.floor);
  if (share >= 0 || !Number.isFinite(share)) return 0;
  return Math.max(-CALM_SCORE_MAX, Math.ceil(share * CALM_SHARE * 100) / 100);
}

function strongestFeatures(model: Model, window: string): string[] {
  const names = createStrongest();
  readBlocks(model.reader, window, (block) => {
    const share = HASHED_GAIN / Math.sqrt(Math.max(block.hashedCount * WINDOW_BLOCKS, HASHED_COUNT_MIN));
    for (let at = 0; at < block.hashedCount; at += 1) {
      const index = block.hashed[at] ?? 0;
      names.offer(index, (model.hashed[index] ?? 0) * model.header.hashedStep * share);
    }
    for (let at = 0; at < block.conceptCount; at += 1) {
      const index = block.concepts[at] ?? 0;
      names.offer(HASHED_SIZE + index, (model.concepts[index] ?? 0) * model.header.conceptStep * CONCEPT_GAIN);
    }
  });
  return names.keys.map((key) => (key < HASHED_SIZE ? nameHashedFeature(key) : nameConceptFeature(key - HASHED_SIZE)));
}

/** Keeps the few keys of the highest positive values, highest first, each once. */
function createStrongest(): { readonly keys: number[]; offer(key: number, value: number): void } {
  const keys: number[] = [];
  const values: number[] = [];
  return {
    keys,
    offer(key, value) {
      if (value <= 0 || (keys.length === FEATURES_NAMED_MAX && value <= (values.at(-1) ?? 0)) || keys.includes(key))
        return;
      let place = keys.length;
      while (place > 0 && (values[place - 1] ?? 0) < value) place -= 1;
      keys.splice(place, 0, key);
      values.splice(place, 0, value);
      if (keys.length > FEATURES_NAMED_MAX) {
        keys.pop();
        values.pop();
      }
    },
  };
}

/** A reading of a text, as `buildViews` gives it. */
export interface ReadView {
  readonly path: string;
  readonly text: string;
  /** Letters without spaces between words: nothing that the model could read. */
  readonly unspaced: boolean;
}

/** The worst window over all views of a text. A score below 0 says that all of it reads like ordinary text. */
export interface LearnedFinding extends LearnedScore {
  /** Index of its view. */
  readonly view: number;
  /** True where foreign text stands in it. */
  readonly indirect: boolean;
}

/**
 * The scorer that the injection detector takes: the highest learned score of a text's views, and the highest of the
 * windows that hold foreign text where `isIndirect` tells which do. Features are named `view: feature`. Where no view
 * scores above 0 it is one finding of a score below 0 without features, or none. Linear in the views' length together.
 */
export function createLearnedScorer(
  model: Model,
): <View extends ReadView>(
  views: readonly View[],
  isIndirect?: (view: View, start: number, end: number) => boolean,
) => readonly LearnedFinding[] {
  return (views, isIndirect) => {
    const best: [LearnedFinding | undefined, LearnedFinding | undefined] = [undefined, undefined];
    let highest = Number.NEGATIVE_INFINITY;
    for (const [index, view] of views.entries()) {
      if (view.unspaced) continue;
      const worst = findWorst(model, view.text, isIndirect && ((start, end) => isIndirect(view, start, end)));
      highest = Math.max(highest, worst[0].raw, worst[1].raw);
      for (const which of [0, 1] as const) {
        if (toScore(model.header, worst[which].raw) <= (best[which]?.score ?? 0)) continue;
        const found = scoreWindow(model, view.text, worst[which]);
        if (found === undefined) continue;
        const features = found.features.map((feature) => `${view.path}: ${feature}`);
        best[which] = { ...found, features, view: index, indirect: which === 1 };
      }
    }
    const found = best.filter((one) => one !== undefined);
    if (found.length > 0) return found;
    const calm = toCalm(model.header, highest);
    return calm === 0 ? [] : [{ score: calm, start: 0, end: 0, features: [], view: 0, indirect: false }];
  };
}

/** The scorer of the shipped model, which is read when the first text comes (about 10 ms), not before. */
export function shippedScorer(): ReturnType<typeof createLearnedScorer> {
  let scorer: ReturnType<typeof createLearnedScorer> | undefined;
  return (views, isIndirect) => {
    scorer ??= createLearnedScorer(shippedModel());
    return scorer(views, isIndirect);
  };
}

/** The first line of the file of weights, which names their version; costs nothing. */
export const SHIPPED_WEIGHTS: string = weightsText.slice(0, weightsText.indexOf('\n'));
