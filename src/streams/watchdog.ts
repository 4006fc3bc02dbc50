/**
 * Ends what stands still, and what goes on for too long: one timer for all streams, so that a token costs no timer.
 *
 * Resolution is `tickMs`: a stream is ended at most that much after its time.
 */

export interface Watched {
  /** Longest gap between two touches, in milliseconds. */
  readonly idleMs: number;
  /** Longest life in all, in milliseconds; `undefined` has none. */
  readonly totalMs: number | undefined;
  expire(reason: 'idle' | 'total'): void;
}

export interface Watch {
  /** It moved, at this time of the watchdog's clock. */
  touch(nowMs: number): void;
  stop(): void;
}

export const WATCHDOG_TICK_MS = 500;

interface Entry extends Watched {
  startedMs: number;
  touchedMs: number;
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
    const now = this.#nowMs();
    const entry: Entry = { ...watched, expire: (reason) => watched.expire(reason), startedMs: now, touchedMs: now };
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => this.tick(), this.#tickMs);
    return {
      touch: (nowMs) => {
        entry.touchedMs = nowMs;
      },
      stop: () => {
        this.#entries.delete(entry);
        if (this.#entries.size > 0) return;
        clearInterval(this.#timer);
        this.#timer = undefined;
      },
    };
  }

  /** Looks at every stream once; the timer calls it. */
  tick(): void {
    const now = this.#nowMs();
    for (const entry of this.#entries) {
      if (entry.totalMs !== undefined && now - entry.startedMs >= entry.totalMs) entry.expire('total');
      else if (now - entry.touchedMs >= entry.idleMs) entry.expire('idle');
    }
  }
}
