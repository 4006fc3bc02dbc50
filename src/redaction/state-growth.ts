/**
 * Whether a pattern's deterministic automaton would have too many states, found out before any text is read.
 *
 * States multiply where a run of open length can be left at many places at once for a counted rest, as in
 * `[a-z]*q[a-z]{20}`: the automaton then has to remember which of the last twenty characters were a `q`. Only patterns of
 * that shape are made deterministic at load, up to a bound; for all others it would cost more than it tells.
 */
import type { CharSet } from './char-set.ts';
import { complementOf, setOf } from './char-set.ts';
import { LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { alphabetOf, KINDS } from './alphabet.ts';
import { finishNfa, NfaBuilder } from './nfa.ts';
import { lengthsOf, type Node } from './syntax.ts';

/** Most states of one rule's automaton. */
export const RULE_STATES_MAX = 4_096;
/** A run that may be left at fewer places, for a rest that overlaps it less, cannot need that many. */
const OVERLAP_MIN = 12;

/** What is repeated is this long at most: longer parts seldom overlap what follows. */
const RUN_CHARACTERS_MAX = 4;

/** What follows a node, as a chain. */
interface Rest {
  readonly node: Node;
  readonly next: Rest | undefined;
}

/** Whether the automaton of a pattern has more than `RULE_STATES_MAX` states. Takes about 0.1 s at worst. */
export function needsTooManyStates(pattern: Node): boolean {
  return mayMultiply(pattern, undefined) && countStates(pattern) > RULE_STATES_MAX;
}

function mayMultiply(node: Node, rest: Rest | undefined): boolean {
  switch (node.kind) {
    case 'set':
    case 'look':
      return false;
    case 'choice':
      return node.nodes.some((branch) => mayMultiply(branch, rest));
    case 'sequence': {
      let next = rest;
      for (let i = node.nodes.length - 1; i >= 0; i -= 1) {
        const part = node.nodes[i] as Node;
        if (mayMultiply(part, next)) return true;
        next = { node: part, next };
      }
      return false;
    }
    case 'repeat': {
      const isRun = node.max - node.min >= OVERLAP_MIN && lengthsOf(node.node).max <= RUN_CHARACTERS_MAX;
      if (isRun && overlap(spanOf(node.node), rest) >= OVERLAP_MIN) return true;
      return mayMultiply(node.node, rest);
    }
  }
}

/** How many characters of a rest of fixed length may also be of `run`, if the rest is choosier than it. */
function overlap(run: CharSet, from: Rest | undefined): number {
  let count = 0;
  let isChoosy = false;
  const outside = complementOf(run);
  for (let rest = from; rest !== undefined && count < 2 * OVERLAP_MIN;) {
    const { node, next }: Rest = rest;
    if (node.kind === 'set' || node.kind === 'choice') {
      const set = spanOf(node);
      const inside = complementOf(setOf([...complementOf(set), ...outside]));
      if (inside.length === 0) break;
      if (inside.join() !== run.join()) isChoosy = true;
      count += 1;
      rest = next;
    } else if (node.kind === 'look') rest = next;
    else if (node.kind === 'sequence')
      rest = node.nodes.reduceRight<Rest | undefined>((link, part) => ({ node: part, next: link }), next);
    else if (node.min === 0) break;
    else rest = { node: node.node, next: { node: { ...node, min: node.min - 1, max: node.max - 1 }, next } };
  }
  return isChoosy ? count : 0;
}

/** Every code point that stands somewhere in a node. */
function spanOf(node: Node): CharSet {
  switch (node.kind) {
    case 'set':
      return node.set;
    case 'look':
      return [];
    case 'sequence':
    case 'choice':
      return setOf(node.nodes.flatMap(spanOf));
    case 'repeat':
      return spanOf(node.node);
  }
}

/** The number of states, or one more than `RULE_STATES_MAX`. */
function countStates(pattern: Node): number {
  const builder = new NfaBuilder();
  const entry = builder.add(pattern, 0);
  const dfa = new LazyDfa(finishNfa(builder, alphabetOf(builder.sets)), [entry], {
    entriesMax: Number.POSITIVE_INFINITY,
  });
  for (let kind = 0; kind < KINDS; kind += 1) dfa.root(kind);
  for (let index = 1; index < dfa.states.length && dfa.states.length <= RULE_STATES_MAX; index += 1) {
    const state = index * dfa.stride;
    for (let klass = 0; klass < dfa.endClass; klass += 1)
      if (dfa.table[state + klass] === UNKNOWN) dfa.step(state, klass);
  }
  return dfa.states.length;
}
