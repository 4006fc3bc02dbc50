import { type ArchiveEntry, type ArchiveIndex, type ArchiveLayout, INDEX_BYTES_MAX, INDEX_PATH } from './archive.ts';
import { createIndex, encodeIndex, equalBytes, layOut, readIndex, sha256 } from './archive.ts';
import { ioError, ModelError, shown } from './error.ts';
import { FILES, type Files, hashRange, openRegular, type Progress, readFully, readRange, withFile } from './files.ts';
import { type Manifest, MANIFEST_BYTES_MAX, readConfig, readManifest } from './manifest.ts';
import { readFullName } from './name.ts';
import { BLOCK_BYTES, describeHeader, END_BYTES, entryHead, headerSize, padded } from './tar.ts';

export interface VerifyOptions {
  readonly files?: Files;
  readonly progress?: Progress;
  /** The detached index whose signature was checked: the archive's own must be the same bytes. */
  readonly index?: Uint8Array;
  /** The pin: what `/api/tags` must show, `sha256:` optional. */
  readonly digest?: string;
}

export interface OpenArchive {
  readonly fd: number;
  readonly layout: ArchiveLayout;
  readonly manifestBytes: Uint8Array;
  readonly manifest: Manifest;
}

/**
 * Checks every byte of an archive: framing, index, manifest, config, digests, sizes, media types, padding, end.
 * Reads it once, in constant memory. Throws ModelError with the first thing that is wrong.
 */
export function verifyArchive(path: string, options: VerifyOptions = {}): ArchiveLayout {
  return withArchive(path, options, (archive) => {
    verifyContents(archive, options);
    return archive.layout;
  });
}

/**
 * Opens an archive for `work` with all that is small verified: index, manifest, every header and the file's size.
 * Blob contents are not. Throws ModelError.
 */
export function withArchive<T>(path: string, options: VerifyOptions, work: (archive: OpenArchive) => T): T {
  const files = options.files ?? FILES;
  try {
    return withFile(files, openRegular(files, path), (fd) => work(openArchive(files, fd, options)));
  } catch (error) {
    throw ioError(`read ${path}`, error);
  }
}

/** Hashes every blob of an open archive and checks padding, config and end. Throws ModelError. */
export function verifyContents(archive: OpenArchive, options: VerifyOptions): void {
  const files = options.files ?? FILES;
  const { fd, layout } = archive;
  const total = layout.size;
  for (const entry of layout.entries) {
    const hasher = new Bun.CryptoHasher('sha256');
    let done = entry.contentAt;
    const count = hashRange(files, hasher, { fd, at: entry.contentAt }, entry.size, (bytes) => {
      done += bytes;
      options.progress?.('verify', done, total);
    });
    if (count < entry.size) throw truncated(entry.contentAt + count, total);
    const digest = hasher.digest('hex');
    if (digest !== entry.sha256) {
      throw new ModelError('damaged', `${entry.path} is damaged: its SHA-256 is ${digest}, not ${entry.sha256}`);
    }
    const end = entry.contentAt + entry.size;
    expectZeros(files, fd, end, entry.contentAt + padded(entry.size), `the padding behind ${entry.path}`);
  }
  expectZeros(files, fd, total - END_BYTES, total, 'the end of the archive');
  readConfig(readEntry(files, archive, archive.manifest.config.sha256));
}

/** A small blob of an open archive, checked against its digest. Throws ModelError. */
export function readEntry(files: Files, archive: OpenArchive, digest: string): Uint8Array {
  const entry = archive.layout.blobs.find((blob) => blob.sha256 === digest);
  if (entry === undefined) throw new ModelError('damaged', `The archive has no sha256-${digest}`);
  const bytes = readRange(files, { fd: archive.fd, at: entry.contentAt }, entry.size, entry.path);
  if (sha256(bytes) !== digest) throw new ModelError('damaged', `${entry.path} is damaged: its SHA-256 differs`);
  return bytes;
}

function openArchive(files: Files, fd: number, options: VerifyOptions): OpenArchive {
  const layout = layOut(readIndex(readIndexBytes(files, fd)));
  const { index, manifest: entry } = layout;
  for (const [at, expected] of layout.entries.entries()) expectHead(files, fd, expected, at + 1, layout.size);
  expectSize(files.fstatSync(fd).size, layout.size);
  if (entry.size > MANIFEST_BYTES_MAX)
    throw new ModelError('refused', `The manifest is larger than ${MANIFEST_BYTES_MAX} bytes`);
  const manifestBytes = readRange(files, { fd, at: entry.contentAt }, entry.size, entry.path);
  if (sha256(manifestBytes) !== entry.sha256)
    throw new ModelError('damaged', `${entry.path} is damaged: its SHA-256 differs`);
  const computed = encodeIndex(createIndex(readFullName(index.name), manifestBytes));
  if (!equalBytes(computed, layout.indexBytes)) {
    throw new ModelError(
      'damaged',
      'The index does not say what the manifest says: blobs, sizes, types or digest differ',
    );
  }
  expectPinned(layout, options);
  return { fd, layout, manifestBytes, manifest: readManifest(manifestBytes) };
}

/** The index is the first entry; only its own header says how long it is, and that header has one right spelling. */
function readIndexBytes(files: Files, fd: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const count = readFully(files, fd, block, 0);
  if (count === 0) throw new ModelError('damaged', 'The archive is empty');
  const size = headerSize(block);
  if (count < BLOCK_BYTES || size === undefined || !equalBytes(entryHead(INDEX_PATH, size), block)) {
    const found = describeHeader(block);
    const what = count < BLOCK_BYTES ? `${count} bytes` : `${found.kind} ${shown(found.name)}`;
    throw new ModelError('refused', `Not an archive of \`model pack\`: it begins with ${what}, not with ${INDEX_PATH}`);
  }
  if (size > INDEX_BYTES_MAX) throw new ModelError('refused', `The index is larger than ${INDEX_BYTES_MAX} bytes`);
  return readRange(files, { fd, at: BLOCK_BYTES }, size, INDEX_PATH);
}

function expectHead(files: Files, fd: number, entry: ArchiveEntry, number: number, total: number): void {
  const expected = entryHead(entry.path, entry.size);
  const found = new Uint8Array(expected.length);
  const count = readFully(files, fd, found, entry.headAt);
  if (count < found.length) throw truncated(Math.min(files.fstatSync(fd).size, entry.headAt + count), total);
  if (equalBytes(found, expected)) return;
  const { kind, name } = describeHeader(found.subarray(0, BLOCK_BYTES));
  const what = kind === 'a file' && name === entry.path ? 'a header with other fields' : `${kind} ${shown(name)}`;
  throw new ModelError('refused', `Entry ${number} must be the file ${shown(entry.path)}, but ${what} stands there`);
}

function expectSize(found: number, expected: number): void {
  if (found < expected) throw truncated(found, expected);
  if (found > expected) {
    throw new ModelError('refused', `${found - expected} bytes follow the end of the archive at byte ${expected}`);
  }
}

function expectPinned(layout: ArchiveLayout, options: VerifyOptions): void {
  if (options.index !== undefined && !equalBytes(options.index, layout.indexBytes)) {
    throw new ModelError('refused', 'The index given is not the index of this archive');
  }
  expectDigest(layout.index, options.digest);
}

/** Refuses a model whose digest is not the one given, if one is; `sha256:` before it is optional. Throws ModelError. */
export function expectDigest(index: ArchiveIndex, digest: string | undefined): void {
  if (digest === undefined) return;
  const wanted = digest.startsWith('sha256:') ? digest : `sha256:${digest}`;
  if (wanted.toLowerCase() !== index.digest) {
    throw new ModelError('refused', `The model's digest is ${index.digest}, not ${shown(wanted)}`);
  }
}

function expectZeros(files: Files, fd: number, start: number, end: number, what: string): void {
  const bytes = readRange(files, { fd, at: start }, end - start, what);
  if (bytes.some((byte) => byte !== 0)) throw new ModelError('refused', `Something stands in ${what}`);
}

function truncated(found: number, expected: number): ModelError {
  return new ModelError('damaged', `The archive is cut off: ${found} of ${expected} bytes are there`);
}
