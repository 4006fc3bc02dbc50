import { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json.ts';
import type { JsonNode, JsonObject } from '../core/json.ts';
import { asObject, FrameSlot, itemsOf, stringMember, type JsonFrame } from './openai-frame.ts';
import { encodeUtf8 } from './shared.ts';

/**
 * Texts of an answer beside its content: what a protocol's reader does not know by name is a text all the same, so that
 * a field of a later Ollama is inspected before anybody here has heard of it.
 */

/** Distinct places of unknown texts in one answer. */
const PLACES_MAX = 256;

/** Keys of token counts, in all three protocols, and of what a response repeats of the request. */
const FIELD_KEYS = new Set(
  (
    'prompt_tokens completion_tokens total_tokens input_tokens output_tokens cached_tokens reasoning_tokens ' +
    'prompt_tokens_details completion_tokens_details input_tokens_details output_tokens_details effort summary'
  ).split(' '),
);

export class OtherTexts {
  readonly #isWhole: boolean;
  readonly #ordinals = new Map<string, number>();
  #count = 0;

  /** `isWhole`: each text is complete in its frame; else texts of the same place in several frames are one. */
  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /** Registers each string and key below the members of `object` that are not in `known`. */
  read(frame: JsonFrame, object: JsonObject, known: ReadonlySet<string>, path: string): void {
    for (const member of object.members) {
      if (known.has(member.key)) continue;
      // A null, a number or a flag of an unknown name is passed with its name: no model's text stands in either.
      if (member.value.type === 'string' || member.value.type === 'array' || member.value.type === 'object') {
        this.walk(frame, member.value, `${path}/${member.key}`, this.#isWhole);
      }
    }
  }

  /** Registers each string and key of a value; `isWhole` where the value will not go on in a later frame. */
  walk(frame: JsonFrame, node: JsonNode, path: string, isWhole: boolean): void {
    if (node.type === 'string') {
      if (node.value !== '') frame.slot(this.#channel(path, isWhole), 'other', node, isWhole);
    } else if (node.type === 'array') {
      node.items.forEach((item, index) => this.walk(frame, item, `${path}/${index}`, isWhole));
    } else if (node.type === 'object') {
      for (const member of node.members) {
        const at = `${path}/${member.key}`;
        if (!FIELD_KEYS.has(member.key)) frame.keySlot(this.#channel(`${at}#`, isWhole), node, member, isWhole);
        this.walk(frame, member.value, at, isWhole);
      }
    }
  }

  /** A number for each place, since a key may itself be text. Whole texts never share one. */
  #channel(path: string, isWhole: boolean): string {
    if (isWhole) return `other/${this.#count++}`;
    let ordinal = this.#ordinals.get(path);
    if (ordinal === undefined) {
      if (this.#ordinals.size >= PLACES_MAX) throw new GatewayError('upstream_error');
      ordinal = this.#count++;
      this.#ordinals.set(path, ordinal);
    }
    return `other/${ordinal}`;
  }
}

/** Tokens with their bytes, and the alternatives to each: the same text once more. An edit changes both spellings. */
export function readLogprobs(frame: JsonFrame, logprobs: JsonNode, path: string): void {
  for (const list of ['content', 'refusal']) {
    for (const item of itemsOf(asObject(logprobs), list)) {
      const entry = asObject(item);
      readToken(frame, entry, `${path}/logprobs`);
      itemsOf(entry, 'top_logprobs').forEach((other, rank) => {
        readToken(frame, asObject(other), `${path}/logprobs/top/${rank}`);
      });
    }
  }
}

function readToken(frame: JsonFrame, entry: JsonObject, channel: string): void {
  const token = stringMember(entry, 'token');
  if (token === undefined) throw new GatewayError('upstream_error');
  const bytes = memberOf(entry, 'bytes');
  const write = (text: string) => {
    frame.edits.setString(token, text);
    if (bytes?.type === 'array') frame.edits.setJson(bytes, `[${encodeUtf8(text).join(',')}]`);
  };
  frame.slots.push(new FrameSlot(channel, 'other', token.value, false, write));
}
