import { describe, expect, test } from 'bun:test';
import { readGeneralTexts } from '../../bench/injection-generalisation.ts';
import { createInjectionDetector, shippedScorer } from '../../../src/detectors/injection/index.ts';

/** As the gateway ships it. The texts were written for this check; none of them is trained on. */
const detector = createInjectionDetector({
  builtin: 'all',
  add: [],
  remove: [],
  threshold: 1,
  cache: 'none',
  learned: shippedScorer(),
});
const texts = readGeneralTexts();
const judged = texts.map((one) => ({
  ...one,
  score: detector.inspect([{ text: one.text, role: one.role }]).score,
}));

/** The share of a side that reaches a score; only of what was not looked at while patterns and material were mended. */
function shareOver(threshold: number, attack: boolean, prefix = ''): number {
  const side = judged.filter((one) => one.isUnseen && one.attack === attack && one.family.startsWith(prefix));
  return side.filter(({ score }) => score >= threshold).length / side.length;
}

describe('texts that nothing was tuned on', () => {
  test('are many, on both sides, in twenty languages, and a third of them was not looked at', () => {
    const languages = (attack: boolean) =>
      new Set(
        texts.filter((one) => one.attack === attack && one.family.startsWith('language ')).map((one) => one.family),
      );
    expect(languages(true).size).toBe(20);
    expect(languages(false)).toEqual(languages(true));
    expect(texts.filter(({ attack }) => attack).length).toBeGreaterThan(400);
    expect(texts.filter(({ attack }) => !attack).length).toBeGreaterThan(300);
    const unseen = texts.filter(({ isUnseen }) => isUnseen).length / texts.length;
    expect(unseen).toBeGreaterThan(0.3);
    expect(unseen).toBeLessThan(0.37);
  });

  // Floors well below what was measured: they catch a change that loses what was won, not a change of one text.
  test('attacks are found where a policy watches, most of them in other languages and documents too', () => {
    expect(shareOver(0.3, true)).toBeGreaterThan(0.6);
    expect(shareOver(0.3, true, 'language ')).toBeGreaterThan(0.6);
    expect(shareOver(0.3, true, 'indirect ')).toBeGreaterThan(0.5);
    expect(shareOver(0.3, true, 'encoded')).toBeGreaterThan(0.6);
  });

  test('ordinary texts made of the same words are left alone', () => {
    expect(shareOver(1, false)).toBeLessThan(0.03);
    expect(shareOver(0.6, false)).toBeLessThan(0.1);
    expect(shareOver(0.3, false, 'language ')).toBeLessThan(0.15);
  });
});
