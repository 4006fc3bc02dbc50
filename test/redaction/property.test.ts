/**
 * Property tests: for random rule sets, texts and cuts the engine says what the naive reference says.
 *
 * `CASES=1000000 bun test test/redaction/property.test.ts` is the long run. A failure prints seed and counterexample.
 */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { compileRules, RuleErrors } from '../../src/redaction/program.ts';
import type { Finding, RedactionRule } from '../../src/redaction/rule.ts';
import { applyFindings, referenceFindings, referenceWatch } from './reference.ts';

const CASES = Number(process.env['CASES'] ?? 15_000);
const SEED = Number(process.env['SEED'] ?? Date.now() & 0x7fffffff);

const validators = {
  even: (text: string) => text.length % 2 === 0,
  notAab: (text: string) => !text.includes('aab'),
  endsB: (text: string) => text.endsWith('b'),
};

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '[ab]',
  '[^a]',
  '.',
  '\\w',
  '\\s',
  'ab',
  'ba',
  '\u{1F600}',
  '[a\u{1F600}]',
  '[\\s\\S]',
  '\\p{ASCII}',
  '-',
);
const edge = fc.constantFrom('', '', '', '', '\\b', '^', '\\B', '(?m:^)');
const tail = fc.constantFrom('', '', '', '', '\\b', '$', '(?m:$)');
const count = fc.constantFrom('', '', '', '+', '*', '?', '{2}', '{1,3}', '{2,}');
const piece = fc.tuple(atom, count).map(([text, times]) => `(?:${text})${times}`);
const branch = fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const body = fc.array(branch, { minLength: 1, maxLength: 2 }).map((parts) => `(?:${parts.join('|')})`);
const pattern = fc.tuple(edge, body, fc.constantFrom('', '', '(?:c.*a)?', '+'), tail).map((parts) => parts.join(''));
/** Sets that real ones resemble: overlapping, nested, prefixes of each other, unbounded. */
const known = fc.constantFrom(
  'a',
  'ab',
  'abc',
  'abcab',
  'a+',
  'a+b',
  'a(?:.*b)?',
  '\\b[abc]{2,}',
  '[ab]+-[ab]+',
  'b[abc]*c',
  '\\ba{2}\\b',
  'c(?:ab)+',
  'a[\\s\\S]*c',
  'ab{1,2}(?:-a)*',
);

const rule = fc
  .record(
    {
      pattern: fc.oneof({ weight: 2, arbitrary: pattern }, { weight: 1, arbitrary: known }),
      ignoreCase: fc.boolean(),
      // The first two cannot do without a word, which the engine notices by itself.
      before: fc.constantFrom(
        'aba?b[^c]{0,2}',
        '(?:aab|bca)-?',
        'a',
        'c\\b',
        '\\bb-?',
        '[bc]{1,2}',
        '-\\s{0,2}',
        '(?:^|[^a])',
        '\\b',
      ),
      keywords: fc.constantFrom(['cb'], ['A-', 'bb']),
      validators: fc.constantFrom(['even'], ['notAab'], ['endsB'], ['even', 'endsB']),
      allow: fc.constantFrom(['a'], ['ab', 'aa'], ['abc']),
    },
    { requiredKeys: ['pattern'] },
  )
  .map((fields) => {
    const kept: Record<string, unknown> = { pattern: fields.pattern };
    // Most rules have no conditions: thin them out.
    if (fields.ignoreCase === true && fields.pattern.length % 3 === 0) kept['ignoreCase'] = true;
    if (fields.pattern.length % 4 === 1 && fields.before !== undefined) kept['before'] = fields.before;
    if (fields.pattern.length % 5 === 2 && fields.keywords !== undefined) kept['keywords'] = fields.keywords;
    if (fields.pattern.length % 3 === 1 && fields.validators !== undefined) kept['validators'] = fields.validators;
    if (fields.pattern.length % 7 === 3 && fields.allow !== undefined) kept['allow'] = fields.allow;
    return kept as Partial<RedactionRule> & { pattern: string };
  });

const rules = fc
  .array(rule, { minLength: 1, maxLength: 4 })
  .map((list) => list.map((fields, i) => ({ id: `r${i}`, label: `R${i}`, ...fields })))
  .filter((list) => list.every(({ pattern }) => !new RegExp(`^(?:${pattern})$`, 'u').test('')));
const character = fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c', '-', ' ', '\n', 'A', '\u{1F600}', '\ud83d', '\ude00');
const text = fc.array(character, { maxLength: 11 }).map((parts) => parts.join(''));
const cuts = fc.array(fc.nat(11), { maxLength: 6 });
const limit = fc.constantFrom(3, 4, 6, 8, 16_384);

/** Rules with every kind of beginning that the filter tells apart, over words and marks. */
const longRules = fc.subarray(
  [
    { pattern: '\\b[a-z0-9._-]+@[a-z.]+' },
    { pattern: '(?:\\b[a-z]|\u00e9)[a-z0-9\u00e9.-]{0,12}@[a-z.]{2,5}', validators: ['even'] },
    { pattern: '[a-z .]{3,40}[0-9]+', keywords: ['key'] },
    { pattern: '[a-z\u00e9]{1,12}-', before: '^|[^a-z.]' },
    { pattern: '[A-Za-z0-9]{6,}=', validators: ['even'] },
    { pattern: 'sk-[a-z]{2,}' },
    { pattern: '[a-z]{3,8}', before: 'key\\s{0,2}[:=]\\s{0,2}' },
    { pattern: '[a-z]{4,}', before: '(?:^|[^y])key[a-z ]{0,9}=?' },
    { pattern: '[0-9]{2}', before: '[ ,]' },
    { pattern: '\\b[a-z]{2}[0-9]+', keywords: ['key'] },
    { pattern: '(?:ab|ba)+c' },
    { pattern: 'is [^.]*\\.' },
  ].map((fields, i) => ({ id: `r${i}`, label: `R${i}`, ...fields })),
  { minLength: 1 },
);
const word = fc.constantFrom(
  'the ',
  'key',
  'key = ',
  'key: ',
  'is ',
  'sk-',
  'abab',
  'bac',
  'x1y2',
  '@',
  'a.b@c.d ',
  '12',
  ' ',
  '-',
  '=',
  'secret ',
  'monkey ',
  'é',
  '\u{1F600}',
  ', 34',
  '.',
);
const longText = fc.array(word, { maxLength: 48 }).map((parts) => parts.join(''));
/** From which length on text is skipped by the sieve. */
const sieveMin = fc.constantFrom(8, 20, 96);

function pieces(whole: string, at: readonly number[]): string[] {
  const bounds = [0, ...[...at].sort((a, b) => a - b).filter((cut) => cut < whole.length), whole.length];
  return bounds.slice(1).map((bound, i) => whole.slice(bounds[i], bound));
}

/** Adjoining swallowed parts are one finding however often `take` was called. */
function merged(findings: readonly Finding[]): Finding[] {
  const list: Finding[] = [];
  for (const finding of findings) {
    const last = list.at(-1);
    if (
      finding.continued === true &&
      last?.continued === true &&
      last.end === finding.start &&
      last.rule === finding.rule
    ) {
      list[list.length - 1] = { ...last, end: finding.end };
    } else list.push(finding);
  }
  return list;
}

const byRule = (a: Finding, b: Finding): number => a.rule - b.rule || a.start - b.start;

function compiles(
  list: readonly RedactionRule[],
  mode: 'compete' | 'watch',
  candidateCharactersMax: number,
  small: boolean,
  sieveCharactersMin = 8,
) {
  try {
    const limits = {
      candidateCharactersMax,
      sieveCharactersMin,
      checkedCharactersMax: Number.POSITIVE_INFINITY,
      ...(small ? { tableEntriesMax: 60 } : {}),
    };
    return compileRules(list, { mode, validators, limits });
  } catch (error) {
    if (!(error instanceof RuleErrors)) throw error;
    return undefined;
  }
}

describe(`redaction properties (seed ${SEED})`, () => {
  test('streamed, whole and reference findings agree, and nothing of a finding lies below an earlier watermark', () => {
    let seen = 0;
    fc.assert(
      fc.property(rules, text, cuts, limit, fc.boolean(), (list, whole, at, candidateCharactersMax, small) => {
        const program = compiles(list, 'compete', candidateCharactersMax, small);
        if (program === undefined) return;
        const expected = referenceFindings(list, whole, { validators, candidateCharactersMax });
        seen += expected.length;
        expect(program.findings(whole)).toEqual(expected);
        const scanner = program.scanner();
        const streamed: Finding[] = [];
        let pushed = 0;
        let clear = 0;
        for (const part of pieces(whole, at)) {
          scanner.push(part);
          pushed += part.length;
          for (const finding of scanner.take()) {
            expect(finding.start).toBeGreaterThanOrEqual(clear);
            streamed.push(finding);
          }
          expect(scanner.clear).toBeGreaterThanOrEqual(clear);
          expect(scanner.clear).toBeLessThanOrEqual(pushed);
          clear = scanner.clear;
        }
        scanner.end();
        for (const finding of scanner.take()) {
          expect(finding.start).toBeGreaterThanOrEqual(clear);
          streamed.push(finding);
        }
        expect(scanner.clear).toBe(whole.length);
        expect(merged(streamed)).toEqual(expected);
        // Once more with every table filled: what is looked up must say what was worked out.
        expect(program.redact(whole)).toBe(applyFindings(list, whole, expected));
      }),
      { numRuns: CASES, seed: SEED },
    );
    expect(seen).toBeGreaterThan(CASES / 10);
  }, 3_600_000);

  test('longer texts in any pieces are redacted as in one, by fresh and by used programs', () => {
    fc.assert(
      fc.property(
        longRules,
        longText,
        fc.array(fc.nat(200), { maxLength: 12 }),
        limit,
        sieveMin,
        (list, whole, at, max, min) => {
          const used = compiles(list, 'compete', max, false, Number.POSITIVE_INFINITY);
          const fresh = compiles(list, 'compete', max, true, min);
          if (used === undefined || fresh === undefined) return;
          const expected = used.findings(whole);
          for (const parts of [whole.split(''), pieces(whole, at), [whole]]) {
            for (const program of [used, fresh]) {
              const scanner = program.scanner();
              for (const part of parts) scanner.push(part);
              scanner.end();
              expect(merged(scanner.take())).toEqual(expected);
            }
          }
        },
      ),
      { numRuns: Math.ceil(CASES / 8), seed: SEED },
    );
  }, 3_600_000);

  test('a watching program finds for each rule what that rule finds alone', () => {
    fc.assert(
      fc.property(rules, text, cuts, limit, fc.boolean(), (list, whole, at, candidateCharactersMax, small) => {
        const program = compiles(list, 'watch', candidateCharactersMax, small);
        if (program === undefined) return;
        const scanner = program.scanner();
        for (const part of pieces(whole, at)) scanner.push(part);
        scanner.end();
        const expected = referenceWatch(list, whole, { validators, candidateCharactersMax });
        expect(merged(scanner.take().sort(byRule))).toEqual(expected);
      }),
      { numRuns: Math.ceil(CASES / 4), seed: SEED },
    );
  }, 3_600_000);
});
