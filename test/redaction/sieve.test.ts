/**
 * Long texts, which the sieve skips: what is hidden in them is found at every offset, over the borders of its blocks and
 * of pieces, beside characters beyond ASCII.
 */
import { describe, expect, test } from 'bun:test';
import { compileRules } from '../../src/redaction/program.ts';
import type { RedactionRule } from '../../src/redaction/rule.ts';

const rules: RedactionRule[] = [
  { id: 'prefix', label: 'PREFIX', pattern: '\\bsk-[a-z0-9]{8,}' },
  {
    id: 'value',
    label: 'VALUE',
    pattern: '[A-Za-z0-9]{6,}',
    before: '(?:token|password)[\\w-]{0,8}\\s{0,2}[:=]\\s{0,2}',
  },
  { id: 'digits', label: 'DIGITS', pattern: '\\b[0-9]{9}\\b', before: '\\bnumber[^\\n0-9]{0,20}' },
  { id: 'mail', label: 'MAIL', pattern: '\\b[a-z0-9._-]{1,64}@[a-z.]{3,}\\b' },
  { id: 'far', label: 'FAR', pattern: 'größe-\u{1F600}' },
  { id: 'short', label: 'SHORT', pattern: '\\bQ7\\b' },
];
const hidden = [
  'sk-abcd1234',
  'token = abc123',
  'my_password_prod: Hunter22',
  'number of the case is 123456789',
  'some.one@example.org',
  'größe-\u{1F600}',
  'Q7',
];
const PROSE = 'the committee reviewed twelve applications and agreed that all of it was available to them ';
/** The sieve copies text in blocks of this length. */
const BLOCK_CHARACTERS = 2_048;

const program = compileRules(rules, { mode: 'compete' });
const stepwise = compileRules(rules, { mode: 'compete', limits: { sieveCharactersMin: Number.POSITIVE_INFINITY } });

function around(secret: string, offset: number, filler: string): string {
  const before = filler.repeat(Math.ceil(offset / filler.length)).slice(0, offset - 1);
  return `${before} ${secret} ${filler.repeat(3)}`;
}

describe('the sieve misses nothing that reading step by step finds', () => {
  for (const [name, filler] of [
    ['prose', PROSE],
    ['prose with signs beyond ASCII', `${PROSE}– “naïve” \u{1F600} `],
    ['one word', 'abc'],
  ] as const) {
    for (const secret of hidden) {
      test(`${JSON.stringify(secret)} in ${name}, at every offset near a block's border`, () => {
        for (let offset = BLOCK_CHARACTERS - 40; offset <= BLOCK_CHARACTERS + 10; offset += 1) {
          const text = around(secret, offset, filler);
          const expected = stepwise.findings(text);
          expect(expected.length).toBeGreaterThan(0);
          expect(program.findings(text)).toEqual(expected);
        }
      });
    }
  }

  test('a name in one piece and its value in the next', () => {
    for (let cut = 1; cut < 14; cut += 1) {
      const text = `${PROSE.repeat(4)}token = abc123 ${PROSE.repeat(4)}`;
      const at = 4 * PROSE.length + cut;
      const scanner = program.scanner();
      scanner.push(text.slice(0, at));
      scanner.push(text.slice(at));
      scanner.end();
      expect(scanner.take()).toEqual(stepwise.findings(text));
    }
  });

  test('a run of letters longer than a piece, and its mark in a later one', () => {
    const text = `${PROSE.repeat(2)}${'a'.repeat(300)}@example.org ${PROSE}`;
    for (const size of [1, 7, 100, 130]) {
      const scanner = program.scanner();
      for (let at = 0; at < text.length; at += size) scanner.push(text.slice(at, at + size));
      scanner.end();
      expect(scanner.take()).toEqual(stepwise.findings(text));
    }
  });

  test('two channels that are read in turn do not see each other', () => {
    const texts = [around('sk-abcd1234', 700, PROSE), around('token = abc123', 700, PROSE)];
    const scanners = texts.map(() => program.scanner());
    for (let at = 0; at < 1_200; at += 150) {
      texts.forEach((text, i) => scanners[i]?.push(text.slice(at, at + 150)));
    }
    expect(scanners.map((scanner) => scanner.take().map(({ rule }) => rules[rule]?.id))).toEqual([
      ['prefix'],
      ['value'],
    ]);
  });
});
