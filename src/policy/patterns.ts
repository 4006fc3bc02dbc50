import type { OwnPattern, PatternEngine } from '../detectors/injection/index.ts';
import { compileRules, RuleErrors } from '../redaction/program.ts';
import type { RedactionRule } from '../redaction/rule.ts';
import { validators } from '../redaction/validators.ts';
import type { PolicyDocument } from './document.ts';
import type { CompileHost } from './kind.ts';
import type { PathKey } from './problem.ts';

/** Operators' patterns that only have to be found, on the same linear engine as the redaction rules. */

/** What is wrong with one rule, field by field; unknown validators are the caller's to tell. */
export function ruleProblems(rule: RedactionRule): readonly { readonly field: string; readonly message: string }[] {
  try {
    compileRules([rule], { mode: 'watch', validators });
    return [];
  } catch (error) {
    if (!(error instanceof RuleErrors)) throw error;
    return error.errors.flatMap(({ field, column, reason, expected }) => {
      if (field === 'validators') return [];
      const place = field === 'pattern' || field === 'before' ? `column ${column} of it: ` : '';
      return [{ field, message: `${place}${reason}; ${expected}` }];
    });
  }
}

/** Why a pattern is refused, with the column inside it, or `undefined`. */
export function patternProblem(pattern: string, ignoreCase = false): string | undefined {
  return ruleProblems({ id: 'pattern', label: 'PATTERN', pattern, ignoreCase })[0]?.message;
}

/** A pattern that is asked yes or no. */
export interface Patterns {
  /** True where the pattern is found anywhere in the text. Linear in the text. */
  test(text: string): boolean;
}

/** Compiles one pattern of a document, or reports why not. */
export function compilePatterns(
  document: PolicyDocument,
  path: readonly PathKey[],
  pattern: string,
  host: CompileHost,
): Patterns | undefined {
  const problem = patternProblem(pattern);
  if (problem !== undefined) {
    host.report(document, path, problem);
    return undefined;
  }
  const program = compileRules([{ id: 'pattern', label: 'PATTERN', pattern }], { mode: 'watch' });
  return { test: (text) => program.findings(text).length > 0 };
}

/** What the injection detector finds operators' patterns with; case never counts, because its views are folded. */
export const injectionEngine: PatternEngine = {
  compile(patterns: readonly OwnPattern[]) {
    const rules = patterns.map(({ id, pattern }) => ({ id, label: 'PATTERN', pattern, ignoreCase: true }));
    const program = compileRules(rules, { mode: 'watch' });
    return {
      find: (text) =>
        program.findings(text).flatMap(({ rule, start, end, continued }) => {
          const id = patterns[rule]?.id;
          return id === undefined || continued ? [] : [{ id, start, end }];
        }),
    };
  },
};
