/**
 * How much made-up personal data the shipped PII rules find, however it is written, and what they touch wrongly.
 *
 *     bun test/bench/redaction-generated-pii.ts [--show KIND] [--held-out]
 *
 * Found: every character of the value replaced. Touched: any character of a near miss. Exits with 1 when less than nine in
 * ten are found or more than one in ten near misses is touched, both parts together.
 */
import { parseArgs } from 'node:util';
import { compileRules } from '../../src/redaction/program.ts';
import { piiRules } from '../../src/redaction/rules/index.ts';
import { validators } from '../../src/redaction/validators.ts';
import { personalTexts, type PersonalText } from './lib/personal-texts.ts';

const FOUND_MIN = 0.9;
const TOUCHED_MAX = 0.1;

const { values } = parseArgs({ options: { show: { type: 'string' }, 'held-out': { type: 'boolean' } } });
const program = compileRules(piiRules, { mode: 'compete', validators });
const judged = personalTexts().map((text) => ({ text, isHit: isHit(text) }));

let hasMissed = false;
console.log('| what | tuned | held out |\n| --- | --- | --- |');
for (const kind of new Set(judged.filter(({ text }) => isPersonal(text)).map(({ text }) => text.kind))) {
  print(kind, (text) => text.kind === kind);
}
hasMissed = print('all found', isPersonal, (value) => value >= FOUND_MIN) || hasMissed;
hasMissed =
  print(
    'near misses touched',
    (text) => !isPersonal(text),
    (value) => value <= TOUCHED_MAX,
  ) || hasMissed;
if (values.show !== undefined) showMisses(values.show);
process.exit(hasMissed ? 1 : 0);

function isPersonal({ start, end }: PersonalText): boolean {
  return end > start;
}

function isHit(text: PersonalText): boolean {
  const findings = program.findings(text.text);
  if (!isPersonal(text)) return findings.length > 0;
  return findings.some(({ start, end }) => start <= text.start && end >= text.end);
}

/** Prints a row; whether a part of it misses what it must reach. */
function print(
  name: string,
  isWanted: (text: PersonalText) => boolean,
  isReached?: (value: number) => boolean,
): boolean {
  const rows = judged.filter(({ text }) => isWanted(text));
  const cells = [false, true].map((isHeldOut) => shareOf(rows.filter(({ text }) => text.isHeldOut === isHeldOut)));
  const misses = isReached?.(rows.filter(({ isHit: hit }) => hit).length / rows.length) === false;
  console.log(`| ${name} | ${cells.join(' | ')} |${misses ? ' MISSED' : ''}`);
  return misses;
}

function shareOf(rows: readonly { readonly isHit: boolean }[]): string {
  return `${(rows.filter(({ isHit: hit }) => hit).length / rows.length).toFixed(3)} of ${rows.length}`;
}

/** These texts are made up, so they may be shown. */
function showMisses(kind: string): void {
  for (const { text, isHit: hit } of judged) {
    if (text.isHeldOut !== (values['held-out'] === true) || (kind !== 'all' && text.kind !== kind)) continue;
    if (hit !== isPersonal(text)) console.log(text.kind, JSON.stringify(text.text));
  }
}
