/** Verdicts that were given before, by a digest of the text; bounded in number and in age. */
import { createHash } from 'node:crypto';
import type { GuardAnswer } from './shapes.ts';

export interface VerdictStore {
  /** The key of a text: a SHA-256, so that no text is kept. Linear in the text. */
  keyOf(text: string): string;
  find(key: string): GuardAnswer | undefined;
  /** Keeps an answer; where there is no place, the one that was unused longest goes. */
  keep(key: string, answer: GuardAnswer): void;
  readonly size: number;
}

/** Keeps at most `entriesMax` answers, each for `ageMs` milliseconds. */
export function createVerdictStore(entriesMax: number, ageMs: number, now: () => number): VerdictStore {
  const entries = new Map<string, { readonly answer: GuardAnswer; readonly until: number }>();
  return {
    keyOf: (text) => createHash('sha256').update(text).digest('base64'),
    find(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.until <= now()) return undefined;
      entries.set(key, entry);
      return entry.answer;
    },
    keep(key, answer) {
      entries.delete(key);
      entries.set(key, { answer, until: now() + ageMs });
      if (entries.size <= entriesMax) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    get size() {
      return entries.size;
    },
  };
}
