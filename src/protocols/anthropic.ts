import type { Operation } from '../core/operation.ts';
import { AnthropicAnswerReader } from './anthropic-answer.ts';
import { readMessagesRequest } from './anthropic-request.ts';

/** Anthropic's API as Ollama implements it (`anthropic/anthropic.go`). */
export const anthropicOperations: readonly Operation[] = [
  {
    id: 'anthropic.messages',
    protocol: 'anthropic',
    class: 'data',
    method: 'POST',
    path: '/v1/messages',
    genAiOperation: 'chat',
    streaming: 'sse',
    readRequest: readMessagesRequest,
    answerReader: (request) => new AnthropicAnswerReader(request.stream ? 'sse' : 'json'),
  },
];
