import { safeInteger, toValue, type JsonNode } from '../core/json-nodes.ts';
import { parseModelName } from '../core/model-name.ts';
import type { Droppable, RequestNumber, RequestView, Role } from '../core/operation.ts';
import { parseGoDuration } from './go-duration.ts';
import {
  keys,
  malformed,
  ObjectReader,
  readBody,
  removeItem,
  removeKeys,
  writeOut,
  type Out,
  type OutObject,
} from './request-reader.ts';

/**
 * Reads the bodies of Ollama's own data routes (`api/types.go`) by an allow-list of exact keys, and builds beside them
 * what is forwarded. `null` is a missing field, as Go leaves its zero value.
 */

const SAMPLING = 'format keep_alive options think truncate shift logprobs top_logprobs stream _debug_render_only';
const CHAT = keys(`model messages tools ${SAMPLING}`);
const GENERATE = keys(`model prompt suffix system template context raw images ${SAMPLING}`);
const EMBED = keys('model input keep_alive truncate dimensions options');
const EMBEDDINGS = keys('model prompt keep_alive options');
const MESSAGE = keys('role content thinking images tool_calls tool_name tool_call_id');
const CALL = keys('id function');
const CALLED = keys('index name arguments');
const TOOL = keys('type items function');
const FUNCTION = keys('name description parameters');

/** Ollama takes any number for each of them and cuts fractions off where it wants none. */
const NUMBER_OPTIONS = [
  'num_keep seed num_predict top_k top_p min_p typical_p temperature repeat_penalty repeat_last_n presence_penalty',
  'frequency_penalty num_ctx num_batch num_gpu main_gpu num_thread draft_num_predict',
].join(' ');
const OPTIONS = keys(`${NUMBER_OPTIONS} use_mmap stop`);

const ROLES = ['system', 'user', 'assistant', 'tool'] as const satisfies readonly Role[];
const TOP_LOGPROBS_MAX = 20;

/** POST /api/chat. Throws GatewayError `malformed_request` with the field at fault. */
export function readChat(body: string): RequestView {
  const root = readBody(body, CHAT);
  const model = readModel(root);
  const messages = readMessages(root);
  readOfferedTools(root);
  const stream = readSampling(root);
  const isLoad = messages.length === 0;
  return viewOf(root, { model, stream, isLoad, messages });
}

/** POST /api/generate. Throws GatewayError `malformed_request` with the field at fault. */
export function readGenerate(body: string): RequestView {
  const root = readBody(body, GENERATE);
  const model = readModel(root);
  const prompt = root.text('prompt', 'user');
  root.text('suffix', 'user');
  root.text('system', 'system');
  root.text('template', 'system');
  root.boolean('raw');
  readImages(root);
  readTokens(root);
  const stream = readSampling(root);
  return viewOf(root, { model, stream, isLoad: prompt === undefined || prompt === '' });
}

/** POST /api/embed. Throws GatewayError `malformed_request` with the field at fault. */
export function readEmbed(body: string): RequestView {
  const root = readBody(body, EMBED);
  const model = readModel(root);
  root.textOrList('input', 'user');
  root.boolean('truncate');
  root.integer('dimensions');
  readKeepAlive(root);
  readOptions(root);
  return viewOf(root, { model, stream: false, isLoad: false });
}

/** POST /api/embeddings, the older route for one text. Throws GatewayError `malformed_request` with the field at fault. */
export function readEmbeddings(body: string): RequestView {
  const root = readBody(body, EMBEDDINGS);
  const model = readModel(root);
  root.text('prompt', 'user');
  readKeepAlive(root);
  readOptions(root);
  return viewOf(root, { model, stream: false, isLoad: false });
}

interface ViewParts {
  readonly model: string;
  readonly stream: boolean;
  readonly isLoad: boolean;
  readonly messages?: Out[];
}

function viewOf(root: ObjectReader, parts: ViewParts): RequestView {
  const { out, reading } = root;
  const systemTexts = reading.texts.filter((text) => text.role === 'system' && text.path !== 'template');
  return {
    model: parts.model,
    setModel(name) {
      out['model'] = name;
    },
    // Load and unload calls are answered with one JSON body, whatever they ask for.
    stream: parts.stream && !parts.isLoad,
    texts: reading.texts,
    tools: reading.tools,
    callerSystem: { texts: systemTexts, template: 'template' in out, raw: out['raw'] === true },
    messages: parts.messages?.length ?? 1,
    outputTokens: new NumberOption(out, 'num_predict'),
    contextTokens: new NumberOption(out, 'num_ctx'),
    keepAliveSeconds: new KeepAlive(out),
    unknownKeys: reading.unknownKeys,
    isLoad: parts.isLoad,
    drop: (what) => drop(what, out, parts.messages),
    body: () => writeOut(out),
  };
}

function drop(what: Droppable, out: OutObject, messages: Out[] | undefined): boolean {
  switch (what) {
    case 'logprobs':
      return removeKeys(out, 'logprobs', 'top_logprobs');
    case 'system':
      return messages === undefined ? removeKeys(out, 'system') : dropSystemMessages(messages);
    default:
      return removeKeys(out, what);
  }
}

function dropSystemMessages(messages: Out[]): boolean {
  const kept = messages.filter((message) => (message as OutObject)['role'] !== 'system');
  if (kept.length === messages.length) return false;
  messages.splice(0, messages.length, ...kept);
  return true;
}

/** The model as the client wrote it. What is forwarded needs no interpreting: no white space, scheme or source suffix. */
function readModel(root: ObjectReader): string {
  const model = root.string('model');
  if (model === undefined || model === '') throw malformed('model');
  const name = parseModelName(model);
  if (name.ok && name.source === 'local') root.out['model'] = name.forward;
  return model;
}

/** What chat and generate share; gives `stream`, which is true where it is missing. */
function readSampling(root: ObjectReader): boolean {
  // It makes Ollama print the whole prompt, the model's own system text included.
  if (root.boolean('_debug_render_only') === true) throw malformed('_debug_render_only');
  removeKeys(root.out, '_debug_render_only');
  const stream = root.boolean('stream') ?? true;
  readFormat(root);
  readKeepAlive(root);
  readOptions(root);
  if (root.node('think')?.type === 'boolean') root.boolean('think');
  else root.oneOf('think', ['low', 'medium', 'high', 'max']);
  root.boolean('truncate');
  root.boolean('shift');
  root.boolean('logprobs');
  const top = root.integer('top_logprobs');
  if (top !== undefined && (top < 0 || top > TOP_LOGPROBS_MAX)) throw malformed('top_logprobs');
  return stream;
}

/** `"json"`, an empty string, or a JSON schema, which becomes a grammar. */
function readFormat(root: ObjectReader): void {
  if (root.node('format')?.type === 'object') root.freeForm('format', 'tool', { schema: true });
  else root.oneOf('format', ['json', '']);
}

function readMessages(root: ObjectReader): Out[] {
  const names = new Map<string, string>();
  const unnamed: { readonly path: string; readonly id: string; readonly remove: () => void }[] = [];
  const messages = root.each('messages', (item, path, list) => {
    const message = new ObjectReader(root.reading, item, path, MESSAGE);
    const index = list.length;
    const role = message.oneOf('role', ROLES);
    if (role === undefined) throw malformed(message.at('role'));
    message.text('content', role, index);
    message.text('thinking', role, index);
    readImages(message);
    readHistoryCalls(message, index, names);
    const name = message.text('tool_name', 'tool', index);
    const id = message.text('tool_call_id', 'tool', index);
    if (name !== undefined && name !== '') {
      const remove = () => removeItem(list, message.out);
      root.reading.tools.push({ name, where: 'result', path: message.at('tool_name'), remove });
    } else if (id !== undefined) {
      unnamed.push({ path: message.at('tool_call_id'), id, remove: () => removeItem(list, message.out) });
    }
    return message.out;
  });
  for (const { path, id, remove } of unnamed) {
    const name = names.get(id);
    if (name !== undefined) root.reading.tools.push({ name, where: 'result', path, remove });
  }
  // A missing list is an empty one: the call that loads the model.
  return messages ?? [];
}

function readHistoryCalls(message: ObjectReader, index: number, names: Map<string, string>): void {
  message.each('tool_calls', (item, path, list) => {
    const call = new ObjectReader(message.reading, item, path, CALL);
    const id = call.text('id', 'tool', index);
    const called = call.object('function', CALLED);
    if (called === undefined) throw malformed(call.at('function'));
    called.integer('index');
    const name = called.text('name', 'assistant', index);
    if (name === undefined) throw malformed(called.at('name'));
    const given = called.node('arguments');
    if (given !== undefined && given.type !== 'object') throw malformed(called.at('arguments'));
    called.freeForm('arguments', 'assistant', { message: index });
    message.reading.tools.push({
      name,
      where: 'called',
      path: called.at('name'),
      arguments: given === undefined ? undefined : toValue(given),
      remove: () => removeItem(list, call.out, () => removeKeys(message.out, 'tool_calls')),
    });
    if (id !== undefined) names.set(id, name);
    return call.out;
  });
}

function readOfferedTools(root: ObjectReader): void {
  root.each('tools', (item, path, list) => {
    const tool = new ObjectReader(root.reading, item, path, TOOL);
    tool.oneOf('type', ['function']);
    tool.freeForm('items', 'tool', { schema: true });
    const called = tool.object('function', FUNCTION);
    if (called === undefined) throw malformed(tool.at('function'));
    const name = called.text('name', 'tool');
    if (name === undefined) throw malformed(called.at('name'));
    called.text('description', 'tool');
    called.freeForm('parameters', 'tool', { schema: true });
    const remove = () => removeItem(list, tool.out, () => removeKeys(root.out, 'tools'));
    root.reading.tools.push({ name, where: 'offered', path: called.at('name'), remove });
    return tool.out;
  });
}

/** Base64, or an array of the bytes as numbers: Go reads both into `[]byte`. */
function readImages(holder: ObjectReader): void {
  holder.each('images', (item, path) => {
    if (item.type === 'string' && isBase64(item.value)) return item.value;
    if (item.type === 'array') return item.items.map((byte) => readInteger(byte, path, 0, 255));
    throw malformed(path);
  });
}

/** `context`: token numbers of an earlier answer, which only Ollama can read back into text. */
function readTokens(root: ObjectReader): void {
  root.each('context', (item, path) => readInteger(item, path, 0, Number.MAX_SAFE_INTEGER));
}

function readInteger(node: JsonNode, path: string, min: number, max: number): number {
  const value = safeInteger(node);
  if (value === undefined || value < min || value > max) throw malformed(path);
  return value;
}

/** `options` is a map to Ollama, with exact keys; those it does not know are dropped, as it would. */
function readOptions(root: ObjectReader): void {
  const options = root.object('options', OPTIONS);
  if (options === undefined) return;
  for (const key of NUMBER_OPTIONS.split(' ')) options.number(key);
  options.boolean('use_mmap');
  options.texts('stop', 'user');
}

/** A number of seconds or a Go duration; negative means for ever. */
function readKeepAlive(root: ObjectReader): void {
  const node = root.node('keep_alive');
  if (node?.type !== 'string') {
    root.number('keep_alive');
    return;
  }
  if (parseGoDuration(node.value) === undefined) throw malformed('keep_alive');
  root.string('keep_alive');
}

/** `keep_alive`, a number of seconds or a Go duration. */
class KeepAlive implements RequestNumber {
  readonly #out: OutObject;

  constructor(out: OutObject) {
    this.#out = out;
  }

  get value(): number | undefined {
    const value = this.#out['keep_alive'];
    return typeof value === 'string' ? parseGoDuration(value) : typeof value === 'number' ? value : undefined;
  }

  set(value: number): void {
    this.#out['keep_alive'] = value;
  }
}

/** One number among `options`, which are made where the client sent none. */
class NumberOption implements RequestNumber {
  readonly #out: OutObject;
  readonly #key: string;

  constructor(out: OutObject, key: string) {
    this.#out = out;
    this.#key = key;
  }

  get value(): number | undefined {
    // `readOptions` is the only writer of `options`.
    const value = (this.#out['options'] as OutObject | undefined)?.[this.#key];
    return typeof value === 'number' ? value : undefined;
  }

  set(value: number): void {
    this.#out['options'] ??= Object.create(null) as OutObject;
    (this.#out['options'] as OutObject)[this.#key] = value;
  }
}

/** Letters, digits, `+`, `/`, `=`, and the line breaks that Go's decoder skips. */
function isBase64(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const isOther = code === 0x2b || code === 0x3d || code === 0x0a || code === 0x0d;
    if (!isLetter && !isOther && !(code >= 0x2f && code <= 0x39)) return false;
  }
  return true;
}
