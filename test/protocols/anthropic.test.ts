import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame } from '../../src/core/operation.ts';
import { AnthropicAnswerReader } from '../../src/protocols/anthropic-answer.ts';
import { answered, encodeAll, eventsOf, framesOf, readAll } from './openai-recorded.ts';

/** Answers of /v1/messages: blocks, calls in fragments, refusals, failures. */

const bytes = (text: string) => new TextEncoder().encode(text);

function event(type: string, members: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

function block(index: number, content: object, ...deltas: object[]): string[] {
  return [
    event('content_block_start', { index, content_block: content }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

function text(index: number, ...pieces: string[]): string[] {
  return block(index, { type: 'text', text: '' }, ...pieces.map((piece) => ({ type: 'text_delta', text: piece })));
}

function call(index: number, name: string, ...pieces: string[]): string[] {
  const content = { type: 'tool_use', id: `call_${name}`, name, input: {} };
  return block(index, content, ...pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })));
}

const START = event('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 3, output_tokens: 0 },
  },
});
const END = [
  event('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } }),
  event('message_stop'),
];

function pass(
  events: readonly string[],
  options: { refuse?: readonly string[]; enforced?: boolean; edit?: string } = {},
): string {
  const reader = new AnthropicAnswerReader('sse');
  if (options.enforced === true) reader.dropSideChannels();
  const frames: AnswerFrame[] = [];
  for (const one of events) {
    const frame = reader.read(bytes(one));
    frames.push(frame);
    for (const made of frame.calls) if (options.refuse?.includes(made.name)) made.refuse(`No ${made.name}.`);
  }
  const slots = frames.flatMap((frame) => [...frame.slots, ...frame.calls.flatMap((made) => made.slots)]);
  for (const slot of slots) {
    if (options.edit !== undefined && slot.text.includes(options.edit))
      slot.replace(slot.text.replace(options.edit, 'GONE'));
  }
  return encodeAll(frames);
}

/** The blocks that a client has when it joined all deltas, and why the message ended. */
function message(stream: string): { blocks: any[]; stop: string | undefined } {
  // `any`: blocks of all kinds, as a client sees them.
  const blocks: any[] = [];
  let stop: string | undefined;
  for (const { event: name, data } of eventsOf(stream)) {
    expect(data.type).toBe(name);
    if (name === 'content_block_start') blocks[data.index] = { ...data.content_block, json: '' };
    if (name === 'message_delta') stop = data.delta.stop_reason;
    if (name !== 'content_block_delta') continue;
    const at = blocks[data.index];
    if (data.delta.type === 'text_delta') at.text += data.delta.text;
    else if (data.delta.type === 'thinking_delta') at.thinking += data.delta.thinking;
    else at.json += data.delta.partial_json;
  }
  return { blocks, stop };
}

describe('a call', () => {
  const cuts = [['{"to":"a@b.c"}'], ['', '{"to":', '"a@b', '.c"}'], ['{"to":"a@b.c"}', '']];

  test.each(cuts.map((pieces) => [pieces]))('in pieces %j leaves as it came where nothing enforces', (pieces) => {
    const events = [START, ...call(0, 'send', ...pieces), ...END];
    expect(pass(events)).toBe(events.join(''));
    const frames = readAll(new AnthropicAnswerReader('sse'), events.map(bytes));
    expect(frames.flatMap((frame) => frame.calls.map((made) => made.arguments))).toEqual([{ to: 'a@b.c' }]);
    expect(frames[1]?.pendingCall).toBe(true);
    expect(frames.at(-1)?.pendingCall).toBe(false);
  });

  test.each(cuts.map((pieces) => [pieces]))('in pieces %j is edited as one text', (pieces) => {
    const output = pass([START, ...call(0, 'send', ...pieces), ...END], { enforced: true, edit: 'a@b.c' });
    expect(output).not.toContain('a@b');
    expect(message(output).blocks[0]?.json).toBe('{"to":"GONE"}');
  });

  test.each([...cuts, []].map((pieces) => [pieces]))('in pieces %j and refused is a text at its index', (pieces) => {
    const events = [START, ...text(0, 'Hm.'), ...call(1, 'send', ...pieces), ...END];
    const output = pass(events, { refuse: ['send'] });
    expect(output).not.toContain('tool_use');
    expect(message(output)).toMatchObject({
      blocks: [
        { type: 'text', text: 'Hm.' },
        { type: 'text', text: 'No send.', json: '' },
      ],
      stop: 'end_turn',
    });
  });

  test('that stays keeps its index and the stop reason', () => {
    const output = pass([START, ...call(0, 'one', '{}'), ...call(1, 'two', '{}'), ...END], { refuse: ['one'] });
    expect(message(output)).toMatchObject({
      blocks: [{ type: 'text' }, { type: 'tool_use', name: 'two' }],
      stop: 'tool_use',
    });
  });

  test('in a body is judged, edited and refused alike', () => {
    const body = JSON.stringify({
      type: 'message',
      content: [
        { type: 'text', text: 'Hm.' },
        { type: 'tool_use', id: 'x', name: 'send', input: { to: 'a@b.c', list: [4111] } },
      ],
      stop_reason: 'tool_use',
    });
    const frame = new AnthropicAnswerReader('json').read(bytes(body));
    expect(frame.calls[0]?.slots.map((slot) => slot.text)).toEqual(['to', 'a@b.c', 'list', '4111']);
    frame.calls[0]?.slots[1]?.replace('GONE');
    expect(JSON.parse(encodeAll([frame])).content[1].input).toEqual({ to: 'GONE', list: [4111] });
    const other = new AnthropicAnswerReader('json').read(bytes(body));
    other.calls[0]?.refuse('No send.');
    expect(JSON.parse(encodeAll([other]))).toEqual({
      type: 'message',
      content: [
        { type: 'text', text: 'Hm.' },
        { type: 'text', text: 'No send.' },
      ],
      stop_reason: 'end_turn',
    });
  });
});

describe('what no policy could judge is an upstream error', () => {
  const rows: readonly [string, readonly string[]][] = [
    ['half of some input', [START, ...call(0, 'f', '{"a"')]],
    ['input behind its end', [START, ...call(0, 'f', '{}', '{}')]],
    ['input where the call begins', [START, ...block(0, { type: 'tool_use', id: 'x', name: 'f', input: { a: 1 } })]],
    [
      'input in a text',
      [START, ...block(0, { type: 'text', text: '' }, { type: 'input_json_delta', partial_json: '{}' })],
    ],
    [
      'text in a call',
      [START, ...block(0, { type: 'tool_use', id: 'x', name: 'f', input: {} }, { type: 'text_delta', text: 'x' })],
    ],
    ['a call without name', [START, ...block(0, { type: 'tool_use', id: 'x', input: {} })]],
    ['a delta of no block', [event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'x' } })]],
    [
      'a delta behind its block',
      [...text(0, 'a'), event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'x' } })],
    ],
    ['the same block twice', [...text(0, 'a'), ...text(0, 'b')]],
    ['an event whose name is not its type', ['event: ping\ndata: {"type":"message_stop"}\n\n']],
    ['an event without name', ['data: {"type":"message_stop"}\n\n']],
  ];
  test.each(rows)('%s', (_, events) => {
    expect(() => pass(events)).toThrow(GatewayError);
  });
});

describe('a text', () => {
  test('ends with its block, and the next is another', () => {
    const frames = readAll(new AnthropicAnswerReader('sse'), [...text(0, 'sk-', 'a'), ...text(1, 'b')].map(bytes));
    const slots = frames
      .flatMap((frame) => frame.slots)
      .map(({ channel, text: piece, last }) => `${channel}=${piece}${last ? '|' : ''}`);
    expect(slots).toEqual(['content/0=sk-', 'content/0=a', 'content/0=|', 'content/1=b', 'content/1=|']);
  });

  test('of a kind that nobody knows is inspected all the same', () => {
    const events = [
      ...block(0, { type: 'web_search_tool_result', content: [{ title: 'x' }] }),
      ...block(1, { type: 'text', text: '' }, { type: 'citations_delta', citation: { cited_text: 'y' } }),
      event('ping', { note: 'z' }),
    ];
    const texts = readAll(new AnthropicAnswerReader('sse'), events.map(bytes)).flatMap((frame) =>
      frame.slots.map((slot) => slot.text),
    );
    for (const word of ['x', 'y', 'z']) expect(texts).toContain(word);
  });
});

describe('a failure in mid-stream', () => {
  const error = new GatewayError('output_blocked');

  /** What the client has after `count` recorded events and the failure. */
  function after(name: string, count: number) {
    const recording = answered('anthropic').find((one) => one.name === `anthropic/${name}`);
    if (recording === undefined) throw new Error('no recording');
    const reader = new AnthropicAnswerReader('sse');
    const sent = encodeAll(readAll(reader, framesOf(recording).slice(0, count)));
    return sent + Buffer.from(reader.failure(error, 'id')).toString();
  }

  test.each([
    ['stream', 1, ['text']],
    ['stream', 4, ['text']],
    ['stream', 7, ['text', 'text']],
    ['thinking-stream', 5, ['thinking', 'text']],
  ] as const)('of %s after %i events is told in a text, then as an error', (name, count, kinds) => {
    const output = after(name, count);
    const { blocks } = message(output);
    expect(blocks.map((one) => one.type)).toEqual([...kinds]);
    expect(blocks.at(-1).text).toContain(error.message);
    expect(eventsOf(output).at(-1)).toMatchObject({
      event: 'error',
      data: { type: 'error', error: { type: 'permission_error', message: error.message } },
    });
    expect(output).not.toContain('message_stop');
  });

  test('before anything was sent is an error only', () => {
    expect(eventsOf(after('stream', 0)).map(({ event: name }) => name)).toEqual(['error']);
  });

  test('of upstream is noticed, and its text goes nowhere', () => {
    const frame = new AnthropicAnswerReader('sse').read(bytes(event('error', { error: { message: 'secret' } })));
    expect(frame.failed).toBe(true);
    expect(frame.encode()).toBeUndefined();
  });
});
