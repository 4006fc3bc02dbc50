import * as v from 'valibot';

/** What Ollama's own data routes take and answer, as documentation; `src/protocols/ollama-*.ts` reads them. */

const model = v.pipe(v.string(), v.description('A local model, `llama3.2:1b`'), v.examples(['llama3.2:1b']));
const keepAlive = v.optional(v.union([v.string(), v.number()]));
const freeForm = v.record(v.string(), v.unknown());
const number = v.optional(v.number());

const options = v.optional(
  v.object({
    num_keep: number,
    seed: number,
    num_predict: v.optional(v.pipe(v.number(), v.description('Most tokens of the answer; policies may lower it'))),
    top_k: number,
    top_p: number,
    min_p: number,
    typical_p: number,
    temperature: number,
    repeat_penalty: number,
    repeat_last_n: number,
    presence_penalty: number,
    frequency_penalty: number,
    num_ctx: v.optional(v.pipe(v.number(), v.description('Context window in tokens; policies may lower it'))),
    num_batch: number,
    num_gpu: number,
    main_gpu: number,
    num_thread: number,
    draft_num_predict: number,
    use_mmap: v.optional(v.boolean()),
    stop: v.optional(v.union([v.string(), v.array(v.string())])),
  }),
);

const sampling = {
  format: v.optional(v.union([v.literal('json'), freeForm])),
  keep_alive: keepAlive,
  options,
  think: v.optional(v.union([v.boolean(), v.picklist(['low', 'medium', 'high', 'max'])])),
  truncate: v.optional(v.boolean()),
  shift: v.optional(v.boolean()),
  logprobs: v.optional(v.pipe(v.boolean(), v.description('Dropped where a policy redacts answers'))),
  top_logprobs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20))),
  stream: v.optional(v.pipe(v.boolean(), v.description('A record a line, unless false')), true),
  _debug_render_only: v.optional(v.pipe(v.boolean(), v.description('Refused when true'))),
};

const toolCall = v.object({
  id: v.optional(v.string()),
  function: v.object({ index: v.optional(v.number()), name: v.string(), arguments: freeForm }),
});

const message = v.object({
  role: v.picklist(['system', 'user', 'assistant', 'tool']),
  content: v.optional(v.string()),
  thinking: v.optional(v.string()),
  images: v.optional(v.array(v.pipe(v.string(), v.description('Base64')))),
  tool_calls: v.optional(v.array(toolCall)),
  tool_name: v.optional(v.string()),
  tool_call_id: v.optional(v.string()),
});

const tool = v.object({
  type: v.optional(v.string()),
  items: v.optional(v.unknown()),
  function: v.object({ name: v.string(), description: v.optional(v.string()), parameters: v.optional(freeForm) }),
});

const counts = {
  done_reason: v.optional(v.string()),
  total_duration: number,
  load_duration: number,
  prompt_eval_count: number,
  prompt_eval_duration: number,
  eval_count: number,
  eval_duration: number,
};

export const OLLAMA_SCHEMAS = {
  OllamaChatRequest: v.object({
    model,
    messages: v.optional(v.array(message)),
    tools: v.optional(v.array(tool)),
    ...sampling,
  }),
  OllamaChatAnswer: v.object({ model, created_at: v.string(), message, done: v.boolean(), ...counts }),
  OllamaGenerateRequest: v.object({
    model,
    prompt: v.optional(v.string()),
    suffix: v.optional(v.string()),
    system: v.optional(v.string()),
    template: v.optional(v.string()),
    context: v.optional(v.array(v.number())),
    raw: v.optional(v.boolean()),
    images: v.optional(v.array(v.string())),
    ...sampling,
  }),
  OllamaGenerateAnswer: v.object({
    model,
    created_at: v.string(),
    response: v.string(),
    thinking: v.optional(v.string()),
    done: v.boolean(),
    context: v.optional(v.array(v.number())),
    ...counts,
  }),
  OllamaEmbedRequest: v.object({
    model,
    input: v.union([v.string(), v.array(v.string())]),
    keep_alive: keepAlive,
    truncate: v.optional(v.boolean()),
    dimensions: v.optional(v.pipe(v.number(), v.integer())),
    options,
  }),
  OllamaEmbedAnswer: v.object({
    model,
    embeddings: v.array(v.array(v.number())),
    total_duration: number,
    load_duration: number,
    prompt_eval_count: number,
  }),
  OllamaEmbeddingsRequest: v.object({ model, prompt: v.string(), keep_alive: keepAlive, options }),
  OllamaEmbeddingsAnswer: v.object({ embedding: v.array(v.number()) }),
  OllamaError: v.pipe(
    v.object({ error: v.string() }),
    v.examples([{ error: 'Request blocked: potentially unsafe input detected' }]),
  ),
};
