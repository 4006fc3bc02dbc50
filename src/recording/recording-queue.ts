import type { PolicySet } from '../core/stage.ts';
import { encodeRecord, type RecordedExchange } from '../policy/recording.ts';
import type { RecordingFiles } from './recording-files.ts';

/**
 * Between exchanges that end and files that are written: encodes one record at a time, when nothing else is to be done.
 *
 * Bounded: what comes while too much waits is let go and told, and so is what cannot be written. Recording is
 * telemetry; it never holds up an exchange and never fails one.
 */
export interface RecordingQueueOptions {
  readonly files: Pick<RecordingFiles, 'append' | 'close'>;
  /** Makes what one record's texts are passed through; `undefined` leaves them as they are. */
  readonly disguise: ((policies: PolicySet) => (text: string) => string) | undefined;
  /** Told once each time that records begin to be lost. */
  readonly onLost: (fault: 'recording_overflow' | 'recording_failed' | 'record_too_large') => void;
}

/** Records that wait, in UTF-16 code units of their texts. */
export const WAITING_CHARACTERS_MAX = 32 * 1024 * 1024;

interface Waiting {
  readonly record: RecordedExchange;
  readonly policies: PolicySet;
  readonly characters: number;
}

export class RecordingQueue {
  readonly #options: RecordingQueueOptions;
  readonly #waiting: Waiting[] = [];
  #characters = 0;
  #isLosing = false;
  #running: Promise<void> | undefined;

  constructor(options: RecordingQueueOptions) {
    this.#options = options;
  }

  add(record: RecordedExchange, policies: PolicySet): void {
    const characters = charactersOf(record);
    if (this.#characters + characters > WAITING_CHARACTERS_MAX) return this.#lose('recording_overflow');
    this.#waiting.push({ record, policies, characters });
    this.#characters += characters;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when all that was added is written or lost. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#options.files.close();
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#write(next);
      this.#characters -= next.characters;
    }
  }

  async #write({ record, policies }: Waiting): Promise<void> {
    try {
      const line = encodeRecord(record, this.#options.disguise?.(policies) ?? asItIs);
      if (await this.#options.files.append(line)) this.#isLosing = false;
      else this.#lose('record_too_large');
    } catch {
      this.#lose('recording_failed');
      // A file that failed once is not written to again.
      await this.#options.files.close().catch(() => {});
    }
  }

  #lose(fault: Parameters<RecordingQueueOptions['onLost']>[0]): void {
    if (!this.#isLosing) this.#options.onLost(fault);
    this.#isLosing = true;
  }
}

function asItIs(text: string): string {
  return text;
}

/** What a record weighs beside its own fields. */
const RECORD_CHARACTERS = 1_000;

function charactersOf({ texts, answer, modelSystem, tools }: RecordedExchange): number {
  let characters = RECORD_CHARACTERS * (1 + tools.length) + (modelSystem?.length ?? 0);
  for (const { text } of texts) characters += text.length;
  return characters + (answer?.content?.length ?? 0) + (answer?.thinking?.length ?? 0);
}
