import { constants } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type ArchiveEntry, type ArchiveLayout, equalBytes } from './archive.ts';
import { ioError, ModelError } from './error.ts';
import { FILES, type Files, hashRange, openRegular, type Progress, sizeOf, syncDirectory } from './files.ts';
import { removeFile, withFile, writeFully } from './files.ts';
import { fullName, readFullName } from './name.ts';
import { expectStore, findModel } from './store.ts';
import { type OpenArchive, verifyContents, type VerifyOptions, withArchive } from './verify.ts';

export interface LoadOptions extends VerifyOptions {
  /** Put the model where another of its name stands. Without it that is a `conflict`. */
  readonly replace?: boolean;
}

export interface Loaded {
  /** In full. */
  readonly name: string;
  /** With `sha256:`, as `/api/tags` shows it from now on. */
  readonly digest: string;
  readonly outcome: 'loaded' | 'replaced' | 'unchanged';
  readonly blobs: { readonly written: number; readonly kept: number; readonly repaired: number };
  /** Bytes of blobs written by this run; what an earlier run had staged is not counted. */
  readonly writtenBytes: number;
}

/**
 * Files grow here, inside the store so that a rename puts them in place, and outside of `blobs`, where a starting
 * Ollama removes every older file whose name is no digest (`images.go`, PruneLayers).
 */
export const STAGING = '.llm-gateway';

/**
 * Puts the model of an archive into the store `models`, which an Ollama may be serving from meanwhile.
 *
 * The whole archive is verified before the first byte is written, and all blobs are staged before the first is put in
 * place; the manifest follows last, by one rename. So whenever this ends - refused, full disk, kill -9 - the store has
 * either the model from before or the new one, and running it again goes on where it ended. Throws ModelError.
 *
 * Two runs at once do no harm: both write the same verified bytes to the same places.
 */
export function loadArchive(path: string, models: string, options: LoadOptions = {}): Loaded {
  const files = options.files ?? FILES;
  expectStore(files, models);
  return withArchive(path, options, (archive) => {
    verifyContents(archive, options);
    try {
      return loadVerified(files, archive, models, options);
    } catch (error) {
      throw ioError(`load into ${models}`, error);
    }
  });
}

function loadVerified(files: Files, archive: OpenArchive, models: string, options: LoadOptions): Loaded {
  const { layout } = archive;
  const outcome = outcomeFor(files, archive, models, options);
  const states = layout.blobs.map((entry) => ({ entry, state: stateOf(files, models, entry, options.progress) }));
  const wanting = states.filter(({ state }) => state !== 'whole').map(({ entry }) => entry);
  let writtenBytes = 0;
  if (wanting.length > 0 || outcome !== 'unchanged') {
    expectSpace(files, models, wanting);
    try {
      files.mkdirSync(join(models, STAGING), { recursive: true });
      for (const entry of wanting) writtenBytes += stageBlob(files, archive, models, entry, options.progress);
      commit(files, archive, models, wanting);
    } finally {
      cleanStaging(files, models, layout);
    }
  }
  const count = (wanted: string) => states.filter(({ state }) => state === wanted).length;
  return {
    name: layout.index.name,
    digest: layout.index.digest,
    outcome,
    blobs: { written: count('missing'), kept: count('whole'), repaired: count('damaged') },
    writtenBytes,
  };
}

function outcomeFor(files: Files, archive: OpenArchive, models: string, options: LoadOptions): Loaded['outcome'] {
  const { index } = archive.layout;
  const path = readFullName(index.name);
  const stored = findModel(files, models, path);
  if (stored === undefined) return 'loaded';
  const spelled = fullName(stored.path);
  if (spelled !== index.name) {
    throw new ModelError('conflict', `The store spells this model ${spelled}; Ollama could not tell the two apart`);
  }
  if (equalBytes(stored.manifestBytes, archive.manifestBytes)) return 'unchanged';
  if (options.replace === true) return 'replaced';
  throw new ModelError('conflict', `Another model stands at ${index.name}; --replace puts this one in its place`);
}

/** What the store has of a blob. It is hashed, because Ollama never does: a damaged file would keep its name. */
function stateOf(
  files: Files,
  models: string,
  entry: ArchiveEntry,
  progress?: Progress,
): 'whole' | 'damaged' | 'missing' {
  const file = join(models, entry.path);
  const size = sizeOf(files, file);
  if (size === undefined) return 'missing';
  if (size !== entry.size) return 'damaged';
  const hasher = new Bun.CryptoHasher('sha256');
  let done = 0;
  withFile(files, openRegular(files, file), (fd) =>
    hashRange(files, hasher, { fd, at: 0 }, entry.size, (bytes) => {
      done += bytes;
      progress?.('compare', done, entry.size);
    }),
  );
  return hasher.digest('hex') === entry.sha256 ? 'whole' : 'damaged';
}

/** Fails before anything is written where the file system says that it will not fit. */
function expectSpace(files: Files, models: string, wanting: readonly ArchiveEntry[]): void {
  const needed = wanting.reduce((sum, entry) => sum + entry.size - (sizeOf(files, staged(models, entry)) ?? 0), 0);
  const { bavail, bsize } = files.statfsSync(models);
  const free = bavail * bsize;
  if (needed > free) {
    throw new ModelError('no_space', `${models} has ${free} bytes free, the model needs ${needed}`);
  }
}

/** Writes one blob into staging and proves what was written; gives the bytes written. Goes on from what is there. */
function stageBlob(
  files: Files,
  archive: OpenArchive,
  models: string,
  entry: ArchiveEntry,
  progress?: Progress,
): number {
  const file = staged(models, entry);
  const have = Math.min(sizeOf(files, file) ?? 0, entry.size);
  if (writeStaged(files, archive, file, entry, have, progress)) return entry.size - have;
  // What an earlier run left was torn. A new file, since another run may hold the old one open.
  removeFile(files, file);
  if (have > 0 && writeStaged(files, archive, file, entry, 0, progress)) return entry.size;
  throw new ModelError('damaged', `${entry.path} changed while it was read`);
}

function writeStaged(
  files: Files,
  archive: OpenArchive,
  file: string,
  entry: ArchiveEntry,
  have: number,
  progress?: Progress,
): boolean {
  // Never through a link: what is staged is a file of its own.
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  return withFile(files, files.openSync(file, flags, 0o644), (fd) => {
    const hasher = new Bun.CryptoHasher('sha256');
    let done = 0;
    const onChunk = (bytes: number) => {
      done += bytes;
      progress?.('load', entry.headAt + done, archive.layout.size);
    };
    const source = { fd: archive.fd, at: entry.contentAt + have };
    hashRange(files, hasher, { fd, at: 0 }, have, onChunk);
    hashRange(files, hasher, source, entry.size - have, onChunk, { fd, at: have });
    if (hasher.digest('hex') !== entry.sha256 || files.fstatSync(fd).size !== entry.size) return false;
    files.fsyncSync(fd);
    return true;
  });
}

/** Blobs first, manifest last. All renames are within one file system and need no space worth the name. */
function commit(files: Files, archive: OpenArchive, models: string, wanting: readonly ArchiveEntry[]): void {
  const { blobs } = archive.layout;
  files.mkdirSync(join(models, 'blobs'), { recursive: true });
  for (const entry of wanting) placeBlob(files, models, entry);
  // A starting Ollama removes blobs that no manifest names and that are older than an hour, the kept ones included.
  const now = new Date();
  for (const entry of blobs) touch(files, join(models, entry.path), now);
  syncDirectory(files, join(models, 'blobs'));
  placeManifest(files, archive, models);
  const lost = blobs.find((entry) => sizeOf(files, join(models, entry.path)) !== entry.size);
  if (lost !== undefined) {
    throw new ModelError('conflict', `${lost.path} was removed meanwhile, by a starting Ollama say; load once more`);
  }
}

function placeManifest(files: Files, archive: OpenArchive, models: string): void {
  const { manifest } = archive.layout;
  // A name of this run's own: what another run renames into place must not be what this one still writes.
  const file = join(models, STAGING, `${manifest.sha256}.${randomUUID()}.partial`);
  withFile(files, files.openSync(file, 'wx', 0o644), (fd) => {
    writeFully(files, fd, archive.manifestBytes, 0);
    files.fsyncSync(fd);
  });
  const directories = ancestors(manifest.path).map((directory) => join(models, directory));
  files.mkdirSync(directories[0] ?? models, { recursive: true });
  files.renameSync(file, join(models, manifest.path));
  for (const directory of directories) syncDirectory(files, directory);
}

/** The directories of a relative path, the innermost first, up to the store itself. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return [...parts.map((_part, index) => parts.slice(0, parts.length - index).join('/')), '.'];
}

function placeBlob(files: Files, models: string, entry: ArchiveEntry): void {
  try {
    files.renameSync(staged(models, entry), join(models, entry.path));
  } catch (error) {
    // Another run was faster: then the blob stands there, verified by that run.
    if (sizeOf(files, join(models, entry.path)) !== entry.size) throw error;
  }
}

/** A store's blobs may belong to another user than the one who loads; then their time stays. */
function touch(files: Files, path: string, now: Date): void {
  try {
    files.utimesSync(path, now, now);
  } catch {
    // Only an Ollama that starts in this very moment could remove it, and the check at the end sees that.
  }
}

/** Leaves nothing behind, so that a full disk is no fuller than before. */
function cleanStaging(files: Files, models: string, { blobs, manifest }: ArchiveLayout): void {
  try {
    for (const name of files.readdirSync(join(models, STAGING))) {
      const isOurs = [...blobs, manifest].some((entry) => name.startsWith(`${entry.sha256}.`));
      if (isOurs) removeFile(files, join(models, STAGING, name));
    }
    files.rmdirSync(join(models, STAGING));
  } catch {
    // Other runs may use the directory; what stays there is resumed or harmless, and no store reads it.
  }
}

function staged(models: string, entry: ArchiveEntry): string {
  return join(models, STAGING, `${entry.sha256}.partial`);
}
