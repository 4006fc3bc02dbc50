import type { Decision } from '../core/decision.ts';
import type { ExchangeEvent, ExchangeStart, GatewayEvent, Scope, Sink } from '../core/events.ts';

/**
 * Decisions of this replica as they are made, for people who watch: the newest incidents, and subscribers who are told
 * of each change. A front end sends one prompt up to four times (answer, title, tags, follow-ups), so the same rule for
 * the same caller within a minute is one incident.
 *
 * Content-free: what stands in a decision, and its text only where LOG_RAW_PROMPTS=true put it there.
 */
export const INCIDENTS_MAX = 200;

/** People who watch one replica at once. */
export const WATCHERS_MAX = 16;

/** How long the same thing stays one incident, after it was last seen. */
export const INCIDENT_MS = 60_000;

/** Request ids kept of an incident. */
const REQUESTS_MAX = 8;

export interface Incident {
  readonly id: number;
  readonly policy: string;
  readonly kind: string;
  readonly owasp: string;
  readonly rule: string;
  readonly verdict: string;
  readonly outcome: string;
  readonly mode: string;
  readonly phase: string;
  readonly caller: string;
  readonly firstMs: number;
  lastMs: number;
  /** Decisions summed up here. */
  count: number;
  findings: number;
  model: string;
  readonly requests: string[];
  raw?: string;
}

export type FeedMessage =
  | { readonly type: 'incident'; readonly incident: Incident }
  | { readonly type: 'policies'; readonly hash: string; readonly policies: number }
  | { readonly type: 'rejected'; readonly problems: readonly string[] };

export interface Watcher {
  /** Must not throw; slow watchers bound what they keep. */
  tell(message: FeedMessage): void;
  /** No more will come. */
  end(): void;
}

export class Feed {
  readonly #incidents: Incident[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #nowMs: () => number;
  #nextId = 1;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The newest incidents, oldest first. */
  get incidents(): readonly Incident[] {
    return this.#incidents;
  }

  readonly sink: Sink = {
    emit: (event) => this.#gateway(event),
    exchange: (start) => this.#scope(start),
  };

  /** Returns the way to stop watching, `undefined` where too many watch already. */
  watch(watcher: Watcher): (() => void) | undefined {
    if (this.#watchers.size >= WATCHERS_MAX) return undefined;
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #gateway(event: GatewayEvent): void {
    switch (event.type) {
      case 'policies.loaded':
        return this.#tell({ type: 'policies', hash: event.hash, policies: event.policies });
      case 'policies.rejected':
        return this.#tell({ type: 'rejected', problems: event.problems });
      case 'gateway.stopping':
        // Who watches would otherwise hold the process up while it drains.
        for (const watcher of this.#watchers) watcher.end();
        this.#watchers.clear();
        return;
      case 'gateway.started':
      case 'fault.raised':
        return;
    }
  }

  #scope(start: ExchangeStart): Scope {
    let caller = 'anonymous';
    let model = 'unknown';
    return {
      headers: () => ({}),
      emit: (event: ExchangeEvent) => {
        if (event.type === 'caller.known') caller = event.caller;
        else if (event.type === 'request.read' || event.type === 'model.known') model = event.model;
        else if (event.type === 'decision.made') this.#decision(event.decision, { id: start.id, caller, model });
      },
    };
  }

  #decision(
    decision: Decision,
    exchange: { readonly id: string; readonly caller: string; readonly model: string },
  ): void {
    const nowMs = this.#nowMs();
    const incident = this.#find(decision, exchange.caller, nowMs) ?? this.#add(decision, exchange, nowMs);
    incident.lastMs = nowMs;
    incident.count += 1;
    incident.findings += decision.findings;
    incident.model = exchange.model;
    if (!incident.requests.includes(exchange.id) && incident.requests.length < REQUESTS_MAX)
      incident.requests.push(exchange.id);
    if (decision.raw !== undefined) incident.raw = decision.raw;
    this.#tell({ type: 'incident', incident });
  }

  #find({ policy, rule, outcome, phase }: Decision, caller: string, nowMs: number): Incident | undefined {
    return this.#incidents.findLast(
      (incident) =>
        incident.rule === rule &&
        incident.policy === policy.name &&
        incident.outcome === outcome &&
        incident.phase === phase &&
        incident.caller === caller &&
        nowMs - incident.lastMs <= INCIDENT_MS,
    );
  }

  #add(decision: Decision, exchange: { readonly caller: string; readonly model: string }, nowMs: number): Incident {
    const { policy, rule, verdict, outcome, phase } = decision;
    const incident: Incident = {
      id: this.#nextId++,
      policy: policy.name,
      kind: policy.kind,
      owasp: policy.owasp,
      rule,
      verdict,
      outcome,
      mode: policy.mode,
      phase,
      caller: exchange.caller,
      firstMs: nowMs,
      lastMs: nowMs,
      count: 0,
      findings: 0,
      model: exchange.model,
      requests: [],
    };
    if (this.#incidents.length >= INCIDENTS_MAX) this.#incidents.shift();
    this.#incidents.push(incident);
    return incident;
  }

  #tell(message: FeedMessage): void {
    for (const watcher of this.#watchers) watcher.tell(message);
  }
}
