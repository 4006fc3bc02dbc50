import type { Decision, Mode } from './decision.ts';
import type { ErrorCode } from './errors.ts';
import type { AnswerUsage } from './operation.ts';

/** Everything that can be reported. One sink receives all of it; nothing else logs, counts or traces. */
export type GatewayEvent =
  | {
      readonly type: 'gateway.started';
      readonly url: string;
      readonly upstream: string;
      readonly mode: Mode;
      /** Each kind's effective modes, lists in force and the variables that override files. */
      readonly summary: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'gateway.stopping'; readonly signal: string; readonly inFlight: number }
  | { readonly type: 'policies.loaded'; readonly hash: string; readonly policies: number; readonly reload: boolean }
  | { readonly type: 'policies.rejected'; readonly problems: readonly string[] }
  | { readonly type: 'fault.raised'; readonly fault: string; readonly detail?: string };

/** Everything that can be reported of one exchange. */
export type ExchangeEvent =
  | { readonly type: 'caller.known'; readonly caller: string; readonly user?: string }
  | {
      readonly type: 'request.read';
      /** As a policy or `/api/tags` knows it, else `unknown`. */
      readonly model: string;
      readonly stream: boolean;
      readonly bytes: number;
      readonly setHash: string;
      readonly unknownKeys: number;
    }
  /** Only with LOG_RAW_PROMPTS=true. */
  | { readonly type: 'request.raw'; readonly text: string }
  /** The catalogue was read since: the model's name may be written. */
  | { readonly type: 'model.known'; readonly model: string }
  | { readonly type: 'request.decided' }
  | { readonly type: 'decision.made'; readonly decision: Decision }
  | { readonly type: 'fault.raised'; readonly fault: string; readonly detail?: string }
  | ({ readonly type: 'guard.asked' } & GuardAsked)
  | { readonly type: 'upstream.called'; readonly path: string }
  | { readonly type: 'upstream.answered'; readonly status: number }
  | { readonly type: 'answer.started' }
  | {
      readonly type: 'exchange.finished';
      readonly status: number;
      readonly end: 'completed' | 'refused' | 'failed' | 'aborted';
      readonly code?: ErrorCode;
      readonly frames: number;
      readonly bytes: number;
      /** Most characters held at once, in UTF-16 code units. */
      readonly heldCharactersMax: number;
      readonly usage?: AnswerUsage;
      readonly finishReason?: string;
      /** Only where an answer came from Ollama. */
      readonly times?: AnswerTimes;
    };

/** A question to a guard model, for its span: nothing of the text that it was about, nor of what the model said. */
export interface GuardAsked {
  /** As the policy names it. */
  readonly model: string;
  /** Where its Ollama is: `http://host:port`. */
  readonly server: string;
  /** How the outcome came about: `asked`, `cached`, or why there is no verdict. */
  readonly status: string;
  readonly verdict: 'flagged' | 'clear' | 'unknown';
  /** Waiting included. */
  readonly durationMs: number;
}

/** When an answer moved, on the clock of `performance.now()` in milliseconds; 0 where it never did. */
export interface AnswerTimes {
  /** Ollama's first bytes came. */
  readonly firstInMs: number;
  /** The first bytes left for the client. */
  readonly firstOutMs: number;
  /** Time spent reading, scanning and editing, in all; of a stream, worked out from some of its chunks. */
  readonly filterMs: number;
}

export interface ExchangeStart {
  readonly id: string;
  /** The client's own id, if it has the allowed form. */
  readonly clientId: string | undefined;
  /** `ollama.chat`, or `unknown` for what no route matches. */
  readonly operation: string;
  readonly genAiOperation: string;
  readonly method: string;
  /** The route's pattern, never the raw path: `/api/chat`. */
  readonly route: string;
  /** Reads one of the request's headers, for trace context; names are lower case. */
  header(name: string): string | undefined;
}

/** The reporter of one exchange. `emit` never throws and never waits. */
export interface Scope {
  emit(event: ExchangeEvent): void;
  /** W3C trace context for the upstream request. */
  headers(): Record<string, string>;
}

/** Where events go. */
export interface Sink {
  emit(event: GatewayEvent): void;
  exchange(start: ExchangeStart): Scope;
}
