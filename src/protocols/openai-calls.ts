import { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import type { JsonArray, JsonNode, JsonObject, JsonString } from '../core/json-nodes.ts';
import { AssembledCall } from './assembled-call.ts';
import { numberMember, objectMember, stringMember, type FrameSlot, type JsonFrame } from './openai-frame.ts';
import type { OtherTexts } from './openai-other.ts';

/**
 * The calls of one choice, put together over frames and judged when complete.
 *
 * Where a policy enforces, fragments of one call leave together in the frame that completed it, so that no part of an
 * argument is on its way before the whole was looked at.
 */

/** Calls of one choice. */
const CALLS_MAX = 512;

const CALL_KNOWN = new Set(['id', 'index', 'type', 'function']);
const CALLED_KNOWN = new Set(['name', 'arguments']);

/** One call; complete once `arguments` can be read. */
export class ChatCall extends AssembledCall {
  readonly index: number;
  readonly id: string | undefined;
  /** Fragments that came so far. */
  parts = 0;

  constructor(name: string, index: number, id: string | undefined, channel: string) {
    super(name, channel, 'arguments');
    this.index = index;
    this.id = id;
  }
}

/** One item of `tool_calls` in one frame. */
interface Part {
  readonly call: ChatCall;
  readonly item: JsonNode;
  readonly index: JsonNode | undefined;
  readonly text: JsonString | undefined;
  /** 1 for the part that began the call, 0 for one behind its end. */
  readonly ordinal: number;
}

/** `tool_calls` of one frame. */
interface Item {
  readonly frame: JsonFrame;
  readonly message: JsonObject;
  readonly list: JsonArray;
  readonly parts: readonly Part[];
  /** The frame's own content, to which refusals are added behind `lead`. */
  readonly content: FrameSlot | undefined;
  readonly lead: string;
}

export interface ChatCallsOptions {
  /** `choices/0`. */
  readonly path: string;
  readonly others: OtherTexts;
  /** Whether a policy enforces on this answer. */
  readonly isEnforced: () => boolean;
}

export class ChatCalls {
  readonly #options: ChatCallsOptions;
  readonly #calls: ChatCall[] = [];
  readonly #open = new Map<number, ChatCall>();
  /** The call that began last at each index. */
  readonly #last = new Map<number, ChatCall>();
  /** A refusal was put into the content. */
  #hasSentence = false;

  constructor(options: ChatCallsOptions) {
    this.#options = options;
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /** There were calls, and each was refused. */
  get areAllRefused(): boolean {
    return this.#calls.length > 0 && this.#calls.every((call) => call.refusal !== undefined);
  }

  /** Reads `tool_calls` of a message or delta. `content` is the frame's own content, to which refusals are added. */
  read(frame: JsonFrame, message: JsonObject, list: JsonNode, content: FrameSlot | undefined, lead: string): void {
    if (list.type !== 'array') throw new GatewayError('upstream_error');
    const parts = list.items.map((item, position) => this.#part(frame, item, position));
    frame.decideLate(() => this.#write({ frame, message, list, parts, content, lead }));
  }

  /** The choice ends: a call that still waits for arguments has none. Throws GatewayError on half of some. */
  finish(frame: JsonFrame): void {
    for (const call of this.#open.values()) {
      if (call.buffer.text.trim() !== '') throw new GatewayError('upstream_error');
      this.#complete(frame, call);
    }
    this.#open.clear();
  }

  #part(frame: JsonFrame, item: JsonNode, position: number): Part {
    if (item.type !== 'object') throw new GatewayError('upstream_error');
    const called = objectMember(item, 'function');
    this.#options.others.read(frame, item, CALL_KNOWN, `${this.#options.path}/tool_calls`);
    if (called !== undefined) {
      this.#options.others.read(frame, called, CALLED_KNOWN, `${this.#options.path}/tool_calls/function`);
    }
    const index = numberMember(item, 'index') ?? position;
    const call = this.#callOf(frame, item, called, index);
    const text = called === undefined ? undefined : memberOf(called, 'arguments');
    if (text !== undefined && text.type !== 'string' && text.type !== 'null') throw new GatewayError('upstream_error');
    if (call.isComplete) {
      // Only an empty piece may come behind the end; it is no part of the call's text.
      if (text?.type === 'string') call.buffer.push(text.value);
      return { call, item, index: memberOf(item, 'index'), ordinal: 0, text: undefined };
    }
    call.parts += 1;
    const part = { call, item, index: memberOf(item, 'index'), ordinal: call.parts };
    if (text?.type !== 'string') return { ...part, text: undefined };
    call.buffer.push(text.value);
    if (call.buffer.isComplete && !call.isComplete) {
      this.#open.delete(index);
      this.#complete(frame, call);
    }
    return { ...part, text };
  }

  /** The call that an item begins or continues. A name or another id begins one. */
  #callOf(frame: JsonFrame, item: JsonObject, called: JsonObject | undefined, index: number): ChatCall {
    const name = called === undefined ? undefined : stringMember(called, 'name');
    const id = stringMember(item, 'id');
    const last = this.#last.get(index);
    const begins = (name !== undefined && name.value !== '') || (id !== undefined && id.value !== last?.id);
    if (last !== undefined && !begins) {
      // The same id once more.
      if (id !== undefined) this.#options.others.walk(frame, id, '', true);
      return last;
    }
    if (this.#open.has(index) || name === undefined || name.value === '') throw new GatewayError('upstream_error');
    if (this.#calls.length >= CALLS_MAX) throw new GatewayError('upstream_error');
    const channel = `${this.#options.path}/tool_calls/${this.#calls.length}`;
    const call = new ChatCall(name.value, index, id?.value, channel);
    this.#calls.push(call);
    this.#open.set(index, call);
    this.#last.set(index, call);
    frame.slot(`${channel}/name`, 'tool_argument', name, true);
    if (id !== undefined && id.value !== '') frame.slot(`${channel}/id`, 'other', id, true);
    return call;
  }

  #complete(frame: JsonFrame, call: ChatCall): void {
    call.complete();
    frame.calls = [...frame.calls, call];
  }

  #write({ frame, message, list, parts, content, lead }: Item): void {
    for (const part of parts) if (part.call.refusal === undefined) this.#writePart(frame, part);
    const refused = parts.filter((part) => part.call.refusal !== undefined);
    if (refused.length === 0) return;
    const isEmpty = refused.length === parts.length;
    if (isEmpty) frame.edits.removeMember(message, 'tool_calls');
    else for (const part of refused) frame.edits.removeItem(list, part.item);
    const sentences = refused.filter((part) => part.ordinal === 1).map((part) => part.call.refusal);
    if (sentences.length > 0) {
      putContent(frame, message, content, `${this.#hasSentence ? '\n\n' : lead}${sentences.join('\n\n')}`);
      this.#hasSentence = true;
    }
    if (sentences.length === 0 && isEmpty && message.members.length === 1 && frame.finishReason === undefined) {
      frame.leaveOut();
    }
  }

  #writePart(frame: JsonFrame, { call, index, text, ordinal }: Part): void {
    const refusedBefore = this.#calls.filter((other) => other.refusal !== undefined && other.index < call.index).length;
    if (index?.type === 'number' && refusedBefore > 0) {
      frame.edits.setJson(index, String(call.index - refusedBefore));
    }
    if (text === undefined) return;
    const isMoved = call.parts > 1 && (call.isEdited || this.#options.isEnforced());
    if (isMoved) frame.edits.setString(text, ordinal === call.parts ? call.text : '');
    else if (call.isEdited) frame.edits.setString(text, call.text);
  }
}

function putContent(frame: JsonFrame, message: JsonObject, slot: FrameSlot | undefined, text: string): void {
  const content = memberOf(message, 'content');
  if (content === undefined) frame.edits.insertMember(message, 'content', text);
  else frame.edits.setString(content, `${slot?.current ?? ''}${text}`);
}
