import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../helpers/service.ts';
import { recordingNamed, REFUSAL, STOPPED } from './stage.ts';
import { readFileSync } from 'node:fs';

/**
 * Python's `ollama` and `openai` packages, where there is a Python that has them: PYTHON names it, else `python3`.
 */

const PYTHON = process.env['PYTHON'] ?? 'python3';
const hasClients =
  Bun.which(PYTHON) !== null && Bun.spawnSync([PYTHON, '-c', 'import ollama, openai'], { stderr: 'ignore' }).success;

/** What each route and model is answered with: the script asks all of it in one go. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/api/chat smollm2:135m': 'ollama/chat/buffered',
  '/api/chat secret-model': 'ollama/chat/secret-stream',
  '/api/embed all-minilm:l6': 'ollama/embed/many',
  '/api/tags ': 'ollama/meta/tags',
  '/api/show smollm2:135m': 'ollama/meta/show',
  '/v1/chat/completions secret-model': 'openai/chat-secret-stream',
  '/v1/models ': 'ollama/meta/v1-models',
  '/v1/embeddings all-minilm:l6': 'openai/embeddings-base64',
  '/v1/responses smollm2:135m': 'openai/responses-buffered',
};

async function answerOf(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const model = request.method === 'POST' ? (await request.json()).model : '';
  const recording = recordingNamed(ANSWERS[`${pathname} ${model}`] ?? 'ollama/meta/version');
  const headers = { 'content-type': recording.contentType };
  return new Response(recording.answer as Uint8Array<ArrayBuffer>, { status: recording.status, headers });
}

interface Seen {
  readonly case: string;
  readonly [what: string]: unknown;
}

async function run(gateway: TestGateway, stopping: TestGateway): Promise<Seen[]> {
  const script = join(import.meta.dir, 'python_clients.py');
  const child = Bun.spawn([PYTHON, script, gateway.url, stopping.url], { stdout: 'pipe', stderr: 'pipe' });
  const [out, problems] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect(problems).toBe('');
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.skipIf(!hasClients)("Python's clients (skipped where Python has no `ollama` and `openai`)", () => {
  test('see what was said, refused, redacted and stopped', async () => {
    const upstream = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answerOf });
    const shipped = readFileSync(join(import.meta.dir, '../../policies/secrets.yaml'), 'utf8');
    const env = { ENFORCEMENT_MODE: 'hard' };
    const gateway = await startGateway({ upstream: upstream.url.href.replace(/\/$/, ''), env });
    const stopping = await startGateway({
      upstream: upstream.url.href.replace(/\/$/, ''),
      env,
      policies: { 'secrets.yaml': shipped.replace('action: redact', 'action: deny') },
    });
    const seen = Object.fromEntries((await run(gateway, stopping)).map(({ case: name, ...rest }) => [name, rest]));
    await gateway.stop();
    await stopping.stop();
    await upstream.stop(true);

    expect(seen['ollama chat']).toEqual({ done: true, text: expect.any(String) });
    expect(seen['ollama embed']?.['numbers']).toBeGreaterThan(3);
    expect(seen['openai embeddings']?.['numbers']).toBeGreaterThan(3);
    expect(seen['ollama list']?.['names']).toContain('smollm2:135m');
    expect(seen['openai list']?.['names']).toContain('smollm2:135m');
    expect(seen['ollama show']).toEqual({ system: null });
    expect(seen['openai responses']?.['text']).not.toBe('');
    for (const client of ['ollama', 'openai']) {
      expect(seen[`${client} redacted`]?.['text']).toContain('[REDACTED_OPENAI_KEY]');
      expect(seen[`${client} stopped`]?.['error']).toContain(STOPPED);
      expect(seen[`${client} stopped`]?.['text']).toContain('[The answer was stopped');
      expect(JSON.stringify(seen)).not.toContain('sk-test');
    }
    expect(seen['ollama refused']).toEqual({ kind: 'ResponseError', status: 403, text: REFUSAL });
    expect(seen['openai refused']).toMatchObject({
      kind: 'PermissionDeniedError',
      status: 403,
      code: 'prompt_injection',
    });
    expect(seen['ollama stopped']?.['kind']).toBe('ResponseError');
    expect(seen['openai stopped']?.['kind']).toBe('APIError');
  }, 60_000);
});
