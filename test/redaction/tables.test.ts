/**
 * Tables of (name, rules, text, expected spans), each row run whole, cut in two at every place, character by character
 * and in random pieces, and compared with the naive reference.
 */
import { describe, expect, test } from 'bun:test';
import { type CompileOptions, compileRules } from '../../src/redaction/program.ts';
import type { ExactValue, Finding, RedactionRule } from '../../src/redaction/rule.ts';

interface Row {
  readonly name: string;
  readonly rules: readonly (Partial<RedactionRule> | string)[];
  readonly text: string;
  /** `rule:matched text`, in order; a swallowed rest is `rule+text`. */
  readonly expected: readonly string[];
  readonly options?: Partial<CompileOptions>;
}

const validators = {
  even: (text: string) => text.length % 2 === 0,
  never: () => false,
};
const small = { limits: { candidateCharactersMax: 8 } };

const semantics: Row[] = [
  { name: 'a literal is found', rules: ['key'], text: 'a key and a key', expected: ['0:key', '0:key'] },
  {
    name: 'the leftmost candidate wins over a longer later one',
    rules: ['abc', 'bcdefg'],
    text: 'abcdefg',
    expected: ['0:abc'],
  },
  {
    name: 'the longest of candidates that begin together wins',
    rules: ['ab', 'abcd', 'abc'],
    text: 'abcde',
    expected: ['1:abcd'],
  },
  { name: 'ties go to the earlier rule', rules: ['a[bc]', 'ab'], text: 'ab', expected: ['0:ab'] },
  { name: 'reading goes on behind a match', rules: ['aba'], text: 'ababa', expected: ['0:aba'] },
  {
    name: 'a rule that is a prefix of another matches where the longer one does not',
    rules: ['sk-[a-z]{3}', 'sk-[a-z]{3}-[a-z]{3}'],
    text: 'sk-abc-xy sk-abc-xyz',
    expected: ['0:sk-abc', '1:sk-abc-xyz'],
  },
  {
    name: 'a longer candidate that fails at the end falls back to the shorter',
    rules: ['a(?:.*b)?'],
    text: 'a123\nb',
    expected: ['0:a'],
  },
  {
    name: 'a rejected candidate is followed by the start one character later',
    rules: [{ pattern: '[0-9]{3,}', validators: ['even'] }],
    text: '12345',
    expected: ['0:2345'],
  },
  {
    name: 'a rejected long candidate leaves the shorter one of another rule',
    rules: [{ pattern: 'abc', validators: ['never'] }, { pattern: 'ab' }],
    text: 'abc',
    expected: ['1:ab'],
  },
  {
    name: 'only the longest candidate of a rule is offered',
    rules: [{ pattern: 'a+', validators: ['even'] }],
    text: 'baaab',
    expected: ['0:aa'],
  },
  {
    name: 'a nested match inside a rejected one is found',
    rules: [{ pattern: 'x.*x', validators: ['never'] }, 'b'],
    text: 'xabax',
    expected: ['1:b'],
  },
  {
    name: 'an open candidate that never completes hides nothing',
    rules: ['-BEGIN-[^!]*!', 'zz'],
    text: '-BEGIN-aazzb',
    expected: ['1:zz'],
  },
  {
    name: 'an allowed text stays and what begins inside it is found',
    rules: [{ pattern: 'sk-[a-z]+', allow: ['sk-test'] }, 'test'],
    text: 'sk-test sk-tests',
    expected: ['1:test', '0:sk-tests'],
  },
  {
    name: 'a keyword is found behind characters that grow in lower case, and only within its reach',
    rules: [{ pattern: '[0-9]{4}', keywords: ['pin'] }],
    text: `${'\u0130'.repeat(40)}PIN${'\u0130'.repeat(61)}1234 \u0130\u0130Pin 5678`,
    expected: ['0:1234', '0:5678'],
  },
  {
    name: 'a keyword one character out of reach does not count, whatever stands between',
    rules: [{ pattern: '[0-9]{4}', keywords: ['pin'] }],
    text: `PIN${'\u0130'.repeat(62)}1234`,
    expected: [],
  },
  {
    name: 'what a before cannot do without may come in another piece, and reaches 64 characters',
    rules: [{ pattern: '[a-z]{4,}', before: 'secret[^\\n]{0,80}= ' }],
    text: `secret${' '.repeat(56)}= abcd, and secret${' '.repeat(57)}= abcd`,
    expected: ['0:abcd'],
  },
  {
    name: 'a before that is spelled with the long s and the Kelvin sign is the same word',
    rules: [{ pattern: '[0-9]{4}', before: 'secret key = ' }],
    text: 'a \u017fecret \u212aey = 1234',
    expected: ['0:1234'],
  },
  {
    name: 'a before of one character or the beginning opens a rule there',
    rules: [{ pattern: '[0-9]{2}', before: '^|[^0-9]' }],
    text: '12 345',
    expected: ['0:12', '0:34'],
  },
  {
    name: 'keywords must stand before the candidate',
    rules: [{ pattern: '[0-9]{4}', keywords: ['Pin'] }],
    text: '1234 pin: 5678',
    expected: ['0:5678'],
  },
  {
    name: 'a keyword farther than 64 characters does not count',
    rules: [{ pattern: '[0-9]{4}', keywords: ['pin'] }],
    text: `pin${'.'.repeat(62)}5678`,
    expected: [],
  },
  {
    name: 'a keyword exactly 64 characters before counts',
    rules: [{ pattern: '[0-9]{4}', keywords: ['pin'] }],
    text: `pin${'.'.repeat(61)}5678`,
    expected: ['0:5678'],
  },
  {
    name: 'before must end where the candidate begins',
    rules: [{ pattern: '[a-z]{3,}', before: 'key\\s{0,2}=\\s{0,2}' }],
    text: 'abc key = def',
    expected: ['0:def'],
  },
  {
    name: 'before may be the beginning of the text',
    rules: [{ pattern: '[0-9]+', before: '(?:^|,)' }],
    text: '12 34,56',
    expected: ['0:12', '0:56'],
  },
  {
    name: 'before may look longer than 64 characters but counts only within them',
    rules: [{ pattern: '[0-9]+', before: 'k.*=' }],
    text: `k${'.'.repeat(62)}=1 k${'.'.repeat(70)}=2`,
    expected: ['0:1'],
  },
  {
    name: 'before is read in text that another rule masked',
    rules: ['token', { pattern: '[0-9]+', before: 'token:' }],
    text: 'token:123',
    expected: ['0:token', '1:123'],
  },
];

const syntax: Row[] = [
  {
    name: 'word boundaries are ASCII',
    rules: ['\\bcat\\b'],
    text: 'cat concat cats écat',
    expected: ['0:cat', '0:cat'],
  },
  { name: '^ and $ are the ends of the channel', rules: ['^a', 'b$'], text: 'ab\nab', expected: ['0:a', '1:b'] },
  {
    name: 'line anchors work in a group with the m flag',
    rules: ['(?m:^)a+(?m:$)'],
    text: 'aa\nba\na',
    expected: ['0:aa', '0:a'],
  },
  { name: 'the dot leaves out line ends', rules: ['a.c'], text: 'a\nc abc', expected: ['0:abc'] },
  {
    name: 'case is ignored with Unicode simple folding',
    rules: [{ pattern: 'straße-K', ignoreCase: true }],
    text: 'STRAẞE-\u212a',
    expected: ['0:STRAẞE-\u212a'],
  },
  {
    name: 'Unicode properties match letters beyond the BMP',
    rules: ['\\p{L}+'],
    text: '1\u{10400}é!',
    expected: ['0:\u{10400}é'],
  },
  {
    name: 'an astral class matches whole pairs only',
    rules: ['[\u{1F600}-\u{1F64F}]'],
    text: 'a\u{1F601}\ud83d',
    expected: ['0:\u{1F601}'],
  },
  {
    name: 'a negated class takes a pair as one character',
    rules: ['a[^b]c'],
    text: 'a\u{1F601}c',
    expected: ['0:a\u{1F601}c'],
  },
  { name: 'a lone surrogate is a character', rules: ['a.c'], text: 'a\ud83dc', expected: ['0:a\ud83dc'] },
  { name: 'half of a pair is not a character', rules: ['\ude00', 'x'], text: '\ud83d\ude00x', expected: ['1:x'] },
  {
    name: 'counted repetition is exact',
    rules: ['\\b[A-Z]{2}[0-9]{3,4}\\b'],
    text: 'AB12 AB123 AB1234 AB12345',
    expected: ['0:AB123', '0:AB1234'],
  },
];

const long: Row[] = [
  {
    name: 'what extends a candidate of the longest length is swallowed',
    rules: ['a+'],
    text: `b${'a'.repeat(20)}b`,
    expected: [`0:${'a'.repeat(8)}`, `0+${'a'.repeat(12)}`],
    options: small,
  },
  {
    name: 'swallowing bridges less than the longest length',
    rules: ['a+(?:-*a+)*'],
    text: `${'a'.repeat(8)}---a${'-'.repeat(7)}a${'-'.repeat(9)}a`,
    expected: [`0:${'a'.repeat(8)}`, `0+---a${'-'.repeat(7)}a`, '0:a'],
    options: small,
  },
  {
    name: 'a candidate that is open at the longest length is dropped and inner ones are found',
    rules: ['x[^!]*!', 'ab'],
    text: 'x..ab.....ab..!',
    expected: ['1:ab', '1:ab'],
    options: small,
  },
  {
    name: 'reading goes on right behind what was swallowed',
    rules: ['a+', 'b'],
    text: `${'a'.repeat(12)}b`,
    expected: [`0:${'a'.repeat(8)}`, '0+aaaa', '1:b'],
    options: small,
  },
];

const values: { name: string; value: Partial<ExactValue> & { value: string }; text: string; expected: string[] }[] = [
  {
    name: 'an exact value is found with characters that mean something in patterns',
    value: { value: 'p.a+s(s' },
    text: 'is p.a+s(s or paass(s',
    expected: ['p.a+s(s'],
  },
  {
    name: 'base64 is found in every alignment',
    value: { value: 'hunter2-hunter2', encoded: true },
    text: [0, 1, 2].map((n) => btoa(`${'x'.repeat(n)}hunter2-hunter2`)).join(' '),
    expected: ['aHVudGVyMi1odW50ZXIy', 'h1bnRlcjItaHVudGVyM', 'odW50ZXIyLWh1bnRlcj'],
  },
  {
    name: 'hex is found in either case',
    value: { value: 'secret!', encoded: true },
    text: '73656372657421 73656372657421'.toUpperCase(),
    expected: ['73656372657421', '73656372657421'],
  },
  {
    name: 'URL-encoding of some characters is found',
    value: { value: 'a b/c=d', encoded: true },
    text: 'x=a%20b%2fc%3Dd&a+b/c=d',
    expected: ['a%20b%2fc%3Dd', 'a+b/c=d'],
  },
  {
    name: 'invisible characters inside do not hide it',
    value: { value: 'hunter2', encoded: true },
    text: 'h\u200bun\u2060\u200dter2',
    expected: ['h\u200bun\u2060\u200dter2'],
  },
];

function ruleList(row: Row): RedactionRule[] {
  return row.rules.map((rule, i) => ({
    id: `rule_${i}`,
    label: `RULE_${i}`,
    pattern: '',
    ...(typeof rule === 'string' ? { pattern: rule } : rule),
  }));
}

function shown(text: string, findings: readonly Finding[]): string[] {
  const list: { rule: number; continued: boolean; start: number; end: number }[] = [];
  for (const { rule, start, end, continued } of findings) {
    const last = list.at(-1);
    if (continued === true && last?.continued === true && last.end === start) last.end = end;
    else list.push({ rule, start, end, continued: continued === true });
  }
  return list.map(({ rule, start, end, continued }) => `${rule}${continued ? '+' : ':'}${text.slice(start, end)}`);
}

/** Every way of cutting that a row is run through. */
function* cuttings(text: string): Generator<string[]> {
  yield [text];
  for (let at = 1; at < text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
  yield text.split('');
  let seed = 7;
  for (let round = 0; round < 8; round += 1) {
    const parts: string[] = [];
    for (let at = 0; at < text.length;) {
      seed = (seed * 48_271) % 0x7fffffff;
      const size = 1 + (seed % 7);
      parts.push(text.slice(at, at + size));
      at += size;
    }
    yield parts;
  }
}

function runs(
  rules: readonly (RedactionRule | ExactValue)[],
  text: string,
  options: Partial<CompileOptions>,
): string[][] {
  const limits = { checkedCharactersMax: Number.POSITIVE_INFINITY, ...options.limits };
  const program = compileRules(rules, { mode: 'compete', validators, ...options, limits });
  return [...cuttings(text)].map((parts) => {
    const scanner = program.scanner();
    const findings: Finding[] = [];
    for (const part of parts) {
      scanner.push(part);
      findings.push(...scanner.take());
    }
    scanner.end();
    return shown(text, [...findings, ...scanner.take()]);
  });
}

for (const [group, rows] of Object.entries({ semantics, syntax, long })) {
  describe(`redaction ${group}, cut everywhere`, () => {
    for (const row of rows) {
      test(row.name, () => {
        for (const got of runs(ruleList(row), row.text, row.options ?? {})) expect(got).toEqual([...row.expected]);
      });
    }
  });
}

describe('exact values, cut everywhere', () => {
  for (const { name, value, text, expected } of values) {
    test(name, () => {
      for (const got of runs([{ id: 'v', label: 'V', ...value }], text, {})) {
        expect(got).toEqual(expected.map((match) => `0:${match}`));
      }
    });
  }
});

describe('watermark', () => {
  const hold = (pattern: string, text: string): string => {
    const scanner = compileRules([{ id: 'r', label: 'R', pattern }], { mode: 'compete' }).scanner();
    scanner.push(text);
    return text.slice(scanner.clear);
  };
  const rows: [name: string, pattern: string, text: string, held: string][] = [
    ['prose is not held by a distinctive prefix', '\\bsk-[a-z]{20}', 'this is a task of mine', ''],
    ['a prefix that has begun is held whole', '\\bsk-[a-z]{20}', 'this is sk-ab', 'sk-ab'],
    ['an e-mail rule holds the current word only', '\\b[a-z.]{1,64}@[a-z.]+', 'write to some.one', 'some.one'],
    ['the hold ends when the candidate can no longer complete', '\\bsk-[a-z]{20}', 'sk-ab cd', ''],
    ['a match that may still grow is held', 'sk-[a-z]+', 'x sk-abc', 'sk-abc'],
    ['a match that cannot grow is decided at once', 'sk-[a-z]{3}', 'x sk-abc', ''],
    ['the earliest of several open starts counts', 'ab[a-z]*!|cd', 'abxxcd', 'abxxcd'],
  ];
  for (const [name, pattern, text, held] of rows) test(name, () => expect(hold(pattern, text)).toBe(held));

  test('a candidate open for 16 KiB is decided and what follows does not wait', () => {
    const scanner = compileRules([{ id: 'r', label: 'R', pattern: 'x[^!]*!' }], { mode: 'compete' }).scanner();
    scanner.push(`x${'.'.repeat(16_382)}`);
    expect(scanner.clear).toBe(0);
    scanner.push('..');
    expect(scanner.clear).toBe(16_385);
  });
});

describe('watching', () => {
  test('a rule that would lose in competition is still reported', () => {
    const rules = ['abc', 'bcd', 'b'].map((pattern, i) => ({ id: `r${i}`, label: `R${i}`, pattern }));
    const program = compileRules(rules, { mode: 'watch' });
    expect(shown('abcd', program.findings('abcd')).sort()).toEqual(['0:abc', '1:bcd', '2:b']);
  });
});
