import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame, AnswerReader, Operation, RequestView } from '../../src/core/operation.ts';
import { ollamaOperations } from '../../src/protocols/ollama.ts';
import { LineSplitter } from '../../src/streams/lines.ts';

/** What a real Ollama 0.33 was sent and sent back, byte for byte. */
const RECORDED = join(import.meta.dir, '../fixtures/ollama');
const MARKER = 'PLANTED-4f9d';

/** Recorded requests that the gateway refuses although Ollama read them, with the field at fault. */
const REFUSED: Record<string, string | undefined> = {
  'chat/error-json': undefined,
  'chat/error-no-model': 'model',
  // Ollama hands any role to the template.
  'chat/error-role': 'messages.0.role',
  // It prints the model's own system prompt.
  'generate/debug-render': '_debug_render_only',
};

/** Fields of the wire's own vocabulary: a model never writes them. */
const VOCABULARY = new Set(['model', 'created_at', 'role', 'done_reason']);

interface Case {
  readonly name: string;
  readonly operation: Operation;
  readonly request: string;
  readonly status: number;
  readonly answer: Uint8Array;
}

const CASES: readonly Case[] = ['chat', 'generate', 'embed'].flatMap((folder) =>
  readdirSync(join(RECORDED, folder))
    .filter((file) => file.endsWith('.meta.json'))
    .map((file) => caseOf(folder, file.slice(0, -'.meta.json'.length))),
);
const READABLE = CASES.filter(({ name }) => !(name in REFUSED));
const ANSWERED = READABLE.filter(({ status }) => status === 200);

describe('a recorded request', () => {
  test.each(CASES.map((recorded) => [recorded.name, recorded] as const))(
    '%s means the same once rebuilt',
    (name, recorded) => {
      if (name in REFUSED) {
        expect(() => recorded.operation.readRequest(recorded.request)).toThrow(GatewayError);
        expect(paramOf(recorded)).toBe(REFUSED[name]);
        return;
      }
      const view = recorded.operation.readRequest(recorded.request);
      expect(JSON.parse(view.body())).toEqual(JSON.parse(recorded.request));
      expect(view.unknownKeys).toBe(0);
    },
  );

  test('has no text that no slot covers: one planted in any of its strings can be taken out again', () => {
    let planted = 0;
    for (const { name, operation, request } of READABLE) {
      for (const body of plantedVariants(JSON.parse(request), new Set(['model']))) {
        const view = readOrRefuse(operation, body);
        if (view === undefined) continue;
        planted++;
        expect({ name, covered: view.texts.some(({ text }) => text.includes(MARKER)) }).toEqual({
          name,
          covered: true,
        });
        for (const text of view.texts) if (text.text.includes(MARKER)) text.replace('[GONE]');
        expect(view.body()).not.toContain(MARKER);
      }
    }
    expect(planted).toBeGreaterThan(50);
  });
});

describe('a recorded answer', () => {
  test.each(ANSWERED.map((recorded) => [recorded.name, recorded] as const))(
    '%s leaves as the bytes that came',
    (_name, recorded) => {
      const { reader, frames } = framesOf(recorded);
      const sent = frames.map((frame) => reader.read(frame).encode());
      expect(Buffer.concat(sent.filter((bytes) => bytes !== undefined)).equals(recorded.answer)).toBe(true);
    },
  );

  test.each(ANSWERED.map((recorded) => [recorded.name, recorded] as const))(
    '%s ends where Ollama ended it',
    (name, recorded) => {
      const { reader, frames } = framesOf(recorded);
      const ends = frames.map((frame) => reader.read(frame)).map(({ terminal, failed }) => [terminal, failed]);
      const broke = name.endsWith('dies-midstream');
      expect(ends.pop()).toEqual(broke ? [false, true] : [true, false]);
      for (const end of ends) expect(end).toEqual([false, false]);
    },
  );

  test('has no text that no slot covers: one planted in any of its strings can be taken out again', () => {
    let planted = 0;
    for (const recorded of ANSWERED) {
      for (const frame of framesOf(recorded).frames) {
        for (const body of plantedVariants(JSON.parse(decode(frame)), VOCABULARY)) {
          const read = framesOf(recorded).reader.read(encode(body));
          // The text of an error is not kept at all.
          if (read.failed) continue;
          planted++;
          expect({ name: recorded.name, body, clean: isClean(read) }).toEqual({
            name: recorded.name,
            body,
            clean: true,
          });
        }
      }
    }
    expect(planted).toBeGreaterThan(200);
  });

  test('gives its text in pieces that join to what the model said', () => {
    const secret = CASES.find(({ name }) => name === 'chat/secret-stream');
    if (secret === undefined) throw new Error('the recording is missing');
    const { reader, frames } = framesOf(secret);
    const read = frames.map((frame) => reader.read(frame));
    expect(joined(read, 'content')).toContain('sk-test-secret123456789012345678901234567890');
    expect(read.flatMap(({ slots }) => slots).filter(({ last }) => last)).toHaveLength(1);
    expect(read.at(-1)?.usage).toEqual({ inputTokens: 70, outputTokens: 40 });
    expect(read.at(-1)?.finishReason).toBe('stop');
  });
});

function caseOf(folder: string, name: string): Case {
  const at = (suffix: string) => join(RECORDED, folder, `${name}.${suffix}`);
  const meta: { path: string; status: number } = JSON.parse(readFileSync(at('meta.json'), 'utf8'));
  const answer = readdirSync(join(RECORDED, folder)).find((file) => file.startsWith(`${name}.response.`));
  const operation = ollamaOperations.find(({ path }) => path === meta.path);
  if (answer === undefined || operation === undefined) throw new Error(`${folder}/${name} is not complete`);
  return {
    name: `${folder}/${name}`,
    operation,
    request: readFileSync(at('request.json'), 'utf8'),
    status: meta.status,
    answer: new Uint8Array(readFileSync(join(RECORDED, folder, answer))),
  };
}

function framesOf({ operation, request, answer }: Case): { reader: AnswerReader; frames: Uint8Array[] } {
  const reader = operation.answerReader(operation.readRequest(request));
  if (reader.framing === 'json') return { reader, frames: [answer] };
  const splitter = new LineSplitter({ lineBytesMax: 1024 * 1024 });
  const frames = splitter.push(answer);
  expect(splitter.end()).toBeUndefined();
  return { reader, frames };
}

/** Every slot that holds the marker replaced: then it must be gone from the bytes, which must be JSON still. */
function isClean(frame: AnswerFrame): boolean {
  const slots = [...frame.slots, ...frame.calls.flatMap((call) => call.slots)];
  for (const slot of slots) if (slot.text.includes(MARKER)) slot.replace('[GONE]');
  const bytes = frame.encode();
  if (bytes === undefined) return true;
  const text = decode(bytes);
  JSON.parse(text);
  const spelled = [...MARKER].map((character) => character.charCodeAt(0)).join(',');
  return !text.includes(MARKER) && !text.replaceAll(' ', '').includes(spelled);
}

function joined(frames: readonly AnswerFrame[], channel: string): string {
  return frames
    .flatMap(({ slots }) => slots)
    .filter((slot) => slot.channel === channel)
    .map(({ text }) => text)
    .join('');
}

/** The value once for each of its strings, and for each key of free values, with the marker in it. */
function plantedVariants(value: unknown, vocabulary: ReadonlySet<string>): string[] {
  const bodies: string[] = [];
  const visit = (node: unknown, isFree: boolean) => {
    if (node === null || typeof node !== 'object') return;
    // Arrays too: their indexes are keys here.
    const object = node as Record<string, unknown>;
    for (const key of Object.keys(object)) {
      const original = object[key];
      if (typeof original === 'string' && (isFree || !vocabulary.has(key))) {
        object[key] = `${original.slice(0, 2)}${MARKER}`;
        // What Ollama repeats of a token it repeats as bytes too.
        const bytes = object['bytes'];
        if (key === 'token' && bytes !== undefined) object['bytes'] = [...encode(String(object[key]))];
        bodies.push(JSON.stringify(value));
        if (key === 'token' && bytes !== undefined) object['bytes'] = bytes;
        object[key] = original;
      }
      visit(original, isFree || ['arguments', 'parameters', 'format'].includes(key));
    }
    if (!isFree || Array.isArray(node)) return;
    object[MARKER] = 1;
    bodies.push(JSON.stringify(value));
    delete object[MARKER];
  };
  visit(value, false);
  return bodies;
}

function readOrRefuse(operation: Operation, body: string): RequestView | undefined {
  try {
    return operation.readRequest(body);
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

function paramOf({ operation, request }: Case): string | undefined {
  try {
    operation.readRequest(request);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.param : String(error);
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
