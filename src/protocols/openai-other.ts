import { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import type { JsonMember, JsonNode, JsonObject } from '../core/json-nodes.ts';
import { asObject, FrameSlot, itemsOf, numberMember, stringMember, type JsonFrame } from './openai-frame.ts';
import { encodeUtf8 } from './shared.ts';

/**
 * Texts of an answer beside its content: what a protocol's reader does not know by name is a text all the same, so that
 * a field of a later Ollama is inspected before anybody here has heard of it.
 */

/** Distinct places of unknown texts in one answer. */
const PLACES_MAX = 256;

/** Keys that Ollama writes: no text of a model's, whatever stands under them. */
const FIELD_KEYS = new Set(
  [
    'created index usage prompt_tokens completion_tokens total_tokens input_tokens output_tokens cached_tokens',
    'reasoning_tokens prompt_tokens_details completion_tokens_details input_tokens_details output_tokens_details',
    'sequence_number output_index content_index summary_index created_at completed_at background error store',
    'frequency_penalty presence_penalty temperature top_p top_logprobs max_output_tokens max_tool_calls metadata',
    'incomplete_details instructions parallel_tool_calls previous_response_id prompt_cache_key safety_identifier',
    'reasoning effort summary tool_choice truncation annotations citations signature stop_sequence',
  ].flatMap((line) => line.split(' ')),
);

/** Ids, names of kinds and reasons: the wire's own vocabulary, as long as it is a word. */
const WORD_KEYS = new Set(
  'id object model system_fingerprint service_tier role type status finish_reason stop_reason item_id'.split(' '),
);

const LOGPROBS_KNOWN = new Set(['content', 'refusal']);
const TOKEN_KNOWN = new Set(['token', 'logprob', 'bytes', 'top_logprobs']);

export class OtherTexts {
  readonly #isWhole: boolean;
  readonly #ordinals = new Map<string, number>();
  #count = 0;

  /** `isWhole`: each text is complete in its frame; else texts of the same place in several frames are one. */
  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /** Registers each string and key below the members of `object` that are not in `known`, which the caller reads. */
  read(
    frame: JsonFrame,
    object: JsonObject,
    known: ReadonlySet<string>,
    path: string,
    isWhole: boolean = this.#isWhole,
  ): void {
    for (const member of object.members) {
      const { key, value } = member;
      const isList = value.type === 'array' || value.type === 'object';
      if (known.has(key) && !(isList && WORD_KEYS.has(key))) continue;
      this.#member(frame, object, member, path, isWhole);
    }
  }

  /** Tokens with their bytes, and the alternatives to each: the same text once more. An edit changes both spellings. */
  readLogprobs(frame: JsonFrame, logprobs: JsonNode, path: string): void {
    const lists = asObject(logprobs);
    this.read(frame, lists, LOGPROBS_KNOWN, `${path}/logprobs`);
    for (const list of LOGPROBS_KNOWN) {
      for (const item of itemsOf(lists, list)) {
        const entry = asObject(item);
        this.#readToken(frame, entry, `${path}/logprobs`);
        itemsOf(entry, 'top_logprobs').forEach((other, rank) => {
          this.#readToken(frame, asObject(other), `${path}/logprobs/top/${rank}`);
        });
      }
    }
  }

  #readToken(frame: JsonFrame, entry: JsonObject, channel: string): void {
    this.read(frame, entry, TOKEN_KNOWN, channel);
    const token = stringMember(entry, 'token');
    const bytes = memberOf(entry, 'bytes');
    const isBytes = itemsOf(entry, 'bytes').every((byte) => byte.type === 'number');
    numberMember(entry, 'logprob');
    if (token === undefined || !isBytes) throw new GatewayError('upstream_error');
    const write = (text: string) => {
      frame.edits.setString(token, text);
      if (bytes?.type === 'array') frame.edits.setJson(bytes, `[${encodeUtf8(text).join(',')}]`);
    };
    frame.slots.push(new FrameSlot(channel, 'other', token.value, false, write));
  }

  /** Registers each string and key of a value; `isWhole` where the value will not go on in a later frame. */
  walk(frame: JsonFrame, node: JsonNode, path: string, isWhole: boolean): void {
    if (node.type === 'string') {
      if (node.value !== '') frame.slot(this.#channel(path, isWhole), 'other', node, isWhole);
    } else if (node.type === 'array') {
      node.items.forEach((item, index) => this.walk(frame, item, `${path}/${index}`, isWhole));
    } else if (node.type === 'object') {
      for (const member of node.members) this.#member(frame, node, member, path, isWhole);
    }
  }

  #member(frame: JsonFrame, object: JsonObject, member: JsonMember, path: string, isWhole: boolean): void {
    const at = `${path}/${member.key}`;
    if (!FIELD_KEYS.has(member.key)) frame.keySlot(this.#channel(`${at}#`, isWhole), object, member, isWhole);
    this.walk(frame, member.value, at, isWhole);
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
