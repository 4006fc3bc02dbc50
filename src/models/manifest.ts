import { decodeUtf8, foldKey, JsonError, readJson } from '../core/json.ts';
import { memberOf, safeInteger } from '../core/json-nodes.ts';
import type { JsonNode, JsonObject } from '../core/json-nodes.ts';
import { ModelError, shown } from './error.ts';

/**
 * Ollama's manifest of a model, read strictly: what it lists, and the digest that `/api/tags` shows for it.
 *
 * Ollama reads manifests and configs with Go's JSON, which folds the case of keys and keeps the last of two. What two
 * readers could read differently is refused, so that what was verified is what will run.
 */

export interface Layer {
  readonly mediaType: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface Manifest {
  readonly config: Layer;
  readonly layers: readonly Layer[];
  /** The config, then the layers in their order, each digest once: the files that the model needs. */
  readonly blobs: readonly Layer[];
}

/** Far more than any manifest: a model of 20 000 tensors, each a layer, has about 5 MB. */
export const MANIFEST_BYTES_MAX = 8 * 1024 * 1024;
export const CONFIG_BYTES_MAX = 1024 * 1024;

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json';
export const LAYER_TYPE_PREFIX = 'application/vnd.ollama.image.';

/** What Ollama 0.32 knows to load. A layer of another type is one whose effect nobody here knows. */
export const LAYER_KINDS = [
  'model',
  'projector',
  'adapter',
  'draft',
  'tensor',
  'json',
  'template',
  'prompt',
  'system',
  'license',
  'params',
  'messages',
  'embed',
] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

/** Reads a manifest's bytes. Throws ModelError: `damaged` for what is no manifest, `refused` for what it may not hold. */
export function readManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_BYTES_MAX) {
    throw new ModelError('refused', `The manifest has ${bytes.length} bytes, at most ${MANIFEST_BYTES_MAX} are read`);
  }
  const root = objectOf(parse(bytes, 'manifest'), 'The manifest');
  refuseLookAlikes(root, ['schemaVersion', 'mediaType', 'config', 'layers'], 'The manifest');
  const version = memberOf(root, 'schemaVersion');
  if (version === undefined || safeInteger(version) !== 2)
    throw new ModelError('refused', 'The manifest is not of schemaVersion 2');
  const mediaType = textMember(root, 'mediaType', 'The manifest');
  if (mediaType !== MANIFEST_TYPE) {
    throw new ModelError('refused', `The manifest's media type is ${shown(mediaType)}, not ${MANIFEST_TYPE}`);
  }
  const config = readLayer(memberOf(root, 'config'), 'The config');
  if (config.mediaType !== CONFIG_TYPE) {
    throw new ModelError('refused', `The config's media type is ${shown(config.mediaType)}, not ${CONFIG_TYPE}`);
  }
  if (config.size > CONFIG_BYTES_MAX)
    throw new ModelError('refused', `The config is larger than ${CONFIG_BYTES_MAX} bytes`);
  const list = memberOf(root, 'layers');
  if (list?.type !== 'array' || list.items.length === 0)
    throw new ModelError('refused', 'The manifest lists no layers');
  const layers = list.items.map((item, index) => readModelLayer(item, `Layer ${index + 1}`));
  return { config, layers, blobs: distinct([config, ...layers]) };
}

/** The last part of a layer's media type. */
export function layerKind(layer: Layer): LayerKind | undefined {
  const kind = layer.mediaType.startsWith(LAYER_TYPE_PREFIX) ? layer.mediaType.slice(LAYER_TYPE_PREFIX.length) : '';
  return LAYER_KINDS.find((known) => known === kind);
}

/**
 * Refuses a config that makes its model a stub of another host's: requests for it would leave. Gives the config's keys
 * and values as JSON. Throws ModelError.
 */
export function readConfig(bytes: Uint8Array): JsonObject {
  const root = objectOf(parse(bytes, 'config'), 'The config');
  refuseLookAlikes(root, ['remote_host', 'remote_model'], 'The config');
  for (const key of ['remote_host', 'remote_model']) {
    const value = memberOf(root, key);
    if (value === undefined || value.type === 'null' || (value.type === 'string' && value.value === '')) continue;
    throw new ModelError('refused', `The config has ${key}: prompts to this model would leave for another host`);
  }
  return root;
}

/**
 * The digest that `/api/tags` shows for a manifest: bare hex SHA-256 over what Go's JSON decoder took from the file.
 *
 * The decoder fills a buffer of 512, then 1536, 3584 … bytes until the value is complete and never reads on, so what
 * stands behind it beyond the buffer's edge is not hashed: the final newline of a manifest of exactly 512 bytes, say.
 */
export function tagsDigest(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && isJsonSpace(bytes[end - 1])) end--;
  let bufferBytes = 512;
  while (bufferBytes < end) bufferBytes = 2 * bufferBytes + 512;
  return new Bun.CryptoHasher('sha256').update(bytes.subarray(0, bufferBytes)).digest('hex');
}

function readModelLayer(node: JsonNode, what: string): Layer {
  const layer = readLayer(node, what);
  if (layerKind(layer) === undefined) {
    throw new ModelError('refused', `${what} has the unknown media type ${shown(layer.mediaType)}`);
  }
  return layer;
}

function readLayer(node: JsonNode | undefined, what: string): Layer {
  const object = objectOf(node, what);
  refuseLookAlikes(object, ['mediaType', 'digest', 'size'], what);
  const digest = textMember(object, 'digest', what);
  const sha256 = digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : '';
  if (!isSha256(sha256)) throw new ModelError('refused', `${what} has no digest of the form sha256:<64 hex digits>`);
  const sizeNode = memberOf(object, 'size');
  const size = sizeNode === undefined ? undefined : safeInteger(sizeNode);
  if (size === undefined || size < 0) throw new ModelError('refused', `${what} has no size in bytes`);
  return { mediaType: textMember(object, 'mediaType', what), sha256, size };
}

function distinct(layers: readonly Layer[]): Layer[] {
  const seen = new Map<string, Layer>();
  for (const layer of layers) {
    const known = seen.get(layer.sha256);
    if (known === undefined) seen.set(layer.sha256, layer);
    else if (known.size !== layer.size) {
      throw new ModelError(
        'refused',
        `The manifest gives sha256-${layer.sha256} two sizes, ${known.size} and ${layer.size}`,
      );
    }
  }
  return [...seen.values()];
}

function parse(bytes: Uint8Array, what: string): JsonNode {
  try {
    return readJson(decodeUtf8(bytes), { anyKeys: true });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ModelError('damaged', `The ${what} is not acceptable JSON: ${error.code} at offset ${error.offset}`, {
      cause: error,
    });
  }
}

function objectOf(node: JsonNode | undefined, what: string): JsonObject {
  if (node?.type !== 'object') throw new ModelError('refused', `${what} is not an object`);
  return node;
}

function textMember(object: JsonObject, key: string, what: string): string {
  const node = memberOf(object, key);
  if (node?.type !== 'string') throw new ModelError('refused', `${what} has no ${key}`);
  return node.value;
}

/** Go would take `Layers` for `layers`: a key that folds onto a known one without being it is refused. */
function refuseLookAlikes(object: JsonObject, known: readonly string[], what: string): void {
  const folds = new Map(known.map((key) => [foldKey(key), key]));
  for (const { key } of object.members) {
    const meant = folds.get(foldKey(key));
    if (meant !== undefined && meant !== key) {
      throw new ModelError('refused', `${what} has the key ${shown(key)}, which Ollama would read as ${meant}`);
    }
  }
}

/** True for 64 lower-case hex digits. */
export function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function isJsonSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
