import { memberOf } from '../core/json-nodes.ts';
import type { JsonNode, JsonObject, JsonString } from '../core/json-nodes.ts';
import type { ChannelKind } from '../core/operation.ts';
import { asObject, FrameSlot, itemsOf, stringMember, type JsonFrame } from './openai-frame.ts';
import type { OtherTexts } from './openai-other.ts';
import type { ResponsesCalls } from './responses-calls.ts';
import { SCHEMA_WORDS } from './openai-free-form.ts';
import { leavesOf } from './shared.ts';

/**
 * Texts of a response that come whole: its items, their parts, and what it repeats of the request. Each is a text of its
 * own. An echoed tool or schema is one text, a line each for its names and descriptions.
 */

/** Members of a response that hold words of the protocol, ids and numbers. */
const RESPONSE_KNOWN = new Set(['id', 'object', 'status', 'model', 'service_tier', 'output', 'tools', 'text']);
const MESSAGE_KNOWN = new Set(['id', 'type', 'status', 'role', 'content']);
const REASONING_KNOWN = new Set(['id', 'type', 'status', 'summary', 'content', 'encrypted_content']);
const CALL_KNOWN = new Set(['id', 'type', 'status', 'call_id', 'name', 'arguments']);
const OTHER_KNOWN = new Set(['id', 'type', 'status']);
const PART_KNOWN = new Set(['type', 'text', 'refusal', 'logprobs']);

/** Words of the protocol that stand where a client's text may stand too. */
const PROTOCOL_WORDS = new Set([
  ...SCHEMA_WORDS,
  ...'name strict parameters schema tools function namespace custom text json_object json_schema'.split(' '),
  ...'auto none required disabled'.split(' '),
]);

export class ResponsesItems {
  readonly #others: OtherTexts;
  readonly #calls: ResponsesCalls;
  readonly #isEnforced: () => boolean;
  #count = 0;

  constructor(others: OtherTexts, calls: ResponsesCalls, isEnforced: () => boolean) {
    this.#others = others;
    this.#calls = calls;
    this.#isEnforced = isEnforced;
  }

  /** A text that stands whole in its frame. */
  whole(frame: JsonFrame, text: JsonString | undefined, kind: ChannelKind): void {
    if (text !== undefined && text.value !== '') frame.slot(`whole/${this.#count++}`, kind, text, true);
  }

  /** The response object, as it begins or complete. */
  readResponse(frame: JsonFrame, response: JsonObject): void {
    this.#unknown(frame, response, RESPONSE_KNOWN);
    for (const tool of itemsOf(response, 'tools')) this.#echo(frame, tool);
    const text = memberOf(response, 'text');
    if (text !== undefined) this.#echo(frame, text);
    for (const item of itemsOf(response, 'output')) this.readItem(frame, asObject(item), true);
  }

  /** An item; `isComplete` unless it only begins. */
  readItem(frame: JsonFrame, item: JsonObject, isComplete: boolean): void {
    switch (stringMember(item, 'type')?.value) {
      case 'message':
        this.#unknown(frame, item, MESSAGE_KNOWN);
        for (const part of itemsOf(item, 'content')) this.readPart(frame, asObject(part), 'content');
        return;
      case 'reasoning':
        this.#unknown(frame, item, REASONING_KNOWN);
        this.#readReasoning(frame, item);
        return;
      case 'function_call':
        this.#unknown(frame, item, CALL_KNOWN);
        if (isComplete) this.#calls.readItem(frame, item);
        else this.#calls.begin(frame, item);
        return;
      default:
        this.#unknown(frame, item, OTHER_KNOWN);
    }
  }

  /** A part of an item. */
  readPart(frame: JsonFrame, part: JsonObject, kind: ChannelKind): void {
    this.#unknown(frame, part, PART_KNOWN);
    this.whole(frame, stringMember(part, 'text'), kind);
    this.whole(frame, stringMember(part, 'refusal'), kind);
    const logprobs = memberOf(part, 'logprobs');
    if (logprobs === undefined || (logprobs.type === 'array' && logprobs.items.length === 0)) return;
    if (this.#isEnforced()) frame.edits.setJson(logprobs, '[]');
    else this.#others.walk(frame, logprobs, '', true);
  }

  /** `encrypted_content` is the thinking in plain text once more. */
  #readReasoning(frame: JsonFrame, item: JsonObject): void {
    for (const list of ['summary', 'content']) {
      for (const part of itemsOf(item, list)) this.readPart(frame, asObject(part), 'thinking');
    }
    if (this.#isEnforced()) {
      if (memberOf(item, 'encrypted_content') !== undefined) frame.edits.removeMember(item, 'encrypted_content');
    } else this.whole(frame, stringMember(item, 'encrypted_content'), 'thinking');
  }

  /** Everything whole under a name that is not known. */
  #unknown(frame: JsonFrame, object: JsonObject, known: ReadonlySet<string>): void {
    const words = object.members.filter(({ value }) => value.type === 'string' && PROTOCOL_WORDS.has(value.value));
    this.#others.read(frame, object, new Set([...known, ...words.map(({ key }) => key)]), '', true);
  }

  #echo(frame: JsonFrame, node: JsonNode): void {
    const channel = `echo/${this.#count++}`;
    const leaves = leavesOf(node).filter(({ text }) => text !== '' && !PROTOCOL_WORDS.has(text));
    leaves.forEach((leaf, index) => {
      frame.slots.push(new FrameSlot(channel, 'other', leaf.text, false, (text) => leaf.set(frame.edits, text)));
      frame.endLine(channel, index === leaves.length - 1);
    });
  }
}
