/**
 * How much the built-in packs find, and what they touch wrongly, on labelled texts.
 *
 *     bun test/bench/redaction-corpora.ts --corpora DIR [--show FILE]
 *
 * DIR holds the JSONL files named below. Found: every character of a labelled span is replaced. Touched: any character
 * of a look-alike is. Pooled over spans and rows; rows are never stored here. Prints one row a figure with the value
 * that it must reach and exits with 1 when one does not. `--show` lists a file's misses by place and rule, without text.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileRules } from '../../src/redaction/program.ts';
import { piiRules, secretRules } from '../../src/redaction/rules/index.ts';
import { validators } from '../../src/redaction/validators.ts';
import { devopsTexts } from '../fixtures/benign/devops.ts';

interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}
interface Row {
  readonly id: string;
  readonly text: string;
  readonly spans?: readonly Span[];
  readonly label?: string;
}
interface Figure {
  readonly name: string;
  readonly count: number;
  readonly total: number;
  /** At least, at most, or only reported. */
  readonly limit?: readonly ['>=' | '<=', number];
}
interface Range {
  readonly start: number;
  readonly end: number;
  readonly id: string;
}

/** Pieces as models send them: a space and some letters. */
const TOKENS = /\s?[^\s]{1,5}|\s+/g;

const BENIGN_FILES = [
  'gpteacher',
  'promptbook',
  'alpaca_seed',
  'belle_zh',
  'xstest_safe',
  'deepset',
  'bipia_email',
  'agentdojo_indirect',
  'garak_probes',
];
/** What Presidio's labels call the forms that the packs know. */
const PII_TYPES: Readonly<Record<string, number | undefined>> = {
  CREDIT_CARD: 0.95,
  IBAN_CODE: 0.95,
  US_SSN: 0.95,
  EMAIL_ADDRESS: 0.95,
  IP_ADDRESS: 0.95,
  PHONE_NUMBER: undefined,
};

const { values } = parseArgs({ options: { corpora: { type: 'string' }, show: { type: 'string' } } });
if (values.corpora === undefined) {
  console.error('usage: bun test/bench/redaction-corpora.ts --corpora DIR [--show FILE]');
  process.exit(2);
}
const directory = values.corpora;

const started = performance.now();
const secrets = finder(secretRules);
const pii = finder(piiRules);
const figures: Figure[] = [
  ...(await secretFigures('secrets_gitleaks', 0.9)),
  ...(await secretFigures('secrets_secretlint', 0.85)),
  ...(await personalFigures()),
  ...(await benignFigures()),
  ...devopsFigures(),
  ...(await heldFigures()),
];
print(figures);
console.log(
  `\n${secretRules.length} secret formats, ${piiRules.length} of personal data; ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
process.exit(figures.every(isReached) ? 0 : 1);

function finder(rules: typeof secretRules): (text: string) => Range[] {
  const program = compileRules(rules, { mode: 'compete', validators });
  return (text) => program.findings(text).map(({ rule, start, end }) => ({ start, end, id: rules[rule]?.id ?? '' }));
}

async function rowsOf(file: string): Promise<Row[]> {
  const text = await readFile(join(directory, `${file}.jsonl`), 'utf8');
  // The files are checked in beside this script's caller, not sent by anyone: their shape is taken as documented.
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** UTF-16 offsets of a text's code points, since the labels count code points. */
function codePointOffsets(text: string): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const character of text) {
    offsets.push(offset);
    offset += character.length;
  }
  offsets.push(offset);
  return offsets;
}

function isCovered(ranges: readonly Range[], start: number, end: number): boolean {
  let reached = start;
  for (const range of ranges) if (range.start <= reached && range.end > reached) reached = range.end;
  return reached >= end;
}

async function secretFigures(file: string, foundMin: number): Promise<Figure[]> {
  let spans = 0;
  let found = 0;
  let lookalikes = 0;
  let touched = 0;
  for (const row of await rowsOf(file)) {
    const ranges = secrets(row.text);
    const offsets = codePointOffsets(row.text);
    for (const { start, end, type } of row.spans ?? []) {
      spans++;
      const isFound = isCovered(ranges, offsets[start] ?? 0, offsets[end] ?? 0);
      if (isFound) found++;
      else show(file, `missed ${row.id} ${type}`, ranges);
    }
    if ((row.spans ?? []).length > 0) continue;
    lookalikes++;
    if (ranges.length > 0) touched++;
    if (ranges.length > 0) show(file, `touched ${row.id}`, ranges);
  }
  return [
    { name: `${file} found`, count: found, total: spans, limit: ['>=', foundMin] },
    { name: `${file} look-alikes touched`, count: touched, total: lookalikes, limit: ['<=', 0.1] },
  ];
}

async function personalFigures(): Promise<Figure[]> {
  const file = 'pii_presidio_research';
  const counts = new Map(Object.keys(PII_TYPES).map((type) => [type, { found: 0, total: 0 }]));
  let rows = 0;
  let outside = 0;
  for (const row of await rowsOf(file)) {
    rows++;
    const ranges = pii(row.text);
    const offsets = codePointOffsets(row.text);
    const spans = (row.spans ?? []).map(({ start, end, type }) => ({
      start: offsets[start] ?? 0,
      end: offsets[end] ?? 0,
      type,
    }));
    for (const { start, end, type } of spans) {
      const count = counts.get(type);
      if (count === undefined) continue;
      count.total++;
      if (isCovered(ranges, start, end)) count.found++;
      else show(file, `missed ${row.id} ${type}`, ranges);
    }
    if (ranges.some((range) => !spans.some((span) => span.start < range.end && span.end > range.start))) outside++;
  }
  const found = [...counts].map(([type, { found: count, total }]): Figure => {
    const least = PII_TYPES[type];
    const figure = { name: `${file} ${type} found`, count, total };
    return least === undefined ? figure : { ...figure, limit: ['>=', least] };
  });
  return [...found, { name: `${file} rows with a finding outside every span`, count: outside, total: rows }];
}

async function benignFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const file of BENIGN_FILES) {
    const rows = (await rowsOf(file)).filter(({ label }) => label === 'benign');
    figures.push({
      name: `${file} altered by secrets`,
      count: altered(file, rows, secrets),
      total: rows.length,
      limit: ['<=', 0.005],
    });
    // Real addresses and numbers stand in some of these, so this one is read, not judged.
    figures.push({ name: `${file} altered by pii`, count: altered(file, rows, pii), total: rows.length });
  }
  return figures;
}

function altered(file: string, rows: readonly Row[], find: (text: string) => Range[]): number {
  return rows.filter((row) => {
    const ranges = find(row.text);
    if (ranges.length > 0) show(file, `altered ${row.id}`, ranges);
    return ranges.length > 0;
  }).length;
}

function devopsFigures(): Figure[] {
  const rows = devopsTexts().map(({ name, text }) => ({ id: name, text }));
  return [
    {
      name: 'own benign operations texts altered by secrets',
      count: altered('devops', rows, secrets),
      total: rows.length,
      limit: ['<=', 0.005],
    },
    {
      name: 'own benign operations texts altered by pii',
      count: altered('devops', rows, pii),
      total: rows.length,
      limit: ['<=', 0.005],
    },
  ];
}

function show(file: string, what: string, ranges: readonly Range[]): void {
  if (values.show !== file) return;
  console.log(`${what}: ${ranges.map(({ id, start, end }) => `${id} ${start}-${end}`).join(', ') || 'nothing found'}`);
}

/** What waits behind each token of a benign text, as a share of what has come. */
async function heldFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const file of ['gpteacher', 'promptbook']) {
    const texts = (await rowsOf(file)).filter(({ label }) => label === 'benign').map(({ text }) => text);
    for (const [pack, rules, limit] of [
      ['secrets', secretRules, ['<=', 0.001]],
      ['pii', piiRules, undefined],
    ] as const) {
      const program = compileRules(rules, { mode: 'compete', validators });
      let held = 0;
      let come = 0;
      for (const text of texts) {
        const scanner = program.scanner();
        let length = 0;
        for (const token of text.match(TOKENS) ?? []) {
          scanner.push(token);
          scanner.take();
          length += token.length;
          held += length - scanner.clear;
          come += length;
        }
      }
      const name = `${file} held by ${pack}, characters of those that came, at each token`;
      figures.push({ name, count: held, total: come, ...(limit === undefined ? {} : { limit }) });
    }
  }
  return figures;
}

function isReached({ count, total, limit }: Figure): boolean {
  if (limit === undefined || total === 0) return true;
  return limit[0] === '>=' ? count / total >= limit[1] : count / total <= limit[1];
}

function print(rows: readonly Figure[]): void {
  console.log('| figure | of | value | to reach | |\n| --- | --- | --- | --- | --- |');
  for (const figure of rows) {
    const { name, count, total, limit } = figure;
    const value = total === 0 ? '-' : (count / total).toFixed(4);
    const state = limit === undefined ? 'reported' : isReached(figure) ? 'reached' : 'MISSED';
    console.log(`| ${name} | ${count}/${total} | ${value} | ${limit?.join(' ') ?? ''} | ${state} |`);
  }
}
