import { decide, warns, type Decision, type PolicyIdentity } from '../core/decision.ts';
import { GatewayError } from '../core/errors.ts';
import type { ExchangeEvent, Scope } from '../core/events.ts';
import type { AnswerUsage, Route } from '../core/operation.ts';
import type { Note, Noter, Outcome, PolicySet } from '../core/stage.ts';

/**
 * One request and its whole answer, while it lasts: its id, the policies it began with, what was decided so far, and
 * its one end. Everything that is reported of it goes through here, exactly once.
 */
export class Exchange {
  readonly id: string;
  readonly route: Route;
  readonly policies: PolicySet;
  readonly decisions: Decision[] = [];
  /** Token counts, once the answer gave them. */
  usage: AnswerUsage = {};
  /** Aborts the upstream request of this exchange. */
  readonly abort = new AbortController();
  readonly #scope: Scope;
  readonly #onEnd: (() => void)[] = [];
  #finished = false;

  constructor(id: string, route: Route, policies: PolicySet, scope: Scope) {
    this.id = id;
    this.route = route;
    this.policies = policies;
    this.#scope = scope;
  }

  emit(event: ExchangeEvent): void {
    this.#scope.emit(event);
  }

  traceHeaders(): Record<string, string> {
    return this.#scope.headers();
  }

  /** Makes, keeps and reports a decision; the caller acts on the outcome. */
  noter(phase: 'request' | 'response'): Noter {
    return (policy: PolicyIdentity, note: Note): Outcome => {
      const decision = decide(policy, phase, note);
      this.decisions.push(decision);
      this.emit({ type: 'decision.made', decision });
      return decision.outcome;
    };
  }

  /** The first decision that refuses, in the order of evaluation, as an error in a client's words. */
  refusal(): GatewayError | undefined {
    const decision = this.decisions.find(({ outcome }) => outcome === 'refused');
    if (decision === undefined) return undefined;
    return new GatewayError(decision.code ?? 'output_blocked', {
      ...(decision.message === undefined ? {} : { message: decision.message }),
      headers: { 'x-gateway-rule': decision.rule },
    });
  }

  /** What soft mode did to this request, as rule ids, for `x-gateway-warning`; `undefined` where there is nothing to say. */
  warning(): string | undefined {
    const rules = this.decisions
      .filter(({ situation, policy }) => warns(situation, policy.mode))
      .map(({ rule }) => rule);
    return rules.length === 0 ? undefined : [...new Set(rules)].slice(0, WARNED_RULES_MAX).join(', ');
  }

  /** Runs when the exchange ends, however it ends. */
  onEnd(release: () => void): void {
    this.#onEnd.push(release);
  }

  /** Ends the upstream request when the client goes away. */
  abortWithClient(clientSignal: AbortSignal): void {
    // Not removed at the end: it lives no longer than the request, and does nothing then.
    if (clientSignal.aborted) this.#clientLeft();
    else clientSignal.addEventListener('abort', () => this.#clientLeft());
  }

  #clientLeft(): void {
    if (!this.#finished) this.abort.abort(new ClientLeft());
  }

  finish(event: ExchangeEvent & { readonly type: 'exchange.finished' }): void {
    if (this.#finished) return;
    this.#finished = true;
    for (const release of this.#onEnd) release();
    this.emit(event);
  }
}

/** The reason of an abort when the client went away; nobody is left to be told. */
class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

const WARNED_RULES_MAX = 16;
