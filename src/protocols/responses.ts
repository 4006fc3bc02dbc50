import type { Operation } from '../core/operation.ts';
import { ResponsesAnswerReader } from './responses-answer.ts';
import { readResponsesRequest } from './responses-request.ts';

/** POST /v1/responses. Ollama keeps no conversation: each request brings its whole history. */
export const openaiResponses: Operation = {
  id: 'openai.responses',
  protocol: 'openai',
  class: 'data',
  method: 'POST',
  path: '/v1/responses',
  genAiOperation: 'chat',
  streaming: 'sse',
  readRequest: readResponsesRequest,
  answerReader: (request) => new ResponsesAnswerReader(request.stream ? 'sse' : 'json'),
};
