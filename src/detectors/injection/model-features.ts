/**
 * Reads a text as the learned score does: tokens, then blocks of hashed n-grams and of concept sequences.
 *
 * Training and scoring run this same code, so that a weight means the same in both. Two families of features:
 * - hashed: words, word pairs, word triples, pairs with a gap, and 4-grams inside words. In scripts without spaces
 *   each character is a word.
 * - concepts: words of about thirty languages are mapped to classes such as `override` or `instruction`
 *   (`model-concepts.ts`); the features are classes, ordered pairs by distance, and neighbouring triples.
 *   They carry what was learned in one language over to the others, and they may be named in a finding.
 *
 * Cost is linear in the text. Memory is one block's buffers, whatever the text is. Offsets are UTF-16 code units.
 */
import { FOLD, KIND, Kind } from './model-characters.ts';
import { CONCEPTS } from './model-concepts.ts';
import {
  HASH_START,
  HASH_STEP,
  PHRASE_CHARACTERS_MAX,
  PHRASE_SEED,
  STEM_CHARACTERS_MAX,
  STEM_CHARACTERS_MIN,
  STEM_SEED,
  conceptOf,
  fillLexicon,
  phraseStarts,
} from './model-lexicon.ts';

/** A block ends at this many tokens. */
export const BLOCK_TOKENS_MAX = 32;
/** A block ends at this many characters, so that one endless word cannot grow it. */
export const BLOCK_CHARACTERS_MAX = 512;
/** Bits of the index of a hashed feature within its class. */
const CLASS_BITS = 17;
/** Classes of hashed features; the position is the upper part of an index. */
const CLASS_NAMES = ['word', 'word pair', 'word triple', 'letters'] as const;
/** Entries of the table of hashed features. */
export const HASHED_SIZE = CLASS_NAMES.length << CLASS_BITS;
/** Entries of the table of concept features: singles and pairs, then one for each possible triple. */
export const CONCEPT_SIZE = 16_384 + (1 << 18);

/** Most concept tokens back that a pair looks. */
const PAIR_REACH = 5;
/** Most tokens between the two ends of a pair or a triple. */
const PAIR_TOKENS_MAX = 10;
/** Characters of one word that make 4-grams. */
const WORD_CHARACTERS_MAX = 32;

/** Blocks until the marks of what was seen are wiped: what their table can hold. */
const STAMP_MAX = 0x7fff_ffff;

const PAIR_BASE = 64;
const TRIPLE_BASE = 16_384;
const CONCEPT_BITS = 6;
/** The concept that stands for the beginning of a sentence. */
const SENTENCE = 0;

/** One block of a text: where it stands and which features it has. The reader owns it and fills it anew each time. */
export interface Block {
  /** Offset of its first character. */
  start: number;
  /** Offset behind its last character. */
  end: number;
  /** The first `hashedCount` entries are indices below `HASHED_SIZE`, with repeats. */
  readonly hashed: Int32Array;
  hashedCount: number;
  /** The first `conceptCount` entries are distinct indices below `CONCEPT_SIZE`. */
  readonly concepts: Int32Array;
  conceptCount: number;
}

/** A reader's state; `readBlocks` is not re-entrant on one state. */
export interface Reader {
  readonly block: Block;
  readonly seen: Int32Array;
  stamp: number;
  readonly recent: Int32Array;
  readonly recentToken: Int32Array;
  recentCount: number;
  previous: number;
  beforePrevious: number;
  token: number;
  blockTokens: number;
  sentence: boolean;
}

/** Makes the state that `readBlocks` needs: about 1.1 MB, kept by its owner and used again. */
export function createReader(): Reader {
  fillLexicon();
  return {
    block: {
      start: 0,
      end: 0,
      hashed: new Int32Array(BLOCK_CHARACTERS_MAX + BLOCK_TOKENS_MAX * 4 + 64),
      hashedCount: 0,
      concepts: new Int32Array(BLOCK_TOKENS_MAX * 2 * (PAIR_REACH + 2) + 16),
      conceptCount: 0,
    },
    seen: new Int32Array(CONCEPT_SIZE),
    stamp: 0,
    recent: new Int32Array(8),
    recentToken: new Int32Array(8),
    recentCount: 0,
    previous: 0,
    beforePrevious: 0,
    token: 0,
    blockTokens: 0,
    sentence: true,
  };
}

function beginBlock(reader: Reader, start: number): void {
  reader.block.start = start;
  reader.block.hashedCount = 0;
  reader.block.conceptCount = 0;
  reader.blockTokens = 0;
  reader.stamp += 1;
  if (reader.stamp < STAMP_MAX) return;
  reader.seen.fill(0);
  reader.stamp = 1;
}

function addConceptFeature(reader: Reader, index: number): void {
  if (reader.seen[index] === reader.stamp) return;
  reader.seen[index] = reader.stamp;
  reader.block.concepts[reader.block.conceptCount] = index;
  reader.block.conceptCount += 1;
}

function addConcept(reader: Reader, concept: number): void {
  const token = reader.token;
  const count = reader.recentCount;
  addConceptFeature(reader, concept);
  const reach = count < PAIR_REACH ? count : PAIR_REACH;
  for (let back = 1; back <= reach; back += 1) {
    const at = (count - back) & 7;
    const distance = token - (reader.recentToken[at] ?? 0);
    if (distance > PAIR_TOKENS_MAX) break;
    const nearness = distance <= 1 ? 0 : distance <= 3 ? 1 : 2;
    const before = reader.recent[at] ?? 0;
    addConceptFeature(reader, PAIR_BASE + (((before << CONCEPT_BITS) | concept) * 3 + nearness));
    if (back === 2) {
      const between = reader.recent[(count - 1) & 7] ?? 0;
      addConceptFeature(reader, tripleIndex(before, between, concept));
    }
  }
  reader.recent[count & 7] = concept;
  reader.recentToken[count & 7] = token;
  reader.recentCount = count + 1;
}

function tripleIndex(first: number, second: number, third: number): number {
  return TRIPLE_BASE + ((((first << CONCEPT_BITS) | second) << CONCEPT_BITS) | third);
}

/** Spreads a hash over the entries of one class. */
function mix(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - CLASS_BITS);
}

function addToken(reader: Reader, hash: number, concept: number): void {
  const block = reader.block;
  const { previous, beforePrevious } = reader;
  const near = Math.imul(previous, 0x3c6ef372) + hash;
  let count = block.hashedCount;
  block.hashed[count++] = mix(hash);
  block.hashed[count++] = (1 << CLASS_BITS) | mix(near | 0);
  block.hashed[count++] = (2 << CLASS_BITS) | mix((Math.imul(beforePrevious, 0x1b873593) + near) | 0);
  block.hashed[count++] = (2 << CLASS_BITS) | mix((Math.imul(beforePrevious, 0x7feb352d) + hash) ^ 0x68bc21eb);
  block.hashedCount = count;
  reader.beforePrevious = previous;
  reader.previous = hash;
  if (concept !== 0) {
    if (reader.sentence) addConcept(reader, SENTENCE);
    addConcept(reader, concept);
  }
  reader.sentence = false;
  reader.token += 1;
  reader.blockTokens += 1;
}

/** Reads one word from `at`; returns the offset behind it. Characters past `WORD_CHARACTERS_MAX` count for its hash only. */
function readWord(reader: Reader, text: string, at: number): number {
  const block = reader.block;
  const limit = block.start + BLOCK_CHARACTERS_MAX;
  let hash = HASH_START;
  let length = 0;
  let concept = 0;
  let first = 0;
  let second = 0;
  let third = 0x5f;
  let index = at;
  for (; index < text.length && index < limit; index += 1) {
    const unit = text.charCodeAt(index);
    const kind = KIND[unit];
    if (kind !== Kind.Letter) {
      if (kind === Kind.Ignored) continue;
      break;
    }
    const folded = FOLD[unit] ?? 0;
    hash = Math.imul(hash ^ folded, HASH_STEP);
    length += 1;
    if (length <= WORD_CHARACTERS_MAX && length >= 3) {
      const gram = Math.imul(Math.imul(Math.imul(first, 0x6f4f) + second, 0x6f4f) + third, 0x6f4f) + folded;
      block.hashed[block.hashedCount++] = (3 << CLASS_BITS) | mix(gram);
    }
    first = second;
    second = third;
    third = folded;
    if (length >= STEM_CHARACTERS_MIN && length <= STEM_CHARACTERS_MAX) {
      const found = conceptOf(hash ^ STEM_SEED);
      if (found !== 0) concept = found;
    }
  }
  if (length === 0) return index;
  if (length >= 3) {
    const gram = Math.imul(Math.imul(Math.imul(first, 0x6f4f) + second, 0x6f4f) + third, 0x6f4f) + 0x5f;
    block.hashed[block.hashedCount++] = (3 << CLASS_BITS) | mix(gram);
  }
  const whole = conceptOf(hash);
  addToken(reader, hash, whole === 0 ? concept : whole);
  return index;
}

/** The concept that begins at `at` in a script without spaces, as `concept | length << 8`, or 0. */
function readPhrase(text: string, at: number): number {
  const end = Math.min(text.length, at + PHRASE_CHARACTERS_MAX);
  let hash = HASH_START;
  let best = 0;
  for (let index = at; index < end; index += 1) {
    const unit = text.charCodeAt(index);
    if (KIND[unit] !== Kind.Lone) break;
    hash = Math.imul(hash ^ (FOLD[unit] ?? 0), HASH_STEP);
    const concept = conceptOf(hash ^ PHRASE_SEED);
    if (concept !== 0) best = concept | ((index - at + 1) << 8);
  }
  return best;
}

/** Reads a run of marks from `at` as one token, hashed by its first three; returns the offset behind it. */
function readMarks(reader: Reader, text: string, at: number): number {
  let hash = 0x1f123bb5 | 0;
  let index = at;
  const limit = Math.min(text.length, reader.block.start + BLOCK_CHARACTERS_MAX);
  for (; index < limit; index += 1) {
    const unit = text.charCodeAt(index);
    if (KIND[unit] !== Kind.Mark) break;
    if (index - at < 3) hash = Math.imul(hash ^ (FOLD[unit] ?? 0), HASH_STEP);
  }
  addToken(reader, hash, 0);
  reader.sentence = true;
  return index;
}

/**
 * Reads `text` block by block and calls `visit` for each, in order; the block is only valid during the call.
 *
 * Linear in the text; at most `BLOCK_TOKENS_MAX` tokens and `BLOCK_CHARACTERS_MAX` characters a block.
 */
export function readBlocks(reader: Reader, text: string, visit: (block: Block) => void): void {
  reader.recentCount = 0;
  reader.previous = 0;
  reader.beforePrevious = 0;
  reader.token = 0;
  reader.sentence = true;
  beginBlock(reader, 0);
  let skipPhrases = 0;
  let index = 0;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    const kind = KIND[unit];
    if (kind === Kind.Letter) {
      index = readWord(reader, text, index);
    } else if (kind === Kind.Lone) {
      let concept = 0;
      if (skipPhrases > 0) skipPhrases -= 1;
      else if (phraseStarts[unit] === 1) {
        const found = readPhrase(text, index);
        concept = found & 0xff;
        skipPhrases = found === 0 ? 0 : (found >> 8) - 1;
      }
      addToken(reader, Math.imul((FOLD[unit] ?? 0) ^ 0x51ed270b, HASH_STEP), concept);
      index += 1;
    } else if (kind === Kind.Mark) {
      index = readMarks(reader, text, index);
    } else {
      if (kind === Kind.Stop) reader.sentence = true;
      index += 1;
    }
    if (reader.blockTokens >= BLOCK_TOKENS_MAX || index - reader.block.start >= BLOCK_CHARACTERS_MAX) {
      reader.block.end = index;
      visit(reader.block);
      beginBlock(reader, index);
    }
  }
  reader.block.end = text.length;
  if (reader.blockTokens > 0) visit(reader.block);
}

const NEARNESS = ['next to', 'near', 'before'] as const;

/** Names a hashed feature by its class and its place in the table, which give away no text: `word pair 1f0a3`. */
export function nameHashedFeature(index: number): string {
  const name = CLASS_NAMES[index >> CLASS_BITS] ?? 'unknown';
  return `${name} ${(index & ((1 << CLASS_BITS) - 1)).toString(16).padStart(5, '0')}`;
}

/** Names a concept feature in words that come from this project, never from a text: `override next to prior`. */
export function nameConceptFeature(index: number): string {
  const nameOf = (concept: number): string => CONCEPTS[concept] ?? 'unknown';
  if (index < PAIR_BASE) return nameOf(index);
  if (index >= TRIPLE_BASE) {
    const packed = index - TRIPLE_BASE;
    return `${nameOf(packed >> (2 * CONCEPT_BITS))}, ${nameOf((packed >> CONCEPT_BITS) & 63)}, ${nameOf(packed & 63)}`;
  }
  const pair = Math.floor((index - PAIR_BASE) / 3);
  const nearness = NEARNESS[(index - PAIR_BASE) % 3] ?? 'before';
  return `${nameOf(pair >> CONCEPT_BITS)} ${nearness} ${nameOf(pair & 63)}`;
}
