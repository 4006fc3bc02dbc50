import { quoteJson } from '../core/json.ts';
import type { AnswerCall, AnswerSlot } from '../core/operation.ts';
import { ArgumentsBuffer, CallArguments } from './openai-arguments.ts';

/**
 * A `function_call` item of a response. It is told up to five times: begun, in deltas, done, as a done item, and in the
 * completed response; it is judged once, and what was decided holds for each telling.
 *
 * A refused call is told as a message instead, with the same id at the same index.
 */
export class ResponsesCall implements AnswerCall {
  readonly name: string;
  readonly id: string;
  readonly channel: string;
  readonly buffer = new ArgumentsBuffer();
  deltas = 0;
  refusal: string | undefined;
  readonly #changes: ((sentence: string) => void)[] = [];
  #arguments: CallArguments | undefined;

  constructor(id: string, name: string, channel: string) {
    this.id = id;
    this.name = name;
    this.channel = channel;
  }

  complete(): void {
    this.#arguments = new CallArguments(this.buffer.text, `${this.channel}/arguments`);
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

  /** What becomes of a telling that is held, or of one that comes later, if the call is refused. */
  whenRefused(change: (sentence: string) => void): void {
    if (this.refusal === undefined) this.#changes.push(change);
    else change(this.refusal);
  }

  refuse(sentence: string): void {
    this.refusal = sentence;
    for (const change of this.#changes) change(sentence);
  }

  /** JSON of the item that stands for a refused call. */
  messageItem(status: 'in_progress' | 'completed', sentence: string): string {
    const content = status === 'completed' ? `[${textPart(sentence)}]` : '[]';
    const id = quoteJson(this.id);
    return `{"content":${content},"id":${id},"role":"assistant","status":"${status}","type":"message"}`;
  }
}

/** JSON of a part of a message. */
export function textPart(text: string): string {
  return `{"annotations":[],"logprobs":[],"text":${quoteJson(text)},"type":"output_text"}`;
}
