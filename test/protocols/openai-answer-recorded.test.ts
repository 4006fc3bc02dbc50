import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame, AnswerSlot, Operation } from '../../src/core/operation.ts';
import { anthropicOperations } from '../../src/protocols/anthropic.ts';
import { openaiOperations } from '../../src/protocols/openai.ts';
import { answered, encodeAll, framesOf, readAll, readerFor, type Recording } from './openai-recorded.ts';

/** What a real Ollama sent on OpenAI's and Anthropic's routes, read and written again. */

const RECORDINGS = [...answered('openai'), ...answered('anthropic')];
const OPERATIONS = [...openaiOperations, ...anthropicOperations];
const MARKER = 'zmarkerz';

function operationFor(recording: Recording): Operation {
  const operation = OPERATIONS.find(({ path }) => path === recording.path);
  if (operation === undefined) throw new Error(`no operation for ${recording.path}`);
  return operation;
}

function slotsOf(frame: AnswerFrame): AnswerSlot[] {
  return [...frame.slots, ...frame.calls.flatMap((call) => call.slots)];
}

/** Members that hold ids, words of the protocol or vectors, and no text of a model or client. */
const STRUCTURE = new Set(
  (
    'id object model system_fingerprint role type status finish_reason stop_reason item_id service_tier embedding ' +
    'tool_choice truncation'
  ).split(' '),
);

interface Leaf {
  readonly text: string;
  /** The JSON with the marker in this leaf. */
  planted(): unknown;
}

/** Every string (and, in tool arguments, every key) of a frame's JSON that is no structure. */
function leavesOf(root: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]) => {
    const key = path.findLast((part) => typeof part === 'string');
    if (typeof value === 'string') {
      if (value === '' || (typeof key === 'string' && STRUCTURE.has(key) && !path.includes('parameters'))) return;
      if ((key === 'arguments' || key === 'partial_json' || key === 'delta') && value.startsWith('{')) {
        for (const inner of leavesOf(JSON.parse(value))) {
          leaves.push({ text: inner.text, planted: () => planted(root, path, JSON.stringify(inner.planted())) });
        }
        for (const name of Object.keys(JSON.parse(value))) {
          const other = value.replace(`"${name}":`, `"${name}${MARKER}":`);
          leaves.push({ text: name, planted: () => planted(root, path, other) });
        }
      } else leaves.push({ text: value, planted: () => planted(root, path, `${value}${MARKER}`) });
    } else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) {
        const at = [...path, Array.isArray(value) ? Number(name) : name];
        if (path.at(-1) === 'properties') leaves.push({ text: name, planted: () => renamed(root, at) });
        walk(inner, at);
      }
    }
  };
  walk(root, []);
  return leaves;
}

function planted(root: unknown, path: readonly (string | number)[], text: string): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return text;
  const copy: any = Array.isArray(root) ? [...root] : { ...(root as object) };
  copy[first] = planted(copy[first], rest, text);
  return copy;
}

/** The JSON with the marker in the key at the end of `path`. */
function renamed(root: unknown, path: readonly (string | number)[]): unknown {
  const [first, ...rest] = path;
  const entries = Object.entries(root as object).map(([key, value]) => {
    if (key !== String(first)) return [key, value];
    return rest.length === 0 ? [`${key}${MARKER}`, value] : [key, renamed(value, rest)];
  });
  return Array.isArray(root) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** The frame's bytes around its JSON. */
function jsonOf(frame: Uint8Array, recording: Recording): { lead: string; root: unknown; tail: string } | undefined {
  const text = Buffer.from(frame).toString();
  if (!recording.isStream) return { lead: '', root: JSON.parse(text), tail: '' };
  const start = text.indexOf('data: ') + 'data: '.length;
  const data = text.slice(start, -2);
  return data === '[DONE]' ? undefined : { lead: text.slice(0, start), root: JSON.parse(data), tail: '\n\n' };
}

describe('recorded answers of /v1', () => {
  test.each(RECORDINGS.map((recording) => [recording.name, recording] as const))(
    '%s leaves byte for byte, however it is cut',
    (_, recording) => {
      const expected = Buffer.from(recording.answer).toString();
      const failed = '"model":""';
      fc.assert(
        fc.property(fc.array(fc.nat({ max: recording.answer.length }), { maxLength: 12 }), (cuts) => {
          const frames = readAll(readerFor(operationFor(recording), recording), framesOf(recording, cuts));
          const kept = expected
            .split(/(?<=\n\n)/)
            .filter((event) => !event.includes(failed))
            .join('');
          expect(encodeAll(frames)).toBe(kept);
        }),
        { numRuns: 30 },
      );
    },
  );

  test.each(RECORDINGS.map((recording) => [recording.name, recording] as const))(
    '%s ends as the protocol says, or not at all',
    (_, recording) => {
      const frames = readAll(readerFor(operationFor(recording), recording), framesOf(recording));
      const terminals = frames.filter((frame) => frame.terminal).length;
      expect(terminals).toBe(recording.name.includes('dies') ? 0 : 1);
      if (terminals === 1) expect(frames.at(-1)?.terminal).toBe(true);
      expect(frames.some((frame) => frame.pendingCall && frame.terminal)).toBe(false);
    },
  );

  test.each(RECORDINGS.map((recording) => [recording.name, recording] as const))(
    '%s has no text that no slot covers',
    (_, recording) => {
      const reader = readerFor(operationFor(recording), recording);
      for (const bytes of framesOf(recording)) {
        const frame = reader.read(bytes);
        const texts = slotsOf(frame).map((slot) => slot.text);
        for (const { text } of leavesOf(jsonOf(bytes, recording)?.root)) {
          if (!WORDS.has(text)) expect(texts).toContain(text);
        }
      }
    },
  );

  test.each(RECORDINGS.map((recording) => [recording.name, recording] as const))(
    '%s: a marker in each text in turn is gone after an edit, and the rest is still JSON',
    (_, recording) => {
      const frames = framesOf(recording);
      frames.forEach((bytes, index) => {
        const json = jsonOf(bytes, recording);
        for (const leaf of leavesOf(json?.root)) {
          const text = `${json?.lead}${JSON.stringify(leaf.planted())}${json?.tail}`;
          const changed = frames.with(index, new TextEncoder().encode(text));
          const output = withoutMarker(recording, changed);
          expect(output ?? '').not.toContain(MARKER);
          if (output !== undefined && recording.isStream) expectEvents(output);
        }
      });
    },
  );
});

/** Words of the protocol that stand where a client's text may stand. */
const WORDS = new Set(['function', 'object', 'string', 'text']);

/** Reads, takes the marker out of each slot, writes; `undefined` where the reader refuses what does not fit together. */
function withoutMarker(recording: Recording, frames: readonly Uint8Array[]): string | undefined {
  try {
    const read = readAll(readerFor(operationFor(recording), recording), frames);
    expect(read.flatMap(slotsOf).some((slot) => slot.text.includes(MARKER))).toBe(true);
    for (const slot of read.flatMap(slotsOf)) {
      if (slot.text.includes(MARKER)) slot.replace(slot.text.replaceAll(MARKER, ''));
    }
    return encodeAll(read);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return undefined;
  }
}

function expectEvents(output: string): void {
  for (const event of output.split('\n\n')) {
    const data = event.split('\n').find((line) => line.startsWith('data: '));
    if (data !== undefined && data !== 'data: [DONE]') JSON.parse(data.slice('data: '.length));
  }
}
