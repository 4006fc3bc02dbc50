/**
 * Everyday words, and what they look like in cipher: two of them near each other are reason enough to undo the cipher.
 *
 * A word is packed into 32 bits (five a letter, the last six or seven count); the table is looked up once a word.
 */

/** What a word tells. */
export const CUE = {
  natural: 1,
  rot13: 2,
  reversed: 4,
  atbash: 8,
  nato: 16,
  namesRot13: 32,
  namesReversed: 64,
  namesAtbash: 128,
} as const;

const EVERYDAY = `the and you are your what for all with this that have from write how who not which them when where there print show
  system prompt ignore forget tell say please previous answer instructions now must will can about into
  und der die das nicht alle alles ist wie was ein eine mit auf den dem von sind
  que los las por para del con una todo les des pour est dans vous tout che per non sono della`;

/** Everyday words whose mirror image is no word of its own. */
const REVERSIBLE = `the you your what all with this that have from write how which them then when where there print show system
  prompt ignore forget tell please why people instructions previous answer and into about for
  und nicht ist alle alles wie das que una para pour les dans vous che quoi`;

const NATO =
  'alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu';

/** Images of everyday words that people do write. */
const AMBIGUOUS = new Set([
  'dna',
  'red',
  'ton',
  'era',
  'saw',
  'nie',
  'sel',
  'red',
  'ner',
  'bar',
  'sad',
  'tub',
  'nun',
  'sap',
  'war',
  'eva',
]);

let table: ReadonlyMap<number, number> = new Map();
let filter = new Uint8Array(32_768);
let isFilled = false;

/** Fills the table, once; about 1 ms. */
export function fillCues(): void {
  if (isFilled) return;
  isFilled = true;
  table = buildTable();
  filter = buildFilter(table);
}

/** What a packed word tells, as bits of `CUE`; 0 for most. */
export function cueOf(packed: number): number {
  if (filter[(packed ^ (packed >>> 15)) & 32_767] === 0) return 0;
  return table.get(packed) ?? 0;
}

function buildTable(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const add = (word: string, bit: number): void => {
    const key = packWord(word);
    found.set(key, (found.get(key) ?? 0) | bit);
  };
  const everyday = EVERYDAY.split(/\s+/);
  const isClear = (word: string): boolean => word.length > 2 && !everyday.includes(word) && !AMBIGUOUS.has(word);
  for (const word of everyday) {
    add(word, CUE.natural);
    for (const [image, bit] of [
      [turn(word, (letter) => (letter + 13) % 26), CUE.rot13],
      [turn(word, (letter) => 25 - letter), CUE.atbash],
    ] as const) {
      if (isClear(image)) add(image, bit);
    }
  }
  for (const word of REVERSIBLE.split(/\s+/)) {
    const image = [...word].reverse().join('');
    if (isClear(image)) add(image, CUE.reversed);
  }
  for (const word of NATO.split(' ')) add(word, CUE.nato);
  for (const word of ['rot13', 'rot', 'caesar']) add(word, CUE.namesRot13);
  for (const word of ['reverse', 'reversed', 'backward', 'backwards', 'mirrored', 'ruckwarts'])
    add(word, CUE.namesReversed);
  add('atbash', CUE.namesAtbash);
  return found;
}

function buildFilter(all: ReadonlyMap<number, number>): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(32_768);
  for (const key of all.keys()) bits[(key ^ (key >>> 15)) & 32_767] = 1;
  return bits;
}

function packWord(word: string): number {
  let packed = 0;
  for (let at = 0; at < word.length; at++) packed = (packed << 5) | (word.charCodeAt(at) & 31);
  return packed;
}

function turn(word: string, by: (letter: number) => number): string {
  return [...word].map((letter) => String.fromCharCode(by(letter.charCodeAt(0) - 97) + 97)).join('');
}
