import type { Sink } from '../core/events.ts';

/** One sink that gives every event to several. A sink that throws loses its event, never the exchange. */
export function tee(sinks: readonly Sink[], lost: () => void = () => {}): Sink {
  function each<T>(items: readonly T[], act: (item: T) => void): void {
    for (const item of items) {
      try {
        act(item);
      } catch {
        lost();
      }
    }
  }
  return {
    emit: (event) => each(sinks, (sink) => sink.emit(event)),
    exchange: (start) => {
      const scopes = sinks.map((sink) => sink.exchange(start));
      return {
        emit: (event) => each(scopes, (scope) => scope.emit(event)),
        headers: () => Object.assign({}, ...scopes.map((scope) => scope.headers())),
      };
    },
  };
}
