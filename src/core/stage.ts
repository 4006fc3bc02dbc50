import type { Decision, Mode, Note, Outcome, PolicyIdentity } from './decision.ts';
import type { GuardAsked } from './events.ts';
import type { AnswerCall, AnswerSlot, Operation, RequestView } from './operation.ts';

/**
 * The contract between policies and the gateway.
 *
 * A kind compiles its documents once per load. For the documents that match one model and caller it makes a `Stage`:
 * hooks that look at a request and at an answer, note what they see, and edit what the outcome tells them to. A stage
 * never knows a protocol, never throws for content, and keeps no state between exchanges except what it names.
 */

/** Who is asking. */
export interface Principal {
  /** A caller's configured name, `default` for API_KEY, or `anonymous`. */
  readonly name: string;
  readonly admin: boolean;
  /** From the caller's `userHeader`; used for rates and fairness, never logged. */
  readonly user?: string;
}

/** A model as Ollama resolves its name; `digest` is known only where `/api/tags` could be read. */
export interface ModelIdentity {
  /** Canonical short name with tag: `llama3.2:latest`. */
  readonly name: string;
  /** Bare hex SHA-256 of the manifest. */
  readonly digest?: string;
}

/** Reports one thing and returns what is to be done about it; the stage acts on the outcome. */
export type Noter = (policy: PolicyIdentity, note: Note) => Outcome;

/** One exchange's request as stages see it. */
export interface RequestContext {
  readonly operation: Operation;
  readonly request: RequestView;
  readonly principal: Principal;
  readonly model: ModelIdentity;
  readonly note: Noter;
  /**
   * The installed model's digest from a bounded-age cache of `/api/tags`. Rejects with GatewayError `unavailable`
   * where it cannot be read in time; resolves to `undefined` when the model is not installed.
   */
  digest(): Promise<string | undefined>;
  /** The body's size as it came, in bytes; absent where nothing came over a wire. */
  bodyBytes?(): number;
  /** The Modelfile's own system prompt, cached by digest; `undefined` when there is none or it cannot be read. */
  modelSystem(): Promise<string | undefined>;
  /** Another model was asked about a text of this request; absent where nobody traces. */
  guardAsked?(question: GuardAsked): void;
  readonly signal: AbortSignal;
}

/** An edit of a channel's text, in absolute offsets of the text as upstream sent it. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Watches one channel of one answer. */
export interface TextScanner {
  push(text: string): void;
  /** The channel's text is complete: everything still open is decided. */
  end(): void;
  /** Below this offset no further edit will begin; text from here on is held. `Infinity` never holds. */
  readonly clear: number;
  /** Edits decided since the last call, in order, not overlapping. */
  take(): readonly TextEdit[];
  /** Set once text was found that ends the answer; nothing from this offset on may leave. */
  readonly stop?: number;
}

/** One answer as a stage sees it; made once per exchange. */
export interface AnswerStage {
  /** A scanner for a channel, or `undefined` where the stage does not care. */
  scanner?(slot: Pick<AnswerSlot, 'channel' | 'kind'>): TextScanner | undefined;
  /** Judges a complete tool call. Returns the sentence that takes its place, or `undefined` to let it through. */
  call?(call: AnswerCall): string | undefined;
  /** The answer is over: note what is summed up per exchange. */
  finish?(): void;
}

export interface AnswerContext {
  readonly operation: Operation;
  readonly request: RequestView;
  readonly principal: Principal;
  readonly model: ModelIdentity;
  readonly note: Noter;
}

/** What an admitted exchange holds (a place in a queue, a concurrency slot) until it ends. */
export type Release = (usage: { readonly inputTokens?: number; readonly outputTokens?: number }) => void;

/** The hooks of one kind for one model and caller. All are optional; all that exist are called. */
export interface Stage {
  /** Looks at the request and edits it. All stages run, so that a decision's reasons are complete. */
  request?(context: RequestContext): void | Promise<void>;
  /** True where an answer's side channels (logprobs, context, encrypted content) must be closed. */
  readonly closesSideChannels?: boolean;
  /** The request passes every stage: looks up what its answer will be compared with. A refused one asks for nothing. */
  prepare?(context: RequestContext): void | Promise<void>;
  /** Longest time an answer may take in all, in milliseconds. */
  readonly answerMsMax?: number;
  /** Called once every stage let the request pass. Rejects with GatewayError `rate_limited` or `overloaded`. */
  admit?(context: RequestContext): Promise<Release | undefined>;
  answer?(context: AnswerContext): AnswerStage | undefined;
}

/** One loaded policy, for the start line, `/readyz` and `policy check`. */
export interface PolicySummary {
  readonly name: string;
  readonly kind: string;
  readonly owasp: string;
  readonly mode: Mode;
  readonly file: string;
}

/** Authenticates and bounds a request before its body is read. */
export interface Admission {
  /** Decides who asks from the presented key. Throws GatewayError `unauthorized`. */
  authenticate(key: string | undefined, headers: Headers): Principal;
  /** The body limit for this caller, in bytes; never above the fixed cap. */
  bodyBytesMax(principal: Principal): number;
}

/** An immutable, compiled set of policies. An exchange keeps the set that it began with. */
export interface PolicySet {
  /** Content hash over files, environment overrides and the rule packs' versions: 16 hex digits. */
  readonly hash: string;
  readonly policies: readonly PolicySummary[];
  readonly admission: Admission;
  /** The stages that apply to a model and caller, in a fixed order; cached. */
  stages(model: ModelIdentity, principal: Principal): readonly Stage[];
  /** Whether lists may show a model to a caller: false only where an allowlist that is enforced leaves it out. */
  mayList(model: ModelIdentity, principal: Principal): boolean;
  /** Model and tool names that policies list, so that telemetry may write them. */
  readonly knownNames: ReadonlySet<string>;
  /** For the start line: effective mode per kind, lists in force, overriding variables, warnings. */
  readonly summary: Readonly<Record<string, unknown>>;
}

export type { Decision, Note, Outcome, PolicyIdentity };
