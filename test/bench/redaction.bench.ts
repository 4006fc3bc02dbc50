/**
 * What the redaction engine costs: `bun test/bench/redaction.bench.ts [prose.txt]`.
 *
 * Every figure is the best of several rounds, part by part, and speed is also given as a ratio to a loop that only reads
 * `charCodeAt` and alternates with it, since absolute figures of a shared machine mean little. Without a file it reads
 * generated prose.
 */
import { compileRules, type RuleProgram } from '../../src/redaction/program.ts';
import { piiRules, secretRules } from '../../src/redaction/rules/index.ts';
import { validators } from '../../src/redaction/validators.ts';

const CHARACTERS = 200_000;
const MEBI = 1_048_576;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Length of the pieces that are timed: short enough that a neighbour on the machine seldom interrupts one. */
const PART_CHARACTERS = 20_000;

/** Nanoseconds per character: the best of several rounds for each part of a text, alternating with bare reading. */
function perCharacter(text: string, rounds: number, run: (part: string) => void): { ns: number; bare: number } {
  const parts: string[] = [];
  // Copied, so that a part is a flat string of its own.
  for (let at = 0; at < text.length; at += PART_CHARACTERS) {
    parts.push(Buffer.from(text.slice(at, at + PART_CHARACTERS)).toString());
  }
  const bests = parts.map(() => ({ ns: Number.POSITIVE_INFINITY, bare: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < rounds; round += 1) {
    parts.forEach((part, i) => {
      const known = bests[i] as { ns: number; bare: number };
      const from = Bun.nanoseconds();
      sink += readBare(part);
      const between = Bun.nanoseconds();
      run(part);
      known.ns = Math.min(known.ns, Bun.nanoseconds() - between);
      known.bare = Math.min(known.bare, between - from);
    });
  }
  const sum = (field: 'ns' | 'bare'): number => bests.reduce((all, one) => all + one[field], 0) / text.length;
  return { ns: sum('ns'), bare: sum('bare') };
}

/** Nanoseconds for a push of five characters: strings of their own, as a parser of records hands them on. */
function nsAPush(program: RuleProgram): number {
  let best = Number.POSITIVE_INFINITY;
  for (let from = 0; from < prose.length; from += PART_CHARACTERS) {
    const pieces: string[] = [];
    const to = Math.min(prose.length, from + PART_CHARACTERS);
    for (let at = from; at < to; at += 5) pieces.push(Buffer.from(prose.slice(at, at + 5)).toString());
    for (let round = 0; round < 20; round += 1) {
      const began = Bun.nanoseconds();
      const scanner = program.scanner();
      for (const piece of pieces) {
        scanner.push(piece);
        sink += scanner.clear + scanner.take().length;
      }
      scanner.end();
      best = Math.min(best, (Bun.nanoseconds() - began) / pieces.length);
    }
  }
  return best;
}

function readBare(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) sum += text.charCodeAt(i);
  return sum;
}

function generatedProse(): string {
  const words = (
    'the a of and to in is that it was for on are with as his they be at one have this from or had by but some what ' +
    'there we can out other were all your when up use word how said an each she which do their time if will way about ' +
    'many then them would write like so these her long make thing see him two has look more day could go come did my ' +
    'sound no most number who over know water than call first people may down side been now find any new work part ' +
    'take get place made live where after back little only round man year came show every good me give our under ' +
    'committee reviewed applications students teachers visitors music history science culture possible different'
  ).split(' ');
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
const show = (name: string, { ns, bare }: { ns: number; bare: number }): void => {
  console.log(
    `${name.padEnd(44)} ${ns.toFixed(2).padStart(8)} ns/char ${(1_000 / ns).toFixed(0).padStart(6)} MB/s ${(bare / ns).toFixed(2).padStart(6)}x bare (${bare.toFixed(2)})`,
  );
};

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
    perCharacter(prose, 150, (part) => void program.findings(part)),
  );
  const watch = compileRules(rules, { mode: 'watch', validators });
  watch.findings(prose);
  show(
    `prose, ${name}, watching`,
    perCharacter(prose, 50, (part) => void watch.findings(part)),
  );
  const pushNs = nsAPush(program);
  console.log(`5-character push, ${name}: ${pushNs.toFixed(0)} ns (with clear and take)`);
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
  ['a key block of plus signs', `-----BEGIN RSA PRIVATE KEY-----\n${fill('A+AA++')}`],
  ['JSON of base64', fill('{"k":"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="},')],
];
for (const [name, text] of adversarial) {
  const part = text.slice(0, 60_000);
  program.findings(part);
  show(
    `adversarial: ${name}`,
    perCharacter(part, 10, (piece) => void program.findings(piece)),
  );
}

const began = Bun.nanoseconds();
for (let i = 0; i < 20_000; i += 1) sink += program.scanner().clear;
console.log(`making a scanner: ${((Bun.nanoseconds() - began) / 20_000).toFixed(0)} ns`);

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
