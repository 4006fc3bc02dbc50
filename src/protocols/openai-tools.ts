import { GatewayError } from '../core/errors.ts';
import type { JsonNode } from '../core/json-nodes.ts';
import { JsonError, readJson } from '../core/json.ts';
import { toValue } from '../core/json-nodes.ts';
import { Encoded, readFreeForm } from './openai-free-form.ts';
import { keys, malformed, ObjectReader, removeItem, removeKeys } from './request-reader.ts';
import type { OutObject } from './request-reader.ts';

/**
 * Where OpenAI's chat API has tools in a request: offered (`tools`, and `functions` of old clients), chosen
 * (`tool_choice`, `function_call`), called and answered in the history.
 *
 * Ollama reads `tools`, `tool_calls` and tool messages and ignores the rest; the rest is judged all the same, so that a
 * name cannot hide where a later version might look.
 */

const TOOL = keys('type function');
const FUNCTION = keys('name description parameters strict');
const CALL = keys('id index type function');
const CALLED = keys('name arguments');
const CHOICE = keys('type function allowed_tools name mode tools');
const NAMED = keys('name');
const ALLOWED = keys('mode tools');

/** `tools` and `functions`. A tool of a kind that Ollama cannot run (`custom`, …) is left out and counted. */
export function readOfferedTools(root: ObjectReader): void {
  const tools = root.each('tools', (item, path, list) => {
    const tool = new ObjectReader(root.reading, item, path, TOOL);
    const type = tool.string('type');
    refuseWebTool(type);
    if (type !== undefined && type !== 'function') return undefined;
    const called = tool.object('function', FUNCTION);
    if (called === undefined) throw malformed(tool.at('function'));
    readFunction(called, () => removeItem(list, tool.out, () => removeKeys(root.out, 'tools', 'tool_choice')));
    return tool.out;
  });
  if (tools?.length === 0) removeKeys(root.out, 'tools');
  const functions = root.each('functions', (item, path, list) => {
    const called = new ObjectReader(root.reading, item, path, FUNCTION);
    readFunction(called, () => removeItem(list, called.out, () => removeKeys(root.out, 'functions', 'function_call')));
    return called.out;
  });
  if (functions?.length === 0) removeKeys(root.out, 'functions');
}

/** Tools that Ollama itself runs by sending text to the internet (`web_search_20250305`), refused in every mode. */
const WEB_TOOLS = ['web_search', 'web_fetch'] as const;

/** Throws GatewayError `tool_blocked` for the type of a tool that would let Ollama itself search the web. */
export function refuseWebTool(type: string | undefined): void {
  const name = WEB_TOOLS.find((tool) => type?.toLowerCase().startsWith(tool));
  if (name !== undefined) throw new GatewayError('tool_blocked', { message: `Tools are blocked: ${name}` });
}

/** Name, description and schema of an offered function; `remove` takes the whole tool out. */
export function readFunction(called: ObjectReader, remove: () => void): void {
  const name = called.text('name', 'tool');
  if (name === undefined) throw malformed(called.at('name'));
  called.text('description', 'tool');
  called.freeForm('parameters', 'tool', { schema: true });
  called.boolean('strict');
  called.reading.tools.push({ name, where: 'offered', path: called.at('name'), remove });
}

/** `tool_choice` and `function_call`: a word, one function, or a list of allowed ones. */
export function readToolChoice(root: ObjectReader, key: 'tool_choice' | 'function_call'): void {
  if (root.node(key)?.type === 'string') {
    root.word(key);
    return;
  }
  const choice = key === 'function_call' ? root.object(key, NAMED) : root.object(key, CHOICE);
  if (choice === undefined) return;
  choice.word('type');
  readChosen(choice, () => removeKeys(root.out, key));
  const chosen = choice.object('function', NAMED);
  if (chosen !== undefined) readChosen(chosen, () => removeKeys(root.out, key));
  // The chat API nests the list, the Responses API does not.
  const allowed = choice.object('allowed_tools', ALLOWED) ?? choice;
  allowed.word('mode');
  allowed.each('tools', (item, path, list) => {
    const tool = new ObjectReader(root.reading, item, path, CHOICE);
    tool.word('type');
    const remove = () => removeItem(list, tool.out, () => removeKeys(root.out, key));
    readChosen(tool, remove);
    const named = tool.object('function', NAMED);
    if (named !== undefined) readChosen(named, remove);
    return tool.out;
  });
}

function readChosen(choice: ObjectReader, remove: () => void): void {
  const name = choice.text('name', 'tool');
  if (name !== undefined) choice.reading.tools.push({ name, where: 'choice', path: choice.at('name'), remove });
}

/** `tool_calls` of a message; gives each call's id with its name, for the results that answer it. */
export function readHistoryCalls(message: ObjectReader, index: number, names: Map<string, string>): void {
  message.each('tool_calls', (item, path, list) => {
    const call = new ObjectReader(message.reading, item, path, CALL);
    const id = call.text('id', 'tool', index);
    call.integer('index');
    call.word('type');
    const called = call.object('function', CALLED);
    if (called === undefined) throw malformed(call.at('function'));
    const name = readHistoryCall(called, index, () =>
      removeItem(list, call.out, () => {
        removeKeys(message.out, 'tool_calls');
        withoutCalls(message.out);
      }),
    );
    if (id !== undefined) names.set(id, name);
    return call.out;
  });
  const legacy = message.object('function_call', CALLED);
  if (legacy === undefined) return;
  readHistoryCall(legacy, index, () => {
    removeKeys(message.out, 'function_call');
    withoutCalls(message.out);
  });
}

/** A message whose last call was taken out: Ollama accepts one without content only if it has calls. */
function withoutCalls(message: OutObject): void {
  message['content'] ??= '';
}

/** Name and arguments of one call. Throws where the arguments are not the JSON that Ollama would parse. */
export function readHistoryCall(called: ObjectReader, index: number | undefined, remove: () => void): string {
  const name = called.text('name', 'tool', index);
  if (name === undefined) throw malformed(called.at('name'));
  const value = readArguments(called, index);
  called.reading.tools.push({ name, where: 'called', path: called.at('name'), arguments: value, remove });
  return name;
}

/** Arguments in a string: JSON inside JSON. Its strings and keys are texts; the string is written from them again. */
function readArguments(called: ObjectReader, index: number | undefined): unknown {
  const text = called.string('arguments');
  if (text === undefined || text === '') return undefined;
  const path = called.at('arguments');
  const node = parseArguments(text, path);
  const options = index === undefined ? {} : { message: index };
  called.out['arguments'] = new Encoded(readFreeForm(called.reading, node, path, 'assistant', options));
  return toValue(node);
}

function parseArguments(text: string, path: string): JsonNode {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw malformed(path);
    throw error;
  }
}
