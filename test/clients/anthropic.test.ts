import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { INJECTION, KEY, openStage, REFUSAL, rejection, STOPPED, type Stage } from './stage.ts';

/** The `@anthropic-ai/sdk` package against the gateway, nothing changed but its base URL: what its user sees. */

const MODEL = 'smollm2:135m';
const REQUEST = { model: MODEL, max_tokens: 50, messages: [{ role: 'user' as const, content: 'Hi' }] };

let stage: Stage;
let denying: Stage;
let client: Anthropic;
let stopped: Anthropic;

beforeAll(async () => {
  stage = await openStage();
  denying = await openStage({ denies: true });
  client = new Anthropic({ apiKey: 'ollama', baseURL: stage.url });
  stopped = new Anthropic({ apiKey: 'ollama', baseURL: denying.url });
});
afterAll(async () => {
  await stage.stop();
  await denying.stop();
});

/** Puts texts in the place of the first recorded ones. */
function saying(...texts: readonly string[]): (answer: string) => string {
  return (answer) => {
    let at = 0;
    return answer.replace(/("type":"text_delta","text":|"type":"text","text":)"(?:[^"\\]|\\.)+"/g, (all, head) => {
      const text = texts[at++];
      return text === undefined ? all : `${head}${JSON.stringify(text)}`;
    });
  };
}
const CUT = [`My key is ${KEY.slice(0, 12)}`, `${KEY.slice(12)}. `];

describe('@anthropic-ai/sdk', () => {
  test('creates a message', async () => {
    stage.play('anthropic/buffered');
    const message = await client.messages.create(REQUEST);
    expect(message.content[0]).toMatchObject({ type: 'text', text: expect.any(String) });
    expect(message.usage.output_tokens).toBeGreaterThan(0);
  });

  test('streams one', async () => {
    stage.play('anthropic/stream');
    const stream = client.messages.stream(REQUEST);
    let text = '';
    stream.on('text', (piece) => (text += piece));
    const message = await stream.finalMessage();
    expect(message.content[0]).toMatchObject({ type: 'text', text });
    expect(message.stop_reason).toBeOneOf(['end_turn', 'max_tokens']);
  });

  test('streams what a model thinks apart from what it says', async () => {
    stage.play('anthropic/thinking-stream');
    const message = await client.messages.stream({ ...REQUEST, model: 'think-model' }).finalMessage();
    expect(message.content[0]?.type).toBe('thinking');
  });

  test('makes a round trip with a tool', async () => {
    stage.play('anthropic/tools-stream');
    const tools = [
      { name: 'get_weather', input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } } },
    ];
    const first = await client.messages.stream({ ...REQUEST, model: 'tool-model', tools }).finalMessage();
    const call = first.content.find((block) => block.type === 'tool_use');
    if (call === undefined) throw new Error('no call');
    expect(first.stop_reason).toBe('tool_use');
    expect(call.input).toHaveProperty('city');
    stage.play('anthropic/buffered');
    await client.messages.create({
      ...REQUEST,
      messages: [
        ...REQUEST.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '11 degrees' }] },
      ],
      tools,
    });
    const forwarded = JSON.parse(stage.bodies[0] ?? '').messages;
    expect(forwarded[1].content.at(-1)).toMatchObject({ type: 'tool_use', id: call.id, input: call.input });
    expect(forwarded[2].content[0]).toMatchObject({ type: 'tool_result', tool_use_id: call.id });
  });

  test('reads a refusal as an error of its own class', async () => {
    stage.play('anthropic/stream');
    const messages = [{ role: 'user' as const, content: INJECTION }];
    const created = await rejection(client.messages.create({ ...REQUEST, messages }));
    const streamed = await rejection(client.messages.stream({ ...REQUEST, messages }).finalMessage());
    for (const error of [created, streamed]) {
      expect(error).toBeInstanceOf(Anthropic.PermissionDeniedError);
      expect(error.message).toContain(REFUSAL);
    }
    expect(stage.bodies).toEqual([]);
  });

  test('sees a redacted key in the text, streamed and not', async () => {
    stage.play('anthropic/stream', saying(...CUT));
    const streamed = await client.messages.stream(REQUEST).finalMessage();
    stage.play('anthropic/buffered', saying(`My key is ${KEY}`));
    const created = await client.messages.create(REQUEST);
    const texts = [streamed, created].map(({ content: [block] }) => (block?.type === 'text' ? block.text : ''));
    for (const text of texts) expect(text).toStartWith('My key is [REDACTED_OPENAI_KEY]');
    expect(texts.join(' ')).not.toContain('sk-');
  });

  test('that is stopped in mid-stream throws, after words that say so', async () => {
    denying.play('anthropic/stream', saying(...CUT));
    let text = '';
    const stream = stopped.messages.stream(REQUEST).on('text', (piece) => (text += piece));
    const error = await rejection(stream.finalMessage());
    expect(error).toBeInstanceOf(APIError);
    expect(error.message).toContain(STOPPED);
    expect(text).toContain('[The answer was stopped');
    expect(text).not.toContain('sk-');
  });

  test('hears that the model server died', async () => {
    stage.play('anthropic/dies-midstream');
    const error = await rejection(client.messages.stream(REQUEST).finalMessage());
    expect(error.message).toContain('The model server could not answer');
  });

  test('that aborts gets an abort', async () => {
    stage.play('anthropic/stream');
    const stream = client.messages.stream(REQUEST);
    stream.on('streamEvent', () => stream.abort());
    await rejection(stream.done());
    expect(stream.aborted).toBe(true);
  });

  test('lists models by the route that OpenAI has too', async () => {
    stage.play('ollama/meta/v1-models');
    const ids = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toContain(MODEL);
  });
});
