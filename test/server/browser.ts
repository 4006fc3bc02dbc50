import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A headless Chromium with all hosts but loopback unreachable, driven over its DevTools protocol: enough to look at a
 * page, press its buttons and read what it shows.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/
 */

/** Path of a Chromium, or undefined where this machine has none. */
export const CHROMIUM =
  process.env['CHROMIUM'] || (Bun.which('chromium') ?? Bun.which('chromium-browser')) || undefined;

/** How long a page may take to show what is waited for, in milliseconds. */
const WAIT_MS_MAX = 20_000;
const LOOK_AGAIN_MS = 50;

export interface Page {
  /** What an expression says in the page; promises are waited for. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves once the expression is true; rejects with it after `WAIT_MS_MAX`. */
  until(expression: string): Promise<void>;
  /** Clicks the first element that a selector finds, once it is there. */
  click(selector: string): Promise<void>;
  /** Types into the first element that a selector finds, as a person does. */
  type(selector: string, text: string): Promise<void>;
  press(key: 'Tab' | 'Enter'): Promise<void>;
  /** Errors of the page's own and requests that failed, as text. */
  readonly errors: readonly string[];
  /** Every host that the page asked for something. */
  readonly hosts: ReadonlySet<string>;
  /** PNG, such as for a look by eye. */
  screenshot(): Promise<Uint8Array>;
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

export interface Browser {
  open(url: string, look?: Look): Promise<Page>;
  close(): Promise<void>;
}

type Json = any; // Another program's protocol; a wrong shape fails the test.

export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'llm-gateway-chromium-'));
  const child = Bun.spawn(
    [
      CHROMIUM ?? '',
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdout: 'ignore', stderr: 'ignore' },
  );
  const session = await addressOf(profile, child)
    .then(connect)
    .catch((error: unknown) => {
      child.kill();
      throw error;
    });
  return {
    open: (url, look = {}) => openPage(session, url, look),
    async close() {
      session.close();
      child.kill();
      await child.exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The browser writes its port and path into its profile when it listens. */
async function addressOf(profile: string, child: Bun.Subprocess): Promise<string> {
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX && child.exitCode === null; waitedMs += LOOK_AGAIN_MS) {
    const [port, path] = readIfThere(join(profile, 'DevToolsActivePort')).split('\n');
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await Bun.sleep(LOOK_AGAIN_MS);
  }
  throw new Error('Chromium does not listen');
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

interface Session {
  send(method: string, params?: object, sessionId?: string): Promise<Json>;
  onEvent(listener: (event: Json) => void): void;
  close(): void;
}

async function connect(url: string): Promise<Session> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const waiting = new Map<number, { resolve(value: Json): void; reject(error: Error): void }>();
  const listeners: ((event: Json) => void)[] = [];
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message: Json = JSON.parse(String(data));
    const call = waiting.get(message.id);
    if (call === undefined) for (const listener of listeners) listener(message);
    else if (message.error === undefined) call.resolve(message.result);
    else call.reject(new Error(message.error.message));
    waiting.delete(message.id);
  });
  return {
    send(method, params = {}, sessionId = undefined) {
      last += 1;
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
      const id = last;
      return new Promise((resolve, reject) => void waiting.set(id, { resolve, reject }));
    },
    onEvent: (listener) => void listeners.push(listener),
    close: () => socket.close(),
  };
}

async function openPage(session: Session, url: string, look: Look): Promise<Page> {
  const { targetId } = await session.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params: object = {}) => session.send(method, params, sessionId);
  const errors: string[] = [];
  const hosts = new Set<string>();
  session.onEvent((event) => {
    if (event.sessionId === sessionId) note(event, errors, hosts);
  });
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await send(`${domain}.enable`);
  const { width = 1280, height = 900, scheme = 'light' } = look;
  await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  const features = [
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ];
  await send('Emulation.setEmulatedMedia', { features });
  await send('Page.navigate', { url });

  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }

  async function until(expression: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += LOOK_AGAIN_MS) {
      // A page that is being loaded has no document to ask.
      if (await evaluate(`Boolean(${expression})`).catch(() => false)) return;
      await Bun.sleep(LOOK_AGAIN_MS);
    }
    throw new Error(`never came true: ${expression}; ${errors.join('; ')}`);
  }

  const find = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`;
  return {
    errors,
    hosts,
    evaluate,
    until,
    async click(selector) {
      await until(find(selector));
      await evaluate(`${find(selector)}.scrollIntoView({ block: 'center' }), ${find(selector)}.click()`);
    },
    async type(selector, text) {
      await until(find(selector));
      await evaluate(`${find(selector)}.focus()`);
      await send('Input.insertText', { text });
    },
    async press(key) {
      const named = { key, code: key, windowsVirtualKeyCode: key === 'Tab' ? 9 : 13 };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...named, ...(key === 'Enter' ? { text: '\r' } : {}) });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...named });
    },
    async screenshot() {
      const { data } = await send('Page.captureScreenshot', { format: 'png' });
      return Uint8Array.fromBase64(data);
    },
  };
}

function note({ method, params }: Json, errors: string[], hosts: Set<string>): void {
  if (method === 'Network.requestWillBeSent' && /^(https?|wss?):/.test(params.request.url))
    hosts.add(new URL(params.request.url).hostname);
  if (method === 'Network.loadingFailed' && params.canceled !== true) errors.push(params.errorText);
  if (method === 'Runtime.exceptionThrown') errors.push(params.exceptionDetails.exception?.description ?? 'exception');
  if (method === 'Log.entryAdded' && params.entry.level === 'error') errors.push(params.entry.text);
}

/** Keeps a picture for a look by eye, where SCREENSHOTS names a directory. */
export async function keep(page: Page, name: string): Promise<void> {
  const directory = process.env['SCREENSHOTS'];
  if (directory) await Bun.write(join(directory, `${name}.png`), await page.screenshot());
}
