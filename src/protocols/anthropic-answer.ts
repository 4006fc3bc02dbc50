import { GatewayError } from '../core/errors.ts';
import { memberOf, toValue } from '../core/json-nodes.ts';
import { quoteJson } from '../core/json-write.ts';
import type { JsonObject } from '../core/json-nodes.ts';
import type { AnswerFrame, AnswerReader, AnswerUsage } from '../core/operation.ts';
import { AnthropicBlock, readCallName } from './anthropic-block.ts';
import { stopWords } from './openai-failure.ts';
import {
  asObject,
  FrameSlot,
  itemsOf,
  JsonFrame,
  numberMember,
  readUsage,
  stringMember,
  type Framing,
} from './openai-frame.ts';
import { OtherTexts } from './openai-other.ts';
import { FrameTemplate } from './frame-template.ts';
import { refusalBody } from './refusals.ts';
import { encodeUtf8, leavesOf } from './shared.ts';

/**
 * Answers of POST /v1/messages: a `message` body, or events from `message_start` to `message_stop`.
 *
 * Each content block is a text of its own that ends at `content_block_stop`; a call is judged as soon as its JSON is
 * complete, at the latest there.
 */

/** Content blocks of one answer. */
const BLOCKS_MAX = 1024;

const MESSAGE_KNOWN = new Set(['id', 'type', 'role', 'model', 'content', 'stop_reason']);
const BLOCK_KNOWN = {
  text: new Set(['type', 'text']),
  thinking: new Set(['type', 'thinking']),
  tool_use: new Set(['type', 'id', 'name', 'input']),
};
const NONE_KNOWN: ReadonlySet<string> = new Set(['type']);
const EVENT_KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['message_start', new Set(['type', 'message'])],
  ['content_block_start', new Set(['type', 'content_block'])],
  ['content_block_delta', new Set(['type', 'delta'])],
  ['message_delta', new Set(['type', 'delta'])],
]);
const MESSAGE_DELTA_KNOWN = new Set(['stop_reason']);
const DELTA_KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['text_delta', new Set(['type', 'text'])],
  ['thinking_delta', new Set(['type', 'thinking'])],
  ['input_json_delta', new Set(['type', 'partial_json'])],
]);

type BlockKind = keyof typeof BLOCK_KNOWN;

export class AnthropicAnswerReader implements AnswerReader {
  readonly framing: Framing;
  readonly #others: OtherTexts;
  readonly #blocks = new Map<number, AnthropicBlock>();
  #calls = 0;
  #refusedCalls = 0;
  #isEnforced = false;
  #template: FrameTemplate | undefined;
  /** What the client has been sent: whether the message began, and the block that is open. */
  #hasBegun = false;
  #sentBlocks = 0;
  #sentOpen: { readonly index: number; readonly isText: boolean } | undefined;

  constructor(framing: Framing) {
    this.framing = framing;
    this.#others = new OtherTexts(framing === 'json');
  }

  dropSideChannels(): void {
    this.#isEnforced = true;
  }

  read(bytes: Uint8Array): AnswerFrame {
    const usual = this.#template?.read(bytes);
    if (usual !== undefined) return usual;
    this.#template = undefined;
    const frame = new JsonFrame(bytes, this.framing);
    if (frame.root === undefined) return frame;
    const type = stringMember(frame.root, 'type')?.value;
    frame.failed = type === 'error';
    if (frame.failed) return frame;
    if (this.framing === 'json') {
      frame.terminal = true;
      this.#readMessage(frame, frame.root);
      return frame;
    }
    // Clients go by the event's name, this reader by the data's type: they must say the same.
    if (type === undefined || type !== frame.event) throw new GatewayError('upstream_error');
    this.#readEvent(frame, frame.root, type);
    frame.pendingCall = this.#hasPendingCall();
    return frame;
  }

  /** A text block that says why the answer stops, then the error event. */
  failure(error: GatewayError, requestId: string): Uint8Array {
    const json = refusalBody('anthropic', error, requestId);
    if (this.framing === 'json') return encodeUtf8(json);
    const words = this.#hasBegun ? this.#stopped(`\n\n${stopWords(error)}`) : '';
    return encodeUtf8(`${words}event: error\ndata: ${json}\n\n`);
  }

  #stopped(words: string): string {
    const open = this.#sentOpen;
    const index = open?.isText === true ? open.index : this.#sentBlocks;
    const delta = event('content_block_delta', index, `"delta":{"type":"text_delta","text":${quoteJson(words)}}`);
    if (open?.isText === true) return delta;
    const close = open === undefined ? '' : event('content_block_stop', open.index);
    const start = event('content_block_start', index, '"content_block":{"type":"text","text":""}');
    return `${close}${start}${delta}${event('content_block_stop', index)}`;
  }

  #readMessage(frame: JsonFrame, message: JsonObject): void {
    this.#others.read(frame, message, MESSAGE_KNOWN, '');
    this.#usage(frame, message);
    itemsOf(message, 'content').forEach((item, index) => this.#readWholeBlock(frame, asObject(item), index));
    this.#readStopReason(frame, message);
  }

  #readWholeBlock(frame: JsonFrame, block: JsonObject, index: number): void {
    const kind = kindOf(block);
    const channel = `content/${index}`;
    this.#others.read(frame, block, kind === undefined ? NONE_KNOWN : BLOCK_KNOWN[kind], channel);
    if (kind === 'tool_use') {
      this.#readWholeCall(frame, block, channel);
      return;
    }
    const text = kind === undefined ? undefined : stringMember(block, kind);
    if (text !== undefined && text.value !== '') {
      frame.slot(channel, kind === 'text' ? 'content' : 'thinking', text, true);
    }
  }

  #readWholeCall(frame: JsonFrame, block: JsonObject, channel: string): void {
    const name = readCallName(frame, block, channel);
    const input = memberOf(block, 'input');
    const leaves = input === undefined ? [] : leavesOf(input).filter((leaf) => leaf.text !== '');
    this.#calls += 1;
    const slots = leaves.map((leaf, ordinal) => {
      const write = (text: string) => leaf.set(frame.edits, text);
      return new FrameSlot(`${channel}/input/${ordinal}`, 'tool_argument', leaf.text, true, write);
    });
    const refuse = (sentence: string) => {
      this.#refusedCalls += 1;
      frame.replaceValue(block, `{"type":"text","text":${quoteJson(sentence)}}`);
    };
    const value = input === undefined ? {} : toValue(input);
    frame.calls = [...frame.calls, { name, arguments: value, channel, slots, refuse }];
  }

  #readEvent(frame: JsonFrame, root: JsonObject, type: string): void {
    this.#others.read(frame, root, EVENT_KNOWN.get(type) ?? NONE_KNOWN, type);
    switch (type) {
      case 'message_start': {
        const message = asObject(memberOf(root, 'message'));
        this.#others.read(frame, message, MESSAGE_KNOWN, type);
        for (const item of itemsOf(message, 'content')) this.#others.walk(frame, item, type, false);
        this.#usage(frame, message);
        frame.decideLate(() => {
          this.#hasBegun = true;
        });
        return;
      }
      case 'content_block_start':
        this.#startBlock(frame, root);
        return;
      case 'content_block_delta':
        this.#readDelta(frame, root);
        return;
      case 'content_block_stop':
        this.#stopBlock(frame, root);
        return;
      case 'message_delta': {
        const delta = asObject(memberOf(root, 'delta'));
        this.#others.read(frame, delta, MESSAGE_DELTA_KNOWN, type);
        this.#usage(frame, root);
        this.#readStopReason(frame, delta);
        return;
      }
      case 'message_stop':
        frame.terminal = true;
        return;
      default:
      // `ping`, and events of a later Ollama: their texts were registered above.
    }
  }

  #startBlock(frame: JsonFrame, root: JsonObject): void {
    const index = indexOf(root);
    const node = asObject(memberOf(root, 'content_block'));
    const kind = kindOf(node);
    if (this.#blocks.has(index) || this.#blocks.size >= BLOCKS_MAX) throw new GatewayError('upstream_error');
    this.#others.read(frame, node, kind === undefined ? NONE_KNOWN : BLOCK_KNOWN[kind], `start/${index}`);
    const block = new AnthropicBlock(index, kind, () => this.#isEnforced);
    this.#blocks.set(index, block);
    block.start(frame, node);
    if (kind === 'tool_use') this.#calls += 1;
    frame.decideLate(() => {
      this.#sentBlocks = Math.max(this.#sentBlocks, index + 1);
      this.#sentOpen = { index, isText: block.isText };
    });
  }

  #readDelta(frame: JsonFrame, root: JsonObject): void {
    const block = this.#block(root);
    const delta = asObject(memberOf(root, 'delta'));
    const known = DELTA_KNOWN.get(stringMember(delta, 'type')?.value ?? '') ?? NONE_KNOWN;
    this.#others.read(frame, delta, known, `${block.channel}/delta`);
    const text = block.readDelta(frame, delta);
    if (text === undefined || frame.isEdited || frame.slots.length !== 1 || this.#hasPendingCall()) return;
    this.#template = new FrameTemplate({
      ...frame.around(text),
      channel: block.channel,
      kind: block.kind === 'thinking' ? 'thinking' : 'content',
    });
  }

  #stopBlock(frame: JsonFrame, root: JsonObject): void {
    this.#block(root).stop(frame);
    frame.decideLate(() => {
      this.#sentOpen = undefined;
    });
  }

  #block(root: JsonObject): AnthropicBlock {
    const block = this.#blocks.get(indexOf(root));
    if (block === undefined || block.isStopped) throw new GatewayError('upstream_error');
    return block;
  }

  #hasPendingCall(): boolean {
    for (const block of this.#blocks.values()) if (block.isPending) return true;
    return false;
  }

  #readStopReason(frame: JsonFrame, holder: JsonObject): void {
    const reason = stringMember(holder, 'stop_reason');
    if (reason === undefined) return;
    frame.finishReason = reason.value;
    frame.decideLate(() => {
      const refused = this.#refusedCalls + [...this.#blocks.values()].filter((block) => block.isRefused).length;
      if (reason.value === 'tool_use' && this.#calls > 0 && refused === this.#calls) {
        frame.edits.setString(reason, 'end_turn');
      }
    });
  }

  #usage(frame: JsonFrame, holder: JsonObject): void {
    const usage: AnswerUsage | undefined = readUsage(holder, 'input_tokens', 'output_tokens');
    if (usage !== undefined) frame.usage = usage;
  }
}

function kindOf(block: JsonObject): BlockKind | undefined {
  const type = stringMember(block, 'type')?.value;
  if (type === 'text' || type === 'thinking') return type;
  // A call of Ollama's own web tools is judged by its name like any other.
  return type === 'tool_use' || type === 'server_tool_use' ? 'tool_use' : undefined;
}

function indexOf(root: JsonObject): number {
  const index = numberMember(root, 'index');
  if (index === undefined) throw new GatewayError('upstream_error');
  return index;
}

function event(name: string, index: number, member?: string): string {
  const data = `{"type":"${name}","index":${index}${member === undefined ? '' : `,${member}`}}`;
  return `event: ${name}\ndata: ${data}\n\n`;
}
