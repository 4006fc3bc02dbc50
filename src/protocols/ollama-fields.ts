import { GatewayError } from '../core/errors.ts';
import {
  memberOf,
  toValue,
  type JsonArray,
  type JsonMember,
  type JsonNode,
  type JsonObject,
  type JsonString,
} from '../core/json-nodes.ts';
import type { AnswerUsage } from '../core/operation.ts';
import type { OllamaShape } from './ollama-answer.ts';
import { leavesOf, stringLeaf, type Leaf } from './shared.ts';

/** Which field of one of Ollama's records is what. A record that has another form is an upstream error. */

export interface UnknownField {
  /** Keys as upstream wrote them: for telling fields apart, never for telling others. */
  readonly path: string;
  readonly value: JsonNode;
  /** The key itself, where it is not a field's name: then it is text too. */
  readonly keyLeaf?: Leaf | undefined;
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
  for (const member of root.members) {
    const { key, value } = member;
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
        readRare(root, member, fields);
    }
  }
  return fields;
}

/** What only a few records of an answer have. */
function readRare(root: JsonObject, member: JsonMember, fields: Fields): void {
  const { key, value } = member;
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
      addUnknown(fields, key, value, keyLeafOf(root, member));
  }
}

function readMessage(message: JsonNode, fields: Fields): void {
  if (message.type !== 'object') throw new GatewayError('upstream_error');
  fields.holder = message;
  for (const member of message.members) {
    const { key, value } = member;
    if (key === 'content' || key === 'thinking' || key === 'tool_calls') readRunning(key, value, fields);
    else if (key !== 'role' || value.type !== 'string')
      addUnknown(fields, `message/${key}`, value, keyLeafOf(message, member));
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
function addUnknown(fields: Fields, path: string, value: JsonNode, keyLeaf?: Leaf): void {
  if ((value.type === 'null' || value.type === 'boolean') && keyLeaf === undefined) return;
  fields.unknown ??= [];
  fields.unknown.push({ path, value, keyLeaf });
}

/** The key of a member as a text, unless it is a name as Ollama gives its fields. */
function keyLeafOf(object: JsonObject, member: JsonMember): Leaf | undefined {
  if (isFieldName(member.key)) return undefined;
  return { text: member.key, set: (edits, text) => edits.setKey(object, member, text) };
}

const FIELD_NAME_CHARACTERS_MAX = 40;

/** Lower-case letters, digits and `_`: what every field of Ollama's is called. */
function isFieldName(key: string): boolean {
  if (key.length === 0 || key.length > FIELD_NAME_CHARACTERS_MAX) return false;
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    const isLetter = code >= 0x61 && code <= 0x7a;
    if (!isLetter && code !== 0x5f && !(code >= 0x30 && code <= 0x39)) return false;
  }
  return true;
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
  const add = (object: JsonObject, member: JsonMember) => {
    const { key, value } = member;
    const keyLeaf = keyLeafOf(object, member);
    if (keyLeaf !== undefined) leaves.push({ path: `other/${rest++}`, leaf: keyLeaf });
    if (key === 'index' && value.type === 'number') return;
    if ((key === 'id' || key === 'name') && value.type === 'string')
      leaves.push({ path: key, leaf: stringLeaf(value) });
    else if (key === 'arguments')
      leavesOf(value).forEach((leaf, index) => leaves.push({ path: `${key}/${index}`, leaf }));
    else for (const leaf of leavesOf(value)) leaves.push({ path: `other/${rest++}`, leaf });
  };
  for (const member of call.members) if (member.key !== 'function') add(call, member);
  for (const member of called.members) add(called, member);
  const args = memberOf(called, 'arguments');
  return { name: name.value, arguments: args === undefined ? undefined : toValue(args), leaves };
}
