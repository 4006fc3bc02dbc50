import type { JsonNode } from '../core/json-nodes.ts';
import { parseModelName } from '../core/model-name.ts';
import type { Droppable, Operation, RequestView, Role } from '../core/operation.ts';
import { ChatAnswerReader } from './openai-chat-answer.ts';
import {
  keys,
  malformed,
  ObjectReader,
  readBody,
  removeItem,
  removeKeys,
  requestNumber,
  writeOut,
  type Out,
  type OutObject,
} from './request-reader.ts';
import { readHistoryCalls, readOfferedTools, readToolChoice } from './openai-tools.ts';

/**
 * POST /v1/chat/completions, as Ollama reads it (`openai/openai.go`, FromChatRequest).
 *
 * Ollama makes a message of its own of each content part, so texts of parts are not joined here either. `developer`
 * goes through as it came: Ollama hands unknown roles to the template, and here it counts as system.
 */

const ROOT = keys(
  'model messages stream stream_options max_tokens max_completion_tokens seed stop n temperature top_p ' +
    'frequency_penalty presence_penalty response_format tools tool_choice functions function_call ' +
    'parallel_tool_calls reasoning reasoning_effort logprobs top_logprobs _debug_render_only',
);
const MESSAGE = keys('role content reasoning tool_calls function_call name tool_call_id');
const PART = keys('type text image_url input_audio');
const IMAGE = keys('url');
const AUDIO = keys('data format');
const STREAM_OPTIONS = keys('include_usage');
const RESPONSE_FORMAT = keys('type json_schema');
const JSON_SCHEMA = keys('name description schema strict');
const REASONING = keys('effort');

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const;

/** How many bytes of `data:` URL prefix are looked at for `;base64,`. */
const DATA_PREFIX_MAX = 64;

export const openaiChat: Operation = {
  id: 'openai.chat',
  protocol: 'openai',
  class: 'data',
  method: 'POST',
  path: '/v1/chat/completions',
  genAiOperation: 'chat',
  streaming: 'sse',
  readRequest,
  answerReader: (request) => new ChatAnswerReader(request.stream ? 'sse' : 'json'),
};

function readRequest(body: string): RequestView {
  const root = readBody(body, ROOT);
  refuseDebug(root);
  const model = readModel(root);
  const messages = readMessages(root);
  const stream = readGeneration(root);
  readChatOptions(root);
  readResponseFormat(root);
  readOfferedTools(root);
  readToolChoice(root, 'tool_choice');
  readToolChoice(root, 'function_call');
  const { reading, out } = root;
  const systemTexts = reading.texts.filter((text) => text.role === 'system');
  return {
    model,
    setModel(name) {
      out['model'] = name;
    },
    stream,
    texts: reading.texts,
    tools: reading.tools,
    callerSystem: { texts: systemTexts, template: false, raw: false },
    messages: messages.length,
    outputTokens: requestNumber(out, 'max_tokens', ['max_completion_tokens']),
    unknownKeys: reading.unknownKeys,
    isLoad: false,
    drop: (what) => drop(what, out, messages),
    body: () => writeOut(out),
  };
}

/**
 * The model's name as the client wrote it; what is forwarded needs no interpreting (no white space, scheme or source
 * suffix). Throws GatewayError `malformed_request` where there is none.
 */
export function readModel(root: ObjectReader): string {
  const model = root.string('model');
  if (model === undefined || model === '') throw malformed('model');
  const name = parseModelName(model);
  if (name.ok && name.source === 'local') root.out['model'] = name.forward;
  return model;
}

/** `_debug_render_only` makes Ollama print the whole prompt, the model's own system text included. */
export function refuseDebug(root: ObjectReader): void {
  if (root.boolean('_debug_render_only') === true) throw malformed('_debug_render_only');
  removeKeys(root.out, '_debug_render_only');
}

/** The fields that both completion routes share; gives `stream`, which is false where it is missing. */
export function readGeneration(root: ObjectReader): boolean {
  const stream = root.boolean('stream') ?? false;
  root.object('stream_options', STREAM_OPTIONS)?.boolean('include_usage');
  for (const key of ['max_tokens', 'seed', 'n']) root.integer(key);
  for (const key of ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty']) root.number(key);
  root.textOrList('stop', 'user');
  return stream;
}

/** The fields that only the chat route has; of these Ollama reads `logprobs`, `top_logprobs` and the efforts. */
function readChatOptions(root: ObjectReader): void {
  root.integer('max_completion_tokens');
  root.boolean('logprobs');
  root.integer('top_logprobs');
  root.boolean('parallel_tool_calls');
  root.word('reasoning_effort');
  root.object('reasoning', REASONING)?.word('effort');
}

function readResponseFormat(root: ObjectReader): void {
  const format = root.object('response_format', RESPONSE_FORMAT);
  if (format === undefined) return;
  format.word('type');
  const schema = format.object('json_schema', JSON_SCHEMA);
  schema?.text('name', 'tool');
  schema?.text('description', 'tool');
  schema?.freeForm('schema', 'tool', { schema: true });
  schema?.boolean('strict');
}

function readMessages(root: ObjectReader): Out[] {
  const names = new Map<string, string>();
  const results: { message: ObjectReader; id: string; remove: () => void }[] = [];
  const messages = root.each('messages', (item, path, list) => {
    const message = new ObjectReader(root.reading, item, path, MESSAGE);
    const index = list.length;
    const remove = () => removeItem(list, message.out);
    const role = readRole(message);
    readContent(message, role, index);
    message.text('reasoning', 'assistant', index);
    readHistoryCalls(message, index, names);
    const id = message.text('tool_call_id', 'tool', index);
    if (role !== 'tool') return message.out;
    const name = message.text('name', 'tool', index);
    if (name !== undefined && name !== '') {
      root.reading.tools.push({ name, where: 'result', path: message.at('name'), remove });
    } else if (id !== undefined) results.push({ message, id, remove });
    return message.out;
  });
  if (messages === undefined) throw malformed('messages');
  // Ollama looks a result's name up among all calls of the history, and the last call with that id counts.
  for (const { message, id, remove } of results) {
    const name = names.get(id);
    if (name !== undefined) {
      root.reading.tools.push({ name, where: 'result', path: message.at('tool_call_id'), remove });
    }
  }
  return messages;
}

/** The exact role; Ollama would lower-case it, and pass any word on to the template. */
function readRole(message: ObjectReader): Role {
  const role = message.oneOf('role', ROLES);
  if (role === undefined) throw malformed(message.at('role'));
  if (role === 'developer') return 'system';
  return role === 'function' ? 'tool' : role;
}

function readContent(message: ObjectReader, role: Role, index: number): void {
  const content = message.node('content');
  if (content === undefined) {
    // Ollama tells `null` beside calls from an empty text.
    message.out['content'] = null;
    return;
  }
  if (content.type === 'string') {
    message.text('content', role, index);
    return;
  }
  message.each('content', (item, path) => readPart(message, item, path, role, index));
}

function readPart(message: ObjectReader, item: JsonNode, path: string, role: Role, index: number): OutObject {
  const part = new ObjectReader(message.reading, item, path, PART);
  switch (part.string('type')) {
    case 'text':
      if (part.text('text', role, index) === undefined) throw malformed(part.at('text'));
      return part.out;
    case 'image_url':
      readImageUrl(part, 'image_url', role, index);
      return part.out;
    case 'input_audio': {
      const audio = part.object('input_audio', AUDIO);
      if (audio === undefined) throw malformed(part.at('input_audio'));
      readData(audio, 'data', role, index);
      audio.word('format');
      return part.out;
    }
    default:
      throw malformed(part.at('type'));
  }
}

/** `"image_url": "data:…"` or `{"url": "data:…"}`. What is not base64 data is a text; Ollama refuses it itself. */
function readImageUrl(part: ObjectReader, key: string, role: Role, index: number): void {
  const node = part.node(key);
  if (node === undefined) throw malformed(part.at(key));
  const holder = node.type === 'object' ? part.object(key, IMAGE) : part;
  const field = node.type === 'object' ? 'url' : key;
  if (holder === undefined) throw malformed(part.at(key));
  readDataUrl(holder, field, role, index);
}

/** A `data:` URL in base64 is bytes and no text; any other URL is a text. */
export function readDataUrl(holder: ObjectReader, key: string, role: Role, index: number | undefined): void {
  const url = holder.string(key);
  if (url === undefined) throw malformed(holder.at(key));
  const comma = url.slice(0, DATA_PREFIX_MAX).indexOf(';base64,');
  const isData = url.startsWith('data:') && comma >= 0 && isMediaType(url, 5, comma) && isBase64(url, comma + 8);
  if (!isData) holder.slot(key, role, index);
}

/** Base64 is bytes and no text; anything else is a text. */
export function readData(holder: ObjectReader, key: string, role: Role, index: number | undefined): void {
  const data = holder.string(key);
  if (data === undefined) throw malformed(holder.at(key));
  if (!isBase64(data, 0)) holder.slot(key, role, index);
}

function isMediaType(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    // Digits, `+`, `-`, `.` and `/`.
    if (!isLetter && !(code >= 0x2b && code <= 0x39 && code !== 0x2c)) return false;
  }
  return true;
}

/** Letters, digits, `+`, `/`, `=`, and the line breaks that Go's decoder skips. */
export function isBase64(text: string, start: number): boolean {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const isOther = code === 0x2b || code === 0x3d || code === 0x0a || code === 0x0d;
    if (!isLetter && !isOther && !(code >= 0x2f && code <= 0x39)) return false;
  }
  return true;
}

function drop(what: Droppable, out: OutObject, messages: Out[]): boolean {
  switch (what) {
    case 'tools':
      return removeKeys(out, 'tools', 'tool_choice', 'functions', 'function_call', 'parallel_tool_calls');
    case 'logprobs':
      return removeKeys(out, 'logprobs', 'top_logprobs');
    case 'system':
      return dropSystemMessages(messages);
    default:
      return false;
  }
}

/** Takes out the messages that speak as the system. */
export function dropSystemMessages(messages: Out[]): boolean {
  const kept = messages.filter((message) => !isSystem(message));
  if (kept.length === messages.length) return false;
  messages.splice(0, messages.length, ...kept);
  return true;
}

function isSystem(message: Out): boolean {
  if (message === null || typeof message !== 'object' || !('role' in message)) return false;
  return message['role'] === 'system' || message['role'] === 'developer';
}
