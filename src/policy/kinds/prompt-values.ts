import type { RequestText } from '../../core/operation.ts';

/**
 * What a user wrote, for rules that leave alone what the user wrote: an address that came in the question may stand in
 * the answer. Case does not count. Only `user` texts; what tools bring back is not the user's.
 */
export class PromptValues {
  readonly isEmpty: boolean;
  readonly #texts: readonly RequestText[];
  /** The user's texts in small letters; made when the first value is looked up. */
  #folded: readonly string[] | undefined;
  #known: Map<string, boolean> | undefined;

  constructor(texts: readonly RequestText[]) {
    this.#texts = texts;
    this.isEmpty = !texts.some(isUsers);
  }

  /** Linear in the prompt for each new value; after LOOKUPS_MAX different ones nothing more is left alone. */
  has(value: string): boolean {
    if (this.isEmpty || value === '') return false;
    this.#known ??= new Map();
    const folded = value.toLowerCase();
    const known = this.#known.get(folded);
    if (known !== undefined) return known;
    if (this.#known.size >= LOOKUPS_MAX) return false;
    this.#folded ??= this.#texts.filter(isUsers).map(({ text }) => text.toLowerCase());
    const found = this.#folded.some((text) => text.includes(folded));
    this.#known.set(folded, found);
    return found;
  }
}

function isUsers({ role, text }: RequestText): boolean {
  return role === 'user' && text !== '';
}

const LOOKUPS_MAX = 500;
