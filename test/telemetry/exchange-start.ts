import type { ExchangeStart } from '../../src/core/events.ts';

/** What a chat begins with, without trace context. */
export const START: ExchangeStart = {
  id: 'request-1',
  clientId: undefined,
  operation: 'ollama.chat',
  genAiOperation: 'chat',
  method: 'POST',
  route: '/api/chat',
  header: () => undefined,
};
