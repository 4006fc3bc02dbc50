import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { ArchiveIndex } from '../../src/models/archive.ts';
import { encodeIndex, INDEX_PATH } from '../../src/models/archive.ts';
import type { ModelErrorCode } from '../../src/models/error.ts';
import { ModelError } from '../../src/models/error.ts';
import { FILES, type Files } from '../../src/models/files.ts';
import { END_BYTES, entryHead, padded } from '../../src/models/tar.ts';

/** Small stores and archives, right and wrong ones, for the tests beside this file. */

export const TYPES = 'application/vnd.ollama.image.';
export const CONFIG = '{"model_format":"gguf","model_family":"llama","architecture":"amd64","os":"linux"}';
export const TEMPLATE = '{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}';

export interface StoreOptions {
  readonly name?: string;
  readonly config?: string;
  /** Layers by kind; the first is the weights. */
  readonly layers?: readonly (readonly [kind: string, content: string | Uint8Array])[];
  readonly manifest?: (manifest: Record<string, unknown>) => void;
  readonly newline?: boolean;
}

/** Weights larger than a chunk, so that a copy takes several steps. */
export const WEIGHTS = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(2_500_000, 'weights ')]);
const LAYERS: StoreOptions['layers'] = [
  ['model', WEIGHTS],
  ['template', TEMPLATE],
  ['params', '{"stop":["<|im_end|>"],"temperature":0}'],
];

/** A small model in three layers of a few bytes, for tests that read one often. */
export const SMALL: StoreOptions = {
  layers: [
    ['model', 'GGUF tiny'],
    ['template', TEMPLATE],
  ],
};

export function scratch(): string {
  return fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'llm-gateway-models-')));
}

/** Writes a model into a store, as Ollama would, and gives the bytes of its manifest. */
export function putModel(models: string, options: StoreOptions = {}): Uint8Array {
  const blob = (mediaType: string, content: string | Uint8Array) => {
    const bytes = Buffer.from(content);
    const digest = createHash('sha256').update(bytes).digest('hex');
    write(join(models, 'blobs', `sha256-${digest}`), bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const manifest: Record<string, unknown> = {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: blob('application/vnd.docker.container.image.v1+json', options.config ?? CONFIG),
    layers: (options.layers ?? LAYERS ?? []).map(([kind, content]) => blob(`${TYPES}${kind}`, content)),
  };
  options.manifest?.(manifest);
  const bytes = Buffer.from(JSON.stringify(manifest) + (options.newline === false ? '' : '\n'));
  write(join(models, 'manifests', options.name ?? 'registry.ollama.ai/library/tiny/latest'), bytes);
  return bytes;
}

function write(path: string, bytes: Uint8Array): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, bytes);
}

/** Every file of a directory with the digest of its content, and links as links. */
export function snapshot(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(directory, path);
    if (entry.isFile()) found[key] = createHash('sha256').update(fs.readFileSync(path)).digest('hex');
    else if (!entry.isDirectory()) found[key] = 'not a file';
  }
  return Object.fromEntries(Object.entries(found).sort());
}

export interface Piece {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Changes the header; its checksum is put right afterwards. */
  readonly header?: (block: Uint8Array) => void;
}

/** An archive of any entries whatever, with right checksums: what an attacker would build. */
export function forge(pieces: readonly Piece[]): Uint8Array {
  const parts = pieces.flatMap(({ path, content, header }) => {
    const bytes = Buffer.from(content);
    const head = Uint8Array.from(entryHead(path, bytes.length));
    header?.(head);
    if (header) head.set(Buffer.from(checksum(head)), 148);
    return [head, bytes, new Uint8Array(padded(bytes.length) - bytes.length)];
  });
  return Buffer.concat([...parts, new Uint8Array(END_BYTES)]);
}

/** The entries of a real archive, to be changed and forged again. */
export function piecesOf(archive: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < archive.length - END_BYTES;) {
    const field = (start: number, end: number) =>
      Buffer.from(archive.subarray(at + start, at + end))
        .toString('latin1')
        .split('\0')[0] ?? '';
    const size = Number.parseInt(field(124, 136), 8);
    pieces.push({ path: field(0, 100), content: archive.slice(at + 512, at + 512 + size) });
    at += 512 + padded(size);
  }
  return pieces;
}

/** The archive with another index, and nothing else. */
export function withIndex(archive: Uint8Array, change: (index: MutableIndex) => void): Uint8Array {
  const [first, ...rest] = piecesOf(archive);
  const index = JSON.parse(Buffer.from(first?.content ?? '').toString()) as MutableIndex;
  change(index);
  return forge([{ path: INDEX_PATH, content: encodeIndex(index as ArchiveIndex) }, ...rest]);
}

export interface MutableIndex {
  format: string;
  name: string;
  digest: string;
  manifest: { path: string; sha256: string; size: number };
  blobs: { sha256: string; size: number; mediaType: string }[];
}

function checksum(block: Uint8Array): string {
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

/** What `work` throws, as code and message. */
export function failure(work: () => unknown): { readonly code: ModelErrorCode | 'none'; readonly message: string } {
  try {
    work();
    return { code: 'none', message: '' };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Calls that change something on disk: between any two of them a process may die. */
export const CHANGING = ['mkdirSync', 'writeSync', 'renameSync', 'utimesSync', 'fsyncSync', 'unlinkSync'] as const;

/** Files that ask `before` ahead of each changing call; what it throws, the call throws. */
export function watched(before: (call: (typeof CHANGING)[number], path: unknown) => void): Files {
  const files: Record<string, unknown> = { ...FILES };
  for (const name of CHANGING) {
    // The signatures are those of node:fs; what is passed through is passed on unread.
    const real = FILES[name] as (...given: unknown[]) => unknown;
    files[name] = (...given: unknown[]) => {
      before(name, given[0]);
      return real(...given);
    };
  }
  return files as unknown as Files;
}

/** An error as the operating system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
