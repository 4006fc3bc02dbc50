import { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import type { JsonObject, JsonString } from '../core/json-nodes.ts';
import type { ChannelKind } from '../core/operation.ts';
import { ChatCalls } from './openai-calls.ts';
import { FrameSlot, type JsonFrame } from './openai-frame.ts';
import type { OtherTexts } from './openai-other.ts';

/**
 * The running texts of one choice, and where each ends.
 *
 * Reasoning ends where content or a call begins: else its last word, which might still become a match, would hold back
 * all content. Where it goes on after that, it is a text of its own, and where a policy enforces it begins on a new
 * line, so that a client which joins the two has not one text that nobody looked at as one.
 */

export type Running = 'content' | 'reasoning' | 'reasoning_content' | 'refusal' | 'text';

const KINDS: Readonly<Record<Running, ChannelKind>> = {
  content: 'content',
  text: 'content',
  reasoning: 'thinking',
  reasoning_content: 'thinking',
  refusal: 'content',
};

const THINKING: readonly Running[] = ['reasoning', 'reasoning_content'];
const RUNNING: readonly Running[] = ['reasoning', 'reasoning_content', 'content', 'refusal', 'text'];

export interface ChoiceOptions {
  readonly index: number;
  /** The answer is one JSON body: each text is complete. */
  readonly isWhole: boolean;
  readonly others: OtherTexts;
  readonly isEnforced: () => boolean;
}

export class Choice {
  readonly path: string;
  readonly calls: ChatCalls;
  readonly #options: ChoiceOptions;
  readonly #open = new Map<Running, string>();
  readonly #runs = new Map<Running, number>();
  #hasContent = false;
  #isFinished = false;

  constructor(options: ChoiceOptions) {
    this.#options = options;
    this.path = `choices/${options.index}`;
    this.calls = new ChatCalls({ path: this.path, others: options.others, isEnforced: options.isEnforced });
  }

  /** Reads the text of a legacy completion, which stands in the choice itself. */
  readText(frame: JsonFrame, node: JsonObject): void {
    this.#text(frame, node, 'text');
  }

  /** Reads the texts and calls of a message or delta. Throws GatewayError where something comes after the end. */
  read(frame: JsonFrame, message: JsonObject): void {
    for (const name of THINKING) this.#text(frame, message, name);
    const content = this.#text(frame, message, 'content');
    this.#text(frame, message, 'refusal');
    const list = memberOf(message, 'tool_calls');
    if (list === undefined || list.type === 'null') return;
    if (this.#isFinished) throw new GatewayError('upstream_error');
    this.#end(frame, message, THINKING);
    this.calls.read(frame, message, list, content, this.#hasContent ? '\n\n' : '');
  }

  /** The protocol says that the choice is complete; `message` takes what is still to be said. */
  finish(frame: JsonFrame, message: JsonObject | undefined): void {
    this.calls.finish(frame);
    if (message !== undefined) this.#end(frame, message, RUNNING);
    this.#isFinished = true;
  }

  #text(frame: JsonFrame, message: JsonObject, name: Running): FrameSlot | undefined {
    const node = memberOf(message, name);
    if (node === undefined || node.type === 'null') return undefined;
    if (node.type !== 'string') throw new GatewayError('upstream_error');
    if (node.value === '') return undefined;
    if (this.#isFinished) throw new GatewayError('upstream_error');
    if (KINDS[name] !== 'thinking') {
      this.#end(frame, message, THINKING);
      this.#hasContent = true;
    }
    const isResumed = !this.#open.has(name) && this.#runs.has(name);
    const slot = frame.slot(this.#channel(name), KINDS[name], node, this.#options.isWhole);
    if (isResumed) frame.decideLate(() => this.#separate(frame, node, slot));
    return slot;
  }

  #separate(frame: JsonFrame, node: JsonString, slot: FrameSlot): void {
    if (this.#options.isEnforced()) frame.edits.setString(node, `\n${slot.current}`);
  }

  #channel(name: Running): string {
    let channel = this.#open.get(name);
    if (channel === undefined) {
      const run = this.#runs.get(name) ?? 0;
      this.#runs.set(name, run + 1);
      channel = run === 0 ? `${this.path}/${name}` : `${this.path}/${name}/${run}`;
      this.#open.set(name, channel);
    }
    return channel;
  }

  /** Says in this frame that texts which came before are complete. */
  #end(frame: JsonFrame, message: JsonObject, names: readonly Running[]): void {
    for (const name of names) {
      const channel = this.#open.get(name);
      if (channel === undefined) continue;
      this.#open.delete(name);
      if (this.#options.isWhole) continue;
      const ends = frame.slots.findLastIndex((slot) => slot.channel === channel);
      const slot = frame.slots[ends];
      // The frame's own piece is the last one; else an empty piece says it.
      if (slot instanceof FrameSlot) slot.last = true;
      else frame.slots.push(endOfText(frame, message, name, channel));
    }
  }
}

function endOfText(frame: JsonFrame, message: JsonObject, name: Running, channel: string): FrameSlot {
  return new FrameSlot(channel, KINDS[name], '', true, (text) => {
    if (text === '') return;
    const empty = memberOf(message, name);
    if (empty === undefined) frame.edits.insertMember(message, name, text);
    else frame.edits.setString(empty, text);
  });
}
