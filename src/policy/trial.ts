import { decide, type Decision, type Outcome, type Verdict } from '../core/decision.ts';
import { GatewayError } from '../core/errors.ts';
import type {
  AnswerCall,
  AnswerSlot,
  ChannelKind,
  Droppable,
  Operation,
  RequestNumber,
  RequestText,
  RequestTool,
  RequestView,
  Role,
} from '../core/operation.ts';
import { applyEdits } from './edits.ts';
import type { AnswerStage, ModelIdentity, Noter, PolicySet, Principal, Stage, TextScanner } from '../core/stage.ts';

/**
 * An exchange that never happened: described in words, judged by a policy set, without a protocol or a model.
 *
 * Policy tests, `policy explain`, `replay` and `diff` all ask through here, so that they decide by the same stages as
 * the gateway. What a stage needs of Ollama (digests, a Modelfile's system prompt) is part of the description.
 */
export interface TrialExchange {
  readonly model?: string;
  readonly caller?: string;
  readonly user?: string;
  readonly texts?: readonly TrialText[];
  readonly tools?: readonly TrialTool[];
  readonly template?: boolean;
  readonly raw?: boolean;
  readonly messages?: number;
  readonly outputTokens?: number;
  readonly contextTokens?: number;
  readonly keepAliveSeconds?: number;
  /** What `/api/tags` would say; absent means that the model is not installed. */
  readonly digest?: string;
  readonly modelSystem?: string;
  readonly answer?: TrialAnswer;
}

export interface TrialText {
  readonly role: Role;
  readonly text: string;
}

export interface TrialTool {
  readonly name: string;
  readonly where: RequestTool['where'];
  readonly arguments?: unknown;
}

export interface TrialAnswer {
  readonly content?: string;
  readonly thinking?: string;
  readonly calls?: readonly TrialCall[];
}

export interface TrialCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** What would have become of it. */
export interface TrialResult {
  readonly decisions: readonly Decision[];
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  /** The words of the first refusal, before or in the answer. */
  readonly refusal?: { readonly code: string; readonly message: string };
  /** What Ollama would have been sent; absent where the request was refused. */
  readonly request?: {
    readonly texts: readonly TrialText[];
    readonly tools: readonly string[];
    readonly dropped: readonly Droppable[];
    readonly numbers: Readonly<Record<string, number | undefined>>;
  };
  /** What the client would have been sent; a call that was replaced is its sentence. */
  readonly answer?: {
    readonly content: string;
    readonly thinking: string;
    readonly calls: readonly (TrialCall | string)[];
    readonly stopped: boolean;
  };
}

const VERDICTS: readonly Verdict[] = ['allow', 'redact', 'deny'];
const OUTCOMES: readonly Outcome[] = ['passed', 'warned', 'clamped', 'redacted', 'stripped', 'replaced', 'refused'];

/** An operation that stands for no protocol. */
const TRIAL_OPERATION: Operation = {
  id: 'trial',
  protocol: 'ollama',
  class: 'data',
  method: 'POST',
  path: '/api/chat',
  genAiOperation: 'chat',
  streaming: 'ndjson',
  readRequest() {
    throw new GatewayError('internal');
  },
  answerReader() {
    throw new GatewayError('internal');
  },
};

/** Judges one exchange. Never rejects for what stands in it; cost is that of the stages. */
export async function tryExchange(set: PolicySet, exchange: TrialExchange): Promise<TrialResult> {
  const model: ModelIdentity = {
    name: exchange.model ?? 'llama3.2:latest',
    ...(exchange.digest === undefined ? {} : { digest: exchange.digest }),
  };
  const principal: Principal = {
    name: exchange.caller ?? 'anonymous',
    admin: false,
    ...(exchange.user === undefined ? {} : { user: exchange.user }),
  };
  const view = createView(exchange);
  const decisions: Decision[] = [];
  const noter =
    (phase: 'request' | 'response'): Noter =>
    (policy, note) => {
      const decision = decide(policy, phase, note);
      decisions.push(decision);
      return decision.outcome;
    };
  const common = { operation: TRIAL_OPERATION, request: view.request, principal, model };
  const stages = set.stages(model, principal);
  const context = {
    ...common,
    note: noter('request'),
    digest: () => Promise.resolve(exchange.digest),
    modelSystem: () => Promise.resolve(exchange.modelSystem),
    signal: new AbortController().signal,
  };
  for (const stage of stages) await stage.request?.(context);
  const isRefused = decisions.some(({ outcome }) => outcome === 'refused');
  if (!isRefused) for (const stage of stages) await stage.prepare?.(context);
  const answer =
    isRefused || !exchange.answer
      ? undefined
      : tryAnswer(stages, exchange.answer, { ...common, note: noter('response') });
  const refusing = decisions.find(({ outcome }) => outcome === 'refused');
  const error = refusing && new GatewayError(refusing.code ?? 'output_blocked');
  return {
    decisions,
    verdict: strongest(
      VERDICTS,
      decisions.map(({ verdict }) => verdict),
    ),
    outcome: strongest(
      OUTCOMES,
      decisions.map(({ outcome }) => outcome),
    ),
    ...(error ? { refusal: { code: error.code, message: refusing?.message ?? error.message } } : {}),
    ...(isRefused ? {} : { request: view.sent() }),
    ...(answer ? { answer } : {}),
  };
}

function strongest<Word>(order: readonly Word[], words: readonly Word[]): Word {
  const index = words.reduce((most, word) => Math.max(most, order.indexOf(word)), 0);
  // The orders are not empty.
  return order[index] as Word;
}

function createView(exchange: TrialExchange) {
  const texts: RequestText[] = [];
  const sentTexts: TrialText[] = [];
  for (const [index, { role, text }] of (exchange.texts ?? []).entries()) {
    sentTexts.push({ role, text });
    const replace = (replacement: string) => void (sentTexts[index] = { role, text: replacement });
    texts.push({ role, path: `messages/${index}/content`, text, message: index, replace });
  }
  const removed = new Set<number>();
  const tools = (exchange.tools ?? []).map((tool, index): RequestTool => ({
    ...tool,
    path: `tools/${index}`,
    remove: () => void removed.add(index),
  }));
  const dropped = new Set<Droppable>();
  const numbers: Record<string, number | undefined> = {};
  const number = (name: 'outputTokens' | 'contextTokens' | 'keepAliveSeconds'): RequestNumber => {
    numbers[name] = exchange[name];
    return { value: exchange[name], set: (value) => void (numbers[name] = value) };
  };
  const request: RequestView = {
    model: exchange.model,
    setModel: () => undefined,
    stream: true,
    texts,
    tools,
    callerSystem: {
      texts: texts.filter(({ role }) => role === 'system'),
      template: exchange.template ?? false,
      raw: exchange.raw ?? false,
    },
    messages: exchange.messages ?? texts.length,
    outputTokens: number('outputTokens'),
    contextTokens: number('contextTokens'),
    keepAliveSeconds: number('keepAliveSeconds'),
    unknownKeys: 0,
    isLoad: false,
    drop(what) {
      dropped.add(what);
      return true;
    },
    body: () => '',
  };
  const sent = () => ({
    texts: sentTexts.filter(({ role }) => !(role === 'system' && dropped.has('system'))),
    tools: dropped.has('tools') ? [] : tools.filter((_, index) => !removed.has(index)).map(({ name }) => name),
    dropped: [...dropped],
    numbers: { ...numbers },
  });
  return { request, sent };
}

function tryAnswer(
  stages: readonly Stage[],
  answer: TrialAnswer,
  context: Parameters<NonNullable<Stage['answer']>>[0],
): NonNullable<TrialResult['answer']> {
  const watching = stages.map((stage) => stage.answer?.(context)).filter((stage) => stage !== undefined);
  const calls = (answer.calls ?? []).map((call, index) => tryCall(watching, call, index));
  const thinking = filterText(watching, 'thinking', 'thinking', answer.thinking ?? '');
  const content = filterText(watching, 'content', 'content', answer.content ?? '');
  for (const stage of watching) stage.finish?.();
  const stopped = [thinking, content, ...calls].some((part) => part.stopped);
  return { content: content.text, thinking: thinking.text, calls: calls.map(({ call }) => call), stopped };
}

function tryCall(stages: readonly AnswerStage[], call: TrialCall, index: number) {
  const channel = `tool_calls/${index}`;
  const decoded: unknown = structuredClone(call.arguments);
  const slots: AnswerSlot[] = [];
  const holder = { decoded };
  collectSlots(holder, 'decoded', channel, slots);
  const judged: AnswerCall = { name: call.name, arguments: decoded, channel, slots, refuse: () => undefined };
  let sentence: string | undefined;
  for (const stage of stages) {
    const said = stage.call?.(judged);
    sentence ??= said;
  }
  if (sentence !== undefined) return { call: sentence, stopped: false };
  let stopped = false;
  for (const slot of slots) {
    const filtered = filterText(stages, slot.channel, 'tool_argument', slot.text);
    if (filtered.text !== slot.text) slot.replace(filtered.text);
    stopped ||= filtered.stopped;
  }
  return { call: { name: call.name, arguments: holder.decoded }, stopped };
}

/** String leaves and keys of a call's arguments, each a text of its own. Arguments come from tests and recordings. */
function collectSlots(parent: Record<string, unknown>, key: string, channel: string, slots: AnswerSlot[]): void {
  const value = parent[key];
  if (typeof value === 'string') {
    const replace = (text: string) => void (parent[key] = text);
    slots.push({ channel: `${channel}/${slots.length}`, kind: 'tool_argument', text: value, last: true, replace });
  } else if (typeof value === 'object' && value !== null) {
    const holder = value as Record<string, unknown>;
    for (const name of Object.keys(holder)) {
      if (!Array.isArray(value)) {
        const replace = (text: string) => {
          holder[text] = holder[name];
          delete holder[name];
        };
        slots.push({ channel: `${channel}/${slots.length}`, kind: 'tool_argument', text: name, last: true, replace });
      }
      collectSlots(holder, name, channel, slots);
    }
  }
}

function filterText(stages: readonly AnswerStage[], channel: string, kind: ChannelKind, text: string) {
  const scanners = stages.map((stage) => stage.scanner?.({ channel, kind })).filter((scanner) => scanner !== undefined);
  const edits = scanners.flatMap((scanner) => {
    scanner.push(text);
    scanner.end();
    return scanner.take();
  });
  const stop = stopOf(scanners);
  return { text: applyEdits(text.slice(0, stop), edits), stopped: stop < Infinity };
}

function stopOf(scanners: readonly TextScanner[]): number {
  return Math.min(Infinity, ...scanners.map((scanner) => scanner.stop ?? Infinity));
}
