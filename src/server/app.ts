import { swagger } from '@elysiajs/swagger';
import { Elysia } from 'elysia';
import { GatewayError } from '../core/errors.ts';
import type { Operation, Route } from '../core/operation.ts';
import type { Connection, Gateway } from '../gateway/gateway.ts';
import type { AdminRoute } from '../gateway/admin.ts';
import type { MetadataRoute } from '../gateway/metadata.ts';
import { documentation, operationDetail, ownDetail } from './documentation.ts';
import { allowOrigin, guard, preflight, protocolOf } from './guard.ts';

/**
 * The gateway as one Web-standard handler: the guard, then one Elysia app. Elysia only routes: bodies are read by us
 * (`parse: 'none'`), and headers stand on our own Response, because an answer that Elysia re-wraps loses bytes.
 */

/** A route of the gateway's own: health, metrics, documentation. */
export interface OwnRoute {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly hidden?: boolean;
  answer(request: Request): Response | Promise<Response>;
}

export interface AppOptions {
  readonly gateway: Gateway;
  readonly operations: readonly Operation[];
  readonly metadata: readonly MetadataRoute[];
  /** Routes that exist for admins only. */
  readonly admin: readonly AdminRoute[];
  readonly own: readonly OwnRoute[];
  readonly allowedOrigins: readonly string[];
  readonly version: string;
  readonly newId: () => string;
}

export interface App {
  fetch(request: Request, connection?: Connection): Promise<Response>;
}

const DOCUMENT_PATH = '/docs/json';

export function createApp(options: AppOptions): App {
  const elysia = router(options);
  /** Their answers bring an id: that of their exchange. */
  const exchanges = new Set(options.operations.map(({ path }) => path));
  const methods = methodTable([
    ...options.operations,
    ...options.metadata,
    ...options.own.map(({ method = 'GET', path }) => ({ method, path })),
    { method: 'GET', path: DOCUMENT_PATH },
  ]);
  const adminMethods = methodTable(options.admin);

  async function answer(request: Request): Promise<Response> {
    const { path, origin } = guard(request, options.allowedOrigins);
    const allowed = methods.find(path);
    if (allowed === undefined) {
      // No 405 and no preflight tell that there is such a route.
      if (adminMethods.find(path)?.includes(request.method) !== true) throw new GatewayError('not_found');
      return route(request, path, origin);
    }
    if (request.method === 'OPTIONS' && origin !== undefined) return identified(preflight(origin, allowed));
    if (!allowed.includes(request.method))
      throw new GatewayError('method_not_allowed', { headers: { allow: allowed.join(', ') } });
    return route(request, path, origin);
  }

  async function route(request: Request, path: string, origin: string | undefined): Promise<Response> {
    const routed = await elysia.handle(request);
    const response = exchanges.has(path) ? routed : identified(routed);
    return origin === undefined ? response : allowOrigin(response, origin);
  }

  /** What the gateway answers by itself gets an id too, so that any answer can be asked about. */
  function identified(response: Response): Response {
    if (!response.headers.has('x-request-id')) response.headers.set('x-request-id', options.newId());
    return response;
  }

  return {
    async fetch(request, connection) {
      try {
        if (connection !== undefined) (request as Connected)[CONNECTION] = connection;
        return await answer(request);
      } catch (thrown) {
        const error = thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown });
        return options.gateway.reject(protocolOf(pathOf(request)), error, request);
      }
    },
  };
}

/** The path for the words of a refusal only; a request whose URL cannot be read has none. */
function pathOf(request: Request): string {
  return URL.canParse(request.url) ? new URL(request.url).pathname : '/';
}

/** Elysia hands a route the request and nothing else, so the request carries what came with it. A WeakMap costs more. */
const CONNECTION = Symbol('connection');
type Connected = Request & { [CONNECTION]?: Connection };

function router(options: AppOptions) {
  const { gateway } = options;
  const app = new Elysia({ handler: { standardHostname: false } })
    .onError(({ error, request }) =>
      gateway.reject(protocolOf(pathOf(request)), new GatewayError('internal', { cause: error }), request),
    )
    .use(
      swagger({
        path: '/docs/unused',
        specPath: DOCUMENT_PATH,
        documentation: documentation(options.version),
        excludeStaticFile: false,
        exclude: ['/docs/unused', DOCUMENT_PATH],
      }),
    );
  for (const operation of options.operations) {
    app.post(
      operation.path,
      ({ request }) => gateway.exchange(operation, request, (request as Connected)[CONNECTION]),
      {
        parse: 'none',
        detail: operationDetail(operation),
      },
    );
  }
  for (const route of options.metadata) {
    app.route(route.method, route.path, ({ request }) => gateway.metadata(route, request), {
      parse: 'none',
      detail: operationDetail(route),
    });
  }
  for (const route of options.admin) {
    app.route(
      route.method,
      route.path,
      ({ request }) => gateway.admin(route, request, (request as Connected)[CONNECTION]),
      {
        parse: 'none',
        detail: operationDetail(route),
      },
    );
  }
  for (const route of options.own) {
    app.route(route.method ?? 'GET', route.path, ({ request }) => route.answer(request), {
      parse: 'none',
      detail: ownDetail(route),
    });
  }
  return app;
}

interface MethodTable {
  /** The methods of the route that has exactly this path, or `undefined`. */
  find(path: string): readonly string[] | undefined;
}

/** One segment, as `/v1/models/:model` has it: whatever a name may be once decoded, but no slash. */
const PARAMETER = /^[^/]{1,512}$/;

function methodTable(routes: readonly Pick<Route, 'method' | 'path'>[]): MethodTable {
  const exact = new Map<string, string[]>();
  const prefixes = new Map<string, string[]>();
  for (const { method, path } of routes) {
    const parameter = path.indexOf(':');
    const table = parameter < 0 ? exact : prefixes;
    const key = parameter < 0 ? path : path.slice(0, parameter);
    const methods = table.get(key) ?? [];
    methods.push(...(method === 'GET' ? ['GET', 'HEAD'] : [method]));
    table.set(key, methods);
  }
  return {
    find(path) {
      const methods = exact.get(path);
      if (methods !== undefined) return methods;
      for (const [prefix, allowed] of prefixes) {
        if (path.startsWith(prefix) && PARAMETER.test(path.slice(prefix.length))) return allowed;
      }
      return undefined;
    },
  };
}
