import type { Route } from '../core/operation.ts';

/** The OpenAPI document's fixed parts; routes add themselves through `operationDetail`. */

export function documentation(version: string) {
  return {
    openapi: '3.0.3',
    info: {
      title: 'LLM gateway',
      version,
      description: 'A policy layer in front of Ollama. It speaks the wires of Ollama, OpenAI and Anthropic.',
    },
    tags: [
      { name: 'ollama', description: "Ollama's own API" },
      { name: 'openai', description: 'OpenAI-compatible API' },
      { name: 'anthropic', description: 'Anthropic-compatible API' },
      { name: 'gateway', description: "The gateway's own routes" },
    ],
  };
}

/** A route's entry in the document. */
export function operationDetail(route: Route, schemas?: { readonly request: unknown; readonly answer: unknown }) {
  void schemas;
  return { tags: [route.protocol as string], operationId: route.id, summary: `${route.method} ${route.path}` };
}
