/**
 * Fits the learned score: logistic regression over the features of `model-features.ts`, in pure TypeScript, seeded.
 *
 * A text counts by its worst window, in training as in use: in each round an attack is represented by the window that
 * the model so far finds most suspicious, and a benign text by that window too, so that what is pushed down is exactly
 * what would be a false positive. Time is linear in texts and rounds: about a minute for 25,000 texts on one core.
 */
import { CONCEPT_SIZE, HASHED_SIZE, type Reader, readBlocks } from './model-features.ts';
import { CONCEPT_GAIN, HASHED_COUNT_MIN, HASHED_GAIN, WINDOW_BLOCKS, lengthPenalty } from './model-shape.ts';
import { type Random, createRandom } from './random.ts';

/** A text made ready for training. */
export interface Sample {
  /** Where it comes from: a corpus, or a family of written material. */
  readonly source: string;
  readonly kind: string;
  readonly attack: boolean;
  readonly weight: number;
  readonly hashed: readonly Int32Array[];
  readonly concepts: readonly Int32Array[];
}

/** Reads a text into a sample. */
export function createSample(
  reader: Reader,
  row: {
    readonly text: string;
    readonly source: string;
    readonly kind: string;
    readonly attack: boolean;
    readonly weight: number;
  },
): Sample {
  const hashed: Int32Array[] = [];
  const concepts: Int32Array[] = [];
  readBlocks(reader, row.text, (block) => {
    hashed.push(block.hashed.slice(0, block.hashedCount));
    concepts.push(block.concepts.slice(0, block.conceptCount));
  });
  return { source: row.source, kind: row.kind, attack: row.attack, weight: row.weight, hashed, concepts };
}

/** The weights as they are while fitting, before they are made small. */
export interface Weights {
  readonly hashed: Float32Array;
  readonly concepts: Float32Array;
  bias: number;
}

/** What can be turned while fitting. */
export interface FitOptions {
  readonly rounds: number;
  readonly rate: number;
  /** Pull of every used weight towards zero. */
  readonly decay: number;
  /** How much more a benign text weighs than an attack. */
  readonly benignWeight: number;
  /** A hashed feature must occur in this many sources, so that a source's own topics are not learned. */
  readonly sourcesMin: number;
  /** A hashed feature must occur in this many texts. */
  readonly samplesMin: number;
  readonly seed: number;
}

export const FIT_OPTIONS: FitOptions = {
  rounds: 10,
  rate: 0.15,
  decay: 2e-4,
  benignWeight: 2,
  sourcesMin: 2,
  samplesMin: 3,
  seed: 20_26,
};

/** Which hashed features may be learned: 1 where one occurs in enough sources and texts. */
export function selectFeatures(samples: readonly Sample[], options: FitOptions): Uint8Array {
  const sources = [...new Set(samples.map((sample) => sample.source))];
  const masks = new Int32Array(HASHED_SIZE);
  const counts = new Uint16Array(HASHED_SIZE);
  const lastSample = new Int32Array(HASHED_SIZE).fill(-1);
  samples.forEach((sample, position) => {
    const bit = 1 << (sources.indexOf(sample.source) % 31);
    for (const block of sample.hashed) {
      for (const index of block) {
        masks[index] = (masks[index] ?? 0) | bit;
        if (lastSample[index] === position) continue;
        lastSample[index] = position;
        counts[index] = Math.min(65_535, (counts[index] ?? 0) + 1);
      }
    }
  });
  const allowed = new Uint8Array(HASHED_SIZE);
  for (let index = 0; index < HASHED_SIZE; index += 1) {
    if (bitCount(masks[index] ?? 0) >= options.sourcesMin && (counts[index] ?? 0) >= options.samplesMin)
      allowed[index] = 1;
  }
  return allowed;
}

function bitCount(mask: number): number {
  let rest = mask;
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Fits weights to the samples; the same samples and options give the same weights. */
export function fit(samples: readonly Sample[], options: FitOptions = FIT_OPTIONS): Weights {
  const allowed = selectFeatures(samples, options);
  const weights: Weights = {
    hashed: new Float32Array(HASHED_SIZE),
    concepts: new Float32Array(CONCEPT_SIZE),
    bias: -2,
  };
  const state = {
    hashed: new Float32Array(HASHED_SIZE).fill(1e-2),
    concepts: new Float32Array(CONCEPT_SIZE).fill(1e-2),
    bias: 1,
  };
  const random = createRandom(options.seed);
  const order = samples.map((_, position) => position);
  for (let round = 0; round < options.rounds; round += 1) {
    shuffle(order, random);
    const rate = options.rate * (1 - (0.8 * round) / options.rounds);
    for (const position of order) {
      const sample = samples[position];
      if (sample === undefined || sample.hashed.length === 0) continue;
      if (round === 0 && sample.hashed.length > WINDOW_BLOCKS) continue;
      const worst = worstWindow(sample, weights);
      step(sample, worst, weights, state, allowed, rate, options);
      if (!sample.attack && sample.hashed.length > WINDOW_BLOCKS) {
        const first = Math.floor(random() * (sample.hashed.length - WINDOW_BLOCKS + 1));
        step(sample, windowAt(sample, first, WINDOW_BLOCKS, weights), weights, state, allowed, rate, options);
      }
    }
  }
  return weights;
}

function step(
  sample: Sample,
  window: Window,
  weights: Weights,
  state: { readonly hashed: Float32Array; readonly concepts: Float32Array; bias: number },
  allowed: Uint8Array,
  rate: number,
  options: FitOptions,
): void {
  const probability = 1 / (1 + Math.exp(-window.raw));
  const slope = (probability - (sample.attack ? 1 : 0)) * sample.weight * (sample.attack ? 1 : options.benignWeight);
  const last = window.first + window.blocks;
  const gain = HASHED_GAIN / Math.sqrt(Math.max(window.count, HASHED_COUNT_MIN));
  for (let block = window.first; block < last; block += 1) {
    descend(weights.hashed, state.hashed, sample.hashed[block], slope * gain, rate, options.decay, allowed);
    descend(weights.concepts, state.concepts, sample.concepts[block], slope * CONCEPT_GAIN, rate, options.decay);
  }
  state.bias += slope * slope;
  weights.bias -= (rate * slope) / Math.sqrt(state.bias);
}

function descend(
  weights: Float32Array,
  state: Float32Array,
  indices: Int32Array | undefined,
  slope: number,
  rate: number,
  decay: number,
  allowed?: Uint8Array,
): void {
  if (indices === undefined) return;
  for (const index of indices) {
    if (allowed !== undefined && allowed[index] === 0) continue;
    const weight = weights[index] ?? 0;
    const pull = slope + decay * weight;
    const energy = (state[index] ?? 0) + pull * pull;
    state[index] = energy;
    weights[index] = weight - (rate * pull) / Math.sqrt(energy);
  }
}

/** A few neighbouring blocks of a sample, and what they score. */
interface Window {
  readonly first: number;
  readonly blocks: number;
  /** Hashed features in it. */
  readonly count: number;
  /** Without the length penalty, which is not for fitting. */
  readonly raw: number;
}

function windowAt(sample: Sample, first: number, blocks: number, weights: Weights): Window {
  let hashed = 0;
  let concepts = 0;
  let count = 0;
  for (let block = first; block < first + blocks; block += 1) {
    const indices = sample.hashed[block] ?? [];
    for (const index of indices) hashed += weights.hashed[index] ?? 0;
    count += indices.length;
    for (const index of sample.concepts[block] ?? []) concepts += weights.concepts[index] ?? 0;
  }
  const hashedPart = (HASHED_GAIN * hashed) / Math.sqrt(Math.max(count, HASHED_COUNT_MIN));
  return { first, blocks, count, raw: weights.bias + hashedPart + CONCEPT_GAIN * concepts };
}

/** The score of a sample as the shipped model gives it: that of its worst window. */
export function scoreSample(sample: Sample, weights: Weights): number {
  const { raw, count } = worstWindow(sample, weights);
  return raw - lengthPenalty(count);
}

/** The most suspicious window of a sample, of one to `WINDOW_BLOCKS` blocks. */
function worstWindow(sample: Sample, weights: Weights): Window {
  let worst: Window | undefined;
  let score = Number.NEGATIVE_INFINITY;
  for (let last = 0; last < sample.hashed.length; last += 1) {
    for (let blocks = 1; blocks <= Math.min(WINDOW_BLOCKS, last + 1); blocks += 1) {
      const window = windowAt(sample, last - blocks + 1, blocks, weights);
      const candidate = window.raw - lengthPenalty(window.count);
      if (worst !== undefined && candidate <= score) continue;
      worst = window;
      score = candidate;
    }
  }
  return worst ?? { first: 0, blocks: 0, count: 0, raw: Number.NEGATIVE_INFINITY };
}

function shuffle(order: number[], random: Random): void {
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    const held = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = held;
  }
}
