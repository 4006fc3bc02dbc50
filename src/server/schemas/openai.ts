import * as v from 'valibot';

/** What the OpenAI-compatible routes take and answer, as documentation; `src/protocols/{openai,responses}-*.ts` read them. */

const model = v.pipe(v.string(), v.description('A local model, `llama3.2:1b`'), v.examples(['llama3.2:1b']));
const freeForm = v.record(v.string(), v.unknown());
const number = v.optional(v.number());
const text = v.optional(v.string());
const flag = v.optional(v.boolean());
const effort = v.optional(v.picklist(['none', 'minimal', 'low', 'medium', 'high', 'max']));
const stop = v.optional(v.union([v.string(), v.array(v.string())]));
const streamOptions = v.optional(v.object({ include_usage: flag }));
const argumentsText = v.pipe(v.string(), v.description('JSON'), v.examples(['{}']));
const usage = v.optional(v.object({ prompt_tokens: number, completion_tokens: number, total_tokens: number }));

/** Taken, because clients send it, and not handed on. */
const ignored = v.optional(v.pipe(v.unknown(), v.description('Has no effect')));

const part = v.object({
  type: v.picklist(['text', 'image_url', 'input_audio']),
  text,
  image_url: v.optional(v.union([v.string(), v.object({ url: v.string() })])),
  input_audio: v.optional(v.object({ data: v.string(), format: text })),
});

const call = v.object({
  id: text,
  index: number,
  type: text,
  function: v.object({ name: v.string(), arguments: v.optional(argumentsText) }),
});

const message = v.object({
  role: v.picklist(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: v.optional(v.union([v.string(), v.array(part)])),
  reasoning: text,
  tool_calls: v.optional(v.array(call)),
  function_call: v.optional(v.object({ name: v.string(), arguments: v.optional(argumentsText) })),
  name: text,
  tool_call_id: text,
});

const definition = v.object({ name: v.string(), description: text, parameters: v.optional(freeForm), strict: flag });

const responseFormat = v.optional(
  v.object({
    type: v.picklist(['text', 'json_object', 'json_schema']),
    json_schema: v.optional(v.object({ name: text, description: text, schema: v.optional(freeForm), strict: flag })),
  }),
);

const sampling = {
  stream: v.optional(v.pipe(v.boolean(), v.description('Server-sent events when true')), false),
  stream_options: streamOptions,
  max_tokens: v.optional(v.pipe(v.number(), v.description('Most tokens of the answer; policies may lower it'))),
  seed: number,
  stop,
  n: number,
  temperature: number,
  top_p: number,
  frequency_penalty: number,
  presence_penalty: number,
  _debug_render_only: v.optional(v.pipe(v.boolean(), v.description('Refused when true'))),
};

const named = v.optional(v.object({ name: v.string() }));

/** One tool of a choice; the chat API puts its name into `function`, the Responses API beside the type. */
const chosen = { type: text, function: named, name: text };
const chosenTool = v.object({ ...chosen, allowed_tools: ignored, mode: ignored, tools: ignored });
const allowedTools = { mode: text, tools: v.optional(v.array(chosenTool)) };

const choiceOfTool = v.optional(
  v.union([
    v.picklist(['none', 'auto', 'required']),
    v.object({ ...chosen, allowed_tools: v.optional(v.object(allowedTools)), ...allowedTools }),
  ]),
);

const responsesPart = v.object({
  type: v.picklist(['input_text', 'output_text', 'input_image']),
  text,
  detail: text,
  file_id: text,
  image_url: v.optional(v.pipe(v.string(), v.description('A `data:` URL in base64'))),
  file_data: ignored,
  file_url: ignored,
  filename: ignored,
  annotations: ignored,
  logprobs: ignored,
});

const parts = v.optional(v.union([v.string(), v.array(responsesPart)]));

const responsesItem = v.object({
  type: v.optional(v.picklist(['message', 'function_call', 'function_call_output', 'reasoning', 'web_search_call'])),
  role: v.optional(v.picklist(['user', 'assistant', 'system', 'developer'])),
  content: parts,
  id: text,
  call_id: text,
  name: text,
  arguments: v.optional(argumentsText),
  output: parts,
  encrypted_content: v.optional(
    v.pipe(v.string(), v.description('Plain text to Ollama: the thinking of an answer before')),
  ),
  summary: ignored,
  status: ignored,
});

const responsesTool = {
  type: v.optional(v.picklist(['function', 'custom', 'namespace'])),
  name: v.string(),
  description: text,
  strict: flag,
  parameters: v.optional(freeForm),
};

const responsesFormat = v.object({
  type: text,
  name: text,
  description: text,
  schema: v.optional(freeForm),
  strict: flag,
});

export const OPENAI_SCHEMAS = {
  OpenAiChatRequest: v.object({
    model,
    messages: v.array(message),
    max_completion_tokens: number,
    response_format: responseFormat,
    tools: v.optional(v.array(v.object({ type: v.optional(v.literal('function')), function: definition }))),
    tool_choice: choiceOfTool,
    functions: v.optional(v.array(definition)),
    function_call: v.optional(v.union([v.string(), v.object({ name: v.string() })])),
    parallel_tool_calls: flag,
    reasoning: v.optional(v.object({ effort })),
    reasoning_effort: effort,
    logprobs: v.optional(v.pipe(v.boolean(), v.description('Dropped where a policy redacts answers'))),
    top_logprobs: number,
    ...sampling,
  }),
  OpenAiChatAnswer: v.object({
    id: v.string(),
    object: v.picklist(['chat.completion', 'chat.completion.chunk']),
    created: v.number(),
    model,
    choices: v.array(
      v.object({
        index: v.number(),
        message: v.optional(message),
        delta: v.optional(message),
        finish_reason: v.optional(v.nullable(v.string())),
      }),
    ),
    usage,
  }),
  OpenAiCompletionRequest: v.object({
    model,
    prompt: v.union([v.string(), v.array(v.string())]),
    suffix: text,
    logprobs: number,
    ...sampling,
  }),
  OpenAiCompletionAnswer: v.object({
    id: v.string(),
    object: v.literal('text_completion'),
    created: v.number(),
    model,
    choices: v.array(
      v.object({ index: v.number(), text: v.string(), finish_reason: v.optional(v.nullable(v.string())) }),
    ),
    usage,
  }),
  OpenAiEmbeddingRequest: v.object({
    model,
    input: v.union([v.string(), v.array(v.string())]),
    dimensions: number,
    encoding_format: v.optional(v.picklist(['float', 'base64'])),
  }),
  OpenAiEmbeddingAnswer: v.object({
    object: v.literal('list'),
    model,
    data: v.array(
      v.object({
        object: v.literal('embedding'),
        index: v.number(),
        embedding: v.union([v.array(v.number()), v.string()]),
      }),
    ),
    usage,
  }),
  ResponsesRequest: v.object({
    model,
    input: v.union([v.string(), v.array(responsesItem)]),
    instructions: text,
    tools: v.optional(
      v.array(
        v.object({ ...responsesTool, tools: v.optional(v.array(v.object({ ...responsesTool, tools: ignored }))) }),
      ),
    ),
    tool_choice: choiceOfTool,
    parallel_tool_calls: flag,
    text: v.optional(v.object({ format: v.optional(responsesFormat), verbosity: text })),
    reasoning: v.optional(v.object({ effort, generate_summary: text, summary: text })),
    max_output_tokens: number,
    temperature: number,
    top_p: number,
    truncation: text,
    stream: v.optional(v.boolean(), false),
    background: v.optional(v.pipe(v.boolean(), v.description('Refused when true'))),
    conversation: v.optional(v.pipe(v.unknown(), v.description('Refused: nothing is kept between requests'))),
    include: v.optional(v.array(v.string())),
  }),
  ResponsesAnswer: v.object({
    id: v.string(),
    object: v.literal('response'),
    created_at: v.number(),
    status: v.string(),
    model,
    output: v.array(freeForm),
    usage: v.optional(v.object({ input_tokens: number, output_tokens: number, total_tokens: number })),
  }),
  OpenAiError: v.pipe(
    v.object({
      error: v.object({
        message: v.string(),
        type: v.string(),
        param: v.nullable(v.string()),
        code: v.string(),
      }),
    }),
    v.examples([
      {
        error: {
          message: 'Request blocked: potentially unsafe input detected',
          type: 'policy_violation',
          param: null,
          code: 'prompt_injection',
        },
      },
    ]),
  ),
};
