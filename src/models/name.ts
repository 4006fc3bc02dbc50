import { parseModelName } from '../core/model-name.ts';
import { ModelError, shown } from './error.ts';

/**
 * A model's name as a place in a store: `manifests/HOST/NAMESPACE/MODEL/TAG`.
 *
 * Paths are only ever built from parts that passed Ollama's own grammar (a part begins with a letter, digit or `_` and
 * holds no slash), so no name can lead out of the directory.
 */
export interface ModelPath {
  readonly host: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
}

const DEFAULT_HOST = 'registry.ollama.ai';
const DEFAULT_NAMESPACE = 'library';

/**
 * Reads a name in any of its spellings; the parts come in lower case, as Ollama looks them up.
 * Throws ModelError `refused` for what is no name or names a model that runs elsewhere.
 */
export function readModelPath(name: string): ModelPath {
  return split(canonicalOf(name));
}

/**
 * Reads the full form that an index holds, `host/namespace/model:tag`, and keeps its letters' case.
 * Throws ModelError `refused` where it is not exactly the full form of a local name.
 */
export function readFullName(name: string): ModelPath {
  const path = split(name);
  const isFull = name.split('/').length === 3 && fullName(path) === name;
  if (!isFull || canonicalOf(name) !== shortName(path).toLowerCase()) {
    throw new ModelError('refused', `${shown(name)} is not the full name of a local model`);
  }
  return path;
}

/** `host/namespace/model:tag`. */
export function fullName(path: ModelPath): string {
  return `${path.host}/${path.namespace}/${path.model}:${path.tag}`;
}

/** The name as `/api/tags` shows it: without Ollama's own host and namespace. */
export function shortName(path: ModelPath): string {
  const name = `${path.model}:${path.tag}`;
  if (path.host.toLowerCase() !== DEFAULT_HOST) return `${path.host}/${path.namespace}/${name}`;
  return path.namespace.toLowerCase() === DEFAULT_NAMESPACE ? name : `${path.namespace}/${name}`;
}

/** Relative to the models directory, with forward slashes. */
export function manifestPath(path: ModelPath): string {
  return `manifests/${path.host}/${path.namespace}/${path.model}/${path.tag}`;
}

function canonicalOf(name: string): string {
  const parsed = parseModelName(name);
  if (!parsed.ok) throw new ModelError('refused', `${shown(name)} is not a model name (${parsed.error})`);
  if (parsed.source === 'cloud') {
    throw new ModelError('refused', `${shown(name)} names a model that runs in Ollama's cloud; it has no files`);
  }
  return parsed.canonical;
}

/** Splits `[[host/]namespace/]model:tag`; what is missing is the default one. */
function split(name: string): ModelPath {
  const words = name.split('/');
  const last = words.pop() ?? '';
  const colon = last.lastIndexOf(':');
  const namespace = words.pop() ?? DEFAULT_NAMESPACE;
  const host = words.pop() ?? DEFAULT_HOST;
  return { host, namespace, model: last.slice(0, Math.max(colon, 0)), tag: last.slice(colon + 1) };
}
