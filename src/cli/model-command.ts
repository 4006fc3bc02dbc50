import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ioError, ModelError } from '../models/error.ts';
import type { Progress } from '../models/files.ts';
import { readModelPath } from '../models/name.ts';
import { type CommandIo, UsageError } from './policy-command.ts';

/** What the model commands share: where models are, what is said while gigabytes pass. */

/** The directory that is meant where none is named: Ollama's own rule. Throws UsageError where there is no home. */
export function modelsDirectory(io: CommandIo, named: string | undefined): string {
  const directory = named ?? io.environment['OLLAMA_MODELS']?.trim();
  if (directory) return directory;
  const home = io.environment['HOME'];
  if (!home) throw new UsageError('--models DIR is needed, or OLLAMA_MODELS or HOME in the environment');
  return join(home, '.ollama', 'models');
}

/** The word, if it can name a local model at all. Throws UsageError. */
export function modelName(word: string): string {
  try {
    readModelPath(word);
    return word;
  } catch (error) {
    throw error instanceof ModelError ? new UsageError(error.message) : error;
  }
}

/** True where a word can name a local model. */
export function isModelName(word: string): boolean {
  try {
    readModelPath(word);
    return true;
  } catch {
    return false;
  }
}

/** True where a word means an archive's file rather than a model's name: such a file is there, or it ends in `.tar`. */
export function isArchive(word: string): boolean {
  if (word.endsWith('.tar')) return true;
  try {
    return statSync(word).isFile();
  } catch {
    return false;
  }
}

/** Bytes of a detached index. */
const DETACHED_BYTES_MAX = 16 * 1024 * 1024;

/** What `--index` and `--digest` ask of an archive. Throws UsageError, ModelError. */
export function expectations(options: ReadonlyMap<string, string>): { index?: Uint8Array; digest?: string } {
  const indexFile = options.get('index');
  const digest = options.get('digest');
  if (digest !== undefined && !/^(sha256:)?[0-9a-fA-F]{64}$/.test(digest)) {
    throw new UsageError('--digest needs 64 hex digits, `sha256:` before them if you like');
  }
  return {
    ...(indexFile !== undefined && { index: readDetached(indexFile) }),
    ...(digest !== undefined && { digest }),
  };
}

function readDetached(path: string): Uint8Array {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > DETACHED_BYTES_MAX) throw new ModelError('refused', `${path} is no index`);
    return readFileSync(path);
  } catch (error) {
    throw ioError(`read ${path}`, error);
  }
}

const PROGRESS_MS = 200;

/** Progress on standard error where it is a terminal, redrawn at most five times a second; else nothing. */
export function progressOf(io: CommandIo): { readonly progress: Progress; done(): void } {
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    progress(step, done, total) {
      const nowMs = performance.now();
      if (!io.isTerminal || nowMs - drawnAtMs < PROGRESS_MS) return;
      drawnAtMs = nowMs;
      isDrawn = true;
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
      io.error(`\r\u001b[K${step} ${percent} % of ${sizeText(total)}`);
    },
    done() {
      if (isDrawn) io.error('\r\u001b[K');
      isDrawn = false;
    },
  };
}

/** Bytes in the unit that a person reads. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit] ?? ''}`;
}

/**
 * A model's own text for a terminal: lines stay lines, tabs tabs; every other control or invisible character is
 * spelled out, so that no text of a model's can move the cursor or hide a part of itself.
 */
export function printable(text: string, isHidden: (code: number) => boolean): string {
  let shown = '';
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    shown += isHidden(code) || code === 0x0d ? `\\u{${code.toString(16)}}` : character;
  }
  return shown;
}
