import type * as v from 'valibot';
import type { Mode, PolicyIdentity } from '../core/decision.ts';
import type { Guard, GuardOptions } from '../detectors/guard/index.ts';
import type { PolicyDocument } from './document.ts';
import type { Counters } from './limits/buckets.ts';
import type { Queues } from './limits/queue.ts';
import type { PathKey } from './problem.ts';
import type { ExactValue, RedactionRule } from '../redaction/rule.ts';
import type { SpecBase } from './schema.ts';
import type { ModelIdentity, Principal, Stage } from '../core/stage.ts';

/**
 * What a kind of policy is: a schema, and how all documents of it become the stages that an exchange meets.
 *
 * A kind is one file in `kinds/` and one line in `kinds/index.ts`. It does no I/O: files that a policy names, the
 * clock and shared counters come from the `CompileHost`.
 */

/** Variables that take the place of what files say; the gateway's Config has these fields. */
export interface PolicyEnvironment {
  /** The ceiling over every policy's own mode. */
  readonly enforcementMode: Mode;
  readonly allowedModels?: readonly string[] | undefined;
  readonly allowedTools?: readonly string[] | undefined;
  readonly blockedTools?: readonly string[] | undefined;
  readonly highRiskTools?: readonly string[] | undefined;
  /** Where a guard model is asked whose policy names no other place. */
  readonly ollamaBaseUrl?: string | undefined;
  /** Where several gateways count together; without it each counts by itself. */
  readonly redisUrl?: string | undefined;
  readonly requireApiKey?: boolean | undefined;
  readonly apiKey?: string | undefined;
  /** Nobody asks Ollama: what only Ollama could say is not judged. */
  readonly shadow?: boolean | undefined;
}

/** What the world gives to a compilation. */
export interface CompileHost {
  readonly environment: PolicyEnvironment;
  /** Adds a mistake at a place in a document; the set is then refused as a whole. */
  report(document: PolicyDocument, path: readonly PathKey[], message: string, target?: 'key' | 'value'): void;
  /** Adds a mistake of the environment's (`REQUIRE_API_KEY`). */
  reportEnvironment(variable: string, message: string): void;
  /** True once anything was reported: what is costly to build can wait until all is right. */
  hasProblems(): boolean;
  /** Something that works but deserves a word on the start line. */
  warn(message: string): void;
  /** A policy as events name it, with the mode that is in force. */
  identity(document: PolicyDocument): PolicyIdentity;
  /**
   * The text of a mounted file without one trailing newline, or a sentence that says why it cannot be used, reported
   * at the path. Never printed.
   */
  secretFile(document: PolicyDocument, path: readonly PathKey[], file: string): string | undefined;
  /** A mark that belongs to a text: the same while the process lives, and not to be guessed from outside. */
  mark(text: string): string;
  /** Milliseconds since 1970, for keys that expire. */
  now(): number;
  /** Makes a guard that can reach its model. Throws TypeError for options that cannot be. */
  makeGuard(options: GuardOptions): Guard;
  /** Counters and queues that outlive a set. */
  readonly counters: Counters;
  readonly queues: Queues;
  /** Keeps values by content over reloads, so that an unchanged policy costs nothing to load again. */
  readonly cache: CompileCache;
}

/** A bounded memory of compiled programs by content. */
export interface CompileCache {
  get<Value>(key: string, make: () => Value): Value;
}

/** All documents of one kind, compiled. Every part is optional. */
export interface CompiledKind<Document = PolicyDocument> {
  /** Makes the hooks for the documents that match one model and caller, in file order; never called with none. */
  stage?(documents: readonly Document[]): Stage | undefined;
  /** True where `stage` is called even if no document of the kind matches, as long as one exists. */
  readonly stageWithoutMatch?: boolean;
  /** False where a document that is enforced leaves the model out of lists. Called for the matching documents. */
  mayList?(documents: readonly Document[], model: ModelIdentity): boolean;
  /** Decides who asks. Throws GatewayError `unauthorized`. */
  authenticate?(key: string | undefined, headers: Headers): Principal;
  /** The body limit for a caller in bytes, before its model is known. */
  bodyBytesMax?(documents: readonly Document[]): number | undefined;
  /** Callers that have an entry of their own. */
  readonly callers?: Iterable<string>;
  /** Redaction rules of all documents, so that a recording can keep what they match to itself. */
  readonly redactionRules?: readonly (RedactionRule | ExactValue)[];
  /** Names of models and tools that policies list. */
  readonly knownNames?: Iterable<string>;
  /** What the start line says of this kind. */
  readonly summary?: Readonly<Record<string, unknown>>;
}

/** A kind as the registry holds it, its own type of `spec` put away. */
export interface PolicyKind {
  readonly kind: string;
  /** `LLM01` … `LLM10`, or empty. */
  readonly owasp: string;
  readonly schema: v.GenericSchema<unknown, SpecBase>;
  /** Documents that the environment makes of its variables; they stand before those of the files. */
  environmentDocuments?(environment: PolicyEnvironment): readonly PolicyDocument[];
  /** Called even without documents when `alwaysCompiled`; `documents` are of this kind only. */
  compile(documents: readonly PolicyDocument[], host: CompileHost): CompiledKind;
}

interface KindDefinition<Spec extends SpecBase> {
  readonly kind: string;
  readonly owasp: string;
  readonly schema: v.GenericSchema<unknown, Spec>;
  environmentDocuments?(environment: PolicyEnvironment): readonly PolicyDocument<Spec>[];
  compile(documents: readonly PolicyDocument<Spec>[], host: CompileHost): CompiledKind<PolicyDocument<Spec>>;
}

/** Puts a kind's own `spec` type away; sound, because the parser hands a kind only what its own schema accepted. */
export function defineKind<Spec extends SpecBase>(definition: KindDefinition<Spec>): PolicyKind {
  return definition as unknown as PolicyKind;
}

/** The document that stands for an environment variable. */
export function environmentDocument<Spec extends SpecBase>(kind: string, spec: Spec): PolicyDocument<Spec> {
  return {
    kind,
    name: ENVIRONMENT,
    description: 'Made of environment variables.',
    spec,
    file: ENVIRONMENT,
    locate: () => ({ line: 0, column: 0 }),
  };
}

/** The name and file of what variables say; no file's policy may be called so. */
export const ENVIRONMENT = 'environment';
