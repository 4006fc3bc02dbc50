import type { ExchangeEvent, Scope, Sink } from '../core/events.ts';

/** One sink that gives every event to several. A sink that throws loses its event, never the exchange. */
export function tee(sinks: readonly Sink[], lost: () => void = () => {}): Sink {
  return {
    emit(event) {
      for (const sink of sinks) {
        try {
          sink.emit(event);
        } catch {
          lost();
        }
      }
    },
    exchange: (start) =>
      new ScopeOfAll(
        sinks.map((sink) => sink.exchange(start)),
        lost,
      ),
  };
}

/** Plain loops: every exchange reports a dozen events. */
class ScopeOfAll implements Scope {
  readonly #scopes: readonly Scope[];
  readonly #lost: () => void;

  constructor(scopes: readonly Scope[], lost: () => void) {
    this.#scopes = scopes;
    this.#lost = lost;
  }

  emit(event: ExchangeEvent): void {
    for (const scope of this.#scopes) {
      try {
        scope.emit(event);
      } catch {
        this.#lost();
      }
    }
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const scope of this.#scopes) Object.assign(headers, scope.headers());
    return headers;
  }
}
