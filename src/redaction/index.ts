/** The redaction engine: rules in, findings out. README.md explains it. */
export { type Hold } from './hold.ts';
export { compilePatternSet, type PatternMatch, type PatternSet, type SetPattern } from './pattern-set.ts';
export { type CompileOptions, compileRules, type RuleError, RuleErrors, type RuleProgram } from './program.ts';
export {
  CANDIDATE_CHARACTERS_MAX,
  CONTEXT_CHARACTERS,
  type ExactValue,
  type Finding,
  type RedactionRule,
  type Validators,
} from './rule.ts';
export { type Scanner } from './scanner.ts';
export { parsePattern, PatternError } from './syntax.ts';
