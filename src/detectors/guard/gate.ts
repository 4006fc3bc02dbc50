/**
 * Lets a bounded number of questions through at a time, and none for a while after too many failures in a row.
 *
 * Two bounds: `concurrentMax` questions under way, `waitingMax` waiting in the order they came. More than that are turned
 * away at once. After `failuresMax` failures the gate is shut for `shutMs`; then a single question tries, and its outcome
 * decides. Time comes from the caller.
 */

export interface GateLimits {
  /** Questions under way at a time. */
  readonly concurrentMax: number;
  /** Questions that wait for a place. */
  readonly waitingMax: number;
  /** Failures in a row that shut the gate. */
  readonly failuresMax: number;
  /** How long it stays shut, in milliseconds. */
  readonly shutMs: number;
}

/** Why a question was not let through. */
export type GateRefusal = 'shut' | 'full' | 'aborted';

export interface Gate {
  /** Takes a place, waiting for one if need be. Resolves, and never rejects; a place must be given back by `leave`. */
  enter(signal: AbortSignal): Promise<'entered' | GateRefusal>;
  /** Gives the place back. A `neutral` outcome (the asker went away) counts neither way. */
  leave(outcome: 'success' | 'failure' | 'neutral'): void;
  readonly underWay: number;
  readonly waiting: number;
  isShut(): boolean;
}

export function createGate(limits: GateLimits, now: () => number): Gate {
  const queue: (() => void)[] = [];
  let underWay = 0;
  let failures = 0;
  let shutUntil = 0;
  let isTrying = false;

  function isShut(): boolean {
    return failures >= limits.failuresMax && (isTrying || now() < shutUntil);
  }

  function takePlace(): 'entered' {
    underWay += 1;
    if (failures >= limits.failuresMax) isTrying = true;
    return 'entered';
  }

  async function enter(signal: AbortSignal): Promise<'entered' | GateRefusal> {
    if (signal.aborted) return 'aborted';
    if (isShut()) return 'shut';
    if (underWay < limits.concurrentMax) return takePlace();
    if (queue.length >= limits.waitingMax) return 'full';
    const isAborted = await waitForPlace(signal);
    if (isAborted) return 'aborted';
    if (!isShut()) return takePlace();
    // The failure that shut the gate woke this one; whoever waits behind must hear of it too.
    queue.shift()?.();
    return 'shut';
  }

  function waitForPlace(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = (): void => {
      signal.removeEventListener('abort', giveUp);
      resolve(false);
    };
    const giveUp = (): void => {
      const place = queue.indexOf(wake);
      if (place >= 0) queue.splice(place, 1);
      resolve(true);
    };
    queue.push(wake);
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  function leave(outcome: 'success' | 'failure' | 'neutral'): void {
    underWay -= 1;
    isTrying = false;
    if (outcome === 'success') failures = 0;
    if (outcome === 'failure') {
      failures += 1;
      if (failures >= limits.failuresMax) shutUntil = now() + limits.shutMs;
    }
    queue.shift()?.();
  }

  return {
    enter,
    leave,
    isShut,
    get underWay() {
      return underWay;
    },
    get waiting() {
      return queue.length;
    },
  };
}
