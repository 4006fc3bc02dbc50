/**
 * Recall and false positives of views and patterns alone, by kind and source.
 *
 *   bun test/bench/injection-patterns.ts --corpora DIR [--misses KIND] [--alarms SOURCE]
 *
 * DIR holds JSON lines `{ text, label: 'attack' | 'benign', kind, source, role? }`. Prints the share of texts at or over
 * the default threshold, and recall at fixed false positives over all benign texts. Ids are printed, texts only on request.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInjectionDetector } from '../../src/detectors/injection/index.ts';

interface Row {
  readonly id: string;
  readonly text: string;
  readonly label: string;
  readonly kind: string;
  readonly source: string;
  readonly role?: string;
}

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const folder = argument('corpora');
if (folder === undefined) throw new Error('Give the folder of labelled texts: --corpora DIR');
const rows = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row),
  )
  .filter((row) => (row.label === 'attack' || row.label === 'benign') && typeof row.text === 'string');

const detector = createInjectionDetector({ builtin: 'all', add: [], remove: [], threshold: 1 });
const isIndirect = (row: Row): boolean =>
  row.role === 'tool' || row.kind.startsWith('indirect') || row.kind === 'benign_email' || row.kind === 'benign_tool';
const scored = rows.map((row) => {
  const inspection = detector.inspect([{ text: row.text, role: isIndirect(row) ? 'tool' : 'user' }]);
  return { row, score: inspection.score, findings: inspection.findings };
});

const groups = new Map<string, typeof scored>();
for (const one of scored) {
  const key = `${one.row.label} ${one.row.source} ${one.row.kind}`;
  groups.set(key, [...(groups.get(key) ?? []), one]);
}
console.log('share at or over 1, by label, source and kind');
for (const [key, all] of [...groups].sort(([left], [right]) => left.localeCompare(right))) {
  const over = all.filter((one) => one.score >= 1).length;
  console.log(`${(over / all.length).toFixed(4)}  ${over}/${all.length}  ${key}`);
}

const benign = scored
  .filter((one) => one.row.label === 'benign')
  .map((one) => one.score)
  .sort((left, right) => right - left);
const kinds = [
  ...new Set(
    scored.filter((one) => one.row.label === 'attack').map((one) => one.row.kind.replace(/^obf_.*/, 'obfuscated')),
  ),
].sort();
for (const share of [0.0003, 0.001, 0.005, 0.01]) {
  const threshold = (benign[Math.floor(benign.length * share)] ?? 0) + 1e-9;
  const recalls = kinds.map((kind) => {
    const all = scored.filter(
      (one) => one.row.label === 'attack' && one.row.kind.replace(/^obf_.*/, 'obfuscated') === kind,
    );
    return `${kind} ${(all.filter((one) => one.score >= threshold).length / all.length).toFixed(3)}`;
  });
  console.log(`at ${(share * 100).toFixed(2)} % (threshold ${threshold.toFixed(2)}): ${recalls.join(', ')}`);
}

const byRule = new Map<string, [attack: number, benign: number]>();
for (const one of scored) {
  for (const rule of new Set(one.findings.map((finding) => finding.rule))) {
    const count = byRule.get(rule) ?? [0, 0];
    count[one.row.label === 'attack' ? 0 : 1]++;
    byRule.set(rule, count);
  }
}
console.log('rule: attacks, benign texts');
for (const [rule, [attacks, benignTexts]] of [...byRule].sort((left, right) => right[1][1] - left[1][1]))
  console.log(`${rule}: ${attacks}, ${benignTexts}`);

const misses = argument('misses');
const alarms = argument('alarms');
for (const one of scored) {
  const isMiss = one.row.label === 'attack' && one.row.kind === misses && one.score < 1;
  const isAlarm =
    one.row.label === 'benign' &&
    (alarms === 'all' || one.row.source === alarms) &&
    one.score >= Number(argument('from') ?? 1);
  if (!isMiss && !isAlarm) continue;
  const marks = one.findings.map(
    (finding) =>
      `${finding.rule}=${finding.score.toFixed(2)}@${JSON.stringify(one.row.text.slice(finding.start, finding.end).slice(0, 90))}`,
  );
  console.log(
    one.score.toFixed(2),
    one.row.id,
    isAlarm ? '' : JSON.stringify(one.row.text.slice(0, 200)),
    marks.join(' '),
  );
}
