import type { ErrorCode } from './errors.ts';

/**
 * What a policy says of one thing in an exchange, and what is done about it: verdict and outcome are two fields,
 * computed by the same table in every mode.
 */

export type Mode = 'monitor' | 'soft' | 'hard';

/** From lax to strict; the index is the order in which a ceiling works. */
export const MODES: readonly Mode[] = ['monitor', 'soft', 'hard'];

/** The laxer of a policy's own mode and the ceiling. */
export function effectiveMode(ceiling: Mode, own: Mode | undefined): Mode {
  if (own === undefined) return ceiling;
  return MODES.indexOf(own) < MODES.indexOf(ceiling) ? own : ceiling;
}

/** What the policy says. deny overrides redact overrides allow. */
export type Verdict = 'allow' | 'redact' | 'deny';

/**
 * What was done. `passed`: nothing. `warned`: passed, with `x-gateway-warning`. `stripped`: taken out of the request.
 * `clamped`: a number was lowered. `redacted`: text replaced. `replaced`: a tool call became a readable refusal.
 * `refused`: the exchange was refused or ended.
 */
export type Outcome = 'passed' | 'warned' | 'stripped' | 'clamped' | 'redacted' | 'replaced' | 'refused';

interface Row extends Readonly<Record<Mode, Outcome>> {
  readonly verdict: Verdict;
}

/** The principle: monitor changes nothing; in soft deterministic rules act and heuristics warn; in hard both act. */
export const SITUATIONS = {
  suspicious_input: { verdict: 'deny', monitor: 'passed', soft: 'stripped', hard: 'refused' },
  model_not_allowed: { verdict: 'deny', monitor: 'passed', soft: 'refused', hard: 'refused' },
  tool_offered_blocked: { verdict: 'deny', monitor: 'passed', soft: 'stripped', hard: 'refused' },
  tool_offered_unlisted: { verdict: 'redact', monitor: 'passed', soft: 'stripped', hard: 'stripped' },
  tool_offered_high_risk: { verdict: 'allow', monitor: 'passed', soft: 'passed', hard: 'passed' },
  tool_called_blocked: { verdict: 'deny', monitor: 'passed', soft: 'replaced', hard: 'replaced' },
  tool_called_high_risk: { verdict: 'deny', monitor: 'passed', soft: 'warned', hard: 'replaced' },
  text_redacted: { verdict: 'redact', monitor: 'passed', soft: 'redacted', hard: 'redacted' },
  text_denied: { verdict: 'deny', monitor: 'passed', soft: 'refused', hard: 'refused' },
  call_denied: { verdict: 'deny', monitor: 'passed', soft: 'replaced', hard: 'replaced' },
  text_recorded: { verdict: 'allow', monitor: 'passed', soft: 'passed', hard: 'passed' },
  caller_system: { verdict: 'deny', monitor: 'passed', soft: 'stripped', hard: 'refused' },
  over_limit_clampable: { verdict: 'redact', monitor: 'passed', soft: 'clamped', hard: 'clamped' },
  over_limit: { verdict: 'deny', monitor: 'passed', soft: 'refused', hard: 'refused' },
} as const satisfies Record<string, Row>;

export type Situation = keyof typeof SITUATIONS;

/** Soft tells the client what was done to its request; monitor shows nothing and hard refuses in words. */
export function warns(situation: Situation, mode: Mode): boolean {
  const outcome = SITUATIONS[situation][mode];
  return mode === 'soft' && (outcome === 'warned' || outcome === 'stripped');
}

/** The policy behind a decision, as every event names it. */
export interface PolicyIdentity {
  readonly name: string;
  readonly kind: string;
  /** `LLM01` … `LLM10`, or empty for Access. */
  readonly owasp: string;
  readonly mode: Mode;
}

/** One thing noticed: where, by which rule, how often. Carries ids and counts, never text of the exchange. */
export interface Decision {
  readonly policy: PolicyIdentity;
  readonly situation: Situation;
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  /** Rule id, made by the policy's author or by us. */
  readonly rule: string;
  readonly phase: 'request' | 'response';
  /** `messages/3/content`, `content`, `tool_calls/0`: known keys and indexes only. */
  readonly channel: string;
  readonly findings: number;
  /** What the client is told where the outcome is a refusal. */
  readonly code?: ErrorCode;
  /** Replaces the code's sentence where the policy can say more: `Tools are blocked: execute_sql`. No text of the exchange. */
  readonly message?: string;
  /** The redaction's label (`OPENAI_KEY`), a tool's name that the policy lists, a limit's name. */
  readonly label?: string;
  /** Sources of the patterns that matched, as the operator or we wrote them. */
  readonly patterns?: readonly string[];
  /** All rule ids where one decision sums several up. */
  readonly rules?: readonly string[];
  readonly score?: number;
  /** The same in every decision about the same words of the same caller: a keyed hash, which tells nothing about them. */
  readonly incident?: string;
  /** True where the incident was reported before: it is acted on again, but it is not news. */
  readonly repeated?: boolean;
  /** Text of the exchange, set only when LOG_RAW_PROMPTS=true. */
  readonly raw?: string;
}

/** What a policy notes; `decide` makes the decision of it. */
export type Note = Omit<Decision, 'policy' | 'verdict' | 'outcome' | 'phase'>;

/** Turns a note into a decision by the mode table. */
export function decide(policy: PolicyIdentity, phase: 'request' | 'response', note: Note): Decision {
  const row = SITUATIONS[note.situation];
  return { ...note, policy, phase, verdict: row.verdict, outcome: row[policy.mode] };
}
