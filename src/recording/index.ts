import type { PolicySet } from '../core/stage.ts';
import { redactionRulesOf } from '../policy/compile.ts';
import { createDisguise } from '../policy/recording.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { RecordingFiles } from './recording-files.ts';
import { RecordingQueue } from './recording-queue.ts';

export type { Recorder } from './recorder.ts';

/** Recording as it is switched on by RECORD_DIR: from exchanges to files that only their owner reads. */

export interface RecordingOptions {
  readonly directory: string;
  readonly record: 'all' | 'flagged';
  readonly bytesMax: number;
  readonly ttlMs: number;
  /** Texts stay as they are; else what redaction rules match is replaced by surrogates. */
  readonly raw: boolean;
  readonly onFault: (fault: string) => void;
}

export interface Recording {
  readonly recorder: Recorder;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

const PRUNE_MS_MAX = 3_600_000;

/** Throws Error with a sentence where the directory cannot be used. */
export function openRecording(options: RecordingOptions): Recording {
  const { directory, record, bytesMax, ttlMs, raw, onFault } = options;
  const files = new RecordingFiles({ directory, bytesMax, ttlMs, now: Date.now });
  const queue = new RecordingQueue({ files, disguise: raw ? undefined : disguises(), onLost: onFault });
  const pruning = setInterval(() => attempt(() => files.prune(), onFault), Math.min(ttlMs / 16, PRUNE_MS_MAX));
  pruning.unref();
  const keep = (exchange: Parameters<RecordingQueue['add']>[0], policies: PolicySet) => queue.add(exchange, policies);
  return {
    recorder: createRecorder({ record, now: Date.now, keep }),
    close() {
      clearInterval(pruning);
      return queue.close();
    },
  };
}

/** One program for each policy set, made when the first of its exchanges is written. */
function disguises(): (policies: PolicySet) => (text: string) => string {
  const known = new WeakMap<PolicySet, ReturnType<typeof createDisguise>>();
  return (policies) => {
    let disguise = known.get(policies);
    if (disguise === undefined) {
      disguise = createDisguise(redactionRulesOf(policies), Math.random);
      known.set(policies, disguise);
    }
    return disguise();
  };
}

function attempt(prune: () => void, onFault: (fault: string) => void): void {
  try {
    prune();
  } catch {
    onFault('recording_failed');
  }
}
