import { join } from 'node:path';
import { ioError, ModelError, shown } from './error.ts';
import { type Files, readRange, withFile, openRegular } from './files.ts';
import { MANIFEST_BYTES_MAX } from './manifest.ts';
import { fullName, manifestPath, readFullName, type ModelPath } from './name.ts';

/**
 * A models directory of Ollama's (`OLLAMA_MODELS`): `manifests/HOST/NAMESPACE/MODEL/TAG` and `blobs/sha256-…`.
 * Ollama reads it anew at each look-up, so what is put in place here needs no restart.
 */

/** A model as it stands in a store. */
export interface StoredModel {
  /** In the letters' case of the store. */
  readonly path: ModelPath;
  readonly manifestBytes: Uint8Array;
}

/** Where a blob stands in a store. */
export function blobPath(models: string, sha256: string): string {
  return join(models, 'blobs', `sha256-${sha256}`);
}

/** Refuses what is no directory, so that a slip in a path makes no second store. Throws ModelError. */
export function expectStore(files: Files, models: string): void {
  let isDirectory = false;
  try {
    isDirectory = files.statSync(models).isDirectory();
  } catch (error) {
    throw ioError(`find the models directory ${models}`, error);
  }
  if (!isDirectory) throw new ModelError('missing', `${models} is not a directory`);
}

/**
 * Finds a model by name as Ollama does, without regard to the case of letters. `undefined` where there is none.
 * Throws ModelError `refused` where two spellings stand there: which of them would run is nobody's to guess.
 */
export function findModel(files: Files, models: string, wanted: ModelPath): StoredModel | undefined {
  let found = ['manifests'];
  for (const part of [wanted.host, wanted.namespace, wanted.model, wanted.tag]) {
    found = found.flatMap((directory) =>
      namesIn(files, join(models, directory))
        .filter((name) => name.toLowerCase() === part.toLowerCase())
        .map((name) => `${directory}/${name}`),
    );
  }
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (second !== undefined)
    throw new ModelError('refused', `The store has two spellings: ${shown(first)}, ${shown(second)}`);
  const [, host = '', namespace = '', model = '', tag = ''] = first.split('/');
  const path = readFullName(fullName({ host, namespace, model, tag }));
  return { path, manifestBytes: readManifestFile(files, models, path) };
}

function readManifestFile(files: Files, models: string, path: ModelPath): Uint8Array {
  const file = join(models, manifestPath(path));
  try {
    return withFile(files, openRegular(files, file), (fd) => {
      const { size } = files.fstatSync(fd);
      if (size > MANIFEST_BYTES_MAX)
        throw new ModelError('refused', `${file} is larger than ${MANIFEST_BYTES_MAX} bytes`);
      return readRange(files, { fd, at: 0 }, size, file);
    });
  } catch (error) {
    throw ioError(`read ${file}`, error);
  }
}

function namesIn(files: Files, directory: string): string[] {
  try {
    return files.readdirSync(directory);
  } catch (error) {
    const failure = ioError(`list ${directory}`, error);
    // What may not be listed may well be there: only what is truly missing counts as empty.
    if (failure.code === 'missing') return [];
    throw failure;
  }
}
