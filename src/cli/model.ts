import { resolve } from 'node:path';
import { createIndex, type ArchiveIndex } from '../models/archive.ts';
import { ModelError, type ModelErrorCode } from '../models/error.ts';
import { FILES } from '../models/files.ts';
import { loadArchive } from '../models/load.ts';
import { fullName, readFullName, readModelPath, shortName } from '../models/name.ts';
import { packModel } from '../models/pack.ts';
import { expectStore, findModel } from '../models/store.ts';
import { verifyArchive, type VerifyOptions } from '../models/verify.ts';
import { verifyStored } from '../models/verify-stored.ts';
import {
  expectations,
  isArchive,
  isModelName,
  modelName,
  modelsDirectory,
  progressOf,
  sizeText,
} from './model-command.ts';
import { runInspect } from './model-inspect.ts';
import { type Command, type CommandIo, EXIT_FINE, EXIT_FOUND, EXIT_USAGE } from './policy-command.ts';
import { chooseCommand, readArguments, UsageError } from './policy-command.ts';

/**
 * `bun run model …`: models as files with versions, from one Ollama's models directory into another's.
 *
 * Exit codes: 0 done; 1 refused, because the archive, the model or the store is not as it must be; 2 it could not be
 * done (wrong arguments, nothing there, no space, no permission). After 1 and 2 the store is as it was.
 */

const COMMANDS: Readonly<Record<string, Command>> = {
  pack: runPack,
  verify: runVerify,
  load: runLoad,
  pin: runPin,
  inspect: runInspect,
};

const USAGE = `bun run model COMMAND

  pack NAME [--models DIR] [--out FILE]        manifest and blobs in one file, and FILE.index.json, the part to sign
  verify FILE [--index FILE] [--digest D]      every digest, size, type and path; against a signed index or a pin
  verify NAME [--models DIR] [--digest D]      the same of a model where it stands: Ollama itself never looks again
  load FILE [--models DIR] [--replace]         into another models directory: all of it or nothing, while Ollama runs
       [--index FILE] [--digest D]             the same demands as verify, before anything is written
  pin NAME | FILE [--models DIR]               the entry for a ModelAllowlist
  inspect NAME | FILE [--models DIR]           licence, template, system prompt, parameters, and what is unusual

DIR is OLLAMA_MODELS or ~/.ollama/models where it is left out. --json prints what programs read.
An interrupted pack or load goes on where it ended when it is run again.
Exit codes: 0 done, 1 refused (archive, model or store is not as it must be), 2 it could not be done.`;

/** Runs one command. Never rejects for what an operator meets; the number is the process's exit code. */
export async function runModelCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const chosen = chooseCommand(argv, { commands: COMMANDS, usage: USAGE }, io);
  if (typeof chosen === 'number') return chosen;
  const { name, rest, command } = chosen;
  try {
    return await command(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ModelError)) throw error;
    const isJson = rest.includes('--json') && error instanceof ModelError;
    if (isJson) io.out(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    else io.error(`model ${name}: ${error.message}\n`);
    return error instanceof ModelError ? EXIT_CODES[error.code] : EXIT_USAGE;
  }
}

const EXIT_CODES: Readonly<Record<ModelErrorCode, number>> = {
  damaged: EXIT_FOUND,
  refused: EXIT_FOUND,
  conflict: EXIT_FOUND,
  missing: EXIT_USAGE,
  no_space: EXIT_USAGE,
  io: EXIT_USAGE,
};

async function runPack(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, { flags: ['json'], options: ['models', 'out'], words: [1, 1] });
  const name = modelName(words[0] ?? '');
  const models = modelsDirectory(io, options.get('models'));
  const out = options.get('out') ?? `${shortName(readModelPath(name)).replaceAll(/[/:]/g, '-')}.tar`;
  const packed = withProgress(io, (progress) => packModel(name, models, resolve(out), { progress }));
  const { index, size } = packed.layout;
  if (flags.has('json')) {
    io.out(`${JSON.stringify({ ...summary(index), file: out, indexFile: `${out}.index.json`, size })}\n`);
    return EXIT_FINE;
  }
  const resumed = packed.resumedBytes > 0 ? `, ${sizeText(packed.resumedBytes)} of it from an earlier run` : '';
  io.out(`${out}: ${index.name} ${index.digest}, ${sizeText(size)}${resumed}\n${out}.index.json: the part to sign\n`);
  return EXIT_FINE;
}

async function runVerify(argv: readonly string[], io: CommandIo): Promise<number> {
  const accepted = { flags: ['json'], options: ['models', 'index', 'digest'], words: [1, 1] } as const;
  const { words, flags, options } = readArguments(argv, accepted);
  const [word = ''] = words;
  const wanted = expectations(options);
  const { index, size } = withProgress(io, (progress) => verifyWord(word, io, options, { ...wanted, progress }));
  io.out(
    flags.has('json')
      ? `${JSON.stringify({ ...summary(index), file: word, size })}\n`
      : `${word}: ${index.name} ${index.digest}, ${index.blobs.length} blobs, ${sizeText(size)}: every byte is as it must be\n`,
  );
  return EXIT_FINE;
}

/** An archive if there is such a file, else a model where it stands. */
function verifyWord(
  word: string,
  io: CommandIo,
  options: ReadonlyMap<string, string>,
  wanted: VerifyOptions,
): { readonly index: ArchiveIndex; readonly size: number } {
  if (isArchive(word) || !isModelName(word)) return verifyArchive(word, wanted);
  if (wanted.index !== undefined) throw new UsageError('--index is for archives; a stored model has --digest');
  const index = verifyStored(word, modelsDirectory(io, options.get('models')), wanted);
  return { index, size: index.blobs.reduce((sum, blob) => sum + blob.size, index.manifest.size) };
}

async function runLoad(argv: readonly string[], io: CommandIo): Promise<number> {
  const accepted = { flags: ['json', 'replace'], options: ['models', 'index', 'digest'], words: [1, 1] } as const;
  const { words, flags, options } = readArguments(argv, accepted);
  const [file = ''] = words;
  const models = modelsDirectory(io, options.get('models'));
  const wanted = { ...expectations(options), replace: flags.has('replace') };
  const loaded = withProgress(io, (progress) => loadArchive(file, models, { ...wanted, progress }));
  if (flags.has('json')) {
    io.out(`${JSON.stringify(loaded)}\n`);
    return EXIT_FINE;
  }
  const { written, kept, repaired } = loaded.blobs;
  io.out(
    `${loaded.name} ${loaded.digest}: ${loaded.outcome}; ${written} blobs written, ${kept} were there` +
      `${repaired > 0 ? `, ${repaired} damaged ones replaced` : ''}\n`,
  );
  return EXIT_FINE;
}

async function runPin(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, { flags: ['json'], options: ['models'], words: [1, 1] });
  const [word = ''] = words;
  const index = isArchive(word)
    ? withProgress(io, (progress) => verifyArchive(word, { progress })).index
    : storedIndex(modelName(word), modelsDirectory(io, options.get('models')));
  const name = shortName(readFullName(index.name));
  if (flags.has('json')) io.out(`${JSON.stringify({ name, digest: index.digest })}\n`);
  else {
    // Names and digests hold letters, digits and . _ - / : alone, so plain quotes are enough.
    io.out(`- { name: '${name}', digest: '${index.digest}' }\n`);
    if (io.isTerminal) io.error('The line above belongs under spec.models of a ModelAllowlist.\n');
  }
  return EXIT_FINE;
}

function storedIndex(name: string, models: string): ArchiveIndex {
  expectStore(FILES, models);
  const wanted = readModelPath(name);
  const stored = findModel(FILES, models, wanted);
  if (stored === undefined) throw new ModelError('missing', `${models} has no model ${fullName(wanted)}`);
  return createIndex(stored.path, stored.manifestBytes);
}

function summary(index: ArchiveIndex) {
  return { name: index.name, digest: index.digest, blobs: index.blobs.length };
}

function withProgress<T>(io: CommandIo, work: (progress: ReturnType<typeof progressOf>['progress']) => T): T {
  const { progress, done } = progressOf(io);
  try {
    return work(progress);
  } finally {
    done();
  }
}
