import type { CompileCache } from './kind.ts';

/** Forgets everything when it is full: rare, cheap, and never more than `entriesMax`. */
export class BoundedCache implements CompileCache {
  readonly #entries = new Map<string, unknown>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get<Value>(key: string, make: () => Value): Value {
    // A key always holds what its own `make` returned, which is never undefined.
    const known = this.#entries.get(key) as Value | undefined;
    if (known !== undefined) return known;
    if (this.#entries.size >= this.#entriesMax) this.#entries.clear();
    const made = make();
    this.#entries.set(key, made);
    return made;
  }
}
