import { describe, expect, test } from 'bun:test';
import { CONCEPT_SIZE, HASHED_SIZE, createReader } from '../../../src/detectors/injection/model-features.ts';
import { FAMILIES, LANGUAGES, SLOTS, expand } from '../../../src/detectors/injection/model-material.ts';
import { type Row, makeMaterial } from '../../../src/detectors/injection/model-rows.ts';
import { createRandom } from '../../../src/detectors/injection/random.ts';
import { FIT_OPTIONS, createSample, fit, scoreSample } from '../../../src/detectors/injection/model-training.ts';
import { parseModel, rawScore, shippedModel } from '../../../src/detectors/injection/model.ts';
import { encodeModel, valueAtShare } from '../../../src/detectors/injection/train.ts';
import weightsText from '../../../src/detectors/injection/weights.txt' with { type: 'text' };

const CARRIERS = ['The library opens at nine and closes at six, and on Sundays it stays closed for the whole day.'];
const material = makeMaterial(1, CARRIERS);
const reader = createReader();
const sampled: Row[] = material.filter((_, position) => position % 12 === 0);
const samples = sampled.map((row) => createSample(reader, row));
const options = { ...FIT_OPTIONS, rounds: 3 };

describe('makeMaterial()', () => {
  test('gives the same rows for the same seed and others for another', () => {
    expect(makeMaterial(1, CARRIERS)).toEqual(material);
    expect(makeMaterial(2, CARRIERS).map((row) => row.text)).not.toEqual(material.map((row) => row.text));
  });

  test('fills every slot of every template, and labels both ways', () => {
    const random = createRandom(3);
    for (const family of FAMILIES) {
      for (const template of family.templates) expect(expand(random, template, SLOTS)).not.toMatch(/\{[a-z_]+\}/);
    }
    expect(() => expand(random, '{unheard_of}', SLOTS)).toThrow('unheard_of');
    expect(new Set(material.map((row) => row.attack)).size).toBe(2);
  });

  test('has attacks and ordinary sentences in every language', () => {
    const languages = LANGUAGES.map((one) => one.language);
    expect(languages.length).toBeGreaterThanOrEqual(20);
    for (const one of LANGUAGES) {
      for (const part of [one.override, one.extraction, one.persona, one.after, one.benign])
        expect(part.length).toBeGreaterThan(0);
    }
  });
});

describe('fit()', () => {
  const weights = fit(samples, options);

  test('gives the same weights for the same samples, bit for bit', () => {
    const again = fit(samples, options);
    expect(again.bias).toBe(weights.bias);
    expect(Bun.hash(again.hashed.buffer)).toBe(Bun.hash(weights.hashed.buffer));
    expect(Bun.hash(again.concepts.buffer)).toBe(Bun.hash(weights.concepts.buffer));
  });

  test('learns nothing about a text without words', () => {
    expect(
      scoreSample(createSample(reader, { text: '', source: 's', kind: 'k', attack: true, weight: 1 }), weights),
    ).toBe(Number.NEGATIVE_INFINITY);
  });

  test('is read back from its file with the scores that it had, within what one byte a weight can hold', () => {
    const model = parseModel(encodeModel(weights, 0, 1));
    sampled.slice(0, 300).forEach((row, position) => {
      const sample = samples[position];
      if (sample === undefined) throw new Error('a row without a sample');
      expect(Math.abs(rawScore(model, row.text) - scoreSample(sample, weights))).toBeLessThan(0.5);
    });
  });
});

describe('the shipped weights', () => {
  test('are the bytes that their version names, and small', () => {
    const bytes = Buffer.from(weightsText.slice(weightsText.indexOf('\n') + 1), 'base64');
    expect(bytes.length).toBe(HASHED_SIZE + CONCEPT_SIZE);
    expect(new Bun.CryptoHasher('sha256').update(bytes).digest('hex').slice(0, 12)).toBe(shippedModel().header.version);
    expect(weightsText.length).toBeLessThanOrEqual(2_000_000);
  });
});

describe('valueAtShare()', () => {
  test('is exceeded by at most the share', () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index);
    for (const share of [0, 0.001, 0.01, 0.5]) {
      const value = valueAtShare(numbers, share);
      expect(numbers.filter((number) => number > value).length).toBeLessThanOrEqual(share * 1000);
    }
    expect(valueAtShare([], 0.1)).toBe(Number.POSITIVE_INFINITY);
  });
});
