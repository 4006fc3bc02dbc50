import { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import { quoteJson } from '../core/json-write.ts';
import type { JsonObject, JsonString } from '../core/json-nodes.ts';
import { AssembledCall } from './assembled-call.ts';
import { eventBytes, FrameSlot, stringMember, type JsonFrame } from './openai-frame.ts';

/**
 * One content block of a streamed message: a text, thinking, or a call whose input comes as fragments of JSON.
 *
 * A refused call becomes a text block at the same index, so that the indexes of the others stay as they are.
 */

export type AnthropicBlockKind = 'text' | 'thinking' | 'tool_use';

export class AnthropicBlock {
  readonly channel: string;
  readonly kind: AnthropicBlockKind | undefined;
  isStopped = false;
  readonly #index: number;
  readonly #isEnforced: () => boolean;
  #hasText = false;
  #call: BlockCall | undefined;

  constructor(index: number, kind: AnthropicBlockKind | undefined, isEnforced: () => boolean) {
    this.channel = `content/${index}`;
    this.kind = kind;
    this.#index = index;
    this.#isEnforced = isEnforced;
  }

  get isPending(): boolean {
    return this.#call !== undefined && !this.#call.isComplete;
  }

  get isRefused(): boolean {
    return this.#call?.refusal !== undefined;
  }

  /** What the client takes it for. */
  get isText(): boolean {
    return this.kind === 'text' || this.isRefused;
  }

  start(frame: JsonFrame, node: JsonObject): void {
    if (this.kind === 'text' || this.kind === 'thinking') this.#readText(frame, stringMember(node, this.kind));
    if (this.kind !== 'tool_use') return;
    const input = memberOf(node, 'input');
    // Streams begin a call with an empty input; what stood there no fragment would complete.
    if (input !== undefined && (input.type !== 'object' || input.members.length > 0)) {
      throw new GatewayError('upstream_error');
    }
    const call = new BlockCall(readCallName(frame, node, this.channel), this.channel);
    this.#call = call;
    call.whenRefused(() => frame.replaceValue(node, '{"type":"text","text":""}'));
  }

  /** Reads a delta; gives its running text, if it is one. */
  readDelta(frame: JsonFrame, delta: JsonObject): JsonString | undefined {
    const type = stringMember(delta, 'type')?.value;
    if (type === 'text_delta' && this.kind === 'text') return this.#readText(frame, stringMember(delta, 'text'));
    if (type === 'thinking_delta' && this.kind === 'thinking') {
      return this.#readText(frame, stringMember(delta, 'thinking'));
    }
    const known = ['text', 'thinking', 'partial_json'].some((key) => memberOf(delta, key) !== undefined);
    if (type === 'input_json_delta' && this.#call !== undefined) {
      this.#readFragment(frame, delta, this.#call, stringMember(delta, 'partial_json'));
    } else if (known) {
      throw new GatewayError('upstream_error');
    }
    return undefined;
  }

  stop(frame: JsonFrame): void {
    this.isStopped = true;
    if (this.#hasText) {
      // Nothing can be put into this event, and nothing needs to: edits stand where their text stood.
      frame.slots.push(new FrameSlot(this.channel, this.kind === 'text' ? 'content' : 'thinking', '', true, () => {}));
    }
    const call = this.#call;
    if (call === undefined || call.isComplete) return;
    if (call.buffer.text.trim() !== '') throw new GatewayError('upstream_error');
    this.#complete(frame, call);
    // A call without input has no delta that could say it.
    if (call.parts === 0) {
      call.whenRefused((sentence) => frame.prepend(eventBytes('content_block_delta', this.#sentence(sentence))));
    }
  }

  #readText(frame: JsonFrame, text: JsonString | undefined): JsonString | undefined {
    if (text === undefined || text.value === '') return undefined;
    this.#hasText = true;
    frame.slot(this.channel, this.kind === 'text' ? 'content' : 'thinking', text, false);
    return text;
  }

  #readFragment(frame: JsonFrame, delta: JsonObject, call: BlockCall, text: JsonString | undefined): void {
    if (text === undefined) throw new GatewayError('upstream_error');
    const isBehindEnd = call.isComplete;
    call.buffer.push(text.value);
    if (isBehindEnd) {
      // Only an empty piece may come behind the end; it is no part of the call's text.
      call.whenRefused(() => frame.leaveOut());
      return;
    }
    call.parts += 1;
    const ordinal = call.parts;
    if (call.buffer.isComplete && !call.isComplete) this.#complete(frame, call);
    call.whenRefused((sentence) => {
      if (ordinal > 1) frame.leaveOut();
      else frame.replaceValue(delta, `{"type":"text_delta","text":${quoteJson(sentence)}}`);
    });
    frame.decideLate(() => {
      if (call.refusal === undefined) this.#writeFragment(frame, call, text, ordinal);
    });
  }

  #writeFragment(frame: JsonFrame, call: BlockCall, text: JsonString, ordinal: number): void {
    // Fragments of one call leave together, in the last of them: no part is on its way before the whole was looked at.
    const isMoved = call.parts > 1 && (call.isEdited || this.#isEnforced());
    if (isMoved) frame.edits.setString(text, ordinal === call.parts ? call.text : '');
    else if (call.isEdited) frame.edits.setString(text, call.text);
  }

  #complete(frame: JsonFrame, call: BlockCall): void {
    call.complete();
    frame.calls = [...frame.calls, call];
  }

  #sentence(text: string): string {
    const delta = `{"type":"text_delta","text":${quoteJson(text)}}`;
    return `{"type":"content_block_delta","index":${this.#index},"delta":${delta}}`;
  }
}

/** Registers name and id of a call as texts; gives the name. */
export function readCallName(frame: JsonFrame, block: JsonObject, channel: string): string {
  const name = stringMember(block, 'name');
  const id = stringMember(block, 'id');
  if (name === undefined) throw new GatewayError('upstream_error');
  frame.slot(`${channel}/name`, 'tool_argument', name, true);
  if (id !== undefined && id.value !== '') frame.slot(`${channel}/id`, 'other', id, true);
  return name.value;
}

/** A call in a block of its own. */
class BlockCall extends AssembledCall {
  /** Fragments that came so far. */
  parts = 0;

  constructor(name: string, channel: string) {
    super(name, channel, 'input');
  }
}
