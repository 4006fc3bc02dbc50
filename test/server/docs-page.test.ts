import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startProcess, type GatewayProcess } from '../telemetry/process.ts';
import { chatRecords, MODEL, ndjson, scriptedUpstream, type ScriptedUpstream } from '../helpers/upstream.ts';
import { CHROMIUM, keep, startBrowser, type Browser, type Page } from './browser.ts';

/** `/docs` as someone with a key sees it: drawn without the internet, a call tried, its streamed answer shown. */

const KEY = 'documentation-key-0123456789abcdef';
const WORDS = ['The sky ', 'is blue ', 'because of ', 'Rayleigh ', 'scattering.'];
const why = CHROMIUM === undefined ? ' (skipped: no chromium here)' : '';

let upstream: ScriptedUpstream;
let gateway: GatewayProcess;
let browser: Browser;

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  upstream = scriptedUpstream(({ path }) => (path === '/api/chat' ? ndjson(chatRecords(WORDS)) : events()));
  upstream.models = [{ name: MODEL }, { name: 'llama3.2:1b' }];
  gateway = await startProcess(upstream.url, { REQUIRE_API_KEY: 'true', API_KEY: KEY, ENFORCEMENT_MODE: 'hard' });
  browser = await startBrowser();
}, 60_000);
afterAll(async () => {
  if (CHROMIUM === undefined) return;
  await browser.close();
  await gateway.stop();
  await upstream.stop();
}, 30_000);

/** What Ollama streams on /v1/chat/completions. */
function events(): Response {
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'llama3.2:1b', system_fingerprint: 'fp_ollama', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const text = WORDS.map((content) => chunk({ role: 'assistant', content }, null)).join('');
  return new Response(`${text}${chunk({ role: 'assistant', content: '' }, 'stop')}data: [DONE]\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  });
}

/** Opens an operation, presses Execute, and gives status and body as the page shows them. */
async function tryOut(page: Page, tag: string, id: string): Promise<{ status: string; body: string }> {
  const operation = `#operations-${tag}-${id}`;
  await page.until(`document.querySelector(${JSON.stringify(operation)})`);
  const isOpen = await page.evaluate(`document.querySelector(${JSON.stringify(operation)}).matches('.is-open')`);
  if (!isOpen) await page.click(`${operation} .opblock-summary-control`);
  const shown = `${operation} .live-responses-table tr.response .response-col_status`;
  await page.evaluate(`document.querySelector(${JSON.stringify(`${operation} .btn-clear`)})?.click()`);
  await page.click(`${operation} .execute`);
  await page.until(`/^\\d{3}/.test(document.querySelector(${JSON.stringify(shown)})?.textContent ?? '')`);
  const status = await page.evaluate<string>(`document.querySelector(${JSON.stringify(shown)}).textContent.trim()`);
  const table = JSON.stringify(`${operation} .live-responses-table tr.response .response-col_description`);
  return {
    status: status.slice(0, 3),
    body: await page.evaluate<string>(`document.querySelector(${table}).textContent`),
  };
}

describe(`/docs in a browser${why}`, () => {
  test.skipIf(CHROMIUM === undefined)(
    'is drawn whole from the gateway alone; a call is refused without the key and streams with it',
    async () => {
      const page = await browser.open(`${gateway.url}/docs`, { height: 1400 });
      await page.until(`document.querySelectorAll('.opblock').length >= 20`);
      expect([...page.hosts]).toEqual(['127.0.0.1']);
      expect(page.errors).toEqual([]);
      await keep(page, 'docs-light');

      const refused = await tryOut(page, 'ollama', 'ollama_chat_post');
      expect(refused.status).toBe('401');
      expect(refused.body).toContain('error');

      await page.click('.auth-wrapper .authorize');
      await page.type('#auth-bearer-value', KEY);
      await page.click('.auth-container .authorize');
      await page.click('.auth-container .btn-done');

      const streamed = await tryOut(page, 'ollama', 'ollama_chat_post');
      expect(streamed.status).toBe('200');
      for (const word of WORDS) expect(streamed.body).toContain(word.trim());
      expect(streamed.body).toContain('application/x-ndjson');
      expect(streamed.body).not.toContain('parse JSON');
      expect(upstream.calls.at(-1)?.body).toContain('"model":"llama3.2:1b"');
      expect(upstream.calls.at(-1)?.headers.get('authorization')).toBeNull();
      await keep(page, 'docs-streamed');

      const serverSent = await tryOut(page, 'openai', 'openai_chat_post');
      expect(serverSent.status).toBe('200');
      for (const word of WORDS) expect(serverSent.body).toContain(word.trim());
      expect(serverSent.body).toContain('[DONE]');
    },
    90_000,
  );

  test.skipIf(CHROMIUM === undefined).each([
    ['dark', { scheme: 'dark', width: 1280, height: 1400 }],
    ['phone', { scheme: 'light', width: 390, height: 1400 }],
    ['dark-phone', { scheme: 'dark', width: 390, height: 1400 }],
  ] as const)(
    'fits the screen: %s',
    async (name, look) => {
      const page = await browser.open(`${gateway.url}/docs`, look);
      await page.until(`document.querySelectorAll('.opblock').length >= 20`);
      await page.click('#operations-ollama-ollama_chat_post .opblock-summary-control');
      await page.until(`document.querySelector('#operations-ollama-ollama_chat_post .execute')`);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      await keep(page, `docs-${name}`);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(page.errors).toEqual([]);
    },
    60_000,
  );
});
