import type { JsonNode } from '../core/json-nodes.ts';
import { toValue } from '../core/json-nodes.ts';
import type { Droppable, RequestView, Role } from '../core/operation.ts';
import { dropSystemMessages, readData, readModel } from './openai-chat.ts';
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
import { refuseWebTool } from './openai-tools.ts';

/**
 * The body of POST /v1/messages, as Ollama reads it (`anthropic/anthropic.go`, FromMessagesRequest).
 *
 * Blocks that Ollama drops (`document`, `redacted_thinking`, …) are dropped here and counted.
 */

const ROOT = keys(
  'model max_tokens messages system stream temperature top_p top_k stop_sequences tools tool_choice thinking ' +
    'metadata output_config',
);
const MESSAGE = keys('role content');
const BLOCK = keys(
  'type text citations source id name input tool_use_id content is_error thinking signature cache_control',
);
const TEXT_BLOCK = keys('type text');
const RESULT_BLOCK = keys('type text source');
const SOURCE = keys('type media_type data url');
const TOOL = keys('type name description input_schema max_uses cache_control');
const TOOL_CHOICE = keys('type name disable_parallel_tool_use');
const THINKING = keys('type budget_tokens');
const OUTPUT_CONFIG = keys('effort');

const ROLES = ['user', 'assistant', 'system'] as const;

/** A result that names its call by id only: whose name it is judged under is known once all calls were read. */
interface PendingResult {
  readonly id: string;
  readonly path: string;
  readonly remove: () => void;
}

interface History {
  readonly names: Map<string, string>;
  readonly results: PendingResult[];
}

export function readMessagesRequest(body: string): RequestView {
  const root = readBody(body, ROOT);
  const model = readModel(root);
  root.integer('max_tokens');
  readSystem(root);
  const messages = readMessages(root);
  const stream = root.boolean('stream') ?? false;
  root.number('temperature');
  root.number('top_p');
  root.integer('top_k');
  root.texts('stop_sequences', 'user');
  readTools(root);
  readToolChoice(root);
  const thinking = root.object('thinking', THINKING);
  thinking?.word('type');
  thinking?.integer('budget_tokens');
  root.object('output_config', OUTPUT_CONFIG)?.word('effort');
  const { reading, out } = root;
  return {
    model,
    setModel(name) {
      out['model'] = name;
    },
    stream,
    texts: reading.texts,
    tools: reading.tools,
    callerSystem: { texts: reading.texts.filter(({ role }) => role === 'system'), template: false, raw: false },
    messages: messages.length,
    outputTokens: requestNumber(out, 'max_tokens'),
    unknownKeys: reading.unknownKeys,
    isLoad: false,
    drop: (what) => drop(what, out, messages),
    body: () => writeOut(out),
  };
}

/** `system`: a string, or text blocks. */
function readSystem(root: ObjectReader): void {
  if (root.node('system')?.type === 'string') {
    root.text('system', 'system');
    return;
  }
  root.each('system', (item, path) => {
    const block = new ObjectReader(root.reading, item, path, TEXT_BLOCK);
    if (block.string('type') !== 'text') return undefined;
    if (block.text('text', 'system') === undefined) throw malformed(block.at('text'));
    return block.out;
  });
}

function readMessages(root: ObjectReader): Out[] {
  const history: History = { names: new Map(), results: [] };
  const messages = root.each('messages', (item, path, list) => {
    const message = new ObjectReader(root.reading, item, path, MESSAGE);
    const role = message.oneOf('role', ROLES);
    if (role === undefined) throw malformed(message.at('role'));
    readContent(message, role, list.length, history);
    return message.out;
  });
  if (messages === undefined) throw malformed('messages');
  for (const { id, path, remove } of history.results) {
    const name = history.names.get(id);
    if (name !== undefined) root.reading.tools.push({ name, where: 'result', path, remove });
  }
  return messages;
}

function readContent(message: ObjectReader, role: Role, index: number, history: History): void {
  const content = message.node('content');
  if (content === undefined) throw malformed(message.at('content'));
  if (content.type === 'string') {
    message.text('content', role, index);
    return;
  }
  message.each('content', (item, path, list) => {
    const block = new ObjectReader(message.reading, item, path, BLOCK);
    const remove = () => removeItem(list, block.out);
    return readBlock(block, role, index, history, remove) ? block.out : undefined;
  });
}

/** Reads one block; false for a kind that Ollama drops. */
function readBlock(block: ObjectReader, role: Role, index: number, history: History, remove: () => void): boolean {
  switch (block.string('type')) {
    case 'text':
      block.text('text', role, index);
      return true;
    case 'image':
      readSource(block, role, index);
      return true;
    case 'thinking':
      block.text('thinking', 'assistant', index);
      return true;
    case 'tool_use':
    case 'server_tool_use':
      readCall(block, index, history, remove);
      return true;
    case 'tool_result':
      readResult(block, index, history, remove);
      block.boolean('is_error');
      readResultContent(block, index);
      return true;
    case 'web_search_tool_result':
      readResult(block, index, history, remove);
      block.freeForm('content', 'tool', { message: index });
      return true;
    case undefined:
      throw malformed(block.at('type'));
    default:
      return false;
  }
}

function readSource(block: ObjectReader, role: Role, index: number): void {
  const source = block.object('source', SOURCE);
  if (source === undefined) throw malformed(block.at('source'));
  source.word('type');
  if (source.node('media_type') !== undefined) source.text('media_type', role, index);
  if (source.node('data') !== undefined) readData(source, 'data', role, index);
  source.text('url', role, index);
}

function readCall(block: ObjectReader, index: number, history: History, remove: () => void): void {
  const id = block.text('id', 'tool', index);
  const name = block.text('name', 'tool', index);
  if (name === undefined) throw malformed(block.at('name'));
  const input = block.node('input');
  if (input !== undefined && input.type !== 'object') throw malformed(block.at('input'));
  block.freeForm('input', 'assistant', { message: index });
  const value = input === undefined ? undefined : toValue(input);
  block.reading.tools.push({ name, where: 'called', path: block.at('name'), arguments: value, remove });
  if (id !== undefined) history.names.set(id, name);
}

function readResult(block: ObjectReader, index: number, history: History, remove: () => void): void {
  const id = block.text('tool_use_id', 'tool', index);
  if (id !== undefined) history.results.push({ id, path: block.at('tool_use_id'), remove });
}

/** A string, or text and image blocks; what else stands there Ollama drops. */
function readResultContent(block: ObjectReader, index: number): void {
  const content = block.node('content');
  if (content === undefined) return;
  if (content.type === 'string') {
    block.text('content', 'tool', index);
    return;
  }
  block.each('content', (item: JsonNode, path) => {
    const part = new ObjectReader(block.reading, item, path, RESULT_BLOCK);
    const type = part.string('type');
    if (type === 'text') part.text('text', 'tool', index);
    else if (type === 'image') readSource(part, 'tool', index);
    else return undefined;
    return part.out;
  });
}

/** Offered tools; Ollama's own web search, which sends text to the internet, is refused in every mode. */
function readTools(root: ObjectReader): void {
  const tools = root.each('tools', (item, path, list) => {
    const tool = new ObjectReader(root.reading, item, path, TOOL);
    refuseWebTool(tool.word('type'));
    const name = tool.text('name', 'tool');
    if (name === undefined) throw malformed(tool.at('name'));
    tool.text('description', 'tool');
    tool.freeForm('input_schema', 'tool', { schema: true });
    tool.integer('max_uses');
    const remove = () => removeItem(list, tool.out, () => removeKeys(root.out, 'tools', 'tool_choice'));
    root.reading.tools.push({ name, where: 'offered', path: tool.at('name'), remove });
    return tool.out;
  });
  if (tools?.length === 0) removeKeys(root.out, 'tools');
}

function readToolChoice(root: ObjectReader): void {
  const choice = root.object('tool_choice', TOOL_CHOICE);
  if (choice === undefined) return;
  choice.word('type');
  choice.boolean('disable_parallel_tool_use');
  const name = choice.text('name', 'tool');
  if (name === undefined) return;
  const remove = () => removeKeys(root.out, 'tool_choice');
  root.reading.tools.push({ name, where: 'choice', path: choice.at('name'), remove });
}

function drop(what: Droppable, out: OutObject, messages: Out[]): boolean {
  if (what === 'tools') return removeKeys(out, 'tools', 'tool_choice');
  if (what !== 'system') return false;
  const hadMessages = dropSystemMessages(messages);
  return removeKeys(out, 'system') || hadMessages;
}
