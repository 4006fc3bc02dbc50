/**
 * One bounded queue before a model: so many at once, so many waiting, nobody waiting for ever.
 *
 * Fair between users: each one's oldest request takes its turn, whoever sent many. Requests that nobody waits for on
 * screen (titles, tags, follow-ups) go behind all others.
 */
export interface QueueOptions {
  /** Requests at Ollama at once. */
  readonly concurrent: number;
  /** Requests that may wait. */
  readonly queue: number;
  readonly queueSeconds: number;
}

export type Lane = 'chat' | 'background';

export type Entry =
  | { readonly ok: true; readonly leave: () => void }
  | { readonly ok: false; readonly reason: 'full' | 'timeout' | 'aborted'; readonly retryAfterSeconds: number };

interface Waiting {
  readonly user: string;
  readonly lane: Lane;
  readonly settle: (entry: Entry) => void;
}

/** Schedules a call and returns the way to cancel it; passed in, so that tests need no time. */
export type Schedule = (callback: () => void, ms: number) => () => void;

/** The queue of one model. */
export class ModelQueue {
  #active = 0;
  #waiting = 0;
  /** For each lane the users in the order of their turns, each with its requests, oldest first. */
  readonly #lanes: Readonly<Record<Lane, Map<string, Waiting[]>>> = { chat: new Map(), background: new Map() };
  readonly #schedule: Schedule;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get active(): number {
    return this.#active;
  }

  /** Resolves when it is this request's turn, or says why it will not be. Options are those of the set that asks. */
  enter(user: string, lane: Lane, options: QueueOptions, signal: AbortSignal): Promise<Entry> {
    if (signal.aborted) return Promise.resolve({ ok: false, reason: 'aborted', retryAfterSeconds: 1 });
    if (this.#active < options.concurrent && this.#waiting === 0) return Promise.resolve(this.#admit(options));
    if (this.#waiting >= options.queue) {
      return Promise.resolve({ ok: false, reason: 'full', retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    return new Promise((resolve) => {
      const giveUp = (reason: 'timeout' | 'aborted') => {
        if (this.#remove(waiting)) waiting.settle({ ok: false, reason, retryAfterSeconds: RETRY_AFTER_SECONDS });
      };
      const onAbort = () => giveUp('aborted');
      const cancel = this.#schedule(() => giveUp('timeout'), options.queueSeconds * 1000);
      const waiting: Waiting = {
        user,
        lane,
        settle: (entry) => {
          cancel();
          signal.removeEventListener('abort', onAbort);
          resolve(entry);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const own = this.#lanes[lane].get(user);
      if (own) own.push(waiting);
      else this.#lanes[lane].set(user, [waiting]);
      this.#waiting += 1;
      this.#advance(options);
    });
  }

  #admit(options: QueueOptions): Entry {
    this.#active += 1;
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      this.#active -= 1;
      this.#advance(options);
    };
    return { ok: true, leave };
  }

  #advance(options: QueueOptions): void {
    while (this.#active < options.concurrent) {
      const next = this.#next('chat') ?? this.#next('background');
      if (!next) return;
      next.settle(this.#admit(options));
    }
  }

  /** Takes the oldest request of the user whose turn it is; that user's next turn comes after all others'. */
  #next(lane: Lane): Waiting | undefined {
    const users = this.#lanes[lane];
    for (const [user, requests] of users) {
      users.delete(user);
      const next = requests.shift();
      if (requests.length > 0) users.set(user, requests);
      if (!next) continue;
      this.#waiting -= 1;
      return next;
    }
    return undefined;
  }

  #remove(waiting: Waiting): boolean {
    const requests = this.#lanes[waiting.lane].get(waiting.user);
    const index = requests?.indexOf(waiting) ?? -1;
    if (!requests || index < 0) return false;
    requests.splice(index, 1);
    if (requests.length === 0) this.#lanes[waiting.lane].delete(waiting.user);
    this.#waiting -= 1;
    return true;
  }
}

const RETRY_AFTER_SECONDS = 5;

/** Queues by policy and model; they outlive a policy set, so that a reload loses nobody's place. */
export class Queues {
  readonly #queues = new Map<string, ModelQueue>();
  readonly #schedule: Schedule;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** Models are bounded by what Ollama has installed; empty queues go when there are many. */
  of(key: string): ModelQueue {
    const known = this.#queues.get(key);
    if (known) return known;
    if (this.#queues.size >= QUEUES_MAX) {
      for (const [name, queue] of this.#queues) {
        if (queue.active === 0 && queue.waiting === 0) this.#queues.delete(name);
      }
    }
    const made = new ModelQueue(this.#schedule);
    this.#queues.set(key, made);
    return made;
  }
}

const QUEUES_MAX = 1000;
