import { describe, expect, test } from 'bun:test';
import { compileRules } from '../../../src/redaction/program.ts';
import type { RedactionRule } from '../../../src/redaction/rule.ts';
import { piiRules, secretRules } from '../../../src/redaction/rules/index.ts';
import { validators } from '../../../src/redaction/validators.ts';
import { devopsTexts } from '../../fixtures/benign/devops.ts';
import { aiCases, cloudCases, forgeCases } from './cases-platforms.ts';
import { piiCases } from './cases-pii.ts';
import { developerCases } from './cases-developer.ts';
import { genericCases } from './cases-generic.ts';
import { gatedCases, materialCases, serviceCases } from './cases-services.ts';
import type { CaseTable } from './cases.ts';

const packs = [
  {
    name: 'secrets',
    rules: secretRules,
    cases: {
      ...aiCases,
      ...cloudCases,
      ...forgeCases,
      ...developerCases,
      ...serviceCases,
      ...materialCases,
      ...gatedCases,
      ...genericCases,
    } satisfies CaseTable as CaseTable,
  },
  { name: 'pii', rules: piiRules, cases: piiCases },
];

/** A text without its marks, and where they stood. */
function unmark(marked: string): { text: string; start: number; end: number } {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  return { text: marked.replace('«', '').replace('»', ''), start, end };
}

function scannerOf(rules: readonly RedactionRule[]): (text: string) => { id: string; start: number; end: number }[] {
  const program = compileRules(rules, { mode: 'compete', validators });
  return (text) => program.findings(text).map(({ rule, start, end }) => ({ id: rules[rule]?.id ?? '', start, end }));
}

for (const { name, rules, cases } of packs) {
  const findInPack = scannerOf(rules);

  describe(`the pack ${name}`, () => {
    test('has ids in snake_case, each once, labels in upper case, and a source for every rule', () => {
      const ids = rules.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const rule of rules) {
        expect(rule.id).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
        expect(rule.label).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/);
        expect(rule.source).toStartWith('https://');
      }
    });

    test('has positives and near misses for every rule, and for nothing else', () => {
      expect(Object.keys(cases).sort()).toEqual(rules.map(({ id }) => id).sort());
      for (const [id, { hits, misses }] of Object.entries(cases)) {
        expect(hits.length, `${id} has no positive`).toBeGreaterThan(0);
        expect(misses.length, `${id} has no near miss`).toBeGreaterThan(1);
      }
    });

    test('alters at most 1 in 200 of the benign operations texts', () => {
      const texts = devopsTexts();
      expect(texts.length).toBeGreaterThanOrEqual(300);
      const altered = texts.filter(({ text }) => findInPack(text).length > 0).map((text) => text.name);
      expect(altered.length / texts.length, altered.join(', ')).toBeLessThanOrEqual(0.005);
    });
  });

  for (const rule of rules) {
    const { hits, misses } = cases[rule.id] ?? { hits: [], misses: [] };
    test(`${rule.id} finds exactly its value, by its own name`, () => {
      for (const marked of hits) {
        const { text, start, end } = unmark(marked);
        expect(findInPack(text), marked).toContainEqual({ id: rule.id, start, end });
      }
    });

    test(`${rule.id} leaves look-alikes alone`, () => {
      const findAlone = scannerOf([rule]);
      for (const text of misses) expect(findAlone(text), text).toEqual([]);
    });
  }
}

test('the ids of both packs are distinct, so that a policy can name any rule', () => {
  const ids = [...secretRules, ...piiRules].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the secrets pack knows at least 80 formats', () => {
  expect(secretRules.length).toBeGreaterThanOrEqual(80);
});

test("an OpenAI key with hyphens becomes the label that the project's users know", () => {
  const program = compileRules(secretRules, { mode: 'compete', validators });
  const key = ['sk', 'test', 'secret123456789012345678901234567890'].join('-');
  expect(program.redact(`Your key is ${key}, keep it.`)).toBe('Your key is [REDACTED_OPENAI_KEY], keep it.');
});
