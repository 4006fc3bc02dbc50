/** The tables that the matcher runs on, made once from the catalogue and the lexicon. */
import { fillFoldTables, FOLD } from './fold.ts';
import { buildTrie, foldWord, LETTER_WEIGHTS, ROOT, signatureOf, type Trie } from './trie.ts';

/** A rule as the catalogue writes it. */
export interface SequenceRule {
  readonly id: string;
  readonly score: number;
  /** `class|class ~gap class`; a leading `^` lets the sequence run over the ends of sentences. */
  readonly sequences: readonly string[];
  /** Score in text of tools and documents; the same where left out. */
  readonly indirectScore?: number;
  /** What the operator's log shows; the sequences where left out. */
  readonly source?: string;
  /** Counts even where a negation or a question word stands before it. */
  readonly always?: boolean;
}

/** A literal made of signs, such as a chat template's control token, and the class it stands for. */
export interface Literal {
  readonly text: string;
  readonly className: string;
}

const WORD_IDS_FROM = 0x4000;
/** What the matcher itself heeds of a word, whatever rule it is in. */
export const NEGATION_FLAG = 1;
export const ASKING_FLAG = 2;
export const META_FLAG = 4;
export const TO_FLAG = 8;
export const YOU_FLAG = 16;
export const PROTECTING_FLAG = 32;
/** Classes whose words the matcher itself heeds, in the order of the flags. */
const FLAG_CLASSES = ['negation', 'asking', 'injectionword', 'to', 'you', 'protecting'];

/** A literal, compiled. */
export interface LiteralEntry {
  readonly text: string;
  /** How much of it is read as signs: all of a closed token, only what stands before the words of an open one. */
  readonly signs: number;
  readonly elements: Int32Array;
}

function signsOf(text: string): number {
  const last = FOLD[text.charCodeAt(text.length - 1)] ?? 0;
  if (last === 0) return text.length;
  let signs = 0;
  while ((FOLD[text.charCodeAt(signs)] ?? 0) === 0) signs++;
  return signs;
}

interface Element {
  readonly rule: number;
  readonly classes: readonly number[];
  readonly gap: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly crosses: boolean;
}

/** Turns rules, lexicon and literals into tables. Throws on an unknown class, which is a programmer's mistake. */
export function compileCatalogue(
  rules: readonly SequenceRule[],
  lexicon: Readonly<Record<string, string>>,
  literals: readonly Literal[],
) {
  fillFoldTables();
  const classIds = new Map<string, number>();
  for (const name of [...Object.keys(lexicon), ...literals.map((literal) => literal.className), 'turnlabel']) {
    if (!classIds.has(name)) classIds.set(name, classIds.size);
  }
  const elements = rules.flatMap((rule, index) =>
    rule.sequences.flatMap((sequence) => parseSequence(sequence, rule.id, index, classIds)),
  );
  const entries = new Map<string, number[]>();
  const phrases = new Map<number, number>();
  const phraseEnds: number[][] = [[]];
  const phraseClasses: number[][] = [];
  const phraseLengths: number[] = [];
  const phraseIndexes = new Map<string, number>();
  const wordIds = new Map<string, number>();
  const add = (word: string, number: number): void => {
    const list = entries.get(word) ?? [];
    list.push(number);
    entries.set(word, list);
  };
  for (const [name, words] of Object.entries(lexicon)) {
    const classId = classIds.get(name) ?? 0;
    for (const word of words.split(/\s+/)) {
      const parts = withEndings(word)
        .split('_')
        .map(foldWord)
        .filter((part) => part !== '' && part !== '*');
      if (parts.length === 0) continue;
      if (parts.length === 1) {
        add(parts[0] ?? '', classId);
        continue;
      }
      const key = parts.join('_');
      let phrase = phraseIndexes.get(key);
      if (phrase === undefined) {
        phrase = phraseClasses.length;
        phraseIndexes.set(key, phrase);
        phraseClasses.push([]);
        phraseLengths.push(parts.length);
        let node = 0;
        for (const part of parts) {
          let id = wordIds.get(part);
          if (id === undefined) {
            id = WORD_IDS_FROM + wordIds.size;
            wordIds.set(part, id);
            add(part, id);
          }
          let next = phrases.get(node * 65_536 + id);
          if (next === undefined) {
            next = phraseEnds.length;
            phraseEnds.push([]);
            phrases.set(node * 65_536 + id, next);
          }
          node = next;
        }
        phraseEnds[node]?.push(phrase);
      }
      phraseClasses[phrase]?.push(classId);
    }
  }
  inheritPrefixes(entries);
  const trie = buildTrie(entries);
  const elementsOfClasses = createElementFinder(elements);
  const flagIds = FLAG_CLASSES.map((name) => classIds.get(name) ?? -1);
  const flagsOf = (classes: readonly number[]): number =>
    flagIds.reduce((flags, id, bit) => (classes.includes(id) ? flags | (1 << bit) : flags), 0);
  const classesOfList = trie.lists.map((list) => list.filter((number) => number < WORD_IDS_FROM));
  const byFirst = new Map<number, LiteralEntry[]>();
  for (const literal of literals) {
    const text = literal.text.toLowerCase();
    const key = text.charCodeAt(0) * 65_536 + text.charCodeAt(1);
    const list = byFirst.get(key) ?? [];
    list.push({ text, signs: signsOf(text), elements: elementsOfClasses([classIds.get(literal.className) ?? -1]) });
    list.sort((left, right) => right.text.length - left.text.length);
    byFirst.set(key, list);
  }
  return {
    elements,
    trie,
    phrases,
    phraseEnds,
    phraseLengths,
    elementsOfList: classesOfList.map(elementsOfClasses),
    elementsOfPhrase: phraseClasses.map(elementsOfClasses),
    wordIdsOfList: trie.lists.map((list) => list.filter((number) => number >= WORD_IDS_FROM)),
    flagsOfList: Uint8Array.from(classesOfList.map(flagsOf)),
    flagsOfPhrase: Uint8Array.from(phraseClasses.map(flagsOf)),
    literals: byFirst,
    scrambled: scrambledWords(trie),
    turnElements: elementsOfClasses([classIds.get('turnlabel') ?? -1]),
  };
}

/** Finds the elements that words of some classes can be. Most words share their classes with others, and so the answer. */
function createElementFinder(elements: readonly Element[]): (classes: readonly number[]) => Int32Array {
  const byClass = new Map<number, number[]>();
  for (const [index, { classes }] of elements.entries()) {
    for (const classId of classes) {
      const list = byClass.get(classId);
      if (list === undefined) byClass.set(classId, [index]);
      else list.push(index);
    }
  }
  const known = new Map<string, Int32Array>();
  return (classes) => {
    const key = classes.join();
    let found = known.get(key);
    if (found === undefined) {
      // Later elements come first, so that one word cannot be two elements of a sequence.
      found = Int32Array.from(new Set(classes.flatMap((classId) => byClass.get(classId) ?? [])))
        .sort()
        .reverse();
      known.set(key, found);
    }
    return found;
  };
}

/** Words that are worth recognising with their inner letters in disorder: readers hardly notice, and neither do models. */
const SCRAMBLED =
  'ignore disregard forget previous previously earlier preceding instruction instructions directive directives guidelines prompt prompts system reveal display repeat override developer restrictions unrestricted unfiltered everything';

/** The trie's list of each such word, by signature. */
function scrambledWords(trie: Trie): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const word of SCRAMBLED.split(' ')) {
    let node = ROOT;
    let weight = 0;
    for (let at = 0; at < word.length; at++) {
      const letter = word.charCodeAt(at) - 0x61;
      node = trie.latin[node * 26 + letter] ?? 0;
      weight = (weight + (LETTER_WEIGHTS[letter] ?? 0)) | 0;
    }
    const list = trie.words[node] ?? 0;
    if (list === 0) throw new Error(`"${word}" is not in the lexicon.`);
    found.set(signatureOf(word.charCodeAt(0), word.charCodeAt(word.length - 1), word.length, weight), list);
  }
  return found;
}

/** Korean words take endings: each is a prefix. */
function withEndings(word: string): string {
  const last = word.charCodeAt(word.length - 1);
  return last >= 0xac00 && last <= 0xd7a3 && word.length > 1 ? `${word}*` : word;
}

/** A whole word that also begins with a listed prefix stands for both, and so does a longer prefix. */
function inheritPrefixes(entries: Map<string, number[]>): void {
  const prefixes = [...entries]
    .filter(([word]) => word.endsWith('*'))
    .map(([word, numbers]) => [word.slice(0, -1), [...numbers]] as const);
  const byPrefix = new Map(prefixes);
  for (const [word, numbers] of entries) {
    const plain = word.endsWith('*') ? word.slice(0, -1) : word;
    for (let size = 1; size <= plain.length; size++) {
      const inherited = byPrefix.get(plain.slice(0, size));
      if (inherited !== undefined && plain.slice(0, size) + '*' !== word) numbers.push(...inherited);
    }
  }
}

function parseSequence(
  sequence: string,
  ruleId: string,
  rule: number,
  classIds: ReadonlyMap<string, number>,
): Element[] {
  const crosses = sequence.startsWith('^');
  const elements: Element[] = [];
  let gap = 0;
  const tokens = (crosses ? sequence.slice(1) : sequence).trim().split(/\s+/);
  for (const token of tokens) {
    if (token.startsWith('~')) {
      gap = Number(token.slice(1));
      continue;
    }
    const classes = token.split('|').map((name) => {
      const id = classIds.get(name);
      if (id === undefined) throw new Error(`Rule "${ruleId}" names an unknown word class "${name}".`);
      return id;
    });
    elements.push({ rule, classes, gap, isFirst: elements.length === 0, isLast: false, crosses });
    gap = 0;
  }
  const last = elements.pop();
  if (last === undefined) throw new Error(`Rule "${ruleId}" has an empty sequence.`);
  elements.push({ ...last, isLast: true });
  return elements;
}
