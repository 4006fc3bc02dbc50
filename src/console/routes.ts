import * as v from 'valibot';
import { GatewayError } from '../core/errors.ts';
import { presentedKey } from '../gateway/inbound.ts';
import type { PolicySet } from '../core/stage.ts';
import { tryExchange } from '../policy/trial.ts';
import { refusal } from '../protocols/refusals.ts';
import type { OwnRoute } from '../server/app.ts';
import page from './page.html' with { type: 'text' };
import script from './page.js' with { type: 'text' };
import style from './page.css' with { type: 'text' };
import type { Feed, FeedMessage } from './feed.ts';

/**
 * `/console`: a live page of this replica's decisions. The page is an empty shell; what it shows comes only with the
 * key of a caller that an Access policy makes an admin.
 */

/** Characters of a text that is tried. */
const TRIAL_BYTES_MAX = 256 * 1024;

/** Messages kept for a watcher that reads slowly; older ones go first. */
const BACKLOG_MAX = 256;

/** Shorter than the idle time of a connection. */
const HEARTBEAT_MS = 10_000;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface ConsoleOptions {
  readonly feed: Feed;
  readonly policies: () => PolicySet;
  /** Reads a request's body, bounded in size and time. */
  readText(request: Request, bytesMax: number): Promise<string>;
}

export function consoleRoutes(options: ConsoleOptions): OwnRoute[] {
  return [
    { path: '/console', summary: 'Live decisions', answer: () => asset(String(page), 'text/html') },
    { path: '/console/page.js', summary: '', hidden: true, answer: () => asset(String(script), 'text/javascript') },
    { path: '/console/page.css', summary: '', hidden: true, answer: () => asset(String(style), 'text/css') },
    {
      path: '/console/events',
      summary: "Decisions as server-sent events, for an admin's key",
      answer: (request) => admitted(options, request, () => events(options.feed)),
    },
    {
      method: 'POST',
      path: '/console/try',
      summary: "What the loaded policies make of a text, for an admin's key",
      answer: (request) => admitted(options, request, () => tryText(options, request)),
    },
  ];
}

function asset(text: string, type: string): Response {
  return new Response(text, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  });
}

/** Runs `act` for an admin; everyone else reads that a key is needed. */
async function admitted(
  { policies }: ConsoleOptions,
  request: Request,
  act: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    const principal = policies().admission.authenticate(presentedKey(request.headers), request.headers);
    if (!principal.admin) throw new GatewayError('unauthorized');
    return await act();
  } catch (thrown) {
    const error = thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown });
    const { status, headers, body } = refusal('ollama', error, crypto.randomUUID());
    return new Response(body, { status, headers });
  }
}

function events(feed: Feed): Response {
  const encoder = new TextEncoder();
  const backlog: FeedMessage[] = feed.incidents.map((incident) => ({ type: 'incident', incident }));
  let wake: (() => void) | undefined;
  let ended = false;
  const stop = feed.watch({
    tell(message) {
      if (backlog.length >= BACKLOG_MAX) backlog.shift();
      backlog.push(message);
      wake?.();
    },
    end() {
      ended = true;
      wake?.();
    },
  });
  if (stop === undefined) throw new GatewayError('overloaded');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // The head of the answer leaves with its first bytes: whoever watches a quiet gateway sees that it is connected.
      controller.enqueue(encoder.encode(': watching\n\n'));
    },
    async pull(controller) {
      if (backlog.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, HEARTBEAT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      const text = backlog
        .splice(0)
        .map((message) => `data: ${JSON.stringify(message)}\n\n`)
        .join('');
      controller.enqueue(encoder.encode(text === '' ? ': still here\n\n' : text));
      if (ended) {
        stop();
        controller.close();
      }
    },
    cancel() {
      ended = true;
      stop();
      wake?.();
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}

const TRIAL = v.object({
  where: v.picklist(['user', 'system', 'tool', 'answer']),
  text: v.string(),
  model: v.optional(v.string()),
});

async function tryText({ policies, readText }: ConsoleOptions, request: Request): Promise<Response> {
  const parsed = v.safeParse(TRIAL, readJson(await readText(request, TRIAL_BYTES_MAX)));
  if (!parsed.success) throw new GatewayError('malformed_request');
  const { where, text, model } = parsed.output;
  const result = await tryExchange(policies(), {
    ...(model === undefined || model === '' ? {} : { model }),
    ...(where === 'answer'
      ? { texts: [{ role: 'user', text: '' }], answer: { content: text } }
      : { texts: [{ role: where, text }] }),
  });
  const { verdict, outcome, refusal: refused, answer, decisions } = result;
  return Response.json(
    {
      verdict,
      outcome,
      ...(refused === undefined ? {} : { refusal: refused }),
      ...(answer === undefined ? {} : { answer: answer.content }),
      decisions: decisions.map(({ policy, raw: _raw, ...rest }) => ({
        policy: policy.name,
        mode: policy.mode,
        ...rest,
      })),
    },
    { headers: { 'cache-control': 'no-store' } },
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
