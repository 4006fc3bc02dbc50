/**
 * What SystemPromptLeakage finds and what OutputHandling alters, with the shipped policies, on labelled texts.
 *
 *     bun test/bench/answer-corpora.ts --corpora DIR [--show KIND]
 *
 * DIR holds the JSONL files named below. Leaks: `leak_promptbook`, an answer beside its system prompt; found is where
 * any of it was replaced. Altered: a harmless text that does not leave as it came. Rows are never stored here. Nothing
 * is gated; `--show` names the rows of one kind of leak that were missed, or of `altered`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compilePolicies } from '../../src/policy/compile.ts';
import { tryExchange } from '../../src/policy/trial.ts';
import { devopsTexts } from '../fixtures/benign/devops.ts';
import { createWorld } from '../../src/policy/world.ts';

const HARMLESS_FILES = ['gpteacher', 'promptbook', 'alpaca_seed', 'belle_zh', 'xstest_safe', 'bipia_email'];

interface Row {
  readonly id: string;
  readonly text: string;
  readonly system: string;
  readonly output: string;
  readonly label: string;
  readonly kind: string;
}

const { values } = parseArgs({ options: { corpora: { type: 'string' }, show: { type: 'string' } } });
if (values.corpora === undefined) throw new Error('--corpora DIR is needed');
const corpora = values.corpora;

async function setOf(name: string) {
  const text = await readFile(join(import.meta.dir, '../../policies', `${name}.yaml`), 'utf8');
  return compilePolicies([{ file: `${name}.yaml`, text }], createWorld({ enforcementMode: 'hard' }));
}

async function rowsOf(name: string): Promise<readonly Row[]> {
  const lines = (await readFile(join(corpora, `${name}.jsonl`), 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

const percent = (count: number, total: number) => `${((100 * count) / Math.max(1, total)).toFixed(1)} %`;

async function leaks(): Promise<void> {
  const set = await setOf('system-prompt');
  const byKind = new Map<string, { found: number; total: number }>();
  for (const row of await rowsOf('leak_promptbook')) {
    const texts = [{ role: 'system' as const, text: row.system }];
    const { answer } = await tryExchange(set, { texts, answer: { content: row.output } });
    const found = answer?.content !== row.output;
    const kind = row.label === 'leak' ? row.kind : `harmless: ${row.kind}`;
    const sum = byKind.get(kind) ?? { found: 0, total: 0 };
    byKind.set(kind, sum);
    sum.total += 1;
    if (found) sum.found += 1;
    if (values.show === row.kind && found !== (row.label === 'leak')) console.log(row.id);
  }
  console.log('system prompt in the answer      replaced');
  for (const [kind, { found, total }] of [...byKind].sort()) {
    console.log(`  ${kind.padEnd(30)} ${`${found}/${total}`.padStart(9)}  ${percent(found, total)}`);
  }
}

async function alterations(): Promise<void> {
  const set = await setOf('output-handling');
  console.log('harmless texts                   altered');
  const devops = devopsTexts().map(({ text }, index) => ({ id: `devops-${index}`, text }));
  const files = await Promise.all(HARMLESS_FILES.map(async (name) => [name, await rowsOf(name)] as const));
  for (const [name, rows] of [...files, ['our own devops texts', devops] as const]) {
    let altered = 0;
    const rules = new Map<string, number>();
    for (const { id, text } of rows) {
      const { answer, decisions } = await tryExchange(set, { answer: { content: text } });
      if (answer?.content === text) continue;
      altered += 1;
      for (const { rule } of decisions) rules.set(rule, (rules.get(rule) ?? 0) + 1);
      if (values.show === 'altered') console.log(id, decisions.map(({ rule }) => rule).join(' '));
    }
    const why = [...rules].map(([rule, count]) => `${rule} ${count}`).join(', ');
    console.log(
      `  ${name.padEnd(30)} ${`${altered}/${rows.length}`.padStart(9)}  ${percent(altered, rows.length)}  ${why}`,
    );
  }
}

await leaks();
await alterations();
