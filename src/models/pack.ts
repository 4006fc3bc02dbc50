import { dirname } from 'node:path';
import { type ArchiveEntry, type ArchiveLayout, createIndex, encodeIndex, equalBytes, layOut } from './archive.ts';
import { ioError, ModelError } from './error.ts';
import {
  FILES,
  type Files,
  hashRange,
  openRegular,
  type Progress,
  readFully,
  readRange,
  syncDirectory,
} from './files.ts';
import { withFile, writeFully } from './files.ts';
import { type Layer, readConfig, readManifest } from './manifest.ts';
import { fullName, readModelPath } from './name.ts';
import { blobPath, expectStore, findModel } from './store.ts';
import { END_BYTES, entryHead, padded } from './tar.ts';

export interface PackOptions {
  readonly files?: Files;
  readonly progress?: Progress;
}

export interface Packed {
  readonly layout: ArchiveLayout;
  readonly indexFile: string;
  /** Bytes that an earlier, interrupted run had written already. */
  readonly resumedBytes: number;
}

/**
 * Packs a model of the store `models` into the file `out`, and writes the index to sign beside it.
 *
 * The same model gives the same bytes, on any machine. The archive grows in `OUT.partial` and gets its name when all is
 * written and every blob has hashed to its name; an interrupted run goes on where it ended. Throws ModelError.
 */
export function packModel(name: string, models: string, out: string, options: PackOptions = {}): Packed {
  const files = options.files ?? FILES;
  expectStore(files, models);
  const wanted = readModelPath(name);
  const stored = findModel(files, models, wanted);
  if (stored === undefined) throw new ModelError('missing', `${models} has no model ${fullName(wanted)}`);
  const layout = layOut(createIndex(stored.path, stored.manifestBytes));
  readConfig(readBlob(files, models, readManifest(stored.manifestBytes).config));

  const partial = `${out}.partial`;
  try {
    for (const path of [out, indexFileOf(out), partial]) expectReplaceable(files, path);
    const fd = openPartial(files, partial);
    const resumedBytes = withFile(files, fd, () => {
      const resumed = resumable(files, fd, layout);
      writeArchive({ files, fd, models, layout, have: resumed, manifestBytes: stored.manifestBytes, options });
      files.ftruncateSync(fd, layout.size);
      files.fsyncSync(fd);
      return resumed;
    });
    writeBeside(files, indexFileOf(out), layout.indexBytes);
    files.renameSync(partial, out);
    syncDirectory(files, dirname(out));
    return { layout, indexFile: indexFileOf(out), resumedBytes };
  } catch (error) {
    throw ioError(`write ${partial}`, error);
  }
}

/** Where the detached index of an archive stands. */
export function indexFileOf(archive: string): string {
  return `${archive}.index.json`;
}

/** A blob of a store, whole, checked against its size and name: for those that are small. Throws ModelError. */
export function readBlob(files: Files, models: string, { sha256, size }: Layer): Uint8Array {
  const file = blobPath(models, sha256);
  try {
    return withFile(files, openRegular(files, file), (fd) => {
      expectBlobSize(files, fd, file, size);
      const bytes = readRange(files, { fd, at: 0 }, size, file);
      if (new Bun.CryptoHasher('sha256').update(bytes).digest('hex') !== sha256) throw wrongBlob(file);
      return bytes;
    });
  } catch (error) {
    throw ioError(`read ${file}`, error);
  }
}

interface Writing {
  readonly files: Files;
  readonly fd: number;
  readonly models: string;
  readonly layout: ArchiveLayout;
  /** Bytes of the partial file to build on; 0 begins anew. */
  readonly have: number;
  readonly manifestBytes: Uint8Array;
  readonly options: PackOptions;
}

function writeArchive(writing: Writing): void {
  const { files, fd, layout } = writing;
  for (const entry of layout.entries) {
    writeFully(files, fd, entryHead(entry.path, entry.size), entry.headAt);
    if (entry === layout.manifest) writeFully(files, fd, writing.manifestBytes, entry.contentAt);
    else if (entry === layout.entries[0]) writeFully(files, fd, layout.indexBytes, entry.contentAt);
    else copyBlob(writing, entry);
    const end = entry.contentAt + entry.size;
    writeFully(files, fd, new Uint8Array(padded(entry.size) - entry.size), end);
  }
  writeFully(files, fd, new Uint8Array(END_BYTES), layout.size - END_BYTES);
}

function copyBlob(writing: Writing, entry: ArchiveEntry): void {
  const { files, models } = writing;
  const file = blobPath(models, entry.sha256);
  const source = openBlob(files, file);
  withFile(files, source, () => {
    expectBlobSize(files, source, file, entry.size);
    const have = Math.min(Math.max(writing.have - entry.contentAt, 0), entry.size);
    if (copyFrom(writing, entry, source, have)) return;
    // What an earlier run left was torn, by a power cut say; what the store has may still be whole.
    if (have === 0 || !copyFrom(writing, entry, source, 0)) throw wrongBlob(file);
  });
}

/** Takes the first `have` bytes from the partial file and the rest from the store; true where all hash to the name. */
function copyFrom(writing: Writing, entry: ArchiveEntry, source: number, have: number): boolean {
  const { files, fd, layout, options } = writing;
  const hasher = new Bun.CryptoHasher('sha256');
  let done = entry.contentAt;
  const onChunk = (bytes: number) => {
    done += bytes;
    options.progress?.('pack', done, layout.size);
  };
  hashRange(files, hasher, { fd, at: entry.contentAt }, have, onChunk);
  const to = { fd, at: entry.contentAt + have };
  hashRange(files, hasher, { fd: source, at: have }, entry.size - have, onChunk, to);
  return hasher.digest('hex') === entry.sha256;
}

/** The length of a partial file that begins with this very index, else 0. */
function resumable(files: Files, fd: number, layout: ArchiveLayout): number {
  const [first] = layout.entries;
  const found = new Uint8Array(first === undefined ? 0 : first.contentAt + first.size);
  readFully(files, fd, found, 0);
  const isOurs = first !== undefined && equalBytes(found.subarray(first.contentAt), encodeIndex(layout.index));
  return isOurs ? Math.min(files.fstatSync(fd).size, layout.size) : 0;
}

/** A rename would put the archive in the place of a device or a link just as well: `--out /dev/null`. */
function expectReplaceable(files: Files, path: string): void {
  try {
    if (files.lstatSync(path).isFile()) return;
  } catch (error) {
    if (ioError('look', error).code === 'missing') return;
    throw error;
  }
  throw new ModelError('conflict', `${path} is there and is not a regular file`);
}

function openPartial(files: Files, partial: string): number {
  try {
    return files.openSync(partial, 'r+');
  } catch {
    return files.openSync(partial, 'w+', 0o644);
  }
}

function openBlob(files: Files, file: string): number {
  try {
    return openRegular(files, file);
  } catch (error) {
    throw ioError(`read ${file}`, error);
  }
}

function writeBeside(files: Files, path: string, bytes: Uint8Array): void {
  const partial = `${path}.partial`;
  const fd = files.openSync(partial, 'w', 0o644);
  withFile(files, fd, () => {
    writeFully(files, fd, bytes, 0);
    files.fsyncSync(fd);
  });
  files.renameSync(partial, path);
}

function expectBlobSize(files: Files, fd: number, file: string, size: number): void {
  const found = files.fstatSync(fd).size;
  if (found !== size) throw new ModelError('damaged', `${file} has ${found} bytes, the manifest says ${size}`);
}

function wrongBlob(file: string): ModelError {
  return new ModelError('damaged', `${file} does not hash to its name: the store is damaged`);
}
