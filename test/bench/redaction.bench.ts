/**
 * What the redaction engine costs: `bun test/bench/redaction.bench.ts [prose.txt]`.
 *
 * Every figure is the best of several rounds of CPU time, and speed is also given as a ratio to a loop in the same run that
 * only reads `charCodeAt`, since absolute figures of a shared machine mean little. Without a file it reads generated prose.
 */
import { compileRules, type RuleProgram } from '../../src/redaction/program.ts';
import { piiRules, secretRules } from '../../src/redaction/rules/index.ts';
import { validators } from '../../src/redaction/validators.ts';

const CHARACTERS = 2_000_000;
const MEBI = 1_048_576;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Best nanoseconds per unit of several rounds. */
function best(units: number, rounds: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const from = cpuMs();
    run();
    least = Math.min(least, cpuMs() - from);
  }
  return (least * 1e6) / units;
}

function generatedProse(): string {
  const words =
    'the a of committee reviewed applications for students and teachers in every city which is open to visitors who like books music history science'.split(
      ' ',
    );
  let seed = 1;
  let text = '';
  while (text.length < CHARACTERS) {
    seed = (seed * 48_271) % 0x7fffffff;
    text += words[seed % words.length] + (seed % 11 === 0 ? '. ' : seed % 7 === 0 ? ', ' : ' ');
  }
  return text;
}

function fill(piece: string): string {
  return piece.repeat(Math.ceil(CHARACTERS / piece.length));
}

const file = process.argv[2];
const prose = file === undefined ? generatedProse() : (await Bun.file(file).text()).slice(0, CHARACTERS);
let sink = 0;
const bare = best(prose.length, 5, () => {
  for (let i = 0; i < prose.length; i += 1) sink += prose.charCodeAt(i);
});
const show = (name: string, ns: number): void => {
  console.log(
    `${name.padEnd(44)} ${ns.toFixed(2).padStart(8)} ns/char ${(1_000 / ns).toFixed(0).padStart(6)} MB/s ${(bare / ns).toFixed(2).padStart(6)}x bare`,
  );
};
show('bare charCodeAt loop', bare);

let all: RuleProgram | undefined;
for (const [name, rules] of [
  ['secrets', secretRules],
  ['pii', piiRules],
  ['all', [...secretRules, ...piiRules]],
] as const) {
  const from = cpuMs();
  const program = compileRules(rules, { mode: 'compete', validators });
  console.log(`load ${name}: ${rules.length} rules, ${(cpuMs() - from).toFixed(0)} ms CPU`);
  program.findings(prose);
  show(
    `prose, ${name}`,
    best(prose.length, 5, () => void program.findings(prose)),
  );
  const watch = compileRules(rules, { mode: 'watch', validators });
  watch.findings(prose);
  show(
    `prose, ${name}, watching`,
    best(prose.length, 3, () => void watch.findings(prose)),
  );
  const ns = best(prose.length / 5, 3, () => {
    const scanner = program.scanner();
    for (let at = 0; at < prose.length; at += 5) {
      scanner.push(prose.slice(at, at + 5));
      sink += scanner.clear + scanner.take().length;
    }
    scanner.end();
  });
  console.log(`5-character push, ${name}: ${ns.toFixed(0)} ns (with slicing, clear and take)`);
  all = program;
}

// The last program of the loop.
const program = all as RuleProgram;
const adversarial: [string, string][] = [
  ['sk- repeated', fill('sk-')],
  ['no space: a', fill('a')],
  ['no space: digits', fill('1234567890')],
  ['no space: a@a.', fill('a@a.')],
  ['no space: a-', fill('a-')],
  ['card numbers with a wrong check digit', fill('4111 1111 1111 1112 ')],
  ['keys one character short', fill('ghp_abcdefghijklmnopqrstuvwxyz012345678 ')],
  ['key headers that never end', fill('-----BEGIN RSA PRIVATE KEY----- a@b.co ')],
  ['api_key = with a dull value', fill('api_key = aaaaaaaaaaaaaaaaaaaaaa ')],
  ['JSON of base64', fill('{"k":"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="},')],
];
for (const [name, text] of adversarial) {
  const part = text.slice(0, 400_000);
  program.findings(part);
  show(
    `adversarial: ${name}`,
    best(part.length, 2, () => void program.findings(part)),
  );
}

Bun.gc(true);
const heapBefore = process.memoryUsage().heapUsed;
const scanners = Array.from({ length: 2_000 }, () => {
  const scanner = program.scanner();
  for (let at = 0; at < 500; at += 5) scanner.push(prose.slice(at, at + 5));
  return scanner;
});
Bun.gc(true);
const bytes = (process.memoryUsage().heapUsed - heapBefore) / scanners.length;
console.log(`memory per open scanner after 500 characters of prose: ${(bytes / 1_024).toFixed(1)} KiB`);
console.log(`process: ${(process.memoryUsage().rss / MEBI).toFixed(0)} MiB resident; checksum ${sink % 7}`);
