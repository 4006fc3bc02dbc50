import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide, type Decision } from '../../src/core/decision.ts';
import { applyEdits } from '../../src/policy/edits.ts';
import type { AnswerContext, AnswerStage, Note, PolicyIdentity, PolicySet, TextEdit } from '../../src/core/stage.ts';
import { tryExchange } from '../../src/policy/trial.ts';
import { setOf } from './helpers.ts';

const KEY = 'sk-test-secret123456789012345678901234567890';

/** One answer under a set, channel by channel, as the gateway drives it. */
function answering(set: PolicySet, prompt = 'Hello') {
  const decisions: Decision[] = [];
  const model = { name: 'llama3.2:latest' };
  const principal = { name: 'anonymous', admin: false };
  const texts = [{ role: 'user' as const, path: 'messages/0/content', text: prompt, replace: () => {} }];
  // Stages read only what stands here.
  const context = {
    request: { texts, tools: [] },
    model,
    principal,
    note(policy: PolicyIdentity, note: Note) {
      const decision = decide(policy, 'response', note);
      decisions.push(decision);
      return decision.outcome;
    },
  } as unknown as AnswerContext;
  const stages = set
    .stages(model, principal)
    .map((stage) => stage.answer?.(context))
    .filter((stage): stage is AnswerStage => stage !== undefined);
  return { stages, decisions };
}

function streamed(set: PolicySet, pieces: readonly string[], prompt?: string) {
  const { stages, decisions } = answering(set, prompt);
  const scanner = stages[0]?.scanner?.({ channel: 'content', kind: 'content' });
  if (!scanner) throw new Error('no stage reads the content');
  const edits: TextEdit[] = [];
  let clear = 0;
  for (const piece of pieces) {
    scanner.push(piece);
    for (const edit of scanner.take()) {
      if (edit.start < clear) throw new Error('an edit began in text that had left');
      edits.push(edit);
    }
    clear = Math.max(clear, scanner.clear);
  }
  scanner.end();
  edits.push(...scanner.take());
  stages[0]?.finish?.();
  const text = pieces.join('');
  return { text: applyEdits(text.slice(0, scanner.stop ?? text.length), edits), decisions };
}

describe('SensitiveInformation over an answer in pieces', () => {
  const set = setOf({
    'SensitiveInformation secrets': 'rules: { builtin: [openai_key] }',
    'SensitiveInformation own':
      "rules: { builtin: [email_address], add: [{ id: employee, label: EMPLOYEE, pattern: 'EMP-[0-9]{4,8}' }] }",
    'SensitiveInformation watched':
      "mode: monitor\nrules: { add: [{ id: digits, label: DIGITS, pattern: '[0-9]{3,}' }] }",
  });
  const texts = fc
    .array(
      fc.oneof(
        fc.constantFrom(KEY, 'sk-', 'EMP-12345', 'EMP-', 'a.user@corp-mail.io', 'known@corp-mail.io', ' ', '1234', '@'),
        fc.string({ maxLength: 5 }),
      ),
      {
        maxLength: 10,
      },
    )
    .map((parts) => parts.join(''));

  test('gives the same text and the same sums however it is cut', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }), (text, sizes) => {
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        const whole = streamed(set, [text], 'My address is KNOWN@corp-mail.io.');
        const cut = streamed(set, pieces, 'My address is KNOWN@corp-mail.io.');
        expect(cut.text).toBe(whole.text);
        const sums = (decisions: readonly Decision[]) =>
          decisions.map(({ rule, findings }) => `${rule} ${findings}`).sort();
        expect(sums(cut.decisions)).toEqual(sums(whole.decisions));
      }),
      { numRuns: 300 },
    );
  });

  test('one decision a rule and channel says how often', () => {
    const { decisions } = streamed(set, [`${KEY} and `, `${KEY}. EMP-1234`]);
    const told = decisions.map(({ policy, rule, findings, outcome, label }) => [
      policy.name,
      rule,
      findings,
      outcome,
      label,
    ]);
    expect(told).toContainEqual(['secrets', 'openai_key', 2, 'redacted', 'OPENAI_KEY']);
    expect(told).toContainEqual(['own', 'employee', 1, 'redacted', 'EMPLOYEE']);
    expect(told.find(([, rule]) => rule === 'digits')).toMatchObject([
      'watched',
      'digits',
      expect.any(Number),
      'passed',
      'DIGITS',
    ]);
  });

  test('no decision carries text of the answer', () => {
    const { decisions } = streamed(set, [`${KEY} EMP-98765 a.user@corp-mail.io`]);
    const told = JSON.stringify(decisions);
    for (const secret of [KEY, 'EMP-98765', 'a.user']) expect(told).not.toContain(secret);
  });

  test('what the user wrote comes back, what a tool brought does not', async () => {
    const answer = { content: 'To known@corp-mail.io and other@corp-mail.io' };
    const exchange = {
      texts: [
        { role: 'user' as const, text: 'Mail Known@Corp-Mail.io' },
        { role: 'tool' as const, text: 'other@corp-mail.io' },
      ],
      answer,
    };
    const { answer: sent } = await tryExchange(set, exchange);
    expect(sent?.content).toBe('To known@corp-mail.io and [REDACTED_EMAIL_ADDRESS]');
  });

  test('secrets are redacted even where the user wrote them', async () => {
    const exchange = {
      texts: [{ role: 'user' as const, text: `My key is ${KEY}` }],
      answer: { content: `Your key is ${KEY}` },
    };
    expect((await tryExchange(set, exchange)).answer?.content).toBe('Your key is [REDACTED_OPENAI_KEY]');
  });

  test('a rule that denies ends the answer before the first character of its match', () => {
    const deny = setOf({ SensitiveInformation: 'rules: { builtin: [openai_key] }\naction: deny' });
    const { text, decisions } = streamed(deny, ['The key: ', ...KEY.split(''), ' and more ', KEY]);
    expect(text).toBe('The key: ');
    expect(decisions.map(({ outcome, code }) => [outcome, code])).toEqual([['refused', 'output_blocked']]);
  });

  test('in monitor nothing is held and nothing is edited', () => {
    const { stages } = answering(
      setOf({ SensitiveInformation: 'rules: { builtin: [openai_key] }' }, { enforcementMode: 'monitor' }),
    );
    const scanner = stages[0]?.scanner?.({ channel: 'content', kind: 'content' });
    scanner?.push(KEY.slice(0, 20));
    expect(scanner?.clear).toBe(Infinity);
    scanner?.push(KEY.slice(20));
    scanner?.end();
    expect(scanner?.take()).toEqual([]);
  });

  test('side channels are closed where it acts on answers, and stay open in monitor', () => {
    const closes = (mode: 'monitor' | 'hard', spec: string) =>
      setOf({ SensitiveInformation: spec }, { enforcementMode: mode })
        .stages({ name: 'a:latest' }, { name: 'b', admin: false })
        .some((stage) => stage.closesSideChannels);
    expect(closes('hard', 'rules: { builtin: [openai_key] }')).toBe(true);
    expect(closes('monitor', 'rules: { builtin: [openai_key] }')).toBe(false);
    expect(closes('hard', 'in: [prompt]\nrules: { builtin: [openai_key] }')).toBe(false);
  });

  test('a prompt is redacted but for the system role', async () => {
    const prompts = setOf({ SensitiveInformation: 'in: [prompt]\nrules: { builtin: [openai_key] }' });
    const roles = ['system', 'user', 'assistant', 'tool'] as const;
    const { request } = await tryExchange(prompts, { texts: roles.map((role) => ({ role, text: KEY })) });
    expect(request?.texts.map(({ text }) => text === KEY)).toEqual([true, false, false, false]);
  });

  test('keys and values of arguments are redacted, each a text of its own', async () => {
    const { answer } = await tryExchange(set, {
      answer: { calls: [{ name: 'save', arguments: { [KEY]: ['EMP-1234', { a: 1 }] } }] },
    });
    expect(answer?.calls).toEqual([
      { name: 'save', arguments: { '[REDACTED_OPENAI_KEY]': ['[REDACTED_EMPLOYEE]', { a: 1 }] } },
    ]);
  });
});
