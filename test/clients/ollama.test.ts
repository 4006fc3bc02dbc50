import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Ollama } from 'ollama';
import { startGateway } from '../helpers/service.ts';
import { chatRecords, inPieces, MODEL, scriptedUpstream } from '../helpers/upstream.ts';
import { INJECTION, openStage, REFUSAL, rejection, STOPPED, type Stage } from './stage.ts';

/** The `ollama` package against the gateway, nothing changed but its host: what its user sees. */

const MESSAGES = [{ role: 'user', content: 'Hi' }];

let stage: Stage;
let denying: Stage;
let client: Ollama;

beforeAll(async () => {
  stage = await openStage();
  denying = await openStage({ denies: true });
  client = new Ollama({ host: stage.url });
});
afterAll(async () => {
  await stage.stop();
  await denying.stop();
});

async function collect(stream: AsyncIterable<{ message: { content: string } }>): Promise<string> {
  let text = '';
  for await (const { message } of stream) text += message.content;
  return text;
}

describe('ollama', () => {
  test('chats', async () => {
    stage.play('ollama/chat/buffered');
    const answer = await client.chat({ model: MODEL, messages: MESSAGES });
    expect(answer.done).toBe(true);
    expect(answer.message.content.length).toBeGreaterThan(3);
    expect(answer.eval_count).toBeGreaterThan(0);
  });

  test('streams', async () => {
    stage.play('ollama/chat/stream');
    const parts = [];
    for await (const part of await client.chat({ model: MODEL, messages: MESSAGES, stream: true })) parts.push(part);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.at(-1)?.done).toBe(true);
  });

  test('streams what a model thinks apart from what it says', async () => {
    stage.play('ollama/chat/thinking-stream');
    let thinking = '';
    for await (const { message } of await client.chat({
      model: 'think-model',
      messages: MESSAGES,
      stream: true,
      think: true,
    }))
      thinking += message.thinking ?? '';
    expect(thinking.length).toBeGreaterThan(3);
  });

  test('makes a round trip with a tool', async () => {
    stage.play('ollama/chat/tools-called-buffered');
    const tools = [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'Current weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ];
    const first = await client.chat({ model: 'tool-model', messages: MESSAGES, tools });
    const call = first.message.tool_calls?.[0]?.function;
    expect(call?.name).toBe('get_weather');
    expect(call?.arguments['city']).toBeString();
    stage.play('ollama/chat/buffered');
    const second = await client.chat({
      model: 'tool-model',
      messages: [...MESSAGES, first.message, { role: 'tool', tool_name: 'get_weather', content: '11 degrees' }],
      tools,
    });
    expect(second.message.content).not.toBe('');
    const forwarded = JSON.parse(stage.bodies[0] ?? '');
    expect(forwarded.messages[1].tool_calls[0].function.arguments).toEqual(call?.arguments ?? null);
    expect(forwarded.messages[2]).toEqual({ role: 'tool', tool_name: 'get_weather', content: '11 degrees' });
    expect(forwarded.tools).toEqual(tools);
  });

  test('asks for an answer of a given form', async () => {
    stage.play('ollama/chat/format-schema');
    const format = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const text = await collect(await client.chat({ model: MODEL, messages: MESSAGES, format, stream: true }));
    expect(JSON.parse(text)).toBeObject();
    expect(JSON.parse(stage.bodies[0] ?? '').format).toEqual(format);
  });

  test('completes, with a suffix and an image too', async () => {
    stage.play('ollama/generate/buffered');
    const answer = await client.generate({ model: MODEL, prompt: 'Once', suffix: 'end.', images: ['aGVsbG8='] });
    expect(answer.response).not.toBe('');
    expect(JSON.parse(stage.bodies[0] ?? '')).toMatchObject({ prompt: 'Once', suffix: 'end.', images: ['aGVsbG8='] });
  });

  test('embeds, the old way too', async () => {
    stage.play('ollama/embed/many');
    const { embeddings } = await client.embed({ model: 'all-minilm:l6', input: ['a', 'b'] });
    expect(embeddings[0]?.[0]).toBeNumber();
    stage.play('ollama/embed/old');
    const { embedding } = await client.embeddings({ model: 'all-minilm:l6', prompt: 'a' });
    expect(embedding.length).toBeGreaterThan(3);
  });

  test('lists, and tells what runs and which version', async () => {
    stage.play('ollama/meta/tags');
    const { models } = await client.list();
    expect(models.map(({ name }) => name)).toContain(MODEL);
    stage.play('ollama/meta/ps');
    expect((await client.ps()).models).toEqual([]);
    stage.play('ollama/meta/version');
    expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('shows a model, but neither its system prompt nor its template', async () => {
    stage.play('ollama/meta/show-verbose-off-secret');
    const shown = await client.show({ model: 'secret-model' });
    expect(shown.details.family).toBe('llama');
    expect(shown.capabilities).toContain('completion');
    expect(JSON.stringify(shown)).not.toContain('sk-test-secret');
    expect(shown.system).toBeUndefined();
    expect(shown.modelfile).toBeUndefined();
  });

  test('reads a refusal as the sentence that it is', async () => {
    const messages = [{ role: 'user', content: INJECTION }];
    stage.play('ollama/chat/stream');
    for (const request of [
      () => client.chat({ model: MODEL, messages }),
      () => client.chat({ model: MODEL, messages, stream: true }),
    ]) {
      const error = await rejection(request());
      expect(error.name).toBe('ResponseError');
      expect(error.message).toBe(REFUSAL);
      expect(error.status_code).toBe(403);
    }
    expect(stage.bodies).toEqual([]);
  });

  test('sees a redacted key in the text', async () => {
    stage.play('ollama/chat/secret-stream');
    const text = await collect(await client.chat({ model: 'secret-model', messages: MESSAGES, stream: true }));
    expect(text).toContain('[REDACTED_OPENAI_KEY]');
    expect(text).not.toContain('sk-');
  });

  test('that is stopped in mid-stream throws, after words that say so', async () => {
    denying.play('ollama/chat/secret-stream');
    const other = new Ollama({ host: denying.url });
    let text = '';
    const error = await rejection(
      (async () => {
        for await (const { message } of await other.chat({ model: 'secret-model', messages: MESSAGES, stream: true }))
          text += message.content;
      })(),
    );
    expect(error.message).toBe(STOPPED);
    expect(text).toMatch(/^Your API key is.*\[The answer was stopped/s);
    expect(text).not.toContain('sk-');
    denying.play('ollama/chat/secret-buffered');
    expect((await rejection(other.chat({ model: 'secret-model', messages: MESSAGES }))).message).toBe(error.message);
  });

  test('hears that the model server died', async () => {
    stage.play('ollama/chat/dies-midstream');
    const error = await rejection(
      (async () => collect(await client.chat({ model: MODEL, messages: MESSAGES, stream: true })))(),
    );
    expect(error.message).toBe('The model server could not answer');
  });

  test('that does not find a model hears it', async () => {
    stage.play('ollama/chat/error-missing-model');
    const error = await rejection(client.chat({ model: 'missing', messages: MESSAGES }));
    expect([error.message, error.status_code]).toEqual(['No such model', 404]);
  });

  test('may not change what is installed', async () => {
    for (const request of [
      () => client.pull({ model: 'x' }),
      () => client.create({ model: 'x', from: 'y' }),
      () => client.copy({ source: 'x', destination: 'y' }),
      () => client.delete({ model: 'x' }),
      () => client.push({ model: 'x' }),
    ])
      expect((await rejection(request())).message).toBe('No such route');
  });

  test('that aborts ends the work of the model server', async () => {
    const upstream = scriptedUpstream(
      () =>
        new Response(
          inPieces(
            chatRecords(['a ', 'b '])
              .slice(0, 2)
              .map((record) => `${JSON.stringify(record)}\n`),
            'hang',
          ),
        ),
    );
    const gateway = await startGateway({ upstream: upstream.url });
    const other = new Ollama({ host: gateway.url });
    const stream = await other.chat({ model: MODEL, messages: MESSAGES, stream: true });
    const error = await rejection(
      (async () => {
        for await (const _part of stream) other.abort();
      })(),
    );
    expect(error.name).toBe('AbortError');
    expect((await gateway.finished()).end).toBe('aborted');
    await until(() => upstream.calls[0]?.aborted === true);
    await gateway.stop();
    await upstream.stop();
  });
});

/** Lets the event loop turn until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
