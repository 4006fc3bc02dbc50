import { GatewayError } from '../core/errors.ts';
import type { JsonArray, JsonNode, JsonObject, JsonString } from '../core/json-nodes.ts';
import { quoteJson } from '../core/json-write.ts';
import type { AnswerCall, AnswerFrame, AnswerReader, AnswerSlot, AnswerUsage, ChannelKind } from '../core/operation.ts';
import { isNumbers, readCall, readFields, type UnknownField } from './ollama-fields.ts';
import { FrameTemplate } from './frame-template.ts';
import { Slot } from './ollama-slot.ts';
import { refusalBody } from './refusals.ts';
import { ANSWER_LIMITS, encodeUtf8, JsonEdits, leavesOf, readRecord, stringLeaf, type Leaf } from './shared.ts';

/**
 * Reads Ollama's own answers: a JSON object a line, or one JSON object (`api/types.go`: ChatResponse,
 * GenerateResponse, EmbedResponse, EmbeddingResponse).
 *
 * Every string that is not the protocol's own vocabulary is a slot; fields that this Ollama does not have yet are
 * slots of kind `other`, so that a later version cannot carry text past the policies.
 */

/** Where an answer has its running text: in `message` (chat), beside the rest (generate), nowhere (embed). */
export type OllamaShape = 'chat' | 'generate' | 'embed';

/** Fields that we do not know, in one answer, with a channel each; all others share one. */
const UNKNOWN_CHANNELS_MAX = 256;

/** Keys in one answer that are no field's name. */
const UNKNOWN_KEYS_MAX = 1024;

/** Vectors are checked and not kept. */
const EMBED_LIMITS = { ...ANSWER_LIMITS, packNumbers: true, valuesMax: 1_000_000 };

export interface OllamaAnswerOptions {
  readonly shape: OllamaShape;
  readonly framing: 'json' | 'ndjson';
  /** As the client wrote it, for a record of ours that comes before any of upstream's. */
  readonly model: string;
}

export class OllamaAnswerReader implements AnswerReader {
  readonly framing: 'json' | 'ndjson';
  readonly shape: OllamaShape;
  /** Side channels are taken out of frames. */
  dropsSideChannels = false;
  /** Calls and running text that earlier frames had. */
  calls = 0;
  hasText = false;
  /** Thinking came and nothing yet that ends it. */
  thinkingIsOpen = false;
  /** How often thinking began. */
  thinkingRuns = 0;
  readonly #unknown = new Map<string, string>();
  #keys = 0;
  #model: string;
  #createdAt: string | undefined;
  #template: FrameTemplate | undefined;

  constructor(options: OllamaAnswerOptions) {
    this.framing = options.framing;
    this.shape = options.shape;
    this.#model = options.model;
  }

  read(bytes: Uint8Array): AnswerFrame {
    const usual = this.#template?.read(bytes);
    if (usual !== undefined) {
      this.hasText = true;
      return usual;
    }
    const { text, root } = readRecord(bytes, this.shape === 'embed' ? EMBED_LIMITS : ANSWER_LIMITS);
    const frame = new OllamaFrame(this, bytes, text, root);
    this.#template = frame.template();
    return frame;
  }

  dropSideChannels(): void {
    this.dropsSideChannels = true;
  }

  /**
   * A line that says in its content why the answer stops, because Open WebUI shows nothing of an error in mid-stream,
   * then the error line, on which Ollama's own clients raise. Never `done: true`.
   */
  failure(error: GatewayError, requestId: string): Uint8Array {
    const errorLine = `${refusalBody('ollama', error, requestId)}\n`;
    if (this.framing === 'json' || this.shape === 'embed') return encodeUtf8(errorLine);
    const words = quoteJson(this.notice(stopWords(error)));
    const content = this.shape === 'chat' ? `"message":{"role":"assistant","content":${words}}` : `"response":${words}`;
    const createdAt = this.#createdAt === undefined ? '' : `"created_at":${quoteJson(this.#createdAt)},`;
    return encodeUtf8(`{"model":${quoteJson(this.#model)},${createdAt}${content},"done":false}\n${errorLine}`);
  }

  /** A sentence of ours for the content channel, set apart from what stands before it. */
  notice(sentence: string): string {
    return this.hasText ? `\n\n${sentence}` : sentence;
  }

  /** Keeps what records of our own repeat. */
  seen(model: JsonString | undefined, createdAt: JsonString | undefined): void {
    if (model !== undefined) this.#model = model.value;
    if (createdAt !== undefined) this.#createdAt = createdAt.value;
  }

  /** A channel for one key that is text. Throws GatewayError `upstream_error` beyond what an answer may have of them. */
  keyChannel(): string {
    if (this.#keys >= UNKNOWN_KEYS_MAX) throw new GatewayError('upstream_error');
    return `other/key/${this.#keys++}`;
  }

  /** A channel for a field that we do not know, by number, since its name is not ours to repeat. */
  unknownChannel(path: string): string {
    const known = this.#unknown.get(path);
    if (known !== undefined) return known;
    if (this.#unknown.size >= UNKNOWN_CHANNELS_MAX) return 'other/rest';
    const channel = `other/${this.#unknown.size}`;
    this.#unknown.set(path, channel);
    return channel;
  }
}

function stopWords(error: GatewayError): string {
  const { message } = error;
  return message.startsWith('The answer was stopped') ? `[${message}]` : `[The answer was stopped: ${message}]`;
}

const NO_SLOTS: readonly AnswerSlot[] = [];
const NO_CALLS: readonly AnswerCall[] = [];

/** One record. Slots and calls write into `edits`, which exists once something was edited. */
class OllamaFrame implements AnswerFrame {
  readonly raw: Uint8Array;
  readonly terminal: boolean;
  readonly failed: boolean;
  readonly pendingCall = false;
  readonly slots: readonly AnswerSlot[];
  readonly calls: readonly AnswerCall[];
  declare readonly usage?: AnswerUsage;
  declare readonly finishReason?: string;
  declare readonly remote?: boolean;

  readonly #reader: OllamaAnswerReader;
  readonly #text: string;
  readonly #root: JsonObject;
  #edits: JsonEdits | undefined;
  /** Where running text stands: `message` or the record itself. */
  #holder: JsonObject;
  #content: JsonString | undefined;
  readonly #createdAt: JsonString | undefined;
  #contentText = '';
  #thinking: JsonString | undefined;
  #thinkingText = '';
  /** Thinking began anew behind content. */
  #isThinkingResumed = false;
  #toolCalls: JsonArray | undefined;
  #notices = '';
  /** Something beside running text that keeps the record from being empty. */
  #carriesMore = false;

  constructor(reader: OllamaAnswerReader, raw: Uint8Array, text: string, root: JsonObject) {
    this.#reader = reader;
    this.raw = raw;
    this.#text = text;
    this.#root = root;
    this.#holder = root;
    const fields = readFields(root, reader.shape);
    this.failed = fields.hasError;
    const isDone = fields.isDone || reader.framing === 'json';
    this.terminal = isDone && !fields.hasError;
    reader.seen(fields.model, fields.createdAt);
    this.#createdAt = fields.createdAt;
    if (fields.usage !== undefined) this.usage = fields.usage;
    if (fields.finishReason !== undefined) this.finishReason = fields.finishReason;
    if (fields.isRemote) this.remote = true;
    if (this.failed) {
      this.slots = NO_SLOTS;
      this.calls = NO_CALLS;
      return;
    }
    this.#carriesMore =
      isDone || fields.unknown !== undefined || (fields.logprobs !== undefined && !reader.dropsSideChannels);
    const slots: AnswerSlot[] = [];
    this.#holder = fields.holder;
    this.#toolCalls = fields.toolCalls;
    // Thinking comes before the content that it is for, and ends with it: else its last word, which might still become
    // a match, would hold back all content.
    const endsThinking = isDone || fields.toolCalls !== undefined || (fields.content?.value ?? '') !== '';
    if (fields.thinking !== undefined && fields.thinking.value !== '')
      slots.push(this.#thinkingSlot(fields.thinking, endsThinking));
    else if (endsThinking && reader.thinkingIsOpen) slots.push(this.#endOfThinking());
    if (fields.content !== undefined) slots.push(this.#running(fields.content, isDone));
    if (fields.logprobs !== undefined) this.#logprobs(fields.logprobs, slots);
    if (fields.unknown !== undefined) for (const field of fields.unknown) this.#unknown(field, slots);
    if (fields.context !== undefined && reader.dropsSideChannels) this.#change().removeMember(root, 'context');
    this.slots = slots.length === 0 ? NO_SLOTS : slots;
    this.calls = fields.toolCalls === undefined ? NO_CALLS : this.#callsOf(fields.toolCalls);
  }

  /** What the next frame is likely to repeat: where this one has a piece of content and nothing else of its own. */
  template(): FrameTemplate | undefined {
    const content = this.#content;
    const stamp = this.#createdAt;
    const isUsual =
      this.slots.length === 1 && this.slots[0]?.kind === 'content' && this.calls.length === 0 && !this.failed;
    if (
      !isUsual ||
      this.#carriesMore ||
      this.#toolCalls !== undefined ||
      this.remote === true ||
      this.usage !== undefined
    )
      return undefined;
    if (content === undefined || stamp === undefined || stamp.end > content.start || this.#reader.framing !== 'ndjson')
      return undefined;
    return new FrameTemplate({
      text: this.#text,
      start: content.start,
      end: content.end,
      channel: 'content',
      kind: 'content',
      stamp: { start: stamp.start + 1, end: stamp.end - 1 },
    });
  }

  encode(): Uint8Array | undefined {
    this.#separateThinking();
    if (this.#edits === undefined) return this.raw;
    this.#writeContent(this.#edits);
    const isEmpty =
      !this.#carriesMore &&
      this.#contentText === '' &&
      this.#notices === '' &&
      this.#thinkingText === '' &&
      !this.#hasCalls();
    return isEmpty ? undefined : encodeUtf8(this.#edits.apply());
  }

  #change(): JsonEdits {
    this.#edits ??= new JsonEdits(this.#text);
    return this.#edits;
  }

  #thinkingSlot(node: JsonString, last: boolean): AnswerSlot {
    const reader = this.#reader;
    if (!reader.thinkingIsOpen) {
      this.#isThinkingResumed = reader.thinkingRuns > 0;
      reader.thinkingRuns += 1;
    }
    reader.thinkingIsOpen = !last;
    this.#thinking = node;
    this.#thinkingText = node.value;
    return new Slot(this.#thinkingChannel(), 'thinking', node.value, last, (text) => {
      this.#thinkingText = text;
      this.#change().setString(node, text);
    });
  }

  /** Says that the thinking of earlier records is complete; there is no text of this record's to edit. */
  #endOfThinking(): AnswerSlot {
    this.#reader.thinkingIsOpen = false;
    return new Slot(this.#thinkingChannel(), 'thinking', '', true, () => {});
  }

  /** Thinking that goes on behind content is a text of its own. */
  #thinkingChannel(): string {
    const { thinkingRuns } = this.#reader;
    return thinkingRuns > 1 ? `thinking/${thinkingRuns - 1}` : 'thinking';
  }

  /** Where a policy enforces, such a text begins a line, so that joined with the one before it is not a third. */
  #separateThinking(): void {
    if (!this.#isThinkingResumed || this.#thinking === undefined || !this.#reader.dropsSideChannels) return;
    if (this.#thinkingText !== '') this.#change().setString(this.#thinking, `\n${this.#thinkingText}`);
  }

  #running(node: JsonString, last: boolean): AnswerSlot {
    this.#content = node;
    this.#contentText = node.value;
    if (node.value !== '') this.#reader.hasText = true;
    return new Slot('content', 'content', node.value, last, (text) => {
      this.#contentText = text;
      this.#change();
    });
  }

  /** Content edited by policies, then the sentences that stand for calls. */
  #writeContent(edits: JsonEdits): void {
    const text = this.#contentText + this.#notices;
    if (this.#content !== undefined) {
      if (text !== this.#content.value) edits.setString(this.#content, text);
    } else if (this.#notices !== '') {
      edits.insertMember(this.#holder, this.#reader.shape === 'chat' ? 'content' : 'response', text);
    }
    if (this.#toolCalls !== undefined && !this.#hasCalls()) edits.removeMember(this.#holder, 'tool_calls');
  }

  #hasCalls(): boolean {
    if (this.#toolCalls === undefined) return false;
    return (this.#edits?.itemsLeft(this.#toolCalls) ?? this.#toolCalls.items.length) > 0;
  }

  #callsOf(list: JsonArray): AnswerCall[] {
    return list.items.map((item) => {
      const parts = readCall(item);
      const channel = `tool_calls/${this.#reader.calls++}`;
      return {
        name: parts.name,
        arguments: parts.arguments,
        channel,
        slots: parts.leaves.map(({ path, leaf }) => this.#leafSlot(`${channel}/${path}`, 'tool_argument', leaf, true)),
        refuse: (sentence: string) => {
          this.#change().removeItem(list, item);
          this.#notices += this.#notices === '' ? this.#reader.notice(sentence) : `\n\n${sentence}`;
          this.#reader.hasText = true;
        },
      };
    });
  }

  #leafSlot(channel: string, kind: ChannelKind, leaf: Leaf, last: boolean): AnswerSlot {
    return new Slot(channel, kind, leaf.text, last, (text) => leaf.set(this.#change(), text));
  }

  /**
   * Tokens repeat the text, and so do the likeliest alternatives of each rank; each is a running text of its own. The
   * bytes beside a token are written anew with it. What has another form than Ollama's is a field that we do not know.
   */
  #logprobs(node: JsonNode, slots: AnswerSlot[]): void {
    if (this.#reader.dropsSideChannels) {
      this.#change().removeMember(this.#root, 'logprobs');
      return;
    }
    if (node.type !== 'array') return this.#unknown({ path: 'logprobs', value: node }, slots);
    for (const item of node.items) {
      const top = this.#token(item, 'logprobs', slots);
      if (top?.type === 'array') top.items.forEach((entry, rank) => this.#ranked(entry, rank, slots));
      else if (top !== undefined) this.#unknown({ path: 'logprobs/top', value: top }, slots);
    }
  }

  #ranked(entry: JsonNode, rank: number, slots: AnswerSlot[]): void {
    const channel = `logprobs/top/${rank}`;
    const nested = this.#token(entry, channel, slots);
    if (nested !== undefined) this.#unknown({ path: `${channel}/top`, value: nested }, slots);
  }

  /** One token with its bytes; gives its `top_logprobs`. */
  #token(item: JsonNode, channel: string, slots: AnswerSlot[]): JsonNode | undefined {
    if (item.type !== 'object') throw new GatewayError('upstream_error');
    let bytes: JsonNode | undefined;
    let token: JsonNode | undefined;
    let top: JsonNode | undefined;
    for (const { key, value } of item.members) {
      if (key === 'token') token = value;
      else if (key === 'bytes' && isNumbers(value)) bytes = value;
      else if (key === 'top_logprobs') top = value;
      else if (key !== 'logprob' || value.type !== 'number') this.#unknown({ path: `${channel}/${key}`, value }, slots);
    }
    if (token?.type !== 'string') throw new GatewayError('upstream_error');
    const leaf = stringLeaf(token);
    slots.push(
      new Slot(channel, 'other', token.value, false, (text) => {
        leaf.set(this.#change(), text);
        if (bytes !== undefined) this.#change().setJson(bytes, `[${encodeUtf8(text).join(',')}]`);
      }),
    );
    return top?.type === 'null' ? undefined : top;
  }

  /** A field is one text over all records, so it never ends before the answer does. */
  #unknown(field: UnknownField, slots: AnswerSlot[]): void {
    if (this.#reader.dropsSideChannels && field.path === '_debug_info') {
      this.#change().removeMember(this.#root, '_debug_info');
      return;
    }
    const { keyLeaf } = field;
    if (keyLeaf !== undefined) {
      // Complete where it stands, so nothing waits for what could follow it.
      const channel = this.#reader.keyChannel();
      slots.push(this.#leafSlot(channel, 'other', keyLeaf, true));
    }
    for (const [index, leaf] of leavesOf(field.value).entries()) {
      const path = field.value.type === 'string' ? field.path : `${field.path}/${index}`;
      slots.push(this.#leafSlot(this.#reader.unknownChannel(path), 'other', leaf, false));
    }
  }
}
