import { GatewayError } from '../core/errors.ts';
import type { JsonObject, JsonString } from '../core/json-nodes.ts';
import { CallArguments } from './openai-arguments.ts';
import { numberMember, stringMember, type JsonFrame } from './openai-frame.ts';
import { ResponsesCall } from './responses-call.ts';
import { partAdded, partDone, textDelta, type ResponsesEvents } from './responses-events.ts';

/** Calls of one response. */
const CALLS_MAX = 512;

/**
 * The calls of one response and all tellings of each. What is told again must be what was judged: another name or other
 * arguments under the same id are an upstream error.
 */
export class ResponsesCalls {
  readonly #events: ResponsesEvents;
  readonly #isEnforced: () => boolean;
  readonly #calls = new Map<string, ResponsesCall>();
  readonly #open = new Set<ResponsesCall>();
  #tellings = 0;

  constructor(events: ResponsesEvents, isEnforced: () => boolean) {
    this.#events = events;
    this.#isEnforced = isEnforced;
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /** `response.output_item.added`: a call begins. */
  begin(frame: JsonFrame, item: JsonObject): void {
    const call = this.#add(frame, item);
    this.#open.add(call);
    call.whenRefused((sentence) => frame.replaceValue(item, call.messageItem('in_progress', sentence)));
    const text = stringMember(item, 'arguments');
    // Streams begin a call without arguments; what stood there no delta would complete.
    if (text !== undefined && text.value !== '') throw new GatewayError('upstream_error');
  }

  /** `response.function_call_arguments.delta` and `.done`. */
  readEvent(frame: JsonFrame, root: JsonObject, type: string): void {
    const call = this.#calls.get(stringMember(root, 'item_id')?.value ?? '');
    if (call === undefined) throw new GatewayError('upstream_error');
    const isDelta = type.endsWith('.delta');
    const text = stringMember(root, isDelta ? 'delta' : 'arguments');
    if (text === undefined) throw new GatewayError('upstream_error');
    if (isDelta) this.#readDelta(frame, root, call, text);
    else this.#readDone(frame, root, call, text);
  }

  /** An item that is complete: the last tellings of a call, or its only one. */
  readItem(frame: JsonFrame, item: JsonObject): void {
    const known = this.#calls.get(stringMember(item, 'id')?.value ?? '');
    const call = known ?? this.#add(frame, item);
    if (known !== undefined) this.#readAgain(frame, item, known);
    call.whenRefused((sentence) => frame.replaceValue(item, call.messageItem('completed', sentence)));
    const text = stringMember(item, 'arguments');
    if (text === undefined) throw new GatewayError('upstream_error');
    this.#readWhole(frame, call, text);
  }

  #add(frame: JsonFrame, item: JsonObject): ResponsesCall {
    const id = stringMember(item, 'id')?.value;
    const name = stringMember(item, 'name');
    if (id === undefined || name === undefined || this.#calls.has(id) || this.#calls.size >= CALLS_MAX) {
      throw new GatewayError('upstream_error');
    }
    const call = new ResponsesCall(id, name.value, `calls/${this.#calls.size}`);
    this.#calls.set(id, call);
    this.#readNames(frame, item, call.channel);
    return call;
  }

  #readAgain(frame: JsonFrame, item: JsonObject, call: ResponsesCall): void {
    if (stringMember(item, 'name')?.value !== call.name) throw new GatewayError('upstream_error');
    this.#readNames(frame, item, `${call.channel}/again/${this.#tellings++}`);
  }

  #readNames(frame: JsonFrame, item: JsonObject, channel: string): void {
    const name = stringMember(item, 'name');
    const id = stringMember(item, 'call_id');
    if (name !== undefined) frame.slot(`${channel}/name`, 'tool_argument', name, true);
    if (id !== undefined && id.value !== '') frame.slot(`${channel}/id`, 'other', id, true);
  }

  #readDelta(frame: JsonFrame, root: JsonObject, call: ResponsesCall, text: JsonString): void {
    const isBehindEnd = call.isComplete;
    call.buffer.push(text.value);
    if (isBehindEnd) {
      // Only an empty piece may come behind the end; it is no part of the call's text.
      call.whenRefused(() => frame.leaveOut());
      return;
    }
    call.deltas += 1;
    const ordinal = call.deltas;
    if (call.buffer.isComplete && !call.isComplete) this.#complete(frame, call);
    frame.decideLate(() => {
      if (call.refusal === undefined) this.#writeDelta(frame, call, text, ordinal);
      else if (ordinal > 1) frame.leaveOut();
      else {
        const place = placeOf(root, call);
        this.#events.replace(frame, root, [partAdded(place), textDelta(place, call.refusal)]);
      }
    });
  }

  /** Deltas of one call leave together, in the last of them: no part is on its way before the whole was looked at. */
  #writeDelta(frame: JsonFrame, call: ResponsesCall, text: JsonString, ordinal: number): void {
    const isMoved = call.deltas > 1 && (call.isEdited || this.#isEnforced());
    if (isMoved) frame.edits.setString(text, ordinal === call.deltas ? call.text : '');
    else if (call.isEdited) frame.edits.setString(text, call.text);
  }

  #readDone(frame: JsonFrame, root: JsonObject, call: ResponsesCall, text: JsonString): void {
    this.#readWhole(frame, call, text);
    frame.decideLate(() => {
      if (call.refusal === undefined) return;
      const place = placeOf(root, call);
      const begun = call.deltas > 0 ? [] : [partAdded(place), textDelta(place, call.refusal)];
      this.#events.replace(frame, root, [...begun, ...partDone(place, call.refusal)]);
    });
  }

  /** The arguments as a whole: judged here if no delta brought them, else a repetition of what was judged. */
  #readWhole(frame: JsonFrame, call: ResponsesCall, text: JsonString): void {
    if (!call.isComplete && call.deltas === 0) {
      call.buffer.push(text.value);
      this.#complete(frame, call);
      frame.decideLate(() => {
        if (call.refusal === undefined && call.isEdited) frame.edits.setString(text, call.text);
      });
      return;
    }
    if (!call.isComplete || call.buffer.text !== text.value) throw new GatewayError('upstream_error');
    if (call.refusal !== undefined) return;
    const again = new CallArguments(text.value, `${call.channel}/again/${this.#tellings++}`);
    frame.slots.push(...again.slots);
    frame.decideLate(() => {
      if (call.refusal === undefined && again.isEdited) frame.edits.setString(text, again.text);
    });
  }

  #complete(frame: JsonFrame, call: ResponsesCall): void {
    call.complete();
    this.#open.delete(call);
    frame.calls = [...frame.calls, call];
  }
}

function placeOf(root: JsonObject, call: ResponsesCall): { readonly itemId: string; readonly outputIndex: number } {
  return { itemId: call.id, outputIndex: numberMember(root, 'output_index') ?? 0 };
}
