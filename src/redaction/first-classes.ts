/** With which characters an automaton may begin: what tells rules apart that prose can or cannot open. */
import { type Nfa, OP_SET } from './nfa.ts';

/** The classes with which one of the entries may begin, whatever stands before it. */
export function firstClasses(nfa: Nfa, entries: readonly number[]): Uint8Array {
  const first = new Uint8Array(nfa.alphabet.classes);
  const sets = new Set<number>();
  const seen = new Set<number>();
  const stack = [...entries];
  while (stack.length > 0) {
    const node = stack.pop() as number;
    if (node < 0 || seen.has(node)) continue;
    seen.add(node);
    if (nfa.op[node] !== OP_SET) {
      stack.push(nfa.next[node] as number, nfa.other[node] as number);
      continue;
    }
    const set = nfa.arg[node] as number;
    if (sets.has(set)) continue;
    sets.add(set);
    const holds = nfa.holds[set] as Uint8Array;
    for (let klass = 0; klass < first.length; klass += 1) if (holds[klass] === 1) first[klass] = 1;
  }
  return first;
}
