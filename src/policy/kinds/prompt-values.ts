import type { RequestText } from '../../core/operation.ts';

/**
 * What a user wrote, for rules that leave alone what the user wrote: an address that came in the question may stand in
 * the answer. Case does not count. Only `user` texts; what tools bring back is not the user's.
 */
export class PromptValues {
  readonly isEmpty: boolean;
  readonly #texts: readonly RequestText[];
  #folded: readonly string[] | undefined;
  readonly #known = new Map<string, boolean>();

  constructor(texts: readonly RequestText[]) {
    this.#texts = texts.filter(({ role, text }) => role === 'user' && text !== '');
    this.isEmpty = this.#texts.length === 0;
  }

  /** Linear in the prompt for each new value; after LOOKUPS_MAX different ones nothing more is left alone. */
  has(value: string): boolean {
    if (this.isEmpty || value === '') return false;
    const folded = value.toLowerCase();
    const known = this.#known.get(folded);
    if (known !== undefined) return known;
    if (this.#known.size >= LOOKUPS_MAX) return false;
    this.#folded ??= this.#texts.map(({ text }) => text.toLowerCase());
    const found = this.#folded.some((text) => text.includes(folded));
    this.#known.set(folded, found);
    return found;
  }
}

const LOOKUPS_MAX = 500;
