import { GatewayError } from '../core/errors.ts';
import { JsonError, readJson } from '../core/json.ts';
import { toValue } from '../core/json-nodes.ts';
import type { JsonNode } from '../core/json-nodes.ts';
import type { AnswerSlot } from '../core/operation.ts';
import { FrameSlot } from './openai-frame.ts';
import { ANSWER_LIMITS, JsonEdits, leavesOf } from './shared.ts';

/**
 * Arguments of a tool call, which OpenAI and Anthropic carry as JSON inside a string, whole or in fragments.
 */

/** Characters of one call's arguments that are kept until they are complete. */
export const ARGUMENTS_CHARACTERS_MAX = 1024 * 1024;

/** Collects fragments and knows when they are one complete JSON object. Linear in the text, however it is cut. */
export class ArgumentsBuffer {
  readonly #fragments: string[] = [];
  #characters = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;

  /** Throws GatewayError `upstream_error` on text behind the end, and beyond ARGUMENTS_CHARACTERS_MAX. */
  push(fragment: string): void {
    if (this.#closed && fragment.trim() !== '') throw new GatewayError('upstream_error');
    this.#characters += fragment.length;
    if (this.#characters > ARGUMENTS_CHARACTERS_MAX) throw new GatewayError('upstream_error');
    this.#fragments.push(fragment);
    for (let at = 0; at < fragment.length; at++) this.#step(fragment.charCodeAt(at));
    // What Go writes for arguments that were never set.
    if (fragment === 'null' && this.#characters === fragment.length) this.#closed = true;
  }

  /** The text is one complete object, array, or `null`. */
  get isComplete(): boolean {
    return this.#closed;
  }

  get text(): string {
    return this.#fragments.join('');
  }

  #step(code: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === 0x5c) this.#escaped = true;
      else if (code === 0x22) this.#inString = false;
    } else if (code === 0x22) {
      this.#inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      // A second value behind the first is found when the whole is parsed.
      this.#depth += 1;
    } else if (code === 0x7d || code === 0x5d) {
      this.#depth -= 1;
      if (this.#depth === 0) this.#closed = true;
    }
  }
}

/** Complete arguments: their value, their texts, and their JSON after edits. */
export class CallArguments {
  readonly value: unknown;
  readonly slots: readonly AnswerSlot[];
  readonly #text: string;
  #edits: JsonEdits | undefined;

  /** Blank text is no arguments. Throws GatewayError `upstream_error` where it is not JSON. */
  constructor(text: string, channel: string) {
    this.#text = text;
    if (text.trim() === '') {
      this.value = {};
      this.slots = [];
      return;
    }
    const node = parse(text);
    this.value = toValue(node);
    this.slots = leavesOf(node)
      .filter((leaf) => leaf.text !== '')
      .map((leaf, index) => {
        const write = (replaced: string) => leaf.set(this.#change(), replaced);
        return new FrameSlot(`${channel}/${index}`, 'tool_argument', leaf.text, true, write);
      });
  }

  get isEdited(): boolean {
    return this.#edits !== undefined;
  }

  /** The JSON text after edits; the text itself where there were none. */
  get text(): string {
    return this.#edits?.apply() ?? this.#text;
  }

  #change(): JsonEdits {
    this.#edits ??= new JsonEdits(this.#text);
    return this.#edits;
  }
}

function parse(text: string): JsonNode {
  try {
    return readJson(text, ANSWER_LIMITS);
  } catch (error) {
    if (error instanceof JsonError) throw new GatewayError('upstream_error', { cause: error });
    throw error;
  }
}
