/** A trie over folded code units: words, prefixes (`ignor*`), and the longest word at a place in unspaced script. */
import { FOLD } from './fold.ts';

/** The compiled trie. Node 0 is "nowhere", node 1 the root. */
export interface Trie {
  /** Next node by `node * 26 + letter` for a-z. */
  readonly latin: Uint16Array;
  /** Next node by `node * 65536 + code unit` for all others. */
  readonly others: ReadonlyMap<number, number>;
  /** Whether a code unit occurs in `others` at all. */
  readonly known: Uint8Array;
  /** Index into `lists` for a word that ends here; 0 for none. */
  readonly words: Uint16Array;
  /** Index into `lists` for a prefix that ends here; 0 for none. */
  readonly prefixes: Uint16Array;
  readonly lists: readonly (readonly number[])[];
}

export const ROOT = 1;

/** Builds a trie from words (with `*` at the end of a prefix) and the numbers they stand for. */
export function buildTrie(entries: ReadonlyMap<string, readonly number[]>): Trie {
  // A letter makes a node at most. Node 0 and the root come on top.
  const nodesMax = Math.min(
    65_536,
    [...entries.keys()].reduce((sum, word) => sum + word.length, 2),
  );
  const latin = new Uint16Array(nodesMax * 26);
  const words = new Uint16Array(nodesMax);
  const prefixes = new Uint16Array(nodesMax);
  const others = new Map<number, number>();
  const known = new Uint8Array(65_536);
  let nodes = 2;
  const lists: (readonly number[])[] = [[]];
  for (const [word, numbers] of entries) {
    const isPrefix = word.endsWith('*');
    let node = ROOT;
    for (let at = 0; at < word.length - (isPrefix ? 1 : 0); at++) {
      const code = word.charCodeAt(at);
      const isLatin = code >= 0x61 && code <= 0x7a;
      let next = isLatin ? (latin[node * 26 + code - 0x61] ?? 0) : (others.get(node * 65_536 + code) ?? 0);
      if (next === 0) {
        next = nodes;
        if (next > 65_535) throw new RangeError('The lexicon has more than 65,535 trie nodes.');
        nodes += 1;
        if (isLatin) latin[node * 26 + code - 0x61] = next;
        else {
          others.set(node * 65_536 + code, next);
          known[code] = 1;
        }
      }
      node = next;
    }
    const target = isPrefix ? prefixes : words;
    const existing = lists[target[node] ?? 0] ?? [];
    target[node] = lists.length;
    lists.push([...new Set([...existing, ...numbers])]);
  }
  return {
    latin: latin.slice(0, nodes * 26),
    others,
    known,
    words: words.slice(0, nodes),
    prefixes: prefixes.slice(0, nodes),
    lists,
  };
}

/** A letter's part in a word's signature: sums of it hardly ever agree unless the letters are the same. */
export const LETTER_WEIGHTS: Uint32Array = Uint32Array.from(
  { length: 26 },
  (_, letter) => Math.imul(letter + 1, 0x9e3779b1) >>> 3,
);

/** Shortest and longest word that is recognised with its inner letters in disorder. */
export const SCRAMBLED_LETTERS_MIN = 6;
export const SCRAMBLED_LETTERS_MAX = 14;

/** A word by its first letter, its last letter, its length and which letters it has, in whatever order. */
export function signatureOf(first: number, last: number, length: number, weight: number): number {
  return ((weight ^ Math.imul(first, 0x85ebca6b) ^ Math.imul(last, 0xc2b2ae35)) + length) | 0;
}

/** Folds a lexicon word as texts are folded; `*` stays. */
export function foldWord(word: string): string {
  let folded = '';
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    if (code === 0x2a) folded += '*';
    else if ((FOLD[code] ?? 0) !== 0) folded += String.fromCharCode(FOLD[code] ?? 0);
  }
  return folded;
}
