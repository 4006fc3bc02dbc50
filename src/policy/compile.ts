import { createHash, createHmac } from 'node:crypto';
import { effectiveMode, type Mode, type PolicyIdentity } from '../core/decision.ts';
import { BoundedCache } from './cache.ts';
import type { Guard, GuardOptions } from '../detectors/guard/index.ts';
import { CATALOGUE, SHIPPED_WEIGHTS } from '../detectors/injection/index.ts';
import { piiRules, secretRules } from '../redaction/rules/index.ts';
import type { ExactValue, RedactionRule } from '../redaction/rule.ts';
import type { PolicyDocument } from './document.ts';
import { type CompileCache, type CompiledKind, type CompileHost, ENVIRONMENT, type PolicyEnvironment } from './kind.ts';
import type { PolicyKind } from './kind.ts';
import type { Counters } from './limits/buckets.ts';
import type { Queues } from './limits/queue.ts';
import { POLICY_KINDS } from './kinds/index.ts';
import { applies } from './match.ts';
import { parsePolicyFile } from './parse.ts';
import { formatPath, PolicyError, type Problem, sortProblems } from './problem.ts';
import type { Admission, ModelIdentity, PolicySet, PolicySummary, Principal, Stage } from '../core/stage.ts';

/**
 * Files and environment to one immutable PolicySet, or every mistake at once.
 *
 * Pure but for what its `world` gives it. Cost is that of parsing and of compiling rules that `world.cache` has not
 * seen; selecting stages for an exchange is a map look-up.
 */

export interface PolicySource {
  /** Name inside the directory, as problems show it. */
  readonly file: string;
  readonly text: string;
}

/** Everything that compiling needs of the outside. */
export interface PolicyWorld {
  readonly environment: PolicyEnvironment;
  /** Reads a mounted value or key file. Throws where it cannot be read. */
  readonly readSecretFile: (file: string) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Random, and the same for the life of the process: canaries are made of it. */
  readonly markKey: string;
  /** Makes a guard that can reach its model. */
  readonly makeGuard: (options: GuardOptions) => Guard;
  /** They outlive the set, so that a reload neither forgives nor forgets. */
  readonly counters: Counters;
  readonly queues: Queues;
  readonly cache: CompileCache;
}

/** A stage cache never holds more than this many model and caller pairs. */
const SELECTIONS_MAX = 2048;

/** Hex digits of a canary: 64 bits. */
const MARK_CHARACTERS = 16;

const SECRET_FILE_CHARACTERS_MAX = 65_536;

/** Compiles a set. Throws PolicyError with every mistake found. */
export function compilePolicies(sources: readonly PolicySource[], world: PolicyWorld): PolicySet {
  const problems: Problem[] = [];
  const written = sources.flatMap((source) => {
    const parsed = parsePolicyFile(source.file, source.text, POLICY_KINDS);
    problems.push(...parsed.problems);
    return parsed.documents;
  });
  reportSharedNames(written, problems);
  const warnings: string[] = [];
  const host = createHost(world, problems, warnings);
  const kinds = POLICY_KINDS.map((kind) => compileKind(kind, written, host));
  if (problems.length > 0) throw new PolicyError(sortProblems(problems));
  for (const document of written) warnUnknownCallers(document, kinds, host);
  const set = createSet(kinds, host, warnings, hashOf(sources, world.environment));
  redactionRules.set(set, rulesToDisguise(kinds));
  return set;
}

/** Beside the sets and not in them: only recordings ask. */
const redactionRules = new WeakMap<PolicySet, readonly (RedactionRule | ExactValue)[]>();

/** The redaction rules that a set's recordings keep to themselves: its own, and every built-in one that it leaves out. */
export function redactionRulesOf(set: PolicySet): readonly (RedactionRule | ExactValue)[] {
  return redactionRules.get(set) ?? [...secretRules, ...piiRules];
}

function rulesToDisguise(kinds: readonly LoadedKind[]): readonly (RedactionRule | ExactValue)[] {
  const own = kinds.flatMap(({ compiled }) => [...(compiled.redactionRules ?? [])]);
  const known = new Set(own.map(({ id }) => id));
  return [...own, ...[...secretRules, ...piiRules].filter(({ id }) => !known.has(id))];
}

interface LoadedKind {
  readonly kind: PolicyKind;
  readonly documents: readonly PolicyDocument[];
  readonly compiled: CompiledKind;
}

function compileKind(kind: PolicyKind, written: readonly PolicyDocument[], host: CompileHost): LoadedKind {
  const own = written.filter((document) => document.kind === kind.kind);
  const documents = [...(kind.environmentDocuments?.(host.environment) ?? []), ...own];
  return { kind, documents, compiled: kind.compile(documents, host) };
}

function reportSharedNames(documents: readonly PolicyDocument[], problems: Problem[]): void {
  const seen = new Map<string, PolicyDocument>();
  for (const document of documents) {
    const other = seen.get(document.name);
    const reason =
      document.name === ENVIRONMENT
        ? 'is the name of what environment variables say; accepted: any other name'
        : other && `is the name of a policy in ${other.file} too; accepted: a name of its own`;
    if (reason) {
      const path = ['metadata', 'name'];
      problems.push({
        file: document.file,
        ...document.locate(path, 'value'),
        key: formatPath(path),
        message: reason,
      });
    }
    seen.set(document.name, document);
  }
}

/** A caller that nobody can be: a word and no mistake, because its Access policy may come later. */
function warnUnknownCallers(document: PolicyDocument, kinds: readonly LoadedKind[], host: CompileHost): void {
  const known = new Set(['anonymous', 'default', ...kinds.flatMap(({ compiled }) => [...(compiled.callers ?? [])])]);
  const { match } = document.spec;
  for (const name of [...(match?.callers ?? []), ...(match?.except?.callers ?? [])]) {
    if (!name.includes('*') && !known.has(name)) {
      host.warn(`${document.name}: names the caller ${name}, whom no Access policy knows`);
    }
  }
}

function createHost(world: PolicyWorld, problems: Problem[], warnings: string[]): CompileHost {
  const identities = new Map<PolicyDocument, PolicyIdentity>();
  const host: CompileHost = {
    environment: world.environment,
    now: world.now,
    mark: (text) => createHmac('sha256', world.markKey).update(text).digest('hex').slice(0, MARK_CHARACTERS),
    cache: world.cache,
    makeGuard: world.makeGuard,
    counters: world.counters,
    queues: world.queues,
    hasProblems: () => problems.length > 0,
    warn: (message) => void warnings.push(message),
    report(document, path, message, target = 'value') {
      const position = document.locate(path, target);
      problems.push({ file: document.file, ...position, key: formatPath(path), message });
    },
    reportEnvironment(variable, message) {
      problems.push({ file: ENVIRONMENT, line: 0, column: 0, key: variable, message });
    },
    identity(document) {
      let identity = identities.get(document);
      if (!identity) {
        identity = Object.freeze({
          name: document.name,
          kind: document.kind,
          owasp: POLICY_KINDS.find((kind) => kind.kind === document.kind)?.owasp ?? '',
          mode: effectiveMode(world.environment.enforcementMode, document.spec.mode),
        });
        identities.set(document, identity);
      }
      return identity;
    },
    secretFile(document, path, file) {
      const reason = (message: string) => {
        host.report(document, path, message);
        return undefined;
      };
      let text: string;
      try {
        text = world.readSecretFile(file);
      } catch (error) {
        return reason(`cannot be read (${errorCode(error)}); accepted: the path of a mounted file that exists`);
      }
      // One newline, as editors and `kubectl create secret --from-file` leave it.
      const value = text.replace(/\r?\n$/, '');
      if (value === '') return reason('is a file without content');
      if (value.length > SECRET_FILE_CHARACTERS_MAX) return reason('is a file of more than 65536 characters');
      return value;
    },
  };
  return host;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

function createSet(kinds: readonly LoadedKind[], host: CompileHost, warnings: string[], hash: string): PolicySet {
  const selections = new BoundedCache(SELECTIONS_MAX);
  const stagesByDocuments = new BoundedCache(SELECTIONS_MAX);
  const knownNames = new Set(kinds.flatMap(({ compiled }) => [...(compiled.knownNames ?? [])]));

  function select(loaded: LoadedKind, model: ModelIdentity | undefined, principal: Principal) {
    return loaded.documents.filter((document) => applies(document.spec.match, model, principal));
  }

  function stageOf(loaded: LoadedKind, documents: readonly PolicyDocument[]): Stage | undefined {
    if (!loaded.compiled.stage || loaded.documents.length === 0) return undefined;
    if (documents.length === 0 && !loaded.compiled.stageWithoutMatch) return undefined;
    const key = `${loaded.kind.kind} ${documents.map((document) => document.name).join(' ')}`;
    const made = stagesByDocuments.get<Stage | false>(key, () => loaded.compiled.stage?.(documents) ?? false);
    return made || undefined;
  }

  return Object.freeze({
    hash,
    policies: kinds.flatMap(({ kind, documents }) => documents.map((document) => summaryOf(kind, document, host))),
    admission: createAdmission(kinds, select),
    stages(model: ModelIdentity, principal: Principal) {
      return selections.get<readonly Stage[]>(`${model.name}\n${principal.name}`, () =>
        kinds.flatMap((loaded) => stageOf(loaded, select(loaded, model, principal)) ?? []),
      );
    },
    mayList(model: ModelIdentity, principal: Principal) {
      return kinds.every(
        (loaded) =>
          loaded.documents.length === 0 || (loaded.compiled.mayList?.(select(loaded, model, principal), model) ?? true),
      );
    },
    knownNames,
    summary: Object.freeze(startSummary(kinds, host, warnings)),
  });
}

function summaryOf(kind: PolicyKind, document: PolicyDocument, host: CompileHost): PolicySummary {
  const mode = host.identity(document).mode;
  return Object.freeze({ name: document.name, kind: kind.kind, owasp: kind.owasp, mode, file: document.file });
}

function createAdmission(
  kinds: readonly LoadedKind[],
  select: (loaded: LoadedKind, model: undefined, principal: Principal) => readonly PolicyDocument[],
): Admission {
  const limiting = kinds.filter(({ compiled }) => compiled.bodyBytesMax);
  const access = kinds.find(({ compiled }) => compiled.authenticate);
  /** By caller: only a caller's name selects, because no model is known yet. */
  const bodyLimits = new BoundedCache(SELECTIONS_MAX);
  return Object.freeze({
    authenticate(key: string | undefined, headers: Headers): Principal {
      // The registry always holds Access; without it nobody may enter.
      if (!access?.compiled.authenticate) throw new Error('no kind decides who may enter');
      return access.compiled.authenticate(key, headers);
    },
    bodyBytesMax(principal: Principal): number {
      return bodyLimits.get(principal.name, () => {
        const limits = limiting.map(
          (loaded) => loaded.compiled.bodyBytesMax?.(select(loaded, undefined, principal)) ?? BODY_BYTES_CAP,
        );
        return Math.min(BODY_BYTES_CAP, ...limits);
      });
    },
  });
}

/** The fixed cap on any request's body; `Consumption` may only lower it. */
export const BODY_BYTES_CAP = 33_554_432;

function startSummary(kinds: readonly LoadedKind[], host: CompileHost, warnings: readonly string[]) {
  const modes: Record<string, Mode | Record<string, Mode>> = {};
  const details: Record<string, unknown> = {};
  for (const { kind, documents, compiled } of kinds) {
    Object.assign(details, compiled.summary);
    if (kind.owasp === '' || documents.length === 0) continue;
    const own = documents.map((document) => [document.name, host.identity(document).mode] as const);
    const first = own[0]?.[1];
    modes[kind.kind] = first && own.every(([, mode]) => mode === first) ? first : Object.fromEntries(own);
  }
  return { modes, ...details, ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) };
}

/**
 * Names the set: files and the variables that override them. Neither keys nor exact values are part of it, because
 * the hash is public and a short password could be guessed from it.
 */
function hashOf(sources: readonly PolicySource[], environment: PolicyEnvironment): string {
  const hash = createHash('sha256');
  const { apiKey, enforcementMode, allowedModels, allowedTools, blockedTools, highRiskTools, requireApiKey } =
    environment;
  hash.update(
    JSON.stringify([
      packsDigest(),
      enforcementMode,
      allowedModels ?? null,
      allowedTools ?? null,
      blockedTools ?? null,
      highRiskTools ?? null,
      requireApiKey === true,
      apiKey !== undefined,
    ]),
  );
  for (const { file, text } of [...sources].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    hash.update(JSON.stringify([file, text]));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Raised when the code around the rules changes what they mean, so that equal hashes mean equal decisions. */
const RULES_VERSION = 1;

let packs: string | undefined;

/** The built-in rules as they are in this build; computed once. */
function packsDigest(): string {
  packs ??= createHash('sha256')
    .update(JSON.stringify([RULES_VERSION, secretRules, piiRules, CATALOGUE, SHIPPED_WEIGHTS]))
    .digest('hex');
  return packs;
}
