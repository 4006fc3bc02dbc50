import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame, AnswerReader } from '../../src/core/operation.ts';
import { ChatAnswerReader } from '../../src/protocols/openai-chat-answer.ts';
import { encodeAll, eventsOf } from './openai-recorded.ts';

/** Answers of the chat route that Ollama does not send every day: fragments, refusals, odd frames, failures. */

const bytes = (text: string) => new TextEncoder().encode(text);

function choiceChunk(choice: object): string {
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice] };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function chunk(delta: object, finish: string | null = null): string {
  return choiceChunk({ index: 0, delta, finish_reason: finish });
}

function callPart(index: number, text: string, name?: string): object {
  const begun = name === undefined ? {} : { id: `call_${name}`, type: 'function' };
  return { index, ...begun, function: { ...(name === undefined ? {} : { name }), arguments: text } };
}

function calls(...parts: object[]): string {
  return chunk({ tool_calls: parts });
}

function readStream(events: readonly string[], reader: AnswerReader = new ChatAnswerReader('sse')): AnswerFrame[] {
  return events.map((event) => reader.read(bytes(event)));
}

function enforced(): ChatAnswerReader {
  const reader = new ChatAnswerReader('sse');
  reader.dropSideChannels();
  return reader;
}

/** Reads events, refuses the calls named, and writes as the gateway does: only once no call is open. */
function refusing(events: readonly string[], names: readonly string[], reader = new ChatAnswerReader('sse')): string {
  const frames = events.map((event) => {
    const frame = reader.read(bytes(event));
    for (const call of frame.calls) if (names.includes(call.name)) call.refuse(`No ${call.name}.`);
    return frame;
  });
  return encodeAll(frames);
}

/** What a client has when it joined all deltas. */
function joined(stream: string): {
  content: string;
  calls: { name: string; arguments: string }[];
  finish: string | null;
} {
  const result = { content: '', calls: [] as { name: string; arguments: string }[], finish: null as string | null };
  for (const { data } of eventsOf(stream)) {
    for (const { delta, finish_reason } of data.choices) {
      result.content += delta.content ?? '';
      result.finish ??= finish_reason;
      for (const part of delta.tool_calls ?? []) {
        const call = (result.calls[part.index] ??= { name: '', arguments: '' });
        call.name += part.function.name ?? '';
        call.arguments += part.function.arguments ?? '';
      }
    }
  }
  return result;
}

const FRAGMENTS = [
  calls(callPart(0, '', 'send')),
  calls(callPart(0, '{"to":"a@b')),
  calls(callPart(0, '.c","n":[1]')),
  calls(callPart(0, '}')),
  chunk({}, 'tool_calls'),
  'data: [DONE]\n\n',
];

describe('a call in fragments', () => {
  test('is pending until its arguments are one JSON object', () => {
    const frames = readStream(FRAGMENTS);
    expect(frames.map((frame) => frame.pendingCall)).toEqual([true, true, true, false, false, false]);
    expect(frames.map((frame) => frame.calls.length)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(JSON.stringify(frames[3]?.calls[0]?.arguments)).toBe('{"to":"a@b.c","n":[1]}');
    expect(frames[3]?.calls[0]?.slots.map((slot) => slot.text)).toEqual(['to', 'a@b.c', 'n', '1']);
  });

  test('leaves as it came where nothing enforces', () => {
    expect(encodeAll(readStream(FRAGMENTS))).toBe(FRAGMENTS.join(''));
  });

  test('leaves in its last fragment where a policy enforces, with the edit', () => {
    const frames = readStream(FRAGMENTS, enforced());
    const early = encodeAll(frames.slice(0, 3));
    expect(early).not.toContain('a@b');
    frames[3]?.calls[0]?.slots[1]?.replace('[REDACTED_EMAIL]');
    expect(joined(early + encodeAll(frames.slice(3)))).toMatchObject({
      calls: [{ name: 'send', arguments: '{"to":"[REDACTED_EMAIL]","n":[1]}' }],
      finish: 'tool_calls',
    });
  });

  test('is replaced by a sentence where it is refused', () => {
    expect(joined(refusing(FRAGMENTS, ['send']))).toEqual({ content: 'No send.', calls: [], finish: 'stop' });
  });

  test('without arguments is complete when the choice is', () => {
    const events = [calls(callPart(0, '', 'now')), chunk({}, 'tool_calls')];
    const frames = readStream(events);
    expect(frames.map((frame) => frame.pendingCall)).toEqual([true, false]);
    expect(frames[1]?.calls[0]?.arguments).toEqual({});
    expect(joined(refusing(events, ['now']))).toEqual({ content: 'No now.', calls: [], finish: 'stop' });
  });

  test('however it is cut gives the same call', () => {
    const text = JSON.stringify({ 'k"}': 'v{\\"', list: ['[', { '}': '\u2028é😀' }], end: null });
    // Go cannot write half a character.
    const characters = [...text];
    fc.assert(
      fc.property(fc.array(fc.nat({ max: characters.length }), { maxLength: 8 }), fc.boolean(), (cuts, isEnforced) => {
        const at = [0, ...cuts.sort((a, b) => a - b), characters.length];
        const pieces = at.slice(1).map((end, index) => characters.slice(at[index], end).join(''));
        const events = [calls(callPart(0, '', 'f')), ...pieces.map((piece) => calls(callPart(0, piece)))];
        const frames = readStream([...events, chunk({}, 'tool_calls')], isEnforced ? enforced() : undefined);
        expect(frames.flatMap((frame) => frame.calls)).toHaveLength(1);
        expect(JSON.parse(joined(encodeAll(frames)).calls[0]?.arguments ?? '')).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('several calls', () => {
  const two = [
    chunk({ role: 'assistant', content: 'First.' }),
    calls(callPart(0, '{"a":1}', 'one'), callPart(1, '{"b":2}', 'two')),
    calls(callPart(2, '{"c":3}', 'three')),
    chunk({}, 'tool_calls'),
  ];

  test('that stay close the gap in the numbering', () => {
    const result = joined(refusing(two, ['one']));
    expect(result.calls).toEqual([
      { name: 'two', arguments: '{"b":2}' },
      { name: 'three', arguments: '{"c":3}' },
    ]);
    expect(result.content).toBe('First.\n\nNo one.');
    expect(result.finish).toBe('tool_calls');
  });

  test('that are all refused leave sentences and a plain stop', () => {
    const result = joined(refusing(two, ['one', 'two', 'three']));
    expect(result).toEqual({ content: 'First.\n\nNo one.\n\nNo two.\n\nNo three.', calls: [], finish: 'stop' });
  });

  test('that are refused one after the other say so in lines of their own', () => {
    const events = [calls(callPart(0, '{}', 'one')), calls(callPart(1, '{}', 'two')), chunk({}, 'tool_calls')];
    expect(joined(refusing(events, ['one', 'two'])).content).toBe('No one.\n\nNo two.');
  });

  test('with fragments mixed are put together each', () => {
    const events = [
      calls(callPart(0, '{"a":', 'one')),
      calls(callPart(1, '{"b":', 'two')),
      calls(callPart(0, '1}')),
      calls(callPart(1, '2}')),
    ];
    const frames = readStream(events);
    expect(frames.map((frame) => frame.pendingCall)).toEqual([true, true, true, false]);
    expect(frames.flatMap((frame) => frame.calls).map((call) => call.name)).toEqual(['one', 'two']);
  });

  test('in one body lose the refused one', () => {
    const body = JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [callPart(0, '{}', 'one'), callPart(1, '{}', 'two')],
          },
          finish_reason: 'tool_calls',
        },
      ],
    });
    const frame = new ChatAnswerReader('json').read(bytes(body));
    frame.calls[1]?.refuse('No two.');
    expect(JSON.parse(Buffer.from(frame.encode() ?? []).toString()).choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: 'No two.', tool_calls: [callPart(0, '{}', 'one')] },
      finish_reason: 'tool_calls',
    });
  });
});

describe('what no policy could judge is an upstream error', () => {
  const rows: readonly [string, readonly string[]][] = [
    ['a fragment after the call was complete', [calls(callPart(0, '{}', 'f')), calls(callPart(0, '{"x":1}'))]],
    ['a fragment of a call that never began', [calls(callPart(0, '{}'))]],
    ['a second call in an open one', [calls(callPart(0, '{', 'f')), calls(callPart(0, '{}', 'g'))]],
    ['half of some arguments at the end', [calls(callPart(0, '{"a"', 'f')), chunk({}, 'tool_calls')]],
    ['arguments that close twice', [calls(callPart(0, '{}}', 'f'))]],
    ['arguments with a duplicate key', [calls(callPart(0, '{"a":1,"a":2}', 'f'))]],
    ['arguments that are no string', [calls({ index: 0, id: 'x', function: { name: 'f', arguments: { a: 1 } } })]],
    ['arguments beyond the bound', [calls(callPart(0, `{"a":"${'x'.repeat(1 << 20)}`, 'f'))]],
    ['text after the choice was finished', [chunk({ content: 'a' }, 'stop'), chunk({ content: 'b' })]],
    ['a call after the choice was finished', [chunk({ content: 'a' }, 'stop'), calls(callPart(0, '{}', 'f'))]],
    ['content that is a list', [chunk({ content: [{ type: 'text', text: 'x' }] })]],
    ['a choice that is no object', ['data: {"model":"m","choices":[1]}\n\n']],
    ['a duplicate key', ['data: {"model":"m","choices":[],"choices":[]}\n\n']],
    ['no JSON', ['data: {"model"\n\n']],
    ['a list', ['data: []\n\n']],
    [
      'too many choices',
      Array.from({ length: 129 }, (_, index) => choiceChunk({ index, delta: {}, finish_reason: null })),
    ],
  ];
  test.each(rows)('%s', (_, events) => {
    let code = '';
    try {
      readStream(events);
    } catch (error) {
      if (error instanceof GatewayError) code = error.code;
    }
    expect(code).toBe('upstream_error');
  });
});

describe('where a text ends', () => {
  const channels = (frames: readonly AnswerFrame[]) =>
    frames.map((frame) => frame.slots.map((slot) => `${slot.channel}=${slot.text}${slot.last ? '|' : ''}`).join(' '));

  test('reasoning where content begins, content where the choice is finished', () => {
    const events = [chunk({ reasoning: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c' }), chunk({}, 'stop')];
    expect(channels(readStream(events))).toEqual([
      'choices/0/reasoning=a',
      'choices/0/reasoning=| choices/0/content=b',
      'choices/0/content=c',
      'choices/0/content=|',
    ]);
  });

  test('in the last piece where that stands beside the finish', () => {
    expect(channels(readStream([chunk({ content: 'a' }), chunk({ content: 'b' }, 'stop')]))).toEqual([
      'choices/0/content=a',
      'choices/0/content=b|',
    ]);
  });

  test('choices do not mix', () => {
    const events = [0, 1, 0].map((index) =>
      choiceChunk({ index, delta: { content: `x${index}` }, finish_reason: null }),
    );
    expect(channels(readStream(events))).toEqual([
      'choices/0/content=x0',
      'choices/1/content=x1',
      'choices/0/content=x0',
    ]);
  });

  const resumed = [chunk({ reasoning: 'sk-' }), chunk({ content: 'b' }), chunk({ reasoning: 'test' })];

  test('reasoning that goes on is a text of its own, on a new line where a policy enforces', () => {
    expect(channels(readStream(resumed)).at(-1)).toContain('choices/0/reasoning/1=test');
    expect(encodeAll(readStream(resumed))).toBe(resumed.join(''));
    expect(eventsOf(encodeAll(readStream(resumed, enforced()))).at(-1)?.data.choices[0].delta.reasoning).toBe('\ntest');
  });
});

describe('the usual chunk, compared and not parsed', () => {
  test('has the same text as when parsed, whatever characters it has, and is edited the same way', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 12 }));
    fc.assert(
      fc.property(fc.array(text, { minLength: 3, maxLength: 12 }), fc.boolean(), (pieces, isEscaped) => {
        const texts = pieces.map((piece) => piece.toWellFormed());
        const go = (event: string) => (isEscaped ? event.replaceAll('<', '\\u003c').replaceAll('é', '\\u00e9') : event);
        const events = texts.map((content) => go(chunk({ content })));
        const frames = readStream(events);
        expect(frames.map((frame) => frame.slots.map((slot) => slot.text).join(''))).toEqual(texts);
        expect(encodeAll(frames)).toBe(events.join(''));
        const edited = readStream(events);
        for (const slot of edited.flatMap((frame) => frame.slots)) slot.replace(`"${slot.text}\u2028\\`);
        const expected = texts.map((piece) => (piece === '' ? '' : `"${piece}\u2028\\`)).join('');
        expect(joined(encodeAll(edited)).content).toBe(expected);
      }),
    );
  });

  test('cannot be used to hide a second field', () => {
    const events = [chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c' })];
    const twice = chunk({ content: 'x' }).replace('"content":"x"', '"content":"x","content":"y"');
    const other = chunk({ content: 'x' }).replace('"content":"x"', '"content":"x","refusal":"y"');
    const reader = new ChatAnswerReader('sse');
    readStream(events, reader);
    expect(() => reader.read(bytes(twice))).toThrow(GatewayError);
    expect(reader.read(bytes(other)).slots.map((slot) => slot.text)).toEqual(['x', 'y']);
  });

  test('is left out where an edit took all of its text', () => {
    const frames = readStream([chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c' })]);
    frames[2]?.slots[0]?.replace('');
    expect(frames[2]?.encode()).toBeUndefined();
  });
});

describe('odd events', () => {
  const data = chunk({ content: 'a' }).slice(0, -2);
  const rows: readonly [string, string, string | undefined][] = [
    ['a comment alone is left out', ': secret\n\n', undefined],
    ['a comment beside data is left out', `: secret\n${data}\n\n`, `${data}\n\n`],
    ['an id beside data is left out', `id: secret\n${data}\n\n`, `${data}\n\n`],
    ['carriage returns become line feeds', `${data}\r\n\r\n`, `${data}\n\n`],
    ['a missing space is put in', `data:${data.slice(6)}\n\n`, `${data}\n\n`],
    ['data over two lines is one line', `${data.replace(',', ',\ndata: ')}\n\n`, `${data.replace(',', ', ')}\n\n`],
    ['an event without data is left out', 'event: secret\n\n', undefined],
  ];
  test.each(rows)('%s', (_, event, expected) => {
    const encoded = new ChatAnswerReader('sse').read(bytes(event)).encode();
    expect(encoded === undefined ? undefined : Buffer.from(encoded).toString()).toBe(expected);
  });

  test('fields that nobody knows are texts, running over frames', () => {
    const frames = readStream(['sk-', 'test'].map((text) => chunk({ content: '', audio: { note: text } })));
    const slots = frames.flatMap((frame) => frame.slots);
    const texts = new Map<string, string>();
    for (const { channel, text } of slots) texts.set(channel, (texts.get(channel) ?? '') + text);
    expect([...texts.values()]).toEqual(['audio\naudio\n', 'note\nnote\n', 'sk-test']);
    expect(slots.every((slot) => slot.kind === 'other' && !slot.channel.includes('note'))).toBe(true);
  });
});

describe('side channels', () => {
  const logprobs = { content: [{ token: 'é', logprob: -1, bytes: [195, 169], top_logprobs: [] }] };
  const event = choiceChunk({ index: 0, delta: { content: 'é' }, finish_reason: null, logprobs });

  test('are taken out where a policy enforces', () => {
    const [frame] = readStream([event], enforced());
    expect(Buffer.from(frame?.encode() ?? []).toString()).toBe(chunk({ content: 'é' }));
  });

  test('else are texts, and an edit changes the bytes too', () => {
    const [frame] = readStream([event]);
    frame?.slots.find((slot) => slot.channel.endsWith('logprobs'))?.replace('e');
    expect(Buffer.from(frame?.encode() ?? []).toString()).toContain('"token":"e","logprob":-1,"bytes":[101]');
  });
});

describe('failure', () => {
  const error = new GatewayError('output_blocked');

  test('in mid-stream says so in words, then as an error without choices, and never ends the stream as done', () => {
    const reader = new ChatAnswerReader('sse');
    readStream([chunk({ content: 'a' })], reader);
    const text = Buffer.from(reader.failure(error, 'id')).toString();
    const [words, last, ...none] = eventsOf(text);
    expect(words?.data.choices[0].delta.content).toContain(error.message);
    expect(words?.data).toMatchObject({ id: 'chatcmpl-1', model: 'm', object: 'chat.completion.chunk' });
    expect(last?.data).toEqual({
      error: { message: error.message, type: 'policy_violation', param: null, code: 'output_blocked' },
    });
    expect(none).toBeEmpty();
    expect(text).not.toContain('[DONE]');
  });

  test('on the legacy route has the shape of that route', () => {
    const reader = new ChatAnswerReader('sse', 'completions');
    reader.read(
      bytes('data: {"id":"cmpl-1","object":"text_completion","model":"m","choices":[{"text":"a","index":0}]}\n\n'),
    );
    const [words] = eventsOf(Buffer.from(reader.failure(error, 'id')).toString());
    expect(words?.data.choices[0].text).toContain(error.message);
    expect(words?.data.object).toBe('text_completion');
  });

  test('of upstream is noticed, and its text goes nowhere', () => {
    for (const event of ['data: {"error":{"message":"secret"}}\n\n', chunk({ content: '' }).replace('"m"', '""')]) {
      const [frame] = readStream([event]);
      expect(frame?.failed).toBe(true);
      expect(frame?.encode()).toBeUndefined();
    }
  });
});
