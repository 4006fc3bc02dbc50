/** An Ollama on loopback that says what a test tells it to: only `/api/ps` and `/api/chat`. */

export interface Script {
  /** Models that `/api/ps` lists; default `llama-guard3:1b`. */
  resident?: readonly string[];
  /** What the model says to the last message. */
  answer?: (text: string) => string;
  /** Answers of `/api/chat` wait until `release()`. */
  holds?: boolean;
  status?: number;
  /** The whole body of `/api/chat`, instead of an answer. */
  body?: string;
}

export interface AskedBody {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ScriptedOllama {
  readonly url: string;
  readonly script: Script;
  /** Bodies that `/api/chat` received. */
  readonly asked: AskedBody[];
  readonly requests: number;
  /** How often `/api/ps` was asked. */
  readonly listed: number;
  /** Resolves once this many answers wait. */
  held(count: number): Promise<void>;
  release(): void;
  stop(): Promise<void>;
}

export function startScriptedOllama(script: Script): ScriptedOllama {
  const asked: AskedBody[] = [];
  let requests = 0;
  let listed = 0;
  let waiting: (() => void)[] = [];
  const watchers: { readonly count: number; readonly resolve: () => void }[] = [];

  async function hold(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    for (const watcher of watchers) if (waiting.length >= watcher.count) watcher.resolve();
    await promise;
  }

  async function chat(request: Request): Promise<Response> {
    // The guard's own body, whose shape the tests check.
    const body = (await request.json()) as AskedBody;
    asked.push(body);
    if (script.holds === true) await hold();
    const content = script.answer?.(body.messages.at(-1)?.content ?? '') ?? 'safe';
    const status = script.status ?? 200;
    const headers = status === 302 ? { location: '/api/ps' } : {};
    return new Response(script.body ?? JSON.stringify({ message: { role: 'assistant', content } }), {
      status,
      headers,
    });
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      requests += 1;
      if (new URL(request.url).pathname === '/api/chat') return chat(request);
      listed += 1;
      const names = script.resident ?? ['llama-guard3:1b'];
      return Response.json({ models: names.map((name) => ({ name, model: name })) });
    },
  });
  return {
    url: server.url.href,
    script,
    asked,
    get requests() {
      return requests;
    },
    get listed() {
      return listed;
    },
    held(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (waiting.length >= count) resolve();
      else watchers.push({ count, resolve });
      return promise;
    },
    release() {
      const released = waiting;
      waiting = [];
      for (const resolve of released) resolve();
    },
    async stop() {
      await server.stop(true);
    },
  };
}
