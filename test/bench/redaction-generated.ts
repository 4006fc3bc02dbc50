/**
 * How much of many services' keys the shipped secret rules find, and how many look-alikes they touch, on generated texts.
 *
 *     bun test/bench/redaction-generated.ts [--by context|shape] [--show CONTEXT_OR_SHAPE] [--held-out]
 *
 * Found: every character of the value replaced. Touched: any character of a look-alike's text. The part that was tuned
 * on and the part that was held out (other contexts, shapes and names) are told apart. `--by` lists one part's figures,
 * `--show` its misses. Exits with 1 when a figure of either part misses what it must reach.
 */
import { parseArgs } from 'node:util';
import { compileRules } from '../../src/redaction/program.ts';
import { secretRules } from '../../src/redaction/rules/index.ts';
import { validators } from '../../src/redaction/validators.ts';
import { providerTexts, type ProviderText } from './lib/provider-texts.ts';

const FOUND_MIN = 0.75;
const TOUCHED_MAX = 0.1;

interface Count {
  hits: number;
  total: number;
}

const { values } = parseArgs({
  options: { by: { type: 'string' }, show: { type: 'string' }, 'held-out': { type: 'boolean' } },
});
const wantsHeldOut = values['held-out'] === true;
const program = compileRules(secretRules, { mode: 'compete', validators });
const texts = providerTexts();
const judged = texts.map((text) => ({ text, isHit: isHit(text) }));

const rows = [false, true].flatMap((isHeldOut) => [
  row(isHeldOut, 'found', (text) => text.isSecret, true),
  row(isHeldOut, 'found, names in the list', (text) => text.isSecret && text.isKnownName),
  row(isHeldOut, 'found, names made up', (text) => text.isSecret && !text.isKnownName),
  row(isHeldOut, 'look-alikes touched', (text) => !text.isSecret, false),
]);
console.log('| part | figure | of | value | |\n| --- | --- | --- | --- | --- |');
for (const { part, name, count, isReached } of rows) {
  const state = isReached === undefined ? '' : isReached ? 'reached' : 'MISSED';
  console.log(`| ${part} | ${name} | ${count.hits}/${count.total} | ${share(count)} | ${state} |`);
}
if (values.by !== undefined) listBy(values.by === 'shape' ? 'shape' : 'context');
if (values.show !== undefined) showMisses(values.show);
process.exit(rows.every(({ isReached }) => isReached !== false) ? 0 : 1);

function isHit({ text, start, end, isSecret }: ProviderText): boolean {
  const findings = program.findings(text);
  if (!isSecret) return findings.length > 0;
  let reached = start;
  for (const finding of findings) if (finding.start <= reached && finding.end > reached) reached = finding.end;
  return reached >= end;
}

function row(isHeldOut: boolean, name: string, isWanted: (text: ProviderText) => boolean, wantsHits?: boolean) {
  const count = { hits: 0, total: 0 };
  for (const { text, isHit: hit } of judged) {
    if (text.isHeldOut !== isHeldOut || !isWanted(text)) continue;
    count.total++;
    if (hit) count.hits++;
  }
  const value = count.hits / count.total;
  const isReached = wantsHits === undefined ? undefined : wantsHits ? value >= FOUND_MIN : value <= TOUCHED_MAX;
  return { part: isHeldOut ? 'held out' : 'tuned', name, count, isReached };
}

function share({ hits, total }: Count): string {
  return total === 0 ? '-' : (hits / total).toFixed(3);
}

function listBy(field: 'context' | 'shape'): void {
  const counts = new Map<string, Count>();
  for (const { text, isHit: hit } of judged) {
    if (text.isHeldOut !== wantsHeldOut) continue;
    const key = `${text.isSecret ? 'found  ' : 'touched'} ${text[field]}`;
    const count = counts.get(key) ?? { hits: 0, total: 0 };
    counts.set(key, { hits: count.hits + (hit ? 1 : 0), total: count.total + 1 });
  }
  for (const [key, count] of [...counts].sort()) console.log(`${key.padEnd(48)} ${share(count)} of ${count.total}`);
}

/** These texts are made up, so they may be shown. */
function showMisses(name: string): void {
  const misses = judged.filter(
    ({ text, isHit: hit }) =>
      text.isHeldOut === wantsHeldOut && (text.context === name || text.shape === name) && hit !== text.isSecret,
  );
  for (const { text } of misses.slice(0, 40)) {
    const found = program
      .findings(text.text)
      .map(({ rule, start, end }) => `${program.rules[rule]?.id} ${start}-${end}`);
    console.log(JSON.stringify(text.text), found.join(', '));
  }
}
