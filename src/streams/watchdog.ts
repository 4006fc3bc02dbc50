/**
 * Ends what stands still, and what goes on for too long: one timer for all exchanges, so that neither a request nor a
 * token costs one.
 *
 * Resolution is `tickMs`: what is watched is ended at most twice that much after its time, because a move costs no look at
 * the clock.
 */

export interface Watched {
  /** Longest gap between two touches, in milliseconds. */
  readonly idleMs: number;
  /** Longest life in all, in milliseconds; `undefined` has none. */
  readonly totalMs: number | undefined;
  expire(reason: 'idle' | 'total'): void;
}

export interface Watch {
  /** It moved. */
  touch(): void;
  stop(): void;
}

export const WATCHDOG_TICK_MS = 500;

class Entry implements Watch {
  readonly watched: Watched;
  readonly startedMs: number;
  movedMs: number;
  /** It moved since the last tick. */
  hasMoved = false;
  readonly #entries: Set<Entry>;

  constructor(watched: Watched, nowMs: number, entries: Set<Entry>) {
    this.watched = watched;
    this.startedMs = nowMs;
    this.movedMs = nowMs;
    this.#entries = entries;
  }

  touch(): void {
    this.hasMoved = true;
  }

  stop(): void {
    this.#entries.delete(this);
  }
}

export class Watchdog {
  readonly #entries = new Set<Entry>();
  readonly #nowMs: () => number;
  readonly #tickMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(nowMs: () => number, tickMs: number = WATCHDOG_TICK_MS) {
    this.#nowMs = nowMs;
    this.#tickMs = tickMs;
  }

  watch(watched: Watched): Watch {
    const entry = new Entry(watched, this.#nowMs(), this.#entries);
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => this.tick(), this.#tickMs);
    return entry;
  }

  /** Looks at everything watched once; the timer calls it, and ends when nothing is left. */
  tick(): void {
    const now = this.#nowMs();
    for (const entry of this.#entries) {
      const { watched, startedMs } = entry;
      if (entry.hasMoved) entry.movedMs = now;
      entry.hasMoved = false;
      if (watched.totalMs !== undefined && now - startedMs >= watched.totalMs) watched.expire('total');
      else if (now - entry.movedMs >= watched.idleMs) watched.expire('idle');
    }
    if (this.#entries.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
