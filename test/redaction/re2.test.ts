/**
 * An outside yardstick for what matches: re2js, a port of RE2, over random texts and one rule at a time.
 *
 * RE2's longest-match mode, restarted behind each match, is what one rule without checks finds in a whole text. Only
 * constructs that both read alike are used: the dot, `\s` and line ends differ by design.
 */
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compileRules, RuleErrors, type RuleProgram } from '../../src/redaction/program.ts';

const CASES = Number(process.env['CASES'] ?? 15_000);
const SEED = Number(process.env['SEED'] ?? Date.now() & 0x7fffffff);

const atom = fc.constantFrom('a', 'b', 'ab', '[ab]', '[^a]', '\\w', '\\d', '[0-9a]', '(?:a|bc)', '-', 'é', '\u{1F600}');
const count = fc.constantFrom('', '', '', '+', '*', '?', '{2}', '{1,3}', '{2,}');
const branch = fc
  .array(
    fc.tuple(atom, count).map(([one, times]) => `(?:${one})${times}`),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const pattern = fc
  .tuple(
    fc.constantFrom('', '', '\\b', '^'),
    fc.array(branch, { minLength: 1, maxLength: 3 }).map((parts) => `(?:${parts.join('|')})`),
    fc.constantFrom('', '', '\\b', '$'),
  )
  .map((parts) => parts.join(''));
const text = fc
  .array(fc.constantFrom('a', 'a', 'b', 'b', 'c', '1', '-', ' ', 'A', 'é', '\u{1F600}'), { maxLength: 40 })
  .map((parts) => parts.join(''));

/** Undefined for patterns that match the empty text, which are refused. */
function compiled(pattern: string, ignoreCase: boolean): RuleProgram | undefined {
  try {
    return compileRules([{ id: 'r', label: 'R', pattern, ignoreCase }], { mode: 'compete' });
  } catch (error) {
    if (!(error instanceof RuleErrors)) throw error;
    return undefined;
  }
}

test(`one rule finds in a text what RE2's longest-match mode finds (seed ${SEED})`, () => {
  let seen = 0;
  fc.assert(
    fc.property(pattern, fc.boolean(), text, (source, ignoreCase, whole) => {
      const flags = RE2JS.LONGEST_MATCH | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
      const yardstick = RE2JS.compile(source, flags);
      const program = compiled(source, ignoreCase);
      if (program === undefined) return;
      const expected: [number, number][] = [];
      const matcher = yardstick.matcher(whole);
      while (matcher.find()) if (matcher.end() > matcher.start()) expected.push([matcher.start(), matcher.end()]);
      seen += expected.length;
      expect(program.findings(whole).map(({ start, end }) => [start, end] as [number, number])).toEqual(expected);
    }),
    { numRuns: CASES, seed: SEED },
  );
  expect(seen).toBeGreaterThan(CASES / 10);
}, 3_600_000);
