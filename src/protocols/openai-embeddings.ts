import type { AnswerFrame, AnswerReader, Operation, RequestView } from '../core/operation.ts';
import type { GatewayError } from '../core/errors.ts';
import { memberOf } from '../core/json-nodes.ts';
import type { JsonNode } from '../core/json-nodes.ts';
import { isBase64, readModel } from './openai-chat.ts';
import { asObject, itemsOf, JsonFrame, readUsage } from './openai-frame.ts';
import { OtherTexts } from './openai-other.ts';
import { keys, malformed, readBody, writeOut } from './request-reader.ts';
import { refusalBody } from './refusals.ts';
import { encodeUtf8 } from './shared.ts';

/** POST /v1/embeddings, as Ollama reads it (`openai/openai.go`, EmbedRequest). Vectors pass; they are no text. */

const ROOT = keys('model input dimensions encoding_format');
const ANSWER_KNOWN = new Set(['object', 'data', 'model']);
const ENTRY_KNOWN = new Set(['object', 'embedding']);

export const openaiEmbeddings: Operation = {
  id: 'openai.embeddings',
  protocol: 'openai',
  class: 'data',
  method: 'POST',
  path: '/v1/embeddings',
  genAiOperation: 'embeddings',
  streaming: 'none',
  readRequest,
  answerReader: () => new EmbeddingsReader(),
};

function readRequest(body: string): RequestView {
  const root = readBody(body, ROOT);
  const model = readModel(root);
  if (root.node('input') === undefined) throw malformed('input');
  root.textOrList('input', 'user');
  root.integer('dimensions');
  root.word('encoding_format');
  const { reading, out } = root;
  return {
    model,
    setModel(name) {
      out['model'] = name;
    },
    stream: false,
    texts: reading.texts,
    tools: [],
    callerSystem: { texts: [], template: false, raw: false },
    messages: 1,
    unknownKeys: reading.unknownKeys,
    isLoad: false,
    drop: () => false,
    body: () => writeOut(out),
  };
}

class EmbeddingsReader implements AnswerReader {
  readonly framing = 'json';
  readonly #others = new OtherTexts(true);

  read(bytes: Uint8Array): AnswerFrame {
    const frame = new JsonFrame(bytes, 'json', { hasVectors: true });
    const root = asObject(frame.root);
    frame.failed = memberOf(root, 'error') !== undefined;
    if (frame.failed) return frame;
    frame.terminal = true;
    const usage = readUsage(root, 'prompt_tokens', 'completion_tokens');
    if (usage !== undefined) frame.usage = usage;
    this.#others.read(frame, root, ANSWER_KNOWN, '');
    for (const item of itemsOf(root, 'data')) {
      const entry = asObject(item);
      this.#others.read(frame, entry, ENTRY_KNOWN, 'data');
      const vector = memberOf(entry, 'embedding');
      if (vector !== undefined && !isVector(vector)) this.#others.walk(frame, vector, 'data/embedding', true);
    }
    return frame;
  }

  failure(error: GatewayError, requestId: string): Uint8Array {
    return encodeUtf8(refusalBody('openai', error, requestId));
  }

  dropSideChannels(): void {
    // Vectors are what was asked for.
  }
}

/** Numbers, or their bytes in base64; anything else in a vector's place is inspected. */
function isVector(node: JsonNode): boolean {
  if (node.type === 'string') return isBase64(node.value, 0);
  return node.type === 'array' && node.items.length === 0;
}
