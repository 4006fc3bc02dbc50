/**
 * Model names as Ollama resolves them, so that an allowlist decides on the model that would run, not on its spelling.
 *
 * Two steps of Ollama are followed exactly: the source suffix (`internal/modelref/modelref.go`) and the name itself
 * (`types/model/name.go`). A name is no identity: it can be copied over, and only a digest says which model it means.
 */

export type ModelSource = 'local' | 'cloud';

export type ModelName =
  | {
      readonly ok: true;
      /** What equal names share: lower case, with tag, host and namespace left out where they are the default ones. */
      readonly canonical: string;
      /** The spelling to forward: as the client wrote it where it is plain, else the canonical one in its own case. */
      readonly forward: string;
      /** `cloud`: Ollama would send the prompt to ollama.com. */
      readonly source: ModelSource;
      /** True where nothing about the spelling needs interpreting: no white space, scheme or source suffix. */
      readonly plain: boolean;
    }
  | { readonly ok: false; readonly error: 'empty' | 'invalid' | 'conflicting_source' };

const DEFAULT_HOST = 'registry.ollama.ai';
const DEFAULT_NAMESPACE = 'library';
const DEFAULT_TAG = 'latest';

const HOST_CHARACTERS_MAX = 350;
const PART_CHARACTERS_MAX = 80;

/** Names that were read lately, kept because every exchange asks for the same few; bounded in number and length. */
const REMEMBERED_NAMES_MAX = 512;
const REMEMBERED_CHARACTERS_MAX = 256;
const remembered = new Map<string, ModelName>();

/**
 * Reads a model name as Ollama does. Never throws; linear in its length.
 *
 * @example parseModelName(' library/LLAMA3.2\n') // canonical 'llama3.2:latest', plain false
 */
export function parseModelName(raw: string): ModelName {
  const known = remembered.get(raw);
  if (known !== undefined) return known;
  const name = readName(raw);
  if (raw.length <= REMEMBERED_CHARACTERS_MAX) {
    if (remembered.size >= REMEMBERED_NAMES_MAX) remembered.clear();
    remembered.set(raw, name);
  }
  return name;
}

function readName(raw: string): ModelName {
  const trimmed = trimGoSpace(raw);
  if (trimmed === '') return { ok: false, error: 'empty' };
  const suffix = cutSource(trimmed);
  if (suffix.source !== undefined && cutSource(suffix.base).source !== undefined) {
    return { ok: false, error: 'conflicting_source' };
  }
  const parts = parseParts(suffix.base);
  if (parts === undefined) return { ok: false, error: 'invalid' };
  const plain = trimmed === raw && suffix.source === undefined && !raw.includes('://');
  const spelled = shortForm(parts);
  return {
    ok: true,
    canonical: spelled.toLowerCase(),
    forward: plain ? raw : spelled,
    source: suffix.source ?? 'local',
    plain,
  };
}

/**
 * True where `glob`, an allowlist's entry, names the model. `*` stands for any characters, `/` and `:` included;
 * an entry without `*` is a name and matches all its spellings. `qwen3` is `qwen3:latest`, `qwen3*` any qwen3 and tag.
 * Cost is the product of the two lengths at worst; names are at most about 600 characters.
 */
export function matchModel(glob: string, canonical: string): boolean {
  const pattern = canonicalGlob(glob);
  return pattern !== undefined && matchStars(pattern, canonical);
}

/** True where an allowlist's entry can name a local model at all: what a policy's author is told at load. */
export function isModelGlob(glob: string): boolean {
  return canonicalGlob(glob) !== undefined;
}

function canonicalGlob(glob: string): string | undefined {
  if (!glob.includes('*')) {
    const name = parseModelName(glob);
    return name.ok && name.source === 'local' ? name.canonical : undefined;
  }
  let pattern = withoutScheme(trimGoSpace(glob)).toLowerCase();
  for (const part of [`${DEFAULT_HOST}/`, `${DEFAULT_NAMESPACE}/`]) {
    if (pattern.startsWith(part)) pattern = pattern.slice(part.length);
  }
  for (let at = 0; at < pattern.length; at++) {
    if (!isNameCharacter(pattern.charCodeAt(at)) && !'*.-:/'.includes(pattern.charAt(at))) return undefined;
  }
  const hasTag = pattern.lastIndexOf(':') > pattern.lastIndexOf('/');
  return hasTag || pattern.endsWith('*') ? pattern : `${pattern}:${DEFAULT_TAG}`;
}

function matchStars(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < text.length;) {
    if (pattern.charAt(at) === '*') {
      star = at++;
      resume = index;
    } else if (at < pattern.length && pattern.charCodeAt(at) === text.charCodeAt(index)) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern.charAt(at) === '*') at++;
  return at === pattern.length;
}

/** `parseSourceSuffix`: what stands behind the last colon may say where the model runs, in any case, with any spaces. */
function cutSource(name: string): { readonly base: string; readonly source: ModelSource | undefined } {
  const colon = name.lastIndexOf(':');
  if (colon < 0) return { base: name, source: undefined };
  const suffix = trimGoSpace(name.slice(colon + 1));
  const folded = suffix.toLowerCase();
  if (folded === 'cloud') return { base: name.slice(0, colon), source: 'cloud' };
  if (folded === 'local') return { base: name.slice(0, colon), source: 'local' };
  if (folded.endsWith('-cloud') && !suffix.includes('/')) {
    return { base: name.slice(0, colon + 1) + suffix.slice(0, -'-cloud'.length), source: 'cloud' };
  }
  return { base: name, source: undefined };
}

interface Parts {
  readonly host: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
}

/** `[scheme://]host/namespace/model:tag` with Ollama's defaults; `undefined` where a part is missing or not valid. */
function parseParts(name: string): Parts | undefined {
  let rest = name;
  let tag = DEFAULT_TAG;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
  }
  const [beforeModel, model] = cutLastSlash(rest);
  const [beforeNamespace, namespace] =
    beforeModel === undefined ? [undefined, DEFAULT_NAMESPACE] : cutLastSlash(beforeModel);
  const written = beforeNamespace === undefined ? undefined : withoutScheme(beforeNamespace);
  // An empty host is invalid, but behind a scheme (`x:///library/a`) Ollama fills in the default one.
  const host = written === undefined || (written === '' && beforeNamespace !== '') ? DEFAULT_HOST : written;
  const isValid =
    isPart(host, 'host') && isPart(namespace, 'namespace') && isPart(model, 'model') && isPart(tag, 'tag');
  return isValid ? { host, namespace, model, tag } : undefined;
}

function cutLastSlash(text: string): readonly [before: string | undefined, after: string] {
  const slash = text.lastIndexOf('/');
  return slash < 0 ? [undefined, text] : [text.slice(0, slash), text.slice(slash + 1)];
}

function withoutScheme(text: string): string {
  const scheme = text.indexOf('://');
  return scheme < 0 ? text : text.slice(scheme + 3);
}

function isPart(text: string, kind: 'host' | 'namespace' | 'model' | 'tag'): boolean {
  const charactersMax = kind === 'host' ? HOST_CHARACTERS_MAX : PART_CHARACTERS_MAX;
  if (text.length > charactersMax || !isNameCharacter(text.charCodeAt(0))) return false;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isNameCharacter(code) || code === 0x2d) continue;
    if (code === 0x2e && kind !== 'namespace') continue;
    if (code === 0x3a && kind === 'host') continue;
    return false;
  }
  return true;
}

/** `[A-Za-z0-9_]` */
function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
  );
}

function shortForm(parts: Parts): string {
  const name = `${parts.model}:${parts.tag}`;
  if (parts.host.toLowerCase() !== DEFAULT_HOST) return `${parts.host}/${parts.namespace}/${name}`;
  return parts.namespace.toLowerCase() === DEFAULT_NAMESPACE ? name : `${parts.namespace}/${name}`;
}

/** Go's `strings.TrimSpace`: `trim()` but with U+0085 and without U+FEFF. */
function trimGoSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isGoSpace(text.charCodeAt(start))) start++;
  while (end > start && isGoSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isGoSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  if (code >= 0x2000 && code <= 0x200a) return true;
  return code === 0x1680 || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}
