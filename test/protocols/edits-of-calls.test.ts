import { describe, expect, test } from 'bun:test';
import type { AnswerStage, TextEdit } from '../../src/core/stage.ts';
import { OPERATIONS } from '../../src/protocols/index.ts';
import { AnswerFilter } from '../../src/streams/answer-filter.ts';
import { SseSplitter } from '../../src/streams/sse.ts';
import { LineSplitter } from '../../src/streams/lines.ts';

/** A stage that edits texts, whatever else is switched on for the answer: what the filter and the readers do with it. */

const SECRET = 'SECRET';

/** Replaces SECRET in the texts of `kinds`, once a text is complete; holds a text until then. */
function redacting(kinds: readonly string[]): AnswerStage {
  return {
    scanner(slot) {
      if (!kinds.includes(slot.kind)) return undefined;
      let text = '';
      let ended = false;
      let edits: TextEdit[] = [];
      return {
        push: (piece) => void (text += piece),
        end() {
          ended = true;
          for (let at = text.indexOf(SECRET); at >= 0; at = text.indexOf(SECRET, at + 1))
            edits.push({ start: at, end: at + SECRET.length, replacement: '[GONE]' });
        },
        get clear() {
          return ended ? text.length : 0;
        },
        take() {
          const taken = edits;
          edits = [];
          return taken;
        },
      };
    },
  };
}

function through(path: string, request: object, answer: readonly string[], stage: AnswerStage): string[] {
  const operation = OPERATIONS.find((candidate) => candidate.path === path);
  if (operation === undefined) throw new Error('no such route');
  const reader = operation.answerReader(operation.readRequest(JSON.stringify(request)));
  const splitter =
    reader.framing === 'sse'
      ? new SseSplitter({ eventBytesMax: 1 << 20 })
      : new LineSplitter({ lineBytesMax: 1 << 20 });
  const filter = new AnswerFilter({ reader, splitter, stages: [stage] });
  const decoder = new TextDecoder();
  return answer.map((piece) => {
    const out: Uint8Array[] = [];
    filter.push(new TextEncoder().encode(piece), out);
    return out.map((bytes) => decoder.decode(bytes)).join('');
  });
}

describe('arguments that came in fragments', () => {
  const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', system_fingerprint: 'fp_ollama' };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const fragment = (args: string, more: object = {}) =>
    chunk({
      tool_calls: [{ index: 0, ...more, function: { ...('id' in more ? { name: 'save' } : {}), arguments: args } }],
    });

  test('are edited as one text although no policy closed the side channels', () => {
    const answer = [
      fragment('{"a":"x SEC', { id: 'call_1', type: 'function' }),
      fragment('RET y'),
      fragment('"}'),
      chunk({}, 'tool_calls'),
      'data: [DONE]\n\n',
    ];
    const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: true };
    const left = through('/v1/chat/completions', request, answer, redacting(['tool_argument'])).join('');
    const pieces = left
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .flatMap((event) => JSON.parse(event.slice('data: '.length)).choices[0].delta.tool_calls ?? [])
      .map((call) => call.function.arguments);
    expect(JSON.parse(pieces.join(''))).toEqual({ a: 'x [GONE] y' });
    expect(left).not.toMatch(/SEC|RET/);
  });

  test('on /v1/messages too', () => {
    const event = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    const delta = (partial_json: string) =>
      event('content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json } });
    const answer = [
      event('message_start', {
        message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 1 } },
      }),
      event('content_block_start', { index: 0, content_block: { type: 'tool_use', id: 't', name: 'save', input: {} } }),
      delta('{"a":"x SEC'),
      delta('RET y'),
      delta('"}'),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } }),
      event('message_stop', {}),
    ];
    const request = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }], stream: true };
    const left = through('/v1/messages', request, answer, redacting(['tool_argument'])).join('');
    const pieces = [...left.matchAll(/"partial_json":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
      JSON.parse(text ?? '""'),
    );
    expect(JSON.parse(pieces.join(''))).toEqual({ a: 'x [GONE] y' });
    expect(left).not.toMatch(/SEC|RET/);
  });
});

describe.each(['chat', 'generate'] as const)("Ollama's thinking on /api/%s", (shape) => {
  const request =
    shape === 'chat' ? { model: 'm', messages: [{ role: 'user', content: 'Hi' }] } : { model: 'm', prompt: 'Hi' };
  const record = (texts: { thinking?: string; content?: string }, done = false) => {
    const content = texts.content ?? '';
    const thinking = texts.thinking === undefined ? {} : { thinking: texts.thinking };
    const running =
      shape === 'chat' ? { message: { role: 'assistant', content, ...thinking } } : { response: content, ...thinking };
    return `${JSON.stringify({ model: 'm', created_at: '2026-01-01T00:00:00Z', ...running, done })}\n`;
  };

  test('ends where content begins, so that its last word does not hold all content', () => {
    const answer = [record({ thinking: 'jane.doe' }), record({ content: 'Hello' }), record({ content: ' you' })];
    const left = through(`/api/${shape}`, request, answer, redacting(['thinking']));
    expect(left).toEqual(['', answer.slice(0, 2).join(''), answer[2] ?? '']);
  });

  test('and content of one record end it in that record', () => {
    const answer = [record({ thinking: 'SECRET', content: 'Hello' })];
    const left = through(`/api/${shape}`, request, answer, redacting(['thinking']));
    expect(left).toEqual([record({ thinking: '[GONE]', content: 'Hello' })]);
  });

  test('that goes on behind content is a text of its own', () => {
    const answer = [
      record({ thinking: 'a SECRET' }),
      record({ content: 'b' }),
      record({ thinking: 'SECRET c' }),
      record({}, true),
    ];
    const left = through(`/api/${shape}`, request, answer, redacting(['thinking'])).join('');
    expect(left).toBe(
      [record({ thinking: 'a [GONE]' }), answer[1], record({ thinking: '[GONE] c' }), answer[3]].join(''),
    );
  });
});
