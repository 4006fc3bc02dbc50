import { ConfigError, type Config } from './config.ts';
import type { Sink } from './core/events.ts';
import { parseModelName } from './core/model-name.ts';
import { createGuard, type GuardOptions } from './detectors/guard/index.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { readText } from './gateway/inbound.ts';
import { ADMIN_ROUTES } from './gateway/admin.ts';
import { METADATA_ROUTES } from './gateway/metadata.ts';
import { createShadowCatalog, createShadowUpstream } from './gateway/shadow.ts';
import { openPolicyStore, type PolicyStore } from './policy/store.ts';
import { OPERATIONS } from './protocols/index.ts';
import { openRecording, type Recording } from './recording/index.ts';
import { createApp, type App, type OwnRoute } from './server/app.ts';
import { docsRoutes } from './server/docs-page.ts';
import { Watchdog } from './streams/watchdog.ts';
import { createCatalog } from './upstream/catalog.ts';
import { createUpstream } from './upstream/upstream.ts';
import { VERSION } from './version.ts';

/**
 * The gateway put together from its parts, without a socket: what main.ts serves, what tests call.
 */

export interface Service {
  readonly app: App;
  readonly gateway: Gateway;
  readonly policies: PolicyStore;
  /** From now on `/readyz` says 503, so that no new traffic comes. */
  drain(): void;
  /** Resolves when everything that was recorded is written. */
  close(): Promise<void>;
}

export interface ServiceParts {
  readonly sink: Sink;
  readonly fetch?: typeof fetch;
  /** How often the policy directory is looked at, in milliseconds. */
  readonly policyPollMs?: number;
  /** More routes of the gateway's own, such as `/metrics`. */
  own?(inside: ServiceInside): readonly OwnRoute[];
}

/** What own routes may look at. */
export interface ServiceInside {
  readonly policies: PolicyStore;
  /** Whether Ollama answers, as of the last look; asks at most every 30 seconds. */
  upstreamAnswers(): Promise<boolean>;
  /** Reads a request's body as text. Rejects with GatewayError where it is too large, too slow or no UTF-8. */
  readText(request: Request, bytesMax: number): Promise<string>;
}

/**
 * Loads the policies and wires the parts. Rejects with PolicyError where the policies cannot be used, with ConfigError
 * where RECORD_DIR cannot.
 */
export async function createService(config: Config, parts: ServiceParts): Promise<Service> {
  const { sink } = parts;
  const nowMs = () => performance.now();
  const policies = await openPolicyStore({
    directory: config.policyDir,
    environment: config,
    emit: (event) => sink.emit(event),
    ...(parts.policyPollMs === undefined ? {} : { pollMs: parts.policyPollMs }),
    ...(config.shadow ? { world: { makeGuard: createSilentGuard } } : {}),
  });
  const upstream = config.shadow
    ? createShadowUpstream(config.ollamaBaseUrl)
    : createUpstream({
        baseUrl: config.ollamaBaseUrl,
        retriesMax: config.retriesMax,
        caFile: config.ollamaCaFile,
        ...(parts.fetch === undefined ? {} : { fetch: parts.fetch }),
      });
  const catalog = config.shadow ? createShadowCatalog() : createCatalog({ upstream, nowMs, canonicalName });
  const recording = recordingOf(config, sink);
  const watchdog = new Watchdog(nowMs);
  const gateway = createGateway({
    config,
    policies: () => policies.current,
    upstream,
    catalog,
    sink,
    watchdog,
    recorder: recording?.recorder,
    nowMs,
    newId: () => crypto.randomUUID(),
  });
  let draining = false;
  const inside: ServiceInside = {
    policies,
    readText: (request, bytesMax) => readText(request, bytesMax, watchdog),
    upstreamAnswers: async () =>
      !config.shadow &&
      catalog.installed().then(
        () => true,
        () => false,
      ),
  };
  const app = createApp({
    gateway,
    operations: OPERATIONS,
    metadata: METADATA_ROUTES,
    admin: ADMIN_ROUTES,
    own: [...healthRoutes(policies, () => draining), ...docsRoutes(), ...(parts.own?.(inside) ?? [])],
    allowedOrigins: config.allowedOrigins,
    version: VERSION,
    newId: () => crypto.randomUUID(),
  });
  return {
    app,
    gateway,
    policies,
    drain() {
      draining = true;
    },
    async close() {
      policies.close();
      await recording?.close();
    },
  };
}

/** Opens RECORD_DIR, if it is set. Throws ConfigError where it cannot be used. */
function recordingOf(config: Config, sink: Sink): Recording | undefined {
  if (config.recordDir === undefined) return undefined;
  try {
    return openRecording({
      directory: config.recordDir,
      record: config.record,
      bytesMax: config.recordBytesMax,
      ttlMs: config.recordTtlMs,
      raw: config.logRawPrompts,
      onFault: (fault) => sink.emit({ type: 'fault.raised', fault }),
    });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
    const why = code === undefined && thrown instanceof Error ? thrown.message : `cannot be used (${code})`;
    throw new ConfigError([`RECORD_DIR ${why}`]);
  }
}

/** A guard model runs in Ollama too, so in shadow nobody asks it: the score decides alone. */
function createSilentGuard(options: GuardOptions) {
  const fetch = () => Promise.reject(new Error('shadow'));
  return createGuard({ ...options, onError: 'score' }, { fetch, now: () => performance.now() });
}

function canonicalName(raw: string): string | undefined {
  const name = parseModelName(raw);
  return name.ok ? name.canonical : undefined;
}

/** `/healthz`: the process runs. `/readyz`: policies are loaded and the process is not draining; Ollama is not asked. */
function healthRoutes(policies: PolicyStore, draining: () => boolean): OwnRoute[] {
  return [
    { path: '/healthz', summary: 'The process runs', answer: () => Response.json({ status: 'ok' }) },
    {
      path: '/readyz',
      summary: 'Policies are loaded and the process takes requests',
      answer: () =>
        Response.json(
          {
            status: draining() ? 'draining' : 'ready',
            policies: { hash: policies.current.hash, state: policies.state },
          },
          { status: draining() ? 503 : 200 },
        ),
    },
  ];
}
