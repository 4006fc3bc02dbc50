/**
 * A mistake in a policy file: a value, never an exception, so that all of them can be told at once.
 *
 * Messages name what is wrong and what would be right. They repeat names that the file's author wrote (keys, kinds,
 * rule ids), never a value that could be a secret (key digests, exact values).
 */
export interface Problem {
  /** The file's name inside the directory, or `environment`. */
  readonly file: string;
  /** 1-based; 0 where there is no position, as in the environment. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** Where in the document: `spec.patterns.add[0].pattern`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
}

/** Policies that cannot be used: everything that is wrong with them. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `tools.yaml:9:7: spec.blok: unknown key; …`, the form that editors and terminals make clickable. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return problem.key ? `${place}: ${problem.key}: ${problem.message}` : `${place}: ${problem.message}`;
}

/** By file, then by position; stable, so that a run prints the same text twice. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.key, b.key),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A path into a document as its author reads it: `spec.rules.add[0].id`. */
export function formatPath(path: readonly PathKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text ? `.${key}` : key;
  }
  return text;
}

export type PathKey = string | number;

/** ` "x" is not one; did you mean …; accepted: …`: the nearest valid name first, then all of them. */
export function suggest(given: string, accepted: readonly string[]): string {
  const nearest = nearestName(given, accepted);
  const hint = nearest === undefined ? '' : `did you mean "${nearest}"? `;
  return `${hint}accepted: ${listNames(accepted)}`;
}

const NAMES_SHOWN_MAX = 24;
const NAMES_OF_MANY = 8;

function listNames(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN_MAX) return names.join(', ');
  return `${names.slice(0, NAMES_OF_MANY).join(', ')} and ${names.length - NAMES_OF_MANY} more`;
}

/**
 * The accepted name that is closest to what was given, or `undefined` when none is close: at most a third of its
 * letters wrong, case and `-`, `_` not counted.
 */
export function nearestName(given: string, accepted: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const name of accepted) {
    const distance = editDistance(plain(given), plain(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best !== undefined && bestDistance <= Math.max(1, Math.floor(best.length / 3)) ? best : undefined;
}

function plain(name: string): string {
  return name
    .slice(0, NAME_CHARACTERS_MAX)
    .toLowerCase()
    .replace(/[-_\s]/g, '');
}

const NAME_CHARACTERS_MAX = 64;

/** Damerau-Levenshtein with adjacent swaps; bounded by NAME_CHARACTERS_MAX on both sides. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Quotes a name for a message; long or odd text is cut, so that a file's content cannot flood a log line. */
export function quote(value: string): string {
  const text = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return JSON.stringify(text);
}
