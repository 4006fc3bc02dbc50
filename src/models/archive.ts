import { decodeUtf8, JsonError, readJson } from '../core/json.ts';
import { toValue } from '../core/json-nodes.ts';
import { ModelError } from './error.ts';
import { isSha256, readManifest, tagsDigest } from './manifest.ts';
import { fullName, manifestPath, readFullName, type ModelPath } from './name.ts';
import { END_BYTES, entryHead, padded } from './tar.ts';

/**
 * What an archive looks like. It is a function of its index, and the index a function of the model's name and manifest:
 *
 *   llm-gateway-model.json    the index, also written beside the archive: the small file to sign
 *   blobs/sha256-…            config and layers, in the manifest's order, each once
 *   manifests/…               last, so that even a plain `tar -x` into a store puts it after what it needs
 *
 * So a reader never asks the archive what comes next. It computes the bytes that must stand there and compares; of an
 * archive's own words only the index is read, and that is computed anew from the manifest and compared as well.
 */

export const INDEX_PATH = 'llm-gateway-model.json';
export const INDEX_FORMAT = 'llm-gateway/model-archive/v1';
/** Room for the index of the largest manifest. */
export const INDEX_BYTES_MAX = 16 * 1024 * 1024;

/** The signable statement: which model, with which digest, of which files. */
export interface ArchiveIndex {
  readonly format: typeof INDEX_FORMAT;
  /** In full: `registry.ollama.ai/library/smollm2:135m`. */
  readonly name: string;
  /** As `/api/tags` shows it and `ModelAllowlist` pins it, with `sha256:` before it. */
  readonly digest: string;
  readonly manifest: { readonly path: string; readonly sha256: string; readonly size: number };
  readonly blobs: readonly { readonly sha256: string; readonly size: number; readonly mediaType: string }[];
}

export interface ArchiveEntry {
  readonly path: string;
  readonly sha256: string;
  /** Bytes of content. */
  readonly size: number;
  /** Offsets in bytes; the content is padded to whole blocks. */
  readonly headAt: number;
  readonly contentAt: number;
}

export interface ArchiveLayout {
  readonly index: ArchiveIndex;
  readonly indexBytes: Uint8Array;
  /** In the order of the archive: index, blobs, manifest. */
  readonly entries: readonly ArchiveEntry[];
  readonly blobs: readonly ArchiveEntry[];
  readonly manifest: ArchiveEntry;
  /** Bytes of the whole archive. */
  readonly size: number;
}

/** The index of a model. Throws ModelError for a manifest that is not accepted. */
export function createIndex(path: ModelPath, manifestBytes: Uint8Array): ArchiveIndex {
  const { blobs } = readManifest(manifestBytes);
  return {
    format: INDEX_FORMAT,
    name: fullName(path),
    digest: `sha256:${tagsDigest(manifestBytes)}`,
    manifest: { path: manifestPath(path), sha256: sha256(manifestBytes), size: manifestBytes.length },
    blobs: blobs.map(({ sha256, size, mediaType }) => ({ sha256, size, mediaType })),
  };
}

/** The index's one spelling. */
export function encodeIndex(index: ArchiveIndex): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`);
}

/**
 * Reads an index as far as a layout needs it: every path is built here from checked parts. Whether it tells the truth
 * shows when `createIndex` over the archive's manifest gives the same bytes. Throws ModelError.
 */
export function readIndex(bytes: Uint8Array): ArchiveIndex {
  const value = record(parse(bytes), 'the index');
  if (value['format'] !== INDEX_FORMAT) throw damagedIndex(`its format is not ${INDEX_FORMAT}`);
  const name = readFullName(text(value['name'], 'name'));
  const manifest = record(value['manifest'], 'manifest');
  const blobs = Array.isArray(value['blobs']) ? value['blobs'] : [];
  const index: ArchiveIndex = {
    format: INDEX_FORMAT,
    name: fullName(name),
    digest: text(value['digest'], 'digest'),
    manifest: { path: manifestPath(name), sha256: hex(manifest['sha256']), size: bytesOf(manifest['size']) },
    blobs: blobs.map((item) => {
      const blob = record(item, 'a blob');
      return {
        sha256: hex(blob['sha256']),
        size: bytesOf(blob['size']),
        mediaType: text(blob['mediaType'], 'mediaType'),
      };
    }),
  };
  if (!equalBytes(encodeIndex(index), bytes)) throw damagedIndex('it is not spelled as this program spells it');
  return index;
}

/** Where everything stands. Throws ModelError where sizes add up to more than can be counted exactly. */
export function layOut(index: ArchiveIndex): ArchiveLayout {
  const indexBytes = encodeIndex(index);
  let at = 0;
  const place = (path: string, digest: string, size: number): ArchiveEntry => {
    const contentAt = at + entryHead(path, size).length;
    const entry = { path, sha256: digest, size, headAt: at, contentAt };
    at = contentAt + padded(size);
    return entry;
  };
  const first = place(INDEX_PATH, sha256(indexBytes), indexBytes.length);
  const blobs = index.blobs.map((blob) => place(`blobs/sha256-${blob.sha256}`, blob.sha256, blob.size));
  const manifest = place(index.manifest.path, index.manifest.sha256, index.manifest.size);
  const size = at + END_BYTES;
  if (!Number.isSafeInteger(size)) throw damagedIndex('its sizes add up to more than any file');
  return { index, indexBytes, entries: [first, ...blobs, manifest], blobs, manifest, size };
}

export function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return toValue(readJson(decodeUtf8(bytes)));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw damagedIndex(`it is not acceptable JSON (${error.code} at offset ${error.offset})`);
  }
}

function damagedIndex(why: string): ModelError {
  return new ModelError('damaged', `The archive's index is not acceptable: ${why}`);
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damagedIndex(`${what} is not an object`);
  // An object of toValue: string keys, no prototype.
  return value as Readonly<Record<string, unknown>>;
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw damagedIndex(`${what} is not a string`);
  return value;
}

function hex(value: unknown): string {
  if (typeof value !== 'string' || !isSha256(value)) throw damagedIndex('a sha256 is not 64 lower-case hex digits');
  return value;
}

function bytesOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw damagedIndex('a size is not in bytes');
  return value;
}
