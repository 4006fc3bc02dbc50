import * as v from 'valibot';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from 'yaml';
import { apiVersionSchema, type Locator, metadataSchema, type PolicyDocument, type Position } from './document.ts';
import { formatPath, type PathKey, type Problem, quote, suggest } from './problem.ts';
import { fields, type SpecBase } from './schema.ts';

/**
 * YAML text to policies, or every mistake in it with its place. The only importer of `yaml`.
 *
 * `yaml` and not Bun's own parser, because that one keeps the last of two equal keys in silence and knows no
 * positions. Anchors work; alias bombs, tags, duplicate keys and files over FILE_BYTES_MAX are refused.
 */

/** A ConfigMap holds 1 MiB in all; one file never needs a quarter of it. */
export const FILE_BYTES_MAX = 262_144;

const ALIASES_MAX = 50;
const DOCUMENTS_MAX = 100;
const DEPTH_MAX = 16;

/** What the parser needs to know of a kind. */
export interface KindSchema {
  readonly kind: string;
  readonly schema: v.GenericSchema<unknown, SpecBase>;
}

export interface Parsed {
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
}

/** Reads one file. Never throws; cost is linear in the text, which is at most FILE_BYTES_MAX bytes. */
export function parsePolicyFile(file: string, source: string, kinds: readonly KindSchema[]): Parsed {
  const problems: Problem[] = [];
  const documents: PolicyDocument[] = [];
  for (const raw of readYaml(file, source, problems)) {
    const document = readEnvelope(file, raw, kinds, problems);
    if (document) documents.push(document);
  }
  return { documents, problems };
}

/** One YAML document as plain values, with the way back to its text. */
export interface RawDocument {
  readonly value: unknown;
  readonly locate: Locator;
}

/** Reads YAML alone, without asking what it means; policy tests are read with it too. */
export function readYaml(file: string, source: string, problems: Problem[]): readonly RawDocument[] {
  if (Buffer.byteLength(source) > FILE_BYTES_MAX) {
    problems.push(fileProblem(file, `is larger than ${FILE_BYTES_MAX} bytes; split it into several files`));
    return [];
  }
  if (source.includes('\0')) {
    problems.push(fileProblem(file, 'holds a NUL character; accepted: YAML text in UTF-8'));
    return [];
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(source, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const documents = [...parsed].slice(0, DOCUMENTS_MAX);
  if (parsed.length > DOCUMENTS_MAX) {
    problems.push(fileProblem(file, `holds more than ${DOCUMENTS_MAX} documents; split it into several files`));
  }
  const found = documents.flatMap((document) => readOne(file, document, lines, problems));
  if (found.length === 0 && problems.length === 0) {
    problems.push(fileProblem(file, 'holds no policy; accepted: a document with apiVersion, kind, metadata and spec'));
  }
  return found;
}

function fileProblem(file: string, message: string): Problem {
  return { file, line: 1, column: 1, key: '', message };
}

function readOne(file: string, document: Document, lines: LineCounter, problems: Problem[]): RawDocument[] {
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0]);
    problems.push({ file, line, column: col, key: '', message: yamlMessage(error.code, error.message) });
  }
  if (document.errors.length > 0 || document.warnings.length > 0) return [];
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return [];
  const locate = locator(document, lines);
  const loose = looseAliases(document);
  for (const node of loose) {
    const { line, col } = lines.linePos(node.range?.[0] ?? 0);
    const message = `*${node.source} has no anchor; write the value out, or put &${node.source} before one above`;
    problems.push({ file, line, column: col, key: '', message });
  }
  if (loose.length > 0) return [];
  const tooDeep = deepest(document.contents, 0) > DEPTH_MAX;
  if (tooDeep) {
    problems.push(fileProblem(file, `is nested more than ${DEPTH_MAX} deep; no policy is`));
    return [];
  }
  try {
    return [{ value: document.toJS({ maxAliasCount: ALIASES_MAX }), locate }];
  } catch {
    const { line, column } = locate([], 'value');
    problems.push({
      file,
      line,
      column,
      key: '',
      message: `has more than ${ALIASES_MAX} aliases, or aliases of aliases; write the values out`,
    });
    return [];
  }
}

function looseAliases(document: Document): readonly Alias[] {
  const loose: Alias[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) loose.push(node);
    },
  });
  return loose;
}

/** The parser's own words, but for the mistakes that people make most. */
function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands here twice; keep one';
  if (code === 'TAB_AS_INDENT') return 'a tab cannot indent YAML; use spaces';
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (!name) are not accepted; write a plain value';
  if (code === 'BAD_SCALAR_START') return `${message}; put the text in quotes`;
  if (code === 'BAD_DQ_ESCAPE') return `${message}; in single quotes a backslash is only a backslash`;
  return `cannot be read as YAML: ${message}`;
}

/** Depth of a node tree, counted only as far as needed; aliases count as leaves. */
function deepest(node: unknown, depth: number): number {
  if (depth > DEPTH_MAX || isAlias(node)) return depth;
  let most = depth;
  if (isMap(node)) for (const pair of node.items) most = Math.max(most, deepest(pair.value, depth + 1));
  if (isSeq(node)) for (const item of node.items) most = Math.max(most, deepest(item, depth + 1));
  return most;
}

function locator(document: Document, lines: LineCounter): Locator {
  return (path, target) => {
    const offset = offsetOf(document.contents, path, target);
    const { line, col } = lines.linePos(offset);
    return { line, column: col } satisfies Position;
  };
}

/** Where a path stands; for what is missing, where its nearest parent begins. */
function offsetOf(root: unknown, path: readonly PathKey[], target: 'key' | 'value'): number {
  let node: unknown = root;
  let offset = startOf(root) ?? 0;
  for (const [index, key] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) return offset;
      const keyStart = startOf(pair.key) ?? offset;
      offset = last && target === 'key' ? keyStart : (startOf(pair.value) ?? keyStart);
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(key)];
      if (item === undefined) return offset;
      offset = startOf(item) ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node satisfies Node).range?.[0] : undefined;
}

function readEnvelope(
  file: string,
  raw: RawDocument,
  kinds: readonly KindSchema[],
  problems: Problem[],
): PolicyDocument | undefined {
  const kindName = kindOf(raw.value);
  const kind = kinds.find((candidate) => candidate.kind === kindName);
  const before = problems.length;
  // With an unknown kind the envelope is still checked, so that the author sees all that is wrong at once.
  const envelope = fields({
    apiVersion: apiVersionSchema,
    kind: kindSchema(kinds),
    metadata: metadataSchema,
    spec: kind ? kind.schema : v.unknown(),
  });
  const result = v.safeParse(envelope, raw.value);
  if (!result.success) {
    for (const issue of result.issues) problems.push(problemOf(file, raw.locate, issue));
  }
  if (!result.success || !kind || problems.length > before) return undefined;
  const { metadata, spec } = result.output;
  return {
    kind: kind.kind,
    name: metadata.name,
    description: metadata.description ?? '',
    // The variant above parsed it with this kind's own schema.
    spec: spec as SpecBase,
    file,
    locate: raw.locate,
  };
}

function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
}

function kindSchema(kinds: readonly KindSchema[]) {
  const names = kinds.map((kind) => kind.kind);
  return v.pipe(
    v.string(`is not text; accepted: ${names.join(', ')}`),
    v.check(
      (value) => names.includes(value),
      (issue) => `unknown kind ${quote(issue.input)}; ${suggest(issue.input, names)}`,
    ),
  );
}

/** Places a schema's issue in the file: an unknown key at the key, a missing one at its parent, all else at the value. */
export function problemOf(file: string, locate: Locator, issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key)));
  const { line, column } = locate(path, issue.expected === 'never' ? 'key' : 'value');
  return { file, line, column, key: formatPath(path), message: issue.message };
}
