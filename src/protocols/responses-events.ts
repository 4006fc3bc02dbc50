import { memberOf } from '../core/json-nodes.ts';
import { quoteJson } from '../core/json-write.ts';
import type { JsonObject } from '../core/json-nodes.ts';
import { numberMember, objectMember, stringMember, type JsonFrame } from './openai-frame.ts';
import { textPart } from './responses-call.ts';
import { encodeUtf8 } from './shared.ts';

/**
 * What the client of a response stream has been sent so far, and events of ours that fit behind it.
 *
 * Events are numbered. Where one of ours is added, those that follow are numbered anew.
 */

/** An event as a function of its number: its name, and its members as JSON in the order Ollama gives them. */
export interface OwnEvent {
  readonly type: string;
  readonly members: string;
}

/** Where a text part stands. */
export interface PartPlace {
  readonly itemId: string;
  readonly outputIndex: number;
}

export class ResponsesEvents {
  #shift = 0;
  #sequence = 0;
  #head: { readonly id: string; readonly model: string; readonly createdAt: number } | undefined;
  #hasBegun = false;
  #openPart: PartPlace | undefined;
  #items = 0;

  /** Numbers of events differ from upstream's. */
  get isShifted(): boolean {
    return this.#shift > 0;
  }

  /** One more delta that was not read by `read`. */
  count(): void {
    this.#sequence += 1;
  }

  /** Notes what the event does to the client's state once it is sent, and numbers it anew if it must be. */
  read(frame: JsonFrame, root: JsonObject, type: string): void {
    const number = memberOf(root, 'sequence_number');
    if (number?.type === 'number') this.#sequence = number.value;
    const response = objectMember(root, 'response');
    if (response !== undefined && this.#head === undefined) {
      this.#head = {
        id: stringMember(response, 'id')?.value ?? '',
        model: stringMember(response, 'model')?.value ?? '',
        createdAt: numberMember(response, 'created_at') ?? 0,
      };
    }
    const index = numberMember(root, 'output_index') ?? 0;
    const itemId = stringMember(root, 'item_id')?.value ?? '';
    const partType = stringMember(objectMember(root, 'part') ?? root, 'type')?.value;
    frame.decideLate(() => {
      if (number?.type === 'number' && this.#shift > 0) {
        frame.edits.setJson(number, String(number.value + this.#shift));
      }
      if (type === 'response.created') this.#hasBegun = true;
      else if (type === 'response.output_item.added') this.#items = Math.max(this.#items, index + 1);
      else if (type === 'response.content_part.added' && partType === 'output_text') {
        this.#openPart = { itemId, outputIndex: index };
      } else if (type === 'response.content_part.done' || type === 'response.output_item.done') {
        this.#openPart = undefined;
      }
    });
  }

  /** Puts events of ours in a frame's place; call it while the frame is written. */
  replace(frame: JsonFrame, root: JsonObject, events: readonly OwnEvent[]): void {
    const first = (numberMember(root, 'sequence_number') ?? 0) + this.#shift;
    this.#shift += events.length - 1;
    const text = events.map((event, index) => eventText(event, first + index)).join('');
    frame.replaceAll(encodeUtf8(text));
  }

  /** Words in the answer's text, if it began, then the failure. */
  failed(words: string, code: string, message: string): string {
    const failed = failedEvent(this.#failedResponse(code, message));
    const first = this.#sequence + this.#shift + 1;
    const events = this.#hasBegun ? [...this.#words(words), failed] : [failed];
    return events.map((event, index) => eventText(event, first + index)).join('');
  }

  #words(words: string): OwnEvent[] {
    return this.#openPart === undefined ? this.#newPart(words) : [textDelta(this.#openPart, `\n\n${words}`)];
  }

  #newPart(words: string): OwnEvent[] {
    const place = { itemId: 'msg_stopped', outputIndex: this.#items };
    const item = '{"content":[],"id":"msg_stopped","role":"assistant","status":"in_progress","type":"message"}';
    const added = { type: 'response.output_item.added', members: `"item":${item},"output_index":${place.outputIndex}` };
    return [added, partAdded(place), textDelta(place, words)];
  }

  #failedResponse(code: string, message: string): string {
    const head = this.#head;
    return (
      `{"background":false,"completed_at":null,"created_at":${head?.createdAt ?? 0},` +
      `"error":{"code":${quoteJson(code)},"message":${quoteJson(message)}},"id":${quoteJson(head?.id ?? '')},` +
      `"incomplete_details":null,"instructions":null,"max_output_tokens":null,"metadata":{},` +
      `"model":${quoteJson(head?.model ?? '')},"object":"response","output":[],"parallel_tool_calls":true,` +
      '"previous_response_id":null,"reasoning":null,"status":"failed","store":false,"temperature":null,' +
      '"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null,"truncation":"disabled","usage":null}'
    );
  }
}

export function partAdded(place: PartPlace): OwnEvent {
  return { type: 'response.content_part.added', members: `${inPart(place)},"part":${textPart('')}` };
}

export function textDelta(place: PartPlace, text: string): OwnEvent {
  return { type: 'response.output_text.delta', members: `${inPart(place)},"delta":${quoteJson(text)},"logprobs":[]` };
}

/** A text part comes to its end: its text whole, and the part. */
export function partDone(place: PartPlace, text: string): OwnEvent[] {
  return [
    { type: 'response.output_text.done', members: `${inPart(place)},"logprobs":[],"text":${quoteJson(text)}` },
    { type: 'response.content_part.done', members: `${inPart(place)},"part":${textPart(text)}` },
  ];
}

function inPart({ itemId, outputIndex }: PartPlace): string {
  return `"content_index":0,"item_id":${quoteJson(itemId)},"output_index":${outputIndex}`;
}

function failedEvent(response: string): OwnEvent {
  return { type: 'response.failed', members: `"response":${response}` };
}

function eventText({ type, members }: OwnEvent, sequence: number): string {
  return `event: ${type}\ndata: {${members},"sequence_number":${sequence},"type":"${type}"}\n\n`;
}
