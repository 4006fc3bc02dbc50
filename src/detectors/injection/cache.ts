/**
 * Verdicts by content: what was judged once is not judged again at full price.
 *
 * A chat client sends the whole conversation with every turn, so all but the newest text is known. A verdict is applied
 * each time it is found; only the reading is saved. The cache belongs to one detector, hence to one policy set, and is
 * dropped with it. Keys are SHA-256 digests: with a fast hash, someone could look for an attack that collides with a
 * harmless text of their own and have that one judged first.
 */

/** Bounds of a cache. */
export interface VerdictCacheLimits {
  readonly entriesMax: number;
  /** Estimated size of keys and verdicts together, in bytes. */
  readonly bytesMax: number;
}

/** About one thousand conversations of twenty turns. */
export const VERDICT_CACHE_LIMITS: VerdictCacheLimits = { entriesMax: 20_000, bytesMax: 16_777_216 };

/** Keeps the verdicts used last, within both bounds. Every call is O(1), evictions amortised. */
export class VerdictCache<Verdict> {
  readonly #limits: VerdictCacheLimits;
  readonly #sizeOf: (verdict: Verdict) => number;
  readonly #entries = new Map<string, { readonly verdict: Verdict; readonly bytes: number }>();
  #bytes = 0;

  /** `sizeOf` estimates a verdict's size in bytes. */
  constructor(limits: VerdictCacheLimits, sizeOf: (verdict: Verdict) => number) {
    this.#limits = limits;
    this.#sizeOf = sizeOf;
  }

  get entries(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The verdict of a key, which counts as used now. */
  get(key: string): Verdict | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.verdict;
  }

  /** Keeps a verdict; the ones used longest ago make room. One that alone is over the bound is not kept. */
  set(key: string, verdict: Verdict): void {
    const bytes = ENTRY_BYTES + key.length * 2 + this.#sizeOf(verdict);
    if (bytes > this.#limits.bytesMax) return;
    this.#drop(key);
    this.#entries.set(key, { verdict, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entriesMax && this.#bytes <= this.#limits.bytesMax) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** What an entry costs besides its key and verdict, in bytes. */
const ENTRY_BYTES = 96;

/** SHA-256 of a text's UTF-8, base64. Lone surrogates count as U+FFFD, which no rule tells apart from them. */
export function contentDigest(text: string): string {
  return Bun.SHA256.hash(text, 'base64');
}
