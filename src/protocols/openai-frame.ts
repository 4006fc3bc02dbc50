import { GatewayError } from '../core/errors.ts';
import { JsonError, readJson } from '../core/json.ts';
import { memberOf } from '../core/json-nodes.ts';
import type { JsonLimits } from '../core/json.ts';
import type { JsonMember, JsonNode, JsonObject, JsonString } from '../core/json-nodes.ts';
import type { AnswerCall, AnswerFrame, AnswerSlot, AnswerUsage, ChannelKind } from '../core/operation.ts';
import { readSse } from '../streams/sse.ts';
import type { TemplateOptions } from './frame-template.ts';
import { ANSWER_LIMITS, encodeUtf8, JsonEdits, readRecord } from './shared.ts';

/**
 * One frame of an OpenAI or Anthropic answer that can be edited: a JSON body, or the JSON of one event.
 *
 * All that nobody touched stays as it came, in its order; a frame without an edit gives back its bytes.
 */

export type Framing = 'json' | 'sse';

/** Vectors are checked and not kept. */
const VECTOR_LIMITS = { ...ANSWER_LIMITS, packNumbers: true };

const NO_CALLS: readonly AnswerCall[] = [];

export interface FrameOptions {
  /** The answer holds vectors, of which only the form is checked. */
  readonly hasVectors?: boolean;
}

export class JsonFrame implements AnswerFrame {
  readonly raw: Uint8Array;
  readonly slots: AnswerSlot[] = [];
  calls: readonly AnswerCall[] = NO_CALLS;
  pendingCall = false;
  terminal = false;
  failed = false;
  usage?: AnswerUsage;
  finishReason?: string;
  /** The event's name; empty for a JSON body and where the event has none. */
  readonly event: string;
  /** The data, `undefined` where the event has none. */
  readonly data: string | undefined;
  /** The data as JSON, `undefined` where it is `[DONE]` or missing. */
  readonly root: JsonObject | undefined;
  /** The bytes before the data, as text; `undefined` where the event is not written as Ollama writes it. */
  readonly lead: string | undefined;
  readonly #decideLate: (() => void)[] = [];
  #edits: JsonEdits | undefined;
  readonly #replaced: JsonNode[] = [];
  #before: Uint8Array | undefined;
  #instead: Uint8Array | undefined;
  #isLeftOut = false;

  /** Throws GatewayError `upstream_error` on what is neither a JSON object nor, as an event, `[DONE]` or nothing. */
  constructor(raw: Uint8Array, framing: Framing, options: FrameOptions = {}) {
    this.raw = raw;
    const limits = options.hasVectors === true ? VECTOR_LIMITS : ANSWER_LIMITS;
    if (framing === 'json') {
      const { text, root } = readRecord(raw, limits);
      this.event = '';
      this.data = text;
      this.root = root;
      this.lead = '';
      return;
    }
    const { text, event, data } = readEvent(raw);
    const lead = event === '' ? 'data: ' : `event: ${event}\ndata: `;
    this.event = event;
    this.data = data;
    this.root = data === undefined || data === '[DONE]' ? undefined : readObject(data, limits);
    this.lead = data !== undefined && !data.includes('\n') && text === `${lead}${data}\n\n` ? lead : undefined;
  }

  /** The edits to the data; asking for them makes the frame be written anew. */
  get edits(): JsonEdits {
    this.#edits ??= new JsonEdits(this.data ?? '');
    return this.#edits;
  }

  /** The frame is written anew, as far as is known now. */
  get isEdited(): boolean {
    return this.#edits !== undefined || this.lead === undefined;
  }

  /** The event's text, and where a string of its data stands in it, and a count behind that: for a template of it. */
  around(text: JsonString, count?: JsonNode): Pick<TemplateOptions, 'text' | 'start' | 'end' | 'count'> {
    const lead = this.lead ?? '';
    const at = (node: JsonNode) => ({ start: lead.length + node.start, end: lead.length + node.end });
    return {
      text: `${lead}${this.data ?? ''}\n\n`,
      ...at(text),
      ...(count === undefined ? {} : { count: at(count) }),
    };
  }

  /** Called when the frame is written: for edits that depend on what was decided since it was read. */
  decideLate(decide: () => void): void {
    this.#decideLate.push(decide);
  }

  /** The frame says nothing any more and its protocol does without it. */
  leaveOut(): void {
    this.#isLeftOut = true;
  }

  /** Puts JSON in a value's place; slots inside it have no effect any more. */
  replaceValue(node: JsonNode, json: string): void {
    this.#replaced.push(node);
    this.edits.setJson(node, json);
  }

  /** Sends bytes of ours in the frame's place. */
  replaceAll(bytes: Uint8Array): void {
    this.#instead = bytes;
  }

  /** Sends bytes of ours before the frame. */
  prepend(bytes: Uint8Array): void {
    this.#before = bytes;
  }

  /** Registers a string of the data as a slot. */
  slot(channel: string, kind: ChannelKind, node: JsonString, last: boolean): FrameSlot {
    const slot = new FrameSlot(channel, kind, node.value, last, (text) => {
      if (!this.#isReplaced(node.start)) this.edits.setString(node, text);
    });
    this.slots.push(slot);
    return slot;
  }

  /** Registers a key of the data as a slot; where it may come again, a line of its own in its channel. */
  keySlot(channel: string, object: JsonObject, member: JsonMember, last: boolean): void {
    const write = (text: string) => {
      if (!this.#isReplaced(member.keyStart)) this.edits.setKey(object, member, text);
    };
    this.slots.push(new FrameSlot(channel, 'other', member.key, last, write));
    if (!last) this.endLine(channel, false);
  }

  /** A line's end that is not on the wire: keeps two texts of one channel from being read as one word. */
  endLine(channel: string, last: boolean): void {
    this.slots.push(new FrameSlot(channel, 'other', '\n', last, () => {}));
  }

  /** What stood beside the data of an irregular event (comments, other fields) is left out with it. */
  encode(): Uint8Array | undefined {
    if (this.failed) return undefined;
    for (const decide of this.#decideLate) decide();
    const bytes = this.#instead ?? this.#encode();
    if (this.#before === undefined || bytes === undefined) return bytes;
    const joined = new Uint8Array(this.#before.length + bytes.length);
    joined.set(this.#before);
    joined.set(bytes, this.#before.length);
    return joined;
  }

  #isReplaced(offset: number): boolean {
    return this.#replaced.some(({ start, end }) => start <= offset && offset < end);
  }

  #encode(): Uint8Array | undefined {
    if (this.#isLeftOut || this.data === undefined) return undefined;
    if (this.#edits === undefined && this.lead !== undefined) return this.raw;
    const data = this.#edits?.apply() ?? this.data;
    return this.lead === '' ? encodeUtf8(data) : eventBytes(this.event, data);
  }
}

/** A text of a frame; `current` is what is sent. A later field of the same frame may say that it was the `last` piece. */
export class FrameSlot implements AnswerSlot {
  readonly channel: string;
  readonly kind: ChannelKind;
  readonly text: string;
  last: boolean;
  current: string;
  readonly #write: (text: string) => void;

  constructor(channel: string, kind: ChannelKind, text: string, last: boolean, write: (text: string) => void) {
    this.channel = channel;
    this.kind = kind;
    this.text = text;
    this.current = text;
    this.last = last;
    this.#write = write;
  }

  replace(text: string): void {
    this.current = text;
    this.#write(text);
  }
}

/** One event as Ollama writes it. Line feeds between JSON values become spaces: the data must stay on one line. */
export function eventBytes(event: string, data: string): Uint8Array {
  const line = data.includes('\n') ? data.replaceAll('\n', ' ') : data;
  return encodeUtf8(event === '' ? `data: ${line}\n\n` : `event: ${event}\ndata: ${line}\n\n`);
}

function readEvent(raw: Uint8Array): ReturnType<typeof readSse> {
  try {
    return readSse(raw);
  } catch (error) {
    if (error instanceof JsonError) throw new GatewayError('upstream_error', { cause: error });
    throw error;
  }
}

function readObject(data: string, limits: JsonLimits): JsonObject {
  try {
    return asObject(readJson(data, limits));
  } catch (error) {
    if (error instanceof JsonError) throw new GatewayError('upstream_error', { cause: error });
    throw error;
  }
}

/** A member of one type; `undefined` where it is missing or null. Throws GatewayError `upstream_error` on another type. */
function typedMember<Type extends JsonNode['type']>(
  object: JsonObject,
  key: string,
  type: Type,
): Extract<JsonNode, { type: Type }> | undefined {
  const node = memberOf(object, key);
  if (node === undefined || node.type === 'null') return undefined;
  if (node.type !== type) throw new GatewayError('upstream_error');
  // The comparison above is what `Extract` says.
  return node as Extract<JsonNode, { type: Type }>;
}

export function stringMember(object: JsonObject, key: string): JsonString | undefined {
  return typedMember(object, key, 'string');
}

export function objectMember(object: JsonObject, key: string): JsonObject | undefined {
  return typedMember(object, key, 'object');
}

export function numberMember(object: JsonObject, key: string): number | undefined {
  return typedMember(object, key, 'number')?.value;
}

/** The items of a list; none where it is missing or null. Throws GatewayError `upstream_error` on another type. */
export function itemsOf(object: JsonObject, key: string): readonly JsonNode[] {
  return typedMember(object, key, 'array')?.items ?? [];
}

/** The node as an object. Throws GatewayError `upstream_error` where it is something else. */
export function asObject(node: JsonNode | undefined): JsonObject {
  if (node?.type !== 'object') throw new GatewayError('upstream_error');
  return node;
}

/** Token counts under the protocol's names. */
export function readUsage(object: JsonObject, input: string, output: string): AnswerUsage | undefined {
  const usage = objectMember(object, 'usage');
  if (usage === undefined) return undefined;
  const inputTokens = numberMember(usage, input);
  const outputTokens = numberMember(usage, output);
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}
