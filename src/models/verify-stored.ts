import { type ArchiveIndex, createIndex } from './archive.ts';
import { ioError, ModelError } from './error.ts';
import { FILES, hashRange, openRegular, withFile } from './files.ts';
import { readConfig, readManifest } from './manifest.ts';
import { fullName, readModelPath } from './name.ts';
import { readBlob } from './pack.ts';
import { blobPath, expectStore, findModel } from './store.ts';
import { expectDigest, type VerifyOptions } from './verify.ts';

/**
 * Hashes every file of a model where it stands. Ollama does that only when it downloads: a blob that was changed on
 * disk keeps its name, its model's digest and so its pin. Throws ModelError with the first thing that is wrong.
 */
export function verifyStored(name: string, models: string, options: VerifyOptions = {}): ArchiveIndex {
  const files = options.files ?? FILES;
  expectStore(files, models);
  const wanted = readModelPath(name);
  const stored = findModel(files, models, wanted);
  if (stored === undefined) throw new ModelError('missing', `${models} has no model ${fullName(wanted)}`);
  const index = createIndex(stored.path, stored.manifestBytes);
  expectDigest(index, options.digest);
  readConfig(readBlob(files, models, readManifest(stored.manifestBytes).config));
  const total = index.blobs.reduce((sum, blob) => sum + blob.size, 0);
  let done = 0;
  for (const { sha256, size } of index.blobs) {
    const file = blobPath(models, sha256);
    const hasher = new Bun.CryptoHasher('sha256');
    try {
      withFile(files, openRegular(files, file), (fd) => {
        const found = files.fstatSync(fd).size;
        if (found !== size) throw new ModelError('damaged', `${file} has ${found} bytes, the manifest says ${size}`);
        hashRange(files, hasher, { fd, at: 0 }, size, (bytes) => {
          done += bytes;
          options.progress?.('verify', done, total);
        });
      });
    } catch (error) {
      throw ioError(`read ${file}`, error);
    }
    if (hasher.digest('hex') !== sha256) throw new ModelError('damaged', `${file} does not hash to its name`);
  }
  return index;
}
