import { type Outcome, type Situation, SITUATIONS } from '../../core/decision.ts';
import type { AnswerSlot } from '../../core/operation.ts';
import type { Noter } from '../../core/stage.ts';
import type { PlacedRule } from './sensitive-programs.ts';

/** Counts findings per rule and channel and notes each sum once, with what was done about it. */
export class SensitiveTally {
  readonly #note: Noter;
  readonly #counts = new Map<string, Count>();

  constructor(note: Noter) {
    this.#note = note;
  }

  /** Counts findings in an answer's channel and says what is to be done; a refusal is noted at once. */
  add(rule: PlacedRule, slot: Pick<AnswerSlot, 'channel' | 'kind'>, findings: number): Outcome {
    const situation = situationOf(rule, slot.kind);
    const outcome = SITUATIONS[situation][rule.policy.identity.mode];
    if (outcome === 'refused') {
      return this.#note(rule.policy.identity, {
        situation,
        rule: rule.id,
        channel: slot.channel,
        findings,
        label: rule.label,
        code: 'output_blocked',
      });
    }
    this.#count(rule, situation, slot.channel, findings);
    return outcome;
  }

  /** A call whose arguments may not go out. */
  denyCall(rule: PlacedRule, channel: string): Outcome {
    this.#count(rule, 'call_denied', channel, 1);
    return SITUATIONS.call_denied[rule.policy.identity.mode];
  }

  /** Findings in a request, where the path stands for the channel. */
  addToRequest(rule: PlacedRule, path: string, findings: number): void {
    this.#count(rule, rule.policy.action === 'deny' ? 'text_denied' : 'text_redacted', path, findings, true);
  }

  /** Notes what was counted. */
  flush(): void {
    for (const { rule, situation, channel, findings, inRequest } of this.#counts.values()) {
      const denied = SITUATIONS[situation].verdict === 'deny';
      this.#note(rule.policy.identity, {
        situation,
        rule: rule.id,
        channel,
        findings,
        label: rule.label,
        ...(denied ? { code: inRequest ? ('sensitive_information' as const) : ('output_blocked' as const) } : {}),
      });
    }
    this.#counts.clear();
  }

  #count(rule: PlacedRule, situation: Situation, channel: string, findings: number, inRequest = false): void {
    // One sum for a rule in all calls and all texts of a request: channels there are as many as a client likes.
    const place = inRequest || situation === 'call_denied' ? '' : channel;
    const key = `${rule.policy.identity.name}\n${rule.id}\n${situation}\n${place}`;
    const known = this.#counts.get(key);
    if (known) known.findings += findings;
    else if (this.#counts.size < SUMS_MAX) {
      this.#counts.set(key, { rule, situation, channel, findings, inRequest });
    }
  }
}

interface Count {
  readonly rule: PlacedRule;
  readonly situation: Situation;
  readonly channel: string;
  findings: number;
  readonly inRequest: boolean;
}

/** Different sums of one exchange; what is over them is still redacted, only not told. */
const SUMS_MAX = 1000;

function situationOf(rule: PlacedRule, kind: AnswerSlot['kind']): Situation {
  if (kind !== 'tool_argument') return rule.policy.action === 'deny' ? 'text_denied' : 'text_redacted';
  const { toolArguments } = rule.policy;
  if (toolArguments === 'record') return 'text_recorded';
  return toolArguments === 'deny' ? 'call_denied' : 'text_redacted';
}
