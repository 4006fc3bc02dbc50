import * as v from 'valibot';

/** What the Anthropic-compatible route takes and answers, as documentation; `src/protocols/anthropic-*.ts` reads it. */

const model = v.pipe(v.string(), v.description('A local model, `llama3.2:1b`'), v.examples(['llama3.2:1b']));
const freeForm = v.record(v.string(), v.unknown());
const text = v.optional(v.string());
const number = v.optional(v.number());

const source = v.object({ type: v.picklist(['base64', 'url']), media_type: text, data: text, url: text });

/** Taken, because clients send it, and not handed on. */
const ignored = v.optional(v.pipe(v.unknown(), v.description('Has no effect')));

const resultBlock = v.object({ type: v.picklist(['text', 'image']), text, source: v.optional(source) });

const block = v.object({
  type: v.picklist([
    'text',
    'image',
    'thinking',
    'tool_use',
    'tool_result',
    'server_tool_use',
    'web_search_tool_result',
  ]),
  text,
  source: v.optional(source),
  id: text,
  name: text,
  input: v.optional(freeForm),
  tool_use_id: text,
  content: v.optional(v.union([v.string(), v.array(resultBlock)])),
  is_error: v.optional(v.boolean()),
  thinking: text,
  signature: text,
  citations: ignored,
  cache_control: ignored,
});

export const ANTHROPIC_SCHEMAS = {
  AnthropicMessagesRequest: v.object({
    model,
    max_tokens: v.pipe(v.number(), v.integer(), v.minValue(1)),
    messages: v.array(
      v.object({ role: v.picklist(['user', 'assistant', 'system']), content: v.union([v.string(), v.array(block)]) }),
    ),
    system: v.optional(v.union([v.string(), v.array(v.object({ type: v.literal('text'), text: v.string() }))])),
    stream: v.optional(v.boolean(), false),
    temperature: number,
    top_p: number,
    top_k: number,
    stop_sequences: v.optional(v.array(v.string())),
    tools: v.optional(
      v.array(
        v.object({
          type: text,
          name: v.string(),
          description: text,
          input_schema: v.optional(freeForm),
          max_uses: number,
          cache_control: ignored,
        }),
      ),
    ),
    tool_choice: v.optional(
      v.object({
        type: v.picklist(['auto', 'any', 'tool', 'none']),
        name: text,
        disable_parallel_tool_use: v.optional(v.boolean()),
      }),
    ),
    thinking: v.optional(v.object({ type: v.string(), budget_tokens: number })),
    metadata: ignored,
    output_config: v.optional(v.object({ effort: text })),
  }),
  AnthropicMessagesAnswer: v.object({
    id: v.string(),
    type: v.literal('message'),
    role: v.literal('assistant'),
    model,
    content: v.array(block),
    stop_reason: v.nullable(v.string()),
    stop_sequence: v.optional(v.nullable(v.string())),
    usage: v.object({ input_tokens: number, output_tokens: number }),
  }),
  AnthropicError: v.pipe(
    v.object({
      type: v.literal('error'),
      error: v.object({ type: v.string(), message: v.string() }),
      request_id: v.string(),
    }),
    v.examples([
      {
        type: 'error',
        error: { type: 'permission_error', message: 'Request blocked: potentially unsafe input detected' },
        request_id: '0b0c7d3e-6b0f-4f0e-9b3a-1d2c3b4a5f60',
      },
    ]),
  ),
};
