import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame } from '../../src/core/operation.ts';
import { OllamaAnswerReader, type OllamaShape } from '../../src/protocols/ollama-answer.ts';

const HEAD = '"model":"m","created_at":"2026-11-22T22:22:56Z"';

describe('a record of Ollama', () => {
  test('is edited with the least change', () => {
    const frame = read(chat(`{"role" : "assistant","content":"my \\u003ckey\\u003e","x_y": 1.50 }`, '"done":false'));
    frame.slots[0]?.replace('my [KEY] "\u2028"');
    expect(textOf(frame)).toBe(
      `{${HEAD},"message":{"role" : "assistant","content":"my [KEY] \\"\\u2028\\"","x_y": 1.50 },"done":false}\n`,
    );
  });

  test('leaves as the bytes that came where an edit changes nothing', () => {
    const bytes = encode(chat('{"role":"assistant","content":"a\\u003c"}', '"done":false'));
    const frame = reader('chat').read(bytes);
    for (const slot of frame.slots) slot.replace(slot.text);
    expect(frame.encode()).toBe(bytes);
  });

  test('is left out once its only text is gone', () => {
    const frame = read(chat('{"role":"assistant","content":"sk-","thinking":""}', '"done":false'));
    frame.slots.find(({ channel }) => channel === 'content')?.replace('');
    expect(frame.encode()).toBeUndefined();
  });

  test.each([
    ['its end', chat('{"role":"assistant","content":"x"}', '"done":true')],
    ['thinking', chat('{"role":"assistant","content":"x","thinking":"y"}', '"done":false')],
    ['a call', chat('{"role":"assistant","content":"x","tool_calls":[{"function":{"name":"f"}}]}', '"done":false')],
    ['token probabilities', chat('{"role":"assistant","content":"x"}', '"done":false,"logprobs":[]')],
    ['something unknown', chat('{"role":"assistant","content":"x"}', '"done":false,"extra":"y"')],
  ])('stays without its text for %s', (_what, line) => {
    const frame = read(line);
    frame.slots.find(({ channel }) => channel === 'content')?.replace('');
    expect(textOf(frame)).toContain('"content":""');
  });

  test('gives each kind of text a channel of its own, and says where texts end', () => {
    const logprobs = `[{"token":"a","logprob":-1.5,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2,"bytes":[98]},{"token":"c"}]}]`;
    const message = '{"role":"assistant","content":"C","thinking":"T","images":["I"]}';
    const frame = read(
      chat(message, `"done":true,"logprobs":${logprobs},"_debug_info":{"rendered_template":"D"},"new":{"k":["N",12]}`),
    );
    expect(frame.slots.map(({ channel, kind, text, last }) => [channel, kind, text, last])).toEqual([
      ['thinking', 'thinking', 'T', true],
      ['content', 'content', 'C', true],
      ['logprobs', 'other', 'a', false],
      ['logprobs/top/0', 'other', 'b', false],
      ['logprobs/top/1', 'other', 'c', false],
      ['other/0', 'other', 'I', false],
      ['other/1', 'other', 'rendered_template', false],
      ['other/2', 'other', 'D', false],
      ['other/3', 'other', 'k', false],
      ['other/4', 'other', 'N', false],
      ['other/5', 'other', '12', false],
    ]);
  });

  test.each([
    ['model', chat('{"role":"assistant","content":""}', '"done":false').replace('"m"', '{"a":"TEXT"}')],
    ['created_at', '{"created_at":["TEXT"],"done":false}\n'],
    ['role', chat('{"role":["TEXT"],"content":""}', '"done":false')],
    ['done_reason', '{"done":true,"done_reason":{"TEXT":1}}\n'],
    ['context', '{"done":true,"context":[1,"TEXT"]}\n'],
    ['durations', '{"done":true,"eval_duration":"TEXT"}\n'],
    ['logprobs', '{"done":false,"logprobs":"TEXT"}\n'],
    ['bytes', '{"done":false,"logprobs":[{"token":"","bytes":"TEXT"}]}\n'],
    ['logprob', '{"done":false,"logprobs":[{"token":"","logprob":"TEXT"}]}\n'],
    ['top_logprobs', '{"done":false,"logprobs":[{"token":"","top_logprobs":"TEXT"}]}\n'],
    [
      'top_logprobs of an alternative',
      '{"done":false,"logprobs":[{"token":"","top_logprobs":[{"token":"","top_logprobs":["TEXT"]}]}]}\n',
    ],
    ['a call', '{"message":{"tool_calls":[{"function":{"name":"","x":"TEXT","index":"TEXT"}}]},"done":false}\n'],
    ['response in chat', '{"response":"TEXT","done":false}\n'],
  ])('cannot carry text in another form of %s', (_what, line) => {
    const frame = read(line);
    for (const slot of [...frame.slots, ...frame.calls.flatMap(({ slots }) => slots)]) {
      if (slot.text === 'TEXT') slot.replace('[GONE]');
    }
    expect(textOf(frame)).toContain('[GONE]');
    expect(textOf(frame)).not.toContain('TEXT');
  });

  test('may have many unknown fields: those beyond a bound share a channel', () => {
    const frame = read(`{"done":false,"tokens":[${Array.from({ length: 300 }, () => '"x"').join()}]}\n`);
    expect(frame.slots).toHaveLength(300);
    expect(new Set(frame.slots.map(({ channel }) => channel)).size).toBe(257);
  });

  test('keeps an unknown field of many records one text', () => {
    const answer = reader('chat');
    const records = ['sk-', 'test'].map((piece) =>
      answer.read(encode(chat('{"role":"assistant","content":""}', `"done":false,"zz":"${piece}","yy":"1"`))),
    );
    expect(records.flatMap(({ slots }) => slots.slice(1).map(({ channel, text }) => `${channel} ${text}`))).toEqual([
      'other/0 sk-',
      'other/1 1',
      'other/0 test',
      'other/1 1',
    ]);
  });

  test('writes the bytes of a token anew with the token', () => {
    const frame = read(
      chat('{"role":"assistant","content":"hi"}', '"done":false,"logprobs":[{"token":"hi","bytes":[104,105]}]'),
    );
    frame.slots.find(({ channel }) => channel === 'logprobs')?.replace('ä');
    expect(textOf(frame)).toContain('"logprobs":[{"token":"ä","bytes":[195,164]}]');
  });

  test('of generate has its text and its calls beside the rest', () => {
    const frame = read(
      `{${HEAD},"response":"R","thinking":"T","tool_calls":[{"function":{"name":"f","arguments":{}}}],"done":true,"context":[1,2],"eval_count":3}\n`,
      'generate',
    );
    expect(frame.slots.map(({ channel, text }) => `${channel} ${text}`)).toEqual(['thinking T', 'content R']);
    expect(frame.calls.map(({ name }) => name)).toEqual(['f']);
    expect(frame.usage).toEqual({ outputTokens: 3 });
  });

  test('ends at done, or as a whole body; and is one without a last line feed', () => {
    const line = chat('{"role":"assistant","content":""}', '"done":true,"done_reason":"load"').trimEnd();
    expect(read(line)).toMatchObject({ terminal: true, finishReason: 'load' });
    const notDone = chat('{"role":"assistant","content":"x"}', '"done":false');
    expect(read(notDone).terminal).toBe(false);
    const body = new OllamaAnswerReader({ shape: 'chat', framing: 'json', model: 'm' }).read(encode(notDone));
    expect([body.terminal, body.slots[0]?.last]).toEqual([true, true]);
  });

  test.each([
    ['an error line', '{"error":"an error was encountered"}\n'],
    ['an error that is no text', '{"error":{"message":"x"}}\n'],
    ['an empty error, on which the client for JavaScript raises too', `{"error":"","done":true}\n`],
    ['an error beside text', chat('{"role":"assistant","content":"x"}', '"done":true,"error":"x"')],
  ])('has failed with %s', (_what, line) => {
    const frame = read(line);
    expect([frame.failed, frame.terminal, frame.slots.length]).toEqual([true, false, 0]);
  });

  test.each(['remote_host', 'remote_model'])('with %s was made elsewhere', (key) => {
    const message = '{"role":"assistant","content":"x"}';
    expect(read(chat(message, `"done":false,"${key}":"https://ollama.com"`)).remote).toBe(true);
    expect(read(chat(message, `"done":false,"${key}":""`)).remote).toBeUndefined();
  });

  test.each([
    ['no JSON', '<html>\n'],
    ['nothing', ''],
    ['a list', '[]\n'],
    ['a word', 'null\n'],
    ['a duplicate key', `{${HEAD},"message":{"content":"a","content":"b"}}\n`],
    ['two values', '{"done":true}{"done":true}\n'],
    ['a byte order mark', '\ufeff{"done":true}\n'],
    ['a lone surrogate', '{"message":{"content":"\\ud83d"}}\n'],
    ['content that is a list', '{"message":{"content":["a"]}}\n'],
    ['content that is a number', '{"message":{"content":1}}\n'],
    ['a message that is a text', '{"message":"a"}\n'],
    ['done as text', '{"done":"true"}\n'],
    ['calls that are no list', '{"message":{"tool_calls":{}}}\n'],
    ['a call without function', '{"message":{"tool_calls":[{}]}}\n'],
    ['a call without name', '{"message":{"tool_calls":[{"function":{}}]}}\n'],
    ['a token that is no text', '{"done":false,"logprobs":[{"token":1}]}\n'],
    ['token numbers in quotes', '{"done":true,"eval_count":"1"}\n'],
  ])('that is %s cannot be read', (_what, line) => {
    expect(() => read(line)).toThrow(GatewayError);
    expect(codeOf(() => read(line))).toBe('upstream_error');
  });

  test('that is not UTF-8 cannot be read', () => {
    expect(codeOf(() => reader('chat').read(Uint8Array.from([0x22, 0xff, 0x22])))).toBe('upstream_error');
  });
});

describe('a tool call of Ollama', () => {
  const args = '{"url":"https://x/?k=sk-1","n":[4111111111111111,true,null],"deep":{"sk-1":"v"}}';
  const two = `[{"id":"c1","function":{"index":0,"name":"http_get","arguments":${args}}},{"function":{"name":"g","arguments":{}}}]`;
  const line = (calls: string, content = '') =>
    chat(`{"role":"assistant","content":"${content}","tool_calls":${calls}}`, '"done":false');

  test('has a slot for its name, its id, and each key, text and number of its arguments', () => {
    const [call] = read(line(two)).calls;
    expect(JSON.parse(JSON.stringify(call?.arguments))).toEqual(JSON.parse(args));
    expect(call?.slots.every(({ kind, last }) => kind === 'tool_argument' && last)).toBe(true);
    expect(call?.slots.map(({ channel, text }) => `${channel} ${text}`)).toEqual([
      'tool_calls/0/id c1',
      'tool_calls/0/name http_get',
      'tool_calls/0/arguments/0 url',
      'tool_calls/0/arguments/1 https://x/?k=sk-1',
      'tool_calls/0/arguments/2 n',
      'tool_calls/0/arguments/3 4111111111111111',
      'tool_calls/0/arguments/4 deep',
      'tool_calls/0/arguments/5 sk-1',
      'tool_calls/0/arguments/6 v',
    ]);
  });

  test('is edited in its keys and numbers too', () => {
    const frame = read(line(two));
    for (const slot of frame.calls[0]?.slots ?? []) {
      if (slot.text.includes('sk-1') || slot.text.startsWith('4111')) slot.replace('[GONE]');
    }
    expect(JSON.parse(textOf(frame)).message.tool_calls[0].function.arguments).toEqual({
      url: '[GONE]',
      n: ['[GONE]', true, null],
      deep: { '[GONE]': 'v' },
    });
  });

  test('loses no argument where edits make two keys one', () => {
    const frame = read(line('[{"function":{"name":"f","arguments":{"a1":1,"[K]":2,"a2":3}}}]'));
    for (const slot of frame.calls[0]?.slots ?? []) if (slot.text.startsWith('a')) slot.replace('[K]');
    expect(JSON.parse(textOf(frame)).message.tool_calls[0].function.arguments).toEqual({
      '[K]_2': 1,
      '[K]': 2,
      '[K]_3': 3,
    });
  });

  test('that is refused becomes a sentence, and the others stay as they came', () => {
    const frame = read(line(two));
    frame.calls[0]?.refuse('The tool was blocked.');
    expect(textOf(frame)).toBe(
      chat(
        '{"role":"assistant","content":"The tool was blocked.","tool_calls":[{"function":{"name":"g","arguments":{}}}]}',
        '"done":false',
      ),
    );
  });

  test('that was the last one takes the list with it', () => {
    const frame = read(line(two, 'Let me see.'));
    // What was edited in a call goes with the call.
    for (const call of frame.calls) call.slots[0]?.replace('x');
    for (const call of frame.calls) call.refuse('Blocked.');
    frame.slots[0]?.replace('[SEEN]');
    const message = '{"role":"assistant","content":"[SEEN]\\n\\nBlocked.\\n\\nBlocked."}';
    expect(textOf(frame)).toBe(chat(message, '"done":false'));
  });

  test('is refused where there is no content to put the sentence in', () => {
    const calls = '[{"function":{"name":"f","arguments":{"a":1}}}]';
    const inChat = read(`{"message":{"tool_calls":${calls}},"done":false}\n`);
    inChat.calls[0]?.refuse('Blocked.');
    expect(textOf(inChat)).toBe('{"message":{"content":"Blocked."},"done":false}\n');
    const inGenerate = read(`{"tool_calls":${calls},"done":true}\n`, 'generate');
    inGenerate.calls[0]?.refuse('Blocked.');
    expect(textOf(inGenerate)).toBe('{"response":"Blocked.","done":true}\n');
  });

  test('has a channel of its own in the whole answer', () => {
    const answer = reader('chat');
    const channels = [two, two].flatMap((calls) =>
      answer.read(encode(line(calls))).calls.map(({ channel }) => channel),
    );
    expect(channels).toEqual(['tool_calls/0', 'tool_calls/1', 'tool_calls/2', 'tool_calls/3']);
  });

  test('may name any key', () => {
    const frame = read(line('[{"function":{"name":"f","arguments":{"__proto__":{"admin":true},"constructor":1}}}]'));
    expect((frame.calls[0]?.arguments as { admin?: boolean } | undefined)?.admin).toBeUndefined();
  });
});

describe('where a policy closes side channels', () => {
  test('token probabilities, token numbers and rendered prompts are taken out', () => {
    const answer = reader('generate');
    answer.dropSideChannels();
    const frame = answer.read(
      encode(
        `{${HEAD},"response":"x","logprobs":[{"token":"x","bytes":[120]}],"done":true,"context":[1,2],"_debug_info":{"rendered_template":"D"},"eval_count":1}\n`,
      ),
    );
    expect(frame.slots.map(({ channel }) => channel)).toEqual(['content']);
    expect(textOf(frame)).toBe(`{${HEAD},"response":"x","done":true,"eval_count":1}\n`);
  });

  test('a record that had nothing else is left out', () => {
    const answer = reader('chat');
    answer.dropSideChannels();
    const line = chat('{"role":"assistant","content":""}', '"done":false,"logprobs":[{"token":"x"}]');
    expect(answer.read(encode(line)).encode()).toBeUndefined();
  });
});

describe('an answer that stops', () => {
  const error = new GatewayError('output_blocked');

  test('says so in its content, for clients that show no error, and then fails', () => {
    const answer = reader('chat');
    answer.read(encode(chat('{"role":"assistant","content":"Hello"}', '"done":false')));
    const [words, failure, rest] = decode(answer.failure(error, 'r1')).split('\n');
    expect(JSON.parse(words ?? '')).toEqual({
      model: 'm',
      created_at: '2026-11-22T22:22:56Z',
      message: { role: 'assistant', content: '\n\n[The answer was stopped by policy]' },
      done: false,
    });
    expect(JSON.parse(failure ?? '')).toEqual({ error: 'The answer was stopped by policy' });
    expect(rest).toBe('');
  });

  test('says it in generate as response, with the model that was asked for if nothing came', () => {
    const lines = decode(reader('generate').failure(new GatewayError('upstream_timeout'), 'r1')).split('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      model: 'asked',
      response: '[The answer was stopped: The model server did not answer in time]',
      done: false,
    });
    expect(JSON.parse(lines[1] ?? '')).toEqual({ error: 'The model server did not answer in time' });
  });
});

describe('vectors', () => {
  test('pass as they came and are not kept', () => {
    const bytes = encode('{"model":"m","embeddings":[[0.1,-2e-3],[3]],"total_duration":1,"prompt_eval_count":2}');
    const frame = new OllamaAnswerReader({ shape: 'embed', framing: 'json', model: 'm' }).read(bytes);
    expect([frame.terminal, frame.slots.length, frame.usage]).toEqual([true, 0, { inputTokens: 2 }]);
    expect(frame.encode()).toBe(bytes);
  });

  test('with text among the numbers have slots', () => {
    const bytes = encode('{"embedding":[0.1,"sk-1"]}');
    const frame = new OllamaAnswerReader({ shape: 'embed', framing: 'json', model: 'm' }).read(bytes);
    expect(frame.slots.map(({ text }) => text)).toEqual(['0.1', 'sk-1']);
  });
});

function reader(shape: OllamaShape): OllamaAnswerReader {
  return new OllamaAnswerReader({ shape, framing: 'ndjson', model: 'asked' });
}

function read(line: string, shape: OllamaShape = 'chat'): AnswerFrame {
  return reader(shape).read(encode(line));
}

function chat(message: string, rest: string): string {
  return `{${HEAD},"message":${message},${rest}}\n`;
}

function textOf(frame: AnswerFrame): string {
  return decode(frame.encode() ?? new Uint8Array());
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}
