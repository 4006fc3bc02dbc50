import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame, AnswerSlot, Operation } from '../../src/core/operation.ts';
import { anthropicOperations } from '../../src/protocols/anthropic.ts';
import { openaiOperations } from '../../src/protocols/openai.ts';
import { FULL } from './openai-full.ts';
import { answered, encodeAll, framesOf, readAll, readerFor, type Recording } from './openai-recorded.ts';

/**
 * Nothing can be hidden where no slot looks: a marker is put in the place of every value, as a string, in a list, in an
 * object and as a key, and beside every member. What is neither refused nor covered by a slot must not leave.
 */

const OPERATIONS: readonly Operation[] = [...openaiOperations, ...anthropicOperations];
/** The space keeps it from being a word of a protocol, base64, or a model's name. */
const MARKER = 'zmarker z';

const SHAPES: readonly unknown[] = [
  MARKER,
  [MARKER],
  { text: MARKER },
  [{ [MARKER]: 1 }],
  { type: 'text', text: MARKER, [MARKER]: true },
];

type Path = readonly (string | number)[];

/** Every place of a value, deepest first. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    placesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [...inner, path];
}

function put(root: any, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const copy = Array.isArray(root) ? [...root] : { ...root };
  copy[first] = put(copy[first], rest, value);
  return copy;
}

function at(root: any, path: Path): unknown {
  return path.reduce((value, key) => value?.[key], root);
}

/** The value with the marker at each place in each shape, and beside the members of each object. */
function* planted(root: unknown): Generator<unknown> {
  for (const path of placesOf(root)) {
    if (path.length > 0) for (const shape of SHAPES) yield put(root, path, shape);
    const here = at(root, path);
    if (here === null || typeof here !== 'object' || Array.isArray(here)) continue;
    for (const name of NAMES) if (!(name in here)) yield put(root, path, { ...here, [name]: MARKER });
  }
}

/** Members that some object of some protocol reads, and one that none does. */
const NAMES = (
  'content text delta message thinking reasoning refusal arguments partial_json input item part response output tool_calls ' +
  'function_call logprobs encrypted_content instructions summary name prompt suffix system error zmarker'
).split(' ');

function isRefused(error: unknown): boolean {
  if (!(error instanceof GatewayError)) throw error;
  return true;
}

describe('a request', () => {
  /** A model's name is what allowlists decide on, and is no prompt. */
  const isModel = (body: string) => JSON.parse(body).model === MARKER;

  test.each(Object.entries(FULL))('on %s carries nothing past its slots', (path, full) => {
    const operation = OPERATIONS.find((candidate) => candidate.path === path);
    let accepted = 0;
    for (const body of planted(full)) {
      try {
        const request = operation?.readRequest(JSON.stringify(body));
        for (const text of request?.texts ?? []) text.replace(text.text.replaceAll(MARKER, ''));
        const forwarded = request?.body() ?? '';
        if (!isModel(forwarded) && forwarded.includes(MARKER)) throw new Error(JSON.stringify(body));
        accepted += 1;
      } catch (error) {
        isRefused(error);
      }
    }
    expect(accepted).toBeGreaterThan(20);
  });
});

describe('an answer', () => {
  /** Ids, names of kinds and reasons: Ollama's own, and no text as long as they are strings. */
  const WORDS = new Set(
    'id object model system_fingerprint service_tier role type status finish_reason stop_reason item_id'.split(' '),
  );

  test.each([...answered('openai'), ...answered('anthropic')].map((recording) => [recording.name, recording] as const))(
    '%s carries nothing past its slots',
    (_, recording) => {
      let accepted = 0;
      const frames = framesOf(recording);
      // Deltas are alike: the first of each shape and the last ones stand for all.
      const chosen = frames
        .map((bytes, index) => ({ bytes, index }))
        .filter(({ index }) => index < 6 || index > frames.length - 7);
      for (const { bytes, index } of chosen) {
        for (const other of plantedFrames(bytes, recording, WORDS)) {
          const output = withoutMarker(recording, frames.with(index, other));
          if (output === undefined) continue;
          if (output.includes(MARKER)) throw new Error(Buffer.from(other).toString());
          accepted += 1;
        }
      }
      expect(accepted).toBeGreaterThan(0);
    },
  );
});

function* plantedFrames(bytes: Uint8Array, recording: Recording, words: ReadonlySet<string>): Generator<Uint8Array> {
  const text = Buffer.from(bytes).toString();
  const start = recording.isStream ? text.indexOf('data: ') + 'data: '.length : 0;
  const data = recording.isStream ? text.slice(start, -2) : text;
  if (data === '[DONE]') return;
  const root = JSON.parse(data);
  if (recording.path === '/v1/embeddings') for (const entry of root.data) entry.embedding = entry.embedding.slice(0, 4);
  for (const other of planted(root)) {
    if (placesOf(other).some((path) => at(other, path) === MARKER && words.has(String(path.at(-1))))) continue;
    yield new TextEncoder().encode(
      `${text.slice(0, start)}${JSON.stringify(other)}${recording.isStream ? '\n\n' : ''}`,
    );
  }
}

function withoutMarker(recording: Recording, frames: readonly Uint8Array[]): string | undefined {
  const operation = OPERATIONS.find(({ path }) => path === recording.path);
  if (operation === undefined) throw new Error(`no operation for ${recording.path}`);
  try {
    const read: AnswerFrame[] = readAll(readerFor(operation, recording), frames);
    const slots: AnswerSlot[] = read.flatMap((frame) => [...frame.slots, ...frame.calls.flatMap((call) => call.slots)]);
    for (const slot of slots) if (slot.text.includes(MARKER)) slot.replace(slot.text.replaceAll(MARKER, ''));
    return encodeAll(read);
  } catch (error) {
    isRefused(error);
    return undefined;
  }
}
