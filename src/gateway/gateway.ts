import type { Config } from '../config.ts';
import { GatewayError } from '../core/errors.ts';
import type { Sink } from '../core/events.ts';
import { parseModelName } from '../core/model-name.ts';
import type { Operation, ProtocolName, RequestView, Route } from '../core/operation.ts';
import type { AnswerStage, ModelIdentity, PolicySet, Principal, RequestContext, Stage } from '../core/stage.ts';
import { refusal } from '../protocols/refusals.ts';
import { AnswerFilter } from '../streams/answer-filter.ts';
import { gatewayErrorOf } from '../streams/answer-stream.ts';
import type { Watchdog } from '../streams/watchdog.ts';
import type { Catalog } from '../upstream/catalog.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { answerAdmin, type AdminRoute } from './admin.ts';
import { buffered, splitterOf, streamed } from './answer.ts';
import { Exchange } from './exchange.ts';
import {
  BODY_BYTES_MAX,
  checkMediaType,
  clientRequestId,
  malformedIfUnreadable,
  presentedKey,
  readText,
} from './inbound.ts';
import type { MetadataRoute } from './metadata.ts';
import { answerShadow } from './shadow.ts';
import { upstreamFailure } from './upstream-failure.ts';

/**
 * The orchestrator: the whole way of one exchange on a data route, top to bottom. It knows no protocol and no policy;
 * it asks both, in order, and every branch that is not a clean pass ends in a refusal or an error frame.
 */

/** The longest answer where no policy says less. */
export const ANSWER_MS_MAX = 24 * 60 * 60 * 1000;

/** The connection an exchange came on, where there is one: its idle timeout is off while an answer is awaited. */
export interface Connection {
  hold(): void;
  release(): void;
}

export interface GatewayOptions {
  readonly config: Config;
  readonly policies: () => PolicySet;
  readonly upstream: Upstream;
  readonly catalog: Catalog;
  readonly sink: Sink;
  readonly watchdog: Watchdog;
  /** Where exchanges are taken down, if they are. */
  readonly recorder?: Recorder | undefined;
  readonly newId: () => string;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
}

export interface Gateway {
  /** Runs one exchange on a data route. Never rejects: every failure is a refusal in the protocol's words. */
  exchange(operation: Operation, request: Request, connection?: Connection): Promise<Response>;
  /** Runs one exchange on a metadata route. Never rejects. */
  metadata(route: MetadataRoute, request: Request): Promise<Response>;
  /** Runs one exchange on an admin route. Never rejects. */
  admin(route: AdminRoute, request: Request, connection?: Connection): Promise<Response>;
  /** Refuses what no route takes, so that it is reported like any other exchange. */
  reject(protocol: ProtocolName, error: GatewayError, request: Request): Response;
  readonly inFlight: number;
}

export function createGateway(options: GatewayOptions): Gateway {
  let inFlight = 0;
  return {
    get inFlight() {
      return inFlight;
    },
    async exchange(operation, request, connection) {
      const exchange = begin(options, operation, request);
      inFlight += 1;
      exchange.onEnd(() => {
        inFlight -= 1;
      });
      try {
        return await run(options, exchange, operation, request, connection);
      } catch (thrown) {
        return refuse(exchange, thrown, request);
      }
    },
    async metadata(route, request) {
      const exchange = begin(options, route, request);
      try {
        return await answerMetadata(options, exchange, route, request);
      } catch (thrown) {
        return refuse(exchange, thrown, request);
      }
    },
    async admin(route, request, connection) {
      const exchange = begin(options, route, request);
      inFlight += 1;
      exchange.onEnd(() => {
        inFlight -= 1;
      });
      try {
        return await answerAdmin({ options, exchange, request }, route, connection);
      } catch (thrown) {
        return refuse(exchange, thrown, request);
      }
    },
    reject(protocol, error, request) {
      return refuse(begin(options, { ...NO_ROUTE, protocol }, request), error, request);
    },
  };
}

/** What telemetry calls a request that no route takes; its path and method are the client's words. */
const NO_ROUTE: Omit<Route, 'protocol'> = {
  id: 'none',
  class: 'metadata',
  method: 'GET',
  path: 'none',
  genAiOperation: '',
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']);

function begin(options: GatewayOptions, route: Route, request: Request): Exchange {
  const id = options.newId();
  const scope = options.sink.exchange({
    id,
    clientId: clientRequestId(request.headers),
    operation: route.id,
    genAiOperation: route.genAiOperation,
    method: METHODS.has(request.method) ? request.method : '_OTHER',
    route: route.path,
    header: (name) => request.headers.get(name) ?? undefined,
  });
  return new Exchange(id, route, options.policies(), scope);
}

async function run(
  options: GatewayOptions,
  exchange: Exchange,
  operation: Operation,
  request: Request,
  connection?: Connection,
): Promise<Response> {
  const { policies } = exchange;
  const principal = admit(exchange, request);
  const body = await readText(
    request,
    Math.min(BODY_BYTES_MAX, policies.admission.bodyBytesMax(principal)),
    options.watchdog,
  );
  connection?.hold();
  exchange.onEnd(() => connection?.release());
  // From here on, so that a client that leaves gives up its place in a queue as well as the model's time.
  exchange.abortWithClient(request.signal);
  const view = malformedIfUnreadable(() => operation.readRequest(body));
  const model = localModel(view);
  const known = options.catalog.knows(model.name) || policies.knownNames.has(model.name);
  exchange.emit({
    type: 'request.read',
    model: known ? model.name : 'unknown',
    stream: view.stream,
    bytes: Buffer.byteLength(body),
    setHash: policies.hash,
    unknownKeys: view.unknownKeys,
  });
  if (options.config.logRawPrompts)
    exchange.emit({ type: 'request.raw', text: view.texts.map(({ text }) => text).join('\n') });

  const stages = recorded(options, exchange, policies.stages(model, principal));
  const context = requestContext(options, exchange, { operation, view, principal, model, body });
  // Most hooks are synchronous; an await for each would cost more than what they do.
  for (const stage of stages) {
    const looking = stage.request?.(context);
    if (looking !== undefined) await looking;
  }
  exchange.emit({ type: 'request.decided' });
  const refused = exchange.refusal();
  if (refused !== undefined) throw refused;
  if (options.config.shadow) return answerShadow(exchange);
  await refuseRemote(options.catalog, model);
  if (!known && options.catalog.knows(model.name)) exchange.emit({ type: 'model.known', model: model.name });

  const closes = stages.some((stage) => stage.closesSideChannels === true);
  if (closes) {
    view.drop('logprobs');
    view.drop('context');
  }
  for (const stage of stages) {
    const preparing = stage.prepare?.(context);
    if (preparing !== undefined) await preparing;
  }
  await occupy(exchange, stages, context);
  limitTime(options, exchange, stages);
  const response = await call(options, exchange, view);
  const reader = operation.answerReader(view);
  if (closes) reader.dropSideChannels();
  const filter = new AnswerFilter({
    reader,
    splitter: splitterOf(reader),
    stages: answerStages(exchange, stages, context),
  });
  return reader.framing === 'json'
    ? buffered(exchange, response, reader, filter)
    : streamed(options, exchange, response, reader, filter);
}

async function answerMetadata(
  options: GatewayOptions,
  exchange: Exchange,
  route: MetadataRoute,
  request: Request,
): Promise<Response> {
  const principal = admit(exchange, request);
  exchange.abortWithClient(request.signal);
  if (options.config.shadow) return answerShadow(exchange);
  const response = await route.answer({ options, exchange, request, principal });
  response.headers.set('x-request-id', exchange.id);
  response.headers.set('x-content-type-options', 'nosniff');
  exchange.finish({
    type: 'exchange.finished',
    status: response.status,
    end: 'completed',
    frames: 1,
    bytes: 0,
    heldCharactersMax: 0,
  });
  return response;
}

/** Where exchanges are taken down, a stage of its own stands first and sees what the client and the model wrote. */
function recorded(options: GatewayOptions, exchange: Exchange, stages: readonly Stage[]): readonly Stage[] {
  if (options.recorder === undefined) return stages;
  const recording = options.recorder.begin({ id: exchange.id, policies: exchange.policies });
  exchange.onEnd(() => recording.end(exchange.decisions));
  return [recording.stage, ...stages];
}

/** Media type first, so that a refusal costs no body; then who is asking. */
function admit(exchange: Exchange, request: Request): Principal {
  if (request.method === 'POST' || request.method === 'DELETE') checkMediaType(request.headers);
  const principal = exchange.policies.admission.authenticate(presentedKey(request.headers), request.headers);
  exchange.emit({
    type: 'caller.known',
    caller: principal.name,
    ...(principal.user === undefined ? {} : { user: principal.user }),
  });
  return principal;
}

/** Names are read as Ollama reads them; a name that would leave the cluster is refused in every mode. */
export function localModel(view: Pick<RequestView, 'model'>): ModelIdentity {
  const name = parseModelName(view.model ?? '');
  if (!name.ok) throw new GatewayError('malformed_request', { param: 'model', message: 'The model name is not valid' });
  if (name.source === 'cloud') throw new GatewayError('cloud_model');
  return { name: name.canonical };
}

async function refuseRemote(catalog: Catalog, model: ModelIdentity): Promise<void> {
  if ((await catalog.installed()).get(model.name)?.remote) throw new GatewayError('cloud_model');
}

interface Asked {
  readonly operation: Operation;
  readonly view: RequestView;
  readonly principal: Principal;
  readonly model: ModelIdentity;
  readonly body: string;
}

function requestContext(
  options: GatewayOptions,
  exchange: Exchange,
  { operation, view, principal, model, body }: Asked,
): RequestContext {
  return {
    operation,
    request: view,
    principal,
    model,
    bodyBytes: () => Buffer.byteLength(body),
    note: exchange.noter('request'),
    guardAsked: (question) => exchange.emit({ type: 'guard.asked', ...question }),
    digest: async () => (await options.catalog.installed()).get(model.name)?.digest,
    modelSystem: () => options.catalog.systemPrompt(model.name),
    signal: exchange.abort.signal,
  };
}

/** Takes what the exchange occupies while it lasts: places in queues, concurrency. */
async function occupy(exchange: Exchange, stages: readonly Stage[], context: RequestContext): Promise<void> {
  for (const stage of stages) {
    if (stage.admit === undefined) continue;
    const release = await stage.admit(context);
    if (release !== undefined) exchange.onEnd(() => release(exchange.usage));
  }
}

/** Every answer ends some time, buffered ones too. */
function limitTime(options: GatewayOptions, exchange: Exchange, stages: readonly Stage[]): void {
  let totalMs = ANSWER_MS_MAX;
  for (const { answerMsMax } of stages) if (answerMsMax !== undefined && answerMsMax < totalMs) totalMs = answerMsMax;
  const expire = () => exchange.abort.abort(new GatewayError('upstream_timeout'));
  const watch = options.watchdog.watch({ idleMs: Number.POSITIVE_INFINITY, totalMs, expire });
  exchange.onEnd(() => watch.stop());
}

function answerStages(exchange: Exchange, stages: readonly Stage[], context: RequestContext): AnswerStage[] {
  const { operation, request, principal, model } = context;
  const answerContext = { operation, request, principal, model, note: exchange.noter('response') };
  const made: AnswerStage[] = [];
  for (const stage of stages) {
    const answering = stage.answer?.(answerContext);
    if (answering !== undefined) made.push(answering);
  }
  return made;
}

/** Calls Ollama. Resolves only with a 200. */
async function call(options: GatewayOptions, exchange: Exchange, view: RequestView): Promise<Response> {
  exchange.emit({ type: 'upstream.called', path: exchange.route.path });
  const response = await options.upstream.send({
    method: 'POST',
    path: exchange.route.path,
    body: view.body(),
    headers: exchange.traceHeaders(),
    abort: exchange.abort,
    firstByteTimeoutMs: view.stream ? options.config.firstByteTimeoutMs : undefined,
  });
  exchange.emit({ type: 'upstream.answered', status: response.status });
  if (response.status !== 200) throw await upstreamFailure(response);
  return response;
}

function refuse(exchange: Exchange, thrown: unknown, request: Request): Response {
  const aborted = request.signal.aborted;
  const error = gatewayErrorOf(thrown, exchange.abort.signal);
  if (error.code === 'internal' && !aborted)
    exchange.emit({ type: 'fault.raised', fault: 'internal', detail: faultName(thrown) });
  const { status, headers, body } = refusal(exchange.route.protocol, error, exchange.id);
  exchange.abort.abort(error);
  exchange.finish({
    type: 'exchange.finished',
    status: aborted ? CLIENT_LEFT_STATUS : status,
    end: aborted ? 'aborted' : exchange.refusal() === undefined && status >= 500 ? 'failed' : 'refused',
    ...(aborted ? {} : { code: error.code }),
    frames: 0,
    bytes: Buffer.byteLength(body),
    heldCharactersMax: 0,
  });
  return new Response(body, { status, headers });
}

/** What access logs say of a client that did not wait, as nginx does; nobody is sent it. */
const CLIENT_LEFT_STATUS = 499;

/** A fault's class and place, without its message, which may hold text. */
function faultName(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  const place = thrown.stack?.split('\n').find((line) => /\.ts:\d+/.test(line));
  return `${thrown.name} ${/[^/]+\.ts:\d+/.exec(place ?? '')?.[0] ?? ''}`.trim();
}
