import { GatewayError } from '../core/errors.ts';
import { memberOf, toValue, type JsonArray, type JsonNode, type JsonObject, type JsonString } from '../core/json.ts';
import type { AnswerUsage } from '../core/operation.ts';
import type { OllamaShape } from './ollama-answer.ts';
import { leavesOf, stringLeaf, type Leaf } from './shared.ts';

/** Which field of one of Ollama's records is what. A record that has another form is an upstream error. */

export interface UnknownField {
  /** Keys as upstream wrote them: for telling fields apart, never for telling others. */
  readonly path: string;
  readonly value: JsonNode;
}

export interface Fields {
  model: JsonString | undefined;
  createdAt: JsonString | undefined;
  /** The object that running text and calls stand in. */
  holder: JsonObject;
  content: JsonString | undefined;
  thinking: JsonString | undefined;
  toolCalls: JsonArray | undefined;
  logprobs: JsonNode | undefined;
  context: JsonNode | undefined;
  unknown: UnknownField[] | undefined;
  usage: AnswerUsage | undefined;
  finishReason: string | undefined;
  isDone: boolean;
  hasError: boolean;
  isRemote: boolean;
}

/** Sorts the members of a record. Throws GatewayError `upstream_error` where a known one has another type. */
export function readFields(root: JsonObject, shape: OllamaShape): Fields {
  const fields: Fields = {
    model: undefined,
    createdAt: undefined,
    holder: root,
    content: undefined,
    thinking: undefined,
    toolCalls: undefined,
    logprobs: undefined,
    context: undefined,
    unknown: undefined,
    usage: undefined,
    finishReason: undefined,
    isDone: false,
    hasError: false,
    isRemote: false,
  };
  for (const { key, value } of root.members) {
    switch (key) {
      case 'model':
        fields.model = stringOrUnknown(fields, key, value);
        break;
      case 'created_at':
        fields.createdAt = stringOrUnknown(fields, key, value);
        break;
      case 'message':
        if (shape === 'chat') readMessage(value, fields);
        else addUnknown(fields, key, value);
        break;
      case 'done':
        if (value.type !== 'boolean') throw new GatewayError('upstream_error');
        fields.isDone = value.value;
        break;
      case 'response':
      case 'thinking':
      case 'tool_calls':
        if (shape === 'generate') readRunning(key === 'response' ? 'content' : key, value, fields);
        else addUnknown(fields, key, value);
        break;
      default:
        readRare(key, value, fields);
    }
  }
  return fields;
}

/** What only a few records of an answer have. */
function readRare(key: string, value: JsonNode, fields: Fields): void {
  switch (key) {
    case 'error':
      fields.hasError = true;
      break;
    case 'done_reason':
      fields.finishReason = stringOrUnknown(fields, key, value)?.value;
      break;
    case 'prompt_eval_count':
      fields.usage = { ...fields.usage, inputTokens: numberOf(value) };
      break;
    case 'eval_count':
      fields.usage = { ...fields.usage, outputTokens: numberOf(value) };
      break;
    case 'remote_host':
    case 'remote_model':
      if (value.type !== 'null' && !(value.type === 'string' && value.value === '')) fields.isRemote = true;
      break;
    case 'logprobs':
      if (value.type !== 'null') fields.logprobs = value;
      break;
    case 'context':
      if (isNumbers(value)) fields.context = value;
      else addUnknown(fields, key, value);
      break;
    case 'total_duration':
    case 'load_duration':
    case 'prompt_eval_duration':
    case 'eval_duration':
      if (value.type === 'number') break;
      addUnknown(fields, key, value);
      break;
    default:
      addUnknown(fields, key, value);
  }
}

function readMessage(message: JsonNode, fields: Fields): void {
  if (message.type !== 'object') throw new GatewayError('upstream_error');
  fields.holder = message;
  for (const { key, value } of message.members) {
    if (key === 'content' || key === 'thinking' || key === 'tool_calls') readRunning(key, value, fields);
    else if (key !== 'role' || value.type !== 'string') addUnknown(fields, `message/${key}`, value);
  }
}

function readRunning(key: 'content' | 'thinking' | 'tool_calls', value: JsonNode, fields: Fields): void {
  if (value.type === 'null') return;
  if (key === 'tool_calls') {
    if (value.type !== 'array') throw new GatewayError('upstream_error');
    if (value.items.length > 0) fields.toolCalls = value;
    return;
  }
  if (value.type !== 'string') throw new GatewayError('upstream_error');
  fields[key] = value;
}

/** A field that carries no text, whatever it is, is none of our business. */
function addUnknown(fields: Fields, path: string, value: JsonNode): void {
  if (value.type === 'null' || value.type === 'boolean') return;
  fields.unknown ??= [];
  fields.unknown.push({ path, value });
}

/** A word of the wire's own; of another type it is a field that we do not know. */
function stringOrUnknown(fields: Fields, path: string, value: JsonNode): JsonString | undefined {
  if (value.type === 'string') return value;
  addUnknown(fields, path, value);
  return undefined;
}

/** True for an array that holds numbers only: token numbers, a token's bytes. */
export function isNumbers(node: JsonNode): boolean {
  return node.type === 'array' && node.items.every((item) => item.type === 'number');
}

function numberOf(node: JsonNode): number {
  if (node.type !== 'number') throw new GatewayError('upstream_error');
  return node.value;
}

export interface CallParts {
  readonly name: string;
  readonly arguments: unknown;
  /** Every text of the call: its id and name, and each key and leaf of its arguments by number. */
  readonly leaves: readonly { readonly path: string; readonly leaf: Leaf }[];
}

/** Reads one entry of `tool_calls`. Throws GatewayError `upstream_error` where it names no function. */
export function readCall(call: JsonNode): CallParts {
  if (call.type !== 'object') throw new GatewayError('upstream_error');
  const called = memberOf(call, 'function');
  if (called?.type !== 'object') throw new GatewayError('upstream_error');
  const name = memberOf(called, 'name');
  if (name?.type !== 'string') throw new GatewayError('upstream_error');
  const leaves: { path: string; leaf: Leaf }[] = [];
  let rest = 0;
  const add = (key: string, value: JsonNode) => {
    if (key === 'index' && value.type === 'number') return;
    if ((key === 'id' || key === 'name') && value.type === 'string')
      leaves.push({ path: key, leaf: stringLeaf(value) });
    else if (key === 'arguments')
      leavesOf(value).forEach((leaf, index) => leaves.push({ path: `${key}/${index}`, leaf }));
    else for (const leaf of leavesOf(value)) leaves.push({ path: `other/${rest++}`, leaf });
  };
  for (const member of call.members) if (member.key !== 'function') add(member.key, member.value);
  for (const member of called.members) add(member.key, member.value);
  const args = memberOf(called, 'arguments');
  return { name: name.value, arguments: args === undefined ? undefined : toValue(args), leaves };
}
