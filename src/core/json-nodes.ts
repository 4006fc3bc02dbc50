/** What the strict reader makes of a text: nodes that know where they stand, in UTF-16 code units of the decoded text. */

/** A string literal; `start` and `end` include its quotes. */
export interface JsonString {
  readonly type: 'string';
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** A finite number. `text` is its spelling; `value` is what Go and JavaScript both make of it. */
export interface JsonNumber {
  readonly type: 'number';
  readonly value: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface JsonBoolean {
  readonly type: 'boolean';
  readonly value: boolean;
  readonly start: number;
  readonly end: number;
}

export interface JsonNull {
  readonly type: 'null';
  readonly value: null;
  readonly start: number;
  readonly end: number;
}

/** `packed`: how many numbers the array holds where `packNumbers` left them out of `items`; else 0. */
export interface JsonArray {
  readonly type: 'array';
  readonly items: readonly JsonNode[];
  readonly packed: number;
  readonly start: number;
  readonly end: number;
}

/** `keyStart` and `keyEnd` include the key's quotes. */
export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

export interface JsonObject {
  readonly type: 'object';
  readonly members: readonly JsonMember[];
  readonly start: number;
  readonly end: number;
}

export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull;

/** The value a node stands for, made of arrays and objects without prototype, so that `__proto__` is a plain key. */
export function toValue(node: JsonNode): unknown {
  switch (node.type) {
    case 'array':
      return node.items.map(toValue);
    case 'object': {
      const object: Record<string, unknown> = Object.create(null);
      for (const member of node.members) object[member.key] = toValue(member.value);
      return object;
    }
    default:
      return node.value;
  }
}

/** The value of `key` in an object node, `undefined` where it has none. */
export function memberOf(object: JsonObject, key: string): JsonNode | undefined {
  for (const member of object.members) if (member.key === key) return member.value;
  return undefined;
}

/** The number if Go reads it into an `int` (digits only: it refuses `1.0` and `1e2`) and JavaScript holds it exactly. */
export function safeInteger(node: JsonNode): number | undefined {
  if (node.type !== 'number' || !Number.isSafeInteger(node.value)) return undefined;
  for (let at = 0; at < node.text.length; at++) {
    const code = node.text.charCodeAt(at);
    if (!isDigit(code) && code !== 0x2d) return undefined;
  }
  return node.value;
}

/** `0` to `9`, by its code unit. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
