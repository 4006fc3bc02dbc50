/**
 * How well detection carries over to texts that nothing was tuned on: attacks and ordinary texts of our own writing.
 *
 *   bun test/bench/injection-generalisation.ts [--threshold 1] [--misses FAMILY]
 *
 * The texts stand in `test/detectors/injection/data/generalisation`, by family, as different people would write them. Two
 * of three were looked at while patterns and material were mended (`tuned`), every third was not (`unseen`); both figures
 * are printed. Texts of the tuned part can be shown, those of the other never are. No text is part of the training.
 */
import { readFileSync } from 'node:fs';
import { createInjectionDetector, type InjectionDetector, shippedScorer } from '../../src/detectors/injection/index.ts';
import { EXACT } from '../detectors/injection/disguises.ts';

/** One text of the set. */
export interface GeneralText {
  readonly text: string;
  readonly attack: boolean;
  /** `override`, `de`, `web` … */
  readonly family: string;
  readonly role: 'user' | 'tool';
  /** Every third text of a family, which was not looked at. */
  readonly isUnseen: boolean;
}

interface Source {
  readonly file: string;
  readonly attack: boolean;
  readonly role: 'user' | 'tool';
  /** What its families are counted as, where they are too small to be counted alone. */
  readonly prefix: string;
}

const FOLDER = new URL('../detectors/injection/data/generalisation/', import.meta.url);
const SOURCES: readonly Source[] = [
  { file: 'attacks.txt', attack: true, role: 'user', prefix: '' },
  { file: 'indirect.txt', attack: true, role: 'tool', prefix: 'indirect ' },
  { file: 'attacks-languages.txt', attack: true, role: 'user', prefix: 'language ' },
  { file: 'benign.txt', attack: false, role: 'user', prefix: '' },
  { file: 'benign-tool.txt', attack: false, role: 'tool', prefix: 'indirect ' },
  { file: 'benign-languages.txt', attack: false, role: 'user', prefix: 'language ' },
];
/** Families whose texts are written in ciphers as well. */
const ENCODED_FAMILIES: ReadonlySet<string> = new Set(['override', 'extraction', 'hackaprompt', 'office', 'code']);
const UNSEEN_EVERY = 3;
/** What families of small number begin with; they are counted together as well. */
const GROUPS: readonly string[] = ['indirect ', 'language '];

/** All texts, in the order of the files; the encoded ones are made here, two ciphers deep for one in five. */
export function readGeneralTexts(): readonly GeneralText[] {
  const plain = SOURCES.flatMap(readSource);
  const ciphers = Object.entries(EXACT);
  const base64 = EXACT['base64'];
  const encoded = plain
    .filter(({ family }) => ENCODED_FAMILIES.has(family))
    .flatMap((one, at): GeneralText[] => {
      const [name, cipher] = ciphers[at % ciphers.length] ?? [];
      if (name === undefined || cipher === undefined) return [];
      const written = cipher(one.text);
      const isNested = at % 5 === 4 && base64 !== undefined && name !== 'base64';
      return [{ ...one, text: isNested ? base64(written) : written, family: 'encoded' }];
    });
  return [...plain, ...encoded];
}

function readSource({ file, attack, role, prefix }: Source): readonly GeneralText[] {
  const texts: GeneralText[] = [];
  let family = '';
  let families = 0;
  let count = 0;
  for (const line of readFileSync(new URL(file, FOLDER), 'utf8').split('\n')) {
    if (line.startsWith('## ')) {
      family = prefix + line.slice(3);
      // Families of one file are alike line by line: each begins elsewhere.
      count = families;
      families += 1;
    } else if (line !== '') {
      const isUnseen = count % UNSEEN_EVERY === UNSEEN_EVERY - 1;
      texts.push({ text: line.replaceAll('\\n', '\n'), attack, family, role, isUnseen });
      count += 1;
    }
  }
  return texts;
}

/** Prints, by family, the share of texts at or over each threshold: of those looked at / of those not. */
export function printGeneralisation(detector: InjectionDetector, thresholds: readonly number[]): void {
  const judged = readGeneralTexts().map((one) => ({ ...one, score: scoreOf(detector, one) }));
  for (const attack of [true, false]) {
    const side = judged.filter((one) => one.attack === attack);
    const title = attack ? 'found of our own attacks' : 'alarms of our own benign texts';
    console.log(`\n| ${title}, tuned / unseen | texts | ${thresholds.map((one) => `at ${one}`).join(' | ')} |`);
    console.log(`|---|---|${thresholds.map(() => '---').join('|')}|`);
    const families = [...new Set(side.map(({ family }) => family))];
    for (const family of [...families, ...GROUPS, '']) {
      const group = side.filter((one) =>
        families.includes(family) ? one.family === family : one.family.startsWith(family),
      );
      const cells = thresholds.map((threshold) => {
        const share = (isUnseen: boolean): string => {
          const part = group.filter((one) => one.isUnseen === isUnseen);
          return (part.filter(({ score }) => score >= threshold).length / part.length).toFixed(2);
        };
        return `${share(false)} / ${share(true)}`;
      });
      console.log(`| ${family === '' ? 'all' : family.trimEnd()} | ${group.length} | ${cells.join(' | ')} |`);
    }
  }
}

function scoreOf(detector: InjectionDetector, { text, role }: GeneralText): number {
  return detector.inspect([{ text, role }]).score;
}

function main(): void {
  const argument = (name: string): string | undefined => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const learned = shippedScorer();
  const detector = createInjectionDetector({
    builtin: 'all',
    add: [],
    remove: [],
    threshold: 1,
    cache: 'none',
    learned,
  });
  const threshold = Number(argument('threshold') ?? 1);
  printGeneralisation(detector, [threshold, 0.6, 0.3]);
  const shown = argument('misses');
  for (const one of readGeneralTexts()) {
    if (one.isUnseen || shown === undefined || !one.family.startsWith(shown)) continue;
    const { score, findings } = detector.inspect([{ text: one.text, role: one.role }]);
    if (score >= threshold === one.attack) continue;
    const rules = findings.map(({ rule, score: own }) => `${rule}=${own.toFixed(2)}`).join(' ');
    console.log(`${score.toFixed(2)} ${one.family}: ${one.text} [${rules}]`);
  }
}

if (import.meta.main) main();
