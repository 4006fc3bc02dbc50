import type { AnswerCall, AnswerSlot } from '../core/operation.ts';
import { ArgumentsBuffer, CallArguments } from './openai-arguments.ts';

/**
 * A tool call whose arguments come as JSON text, whole or in fragments: collected, then judged once it is complete.
 * What was decided holds for every frame that tells of it, held or still to come.
 */
export class AssembledCall implements AnswerCall {
  readonly name: string;
  readonly channel: string;
  readonly buffer = new ArgumentsBuffer();
  refusal: string | undefined;
  /** What the protocol calls the arguments, as the last part of their channels. */
  readonly #key: string;
  readonly #changes: ((sentence: string) => void)[] = [];
  #arguments: CallArguments | undefined;

  constructor(name: string, channel: string, key: 'arguments' | 'input') {
    this.name = name;
    this.channel = channel;
    this.#key = key;
  }

  /** No fragment is missing: the arguments can be read. Throws GatewayError `upstream_error` where they cannot. */
  complete(): void {
    this.#arguments = new CallArguments(this.buffer.text, `${this.channel}/${this.#key}`);
  }

  get isComplete(): boolean {
    return this.#arguments !== undefined;
  }

  get isEdited(): boolean {
    return this.#arguments?.isEdited ?? false;
  }

  /** The arguments' JSON after edits. */
  get text(): string {
    return this.#arguments?.text ?? '';
  }

  get arguments(): unknown {
    return this.#arguments?.value;
  }

  get slots(): readonly AnswerSlot[] {
    return this.#arguments?.slots ?? [];
  }

  /** What becomes of a frame of this call, held or one that comes later, if the call is refused. */
  whenRefused(change: (sentence: string) => void): void {
    if (this.refusal === undefined) this.#changes.push(change);
    else change(this.refusal);
  }

  refuse(sentence: string): void {
    this.refusal = sentence;
    for (const change of this.#changes) change(sentence);
  }
}
