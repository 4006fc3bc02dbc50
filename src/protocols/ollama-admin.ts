import { GatewayError } from '../core/errors.ts';
import { parseModelName } from '../core/model-name.ts';
import { keys, malformed, readBody, writeOut, type ObjectReader } from './request-reader.ts';

/**
 * Reads the requests of Ollama's mutating routes as strictly as those of its models, and builds what is forwarded
 * (`api/types.go`: PullRequest, PushRequest, CreateRequest, CopyRequest, DeleteRequest). A name that would leave for
 * the cloud is refused, as everywhere.
 */

export interface AdminRequest {
  /** Canonical JSON to forward. */
  readonly body: string;
  /** What Ollama answers with: a record a line, or one JSON value. */
  readonly stream: boolean;
  readonly unknownKeys: number;
}

const PULL_KEYS = keys('model name insecure stream username password');
const CREATE_KEYS = keys(
  'model name from files adapters draft_files template system license parameters messages renderer parser requires info quantize draft_quantize remote_host stream',
);
const COPY_KEYS = keys('source destination');
const DELETE_KEYS = keys('model name');

/** A pull or a push. `username` and `password`, which Ollama takes and never uses, are not forwarded. */
export function readTransfer(body: string): AdminRequest {
  const root = readBody(body, PULL_KEYS);
  modelName(root);
  root.boolean('insecure');
  return streaming(root);
}

/** A new model from another one or from blobs. Whatever would make it a stub of a remote one is refused. */
export function readCreate(body: string): AdminRequest {
  const root = readBody(body, CREATE_KEYS);
  modelName(root);
  if (root.node('remote_host') !== undefined) throw new GatewayError('cloud_model');
  localName(root, 'from');
  for (const key of ['template', 'system', 'renderer', 'parser', 'requires', 'quantize', 'draft_quantize'])
    root.string(key);
  for (const key of ['files', 'adapters', 'draft_files', 'license', 'parameters', 'messages', 'info'])
    root.freeForm(key, 'system');
  return streaming(root);
}

export function readCopy(body: string): AdminRequest {
  const root = readBody(body, COPY_KEYS);
  for (const key of ['source', 'destination']) if (localName(root, key) === undefined) throw malformed(key);
  return { body: writeOut(root.out), stream: false, unknownKeys: root.reading.unknownKeys };
}

export function readDelete(body: string): AdminRequest {
  const root = readBody(body, DELETE_KEYS);
  modelName(root);
  return { body: writeOut(root.out), stream: false, unknownKeys: root.reading.unknownKeys };
}

/** Exactly one of `model` and its older name `name`, forwarded as `model`. */
function modelName(root: ObjectReader): void {
  const given = ['model', 'name'].map((key) => localName(root, key)).filter((name) => name !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1) throw malformed('model');
  delete root.out['name'];
  root.out['model'] = name;
}

/** A local model's name as it is forwarded; `undefined` where there is none. */
function localName(root: ObjectReader, key: string): string | undefined {
  const raw = root.string(key);
  if (raw === undefined || raw === '') {
    delete root.out[key];
    return undefined;
  }
  const name = parseModelName(raw);
  if (!name.ok) throw malformed(key);
  if (name.source === 'cloud') throw new GatewayError('cloud_model');
  root.out[key] = name.forward;
  return name.forward;
}

/** Ollama streams unless it is told not to. */
function streaming(root: ObjectReader): AdminRequest {
  const stream = root.boolean('stream') ?? true;
  root.out['stream'] = stream;
  return { body: writeOut(root.out), stream, unknownKeys: root.reading.unknownKeys };
}
