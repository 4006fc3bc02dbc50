import * as fs from 'node:fs';
import { ModelError } from './error.ts';

/**
 * The file system as packing and loading use it: the synchronous calls of `node:fs`, so that a test can let any one of
 * them fail or end the process there. Synchronous because a command does one thing: read, hash, write.
 */
export type Files = Pick<
  typeof fs,
  | 'closeSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statfsSync'
  | 'statSync'
  | 'unlinkSync'
  | 'utimesSync'
  | 'writeSync'
>;

export const FILES: Files = fs;

/** What is read, hashed and written at once: all the memory that a blob of any size needs. */
export const CHUNK_BYTES = 1024 * 1024;

/** Called after every chunk with the bytes done so far of `total`. */
export type Progress = (step: string, done: number, total: number) => void;

/** Opens an existing regular file for reading; anything else, a pipe or device included, is refused unopened. */
export function openRegular(files: Files, path: string): number {
  if (!files.statSync(path).isFile()) throw new ModelError('refused', `${path} is not a regular file`);
  return files.openSync(path, 'r');
}

/** Fills `buffer` from `position`; gives the bytes read, fewer only at the end of the file. */
export function readFully(files: Files, fd: number, buffer: Uint8Array, position: number): number {
  let done = 0;
  while (done < buffer.length) {
    const count = files.readSync(fd, buffer, done, buffer.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Writes all of `buffer` at `position`, however little the system takes at once. */
export function writeFully(files: Files, fd: number, buffer: Uint8Array, position: number): void {
  let done = 0;
  while (done < buffer.length) {
    done += files.writeSync(fd, buffer, done, buffer.length - done, position + done);
  }
}

export interface Range {
  readonly fd: number;
  /** Offset in bytes. */
  readonly at: number;
}

/**
 * Feeds `size` bytes of `from` to `hasher` and, if `to` is given, writes them there. Returns the bytes found, fewer
 * only where the file ends before. `onChunk` gets the bytes of each step.
 */
export function hashRange(
  files: Files,
  hasher: Bun.CryptoHasher,
  from: Range,
  size: number,
  onChunk: (bytes: number) => void,
  to?: Range,
): number {
  let done = 0;
  while (done < size) {
    const chunk = CHUNK.subarray(0, Math.min(CHUNK_BYTES, size - done));
    const count = readFully(files, from.fd, chunk, from.at + done);
    const found = chunk.subarray(0, count);
    hasher.update(found);
    if (to !== undefined) writeFully(files, to.fd, found, to.at + done);
    done += count;
    onChunk(count);
    if (count < chunk.length) break;
  }
  return done;
}

/** One buffer for all: nothing here runs at the same time as anything else. */
const CHUNK = new Uint8Array(CHUNK_BYTES);

/** Reads a whole small file, or a range of one. Throws ModelError `damaged` where it ends too early. */
export function readRange(files: Files, from: Range, size: number, what: string): Uint8Array {
  const bytes = new Uint8Array(size);
  const count = readFully(files, from.fd, bytes, from.at);
  if (count < size) throw new ModelError('damaged', `${what} ends after ${count} of ${size} bytes`);
  return bytes;
}

/** Runs `work` with an open file and closes it, whatever happens. */
export function withFile<T>(files: Files, fd: number, work: (fd: number) => T): T {
  try {
    return work(fd);
  } finally {
    files.closeSync(fd);
  }
}

/** Makes a rename in `directory` outlive a power cut. Some file systems refuse to sync a directory; then it is theirs. */
export function syncDirectory(files: Files, directory: string): void {
  const fd = files.openSync(directory, 'r');
  try {
    files.fsyncSync(fd);
  } catch {
    // EINVAL on some network file systems: durability is their own affair, order is kept by the renames.
  } finally {
    files.closeSync(fd);
  }
}

/** The size of a file, `undefined` where there is none. */
export function sizeOf(files: Files, path: string): number | undefined {
  try {
    const stat = files.statSync(path);
    return stat.isFile() ? stat.size : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a file if it is there. */
export function removeFile(files: Files, path: string): void {
  try {
    files.unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
