import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { allRecordings, isStream, startReplayer, type Recording, type Replayer } from './replay.ts';

/**
 * What a real Ollama sent, through the whole gateway over sockets, with the cuts of the recording: untouched byte for
 * byte, but for the tables below.
 */

/** Refused or changed in every mode, with the reason. */
const NEVER_AS_IT_CAME: Readonly<Record<string, string>> = {
  'ollama/generate/debug-render': 'it would print the rendered prompt, the system prompt included',
  'ollama/chat/error-role': 'no other role than the four is accepted, since Ollama hands any word to the template',
  'ollama/meta/show': 'system, template, messages and modelfile never leave',
  'ollama/meta/show-verbose-off-secret': 'system, template, messages and modelfile never leave',
};

/** Answers that a policy which enforces changes, with the reason. */
const CHANGED_WHERE_ENFORCED: Readonly<Record<string, string>> = {
  'ollama/chat/secret-stream': 'the key is redacted',
  'ollama/chat/secret-buffered': 'the key is redacted',
  'openai/chat-secret-stream': 'the key is redacted',
  'ollama/chat/logprobs': 'log probabilities repeat the text token by token',
  'ollama/generate/logprobs': 'log probabilities repeat the text token by token, context is the text as numbers',
  'openai/chat-logprobs': 'log probabilities repeat the text token by token',
  'ollama/generate/buffered': 'context is the conversation as token numbers',
  'ollama/generate/stream': 'context is the conversation as token numbers',
  'ollama/generate/system': 'context is the conversation as token numbers',
  'openai/responses-thinking-stream': 'encrypted_content is the thinking once more',
};

/** Answers that Ollama broke off although it had said 200. */
const BROKEN_OFF = /\/(chat-|responses-)?dies-/;

const RECORDINGS = allRecordings();
const ANSWERED = RECORDINGS.filter(({ status, name }) => status === 200 && !BROKEN_OFF.test(name));
const BROKEN = RECORDINGS.filter(({ status, name }) => status === 200 && BROKEN_OFF.test(name));
const REFUSED = RECORDINGS.filter(({ status }) => status !== 200);

let replayer: Replayer;
let gateways: Record<'monitor' | 'soft' | 'hard', TestGateway>;

beforeAll(async () => {
  replayer = startReplayer();
  const open = (mode: string) => startGateway({ upstream: replayer.url, env: { ENFORCEMENT_MODE: mode } });
  gateways = { monitor: await open('monitor'), soft: await open('soft'), hard: await open('hard') };
});
afterAll(async () => {
  for (const gateway of Object.values(gateways)) await gateway.stop();
  await replayer.stop();
});

function ask(gateway: TestGateway, recording: Recording): Promise<Response> {
  replayer.play(recording);
  const body = recording.request === undefined ? {} : { body: recording.request };
  return fetch(gateway.url + recording.path, { method: recording.method, ...body });
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const textOf = (recording: Recording): string => decoder.decode(recording.answer);

test('every recording is replayed', () => {
  expect(RECORDINGS.length).toBe(80);
  expect(ANSWERED.length + BROKEN.length + REFUSED.length).toBe(RECORDINGS.length);
});

describe.each(['monitor', 'soft', 'hard'] as const)('a recorded answer in %s', (mode) => {
  const changed = { ...NEVER_AS_IT_CAME, ...(mode === 'monitor' ? {} : CHANGED_WHERE_ENFORCED) };

  test.each(ANSWERED.map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
    const answer = await ask(gateways[mode], recording);
    const text = await answer.text();
    if (name in changed) {
      expect(text).not.toBe(textOf(recording));
      return;
    }
    expect({ status: answer.status, text }).toEqual({ status: 200, text: textOf(recording) });
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(recording.contentType.split(';')[0]);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(BROKEN.map((recording) => [recording.name, recording] as const))(
    '%s says that it broke off',
    async (_name, recording) => {
      const text = await (await ask(gateways[mode], recording)).text();
      expect(text).toContain('The model server could not answer');
      for (const end of ['"done":true', '[DONE]', 'message_stop', 'response.completed'])
        expect(text).not.toContain(end);
    },
  );

  test.each(REFUSED.map((recording) => [recording.name, recording] as const))(
    '%s keeps its status in words of ours',
    async (_name, recording) => {
      const answer = await ask(gateways[mode], recording);
      expect(answer.status).toBe(recording.status);
      const body: { error?: unknown; type?: unknown } = await answer.json();
      if (recording.name.startsWith('ollama/meta/v1') || recording.path.startsWith('/v1/'))
        expect(body.error).toEqual(expect.objectContaining({ message: expect.any(String), type: expect.any(String) }));
      else expect(body.error).toBeString();
    },
  );
});

describe('what is changed in hard differs by what the table says only', () => {
  test.each(Object.keys(CHANGED_WHERE_ENFORCED))('%s', async (name) => {
    const recording = RECORDINGS.find((candidate) => candidate.name === name);
    if (recording === undefined) throw new Error('no such recording');
    const answer = await ask(gateways.hard, recording);
    expect(answer.status).toBe(200);
    const came = framesOf(recording, textOf(recording));
    const left = framesOf(recording, await answer.text());
    if (name.includes('secret')) {
      expect(contentOf(left)).toBe(contentOf(came).replace(/sk-test-secret\d+/, '[REDACTED_OPENAI_KEY]'));
      if (isStream(recording)) expect(left.at(-1)).toEqual(came.at(-1) ?? null);
    } else {
      expect(left).toEqual(withoutSideChannels(came));
    }
  });
});

/** The JSON records of an answer, whatever stands between them. */
function framesOf(recording: Recording, text: string): unknown[] {
  if (!isStream(recording)) return [JSON.parse(text)];
  return text
    .split('\n')
    .map((line) => (line.startsWith('data: ') ? line.slice('data: '.length) : line))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

const SIDE_CHANNELS = new Set(['logprobs', 'context', 'encrypted_content']);

function withoutSideChannels(frames: readonly unknown[]): unknown[] {
  return JSON.parse(JSON.stringify(frames, (key, value) => (SIDE_CHANNELS.has(key) ? undefined : value)));
}

/** The joined content of an answer's frames. */
function contentOf(frames: readonly unknown[]): string {
  let content = '';
  JSON.stringify(frames, (key, value) => {
    if (key === 'content') content += value;
    return value;
  });
  return content;
}
