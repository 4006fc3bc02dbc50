import type { Operation, RequestView } from '../core/operation.ts';
import { ChatAnswerReader } from './openai-chat-answer.ts';
import { readGeneration, readModel, refuseDebug } from './openai-chat.ts';
import { keys, malformed, readBody, removeKeys, requestNumber, writeOut } from './request-reader.ts';

/** POST /v1/completions, the legacy route, as Ollama reads it (`openai/openai.go`, FromCompleteRequest). */

const ROOT = keys(
  'model prompt suffix stream stream_options max_tokens seed stop n temperature top_p frequency_penalty ' +
    'presence_penalty logprobs _debug_render_only',
);

export const openaiCompletions: Operation = {
  id: 'openai.completions',
  protocol: 'openai',
  class: 'data',
  method: 'POST',
  path: '/v1/completions',
  genAiOperation: 'text_completion',
  streaming: 'sse',
  readRequest,
  answerReader: (request) => new ChatAnswerReader(request.stream ? 'sse' : 'json', 'completions'),
};

function readRequest(body: string): RequestView {
  const root = readBody(body, ROOT);
  refuseDebug(root);
  const model = readModel(root);
  // Ollama takes one string here; OpenAI's lists of strings or tokens it refuses.
  root.text('prompt', 'user');
  root.text('suffix', 'user');
  const stream = readGeneration(root);
  root.integer('logprobs');
  if (root.node('prompt') === undefined && root.node('suffix') !== undefined) throw malformed('prompt');
  const { reading, out } = root;
  return {
    model,
    setModel(name) {
      out['model'] = name;
    },
    stream,
    texts: reading.texts,
    tools: [],
    callerSystem: { texts: [], template: false, raw: false },
    messages: 1,
    outputTokens: requestNumber(out, 'max_tokens'),
    unknownKeys: reading.unknownKeys,
    isLoad: false,
    drop: (what) => what === 'logprobs' && removeKeys(out, 'logprobs'),
    body: () => writeOut(out),
  };
}
