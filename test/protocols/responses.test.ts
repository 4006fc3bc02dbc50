import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame } from '../../src/core/operation.ts';
import { ResponsesAnswerReader } from '../../src/protocols/responses-answer.ts';
import { answered, encodeAll, eventsOf, framesOf, readAll } from './openai-recorded.ts';

/** Answers of /v1/responses: one text told many times, one call told five times, events that must stay in order. */

const bytes = (text: string) => new TextEncoder().encode(text);

let sequence = 0;
function event(type: string, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ ...members, sequence_number: sequence++, type })}\n\n`;
}

const CALL = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'send' };
const ARGUMENTS = '{"to":"a@b.c"}';

function callEvents(deltas: readonly string[], whole = ARGUMENTS, id = 'fc_1', index = 0): string[] {
  const call = { ...CALL, id };
  const place = { item_id: id, output_index: index };
  return [
    event('response.output_item.added', {
      item: { ...call, arguments: '', status: 'in_progress' },
      output_index: index,
    }),
    ...deltas.map((delta) => event('response.function_call_arguments.delta', { delta, ...place })),
    event('response.function_call_arguments.done', { arguments: whole, ...place }),
    event('response.output_item.done', {
      item: { ...call, arguments: whole, status: 'completed' },
      output_index: index,
    }),
  ];
}

function begun(): string[] {
  sequence = 0;
  return [
    event('response.created', {
      response: { id: 'resp_1', object: 'response', created_at: 7, model: 'm', output: [] },
    }),
  ];
}

function completed(output: readonly object[]): string {
  return event('response.completed', { response: { id: 'resp_1', status: 'completed', model: 'm', output } });
}

/** Reads and writes as the gateway does, refusing calls as they become complete. */
function pass(events: readonly string[], options: { refuse?: string; enforced?: boolean; edit?: string } = {}): string {
  const reader = new ResponsesAnswerReader('sse');
  if (options.enforced === true) reader.dropSideChannels();
  const frames: AnswerFrame[] = [];
  for (const text of events) {
    const frame = reader.read(bytes(text));
    frames.push(frame);
    if (options.refuse !== undefined) for (const call of frame.calls) call.refuse(options.refuse);
  }
  if (options.edit !== undefined) {
    const slots = frames.flatMap((frame) => [...frame.slots, ...frame.calls.flatMap((call) => call.slots)]);
    for (const slot of slots)
      if (slot.text.includes(options.edit)) slot.replace(slot.text.replace(options.edit, 'GONE'));
  }
  return encodeAll(frames);
}

describe('a call', () => {
  const stream = (deltas: readonly string[]) => [
    ...begun(),
    ...callEvents(deltas),
    completed([{ ...CALL, arguments: ARGUMENTS, status: 'completed' }]),
  ];

  test.each([[[ARGUMENTS]], [['{"to":', '"a@b', '.c"}']], [[]]])('told with deltas %j is judged once', (deltas) => {
    const frames = readAll(new ResponsesAnswerReader('sse'), stream(deltas).map(bytes));
    expect(frames.flatMap((frame) => frame.calls)).toHaveLength(1);
    expect(frames.at(-1)?.pendingCall).toBe(false);
    expect(pass(stream(deltas))).toBe(stream(deltas).join(''));
  });

  test.each([[[ARGUMENTS]], [['{"to":', '"a@b', '.c"}']], [[]]])(
    'told with deltas %j is edited in every telling, and no part leaves early',
    (deltas) => {
      const output = pass(stream(deltas), { enforced: true, edit: 'a@b.c' });
      expect(output).not.toContain('a@b');
      const events = eventsOf(output);
      const told = events.flatMap(({ data }) => [
        data.arguments,
        data.item?.arguments,
        data.response?.output[0]?.arguments,
      ]);
      const whole = told.filter((text) => text !== undefined && text !== '');
      expect(whole).toEqual(['{"to":"GONE"}', '{"to":"GONE"}', '{"to":"GONE"}']);
      const joined = events.filter(({ event: name }) => name.endsWith('arguments.delta')).map(({ data }) => data.delta);
      if (deltas.length > 0) expect(joined.join('')).toBe('{"to":"GONE"}');
    },
  );

  test.each([[[ARGUMENTS]], [['{"to":', '"a@b', '.c"}']], [[]]])(
    'told with deltas %j and refused is a message in every telling, in one order of numbers',
    (deltas) => {
      const output = pass(stream(deltas), { refuse: 'No "send".' });
      expect(output).not.toContain('function_call');
      expect(output).not.toContain('a@b');
      const events = eventsOf(output);
      expect(events.map(({ event: name }) => name.slice('response.'.length))).toEqual([
        'created',
        'output_item.added',
        'content_part.added',
        'output_text.delta',
        'output_text.done',
        'content_part.done',
        'output_item.done',
        'completed',
      ]);
      const numbers = events.map(({ data }) => data.sequence_number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(events.every(({ event: name, data }) => name === data.type)).toBe(true);
      const item = events.at(-1)?.data.response.output[0];
      expect(item).toMatchObject({ id: 'fc_1', type: 'message', role: 'assistant', status: 'completed' });
      expect(item.content[0].text).toBe('No "send".');
      expect(events[6]?.data.item).toEqual(item);
    },
  );

  test('in a body is judged, edited and refused alike', () => {
    const body = JSON.stringify({
      id: 'r',
      status: 'completed',
      model: 'm',
      output: [{ ...CALL, arguments: ARGUMENTS }],
    });
    const frame = new ResponsesAnswerReader('json').read(bytes(body));
    expect(frame.terminal).toBe(true);
    expect(frame.calls.map((call) => call.name)).toEqual(['send']);
    frame.calls[0]?.slots[1]?.replace('GONE');
    expect(JSON.parse(encodeAll([frame])).output[0].arguments).toBe('{"to":"GONE"}');
    const other = new ResponsesAnswerReader('json').read(bytes(body));
    other.calls[0]?.refuse('No.');
    expect(JSON.parse(encodeAll([other])).output[0]).toMatchObject({ type: 'message', content: [{ text: 'No.' }] });
  });

  const untrue: readonly [string, () => string[]][] = [
    ['other arguments when done', () => callEvents([ARGUMENTS], '{"to":"x@y.z"}')],
    [
      'another name in its last telling',
      () => [...callEvents([ARGUMENTS]), completed([{ ...CALL, name: 'other', arguments: ARGUMENTS }])],
    ],
    [
      'other arguments in its last telling',
      () => [...callEvents([ARGUMENTS]), completed([{ ...CALL, arguments: '{}' }])],
    ],
    ['a delta behind its end', () => callEvents([ARGUMENTS, '{}'])],
    ['half of its arguments', () => callEvents(['{"to"'], '{"to"')],
    ['the same id twice', () => [...callEvents([ARGUMENTS]), ...callEvents([ARGUMENTS])]],
    ['no beginning', () => callEvents([ARGUMENTS]).slice(1)],
    ['arguments where it begins', () => [event('response.output_item.added', { item: { ...CALL, arguments: '{' } })]],
  ];
  test.each(untrue)('with %s is an upstream error', (_, events) => {
    expect(() => pass([...begun(), ...events()])).toThrow(GatewayError);
  });
});

describe('events', () => {
  test('whose name is not their type are an upstream error', () => {
    const reader = new ResponsesAnswerReader('sse');
    expect(() => reader.read(bytes('event: response.created\ndata: {"type":"response.completed"}\n\n'))).toThrow(
      GatewayError,
    );
    expect(() => reader.read(bytes('data: {"type":"response.completed"}\n\n'))).toThrow(GatewayError);
  });

  test('that say that upstream failed are not passed on', () => {
    for (const type of ['response.failed', 'error']) {
      const frame = new ResponsesAnswerReader('sse').read(bytes(event(type, { message: 'secret' })));
      expect(frame.failed).toBe(true);
      expect(frame.encode()).toBeUndefined();
    }
  });

  test('of kinds that nobody knows have their texts inspected', () => {
    const frame = new ResponsesAnswerReader('sse').read(
      bytes(event('response.new', { delta: 'sk-', text: 'x', more: ['y'] })),
    );
    const texts = frame.slots.map((slot) => slot.text).filter((text) => text !== '\n');
    expect(texts).toEqual(['delta', 'sk-', 'text', 'x', 'more', 'y']);
  });

  test('of a text end it, and a delta behind the end is an upstream error', () => {
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const events = [
      ...begun(),
      event('response.output_text.delta', { ...place, delta: 'sk-' }),
      event('response.output_text.done', { ...place, text: 'sk-' }),
    ];
    const frames = readAll(new ResponsesAnswerReader('sse'), events.map(bytes));
    expect(frames.at(-1)?.slots.map((slot) => [slot.text, slot.last])).toEqual([
      ['', true],
      ['sk-', true],
    ]);
    expect(() => pass([...events, event('response.output_text.delta', { ...place, delta: 'x' })])).toThrow(
      GatewayError,
    );
  });
});

describe('side channels', () => {
  const recording = answered('openai', '/v1/responses').find(({ name }) => name.includes('thinking'));

  test('encrypted content is taken out where a policy enforces, else it is a text', () => {
    if (recording === undefined) throw new Error('no recording');
    const reader = new ResponsesAnswerReader('sse');
    reader.dropSideChannels();
    const output = encodeAll(readAll(reader, framesOf(recording)));
    expect(output).not.toContain('encrypted_content');
    expect(eventsOf(output).at(-1)?.data.response.output[0].summary[0].text).toStartWith('Hello');
  });
});

describe('a failure in mid-stream', () => {
  const recording = answered('openai', '/v1/responses').find(({ name }) => name.includes('dies-midstream'));
  const error = new GatewayError('output_blocked');

  test.each([0, 2, 3, 13])('after %i events is told in words that fit, then as response.failed', (count) => {
    if (recording === undefined) throw new Error('no recording');
    const reader = new ResponsesAnswerReader('sse');
    const sent = encodeAll(readAll(reader, framesOf(recording).slice(0, count)));
    const events = eventsOf(Buffer.from(reader.failure(error, 'id')).toString());
    const last = events.at(-1);
    expect(last?.event).toBe('response.failed');
    expect(last?.data.response).toMatchObject({
      status: 'failed',
      error: { code: 'output_blocked', message: error.message },
    });
    const words = events.filter(({ event: name }) => name === 'response.output_text.delta');
    expect(words).toHaveLength(count === 0 ? 0 : 1);
    expect(events).toHaveLength(count === 0 ? 1 : count === 13 ? 2 : 4);
    const before = eventsOf(sent).map(({ data }) => data.sequence_number);
    const numbers = events.map(({ data }) => data.sequence_number);
    expect(numbers).toEqual(numbers.map((_, index) => Math.max(0, ...before) + 1 + index));
  });
});
