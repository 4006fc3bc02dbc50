import { describe, expect, test } from 'bun:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { GatewayError } from '../../src/core/errors.ts';
import type { AnswerFrame, Operation } from '../../src/core/operation.ts';
import { anthropicOperations } from '../../src/protocols/anthropic.ts';
import { openaiOperations } from '../../src/protocols/openai.ts';
import { answered, framesOf, type Recording } from './openai-recorded.ts';

/** What the real npm clients make of answers that were edited, refused or ended: each through its own typed API. */

const SENTENCE = 'The tool was not called: blocked by policy.';
const ERROR = new GatewayError('output_blocked');

interface Play {
  readonly name: string;
  /** Refuse every call. */
  readonly refuses?: boolean;
  /** End with a failure after so many events. */
  readonly failsAfter?: number;
}

/** A `fetch` that answers with a recording as the gateway would pass it. */
function playing(play: Play): typeof fetch {
  const folder = play.name.startsWith('anthropic/') ? 'anthropic' : 'openai';
  const recording = answered(folder).find(({ name }) => name === play.name);
  if (recording === undefined) throw new Error(`no recording ${play.name}`);
  const answer = async () =>
    new Response(bodyOf(recording, play), {
      headers: { 'content-type': recording.isStream ? 'text/event-stream' : 'application/json' },
    });
  // The clients call it as a function only.
  return answer as unknown as typeof fetch;
}

function bodyOf(recording: Recording, play: Play): Uint8Array<ArrayBuffer> {
  const operations: readonly Operation[] = [...openaiOperations, ...anthropicOperations];
  const operation = operations.find(({ path }) => path === recording.path);
  if (operation === undefined) throw new Error(`no operation for ${recording.path}`);
  const reader = operation.answerReader(operation.readRequest(recording.request));
  reader.dropSideChannels();
  const frames: AnswerFrame[] = [];
  for (const bytes of framesOf(recording).slice(0, play.failsAfter)) {
    const frame = reader.read(bytes);
    frames.push(frame);
    if (play.refuses === true) for (const call of frame.calls) call.refuse(SENTENCE);
  }
  const parts = frames.map((frame) => frame.encode()).filter((part) => part !== undefined);
  if (play.failsAfter !== undefined) parts.push(reader.failure(ERROR, 'id'));
  return new Uint8Array(Buffer.concat(parts));
}

const openai = (play: Play) =>
  new OpenAI({ apiKey: 'none', baseURL: 'http://localhost/v1', fetch: playing(play), maxRetries: 0 });
const anthropic = (play: Play) =>
  new Anthropic({ apiKey: 'none', baseURL: 'http://localhost', fetch: playing(play), maxRetries: 0 });

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };
const MESSAGE = { ...CHAT, max_tokens: 10 };

describe('the openai client on chat completions', () => {
  test('reads a refused call of a stream as text and a plain stop', async () => {
    const client = openai({ name: 'openai/chat-tools-stream', refuses: true });
    const completion = await client.chat.completions.stream(CHAT).finalChatCompletion();
    const choice = completion.choices[0];
    expect(choice?.message.content).toBe(SENTENCE);
    expect(choice?.message.tool_calls).toBeUndefined();
    expect(choice?.finish_reason).toBe('stop');
  });

  test('reads a refused call of a body the same way', async () => {
    const client = openai({ name: 'openai/chat-tools-buffered', refuses: true });
    const choice = (await client.chat.completions.create(CHAT)).choices[0];
    expect(choice?.message.content).toBe(SENTENCE);
    expect(choice?.message.tool_calls).toBeUndefined();
    expect(choice?.finish_reason).toBe('stop');
  });

  test('reads a call that passed', async () => {
    const completion = await openai({ name: 'openai/chat-tools-stream' })
      .chat.completions.stream(CHAT)
      .finalChatCompletion();
    const call = completion.choices[0]?.message.tool_calls?.[0];
    expect(call?.type === 'function' ? call.function : undefined).toMatchObject({
      name: 'get_weather',
      arguments: '{"city":"Paris"}',
    });
  });

  test('raises the sentence of a failure in mid-stream, after the words in the text', async () => {
    const stream = await openai({ name: 'openai/chat-stream', failsAfter: 3 }).chat.completions.create({
      ...CHAT,
      stream: true,
    });
    let text = '';
    const raised = await raisedBy(async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    });
    expect(text).toBe(`Hello in Spanish\n\n[${ERROR.message}]`);
    expect(raised).toBeInstanceOf(OpenAI.APIError);
    expect(raised.message).toContain(ERROR.message);
  });
});

describe('the openai client on responses', () => {
  test('reads a refused call as a message', async () => {
    const client = openai({ name: 'openai/responses-tools-stream', refuses: true });
    const stream = client.responses.stream({ model: 'm', input: 'x' });
    let text = '';
    stream.on('response.output_text.delta', (event) => {
      text += event.delta;
    });
    const response = await stream.finalResponse();
    expect(text).toBe(SENTENCE);
    expect(response.output.map((item) => item.type)).toEqual(['message']);
    expect(response.output_text).toBe(SENTENCE);
  });

  // Its `.stream()` helper cannot read Ollama's own thinking streams, which have no `reasoning_summary_part.added`.
  test('reads thinking whose encrypted copy was taken out', async () => {
    const client = openai({ name: 'openai/responses-thinking-stream' });
    const items: string[] = [];
    for await (const event of await client.responses.create({ model: 'm', input: 'x', stream: true })) {
      if (event.type === 'response.completed') items.push(...event.response.output.map((item) => JSON.stringify(item)));
    }
    expect(items).toHaveLength(1);
    expect(items[0]).toContain('math');
    expect(items[0]).not.toContain('encrypted_content');
  });

  test('sees a failure in mid-stream as response.failed with the sentence', async () => {
    const client = openai({ name: 'openai/responses-stream', failsAfter: 8 });
    const stream = await client.responses.create({ model: 'm', input: 'x', stream: true });
    let text = '';
    let failure: string | undefined;
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.failed') failure = event.response.error?.message;
    }
    expect(text).toEndWith(`[${ERROR.message}]`);
    expect(failure).toBe(ERROR.message);
  });
});

describe('the anthropic client', () => {
  test('reads a refused call as a text block and the end of its turn', async () => {
    const message = await anthropic({ name: 'anthropic/tools-stream', refuses: true })
      .messages.stream(MESSAGE)
      .finalMessage();
    expect(message.content).toMatchObject([{ type: 'text', text: SENTENCE }]);
    expect(message.stop_reason).toBe('end_turn');
  });

  test('reads a call that passed', async () => {
    const message = await anthropic({ name: 'anthropic/tools-stream' }).messages.stream(MESSAGE).finalMessage();
    expect(message.content[0]).toMatchObject({ type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } });
    expect(message.stop_reason).toBe('tool_use');
  });

  test('raises the sentence of a failure in mid-stream, after the words in the text', async () => {
    const stream = anthropic({ name: 'anthropic/stream', failsAfter: 4 }).messages.stream(MESSAGE);
    let text = '';
    stream.on('text', (piece) => {
      text += piece;
    });
    const raised = await raisedBy(() => stream.finalMessage());
    expect(text).toBe(`Hello in\n\n[${ERROR.message}]`);
    expect(raised.message).toContain(ERROR.message);
  });
});

async function raisedBy(action: () => Promise<unknown>): Promise<Error> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing was raised');
}
