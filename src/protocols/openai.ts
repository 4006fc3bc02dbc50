import type { Operation } from '../core/operation.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiResponses } from './responses.ts';

/** OpenAI's API as Ollama implements it (`openai/openai.go`, `openai/responses.go`). */
export const openaiOperations: readonly Operation[] = [
  openaiChat,
  openaiCompletions,
  openaiEmbeddings,
  openaiResponses,
];
