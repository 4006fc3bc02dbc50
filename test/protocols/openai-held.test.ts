import { describe, expect, test } from 'bun:test';
import type { AnswerCall, AnswerReader } from '../../src/core/operation.ts';
import type { AnswerStage, TextEdit, TextScanner } from '../../src/core/stage.ts';
import { AnthropicAnswerReader } from '../../src/protocols/anthropic-answer.ts';
import { anthropicOperations } from '../../src/protocols/anthropic.ts';
import { ChatAnswerReader } from '../../src/protocols/openai-chat-answer.ts';
import { openaiOperations } from '../../src/protocols/openai.ts';
import { AnswerFilter } from '../../src/streams/answer-filter.ts';
import { SseSplitter } from '../../src/streams/sse.ts';
import { answered, eventsOf, readerFor } from './openai-recorded.ts';

/** The readers under the stage that holds, edits and ends: what a client is sent, in the order it is sent. */

/** Masks a word, and holds what may still become it. */
class WordScanner implements TextScanner {
  clear = 0;
  #text = '';
  #from = 0;
  #isOver = false;
  #edits: TextEdit[] = [];
  readonly #word: string;

  constructor(word: string) {
    this.#word = word;
  }

  push(text: string): void {
    this.#text += text;
    for (let at = this.#find(); at >= 0; at = this.#find()) {
      this.#from = at + this.#word.length;
      this.#edits.push({ start: at, end: this.#from, replacement: '[X]' });
    }
    let held = this.#isOver ? 0 : Math.min(this.#word.length - 1, this.#text.length - this.#from);
    while (held > 0 && !this.#text.endsWith(this.#word.slice(0, held))) held--;
    this.clear = this.#text.length - held;
  }

  end(): void {
    this.#isOver = true;
    this.push('');
  }

  take(): readonly TextEdit[] {
    return this.#edits.splice(0);
  }

  #find(): number {
    return this.#text.indexOf(this.#word, this.#from);
  }
}

/** Ends the answer where the word begins. */
class StoppingScanner extends WordScanner {
  declare stop?: number;

  constructor() {
    super('sk-test');
  }

  override push(text: string): void {
    super.push(text);
    for (const edit of this.take()) this.stop ??= edit.start;
  }
}

/** Passes an answer through the stage, cut every `step` bytes; gives what is sent. */
function pass(reader: AnswerReader, answer: Uint8Array, stage: AnswerStage, step = 37): string {
  reader.dropSideChannels();
  const filter = new AnswerFilter({ reader, splitter: new SseSplitter({ eventBytesMax: 1 << 20 }), stages: [stage] });
  const out: Uint8Array[] = [];
  for (let at = 0; at < answer.length; at += step) filter.push(answer.slice(at, at + step), out);
  filter.end(out);
  expect(filter.terminal).toBe(true);
  return Buffer.concat(out).toString();
}

const masking = (word: string): AnswerStage => ({ scanner: () => new WordScanner(word) });

/** The running texts of a stream, joined as a client joins them. */
function joined(stream: string): string {
  return eventsOf(stream)
    .map(({ data }) => {
      const chunk = data.choices?.[0];
      if (chunk !== undefined) return `${chunk.delta?.content ?? ''}${chunk.delta?.reasoning ?? ''}${chunk.text ?? ''}`;
      if (typeof data.delta === 'string') return data.type.includes('arguments') ? '' : data.delta;
      return `${data.delta?.text ?? ''}${data.delta?.thinking ?? ''}`;
    })
    .join('');
}

const streams = [...answered('openai'), ...answered('anthropic')].filter(
  ({ isStream, name }) => isStream && !name.includes('dies'),
);
const words = [
  'sk-test-secret123456789012345678901234567890',
  'Paris',
  'city',
  'math',
  'glad you',
  'Spanish.',
  'get_weather',
];

describe('a word that is masked', () => {
  const rows = streams.flatMap((recording) => words.map((word) => [word, recording.name, recording] as const));
  test.each(rows)('%s is in no telling of %s', (word, _, recording) => {
    const operation = [...openaiOperations, ...anthropicOperations].find(({ path }) => path === recording.path);
    if (operation === undefined) throw new Error('no operation');
    const output = pass(readerFor(operation, recording), recording.answer, masking(word));
    expect(output).not.toContain(word);
    expect(joined(output)).not.toContain(word);
    const whole = joined(Buffer.from(recording.answer).toString());
    expect(joined(output)).toBe(whole.replaceAll(word, '[X]'));
  });
});

const chunks = (...deltas: object[]) =>
  `${[...deltas, {}]
    .map((delta, index) => ({ index: 0, delta, finish_reason: index === deltas.length ? 'tool_calls' : null }))
    .map((choice) => `data: ${JSON.stringify({ id: 'x', created: 1, model: 'm', choices: [choice] })}\n\n`)
    .join('')}data: [DONE]\n\n`;

const part = (text: string, name?: string) => ({
  tool_calls: [
    {
      index: 0,
      ...(name === undefined ? {} : { id: 'x' }),
      function: { ...(name === undefined ? {} : { name }), arguments: text },
    },
  ],
});

describe('a call in fragments', () => {
  const answer = new TextEncoder().encode(
    chunks({ content: 'Hm.' }, part('', 'send'), part('{"key":"sk-'), part('test","n":1'), part('}')),
  );

  test('has its secret masked though it was cut', () => {
    const output = pass(new ChatAnswerReader('sse'), answer, masking('sk-test'));
    expect(output).not.toContain('sk-');
    const texts = eventsOf(output).map(({ data }) => data.choices[0].delta.tool_calls?.[0].function.arguments ?? '');
    expect(texts.join('')).toBe('{"key":"[X]","n":1}');
  });

  test('sends nothing of what a policy stops', () => {
    const stopping: AnswerStage = { scanner: () => new StoppingScanner() };
    const reader = new ChatAnswerReader('sse');
    reader.dropSideChannels();
    const filter = new AnswerFilter({
      reader,
      splitter: new SseSplitter({ eventBytesMax: 1 << 20 }),
      stages: [stopping],
    });
    const out: Uint8Array[] = [];
    expect(() => filter.push(answer, out)).toThrow('The answer was stopped by policy');
    expect(Buffer.concat(out).toString()).not.toContain('sk-');
  });

  test('that is refused leaves no part of it', () => {
    const judged: AnswerCall[] = [];
    const refusing: AnswerStage = {
      call(call) {
        judged.push(call);
        return 'No.';
      },
    };
    const output = pass(new ChatAnswerReader('sse'), answer, refusing);
    expect(judged.map(({ name }) => name)).toEqual(['send']);
    expect(output).not.toContain('tool_calls');
    expect(joined(output)).toBe('Hm.\n\nNo.');
  });
});

test('a call of messages in fragments has its secret masked though it was cut', () => {
  const events = [
    { type: 'message_start', message: { content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'x', name: 'send', input: {} } },
    ...['', '{"key":"sk-', 'test"', '}'].map((partial_json) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_stop' },
  ];
  const stream = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  const output = pass(new AnthropicAnswerReader('sse'), new TextEncoder().encode(stream), masking('sk-test'));
  expect(output).not.toContain('sk-');
  const texts = eventsOf(output).map(({ data }) => data.delta?.partial_json ?? '');
  expect(texts.join('')).toBe('{"key":"[X]"}');
});
