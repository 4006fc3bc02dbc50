import type { GatewayError } from './errors.ts';

/**
 * The contract between the gateway and a wire protocol.
 *
 * A protocol is a set of lenses: it says where text, tools, model and parameters are in a request and in each frame
 * of an answer, how both are edited with the least change, what ends an answer, and how a refusal looks before and
 * after the first byte. A protocol never knows a policy.
 */

export type ProtocolName = 'ollama' | 'openai' | 'anthropic';

/** `data`: a model sees or produces text. `metadata`: read only. `admin`: Ollama's mutating routes. */
export type OperationClass = 'data' | 'metadata' | 'admin';

export type Method = 'GET' | 'HEAD' | 'POST' | 'DELETE';

/** One route. `id` is stable and bounded: it names spans and metric series (`ollama.chat`). */
export interface Route {
  readonly id: string;
  readonly protocol: ProtocolName;
  readonly class: OperationClass;
  readonly method: Method;
  /** The public path, which is also the constant upstream path: `/api/chat`. */
  readonly path: string;
  /** GenAI semantic convention: `chat`, `text_completion`, `embeddings`; empty for metadata. */
  readonly genAiOperation: string;
}

/** A data route with its lenses. */
export interface Operation extends Route {
  /** What answers of this route may be: a frame a line, an event, or one JSON body. */
  readonly streaming: 'ndjson' | 'sse' | 'none';
  /**
   * Reads the body strictly. Throws GatewayError `malformed_request` with `param`. Unknown keys are dropped and
   * counted; keys that Go would fold onto a known one, duplicates, bad types are errors.
   */
  readRequest(body: string): RequestView;
  /** A reader for one answer to `request`; stateful, used once. */
  answerReader(request: RequestView): AnswerReader;
  /** The names of the request and answer schemas in `/docs/json`. */
  readonly schemas?: { readonly request: unknown; readonly answer: unknown };
}

export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** One text that a client sends towards the model. */
export interface RequestText {
  /** Who speaks. Tool descriptions and schemas, tool results and names count as `tool`; embed inputs as `user`. */
  readonly role: Role;
  /** Where it stands, by known keys and indexes only: `messages/3/content`. */
  readonly path: string;
  readonly text: string;
  /** Index of the conversation's message it belongs to, if any. */
  readonly message?: number | undefined;
  /** Puts `text` in its place in the body that is forwarded. */
  replace(text: string): void;
}

/** A tool's name wherever it stands in a request. */
export interface RequestTool {
  readonly name: string;
  readonly where: 'offered' | 'choice' | 'called' | 'result';
  readonly path: string;
  /** Decoded arguments of a call in the history. */
  readonly arguments?: unknown;
  /** Takes this mention out: an offered tool from the list, a choice, a call or result from the history. */
  remove(): void;
}

/** A number that limits may clamp. `undefined` value: the client did not send it. */
export interface RequestNumber {
  readonly value: number | undefined;
  set(value: number): void;
}

export type Droppable = 'tools' | 'logprobs' | 'context' | 'system' | 'template' | 'raw';

/** A request read strictly: what policies decide on, and from which the forwarded body is rebuilt. */
export interface RequestView {
  /** As the client wrote it; `undefined` only where the route has none. */
  readonly model: string | undefined;
  setModel(name: string): void;
  readonly stream: boolean;
  readonly texts: readonly RequestText[];
  readonly tools: readonly RequestTool[];
  /** The caller's own system prompt texts (a subset of `texts`, by path), and whether it sent `template` or `raw`. */
  readonly callerSystem: { readonly texts: readonly RequestText[]; readonly template: boolean; readonly raw: boolean };
  /** Count of the conversation's messages (1 for a prompt). */
  readonly messages: number;
  readonly outputTokens?: RequestNumber;
  readonly contextTokens?: RequestNumber;
  readonly keepAliveSeconds?: RequestNumber;
  /** Keys that were not forwarded because the protocol does not know them. */
  readonly unknownKeys: number;
  /** True for Ollama's load and unload calls, which carry no text and are answered with one JSON body. */
  readonly isLoad: boolean;
  drop(what: Droppable): boolean;
  /** The canonical body to forward, after all edits. */
  body(): string;
}

export type ChannelKind = 'content' | 'thinking' | 'tool_argument' | 'other';

/**
 * A text, or the next piece of one, in an answer's frame. Pieces of one channel, in order, are one text.
 * `last` says that the channel's text ends here, so that nothing may be held for what could still come.
 */
export interface AnswerSlot {
  readonly channel: string;
  readonly kind: ChannelKind;
  readonly text: string;
  readonly last: boolean;
  replace(text: string): void;
}

/** A tool call of the model, once it is complete; its argument leaves are slots of kind `tool_argument`. */
export interface AnswerCall {
  readonly name: string;
  /** Decoded arguments, for argument rules. */
  readonly arguments: unknown;
  readonly channel: string;
  /** One per string leaf and key, each a whole text of its own. */
  readonly slots: readonly AnswerSlot[];
  /** Takes the call out and puts `sentence` in its place as content; finish reasons are mended by the reader. */
  refuse(sentence: string): void;
}

export interface AnswerUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** One wire unit of an answer: a JSON body, an NDJSON line, an SSE event. */
export interface AnswerFrame {
  /** The bytes as they came, terminator included. */
  readonly raw: Uint8Array;
  /** Pieces of running text. Slots of calls are not repeated here. */
  readonly slots: readonly AnswerSlot[];
  /**
   * Calls completed by this frame. A frame that begins or continues an unfinished call has `pendingCall: true` and
   * must be held until the frame that completes it.
   */
  readonly calls: readonly AnswerCall[];
  readonly pendingCall: boolean;
  /** The protocol's true end: `done: true`, `[DONE]`, `message_stop`, `response.completed`, a whole JSON body. */
  readonly terminal: boolean;
  /** Upstream said that it failed (its text is not kept). */
  readonly failed: boolean;
  readonly usage?: AnswerUsage;
  readonly finishReason?: string;
  /** The answer says it was made elsewhere (`remote_host`, `remote_model`). */
  readonly remote?: boolean;
  /**
   * The bytes to send after edits, `raw` itself when nothing was edited, `undefined` when the frame became empty
   * and is better left out.
   */
  encode(): Uint8Array | undefined;
}

/** Reads one answer frame by frame; keeps what it needs to know between frames. Throws GatewayError when it cannot. */
export interface AnswerReader {
  readonly framing: 'json' | 'ndjson' | 'sse';
  /** `bytes` is exactly one frame as the framing splits it. Throws GatewayError `upstream_error` on what is unreadable. */
  read(bytes: Uint8Array): AnswerFrame;
  /** What ends the answer after the first byte: the words for the user first where the protocol needs them, then the error. */
  failure(error: GatewayError, requestId: string): Uint8Array;
  /** Where a policy enforces on answers: `context`, `encrypted_content`, `logprobs` are taken out of frames from now on. */
  dropSideChannels(): void;
}
