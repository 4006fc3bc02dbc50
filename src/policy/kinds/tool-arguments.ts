import { readJson } from '../../core/json.ts';
import { toValue } from '../../core/json-nodes.ts';
import type { PolicyDocument } from '../document.ts';
import type { CompileHost } from '../kind.ts';
import { compilePatterns, type Patterns } from '../patterns.ts';
import type { PathKey } from '../problem.ts';
import type { ArgumentEntry } from './tool-permissions.ts';

/**
 * Rules on the arguments of a tool call: where a value stands, and what it must or must not look like.
 *
 * `$.a.b[0].c` and `[*]` for any item; every string, number and yes-or-no at or under the place is judged. What cannot
 * be judged (arguments that are no object, a missing value under `allow`) counts against the call.
 */
export interface ArgumentRule {
  readonly id: string;
  readonly tool: string;
  readonly steps: readonly (string | number | typeof ANY_ITEM)[];
  readonly allow: Patterns | undefined;
  readonly deny: Patterns | undefined;
  readonly missingIsFine: boolean;
  /** The patterns as they were written, for decisions. */
  readonly sources: readonly string[];
}

const ANY_ITEM = Symbol('any item');

/** Values judged for one rule and call; more than these count against it. */
const VALUES_MAX = 10_000;
const DEPTH_MAX = 64;

/** Compiles one entry; reports and returns `undefined` where it cannot be used. */
export function compileArgumentRule(
  document: PolicyDocument,
  path: readonly PathKey[],
  entry: ArgumentEntry,
  host: CompileHost,
): ArgumentRule | undefined {
  if (entry.allow === undefined && entry.deny === undefined) {
    host.report(document, path, 'needs allow, deny or both; without them it has no effect');
    return undefined;
  }
  const steps = parseSteps(entry.path);
  if (steps === undefined) {
    host.report(document, [...path, 'path'], 'is not a path; accepted: $.url, $.items[0].name, $.items[*], $');
  }
  const allow =
    entry.allow === undefined ? undefined : compilePatterns(document, [...path, 'allow'], entry.allow, host);
  const deny = entry.deny === undefined ? undefined : compilePatterns(document, [...path, 'deny'], entry.deny, host);
  if (steps === undefined) return undefined;
  return {
    id: entry.id ?? 'arguments',
    tool: entry.tool,
    steps,
    allow,
    deny,
    missingIsFine: (entry.onMissing ?? (entry.allow === undefined ? 'allow' : 'deny')) === 'allow',
    sources: [entry.allow, entry.deny].filter((source) => source !== undefined),
  };
}

/** A path as operators write it; `undefined` for what is none. Runs while loading only. */
function parseSteps(path: string): ArgumentRule['steps'] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number | typeof ANY_ITEM)[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const step = /^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,6})\]|\[(\*)\]|\['([^'\]]+)'\])/.exec(rest);
    if (!step) return undefined;
    const [whole, key, index, star, quoted] = step;
    steps.push(star ? ANY_ITEM : index === undefined ? (key ?? quoted ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** True where the call may go on by this rule. */
export function judgeArguments(rule: ArgumentRule, decoded: unknown): boolean {
  const value = typeof decoded === 'string' ? parseText(decoded) : decoded;
  if (typeof value !== 'object' || value === null) return value === undefined && rule.missingIsFine;
  const leaves: string[] = [];
  if (!collect(value, rule.steps, 0, leaves)) return false;
  if (leaves.length === 0) return rule.missingIsFine;
  return leaves.every((leaf) => !rule.deny?.test(leaf) && (rule.allow?.test(leaf) ?? true));
}

/** Arguments that arrive as JSON text; what is none cannot be judged. */
function parseText(text: string): unknown {
  try {
    // Strictly, so that no tool reads another value than was judged (a key twice).
    return toValue(readJson(text));
  } catch {
    return null;
  }
}

/** Adds all leaves at or under the path. False when there are more than can be judged. */
function collect(value: unknown, steps: ArgumentRule['steps'], at: number, leaves: string[]): boolean {
  if (leaves.length > VALUES_MAX) return false;
  const step = steps[at];
  if (step === undefined) return collectLeaves(value, leaves, 0);
  if (typeof value !== 'object' || value === null) return true;
  if (step === ANY_ITEM) return Object.values(value).every((item) => collect(item, steps, at + 1, leaves));
  if (Array.isArray(value)) return typeof step === 'number' ? collect(value[step], steps, at + 1, leaves) : true;
  // A tool that folds the case of its keys would read these too.
  const folded = String(step).toLowerCase();
  const entries = Object.entries(value).filter(([key]) => key.toLowerCase() === folded);
  return entries.every(([, item]) => collect(item, steps, at + 1, leaves));
}

function collectLeaves(value: unknown, leaves: string[], depth: number): boolean {
  if (leaves.length > VALUES_MAX || depth > DEPTH_MAX) return false;
  if (typeof value === 'string') leaves.push(value);
  else if (typeof value === 'number' || typeof value === 'boolean') leaves.push(String(value));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (!Array.isArray(value)) leaves.push(key);
      if (!collectLeaves(item, leaves, depth + 1)) return false;
    }
  }
  return true;
}
