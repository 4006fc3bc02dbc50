import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { readConfig } from '../../src/config.ts';
import { compileRules } from '../../src/redaction/program.ts';
import { validators } from '../../src/redaction/validators.ts';
import { createService, type Service } from '../../src/service.ts';
import { policyDirectory } from '../helpers/service.ts';
import { MODEL } from '../helpers/upstream.ts';

/**
 * The contract of streaming redaction, through the whole gateway: any answer, any cut into records and reads, any mix
 * of channels; what the client joins is `redact` of what the model said, channel by channel.
 */

const RULES = [
  { id: 'key', label: 'KEY', pattern: 'sk-[a-z0-9-]{4,}' },
  { id: 'employee', label: 'EMPLOYEE', pattern: 'EMP-[0-9]{3}' },
  { id: 'mail', label: 'MAIL', pattern: '[a-z0-9.]{1,20}@[a-z0-9]{1,20}\\.[a-z]{2,3}' },
  { id: 'long', label: 'LONG', pattern: 'sk-admin-[a-z]{6}' },
];
const POLICY = `apiVersion: llm-gateway/v1
kind: SensitiveInformation
metadata: { name: test-rules, description: rules of the property test }
spec:
  rules:
    builtin: []
    add: ${JSON.stringify(RULES)}
  toolArguments: redact
`;

const program = compileRules(RULES, { mode: 'compete', validators });
const redact = (text: string) => program.redact(text);
const RUNS = Number(process.env['CASES'] ?? 600);

/** What the model is about to say, as bytes in reads. */
let reads: Uint8Array[] = [];
let contentType = '';
let directory = '';
let service: Service;

beforeAll(async () => {
  directory = policyDirectory({ 'rules.yaml': POLICY });
  const config = readConfig({ ENFORCEMENT_MODE: 'hard', POLICY_DIR: directory });
  const answer = async (input: string | URL | Request): Promise<Response> => {
    if (String(input).endsWith('/api/tags'))
      return Response.json({ models: [{ name: MODEL, digest: 'a'.repeat(64) }] });
    const pieces = reads[Symbol.iterator]();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const { done, value } = pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
    });
    return new Response(body, { headers: { 'content-type': contentType } });
  };
  service = await createService(config, {
    sink: { emit() {}, exchange: () => ({ emit() {}, headers: () => ({}) }) },
    fetch: answer as typeof fetch,
  });
});
afterAll(() => {
  service.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Text full of matches, near matches and things that need escapes. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'sk-',
        'sk-admin-',
        'EMP-',
        '123',
        'abc',
        '.',
        '@',
        'a@b.co',
        ' ',
        '-',
        'mail ',
        '"',
        '\\',
        '\n',
        'é',
        '😀',
        '\u2028',
        '<b>',
        'sk-abcd',
        'EMP-123',
      ),
      fc.string({ maxLength: 4, unit: 'grapheme' }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join('').toWellFormed());

/** Cuts a text into pieces of whole code points. */
const cut = (whole: string, sizes: readonly number[]): string[] => {
  const points = [...whole];
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < points.length; turn += 1) {
    const size = 1 + ((sizes[turn % sizes.length] ?? 0) % 7);
    pieces.push(points.slice(at, at + size).join(''));
    at += size;
  }
  return pieces;
};

const cutBytes = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = 1 + (sizes[turn % sizes.length] ?? 0);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

const sizes = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 8 });

/** Deals pieces of several channels out in an order of its own. */
function interleave(
  channels: Readonly<Record<string, readonly string[]>>,
  order: readonly number[],
): { channel: string; piece: string }[] {
  const left = Object.entries(channels).map(([channel, pieces]) => ({ channel, pieces: [...pieces] }));
  const dealt: { channel: string; piece: string }[] = [];
  for (let turn = 0; left.some(({ pieces }) => pieces.length > 0); turn += 1) {
    const open = left.filter(({ pieces }) => pieces.length > 0);
    const next = open[(order[turn % order.length] ?? 0) % open.length];
    const piece = next?.pieces.shift();
    if (next !== undefined && piece !== undefined) dealt.push({ channel: next.channel, piece });
  }
  return dealt;
}

async function ask(path: string): Promise<string> {
  const request = new Request(`http://localhost${path}`, {
    method: 'POST',
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hi' }], stream: true }),
  });
  const response = await service.app.fetch(request);
  expect(response.status).toBe(200);
  return response.text();
}

const encoder = new TextEncoder();

describe('an answer, however cut, reaches the client as redact(answer)', () => {
  test('on /api/chat, in content after thinking', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, sizes, sizes, async (content, thinking, records, bytes) => {
        const head = { model: MODEL, created_at: '2026-11-22T22:21:55.711668381Z' };
        const lines = [
          ...cut(thinking, records).map((piece) => ({
            ...head,
            message: { role: 'assistant', content: '', thinking: piece },
            done: false,
          })),
          ...cut(content, records).map((piece) => ({
            ...head,
            message: { role: 'assistant', content: piece },
            done: false,
          })),
          { ...head, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
        ].map((record) => `${JSON.stringify(record)}\n`);
        reads = cutBytes(encoder.encode(lines.join('')), bytes);
        contentType = 'application/x-ndjson';
        const answer = (await ask('/api/chat'))
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        expect(answer.map((record) => record.message.content).join('')).toBe(redact(content));
        expect(answer.map((record) => record.message.thinking ?? '').join('')).toBe(redact(thinking));
        expect(answer.at(-1).done).toBe(true);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  test('on /v1/chat/completions, in two choices at once', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, sizes, sizes, sizes, async (first, second, records, bytes, order) => {
        const head = {
          id: 'chatcmpl-1',
          object: 'chat.completion.chunk',
          created: 1,
          model: MODEL,
          system_fingerprint: 'fp_ollama',
        };
        const chunk = (index: number, delta: object, finish_reason: string | null) =>
          `data: ${JSON.stringify({ ...head, choices: [{ index, delta, finish_reason }] })}\n\n`;
        const events = [
          ...interleave({ 0: cut(first, records), 1: cut(second, records) }, order).map(({ channel, piece }) =>
            chunk(Number(channel), { role: 'assistant', content: piece }, null),
          ),
          chunk(0, {}, 'stop'),
          chunk(1, {}, 'stop'),
          'data: [DONE]\n\n',
        ];
        reads = cutBytes(encoder.encode(events.join('')), bytes);
        contentType = 'text/event-stream';
        const answer = (await ask('/v1/chat/completions')).split('\n\n').filter(Boolean);
        expect(answer.at(-1)).toBe('data: [DONE]');
        const chunks = answer.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)));
        const joined = (index: number) =>
          chunks
            .flatMap(({ choices }) => choices)
            .filter((choice) => choice.index === index)
            .map((choice) => choice.delta.content ?? '')
            .join('');
        expect(joined(0)).toBe(redact(first));
        expect(joined(1)).toBe(redact(second));
        expect(
          chunks.flatMap(({ choices }) => choices).filter((choice) => choice.finish_reason === 'stop'),
        ).toHaveLength(2);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  test('in the arguments of a tool call, values and keys', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, sizes, async (value, nested, bytes) => {
        const head = { model: MODEL, created_at: '2026-11-22T22:21:55.711668381Z' };
        const call = {
          id: 'call_1',
          function: { index: 0, name: 'look_up', arguments: { value, deep: [{ nested }] } },
        };
        const lines = [
          { ...head, message: { role: 'assistant', content: '', tool_calls: [call] }, done: false },
          { ...head, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
        ].map((record) => `${JSON.stringify(record)}\n`);
        reads = cutBytes(encoder.encode(lines.join('')), bytes);
        contentType = 'application/x-ndjson';
        const answer = (await ask('/api/chat'))
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        expect(answer[0].message.tool_calls[0].function.arguments).toEqual({
          value: redact(value),
          deep: [{ nested: redact(nested) }],
        });
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
