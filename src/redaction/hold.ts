/**
 * How much text a rule can hold back, computed when rules are loaded, with a sentence for operators.
 */
import { LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { alphabetOf, EDGE } from './alphabet.ts';
import { finishNfa, NfaBuilder } from './nfa.ts';
import { lengthsOf, type Node } from './syntax.ts';

export interface Hold {
  /** The most characters that one open candidate of this rule can hold back. */
  readonly characters: number;
  /** What it holds in ordinary prose: next to nothing, the current word, or more than a word. */
  readonly prose: 'nothing' | 'word' | 'text';
  readonly description: string;
}

const PROSE =
  'Yesterday the committee reviewed twelve applications, and everyone agreed that information was available.';

/** The hold of one pattern, where a candidate is decided at `limit` characters at the latest. */
export function holdOf(pattern: Node, limit: number): Hold {
  const { max } = lengthsOf(pattern);
  const characters = Math.min(max, limit);
  const prose = proseHold(pattern);
  return { characters, prose, description: sentenceOf(characters, max > limit, prose) };
}

function sentenceOf(characters: number, isCut: boolean, prose: Hold['prose']): string {
  const most = isCut
    ? `a candidate is decided after ${characters} characters at the latest, and what would lengthen it then is masked as it comes`
    : `at most ${characters} characters are held while a candidate is open`;
  if (prose === 'nothing') return `Does not delay prose; ${most}.`;
  if (prose === 'word') return `Any word may begin it, so the current word is held; ${most}.`;
  return `Ordinary text may begin it, so more than the current word is held; ${most}. Give it a more distinctive beginning.`;
}

/** Reads a sentence from the beginning of each of its words and sees how far the rule stays open. */
function proseHold(pattern: Node): Hold['prose'] {
  const builder = new NfaBuilder();
  const entry = builder.add(pattern, 0);
  const alphabet = alphabetOf(builder.sets);
  const dfa = new LazyDfa(finishNfa(builder, alphabet), [entry]);
  let longest: Hold['prose'] = 'nothing';
  for (let start = 0; start < PROSE.length; start += 1) {
    const previous =
      start === 0 ? EDGE : (alphabet.kindOf[alphabet.classOf[PROSE.charCodeAt(start - 1)] as number] as number);
    let state = dfa.root(previous);
    let at = start;
    while (state !== 0 && at < PROSE.length) {
      const klass = alphabet.classOf[PROSE.charCodeAt(at)] as number;
      let entryTo = dfa.table[state + klass] as number;
      if (entryTo === UNKNOWN) entryTo = dfa.step(state, klass);
      state = entryTo >= 0 ? entryTo : (dfa.specialNext[-2 - entryTo] as number);
      at += 1;
    }
    const read = PROSE.slice(start, at - 1);
    if (read.includes(' ') && read.trim().includes(' ')) return 'text';
    if (read.length >= 4) longest = 'word';
  }
  return longest;
}
