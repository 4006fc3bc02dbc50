import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A directory of recordings that only its owner may enter, bounded in bytes, files and age.
 *
 * Lines go to the newest file; when it is full or old a new one begins and the oldest go. One process writes to one
 * directory.
 */
export interface RecordingFilesOptions {
  readonly directory: string;
  /** All files together, in bytes. */
  readonly bytesMax: number;
  /** A record is deleted this long after it was written, or a FILES_MAXth of that later. */
  readonly ttlMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const FILES_MAX = 16;

export class RecordingFiles {
  readonly #options: RecordingFilesOptions;
  readonly #fileBytesMax: number;
  readonly #fileMsMax: number;
  #file: { readonly handle: FileHandle; readonly beganAt: number; bytes: number } | undefined;

  /**
   * Makes the directory where it is missing. Throws Error with a sentence for the operator where it cannot be used:
   * it is never closed to others here, because it may be somebody else's.
   */
  constructor(options: RecordingFilesOptions) {
    this.#options = options;
    this.#fileBytesMax = Math.floor(options.bytesMax / FILES_MAX);
    this.#fileMsMax = options.ttlMs / FILES_MAX;
    claim(options.directory);
    this.prune();
  }

  /** Appends whole lines. False where they are longer than a file may be. Rejects with the system's error. */
  async append(lines: string): Promise<boolean> {
    const bytes = new TextEncoder().encode(lines);
    if (bytes.length > this.#fileBytesMax) return false;
    const file = this.#file;
    const isOver =
      file !== undefined &&
      (file.bytes + bytes.length > this.#fileBytesMax || this.#options.now() - file.beganAt > this.#fileMsMax);
    if (isOver) await this.close();
    this.#file ??= await this.#begin();
    let written = 0;
    while (written < bytes.length) written += (await this.#file.handle.write(bytes, written)).bytesWritten;
    this.#file.bytes += bytes.length;
    return true;
  }

  /** Deletes what is too old, and the oldest where a full new file would be too much. */
  prune(): void {
    const { directory, bytesMax, ttlMs, now } = this.#options;
    const files = readdirSync(directory)
      .filter((name) => NAME.test(name))
      .sort()
      .flatMap((name) => {
        const stat = statSync(join(directory, name), { throwIfNoEntry: false });
        return stat ? [{ name, bytes: stat.size, at: stat.mtimeMs }] : [];
      });
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    let count = files.length;
    for (const file of files) {
      const isTooMuch = count >= FILES_MAX || bytes + this.#fileBytesMax > bytesMax;
      if (!isTooMuch && now() - file.at <= ttlMs) continue;
      unlinkSync(join(directory, file.name));
      bytes -= file.bytes;
      count -= 1;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async #begin() {
    this.prune();
    const beganAt = this.#options.now();
    const stamp = new Date(beganAt).toISOString().replace(/[-:.]/g, '');
    const name = `recording-${stamp}-${randomBytes(4).toString('hex')}.jsonl`;
    return { handle: await open(join(this.#options.directory, name), 'ax', 0o600), beganAt, bytes: 0 };
  }
}

const NAME = /^recording-\d{8}T\d{9}Z-[0-9a-f]{8}\.jsonl$/;

function claim(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { mode } = statSync(directory);
  if ((mode & 0o077) === 0) return;
  const is = (mode & 0o777).toString(8);
  throw new Error(
    `is open to others (mode ${is}); accepted: a directory of mode 700, or a path that does not exist yet`,
  );
}
