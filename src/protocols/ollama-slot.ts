import type { AnswerSlot, ChannelKind } from '../core/operation.ts';

/** A piece of text in one of Ollama's records; what takes its place goes to whoever knows where it stands. */
export class Slot implements AnswerSlot {
  readonly channel: string;
  readonly kind: ChannelKind;
  readonly text: string;
  readonly last: boolean;
  readonly #replace: (text: string) => void;

  constructor(channel: string, kind: ChannelKind, text: string, last: boolean, replace: (text: string) => void) {
    this.channel = channel;
    this.kind = kind;
    this.text = text;
    this.last = last;
    this.#replace = replace;
  }

  replace(text: string): void {
    if (text !== this.text) this.#replace(text);
  }
}
