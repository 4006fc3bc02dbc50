import { ERROR_CODES, publicCode, type ErrorCode } from '../core/errors.ts';
import type { Operation, ProtocolName, Route } from '../core/operation.ts';
import type { OwnRoute } from './app.ts';
import { openApiSchemas, type SchemaName } from './schemas/index.ts';

/** The OpenAPI document's fixed parts; routes add themselves through `operationDetail`. */

export function documentation(version: string) {
  let components: ReturnType<typeof makeComponents> | undefined;
  return {
    openapi: '3.0.3',
    info: {
      title: 'LLM gateway',
      version,
      description:
        'A policy layer in front of Ollama. It speaks the wires of Ollama, OpenAI and Anthropic; refusals come in the words of the wire that asked, with `x-gateway-rule` naming the rule and `x-request-id` on every answer.',
    },
    tags: [
      { name: 'ollama', description: "Ollama's own API" },
      { name: 'openai', description: 'OpenAI-compatible API' },
      { name: 'anthropic', description: 'Anthropic-compatible API' },
      { name: 'admin', description: "Ollama's mutating routes, for callers with `admin: true`; 404 for others" },
      { name: 'gateway', description: "The gateway's own routes" },
    ],
    security: [{}, { bearer: [] }, { apiKey: [] }],
    /** Made when the document is asked for, so that no start waits for it. */
    get components() {
      return (components ??= makeComponents());
    },
  };
}

function makeComponents() {
  return {
    schemas: openApiSchemas(),
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: "A caller's key, as `Authorization: Bearer`" },
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: "A caller's key" },
    },
    headers: {
      requestId: { description: "The exchange's id, in logs and traces", schema: { type: 'string' } },
      rule: { description: 'The rule that refused', schema: { type: 'string' } },
      warning: { description: 'Rules that changed the request, in soft mode', schema: { type: 'string' } },
    },
    // The plugin's type names its own version of OpenAPI's types; a test checks the document against the standard.
  } as object;
}

interface DataDetail {
  readonly summary: string;
  readonly request: SchemaName;
  readonly answer: SchemaName;
  readonly example: object;
}

const MESSAGES = [{ role: 'user', content: 'Why is the sky blue? Answer in one sentence.' }];

const DATA: Readonly<Record<string, DataDetail>> = {
  'ollama.chat': {
    summary: 'Chat',
    request: 'OllamaChatRequest',
    answer: 'OllamaChatAnswer',
    example: { model: 'llama3.2:1b', messages: MESSAGES },
  },
  'ollama.generate': {
    summary: 'Complete a prompt',
    request: 'OllamaGenerateRequest',
    answer: 'OllamaGenerateAnswer',
    example: { model: 'llama3.2:1b', prompt: 'Why is the sky blue?' },
  },
  'ollama.embed': {
    summary: 'Embed texts',
    request: 'OllamaEmbedRequest',
    answer: 'OllamaEmbedAnswer',
    example: { model: 'all-minilm:l6', input: ['Why is the sky blue?'] },
  },
  'ollama.embeddings': {
    summary: 'Embed one text (older route)',
    request: 'OllamaEmbeddingsRequest',
    answer: 'OllamaEmbeddingsAnswer',
    example: { model: 'all-minilm:l6', prompt: 'Why is the sky blue?' },
  },
  'openai.chat': {
    summary: 'Chat completion',
    request: 'OpenAiChatRequest',
    answer: 'OpenAiChatAnswer',
    example: { model: 'llama3.2:1b', messages: MESSAGES, stream: true },
  },
  'openai.completions': {
    summary: 'Completion (legacy)',
    request: 'OpenAiCompletionRequest',
    answer: 'OpenAiCompletionAnswer',
    example: { model: 'llama3.2:1b', prompt: 'Why is the sky blue?' },
  },
  'openai.embeddings': {
    summary: 'Embeddings',
    request: 'OpenAiEmbeddingRequest',
    answer: 'OpenAiEmbeddingAnswer',
    example: { model: 'all-minilm:l6', input: 'Why is the sky blue?' },
  },
  'openai.responses': {
    summary: 'Response, without a stored conversation',
    request: 'ResponsesRequest',
    answer: 'ResponsesAnswer',
    example: { model: 'llama3.2:1b', input: 'Why is the sky blue?', stream: true },
  },
  'anthropic.messages': {
    summary: 'Message',
    request: 'AnthropicMessagesRequest',
    answer: 'AnthropicMessagesAnswer',
    example: { model: 'llama3.2:1b', max_tokens: 256, messages: MESSAGES, stream: true },
  },
};

const METADATA_SUMMARIES: Readonly<Record<string, string>> = {
  '/': 'Ollama is running',
  '/api/version': "Ollama's version",
  '/api/tags': 'Installed models that the caller may use',
  '/api/ps': 'Loaded models that the caller may use',
  '/api/status': 'Whether cloud models are there: never',
  '/api/show': 'What a model is, without its system prompt and template',
  '/v1/models': 'Models that the caller may use',
  '/v1/models/:model': 'One model',
  '/api/pull': 'Pull a model',
  '/api/push': 'Push a model',
  '/api/create': 'Create a model',
  '/api/copy': 'Copy a model',
  '/api/delete': 'Delete a model',
};

const ERRORS: Readonly<Record<ProtocolName, SchemaName>> = {
  ollama: 'OllamaError',
  openai: 'OpenAiError',
  anthropic: 'AnthropicError',
};

/** A route's entry in the document: references only, because every start makes them all. */
export function operationDetail(route: Route & Partial<Pick<Operation, 'streaming'>>) {
  const detail = DATA[route.id];
  const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: { type: 'string' as const },
  }));
  const hasBody =
    detail !== undefined || (route.method === 'POST' && parameters.length === 0) || route.method === 'DELETE';
  return {
    tags: [route.class === 'admin' ? 'admin' : route.protocol],
    operationId: operationId(`${route.id}.${route.method.toLowerCase()}`),
    summary: detail?.summary ?? METADATA_SUMMARIES[route.path] ?? `${route.method} ${route.path}`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: requestBody(detail) } : {}),
    responses: { ...success(route, detail), ...refusals(route) },
  };
}

/** One word, as generators of clients and links into the page want it: `ollama_chat_post`. */
function operationId(name: string): string {
  return name.replaceAll(/[./]+/g, '_');
}

/** An entry for a route of the gateway's own. */
export function ownDetail(route: OwnRoute) {
  if (route.hidden === true) return { hide: true };
  return {
    tags: ['gateway'],
    operationId: operationId(`gateway${route.path}`),
    summary: route.summary,
    security: [],
    responses: { 200: { description: route.summary } },
  };
}

function requestBody(detail: DataDetail | undefined) {
  if (detail === undefined) {
    const example = { model: 'llama3.2:1b' };
    return { required: true, content: { 'application/json': { schema: { type: 'object' as const }, example } } };
  }
  const content = { schema: reference(detail.request), example: detail.example };
  return { required: true, content: { 'application/json': content } };
}

const STREAM_TYPES = { ndjson: 'application/x-ndjson', sse: 'text/event-stream' } as const;

function success(route: Route & Partial<Pick<Operation, 'streaming'>>, detail: DataDetail | undefined) {
  const schema = detail === undefined ? {} : reference(detail.answer);
  const streaming =
    route.streaming === undefined || route.streaming === 'none' ? undefined : STREAM_TYPES[route.streaming];
  const streamed = streaming === undefined ? {} : { [streaming]: { schema: { type: 'string' as const } } };
  const headers = {
    'x-request-id': { $ref: '#/components/headers/requestId' },
    ...(detail === undefined ? {} : { 'x-gateway-warning': { $ref: '#/components/headers/warning' } }),
  };
  // The heartbeat is the one answer that is no JSON: Ollama says that it runs.
  const type = route.path === '/' ? 'text/plain' : 'application/json';
  return { 200: { description: 'The answer', headers, content: { [type]: { schema }, ...streamed } } };
}

/** Codes that only routes with a model can meet. */
const OF_OTHERS: ReadonlySet<ErrorCode> = new Set([
  'malformed_request',
  'unauthorized',
  'origin_not_allowed',
  'not_found',
  'model_not_found',
  'method_not_allowed',
  'internal',
  'upstream_error',
  'upstream_timeout',
  'unavailable',
]);

/** One entry a status, with every code that it may carry. */
function refusals(route: Route) {
  const codes = Object.keys(ERROR_CODES).filter((code): code is ErrorCode => code in ERROR_CODES);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    if (route.class !== 'data' && !OF_OTHERS.has(code)) continue;
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      status,
      {
        description: found.map((code) => `\`${publicCode(code)}\`: ${ERROR_CODES[code].message}`).join('. '),
        headers: {
          'x-request-id': { $ref: '#/components/headers/requestId' },
          'x-gateway-rule': { $ref: '#/components/headers/rule' },
        },
        content: { 'application/json': { schema: reference(ERRORS[route.protocol]) } },
      },
    ]),
  );
}

function reference(name: SchemaName) {
  return { $ref: `#/components/schemas/${name}` };
}
