import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import type { Operation, RequestView } from '../../src/core/operation.ts';
import { OPERATIONS } from '../../src/protocols/index.ts';
import { allRecordings } from '../gateway/replay.ts';
import { FULL } from './openai-full.ts';

/**
 * Recorded requests of every route with something changed somewhere: refused, or what is forwarded is what would be
 * forwarded again, and holds no text that policies did not see.
 */

const RUNS = Number(process.env['CASES'] ?? 2_000);
const SEED = 20_261_124;
const MARK = 'MARK';

/** Fields that hold a name or a word in a form of its own, or bytes in base64; policies see the model's name by itself. */
const NO_TEXT = new Set([
  'model',
  'data',
  'image_url',
  'url',
  'images',
  'encoding_format',
  'format',
  'truncation',
  'effort',
  'reasoning_effort',
  'type',
  'status',
  'tool_choice',
  'mode',
  'media_type',
  'think',
  'keep_alive',
]);

const recordings = allRecordings().filter(({ request, status }) => request !== undefined && status === 200);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Change {
  readonly at: number;
  readonly value: Json | undefined;
  readonly key: 'keep' | 'upper' | 'extra' | 'long s';
}

const value: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constantFrom<Json | undefined>(MARK, `${MARK} two`, '', null, true, 5, -1, 1.5, [], {}, undefined),
  fc.constantFrom<Json>([MARK], [{ type: 'text', text: MARK }], { type: 'text', text: MARK }, { [MARK]: MARK }, [
    [MARK],
  ]),
  fc.constantFrom<Json>(
    'text',
    'user',
    'system',
    'tool',
    'function',
    'web_search',
    'input_text',
    'tool_result',
    'thinking',
    '{"a":"MARK"}',
  ),
);
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  value,
  key: fc.oneof(
    { arbitrary: fc.constant('keep' as const), weight: 6 },
    { arbitrary: fc.constantFrom('upper', 'extra', 'long s'), weight: 1 },
  ),
});

describe.each(OPERATIONS.map((operation) => [operation.path, operation] as const))('on %s', (path, operation) => {
  const recorded = recordings.filter((recording) => recording.path === path).map(({ request }) => request ?? '');
  // Every field that the route has, once.
  const full = FULL[path];
  const bodies = full === undefined ? recorded : [...recorded, JSON.stringify(full)];

  test('what is forwarded is canonical and seen', () => {
    expect(bodies.length).toBeGreaterThan(0);
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(change, { minLength: 1, maxLength: 3 }), (body, changes) => {
        const root: Json = JSON.parse(body);
        for (const one of changes) apply(root, one);
        const view = readOrRefuse(operation, JSON.stringify(root));
        if (view === undefined) return;
        accepted += 1;
        const forwarded = view.body();
        const again = operation.readRequest(forwarded);
        expect(again.body()).toBe(forwarded);
        expect(again.unknownKeys).toBe(0);
        expect(again.texts.map(({ text }) => text)).toEqual(view.texts.map(({ text }) => text));
        expect(again.tools.map(({ name, where }) => [name, where])).toEqual(
          view.tools.map(({ name, where }) => [name, where]),
        );
        const seen = view.texts.map(({ text }) => text).join('\n');
        for (const text of marked(JSON.parse(forwarded))) expect(seen).toContain(text);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(accepted).toBeGreaterThan(RUNS / 20);
  }, 60_000);
});

function readOrRefuse(operation: Operation, body: string): RequestView | undefined {
  try {
    return operation.readRequest(body);
  } catch (error) {
    if (error instanceof GatewayError && (error.code === 'malformed_request' || error.code === 'tool_blocked'))
      return undefined;
    throw error;
  }
}

interface Place {
  readonly holder: Json[] | { [key: string]: Json };
  readonly key: string;
}

/** Puts a value in one place, takes it away, or spells its key in another way. */
function apply(root: Json, { at, value, key: spelling }: Change): void {
  // The generator's own values are used again.
  const put = structuredClone(value);
  const places = [...placesOf(root)];
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return;
  const { holder, key } = place;
  if (Array.isArray(holder)) {
    holder[Number(key)] = put ?? null;
    return;
  }
  const old = holder[key] ?? null;
  if (spelling === 'extra') holder['extra'] = put ?? null;
  else if (spelling !== 'keep') {
    delete holder[key];
    holder[spelling === 'upper' ? key.toUpperCase() : key.replace('s', '\u017f')] = old;
  } else if (put === undefined) delete holder[key];
  else holder[key] = put;
}

function* placesOf(json: Json): Generator<Place> {
  if (json === null || typeof json !== 'object') return;
  for (const [key, child] of Object.entries(json)) {
    yield { holder: json, key };
    yield* placesOf(child);
  }
}

/** Texts and keys with the mark, but for those in fields that hold no text. Arguments in strings are looked into. */
function* marked(json: Json, field = ''): Generator<string> {
  if (typeof json === 'string') {
    if (!json.includes(MARK) || NO_TEXT.has(field)) return;
    if (json.startsWith('{"')) yield* marked(JSON.parse(json));
    else yield json;
  } else if (Array.isArray(json)) {
    for (const item of json) yield* marked(item, field);
  } else if (json !== null && typeof json === 'object') {
    for (const [key, child] of Object.entries(json)) {
      if (key.includes(MARK)) yield key;
      yield* marked(child, key);
    }
  }
}
