import type { LogLevel } from '../config.ts';
import type { Decision } from '../core/decision.ts';
import { ERROR_CODES } from '../core/errors.ts';
import type { ExchangeEvent, ExchangeStart, GatewayEvent, Scope, Sink } from '../core/events.ts';

/**
 * Events as log lines: one JSON object a line on standard output, or a readable line on a terminal.
 *
 * Operators search for the messages in this file; they are part of the interface. "Blocked" and "redacted" appear
 * only when it was done. No text of an exchange stands in a line, unless LOG_RAW_PROMPTS=true put it into an event.
 */
export interface LogSinkOptions {
  readonly level: LogLevel;
  readonly write: (line: string) => void;
  readonly now: () => Date;
  /** A readable form with colours instead of JSON, for a person at a terminal. */
  readonly readable?: boolean;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];

type Fields = Readonly<Record<string, unknown>>;

/** Writes one line, where its level is high enough. */
export type Line = (level: LogLevel, name: string, message: string, fields: Fields, requestId?: string) => void;

export function createLine(options: LogSinkOptions): Line {
  const least = LEVELS.indexOf(options.level);
  return (level, name, message, fields, requestId) => {
    if (LEVELS.indexOf(level) < least) return;
    const timestamp = options.now().toISOString();
    const entry = { timestamp, level: level.toUpperCase(), name, message, request_id: requestId, ...fields };
    options.write(options.readable ? readableLine(entry) : `${JSON.stringify(entry)}\n`);
  };
}

export function createLogSink(options: LogSinkOptions, line: Line = createLine(options)): Sink {
  return {
    emit: (event) => logGatewayEvent(event, line),
    exchange: (start) => new LogScope(start, line),
  };
}

function logGatewayEvent(event: GatewayEvent, line: Line): void {
  switch (event.type) {
    case 'gateway.started':
      return line('info', 'gateway', 'Starting LLM Gateway', {
        enforcement_mode: event.mode,
        url: event.url,
        upstream: event.upstream,
        ...event.summary,
      });
    case 'gateway.stopping':
      return line('info', 'gateway', 'Stopping LLM Gateway', { signal: event.signal, in_flight: event.inFlight });
    case 'policies.loaded':
      return line('info', 'gateway.policies', event.reload ? 'Policies reloaded' : 'Policies loaded', {
        set_hash: event.hash,
        policies: event.policies,
      });
    case 'policies.rejected':
      return line('error', 'gateway.policies', 'Policies rejected, the last good set stays', {
        problems: event.problems,
      });
    case 'fault.raised':
      return line('error', 'gateway', 'Fault', { fault: event.fault, detail: event.detail });
  }
}

/** How a route is called in a sentence. */
const ROUTE_WORDS: Readonly<Record<string, string>> = {
  'ollama.chat': 'Ollama chat',
  'ollama.generate': 'Ollama generate',
  'openai.chat': 'OpenAI chat',
  'openai.completions': 'OpenAI completions',
  'openai.responses': 'OpenAI responses',
  'anthropic.messages': 'Anthropic messages',
};

class LogScope implements Scope {
  readonly #start: ExchangeStart;
  readonly #line: Line;
  readonly #startedMs = performance.now();
  readonly #labels = new Set<string>();
  #caller = 'anonymous';
  #model = 'unknown';

  constructor(start: ExchangeStart, line: Line) {
    this.#start = start;
    this.#line = line;
  }

  headers(): Record<string, string> {
    return {};
  }

  emit(event: ExchangeEvent): void {
    switch (event.type) {
      case 'caller.known':
        this.#caller = event.caller;
        return;
      case 'request.read':
        this.#model = event.model;
        return;
      case 'model.known':
        this.#model = event.model;
        return;
      case 'request.raw':
        return this.#write('info', 'gateway.raw', 'Raw prompt', { text: event.text });
      case 'decision.made':
        return this.#decision(event.decision);
      case 'fault.raised':
        return this.#write('error', 'gateway', 'Fault', { fault: event.fault, detail: event.detail });
      case 'exchange.finished':
        return this.#finished(event);
      default:
        return;
    }
  }

  #decision(decision: Decision): void {
    const { policy, rule, outcome, situation, channel, findings, label } = decision;
    const common = { policy: policy.name, rule, outcome, enforcement_mode: policy.mode, channel, findings };
    const raw = decision.raw === undefined ? {} : { raw: decision.raw };
    switch (situation) {
      case 'suspicious_input':
        // An incident is news once; a conversation that holds it, or a second call about it, is only worth a note.
        this.#write(decision.repeated === true ? 'info' : 'warning', 'gateway.policy', detected(decision), {
          patterns: decision.patterns ?? [],
          rules: decision.rules ?? [rule],
          score: decision.score,
          incident: decision.incident,
          ...common,
          ...raw,
        });
        break;
      case 'tool_offered_blocked':
        this.#write('warning', 'gateway.policy', 'Blocked tools requested', { tools: label, ...common });
        break;
      case 'text_redacted':
      case 'text_denied':
      case 'text_recorded':
        if (policy.kind === 'SensitiveInformation' && decision.phase === 'response') {
          if (outcome === 'redacted' && label !== undefined) this.#labels.add(label);
          const done =
            outcome === 'redacted'
              ? 'Sensitive information redacted from output'
              : 'Sensitive information found in output';
          this.#write('warning', 'gateway.policy', done, { redaction_type: rule, ...common, ...raw });
          break;
        }
        this.#write('warning', 'gateway.policy', 'Policy decision', {
          kind: policy.kind,
          situation,
          ...common,
          ...raw,
        });
        break;
      default:
        this.#write(decision.verdict === 'allow' ? 'info' : 'warning', 'gateway.policy', 'Policy decision', {
          kind: policy.kind,
          situation,
          ...common,
          ...raw,
        });
    }
    if (outcome === 'refused') {
      const reason = decision.message ?? ERROR_CODES[decision.code ?? 'output_blocked'].message;
      this.#write('warning', 'gateway.policy', 'Request blocked by policy', { reason, code: decision.code, ...common });
    }
  }

  #finished(event: ExchangeEvent & { type: 'exchange.finished' }): void {
    if (this.#labels.size > 0) {
      const words = ROUTE_WORDS[this.#start.operation] ?? this.#start.operation;
      this.#write('warning', 'gateway.policy', `Output policy applied to ${words}`, {
        metadata: { redactions: [...this.#labels] },
      });
    }
    const { method, route, clientId } = this.#start;
    this.#write(event.end === 'failed' ? 'warning' : 'info', 'gateway.access', 'Exchange finished', {
      method,
      route,
      status: event.status,
      end: event.end,
      code: event.code,
      model: this.#model,
      caller: this.#caller,
      client_request_id: clientId,
      duration_ms: Math.round(performance.now() - this.#startedMs),
      frames: event.frames,
      bytes: event.bytes,
      held_characters_max: event.heldCharactersMax,
      input_tokens: event.usage?.inputTokens,
      output_tokens: event.usage?.outputTokens,
    });
  }

  #write(level: LogLevel, name: string, message: string, fields: Fields): void {
    this.#line(level, name, message, fields, this.#start.id);
  }
}

const COLOURS: Readonly<Record<string, string>> = {
  DEBUG: '\u001b[2m',
  INFO: '\u001b[36m',
  WARNING: '\u001b[33m',
  ERROR: '\u001b[31m',
};
const RESET = '\u001b[0m';
const DIM = '\u001b[2m';

/** What needs no quotes; all else is JSON, so that no value begins a line or moves the cursor. */
const PLAIN = /^[\w.:/@*+-]+$/;

interface Entry {
  readonly timestamp: string;
  readonly level: string;
  readonly name: string;
  readonly message: string;
}

function readableLine({ timestamp, level, name: _name, message, ...fields }: Entry): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value)}`);
  const time = timestamp.slice(11, 23);
  return `${DIM}${time}${RESET} ${COLOURS[level] ?? ''}${level.padEnd(7)}${RESET} ${message} ${DIM}${pairs.join(' ')}${RESET}\n`;
}

function detected({ repeated }: Decision): string {
  return repeated === true ? 'Prompt injection detected again' : 'Prompt injection detected';
}
