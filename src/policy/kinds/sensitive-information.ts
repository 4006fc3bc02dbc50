import * as v from 'valibot';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind } from '../kind.ts';
import { choice, fields, filledList, formed, flag, list, ruleId, selectable, type SpecBase, text } from '../schema.ts';
import type { Stage } from '../../core/stage.ts';
import { answerStage } from './sensitive-answer.ts';
import { redactRequest } from './sensitive-prompt.ts';
import { type OwnedRule, resolveRules } from './sensitive-rules.ts';
import { compileProgram } from '../programs.ts';
import { quote } from '../problem.ts';
import { createPrograms, type SensitivePolicy } from './sensitive-programs.ts';

/**
 * SensitiveInformation (LLM02): secrets and personal data in answers and, if asked, in prompts.
 *
 * The rules of all documents that act compete in one program, in document order; a document whose own mode is
 * `monitor` is read apart, as if alone, and can shadow nothing.
 */

const LABEL = /^[A-Z][A-Z0-9_]{0,63}$/;

const schema = fields({
  ...selectable,
  in: v.optional(filledList(choice(['answer', 'prompt']), 'answer')),
  rules: fields({
    builtin: v.optional(list(text('secrets, pii or a rule id'), 'secrets')),
    add: v.optional(
      filledList(
        fields({
          id: ruleId(),
          label: formed(LABEL, 'upper-case letters, digits and _, as in EMPLOYEE_NUMBER'),
          pattern: text('a pattern in the RE2-like subset'),
          ignoreCase: v.optional(flag()),
          before: v.optional(text('a pattern that must stand right before')),
          keywords: v.optional(filledList(text('a word'), 'password')),
          validators: v.optional(filledList(text('the name of a check'), 'luhn')),
        }),
        '{ id, label, pattern }',
      ),
    ),
    values: v.optional(
      filledList(
        fields({
          id: ruleId(),
          label: formed(LABEL, 'upper-case letters, digits and _, as in DB_PASSWORD'),
          file: text('the path of a mounted file'),
          encoded: v.optional(flag()),
        }),
        '{ id, label, file }',
      ),
    ),
    remove: v.optional(filledList(text('a built-in rule id'), 'generic_api_key')),
  }),
  allow: v.optional(filledList(text('a text that stays'), 'sk-test-public-example')),
  action: v.optional(choice(['redact', 'deny'])),
  toolArguments: v.optional(choice(['redact', 'deny', 'record'])),
});

export interface AddedRule {
  readonly id: string;
  readonly label: string;
  readonly pattern: string;
  readonly ignoreCase?: boolean | undefined;
  readonly before?: string | undefined;
  readonly keywords?: readonly string[] | undefined;
  readonly validators?: readonly string[] | undefined;
}

export interface AddedValue {
  readonly id: string;
  readonly label: string;
  readonly file: string;
  readonly encoded?: boolean | undefined;
}

export interface SensitiveSpec extends SpecBase {
  readonly in?: readonly ('answer' | 'prompt')[] | undefined;
  readonly rules: {
    readonly builtin?: readonly string[] | undefined;
    readonly add?: readonly AddedRule[] | undefined;
    readonly values?: readonly AddedValue[] | undefined;
    readonly remove?: readonly string[] | undefined;
  };
  readonly allow?: readonly string[] | undefined;
  readonly action?: 'redact' | 'deny' | undefined;
  readonly toolArguments?: 'redact' | 'deny' | 'record' | undefined;
}

export type SensitiveDocument = PolicyDocument<SensitiveSpec>;

export const sensitiveInformation = defineKind<SensitiveSpec>({
  kind: 'SensitiveInformation',
  owasp: 'LLM02',
  schema,
  compile(documents, host) {
    const policies = new Map(documents.map((document, index) => [document, policyOf(document, index, host)]));
    const all = [...policies.values()];
    if (host.hasProblems()) return {};
    // Built now, so that what is too large is refused at load and the first exchange does not wait for it.
    const broken = createPrograms(all, host).problem;
    if (broken !== undefined) reportProblem(broken, documents, host);
    return compiled(policies, host);
  },
});

function reportProblem(problem: string, documents: readonly SensitiveDocument[], host: CompileHost): void {
  const first = documents[0];
  if (first) host.report(first, ['spec', 'rules'], problem);
}

function policyOf(document: SensitiveDocument, documentIndex: number, host: CompileHost): SensitivePolicy {
  const { spec } = document;
  const channels = spec.in ?? ['answer'];
  if (!channels.includes('answer') && spec.toolArguments !== undefined) {
    const message = 'has no effect where only prompts are read; accepted: leave it out, or add answer to `in`';
    host.report(document, ['spec', 'toolArguments'], message, 'key');
  }
  const rules: readonly OwnedRule[] = resolveRules(document, documentIndex, host);
  warnIdleAllow(document, rules, host);
  return {
    identity: host.identity(document),
    watches: spec.mode === 'monitor',
    inAnswer: channels.includes('answer'),
    inPrompt: channels.includes('prompt'),
    action: spec.action ?? 'redact',
    toolArguments: spec.toolArguments ?? 'redact',
    rules,
  };
}

/**
 * A text under `allow` that no rule can match changes nothing: a word and no mistake, because whether a rule finds it may
 * hang on what stands around it. Contexts and checks are left out, so that none is told of that could have an effect.
 */
function warnIdleAllow(document: SensitiveDocument, rules: readonly OwnedRule[], host: CompileHost): void {
  const { allow } = document.spec;
  if (allow === undefined || host.hasProblems()) return;
  const bare = rules.map(({ rule }) => {
    const { allow: _allow, owner: _owner, ...own } = rule;
    if ('value' in own) return own;
    const { validators: _validators, before: _before, keywords: _keywords, ...pattern } = own;
    return pattern;
  });
  const program = compileProgram(bare, 'watch', host.cache);
  if (typeof program === 'string') return;
  for (const text of allow) {
    if (program.findings(text).some(({ start, end }) => start === 0 && end === text.length)) continue;
    host.warn(`${document.name}: no rule can match ${quote(text)}, so allow has no effect for it`);
  }
}

function compiled(
  policies: ReadonlyMap<SensitiveDocument, SensitivePolicy>,
  host: CompileHost,
): CompiledKind<SensitiveDocument> {
  return {
    redactionRules: [...policies.values()].flatMap((policy) => policy.rules.map(({ rule }) => rule)),
    stage(documents): Stage {
      const own = documents.flatMap((document) => policies.get(document) ?? []);
      const programs = createPrograms(own, host);
      const inPrompt = own.some((policy) => policy.inPrompt);
      const inAnswer = own.some((policy) => policy.inAnswer);
      const enforces = own.some((policy) => policy.inAnswer && policy.identity.mode !== 'monitor');
      return {
        ...(inPrompt ? { request: (context) => redactRequest(programs, context) } : {}),
        closesSideChannels: enforces,
        ...(inAnswer ? { answer: (context) => answerStage(programs, context) } : {}),
      };
    },
  };
}
