/**
 * Tells which of many patterns occur in a text, in one linear pass: for operators' injection patterns, argument rules.
 *
 * No candidates, no competition: every pattern is reported once, with the end of its first match. Lazy repetition is
 * accepted here, because it changes where a match ends but not whether there is one.
 */
import { type DfaState, LazyDfa, UNKNOWN } from './lazy-dfa.ts';
import { alphabetOf, EDGE, SizeError } from './alphabet.ts';
import { finishNfa, NfaBuilder } from './nfa.ts';
import { type RuleError, RuleErrors } from './program.ts';
import { lengthsOf, parsePattern, PatternError } from './syntax.ts';

export interface SetPattern {
  readonly id: string;
  readonly pattern: string;
  readonly ignoreCase?: boolean;
}

/** A pattern that occurs. */
export interface PatternMatch {
  /** Index into the patterns that were compiled. */
  readonly index: number;
  /** Where its first match ends, in UTF-16 code units: no match of it ends earlier. */
  readonly end: number;
}

export interface PatternSet {
  readonly patterns: readonly SetPattern[];
  /** The patterns that match somewhere in the text, by where they end. Linear in the text, whatever it is. */
  matches(text: string): PatternMatch[];
}

/** Compiles patterns. Throws `RuleErrors` with every mistake, `ruleId` being the pattern's id. */
export function compilePatternSet(patterns: readonly SetPattern[]): PatternSet {
  const errors: RuleError[] = [];
  const builder = new NfaBuilder();
  const entries: number[] = [];
  patterns.forEach(({ id, pattern, ignoreCase }, index) => {
    const add = (column: number, reason: string, expected: string): void => {
      errors.push({ ruleId: id, field: 'pattern', column, reason, expected });
    };
    try {
      const node = parsePattern(pattern, { ignoreCase: ignoreCase === true, lazy: 'accept' });
      if (lengthsOf(node).min === 0) add(1, 'it matches the empty text', 'require at least one character');
      entries.push(builder.add(node, index));
    } catch (error) {
      if (error instanceof PatternError) add(error.column, error.reason, error.expected);
      else if (error instanceof SizeError) add(1, `the pattern ${error.message}`, 'lower its counted repetitions');
      else throw error;
    }
  });
  if (errors.length > 0) throw new RuleErrors(errors);
  const nfa = finishNfa(builder, alphabetOf(builder.sets));
  const dfa = new LazyDfa(nfa, entries, { isUnanchored: true, reportsLate: true });
  return { patterns, matches: (text) => matchesOf(dfa, patterns.length, text) };
}

function matchesOf(dfa: LazyDfa, count: number, text: string): PatternMatch[] {
  const { classOf } = dfa.nfa.alphabet;
  const found: PatternMatch[] = [];
  const seen = new Uint8Array(count);
  let state = dfa.root(EDGE);
  for (let at = 0; at <= text.length && found.length < count; at += 1) {
    const klass = at < text.length ? (classOf[text.charCodeAt(at)] as number) : dfa.endClass;
    let entry = dfa.table[state + klass] as number;
    if (entry === UNKNOWN) {
      // Thrown away before it grows further: the state at hand is carried over.
      if (dfa.isOverfull) {
        const kept = dfa.states[dfa.indexOf(state)] as DfaState;
        dfa.flush();
        state = dfa.adopt(kept);
      }
      entry = dfa.step(state, klass);
    }
    if (entry < 0) {
      for (const index of dfa.acceptLists[dfa.specialBefore[-2 - entry] as number] as readonly number[]) {
        if (seen[index] === 1) continue;
        seen[index] = 1;
        found.push({ index, end: at });
      }
      entry = dfa.specialNext[-2 - entry] as number;
    }
    state = entry;
  }
  return found;
}
