import { quoteJson } from '../core/json-write.ts';
import { AssembledCall } from './assembled-call.ts';

/**
 * A `function_call` item of a response. It is told up to five times: begun, in deltas, done, as a done item, and in the
 * completed response; it is judged once, and what was decided holds for each telling.
 *
 * A refused call is told as a message instead, with the same id at the same index.
 */
export class ResponsesCall extends AssembledCall {
  readonly id: string;
  deltas = 0;

  constructor(id: string, name: string, channel: string) {
    super(name, channel, 'arguments');
    this.id = id;
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
