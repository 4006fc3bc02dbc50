import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI, { APIError } from 'openai';
import { INJECTION, openStage, REFUSAL, rejection, STOPPED, type Stage } from './stage.ts';

/** The `openai` package against the gateway, nothing changed but its base URL: what its user sees. */

const MODEL = 'smollm2:135m';
const MESSAGES = [{ role: 'user' as const, content: 'Hi' }];
const TOOLS = [
  {
    type: 'function' as const,
    function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
];

let stage: Stage;
let denying: Stage;
let client: OpenAI;
let stopped: OpenAI;

beforeAll(async () => {
  stage = await openStage();
  denying = await openStage({ denies: true });
  client = new OpenAI({ apiKey: 'ollama', baseURL: `${stage.url}/v1` });
  stopped = new OpenAI({ apiKey: 'ollama', baseURL: `${denying.url}/v1` });
});
afterAll(async () => {
  await stage.stop();
  await denying.stop();
});

describe('openai', () => {
  test('chats', async () => {
    stage.play('openai/chat-buffered');
    const answer = await client.chat.completions.create({ model: MODEL, messages: MESSAGES });
    expect(answer.choices[0]?.message.content).not.toBe('');
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  test('streams, with its usage', async () => {
    stage.play('openai/chat-stream-usage');
    const stream = client.chat.completions.stream({
      model: MODEL,
      messages: MESSAGES,
      stream_options: { include_usage: true },
    });
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]?.finish_reason).toBeOneOf(['stop', 'length']);
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    expect(JSON.parse(stage.bodies[0] ?? '').stream_options).toEqual({ include_usage: true });
  });

  test('makes a round trip with a tool', async () => {
    stage.play('openai/chat-tools-stream');
    const first = await client.chat.completions
      .stream({ model: 'tool-model', messages: MESSAGES, tools: TOOLS })
      .finalChatCompletion();
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call?.type !== 'function') throw new Error('no call');
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city');
    stage.play('openai/chat-buffered');
    await client.chat.completions.create({
      model: 'tool-model',
      messages: [...MESSAGES, message, { role: 'tool', tool_call_id: call.id, content: '11 degrees' }],
      tools: TOOLS,
    });
    const forwarded = JSON.parse(stage.bodies[0] ?? '').messages;
    expect(JSON.parse(forwarded[1].tool_calls[0].function.arguments)).toEqual(JSON.parse(call.function.arguments));
    expect(forwarded[2]).toEqual({ role: 'tool', tool_call_id: call.id, content: '11 degrees' });
  });

  test('asks for an answer of a given form', async () => {
    stage.play('openai/chat-json-schema');
    const schema = { type: 'object', properties: { name: { type: 'string' } } };
    const answer = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      response_format: { type: 'json_schema', json_schema: { name: 'person', schema } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toBeObject();
    expect(JSON.parse(stage.bodies[0] ?? '').response_format.json_schema.schema).toEqual(schema);
  });

  test('completes the old way', async () => {
    stage.play('openai/completions-stream');
    let text = '';
    for await (const chunk of await client.completions.create({ model: MODEL, prompt: 'Once', stream: true }))
      text += chunk.choices[0]?.text ?? '';
    expect(text).not.toBe('');
  });

  test('embeds', async () => {
    stage.play('openai/embeddings-base64');
    const answer = await client.embeddings.create({ model: 'all-minilm:l6', input: 'a' });
    expect(answer.data[0]?.embedding[0]).toBeNumber();
  });

  test('uses the Responses API, streamed and not', async () => {
    stage.play('openai/responses-buffered');
    const answer = await client.responses.create({ model: MODEL, input: 'Hi' });
    expect(answer.output_text).not.toBe('');
    stage.play('openai/responses-stream');
    const stream = client.responses.stream({ model: MODEL, input: 'Hi' });
    let text = '';
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta;
    expect((await stream.finalResponse()).output_text).toBe(text);
  });

  test('lists models and shows one', async () => {
    stage.play('ollama/meta/v1-models');
    const ids = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toContain(MODEL);
    stage.play('ollama/meta/v1-model');
    expect((await client.models.retrieve(MODEL)).id).toBe(MODEL);
  });

  test('reads a refusal as an error of its own class, once', async () => {
    stage.play('openai/chat-stream');
    const messages = [{ role: 'user' as const, content: INJECTION }];
    for (const stream of [false, true]) {
      const error = await rejection(client.chat.completions.create({ model: MODEL, messages, stream }));
      expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
      expect(error.message).toBe(`403 ${REFUSAL}`);
      expect(error).toMatchObject({ code: 'prompt_injection', type: 'policy_violation' });
    }
    const error = await rejection(client.responses.create({ model: MODEL, input: INJECTION }));
    expect(error.message).toBe(`403 ${REFUSAL}`);
    expect(stage.gateway.events.filter(({ type }) => type === 'exchange.finished').length).toBeGreaterThan(2);
    expect(stage.bodies).toEqual([]);
  });

  test('sees a redacted key in the text', async () => {
    stage.play('openai/chat-secret-stream');
    const answer = await client.chat.completions
      .stream({ model: 'secret-model', messages: MESSAGES })
      .finalChatCompletion();
    expect(answer.choices[0]?.message.content).toContain('[REDACTED_OPENAI_KEY]');
    expect(JSON.stringify(answer)).not.toContain('sk-');
  });

  test('that is stopped in mid-stream throws, after words that say so', async () => {
    denying.play('openai/chat-secret-stream');
    let text = '';
    const error = await rejection(
      (async () => {
        const stream = await stopped.chat.completions.create({
          model: 'secret-model',
          messages: MESSAGES,
          stream: true,
        });
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      })(),
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: 'output_blocked', type: 'policy_violation' });
    expect(error.message).toContain(STOPPED);
    expect(text).toContain('[The answer was stopped');
    expect(text).not.toContain('sk-');
  });

  test('hears that the model server died, on both APIs', async () => {
    stage.play('openai/chat-dies-midstream');
    const chat = client.chat.completions.stream({ model: MODEL, messages: MESSAGES });
    expect((await rejection(chat.finalChatCompletion())).message).toContain('The model server could not answer');
    stage.play('openai/responses-dies-midstream');
    const stream = client.responses.stream({ model: MODEL, input: 'Hi' });
    const ends: string[] = [];
    const watched = (async () => {
      for await (const event of stream) ends.push(event.type);
    })();
    await watched.catch(() => ends.push('threw'));
    expect(ends.at(-1)).toBeOneOf(['response.failed', 'threw']);
  });

  test('that aborts gets an abort', async () => {
    stage.play('openai/chat-stream');
    const stream = client.chat.completions.stream({ model: MODEL, messages: MESSAGES });
    stream.on('chunk', () => stream.abort());
    expect((await rejection(stream.done())).name).toBe('Error');
    expect(stream.aborted).toBe(true);
  });
});
