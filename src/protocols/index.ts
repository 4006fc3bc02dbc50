import type { Operation } from '../core/operation.ts';
import { anthropicOperations } from './anthropic.ts';
import { ollamaOperations } from './ollama.ts';
import { openaiOperations } from './openai.ts';

/** Every data route that the gateway serves; what is not listed does not exist. */
export const OPERATIONS: readonly Operation[] = [...ollamaOperations, ...openaiOperations, ...anthropicOperations];
