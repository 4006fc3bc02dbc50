import { GatewayError } from '../core/errors.ts';
import type { Catalog } from '../upstream/catalog.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Exchange } from './exchange.ts';

/**
 * SHADOW=true: mirrored traffic is decided on and recorded, and Ollama is never reached. What would call it is put
 * away where the parts are wired, so that no path can forget; an exchange ends where it would have been forwarded.
 */

/** An upstream that nothing reaches. */
export function createShadowUpstream(baseUrl: string): Upstream {
  return { baseUrl, send: () => Promise.reject(new GatewayError('unavailable')) };
}

/** A catalogue that knows nothing and asks nobody. */
export function createShadowCatalog(): Catalog {
  return {
    installed: () => Promise.resolve(new Map()),
    expire() {},
    systemPrompt: () => Promise.resolve(undefined),
    knows: () => false,
  };
}

/**
 * The answer to what would have been forwarded: 204, because a mirror drops it, and because whoever is sent here by
 * mistake must not take made-up text or vectors for a model's. What would have been refused is refused as ever.
 */
export function answerShadow(exchange: Exchange): Response {
  const warning = exchange.warning();
  exchange.finish({
    type: 'exchange.finished',
    status: 204,
    end: 'completed',
    frames: 0,
    bytes: 0,
    heldCharactersMax: 0,
  });
  return new Response(null, {
    status: 204,
    headers: {
      'x-gateway-shadow': 'passed',
      'x-request-id': exchange.id,
      ...(warning === undefined ? {} : { 'x-gateway-warning': warning }),
    },
  });
}
