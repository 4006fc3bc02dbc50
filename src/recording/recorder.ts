import type { Decision } from '../core/decision.ts';
import type { AnswerCall, ChannelKind, RequestView } from '../core/operation.ts';
import type { AnswerStage, PolicySet, RequestContext, Stage, TextScanner } from '../core/stage.ts';
import type { RecordedExchange } from '../policy/recording.ts';

/**
 * Takes down what exchanges said, so that policies can be judged on it later: `policy replay`, `policy diff`.
 *
 * A recording is a stage that looks and never edits. It stands before all others, because policies are judged on what
 * the client and the model wrote, not on what was made of it. Where nothing is recorded there is no such stage.
 */
export interface Recorder {
  /** Begins one exchange. */
  begin(exchange: { readonly id: string; readonly policies: PolicySet }): ExchangeRecording;
}

/** One exchange while it is taken down. */
export interface ExchangeRecording {
  readonly stage: Stage;
  /** The exchange is over: keeps it, or lets it go. Call once; never throws. */
  end(decisions: readonly Decision[]): void;
}

/** The answer's text that is kept of one exchange, all channels together, in UTF-16 code units. */
export const ANSWER_CHARACTERS_MAX = 1_000_000;

export interface RecorderOptions {
  /** `flagged` keeps exchanges of which a rule noted something; `all` keeps every one. */
  readonly record: 'all' | 'flagged';
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes a finished record; must not throw and must not wait. */
  readonly keep: (record: RecordedExchange, policies: PolicySet) => void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  return {
    begin({ id, policies }) {
      const at = options.now();
      let request: Partial<RecordedExchange> | undefined;
      const answer = new AnswerNotes();
      return {
        stage: {
          request(context) {
            request = describeRequest(context);
          },
          async prepare(context) {
            request = { ...request, ...(await describeModel(context)) };
          },
          answer: () => answer,
        },
        end(decisions) {
          if (request === undefined || (options.record === 'flagged' && decisions.length === 0)) return;
          const said = answer.said();
          const record = { version: 1 as const, id, at, texts: [], tools: [], ...request };
          options.keep(said === undefined ? record : { ...record, answer: said }, policies);
        },
      };
    },
  };
}

/** The request as the client sent it; later stages edit the body, not these texts. */
function describeRequest({ request, model, principal }: RequestContext): Partial<RecordedExchange> {
  return {
    model: model.name,
    caller: principal.name,
    texts: request.texts.map(({ role, text }) => ({ role, text })),
    tools: request.tools.map(({ name, where, arguments: given }) => ({
      name,
      where,
      ...(given === undefined ? {} : { arguments: given }),
    })),
    ...(request.callerSystem.template ? { template: true } : {}),
    ...(request.callerSystem.raw ? { raw: true } : {}),
    messages: request.messages,
    ...numbersOf(request),
  };
}

function numbersOf(request: RequestView): Partial<RecordedExchange> {
  const numbers: Record<string, number> = {};
  for (const name of ['outputTokens', 'contextTokens', 'keepAliveSeconds'] as const) {
    const value = request[name]?.value;
    if (value !== undefined) numbers[name] = value;
  }
  return numbers;
}

/** What Ollama says of the model; both are cached, and what cannot be read is left out. */
async function describeModel(context: RequestContext): Promise<Partial<RecordedExchange>> {
  const digest = await context.digest().catch(() => undefined);
  const ownSystem = context.request.texts.some(({ role, text }) => role === 'system' && text !== '');
  const modelSystem = ownSystem ? undefined : await context.modelSystem().catch(() => undefined);
  return {
    ...(digest === undefined ? {} : { digest }),
    ...(modelSystem === undefined ? {} : { modelSystem }),
  };
}

/** What an answer said, as upstream sent it. Channels of one kind are kept apart by a blank line. */
class AnswerNotes implements AnswerStage {
  readonly #texts = new Map<string, { readonly kind: ChannelKind; readonly pieces: string[] }>();
  readonly #calls: { name: string; arguments: unknown }[] = [];
  #room = ANSWER_CHARACTERS_MAX;

  scanner({ channel, kind }: { readonly channel: string; readonly kind: ChannelKind }): TextScanner | undefined {
    // Arguments are taken from the whole call.
    if (kind === 'tool_argument') return undefined;
    const pieces: string[] = [];
    this.#texts.set(channel, { kind, pieces });
    return {
      push: (text) => {
        const kept = text.slice(0, this.#room);
        this.#room -= kept.length;
        if (kept !== '') pieces.push(kept);
      },
      end() {},
      clear: Number.POSITIVE_INFINITY,
      take: () => [],
    };
  }

  call(call: AnswerCall): undefined {
    const characters = JSON.stringify(call.arguments ?? null).length;
    if (characters > this.#room) return;
    this.#room -= characters;
    // Arguments are redacted in place after this.
    this.#calls.push({ name: call.name, arguments: structuredClone(call.arguments) });
  }

  said(): NonNullable<RecordedExchange['answer']> | undefined {
    const content: string[] = [];
    const thinking: string[] = [];
    for (const { kind, pieces } of this.#texts.values()) {
      if (pieces.length > 0) (kind === 'thinking' ? thinking : content).push(pieces.join(''));
    }
    if (content.length + thinking.length + this.#calls.length === 0) return undefined;
    return {
      ...(content.length > 0 ? { content: content.join('\n\n') } : {}),
      ...(thinking.length > 0 ? { thinking: thinking.join('\n\n') } : {}),
      ...(this.#calls.length > 0 ? { calls: this.#calls } : {}),
    };
  }
}
