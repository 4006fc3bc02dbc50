import type { Attributes } from '@opentelemetry/api';
import type { Decision, Outcome, Verdict } from '../core/decision.ts';
import type { ExchangeEvent, ExchangeStart, GuardAsked } from '../core/events.ts';

/**
 * What stands on spans: GenAI conventions, one event a decision, and their summary, by which Jaeger and TraceQL find an
 * exchange. Ids, counts and names that a policy or Ollama's list knows; never text.
 */

export function genAiAttributes(
  start: ExchangeStart,
  read: (ExchangeEvent & { type: 'request.read' }) | undefined,
  event: ExchangeEvent & { type: 'exchange.finished' },
): Attributes {
  if (start.genAiOperation === '' || read === undefined) return {};
  const attributes: Attributes = {
    'gen_ai.operation.name': start.genAiOperation,
    'gen_ai.provider.name': 'ollama',
    'gen_ai.request.model': read.model,
  };
  if (event.usage?.inputTokens !== undefined) attributes['gen_ai.usage.input_tokens'] = event.usage.inputTokens;
  if (event.usage?.outputTokens !== undefined) attributes['gen_ai.usage.output_tokens'] = event.usage.outputTokens;
  if (event.finishReason !== undefined) attributes['gen_ai.response.finish_reasons'] = [event.finishReason];
  return attributes;
}

export function decisionAttributes(decision: Decision, setHash: string | undefined): Attributes {
  const { policy } = decision;
  const attributes: Attributes = {
    'policy.name': policy.name,
    'policy.kind': policy.kind,
    'policy.rule': decision.rule,
    'policy.owasp': policy.owasp,
    'policy.phase': decision.phase,
    'policy.verdict': decision.verdict,
    'policy.outcome': decision.outcome,
    'policy.mode': policy.mode,
    'policy.channel': decision.channel,
    'policy.findings': decision.findings,
    'policy.situation': decision.situation,
  };
  if (setHash !== undefined) attributes['policy.set.hash'] = setHash;
  if (decision.score !== undefined) attributes['policy.score'] = decision.score;
  if (decision.incident !== undefined) attributes['policy.incident'] = decision.incident;
  if (decision.repeated === true) attributes['policy.repeated'] = true;
  if (decision.rules !== undefined) attributes['policy.rules'] = [...decision.rules];
  if (decision.code !== undefined) attributes['policy.code'] = decision.code;
  if (decision.raw !== undefined) attributes['policy.raw'] = decision.raw;
  return attributes;
}

/** Of a question to a guard model: which, where, and what came of it. */
export function guardAttributes({ model, server, status, verdict }: GuardAsked): Attributes {
  const url = new URL(server);
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'ollama',
    'gen_ai.request.model': model,
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    'llm_gateway.guard.status': status,
    'llm_gateway.guard.verdict': verdict,
    'llm_gateway.guard.cached': status === 'cached',
    ...(verdict === 'unknown' && status !== 'cancelled' ? { 'error.type': status } : {}),
  };
}

const VERDICTS: readonly Verdict[] = ['allow', 'redact', 'deny'];
const OUTCOMES: readonly Outcome[] = ['passed', 'warned', 'stripped', 'clamped', 'redacted', 'replaced', 'refused'];

/** What an operator sees and searches without opening an event: the gravest verdict and outcome, and who decided. */
export function summary(decisions: readonly Decision[]): Attributes {
  const unique = (values: readonly string[]) => [...new Set(values)].sort();
  return {
    'policy.verdict': gravest(
      decisions.map(({ verdict }) => verdict),
      VERDICTS,
    ),
    'policy.outcome': gravest(
      decisions.map(({ outcome }) => outcome),
      OUTCOMES,
    ),
    'policy.rule': unique(decisions.flatMap(({ rule, rules }) => [rule, ...(rules ?? [])])).join(','),
    'policy.name': unique(decisions.map(({ policy }) => policy.name)).join(','),
    'policy.kind': unique(decisions.map(({ policy }) => policy.kind)).join(','),
    'policy.owasp': unique(decisions.map(({ policy }) => policy.owasp)).join(','),
    'policy.mode': unique(decisions.map(({ policy }) => policy.mode)).join(','),
    'policy.decisions': decisions.length,
  };
}

function gravest<T>(values: readonly T[], order: readonly T[]): T & string {
  const index = Math.max(...values.map((value) => order.indexOf(value)));
  return String(order[index]) as T & string;
}
