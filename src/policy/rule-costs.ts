import { compileRules, RuleErrors } from '../redaction/program.ts';
import { piiRules, secretRules } from '../redaction/rules/index.ts';
import type { RedactionRule } from '../redaction/rule.ts';
import { validators } from '../redaction/validators.ts';
import type { PolicySource } from './compile.ts';
import { POLICY_KINDS } from './kinds/index.ts';
import type { SensitiveSpec } from './kinds/sensitive-information.ts';
import { parsePolicyFile } from './parse.ts';

/** What one redaction rule costs by itself: time on ordinary prose, and the text that it may hold back. */
export interface RuleCost {
  readonly policy: string;
  readonly id: string;
  /** Measured now, on this machine, by itself; rules in one program share most of it. */
  readonly nanoseconds: number;
  readonly hold: string;
  readonly holdCharacters: number;
}

const PROSE = `The committee met on Tuesday to review twelve applications, and after a short discussion about costs,
deadlines and the usual complaints it agreed that the second proposal (version 2.1, see page 14) should go ahead. `;
const PROSE_REPEATS = 24;

/** Measures the operators' own rules, and the built-in packs if asked. Takes about a millisecond a rule. */
export function measureRules(
  sources: readonly PolicySource[],
  options: { readonly builtIn: boolean },
): readonly RuleCost[] {
  const own = sources.flatMap(({ file, text }) =>
    parsePolicyFile(file, text, POLICY_KINDS).documents.flatMap((document) => {
      if (document.kind !== 'SensitiveInformation') return [];
      // The kind's own schema accepted it.
      const { rules } = document.spec as SensitiveSpec;
      return (rules.add ?? []).map((rule) => measure(document.name, rule as RedactionRule));
    }),
  );
  const packs = options.builtIn
    ? [...secretRules.map((rule) => measure('secrets', rule)), ...piiRules.map((rule) => measure('pii', rule))]
    : [];
  return [...own, ...packs].filter((cost) => cost !== undefined);
}

function measure(policy: string, rule: RedactionRule): RuleCost | undefined {
  try {
    const program = compileRules([rule], { mode: 'compete', validators });
    const text = PROSE.repeat(PROSE_REPEATS);
    program.findings(text);
    const start = performance.now();
    program.findings(text);
    const nanoseconds = ((performance.now() - start) * 1e6) / text.length;
    const hold = program.hold[0];
    return {
      policy,
      id: rule.id,
      nanoseconds: Math.round(nanoseconds * 10) / 10,
      hold: hold?.description ?? '',
      holdCharacters: hold?.characters ?? 0,
    };
  } catch (error) {
    if (error instanceof RuleErrors) return undefined;
    throw error;
  }
}
