import { quoteJson } from '../core/json-write.ts';
import type { JsonMember, JsonNode, JsonObject } from '../core/json-nodes.ts';
import type { RequestText, Role } from '../core/operation.ts';
import type { Reading } from './request-reader.ts';
import { uniqueKey } from './shared.ts';

/**
 * Values of a request whose keys are the client's own: JSON schemas and tool arguments. They keep their keys, their order
 * and the spelling of their numbers, and each key, string and number in them is a text.
 */

/** Words of JSON Schema: keys and types from a closed set are no text of the client's. */
const SCHEMA_KEYS = (
  '$defs $id $ref $schema additionalProperties allOf anyOf const default definitions description enum examples ' +
  'exclusiveMaximum exclusiveMinimum format items maximum maxItems maxLength minimum minItems minLength multipleOf ' +
  'not nullable oneOf pattern patternProperties properties required strict title type uniqueItems'
).split(' ');
const SCHEMA_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
export const SCHEMA_WORDS: ReadonlySet<string> = new Set([...SCHEMA_KEYS, ...SCHEMA_TYPES]);

export interface FreeFormOptions {
  /** The value is a JSON Schema: its own vocabulary and its numbers, which are bounds, are left out of the texts. */
  readonly schema?: boolean;
  readonly message?: number;
}

/** A value with the client's own keys; edits to its strings and keys are kept beside it until it is written. */
export class FreeForm {
  readonly #node: JsonNode;
  readonly #edits = new Map<JsonNode | JsonMember, string>();

  constructor(node: JsonNode) {
    this.#node = node;
  }

  edit(at: JsonNode | JsonMember, text: string): void {
    this.#edits.set(at, text);
  }

  read(at: JsonNode | JsonMember, original: string): string {
    return this.#edits.get(at) ?? original;
  }

  /** JSON of the value. Two keys that an edit made equal are told apart by a number, so that none is lost. */
  write(): string {
    return this.#write(this.#node);
  }

  #write(node: JsonNode): string {
    switch (node.type) {
      case 'string':
        return quoteJson(this.#edits.get(node) ?? node.value);
      case 'number': {
        const text = this.#edits.get(node);
        return text === undefined ? node.text : quoteJson(text);
      }
      case 'array':
        return `[${node.items.map((item) => this.#write(item)).join(',')}]`;
      case 'object':
        return `{${this.#members(node).join(',')}}`;
      default:
        return String(node.value);
    }
  }

  #members(node: JsonObject): string[] {
    const used = new Set<string>();
    return node.members.map((member) => {
      const key = uniqueKey(this.#edits.get(member) ?? member.key, used);
      return `${quoteJson(key)}:${this.#write(member.value)}`;
    });
  }
}

/** JSON inside a string, as OpenAI carries tool arguments. */
export class Encoded {
  readonly value: FreeForm;

  constructor(value: FreeForm) {
    this.value = value;
  }
}

/** Registers each string and each key under `place/0`, `place/1`, …: the client's own keys never enter a path. */
export function readFreeForm(
  reading: Reading,
  node: JsonNode,
  place: string,
  role: Role,
  options: FreeFormOptions = {},
): FreeForm {
  const value = new FreeForm(node);
  let count = 0;
  walkTexts(node, (at, text) => {
    const isNumber = 'type' in at && at.type === 'number';
    if (options.schema === true && (isNumber || SCHEMA_WORDS.has(text))) return;
    if (text === '') return;
    const path = `${place}/${count++}`;
    reading.texts.push(new FreeFormText({ role, path, message: options.message, value, at, original: text }));
  });
  return value;
}

interface FreeFormPlace {
  readonly role: Role;
  readonly path: string;
  readonly message: number | undefined;
  readonly value: FreeForm;
  readonly at: JsonNode | JsonMember;
  readonly original: string;
}

/** A key, string or number of a free-form value as a text. */
class FreeFormText implements RequestText {
  readonly role: Role;
  readonly path: string;
  readonly message: number | undefined;
  readonly #place: FreeFormPlace;

  constructor(place: FreeFormPlace) {
    this.role = place.role;
    this.path = place.path;
    this.message = place.message;
    this.#place = place;
  }

  get text(): string {
    return this.#place.value.read(this.#place.at, this.#place.original);
  }

  replace(text: string): void {
    this.#place.value.edit(this.#place.at, text);
  }
}

/** Calls `visit` for each key, string and number, in the order they stand. Depth is bounded by the JSON reader's limit. */
function walkTexts(node: JsonNode, visit: (at: JsonNode | JsonMember, text: string) => void): void {
  if (node.type === 'string') visit(node, node.value);
  else if (node.type === 'number') visit(node, node.text);
  else if (node.type === 'array') for (const item of node.items) walkTexts(item, visit);
  else if (node.type === 'object') {
    for (const member of node.members) {
      visit(member, member.key);
      walkTexts(member.value, visit);
    }
  }
}
