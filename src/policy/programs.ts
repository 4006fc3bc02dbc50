import { createHash } from 'node:crypto';
import { compileRules, RuleErrors, type RuleProgram } from '../redaction/program.ts';
import type { ExactValue, RedactionRule } from '../redaction/rule.ts';
import { validators } from '../redaction/validators.ts';
import type { CompileCache } from './kind.ts';

export type Program = RuleProgram;

/** What the first long text would have to wait for is made so long after a start, in milliseconds. */
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
      const program = compileRules(rules, { mode, validators });
      setTimeout(() => program.redact(PREPARING_TEXT), PREPARE_AFTER_MS).unref();
      return program;
    } catch (error) {
      if (error instanceof RuleErrors) return error.message;
      throw error;
    }
  });
}
