/** What is refused when rules are loaded: where, why, and what would be right. */
import { describe, expect, test } from 'bun:test';
import { compilePatternSet } from '../../src/redaction/pattern-set.ts';
import { compileRules, type RuleError, RuleErrors } from '../../src/redaction/program.ts';
import type { ExactValue, RedactionRule } from '../../src/redaction/rule.ts';

function errorsOf(rules: readonly (Partial<RedactionRule> | Partial<ExactValue>)[]): readonly RuleError[] {
  const named = rules.map((rule, i) => ({ id: `rule_${i}`, label: 'R', ...rule }) as RedactionRule | ExactValue);
  try {
    compileRules(named, { mode: 'compete', validators: { luhn: () => true } });
  } catch (error) {
    if (error instanceof RuleErrors) return error.errors;
    throw error;
  }
  return [];
}

const rows: [
  name: string,
  rule: Partial<RedactionRule> | Partial<ExactValue>,
  field: string,
  column: number,
  reason: RegExp,
][] = [
  ['a back-reference', { pattern: '(a)x\\1' }, 'pattern', 5, /back-reference is not regular/],
  ['look-ahead', { pattern: 'ab(?=c)' }, 'pattern', 3, /look-ahead/],
  ['look-behind', { pattern: '(?<!a)b' }, 'pattern', 1, /look-behind/],
  ['lazy repetition', { pattern: 'a.*?b' }, 'pattern', 2, /longest candidate is always taken/],
  ['an inline flag', { pattern: '(?i)abc' }, 'pattern', 1, /flag for the rest/],
  ['a needless escape', { pattern: 'ab\\_c' }, 'pattern', 3, /invalid escape/],
  ['an open group', { pattern: 'a(b' }, 'pattern', 4, /unterminated group/],
  ['a pattern that matches nothing at all', { pattern: 'a*' }, 'pattern', 1, /empty text/],
  ['a count beyond the largest', { pattern: 'a{5000}' }, 'pattern', 1, /counts beyond 4096/],
  ['counts that multiply', { pattern: '(?:[ab]{500}c){100}' }, 'pattern', 1, /more than 20000 automaton nodes/],
  [
    'a run that is left at many places for a count',
    { pattern: 'x[a-z]*q[a-z]{20}' },
    'pattern',
    1,
    /more than 4096 states/,
  ],
  ['the same with the run bounded', { pattern: '[a-z]{0,40}q[a-z]{20}' }, 'pattern', 1, /more than 4096 states/],
  ['a mistake in before', { pattern: 'a', before: '(?=x)' }, 'before', 1, /look-ahead/],
  ['an unknown validator', { pattern: 'a', validators: ['lun'] }, 'validators', 1, /no validator "lun"/],
  ['an empty keyword', { pattern: 'a', keywords: [''] }, 'keywords', 1, /keyword is empty/],
  [
    'an unbounded checked rule',
    { pattern: '[a-z]{20,}', validators: ['luhn'] },
    'pattern',
    1,
    /at most 1024 characters/,
  ],
  ['a value of three characters', { value: 'abc' }, 'value', 1, /too short/],
];

describe('compileRules() refuses', () => {
  for (const [name, rule, field, column, reason] of rows) {
    test(name, () => {
      const [error, ...more] = errorsOf([rule]);
      expect(more).toEqual([]);
      expect(error).toMatchObject({ ruleId: 'rule_0', field, column });
      expect(error?.reason).toMatch(reason);
      expect(error?.expected.length).toBeGreaterThan(10);
    });
  }

  test('no pattern whose states stay few, however long its counts', () => {
    const patterns = [
      'x[a-z]*q[a-z]{4}',
      '[a-z]+@[a-z]{20}',
      'sk-[a-z]{20,200}',
      '\\b[a-z]{1,64}=[a-z]{40}',
      '[a-z]*9{20}',
    ];
    expect(errorsOf(patterns.map((pattern) => ({ pattern })))).toEqual([]);
  });

  test('every mistake at once, each with its rule', () => {
    const errors = errorsOf([{ pattern: 'a*' }, { pattern: 'fine' }, { pattern: '(', before: ')' }]);
    expect(errors.map(({ ruleId, field }) => `${ruleId} ${field}`)).toEqual([
      'rule_0 pattern',
      'rule_2 pattern',
      'rule_2 before',
    ]);
  });

  test('two rules with one id', () => {
    expect(
      errorsOf([
        { id: 'x', pattern: 'a' },
        { id: 'x', pattern: 'b' },
      ]),
    ).toMatchObject([{ ruleId: 'x', field: 'id' }]);
  });

  test('without ever quoting an exact value', () => {
    const value = 'p'.repeat(5_000);
    expect(JSON.stringify(errorsOf([{ value }]))).not.toContain('ppp');
  });
});

describe('hold', () => {
  const rows: [name: string, pattern: string, characters: number, prose: string][] = [
    ['a distinctive prefix does not delay prose', '\\bsk-[a-z]{20}', 23, 'nothing'],
    ['a rule that any word may begin holds the word', '\\b[a-z]{1,64}@x', 66, 'word'],
    ['a rule that text may begin holds more', '[a-z ]+@', 16_384, 'text'],
  ];
  for (const [name, pattern, characters, prose] of rows) {
    test(name, () => {
      const [hold] = compileRules([{ id: 'r', label: 'R', pattern }], { mode: 'compete' }).hold;
      expect(hold).toMatchObject({ characters, prose });
      expect(hold?.description).toEndWith('.');
    });
  }
});

describe('compilePatternSet()', () => {
  const set = compilePatternSet([
    { id: 'ignore', pattern: 'ignore\\s+.*?(previous|all)', ignoreCase: true },
    { id: 'nightfall', pattern: 'project\\s+nightfall' },
    { id: 'start', pattern: '^https?://10\\.' },
  ]);
  test('reports each pattern once, with the end of its first match', () => {
    expect(set.matches('Ignore  now all, ignore all; project nightfall')).toEqual([
      { index: 0, end: 15 },
      { index: 1, end: 46 },
    ]);
  });
  test('anchors mean the ends of the text', () => {
    expect(set.matches('https://10.0.0.1')).toEqual([{ index: 2, end: 11 }]);
    expect(set.matches('x https://10.0.0.1')).toEqual([]);
  });
});
