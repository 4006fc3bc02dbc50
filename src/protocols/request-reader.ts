import { GatewayError } from '../core/errors.ts';
import { foldKey, JsonError, readJson } from '../core/json.ts';
import { memberOf, safeInteger } from '../core/json-nodes.ts';
import { quoteJson } from '../core/json-write.ts';
import type { JsonArray, JsonNode, JsonObject } from '../core/json-nodes.ts';
import type { RequestNumber, RequestText, RequestTool, Role } from '../core/operation.ts';
import { Encoded, FreeForm, readFreeForm, type FreeFormOptions } from './openai-free-form.ts';

/**
 * Reads a request body by an allow-list of exact keys and builds beside it what may be forwarded.
 *
 * Nothing of the client's bytes is kept: each known field is checked, copied into a new value and, where it is text,
 * registered as a slot that writes into that value. A key that nobody asked for is dropped and counted; a key that Go
 * would fold onto a known one (`Model`, `ſystem`) is an error, since Ollama would read it and nobody here did.
 */

/** What is forwarded: plain values, and free-form values that keep their keys. */
export type Out = string | number | boolean | null | FreeForm | Encoded | Out[] | OutObject;
export interface OutObject {
  [key: string]: Out;
}

/** The exact keys of one object of the protocol, and what Go would fold onto them. */
export interface KnownKeys {
  readonly exact: ReadonlySet<string>;
  readonly folded: ReadonlyMap<string, string>;
}

/** Keys with a space between. */
export function keys(list: string): KnownKeys {
  const names = list.split(' ');
  return { exact: new Set(names), folded: new Map(names.map((name) => [foldKey(name), name])) };
}

/** What one body held, noted while it is read. */
export interface Reading {
  readonly texts: RequestText[];
  readonly tools: RequestTool[];
  unknownKeys: number;
}

/** Reads the body of a request, which must be an object. Throws GatewayError `malformed_request`. */
export function readBody(body: string, known: KnownKeys): ObjectReader {
  return new ObjectReader({ texts: [], tools: [], unknownKeys: 0 }, parse(body), '', known);
}

function parse(body: string): JsonNode {
  try {
    return readJson(body);
  } catch (error) {
    if (error instanceof JsonError) throw new GatewayError('malformed_request', { cause: error });
    throw error;
  }
}

/** The error for the field at `path`, which consists of known keys and indexes only. */
export function malformed(path: string): GatewayError {
  return path === ''
    ? new GatewayError('malformed_request')
    : new GatewayError('malformed_request', { param: path.replaceAll('/', '.') });
}

/**
 * One object of the protocol: reads its fields one by one into `out`. A field that is missing or null is skipped, as Go
 * leaves its zero value; a field of another type throws GatewayError `malformed_request` with its path.
 */
export class ObjectReader {
  readonly reading: Reading;
  readonly path: string;
  readonly out: OutObject = Object.create(null);
  readonly #node: JsonObject;

  constructor(reading: Reading, node: JsonNode, path: string, known: KnownKeys) {
    if (node.type !== 'object') throw malformed(path);
    this.reading = reading;
    this.path = path;
    this.#node = node;
    for (const { key } of node.members) {
      if (known.exact.has(key)) continue;
      const lookAlike = known.folded.get(foldKey(key));
      if (lookAlike !== undefined) throw malformed(this.at(lookAlike));
      reading.unknownKeys += 1;
    }
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}/${key}`;
  }

  /** The node of a field, `undefined` where it is missing or null. */
  node(key: string): JsonNode | undefined {
    const node = memberOf(this.#node, key);
    return node === undefined || node.type === 'null' ? undefined : node;
  }

  /** A string that is no text for a model: the caller says why when it uses this. */
  string(key: string): string | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.type !== 'string') throw malformed(this.at(key));
    this.out[key] = node.value;
    return node.value;
  }

  /** A word of the protocol's own vocabulary that no prompt ever sees: letters, digits, `_`, `-`, `.`, at most 64. */
  word(key: string): string | undefined {
    const value = this.string(key);
    if (value !== undefined && !isWord(value)) throw malformed(this.at(key));
    return value;
  }

  /** One of `words`, else an error. */
  oneOf<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw malformed(this.at(key));
    return word;
  }

  boolean(key: string): boolean | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.type !== 'boolean') throw malformed(this.at(key));
    this.out[key] = node.value;
    return node.value;
  }

  number(key: string): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.type !== 'number') throw malformed(this.at(key));
    this.out[key] = node.value;
    return node.value;
  }

  /** An integer as Go reads one: digits only, and exact in JavaScript too. */
  integer(key: string): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const value = safeInteger(node);
    if (value === undefined) throw malformed(this.at(key));
    this.out[key] = value;
    return value;
  }

  /** A text of one speaker. */
  text(key: string, role: Role, message?: number): string | undefined {
    const value = this.string(key);
    if (value !== undefined) this.slot(key, role, message);
    return value;
  }

  /** A text, or a list of texts. */
  textOrList(key: string, role: Role): void {
    const node = this.node(key);
    if (node?.type === 'string') this.text(key, role);
    else if (node !== undefined) this.texts(key, role);
  }

  /** A list of texts. */
  texts(key: string, role: Role): void {
    const list = this.list(key);
    if (list === undefined) return;
    const out: Out[] = [];
    list.items.forEach((item, index) => {
      const path = `${this.at(key)}/${index}`;
      if (item.type !== 'string') throw malformed(path);
      out.push(item.value);
      addText(this.reading, { role, path, holder: out, key: index });
    });
    this.out[key] = out;
  }

  /** Registers the string that already stands in `out[key]` as a text. */
  slot(key: string, role: Role, message?: number): void {
    addText(this.reading, { role, path: this.at(key), holder: this.out, key, message });
  }

  /** The node of a list, `undefined` where it is missing or null. */
  list(key: string): JsonArray | undefined {
    const node = this.node(key);
    if (node !== undefined && node.type !== 'array') throw malformed(this.at(key));
    return node;
  }

  /** Reads each item of a list into a new list; what `read` gives `undefined` for is left out and counted. */
  each(key: string, read: (item: JsonNode, path: string, out: Out[]) => Out | undefined): Out[] | undefined {
    const list = this.list(key);
    if (list === undefined) return undefined;
    const out: Out[] = [];
    list.items.forEach((item, index) => {
      const value = read(item, `${this.at(key)}/${index}`, out);
      if (value === undefined) this.reading.unknownKeys += 1;
      else out.push(value);
    });
    this.out[key] = out;
    return out;
  }

  /** An object of the protocol inside this one. */
  object(key: string, known: KnownKeys): ObjectReader | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const child = new ObjectReader(this.reading, node, this.at(key), known);
    this.out[key] = child.out;
    return child;
  }

  /** A value whose keys are the client's own: a JSON schema, tool arguments. Each string and each key is a text. */
  freeForm(key: string, role: Role, options: FreeFormOptions = {}): void {
    const node = this.node(key);
    if (node === undefined) return;
    this.out[key] = readFreeForm(this.reading, node, this.at(key), role, options);
  }
}

interface TextPlace {
  readonly role: Role;
  readonly path: string;
  readonly holder: OutObject | Out[];
  readonly key: string | number;
  readonly message?: number | undefined;
}

function addText(reading: Reading, place: TextPlace): void {
  reading.texts.push(new TextSlot(place));
}

/** A text that stands in what is forwarded. */
class TextSlot implements RequestText {
  readonly role: Role;
  readonly path: string;
  readonly message: number | undefined;
  // One cast for both kinds of holder: a list is indexed by number, an object by key, and `key` says which.
  readonly #holder: OutObject;
  readonly #key: string | number;

  constructor({ role, path, holder, key, message }: TextPlace) {
    this.role = role;
    this.path = path;
    this.message = message;
    this.#holder = holder as OutObject;
    this.#key = key;
  }

  get text(): string {
    const value = this.#holder[this.#key];
    return typeof value === 'string' ? value : '';
  }

  replace(text: string): void {
    this.#holder[this.#key] = text;
  }
}

/** JSON of what is forwarded, keys in the order they were read. */
export function writeOut(value: Out): string {
  if (typeof value === 'string') return quoteJson(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof FreeForm) return value.write();
  if (value instanceof Encoded) return quoteJson(value.value.write());
  let written = '';
  if (Array.isArray(value)) {
    for (const item of value) written += written === '' ? writeOut(item) : `,${writeOut(item)}`;
    return `[${written}]`;
  }
  for (const key in value) {
    const member = `${quoteJson(key)}:${writeOut(value[key] ?? null)}`;
    written += written === '' ? member : `,${member}`;
  }
  return `{${written}}`;
}

/** A number that limits may clamp; `also` names fields that say the same and must not stay larger. */
export function requestNumber(out: OutObject, key: string, also: readonly string[] = []): RequestNumber {
  return new NumberField(out, key, also);
}

class NumberField implements RequestNumber {
  readonly #out: OutObject;
  readonly #key: string;
  readonly #also: readonly string[];

  constructor(out: OutObject, key: string, also: readonly string[]) {
    this.#out = out;
    this.#key = key;
    this.#also = also;
  }

  get value(): number | undefined {
    const value = this.#out[this.#key];
    return typeof value === 'number' ? value : undefined;
  }

  set(value: number): void {
    this.#out[this.#key] = value;
    for (const other of this.#also) {
      const current = this.#out[other];
      if (typeof current === 'number' && current > value) this.#out[other] = value;
    }
  }
}

/** Removes fields; says whether any was there. */
export function removeKeys(out: OutObject, ...names: readonly string[]): boolean {
  let removed = false;
  for (const name of names) {
    if (!(name in out)) continue;
    delete out[name];
    removed = true;
  }
  return removed;
}

/** Removes one item from a list, wherever it stands now; calls `emptied` when it was the last. */
export function removeItem(list: Out[], item: Out, emptied: () => void = () => {}): void {
  const index = list.indexOf(item);
  if (index < 0) return;
  list.splice(index, 1);
  if (list.length === 0) emptied();
}

function isWord(value: string): boolean {
  if (value.length === 0 || value.length > 64) return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    if (!isLetter && !(code >= 0x30 && code <= 0x39) && code !== 0x5f && code !== 0x2d && code !== 0x2e) return false;
  }
  return true;
}
