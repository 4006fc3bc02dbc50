import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { allRecordings, isStream, startReplayer, type Recording, type Replayer } from './replay.ts';

/**
 * A secret in each text field of each recorded answer in turn, whole and spread over frames, as a value, as a key and
 * in a field that nobody knows yet: through the gateway in hard it is gone from all of them.
 */

const SECRET = 'sk-test-Q7vK2mWx9Lp4Rt8Zb3Nc6Yd1Hs5Jf0Ga';
/** A key begins where a word does. */
const AS_WORD = ` ${SECRET} `;

/** The wires' own vocabulary, which no model writes: no slot covers it. */
const VOCABULARY: ReadonlySet<string> = new Set([
  'model',
  'created_at',
  'role',
  'done_reason',
  'object',
  'type',
  'status',
  'finish_reason',
  'stop_reason',
  'system_fingerprint',
  'service_tier',
]);

/** Ids of answers, items and events, which Ollama makes of random numbers; ids of calls are text. */
const IDS = /^(?:id|item_id|message\/id|response\/id|item\/id|(?:response\/)?output\/\d+\/id)$/;

/** Metadata that nobody's prompt shapes; what `show` withholds is in `metadata.test.ts`. */
const METADATA = /^ollama\/meta\//;

const PLANTED = allRecordings().filter(
  ({ status, name }) => status === 200 && !METADATA.test(name) && !/debug-render|error-role|dies-|embed/.test(name),
);

let replayer: Replayer;
let gateway: TestGateway;

beforeAll(async () => {
  replayer = startReplayer();
  gateway = await startGateway({ upstream: replayer.url, env: { ENFORCEMENT_MODE: 'hard', LOG_LEVEL: 'ERROR' } });
});
afterAll(async () => {
  await gateway.stop();
  await replayer.stop();
});

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

async function answerOf(recording: Recording, answer: string): Promise<string> {
  replayer.play(recording, encoder.encode(answer));
  const init = recording.request === undefined ? {} : { body: recording.request };
  const response = await fetch(gateway.url + recording.path, { method: recording.method, ...init });
  return response.text();
}

describe('a secret planted in any field of a recorded answer is gone in hard', () => {
  test.each(PLANTED.map((recording) => [recording.name, recording] as const))(
    '%s',
    async (_name, recording) => {
      const frames = recordsOf(recording);
      const leaked: string[] = [];
      const variants = [...wholeVariants(frames), ...spreadVariants(frames)];
      expect(variants.length).toBeGreaterThan(0);
      for (const { place, records } of variants) {
        const text = await answerOf(
          recording,
          records.map(({ before, json, after }) => before + JSON.stringify(json) + after).join(''),
        );
        if (joined(recording, text).includes(SECRET) || text.includes(SECRET)) leaked.push(place);
        gateway.events.length = 0;
      }
      expect(leaked).toEqual([]);
    },
    60_000,
  );
});

interface Record_ {
  /** What stands before and behind the JSON of the frame: the event's name, `data: `, line ends, `[DONE]`. */
  readonly before: string;
  readonly json: unknown;
  readonly after: string;
}

function recordsOf(recording: Recording): Record_[] {
  const text = decoder.decode(recording.answer);
  if (!isStream(recording)) return [{ before: '', json: JSON.parse(text), after: '' }];
  const records: Record_[] = [];
  let before = '';
  for (const line of text.split(/(?<=\n)/)) {
    const start = line.indexOf('{');
    if (start < 0 || !/^(?:data: )?\{/.test(line)) {
      before += line;
      continue;
    }
    records.push({ before: before + line.slice(0, start), json: JSON.parse(line.slice(start)), after: '\n' });
    before = '';
  }
  const last = records.at(-1);
  if (last !== undefined) records[records.length - 1] = { ...last, after: last.after + before };
  return records;
}

interface Variant {
  readonly place: string;
  readonly records: readonly Record_[];
}

type Path = readonly (string | number)[];

/** The secret whole: in the first, a middle and the last frame that has a string there, and in fields that are new. */
function wholeVariants(records: readonly Record_[]): Variant[] {
  const variants: Variant[] = [];
  for (const [path, at] of placesOf(records)) {
    for (const index of new Set([at[0], at[at.length >> 1], at.at(-1)])) {
      if (index === undefined) continue;
      const keys = path.split('/').map(unescaped);
      variants.push(variant(`${index}:${path}`, records, index, planted(records[index]?.json, keys, AS_WORD)));
    }
  }
  for (const index of new Set([0, records.length >> 1, records.length - 1])) {
    for (const path of objectsOf(records[index]?.json)) {
      const place = `${index}:${path.join('/')}`;
      const value = (make: (object: Record<string, unknown>) => unknown) => edited(records[index]?.json, path, make);
      variants.push(
        variant(
          `${place} new value`,
          records,
          index,
          value((object) => ({ ...object, note: `a ${SECRET}` })),
        ),
      );
      variants.push(
        variant(
          `${place} new key`,
          records,
          index,
          value((object) => ({ ...object, [`a ${SECRET}`]: { b: 1 } })),
        ),
      );
    }
  }
  return variants;
}

/** The secret in three pieces, in three frames in a row that have a string there. */
function spreadVariants(records: readonly Record_[]): Variant[] {
  const pieces = [AS_WORD.slice(0, 3), AS_WORD.slice(3, 20), AS_WORD.slice(20)];
  return [...placesOf(records)].flatMap(([path, at]) => {
    // What the events of Responses tell again is complete each time.
    if (path.startsWith('response/')) return [];
    if (at.length < pieces.length) return [];
    const from = Math.floor((at.length - pieces.length) / 2);
    const changed = [...records];
    for (const [turn, piece] of pieces.entries()) {
      const index = at[from + turn];
      const record = index === undefined ? undefined : changed[index];
      if (index === undefined || record === undefined) return [];
      changed[index] = { ...record, json: planted(record.json, path.split('/').map(unescaped), piece) };
    }
    return [{ place: `${path} over frames`, records: changed }];
  });
}

function variant(place: string, records: readonly Record_[], index: number, json: unknown): Variant {
  return { place, records: records.map((record, at) => (at === index ? { ...record, json } : record)) };
}

/** Where strings stand that may carry text, and in which frames. */
function placesOf(records: readonly Record_[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, { json }] of records.entries()) {
    for (const path of stringsOf(json)) {
      const key = path.map((part) => escaped(String(part))).join('/');
      if (VOCABULARY.has(String(path.at(-1))) && !/arguments|input|parameters|properties/.test(key)) continue;
      if (IDS.test(key) || /(?:^|\/)model$/.test(key)) continue;
      places.set(key, [...(places.get(key) ?? []), index]);
    }
  }
  return places;
}

const escaped = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
const unescaped = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

function* stringsOf(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value === 'string') yield path;
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* stringsOf(item, [...path, index]);
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) yield* stringsOf(item, [...path, key]);
}

function* objectsOf(value: unknown, path: Path = []): Generator<Path> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* objectsOf(item, [...path, index]);
  else if (value !== null && typeof value === 'object') {
    yield path;
    for (const [key, item] of Object.entries(value)) yield* objectsOf(item, [...path, key]);
  }
}

/** Puts text into a string; into a string of the JSON where the string is JSON, as arguments of calls are. */
function planted(json: unknown, path: Path, text: string): unknown {
  return edited(json, path, (old) => {
    if (typeof old === 'string' && old.startsWith('{"')) {
      const inner: unknown = JSON.parse(old);
      const first = [...stringsOf(inner)][0];
      if (first !== undefined) return JSON.stringify(edited(inner, first, () => text));
    }
    return text;
  });
}

// oxlint-disable-next-line typescript/no-explicit-any -- a JSON value of any shape
function edited(json: any, path: Path, make: (old: any) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return make(json);
  const copy = Array.isArray(json) ? [...json] : { ...json };
  copy[key] = edited(copy[key], rest, make);
  return copy;
}

/** All strings at one place of an answer's frames, joined place by place: what a client would put together. */
function joined(recording: Recording, text: string): string {
  if (!isStream(recording)) return text;
  const texts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const start = line.indexOf('{');
    if (start < 0 || line.startsWith('event:')) continue;
    const json: unknown = JSON.parse(line.slice(start));
    for (const path of stringsOf(json)) {
      let value: unknown = json;
      for (const key of path) value = (value as Record<string, unknown>)[key];
      const key = path.join('/');
      texts.set(key, (texts.get(key) ?? '') + String(value));
    }
  }
  return [...texts.values()].join('\n');
}
