import { GatewayError } from '../core/errors.ts';
import type { AnswerFrame, AnswerReader, AnswerSlot } from '../core/operation.ts';
import type { AnswerStage, TextEdit, TextScanner } from '../core/stage.ts';

/**
 * The one place where an answer is held, edited and ended: frames in, releasable bytes out.
 *
 * Every channel's text goes through the scanners that the stages give it. A frame leaves, in the order it came, once
 * all its text lies below every scanner's watermark; a frame that no edit touches leaves as the bytes that came.
 * Nothing is released by a timer. The pure machine knows no streams; `answer-stream.ts` wraps it.
 */

/** Frames kept back at once, in bytes as they came. Reaching it ends the answer: what cannot be held is not passed. */
export const HELD_BYTES_MAX = 8 * 1024 * 1024;

/** Channels of one answer; choices and tool-call leaves count. */
export const CHANNELS_MAX = 4096;

export interface Splitter {
  push(bytes: Uint8Array): readonly Uint8Array[];
  end(): Uint8Array | undefined;
}

export interface AnswerFilterOptions {
  readonly reader: AnswerReader;
  readonly splitter: Splitter;
  readonly stages: readonly AnswerStage[];
}

/** A frame that waits, with where its slots stand in their channels. */
interface HeldFrame {
  readonly frame: AnswerFrame;
  readonly placed: readonly PlacedSlot[];
  readonly pendingCall: boolean;
  /** The text of its slots, in UTF-16 code units. */
  readonly characters: number;
}

interface PlacedSlot {
  readonly slot: AnswerSlot;
  readonly channel: Channel;
  readonly start: number;
  readonly end: number;
}

export class AnswerFilter {
  /** The protocol's true end was read. */
  terminal = false;
  frames = 0;
  heldCharactersMax = 0;
  /** Token counts as the answer last gave them. */
  usage: AnswerFrame['usage'];
  finishReason: string | undefined;

  readonly #reader: AnswerReader;
  readonly #splitter: Splitter;
  readonly #stages: readonly AnswerStage[];
  readonly #channels = new Map<string, Channel>();
  /** Frames that wait, from `#heldFrom` on; what stands before has left. */
  #held: HeldFrame[] = [];
  #heldFrom = 0;
  #heldBytes = 0;
  #heldCharacters = 0;
  #callOpen = false;
  #stopped = false;

  constructor(options: AnswerFilterOptions) {
    this.#reader = options.reader;
    this.#splitter = options.splitter;
    this.#stages = options.stages;
  }

  /**
   * Takes the next bytes of the answer and appends to `out` what may leave now.
   * Throws GatewayError: `upstream_error` for what cannot be read, `output_blocked` where a policy ends the answer;
   * what was appended before may still leave.
   */
  push(bytes: Uint8Array, out: Uint8Array[]): void {
    for (const raw of this.#splitter.push(bytes)) {
      if (this.terminal) break;
      this.#frame(raw, out);
    }
  }

  /** The upstream's bytes ended. Throws GatewayError `upstream_error` where the protocol's own end is missing. */
  end(out: Uint8Array[]): void {
    const rest = this.#splitter.end();
    if (rest !== undefined && !this.terminal) this.#frame(rest, out);
    if (!this.terminal) throw new GatewayError('upstream_error');
  }

  /** Lets the stages note what they sum up per exchange. Call once, however the answer ended. */
  finish(): void {
    for (const stage of this.#stages) stage.finish?.();
  }

  #frame(raw: Uint8Array, out: Uint8Array[]): void {
    const frame = this.#reader.read(raw);
    this.frames += 1;
    if (frame.failed) throw new GatewayError('upstream_error');
    if (frame.remote) throw new GatewayError('cloud_model');
    if (frame.usage !== undefined) this.usage = frame.usage;
    if (frame.finishReason !== undefined) this.finishReason = frame.finishReason;

    if (this.#passesAtOnce(frame, out)) return;
    const placed = frame.slots.length === 0 && frame.calls.length === 0 ? NO_SLOTS : this.#place(frame);
    this.#callOpen = frame.pendingCall || (this.#callOpen && frame.calls.length === 0);
    if (frame.terminal) this.#close();
    let characters = 0;
    for (const { start, end } of placed) characters += end - start;
    this.#hold({ frame, placed, pendingCall: frame.pendingCall, characters }, out);
    if (this.#stopped) throw new GatewayError('output_blocked');
  }

  /**
   * The usual frame, one piece of one text while nothing is held, without a place in the queue. True where it is done
   * with; a frame that must wait after all is queued here.
   */
  #passesAtOnce(frame: AnswerFrame, out: Uint8Array[]): boolean {
    const slot = frame.slots[0];
    const isUsual = slot !== undefined && frame.slots.length === 1 && frame.calls.length === 0;
    if (!isUsual || frame.terminal || frame.pendingCall || this.#callOpen || this.#heldFrom < this.#held.length)
      return false;
    const channel = this.#channelOf(slot);
    const start = channel.length;
    channel.push(slot.text);
    if (slot.last) channel.end();
    const end = channel.length;
    if (channel.clear < end || channel.stop !== undefined) {
      this.#hold({ frame, placed: [{ slot, channel, start, end }], pendingCall: false, characters: end - start }, out);
      if (this.#stopped) throw new GatewayError('output_blocked');
      return true;
    }
    channel.apply(slot, start, end);
    const bytes = frame.encode();
    if (bytes !== undefined) append(out, bytes);
    return true;
  }

  /** The true end: what is still open is decided, so that held text that is no match leaves before the terminal frame. */
  #close(): void {
    this.terminal = true;
    for (const channel of this.#channels.values()) channel.end();
    if (this.#callOpen) throw new GatewayError('upstream_error');
  }

  #place(frame: AnswerFrame): PlacedSlot[] {
    const placed: PlacedSlot[] = [];
    for (const slot of frame.slots) placed.push(this.#scan(slot));
    for (const call of frame.calls) {
      const sentence = this.#judge(call);
      if (sentence !== undefined) call.refuse(sentence);
      else for (const slot of call.slots) this.#scanOfCall(slot, placed);
    }
    return placed;
  }

  /** Asks every stage, so that a decision's reasons are complete; the first sentence stands. */
  #judge(call: AnswerFrame['calls'][number]): string | undefined {
    let first: string | undefined;
    for (const stage of this.#stages) {
      const sentence = stage.call?.(call);
      first ??= sentence;
    }
    return first;
  }

  #channelOf(slot: AnswerSlot): Channel {
    let channel = this.#channels.get(slot.channel);
    if (channel === undefined) {
      if (this.#channels.size >= CHANNELS_MAX) throw new GatewayError('upstream_error');
      channel = new Channel(this.#stages, slot);
      this.#channels.set(slot.channel, channel);
    }
    return channel;
  }

  #scan(slot: AnswerSlot): PlacedSlot {
    const channel = this.#channelOf(slot);
    const start = channel.length;
    channel.push(slot.text);
    if (slot.last) channel.end();
    return { slot, channel, start, end: channel.length };
  }

  /**
   * Scans one text of a call. It is complete, so it is edited at once: a call that came in fragments is written anew
   * from its first frame on, which leaves before the frame that completed it.
   */
  #scanOfCall(slot: AnswerSlot, placed: PlacedSlot[]): void {
    const scanned = this.#scan(slot);
    const { channel, start, end } = scanned;
    if (channel.clear < end || channel.stop !== undefined) placed.push(scanned);
    else channel.apply(slot, start, end);
  }

  #hold(held: HeldFrame, out: Uint8Array[]): void {
    this.#held.push(held);
    this.#heldBytes += held.frame.raw.length;
    this.#heldCharacters += held.characters;
    while (this.#heldFrom < this.#held.length) {
      const next = this.#held[this.#heldFrom];
      if (next === undefined || !this.#mayLeave(next)) break;
      this.#heldFrom += 1;
      this.#heldBytes -= next.frame.raw.length;
      this.#heldCharacters -= next.characters;
      this.#release(next, out);
    }
    this.#forgetReleased();
    if (this.#heldBytes > HELD_BYTES_MAX) throw new GatewayError('output_blocked');
    if (this.#heldCharacters > this.heldCharactersMax) this.heldCharactersMax = this.#heldCharacters;
  }

  /** Seldom enough to cost nothing a frame, often enough to keep nothing alive. */
  #forgetReleased(): void {
    if (this.#heldFrom === this.#held.length) this.#held.length = 0;
    else if (this.#heldFrom < RELEASED_KEPT_MAX) return;
    else this.#held = this.#held.slice(this.#heldFrom);
    this.#heldFrom = 0;
  }

  #mayLeave(held: HeldFrame): boolean {
    if (held.pendingCall && this.#callOpen) return false;
    for (const { channel, end } of held.placed) {
      if (channel.stop !== undefined && end > channel.stop) this.#stopped = true;
      if (end > channel.clear) return false;
    }
    return !this.#stopped;
  }

  #release(held: HeldFrame, out: Uint8Array[]): void {
    for (const { slot, channel, start, end } of held.placed) channel.apply(slot, start, end);
    const bytes = held.frame.encode();
    if (bytes !== undefined) append(out, bytes);
  }
}

const NO_SLOTS: readonly PlacedSlot[] = [];

/** Frames that left and whose places in the queue are still taken. */
const RELEASED_KEPT_MAX = 64;

/** One text of an answer with its scanners and the edits they decided. */
class Channel {
  length = 0;
  /** Text before this offset will not be edited any more. */
  clear = 0;
  /** Where a policy ends the answer, if it does. */
  stop: number | undefined;
  readonly #scanners: readonly TextScanner[];
  #edits: TextEdit[] = [];
  #ended = false;

  constructor(stages: readonly AnswerStage[], slot: AnswerSlot) {
    const scanners: TextScanner[] = [];
    for (const stage of stages) {
      const scanner = stage.scanner?.(slot);
      if (scanner !== undefined) scanners.push(scanner);
    }
    this.#scanners = scanners;
  }

  push(text: string): void {
    if (this.#ended) throw new GatewayError('upstream_error');
    this.length += text.length;
    let clear = this.length;
    for (const scanner of this.#scanners) {
      scanner.push(text);
      if (scanner.clear < clear) clear = scanner.clear;
      this.#read(scanner);
    }
    this.clear = this.stop === undefined ? clear : Math.min(clear, this.stop);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const scanner of this.#scanners) {
      scanner.end();
      this.#read(scanner);
    }
    this.clear = this.stop ?? this.length;
  }

  /** Puts the edits that touch `start` to `end` into the slot that stands there. Slots come in order. */
  apply(slot: AnswerSlot, start: number, end: number): void {
    if (this.#edits.length === 0) return;
    let text = '';
    let at = start;
    let touched = false;
    for (const edit of this.#edits) {
      if (edit.end <= start && edit.start < start) continue;
      if (edit.start >= end) break;
      touched = true;
      if (edit.start > at) text += slot.text.slice(at - start, edit.start - start);
      if (edit.start >= start) text += edit.replacement;
      at = Math.max(at, Math.min(edit.end, end));
    }
    if (touched) slot.replace(text + slot.text.slice(at - start));
    this.#edits = this.#edits.filter((edit) => edit.end > end);
  }

  #read(scanner: TextScanner): void {
    const { stop } = scanner;
    if (stop !== undefined && (this.stop === undefined || stop < this.stop)) this.stop = stop;
    const edits = scanner.take();
    if (edits.length > 0) this.#edits = this.#edits.length === 0 ? [...edits] : merge(this.#edits, edits);
  }
}

/** Joins the edits of two scanners on one text: where they overlap, one edit covers both and the first label stands. */
function merge(left: readonly TextEdit[], right: readonly TextEdit[]): TextEdit[] {
  const merged: TextEdit[] = [];
  for (const edit of [...left, ...right].sort(byPlace)) {
    const last = merged.at(-1);
    if (last !== undefined && edit.start < last.end) {
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, edit.end) };
    } else {
      merged.push(edit);
    }
  }
  return merged;
}

/** By start, then the longer, then by name, so that the order in which scanners decide plays no part. */
function byPlace(a: TextEdit, b: TextEdit): number {
  return a.start - b.start || b.end - a.end || (a.replacement < b.replacement ? -1 : 1);
}

/** Adds bytes to the output; neighbours in one buffer become one view, so that untouched frames cost one write. */
function append(out: Uint8Array[], bytes: Uint8Array): void {
  const last = out.at(-1);
  if (last !== undefined && last.buffer === bytes.buffer && last.byteOffset + last.byteLength === bytes.byteOffset) {
    out[out.length - 1] = new Uint8Array(
      last.buffer as ArrayBuffer,
      last.byteOffset,
      last.byteLength + bytes.byteLength,
    );
    return;
  }
  out.push(bytes);
}
