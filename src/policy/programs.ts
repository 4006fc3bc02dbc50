import { createHash } from 'node:crypto';
import { compileRules, RuleErrors, type RuleProgram } from '../redaction/program.ts';
import type { ExactValue, RedactionRule } from '../redaction/rule.ts';
import { validators } from '../redaction/validators.ts';
import type { CompileCache } from './kind.ts';

export type Program = RuleProgram;

/** When `prepareSoon` acts, in milliseconds. */
const PREPARE_AFTER_MS = 700;
const PREPARING_TEXT = 'what is long enough to be read by all that reads long texts '.repeat(4);

/**
 * Compiles rules, or finds the program of equal rules in the cache: an unchanged policy costs nothing to load again,
 * and the stages of several callers share one automaton. Returns a sentence where the rules cannot be compiled.
 */
export function compileProgram(
  rules: readonly (RedactionRule | ExactValue)[],
  mode: 'compete' | 'watch',
  cache: CompileCache,
): Program | string {
  // Hashed, because rules may hold exact values that no key of a long-lived map should repeat.
  const key = createHash('sha256')
    .update(JSON.stringify([mode, rules]))
    .digest('hex');
  return cache.get(`redaction ${key}`, () => {
    try {
      return compileRules(rules, { mode, validators });
    } catch (error) {
      if (error instanceof RuleErrors) return error.message;
      throw error;
    }
  });
}

/** Has a program made, a while after a start, what the first long text would else have to wait for. */
export function prepareSoon(program: Program): void {
  setTimeout(() => program.redact(PREPARING_TEXT), PREPARE_AFTER_MS).unref();
}
