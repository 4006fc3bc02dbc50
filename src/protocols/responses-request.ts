import type { JsonNode } from '../core/json-nodes.ts';
import type { Droppable, RequestView, Role } from '../core/operation.ts';
import { dropSystemMessages, readDataUrl, readModel } from './openai-chat.ts';
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
import { readFunction, readHistoryCall, readToolChoice, refuseWebTool } from './openai-tools.ts';

/**
 * The body of POST /v1/responses, as Ollama reads it (`openai/responses.go`, FromResponsesRequest).
 *
 * `encrypted_content` of a reasoning item is plain text to Ollama and goes back to the model as its thinking; its
 * `summary` is not read. Conversations that a server would keep do not exist.
 */

const ROOT = keys(
  'model input instructions tools tool_choice parallel_tool_calls text reasoning max_output_tokens temperature top_p ' +
    'truncation stream background conversation include',
);
const ITEM = keys('type role content id call_id name arguments output summary encrypted_content status');
const PART = keys('type text detail file_id image_url file_data file_url filename annotations logprobs');
const TOOL = keys('type name description strict parameters tools');
const TEXT = keys('format verbosity');
const FORMAT = keys('type name description schema strict');
const REASONING = keys('effort generate_summary summary');

const ROLES = ['user', 'assistant', 'system', 'developer'] as const;

interface History {
  readonly names: Map<string, string>;
  readonly results: { readonly id: string; readonly path: string; readonly remove: () => void }[];
}

export function readResponsesRequest(body: string): RequestView {
  const root = readBody(body, ROOT);
  const model = readModel(root);
  root.text('instructions', 'system');
  const items = readInput(root);
  readTools(root);
  readToolChoice(root, 'tool_choice');
  root.boolean('parallel_tool_calls');
  readFormat(root);
  const reasoning = root.object('reasoning', REASONING);
  for (const key of ['effort', 'generate_summary', 'summary']) reasoning?.word(key);
  root.integer('max_output_tokens');
  root.number('temperature');
  root.number('top_p');
  root.word('truncation');
  root.boolean('background');
  const stream = root.boolean('stream') ?? false;
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
    messages: items?.length ?? 1,
    outputTokens: requestNumber(out, 'max_output_tokens'),
    unknownKeys: reading.unknownKeys,
    isLoad: false,
    drop: (what) => drop(what, out, items ?? []),
    body: () => writeOut(out),
  };
}

/** A string, or items; gives the items. */
function readInput(root: ObjectReader): Out[] | undefined {
  if (root.node('input')?.type === 'string') {
    root.text('input', 'user', 0);
    return undefined;
  }
  const history: History = { names: new Map(), results: [] };
  const items = root.each('input', (node, path, list) => {
    const item = new ObjectReader(root.reading, node, path, ITEM);
    const remove = () => removeItem(list, item.out);
    return readItem(item, list.length, history, remove) ? item.out : undefined;
  });
  if (items === undefined) throw malformed('input');
  for (const { id, path, remove } of history.results) {
    const name = history.names.get(id);
    if (name !== undefined) root.reading.tools.push({ name, where: 'result', path, remove });
  }
  return items;
}

/** Reads one item; false for a kind that Ollama ignores. Other kinds it refuses, and so do we. */
function readItem(item: ObjectReader, index: number, history: History, remove: () => void): boolean {
  switch (item.string('type') ?? 'message') {
    case 'message':
      readMessage(item, index);
      return true;
    case 'function_call': {
      const id = item.text('call_id', 'tool', index);
      item.text('id', 'tool', index);
      const name = readHistoryCall(item, index, remove);
      if (id !== undefined) history.names.set(id, name);
      return true;
    }
    case 'function_call_output': {
      const id = item.text('call_id', 'tool', index);
      if (id !== undefined) history.results.push({ id, path: item.at('call_id'), remove });
      item.text('id', 'tool', index);
      readParts(item, 'output', 'tool', index);
      return true;
    }
    case 'reasoning':
      item.text('id', 'assistant', index);
      item.text('encrypted_content', 'assistant', index);
      return true;
    case 'web_search_call':
      return false;
    default:
      throw malformed(item.at('type'));
  }
}

function readMessage(item: ObjectReader, index: number): void {
  const role = item.oneOf('role', ROLES);
  if (role === undefined) throw malformed(item.at('role'));
  item.text('id', role === 'developer' ? 'system' : role, index);
  readParts(item, 'content', role === 'developer' ? 'system' : role, index);
}

/** A string, or parts of text and images. */
function readParts(item: ObjectReader, key: string, role: Role, index: number): void {
  if (item.node(key)?.type === 'string') {
    item.text(key, role, index);
    return;
  }
  item.each(key, (node: JsonNode, path) => {
    const part = new ObjectReader(item.reading, node, path, PART);
    const type = part.string('type');
    if (type === 'input_text' || type === 'output_text') part.text('text', role, index);
    else if (type === 'input_image') {
      part.word('detail');
      part.text('file_id', role, index);
      if (part.node('image_url') !== undefined) readDataUrl(part, 'image_url', role, index);
    } else throw malformed(part.at('type'));
    return part.out;
  });
}

/** Functions, alone or in a `namespace`. Kinds that Ollama cannot run are left out and counted. */
function readTools(root: ObjectReader): void {
  const tools = root.each('tools', (node, path, list) =>
    readTool(root, node, path, list, () => removeKeys(root.out, 'tools', 'tool_choice')),
  );
  if (tools?.length === 0) removeKeys(root.out, 'tools');
}

function readTool(root: ObjectReader, node: JsonNode, path: string, list: Out[], emptied: () => void): Out | undefined {
  const tool = new ObjectReader(root.reading, node, path, TOOL);
  const type = tool.word('type') ?? 'function';
  refuseWebTool(type);
  const remove = () => removeItem(list, tool.out, emptied);
  if (type === 'function' || type === 'custom') {
    readFunction(tool, remove);
    return tool.out;
  }
  if (type !== 'namespace') return undefined;
  readFunction(tool, remove);
  tool.each('tools', (inner, at, members) => readTool(root, inner, at, members, remove));
  return tool.out;
}

function readFormat(root: ObjectReader): void {
  const text = root.object('text', TEXT);
  text?.word('verbosity');
  const format = text?.object('format', FORMAT);
  format?.word('type');
  format?.text('name', 'tool');
  format?.text('description', 'tool');
  format?.freeForm('schema', 'tool', { schema: true });
  format?.boolean('strict');
}

function drop(what: Droppable, out: OutObject, items: Out[]): boolean {
  if (what === 'tools') return removeKeys(out, 'tools', 'tool_choice', 'parallel_tool_calls');
  if (what !== 'system') return false;
  const hadItems = dropSystemMessages(items);
  return removeKeys(out, 'instructions') || hadItems;
}
