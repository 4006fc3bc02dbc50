import { GatewayError, publicCode } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import type { JsonNode, JsonObject, JsonString } from '../core/json-nodes.ts';
import type { AnswerFrame, AnswerReader, ChannelKind } from '../core/operation.ts';
import { stopWords } from './openai-failure.ts';
import {
  FrameSlot,
  JsonFrame,
  numberMember,
  objectMember,
  readUsage,
  stringMember,
  type Framing,
} from './openai-frame.ts';
import { OtherTexts } from './openai-other.ts';
import { FrameTemplate } from './frame-template.ts';
import { refusalBody } from './refusals.ts';
import { ResponsesCalls } from './responses-calls.ts';
import { ResponsesEvents } from './responses-events.ts';
import { ResponsesItems } from './responses-items.ts';
import { encodeUtf8 } from './shared.ts';

/**
 * Answers of POST /v1/responses: a `response` body, or events from `response.created` to `response.completed`.
 *
 * The same text comes in deltas and then whole, up to four times: the deltas are one running text, each whole text is a
 * text of its own, so that all are redacted alike.
 */

interface Running {
  readonly name: string;
  readonly kind: ChannelKind;
  /** The member that tells several of them in one item apart. */
  readonly index: 'content_index' | 'summary_index';
}

/** Running texts by the events that bring their pieces (`.delta`) and their end (`.done`). */
const RUNNING: ReadonlyMap<string, Running> = new Map([
  ['response.output_text', { name: 'text', kind: 'content', index: 'content_index' }],
  ['response.refusal', { name: 'refusal', kind: 'content', index: 'content_index' }],
  ['response.reasoning_summary_text', { name: 'summary', kind: 'thinking', index: 'summary_index' }],
  ['response.reasoning_text', { name: 'reasoning', kind: 'thinking', index: 'content_index' }],
]);

/** Running texts of one answer. */
const RUNNING_MAX = 1024;

const DELTA_KNOWN = new Set(['type', 'item_id', 'logprobs', 'delta']);
const DONE_KNOWN = new Set(['type', 'item_id', 'logprobs', 'text', 'refusal']);
const ARGUMENTS_KNOWN = new Set(['type', 'item_id', 'logprobs', 'arguments']);
const WHOLE_KNOWN = new Set(['type', 'item_id', 'logprobs', 'item', 'part', 'response']);

export class ResponsesAnswerReader implements AnswerReader {
  readonly framing: Framing;
  readonly #others: OtherTexts;
  readonly #events = new ResponsesEvents();
  readonly #calls: ResponsesCalls;
  readonly #items: ResponsesItems;
  readonly #running = new Map<string, 'open' | 'done'>();
  #isEnforced = false;
  #template: FrameTemplate | undefined;

  constructor(framing: Framing) {
    this.framing = framing;
    this.#others = new OtherTexts(framing === 'json');
    this.#calls = new ResponsesCalls(this.#events, () => this.#isEnforced);
    this.#items = new ResponsesItems(this.#others, this.#calls, () => this.#isEnforced);
  }

  dropSideChannels(): void {
    this.#isEnforced = true;
  }

  read(bytes: Uint8Array): AnswerFrame {
    const usual = this.#events.isShifted ? undefined : this.#template?.read(bytes);
    if (usual !== undefined) {
      this.#events.count();
      return usual;
    }
    this.#template = undefined;
    const frame = new JsonFrame(bytes, this.framing);
    if (frame.root === undefined) return frame;
    if (this.framing === 'json') this.#readBody(frame, frame.root);
    else this.#readEvent(frame, frame.root);
    frame.pendingCall = this.#calls.hasOpen;
    return frame;
  }

  /** A delta that says why the answer stops, then `response.failed`. */
  failure(error: GatewayError, requestId: string): Uint8Array {
    if (this.framing === 'json') return encodeUtf8(refusalBody('openai', error, requestId));
    return encodeUtf8(this.#events.failed(stopWords(error), publicCode(error.code), error.message));
  }

  #readBody(frame: JsonFrame, root: JsonObject): void {
    const error = memberOf(root, 'error');
    frame.failed = (error !== undefined && error.type !== 'null') || stringMember(root, 'status')?.value === 'failed';
    if (frame.failed) return;
    frame.terminal = true;
    this.#readResponse(frame, root);
  }

  #readEvent(frame: JsonFrame, root: JsonObject): void {
    const type = stringMember(root, 'type')?.value;
    // Clients go by the event's name or the data's type: they must say the same.
    if (type === undefined || type !== frame.event) throw new GatewayError('upstream_error');
    frame.failed = type === 'error' || type === 'response.failed';
    if (frame.failed) return;
    this.#events.read(frame, root, type);
    this.#readLogprobs(frame, root, type);
    frame.terminal = type === 'response.completed' || type === 'response.incomplete';
    const family = type.slice(0, type.lastIndexOf('.'));
    const running = RUNNING.get(family);
    if (running !== undefined) {
      const [item, index] = [numberMember(root, 'output_index') ?? 0, numberMember(root, running.index) ?? 0];
      const channel = `output/${item}/${running.name}/${index}`;
      if (type.endsWith('.delta')) this.#readDelta(frame, root, channel, running.kind);
      else this.#endRunning(frame, root, channel, running.kind);
    } else if (family === 'response.function_call_arguments') {
      this.#others.read(frame, root, type.endsWith('.delta') ? DELTA_KNOWN : ARGUMENTS_KNOWN, type);
      this.#calls.readEvent(frame, root, type);
    } else this.#readWhole(frame, root, type);
  }

  /** Events that carry an item, a part, or the whole response. */
  #readWhole(frame: JsonFrame, root: JsonObject, type: string): void {
    const response = objectMember(root, 'response');
    const item = objectMember(root, 'item');
    const part = objectMember(root, 'part');
    if (response !== undefined) this.#readResponse(frame, response);
    if (item !== undefined) this.#items.readItem(frame, item, type !== 'response.output_item.added');
    if (part !== undefined) this.#items.readPart(frame, part, type.includes('reasoning') ? 'thinking' : 'content');
    this.#others.read(frame, root, WHOLE_KNOWN, type);
  }

  #readDelta(frame: JsonFrame, root: JsonObject, channel: string, kind: ChannelKind): void {
    const text = stringMember(root, 'delta');
    this.#others.read(frame, root, DELTA_KNOWN, channel);
    const state = this.#running.get(channel);
    if (text === undefined || state === 'done') throw new GatewayError('upstream_error');
    if (text.value === '') return;
    if (state === undefined && this.#running.size >= RUNNING_MAX) throw new GatewayError('upstream_error');
    this.#running.set(channel, 'open');
    frame.slot(channel, kind, text, false);
    this.#learn(frame, root, text, channel, kind);
  }

  /** `.done`: the running text is over, and comes once more as a whole. */
  #endRunning(frame: JsonFrame, root: JsonObject, channel: string, kind: ChannelKind): void {
    this.#others.read(frame, root, DONE_KNOWN, channel);
    if (this.#running.get(channel) === 'open') {
      // Nothing can be put into this event, and nothing needs to: edits stand where their text stood.
      frame.slots.push(new FrameSlot(channel, kind, '', true, () => {}));
    }
    this.#running.set(channel, 'done');
    for (const key of ['text', 'refusal']) {
      const text = stringMember(root, key);
      if (text !== undefined) this.#items.whole(frame, text, kind);
    }
  }

  #readResponse(frame: JsonFrame, response: JsonObject): void {
    this.#items.readResponse(frame, response);
    const usage = readUsage(response, 'input_tokens', 'output_tokens');
    if (usage !== undefined) frame.usage = usage;
    const status = stringMember(response, 'status')?.value;
    if (status !== undefined && frame.terminal) frame.finishReason = status;
  }

  #readLogprobs(frame: JsonFrame, root: JsonObject, type: string): void {
    const logprobs = memberOf(root, 'logprobs');
    if (logprobs === undefined || (logprobs.type === 'array' && logprobs.items.length === 0)) return;
    if (this.#isEnforced) frame.edits.setJson(logprobs, '[]');
    else this.#others.walk(frame, logprobs, `${type}/logprobs`, false);
  }

  #learn(frame: JsonFrame, root: JsonObject, text: JsonString, channel: string, kind: ChannelKind): void {
    const count: JsonNode | undefined = memberOf(root, 'sequence_number');
    if (frame.slots.length !== 1 || frame.isEdited || count?.type !== 'number' || count.start < text.end) return;
    if (this.#events.isShifted || this.#calls.hasOpen) return;
    this.#template = new FrameTemplate({
      ...frame.around(text, count),
      channel,
      kind,
    });
  }
}
