import { GatewayError } from '../core/errors.ts';
import { decodeUtf8, JsonError, readJson, type JsonLimits } from '../core/json.ts';
import {
  memberOf,
  type JsonArray,
  type JsonMember,
  type JsonNode,
  type JsonObject,
  type JsonString,
} from '../core/json-nodes.ts';
import { quoteJson, spliceJson, type JsonEdit } from '../core/json-write.ts';

/** What every protocol's answers have in common: JSON that upstream made, read strictly and edited with the least change. */

/** A schema of the client's may be echoed and name any key; tool arguments nest as deep as a model likes. */
export const ANSWER_LIMITS: JsonLimits = { depthMax: 64, anyKeys: true };

const ENCODER = new TextEncoder();

export function encodeUtf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** The text and the object of a JSON record. Throws GatewayError `upstream_error` where it is neither JSON nor an object. */
export function readRecord(
  bytes: Uint8Array,
  limits: JsonLimits = ANSWER_LIMITS,
): { readonly text: string; readonly root: JsonObject } {
  try {
    const text = decodeUtf8(bytes);
    const root = readJson(text, limits);
    if (root.type === 'object') return { text, root };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new GatewayError('upstream_error', { cause: error });
  }
  throw new GatewayError('upstream_error');
}

type Holder = JsonObject | JsonArray;

/**
 * Edits to one JSON text, named by its nodes: what nobody touches keeps its bytes. Edits inside what is removed fall
 * away with it. Keys that an edit makes equal are told apart by a number, so that no reader loses one.
 */
export class JsonEdits {
  readonly #text: string;
  readonly #values = new Map<JsonNode, string>();
  readonly #keys = new Map<JsonObject, Map<JsonMember, string>>();
  /** Items of arrays, values of members. */
  readonly #removed = new Map<Holder, Set<JsonNode>>();
  readonly #inserted = new Map<JsonObject, string>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Puts a string in a value's place. */
  setString(node: JsonNode, text: string): void {
    this.#values.set(node, quoteJson(text));
  }

  /** Puts JSON in a value's place. */
  setJson(node: JsonNode, json: string): void {
    this.#values.set(node, json);
  }

  setKey(object: JsonObject, member: JsonMember, key: string): void {
    const keys = this.#keys.get(object) ?? new Map<JsonMember, string>();
    this.#keys.set(object, keys.set(member, key));
  }

  /** Takes `key` out of an object; says whether it was there. */
  removeMember(object: JsonObject, key: string): boolean {
    const value = memberOf(object, key);
    if (value === undefined) return false;
    this.#remove(object, value);
    return true;
  }

  removeItem(array: JsonArray, item: JsonNode): void {
    this.#remove(array, item);
  }

  /** How many items of an array stay. */
  itemsLeft(array: JsonArray): number {
    return array.items.length + array.packed - (this.#removed.get(array)?.size ?? 0);
  }

  /** Sets a string member that the object does not have yet, before all others. */
  insertMember(object: JsonObject, key: string, value: string): void {
    this.#inserted.set(object, `${quoteJson(key)}:${quoteJson(value)}`);
  }

  /** The text with all edits. */
  apply(): string {
    const edits: JsonEdit[] = [];
    for (const [node, text] of this.#values) edits.push({ start: node.start, end: node.end, text });
    for (const [object, keys] of this.#keys) edits.push(...keyEdits(object, keys));
    for (const [object, text] of this.#inserted) edits.push(this.#insertion(object, text));
    const removals = [...this.#removed].flatMap(([holder, removed]) => removalEdits(holder, removed));
    return spliceJson(this.#text, outermost([...removals, ...edits]));
  }

  #remove(holder: Holder, item: JsonNode): void {
    const removed = this.#removed.get(holder) ?? new Set<JsonNode>();
    this.#removed.set(holder, removed.add(item));
  }

  #insertion(object: JsonObject, text: string): JsonEdit {
    const isLast = object.members.length === (this.#removed.get(object)?.size ?? 0);
    return { start: object.start + 1, end: object.start + 1, text: isLast ? text : `${text},` };
  }
}

/**
 * Leaves out the edits that stand inside another; of two to the same span the first stays. An insertion at the very
 * beginning of what is replaced stands before it, not in it.
 */
function outermost(edits: readonly JsonEdit[]): JsonEdit[] {
  const isInsertion = ({ start, end }: JsonEdit): boolean => start === end;
  const ordered = edits.toSorted(
    (a, b) => a.start - b.start || Number(isInsertion(b)) - Number(isInsertion(a)) || b.end - a.end,
  );
  let end = 0;
  return ordered.filter((edit) => {
    if (edit.start < end) return false;
    end = edit.end;
    return true;
  });
}

/** Takes each removed item out with the comma that it needed. */
function removalEdits(holder: Holder, removed: ReadonlySet<JsonNode>): JsonEdit[] {
  const items =
    holder.type === 'array'
      ? holder.items.map((node) => ({ node, start: node.start, end: node.end }))
      : holder.members.map(({ keyStart, value }) => ({ node: value, start: keyStart, end: value.end }));
  const edits: JsonEdit[] = [];
  let keptEnd: number | undefined;
  items.forEach((item, index) => {
    if (!removed.has(item.node)) {
      keptEnd = item.end;
      return;
    }
    // Behind a kept item the comma before goes; before the first kept one, the comma behind.
    const start = keptEnd ?? item.start;
    const end = keptEnd === undefined ? (items[index + 1]?.start ?? item.end) : item.end;
    const previous = edits.at(-1);
    if (previous !== undefined && start < previous.end) edits[edits.length - 1] = { ...previous, end };
    else edits.push({ start, end, text: '' });
  });
  return edits;
}

function keyEdits(object: JsonObject, keys: ReadonlyMap<JsonMember, string>): JsonEdit[] {
  const used = new Set(object.members.filter((member) => !keys.has(member)).map((member) => member.key));
  return [...keys].map(([member, key]) => {
    const text = quoteJson(uniqueKey(key, used));
    return { start: member.keyStart, end: member.keyEnd, text };
  });
}

/** `key`, or where `used` has it already, with the first number behind it that is free; adds it to `used`. */
export function uniqueKey(key: string, used: Set<string>): string {
  let unique = key;
  for (let count = 2; used.has(unique); count++) unique = `${key}_${count}`;
  used.add(unique);
  return unique;
}

/** One leaf of a free-form value that carries text. */
export interface Leaf {
  readonly text: string;
  /** Puts text in its place. */
  set(edits: JsonEdits, text: string): void;
}

/**
 * Every text of a value with free keys: keys, strings, and numbers as they are spelled, since a card number need not
 * stand in quotes. In the order they stand; depth is bounded by the reader.
 */
export function leavesOf(node: JsonNode): Leaf[] {
  const leaves: Leaf[] = [];
  collectLeaves(node, leaves);
  return leaves;
}

function collectLeaves(node: JsonNode, leaves: Leaf[]): void {
  switch (node.type) {
    case 'string':
      leaves.push(stringLeaf(node));
      return;
    case 'number':
      leaves.push({ text: node.text, set: (edits, text) => edits.setString(node, text) });
      return;
    case 'array':
      for (const item of node.items) collectLeaves(item, leaves);
      return;
    case 'object':
      for (const member of node.members) {
        leaves.push({ text: member.key, set: (edits, text) => edits.setKey(node, member, text) });
        collectLeaves(member.value, leaves);
      }
      return;
    default:
  }
}

export function stringLeaf(node: JsonString): Leaf {
  return { text: node.value, set: (edits, text) => edits.setString(node, text) };
}
