import type { Operation, RequestView } from '../core/operation.ts';
import { OllamaAnswerReader, type OllamaShape } from './ollama-answer.ts';
import { readChat, readEmbed, readEmbeddings, readGenerate } from './ollama-request.ts';

/** Ollama's own data routes. Text in and out, field by field, is listed in README.md beside this file. */
export const ollamaOperations: readonly Operation[] = [
  operation('chat', 'chat', 'chat', readChat),
  operation('generate', 'text_completion', 'generate', readGenerate),
  operation('embed', 'embeddings', 'embed', readEmbed),
  operation('embeddings', 'embeddings', 'embed', readEmbeddings),
];

function operation(
  name: string,
  genAiOperation: string,
  shape: OllamaShape,
  readRequest: (body: string) => RequestView,
): Operation {
  return {
    id: `ollama.${name}`,
    protocol: 'ollama',
    class: 'data',
    method: 'POST',
    path: `/api/${name}`,
    genAiOperation,
    streaming: shape === 'embed' ? 'none' : 'ndjson',
    readRequest,
    answerReader: (request) =>
      new OllamaAnswerReader({ shape, framing: request.stream ? 'ndjson' : 'json', model: request.model ?? '' }),
  };
}
