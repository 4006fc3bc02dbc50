import { describe, expect, test } from 'bun:test';
import { decide, type Mode, type Note } from '../../src/core/decision.ts';
import type { ExchangeEvent } from '../../src/core/events.ts';
import { createLogSink } from '../../src/telemetry/log.ts';
import { START } from './exchange-start.ts';

/** The messages that operators search for (design 7): exactly these words, at these levels. */

const FINISHED: ExchangeEvent = {
  type: 'exchange.finished',
  status: 200,
  end: 'completed',
  frames: 1,
  bytes: 1,
  heldCharactersMax: 0,
};
const SECRETS = { name: 'secrets', kind: 'SensitiveInformation', owasp: 'LLM02' };
const INJECTION = { name: 'injection', kind: 'PromptInjection', owasp: 'LLM01' };
const TOOLS = { name: 'tools', kind: 'ToolPermissions', owasp: 'LLM06' };

function sink(level: 'debug' | 'info' | 'warning' | 'error', readable = false) {
  const lines: string[] = [];
  const now = () => new Date('2026-11-23T01:02:03.004Z');
  return { lines, sink: createLogSink({ level, write: (line) => void lines.push(line), now, readable }) };
}

function lines(identity: typeof SECRETS, mode: Mode, phase: 'request' | 'response', note: Note) {
  const { lines: written, sink: log } = sink('info');
  const scope = log.exchange(START);
  scope.emit({ type: 'decision.made', decision: decide({ ...identity, mode }, phase, note) });
  scope.emit(FINISHED);
  return written.map((line) => JSON.parse(line));
}

const KEY: Note = {
  situation: 'text_redacted',
  rule: 'openai_key',
  channel: 'content',
  findings: 1,
  label: 'OPENAI_KEY',
};
const SUSPICIOUS: Note = {
  situation: 'suspicious_input',
  rule: 'role_play',
  channel: 'messages/0/content',
  findings: 1,
  code: 'prompt_injection',
  patterns: ['pretend'],
  rules: ['role_play'],
};

describe('the messages of an exchange', () => {
  test('a secret that was redacted, and what the answer lost in all', () => {
    const [redacted, applied, access] = lines(SECRETS, 'hard', 'response', KEY);
    expect(redacted).toMatchObject({
      level: 'WARNING',
      message: 'Sensitive information redacted from output',
      redaction_type: 'openai_key',
      request_id: 'request-1',
    });
    expect(applied).toMatchObject({
      message: 'Output policy applied to Ollama chat',
      metadata: { redactions: ['OPENAI_KEY'] },
    });
    expect(access).toMatchObject({ level: 'INFO', message: 'Exchange finished', status: 200, route: '/api/chat' });
  });

  test('in monitor nothing says redacted or blocked', () => {
    for (const [identity, phase, note] of [
      [SECRETS, 'response', KEY],
      [INJECTION, 'request', SUSPICIOUS],
    ] as const) {
      const messages = lines(identity, 'monitor', phase, note).map(({ message }) => message);
      expect(messages.join(' ')).not.toMatch(/redacted|blocked by/i);
    }
    expect(lines(SECRETS, 'monitor', 'response', KEY)[0].message).toBe('Sensitive information found in output');
  });

  test('a prompt that was refused is two lines: what was found, and that it was blocked', () => {
    const [found, blocked] = lines(INJECTION, 'hard', 'request', SUSPICIOUS);
    expect(found).toMatchObject({
      level: 'WARNING',
      message: 'Prompt injection detected',
      patterns: ['pretend'],
      rules: ['role_play'],
      enforcement_mode: 'hard',
    });
    expect(blocked).toMatchObject({
      message: 'Request blocked by policy',
      reason: 'Request blocked: potentially unsafe input detected',
    });
  });

  test('a blocked tool is named in the reason', () => {
    const note: Note = {
      situation: 'tool_offered_blocked',
      rule: 'block',
      channel: 'tools',
      findings: 1,
      code: 'tool_blocked',
      label: 'execute_sql',
      message: 'Tools are blocked: execute_sql',
    };
    const [requested, blocked] = lines(TOOLS, 'hard', 'request', note);
    expect(requested).toMatchObject({ message: 'Blocked tools requested', tools: 'execute_sql' });
    expect(blocked).toMatchObject({ reason: 'Tools are blocked: execute_sql' });
  });
});

describe('levels', () => {
  test.each([
    ['debug', 2],
    ['info', 2],
    ['warning', 1],
    ['error', 0],
  ] as const)('%s writes %d of an access line and a warning', (level, count) => {
    const { lines: written, sink: log } = sink(level);
    const scope = log.exchange(START);
    scope.emit({ type: 'decision.made', decision: decide({ ...INJECTION, mode: 'monitor' }, 'request', SUSPICIOUS) });
    scope.emit(FINISHED);
    expect(written).toHaveLength(count);
  });
});

test('every line is one line of JSON, whatever stands in it', () => {
  const { lines: written, sink: log } = sink('info');
  log.emit({ type: 'policies.rejected', problems: ['a\nb\u2028c"'] });
  expect(written[0]).toEndWith('\n');
  expect(written[0]?.slice(0, -1)).not.toContain('\n');
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    timestamp: '2026-11-23T01:02:03.004Z',
    problems: ['a\nb\u2028c"'],
  });
});

test('on a terminal nothing that is written can move the cursor or begin a line', () => {
  const { lines: written, sink: log } = sink('info', true);
  log.emit({ type: 'fault.raised', fault: 'a\u001b[2Jb\nc', detail: 'd\re' });
  const text = (written[0] ?? '').replaceAll('\u001b[31m', '').replaceAll('\u001b[2m', '').replaceAll('\u001b[0m', '');
  expect(text).toMatch(/^01:02:03\.004 ERROR {3}Fault /);
  expect(Array.from(text.slice(0, -1), (character) => character >= ' ')).not.toContain(false);
});
