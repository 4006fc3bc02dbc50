import { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import { quoteJson } from '../core/json-write.ts';
import type { JsonNode, JsonObject } from '../core/json-nodes.ts';
import type { AnswerFrame, AnswerReader } from '../core/operation.ts';
import { Choice } from './openai-choice.ts';
import { stopWords } from './openai-failure.ts';
import {
  itemsOf,
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
import { encodeUtf8 } from './shared.ts';

/**
 * Answers of POST /v1/chat/completions and /v1/completions: one body, or chunks and `[DONE]`.
 *
 * Content, reasoning and refusal of each choice are running texts; a call's arguments become texts when they are
 * complete. Ollama sends each call whole; fragments are put together all the same, since a policy cannot judge half.
 */

/** Choices of one answer. */
const CHOICES_MAX = 128;

const ROOT_KNOWN = new Set(['id', 'object', 'model', 'system_fingerprint', 'service_tier', 'choices']);
const CHOICE_KNOWN = {
  json: new Set(['finish_reason', 'message', 'logprobs']),
  sse: new Set(['finish_reason', 'delta', 'logprobs']),
  completions: new Set(['finish_reason', 'text', 'logprobs']),
};
const MESSAGE_KNOWN = new Set(['role', 'content', 'reasoning', 'reasoning_content', 'refusal', 'tool_calls']);

/** `completions`: the legacy route, whose choices hold their text themselves. */
export type ChatRoute = 'chat' | 'completions';

export class ChatAnswerReader implements AnswerReader {
  readonly framing: Framing;
  readonly #route: ChatRoute;
  readonly #choices = new Map<number, Choice>();
  readonly #others: OtherTexts;
  #template: FrameTemplate | undefined;
  #isEnforced = false;
  /** Writes a chunk of this answer with a content of ours. */
  #head: ((content: string) => string) | undefined;

  constructor(framing: Framing, route: ChatRoute = 'chat') {
    this.framing = framing;
    this.#route = route;
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
    if (frame.root === undefined) {
      frame.terminal = frame.data === '[DONE]';
      return frame;
    }
    this.#readChunk(frame, frame.root);
    frame.pendingCall = this.#hasOpenCall();
    return frame;
  }

  /** A delta that says in words why the answer stops, then the error, which must not stand beside choices. */
  failure(error: GatewayError, requestId: string): Uint8Array {
    const json = refusalBody('openai', error, requestId);
    if (this.framing === 'json') return encodeUtf8(json);
    const words = this.#head === undefined ? '' : `data: ${this.#head(stopWords(error))}\n\n`;
    return encodeUtf8(`${words}data: ${json}\n\n`);
  }

  #readChunk(frame: JsonFrame, root: JsonObject): void {
    const error = memberOf(root, 'error');
    const model = stringMember(root, 'model')?.value;
    // Ollama turns an error in mid-stream into a chunk of an empty answer: no model, no text, and nothing behind it.
    frame.failed = (error !== undefined && error.type !== 'null') || model === '';
    if (frame.failed) return;
    this.#head ??= chunkLike(root, model ?? '', this.#route);
    frame.terminal = this.framing === 'json';
    const usage = readUsage(root, 'prompt_tokens', 'completion_tokens');
    if (usage !== undefined) frame.usage = usage;
    this.#others.read(frame, root, ROOT_KNOWN, '');
    const choices = itemsOf(root, 'choices');
    for (const node of choices) this.#readChoice(frame, node);
    if (this.framing === 'sse' && choices.length === 1) this.#learn(frame, choices[0]);
  }

  #readChoice(frame: JsonFrame, node: JsonNode): void {
    if (node.type !== 'object') throw new GatewayError('upstream_error');
    const choice = this.#choice(numberMember(node, 'index') ?? 0);
    const message = this.#messageOf(node);
    const known = this.#route === 'completions' ? CHOICE_KNOWN.completions : CHOICE_KNOWN[this.framing];
    this.#others.read(frame, node, known, choice.path);
    const logprobs = memberOf(node, 'logprobs');
    if (logprobs !== undefined && logprobs.type !== 'null') {
      if (this.#isEnforced) frame.edits.removeMember(node, 'logprobs');
      else if (this.#route === 'chat') this.#others.readLogprobs(frame, logprobs, choice.path);
      else this.#others.walk(frame, logprobs, `${choice.path}/logprobs`, this.framing === 'json');
    }
    if (this.#route === 'completions') choice.readText(frame, node);
    else if (message !== undefined) {
      this.#others.read(frame, message, MESSAGE_KNOWN, `${choice.path}/message`);
      choice.read(frame, message);
    }
    const reason = stringMember(node, 'finish_reason');
    if (reason === undefined) return;
    frame.finishReason = reason.value;
    choice.finish(frame, message);
    frame.decideLate(() => {
      if (reason.value === 'tool_calls' && choice.calls.areAllRefused) frame.edits.setString(reason, 'stop');
    });
  }

  /** The object that holds a choice's texts. */
  #messageOf(choice: JsonObject): JsonObject | undefined {
    if (this.#route === 'completions') return choice;
    return objectMember(choice, this.framing === 'json' ? 'message' : 'delta');
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      if (this.#choices.size >= CHOICES_MAX) throw new GatewayError('upstream_error');
      const isWhole = this.framing === 'json';
      choice = new Choice({ index, isWhole, others: this.#others, isEnforced: () => this.#isEnforced });
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #hasOpenCall(): boolean {
    for (const choice of this.#choices.values()) if (choice.calls.hasOpen) return true;
    return false;
  }

  /** Remembers a chunk that holds one running text and nothing else that may change. */
  #learn(frame: JsonFrame, node: JsonNode | undefined): void {
    const [slot] = frame.slots;
    if (slot === undefined || frame.slots.length > 1 || slot.last || frame.isEdited) return;
    if (frame.finishReason !== undefined || this.#hasOpenCall() || node?.type !== 'object') return;
    const message = this.#messageOf(node);
    if (message === undefined || memberOf(message, 'role') !== undefined || memberOf(message, 'tool_calls')) return;
    const strings = (['content', 'reasoning', 'text'] as const).map((key) => stringMember(message, key));
    const [string, ...others] = strings.filter((member) => member !== undefined && member.value !== '');
    if (string === undefined || others.length > 0 || string.value !== slot.text) return;
    this.#template = new FrameTemplate({
      ...frame.around(string),
      channel: slot.channel,
      kind: slot.kind,
    });
  }
}

/** A chunk of the same answer as `root`, as a function of its text. */
function chunkLike(root: JsonObject, model: string, route: ChatRoute): (text: string) => string {
  const id = quoteJson(stringMember(root, 'id')?.value ?? '');
  const created = numberMember(root, 'created') ?? 0;
  const object = route === 'chat' ? 'chat.completion.chunk' : 'text_completion';
  const head = `"id":${id},"object":"${object}","created":${created},"model":${quoteJson(model)}`;
  return (text) => {
    const literal = quoteJson(`\n\n${text}`);
    const field = route === 'chat' ? `"delta":{"content":${literal}}` : `"text":${literal}`;
    return `{${head},"choices":[{"index":0,${field},"finish_reason":null}]}`;
  };
}
