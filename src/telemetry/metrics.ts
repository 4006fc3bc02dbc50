import type { Decision } from '../core/decision.ts';
import type { ExchangeEvent, ExchangeStart, GatewayEvent, Scope, Sink } from '../core/events.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { Registry } from './registry.ts';

/**
 * Events as numbers. Label values are routes of the table, ids and names of policies, closed sets of codes, and models
 * that a policy or Ollama's own list knows: what a client sends makes no series.
 */
export interface Metrics {
  readonly sink: Sink;
  readonly registry: Registry;
  readonly instruments: Instruments;
}

export function createMetrics(version: string, nowMs: () => number = () => performance.now()): Metrics {
  const registry = new Registry();
  const instruments = createInstruments(registry, version);
  return {
    registry,
    instruments,
    sink: {
      emit: (event) => countGatewayEvent(instruments, event),
      exchange: (start) => new MetricScope(start, instruments, nowMs),
    },
  };
}

function countGatewayEvent(instruments: Instruments, event: GatewayEvent): void {
  switch (event.type) {
    case 'policies.loaded':
      instruments.setInfo.clear();
      instruments.setInfo.set(1, event.hash);
      instruments.setStale.set(0);
      instruments.policies.set(event.policies);
      if (event.reload) instruments.reloads.add(1, 'loaded');
      return;
    case 'policies.rejected':
      instruments.setStale.set(1);
      instruments.reloads.add(1, 'rejected');
      return;
    case 'fault.raised':
      instruments.faults.add(1, event.fault);
      return;
    case 'gateway.started':
    case 'gateway.stopping':
      return;
  }
}

type Finished = ExchangeEvent & { type: 'exchange.finished' };

/** Notes the times of one exchange and counts it when it is over. Events after the end are not counted. */
class MetricScope implements Scope {
  readonly #start: ExchangeStart;
  readonly #instruments: Instruments;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #caller = 'anonymous';
  #model = 'unknown';
  #stream = false;
  #requestBytes = 0;
  #decidedMs = 0;
  #calledMs = 0;
  #answered = false;
  #waits = false;

  constructor(start: ExchangeStart, instruments: Instruments, nowMs: () => number) {
    this.#start = start;
    this.#instruments = instruments;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    instruments.inFlight.add(1);
  }

  headers(): Record<string, string> {
    return {};
  }

  emit(event: ExchangeEvent): void {
    const { upstreamUp } = this.#instruments;
    switch (event.type) {
      case 'caller.known':
        this.#caller = event.caller;
        return;
      case 'request.read':
        this.#model = event.model;
        this.#stream = event.stream;
        this.#requestBytes = event.bytes;
        if (event.unknownKeys > 0) this.#instruments.unknownKeys.add(event.unknownKeys, this.#start.operation);
        return;
      case 'model.known':
        this.#model = event.model;
        return;
      case 'request.decided':
        this.#decidedMs = this.#nowMs();
        this.#waiting(true);
        return;
      case 'decision.made':
        return this.#decision(event.decision);
      case 'upstream.called':
        return this.#called();
      case 'upstream.answered':
        this.#answered = true;
        upstreamUp.set(1);
        return;
      case 'fault.raised':
        this.#instruments.faults.add(1, event.fault);
        return;
      case 'exchange.finished':
        return this.#finished(event);
      case 'request.raw':
      case 'guard.asked':
      case 'answer.started':
        return;
    }
  }

  #waiting(waits: boolean): void {
    if (this.#waits === waits) return;
    this.#waits = waits;
    this.#instruments.queueDepth.add(waits ? 1 : -1);
  }

  /** A request for a model that goes to Ollama undecided is what must never be. */
  #called(): void {
    this.#calledMs = this.#nowMs();
    this.#waiting(false);
    const isData = this.#start.genAiOperation !== '';
    if (isData && this.#decidedMs === 0) this.#instruments.failOpen.add(1);
    if (isData) this.#instruments.queueTime.observe((this.#calledMs - this.#decidedMs) / 1000);
  }

  #decision({ policy, rule, verdict, outcome, label, findings, situation }: Decision): void {
    const { decisions, redactions } = this.#instruments;
    decisions.add(1, policy.name, policy.kind, rule, verdict, outcome, policy.mode);
    if (outcome === 'redacted' && situation === 'text_redacted')
      redactions.add(findings, policy.name, rule, label ?? 'none');
  }

  #finished(event: Finished): void {
    const { operation } = this.#start;
    const now = this.#nowMs();
    const all = this.#instruments;
    all.inFlight.add(-1);
    this.#waiting(false);
    all.requests.add(1, operation, String(event.status), event.end, event.code ?? 'none');
    all.duration.observe((now - this.#startedMs) / 1000, operation);
    if (this.#requestBytes > 0) all.requestBytes.add(this.#requestBytes, operation);
    if (event.bytes > 0) all.answerBytes.add(event.bytes, operation);
    if (this.#calledMs > 0) this.#forwarded(event, now);
  }

  /** What only an exchange that went to Ollama has. */
  #forwarded(event: Finished, now: number): void {
    const { operation, genAiOperation } = this.#start;
    const all = this.#instruments;
    all.forwardLatency.observe((now - this.#calledMs) / 1000, operation);
    if (event.end === 'failed') {
      all.upstreamErrors.add(1, event.code ?? 'upstream_error');
      if (!this.#answered && event.code === 'upstream_error') all.upstreamUp.set(0);
    }
    if (genAiOperation === '') return;
    const genAi = [genAiOperation, 'ollama', this.#model] as const;
    all.operationDuration.observe((now - this.#calledMs) / 1000, ...genAi, errorType(event));
    const queued = this.#decidedMs > 0 ? this.#calledMs - this.#decidedMs : 0;
    all.added.observe((this.#calledMs - this.#startedMs - queued) / 1000, operation, 'request');
    if (event.frames > 0) all.heldCharacters.observe(event.heldCharactersMax, operation);
    this.#tokens(event, genAi);
    this.#times(event, genAi, now);
  }

  #tokens({ usage }: Finished, genAi: readonly [string, string, string]): void {
    const { tokenUsage, tokens } = this.#instruments;
    if (usage?.inputTokens !== undefined) {
      tokenUsage.observe(usage.inputTokens, ...genAi, 'input');
      tokens.add(usage.inputTokens, this.#caller, this.#model, 'input');
    }
    if (usage?.outputTokens !== undefined) {
      tokenUsage.observe(usage.outputTokens, ...genAi, 'output');
      tokens.add(usage.outputTokens, this.#caller, this.#model, 'output');
    }
  }

  #times({ times, frames, usage, end }: Finished, genAi: readonly [string, string, string], now: number): void {
    if (times === undefined) return;
    const { operation } = this.#start;
    const all = this.#instruments;
    if (frames > 0) all.addedPerFrame.observe(times.filterMs / 1000 / frames, operation);
    if (!this.#stream || times.firstInMs === 0) return;
    all.timeToFirstChunk.observe((times.firstInMs - this.#calledMs) / 1000, ...genAi);
    if (times.firstOutMs === 0) return;
    all.timeToFirstToken.observe((times.firstOutMs - this.#startedMs) / 1000, operation);
    all.added.observe((times.firstOutMs - times.firstInMs) / 1000, operation, 'first_token');
    const later = (usage?.outputTokens ?? 0) - 1;
    if (end === 'completed' && later > 0) all.timePerToken.observe((now - times.firstOutMs) / 1000 / later, ...genAi);
  }
}

function errorType({ end, code }: Finished): string {
  return end === 'completed' ? '' : (code ?? end);
}
