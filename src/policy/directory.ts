import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicySource } from './compile.ts';
import { FILE_BYTES_MAX } from './parse.ts';
import { PolicyError, type Problem } from './problem.ts';

/** Reads a policy directory: which files count, what they hold, and what is wrong with the others. */

const SETTLE_TRIES_MAX = 10;

/** Files in one directory, tests and policies together. */
const FILES_MAX = 500;

/** Reads a directory once, for the command line. Rejects with PolicyError where it cannot be used. */
export async function readPolicyDirectory(directory: string): Promise<readonly PolicySource[]> {
  return sourcesOf(await readDirectory(directory));
}

/** A directory as it was read: names, and texts or the reason why there is none. */
export interface Snapshot {
  readonly directory: string;
  readonly files: readonly { readonly file: string; readonly text?: string; readonly problem?: string }[];
  readonly problem?: string;
}

/** Which policy files a directory's entry names are, and what is wrong with the others. */
export function classifyFile(name: string): 'policy' | 'test' | 'ignored' | 'wrong_ending' {
  if (name.startsWith('.')) return 'ignored';
  if (name === 'kustomization.yaml' || name === 'kustomization.yml') return 'ignored';
  if (/\.test\.ya?ml$/.test(name)) return name.endsWith('.test.yaml') ? 'test' : 'wrong_ending';
  if (name.endsWith('.yaml')) return 'policy';
  return /\.(ya?ml|json)$/i.test(name) ? 'wrong_ending' : 'ignored';
}

/** How many times longer a file is watched that stops in the middle of a line. */
const UNFINISHED_FACTOR = 10;

/**
 * Reads until two reads, `settleMs` apart, agree, so that a file is hardly ever taken half written.
 *
 * Half a file is often a valid file with fewer rules. One that does not end with a line's end looks unfinished and must
 * stay the same for ten times as long. A writer that stalls for longer, right behind a line, cannot be told from one
 * that is done; what it writes then is read as the next change. Writing beside and renaming has no such gap.
 */
export async function readSettled(directory: string, settleMs: number): Promise<Snapshot> {
  let last = await readDirectory(directory);
  for (let tries = 0; tries < SETTLE_TRIES_MAX; tries++) {
    const isUnfinished = last.files.some(({ text }) => text !== undefined && !text.endsWith('\n'));
    await Bun.sleep(isUnfinished ? settleMs * UNFINISHED_FACTOR : settleMs);
    const next = await readDirectory(directory);
    if (Bun.deepEquals(next, last)) return next;
    last = next;
  }
  return last;
}

async function readDirectory(directory: string): Promise<Snapshot> {
  try {
    // A ConfigMap is a symlink to a dated directory: all files are read from the one that it names now.
    const data = await realpath(join(directory, '..data')).catch(() => realpath(directory));
    const names = (await readdir(data)).filter((name) => classifyFile(name) !== 'ignored').sort();
    if (names.length > FILES_MAX) return { directory, files: [], problem: `holds more than ${FILES_MAX} files` };
    const files = await Promise.all(names.map((name) => readOne(data, name)));
    return { directory, files };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { directory, files: [], problem: `cannot be read (${code})` };
  }
}

async function readOne(directory: string, file: string): Promise<Snapshot['files'][number]> {
  const kind = classifyFile(file);
  if (kind === 'test') return { file };
  if (kind === 'wrong_ending') return { file, problem: wrongEnding(file) };
  const path = join(directory, file);
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) {
    return { file, problem: `is larger than ${FILE_BYTES_MAX} bytes; split it into several files` };
  }
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch {
    return { file, problem: 'is not text in UTF-8' };
  }
}

function wrongEnding(file: string): string {
  const right = file.replace(/\.(yml|json|YAML|YML|JSON)$/i, '.yaml');
  return `is not read; policies are *.yaml files: rename it to ${right}, or move it elsewhere`;
}

/** The files to compile. Throws PolicyError with everything that is wrong with the directory itself. */
export function sourcesOf(snapshot: Snapshot): readonly PolicySource[] {
  const problems: Problem[] = [];
  const place = (file: string, message: string) => problems.push({ file, line: 0, column: 0, key: '', message });
  if (snapshot.problem) place('policies', `the directory ${snapshot.directory} ${snapshot.problem}`);
  const sources: PolicySource[] = [];
  for (const { file, text, problem } of snapshot.files) {
    if (problem !== undefined) place(file, problem);
    else if (text !== undefined) sources.push({ file, text });
  }
  if (problems.length === 0 && sources.length === 0) {
    place('policies', `the directory ${snapshot.directory} holds no policy; accepted: at least one *.yaml file`);
  }
  if (problems.length > 0) throw new PolicyError(problems);
  return sources;
}
