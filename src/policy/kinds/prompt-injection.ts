import * as v from 'valibot';
import {
  BUILTIN_RULES,
  createInjectionDetector,
  type InjectionDetector,
  type InjectionFinding,
  type Inspection,
  shippedScorer,
} from '../../detectors/injection/index.ts';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind } from '../kind.ts';
import { injectionEngine, patternProblem } from '../patterns.ts';
import { blame, historyMessage, Incidents, incidentText, latestMessage } from './injection-incidents.ts';
import { askGuard, guardOf, guardSchema, type GuardSpec, type GuardWord, type NamedGuard } from './injection-guard.ts';
import { quote, suggest } from '../problem.ts';
import { choice, decimal, fields, filledList, list, ruleId, selectable, type SpecBase, text } from '../schema.ts';
import { ERROR_CODES } from '../../core/errors.ts';
import type { RequestText } from '../../core/operation.ts';
import type { RequestContext } from '../../core/stage.ts';

/**
 * PromptInjection (LLM01): inputs that try to take over the model. Detection, not a guarantee.
 *
 * Each document has its own detector and threshold and makes one decision a request. The operator's system prompt is
 * not judged. The learned score adds to the built-in patterns unless `learned: false` says otherwise; where no built-in
 * pattern is used it is off, so that a policy about words of one's own is about nothing else. What could not be read wholly is suspicious: a text too large to judge is no way through.
 */

const ROLES = ['user', 'tool', 'assistant'] as const;

const schema = fields({
  ...selectable,
  scan: v.optional(filledList(choice(ROLES), 'user')),
  patterns: v.optional(
    fields({
      builtin: v.optional(
        v.union(
          [v.picklist(['all', 'none']), list(text('the id of a built-in pattern'), 'ignore_previous_instructions')],
          'is not accepted; accepted: all, none or a list of built-in ids',
        ),
      ),
      add: v.optional(
        filledList(
          fields({
            id: ruleId(),
            pattern: text('a pattern in the RE2-like subset'),
            score: v.optional(decimal(0.01, 10)),
          }),
          '{ id, pattern, score }',
        ),
      ),
      remove: v.optional(filledList(text('the id of a built-in pattern'), 'role_play')),
    }),
  ),
  threshold: v.optional(decimal(0.1, 100)),
  learned: v.optional(v.boolean('is not accepted; accepted: true or false')),
  model: v.optional(guardSchema),
});

interface Spec extends SpecBase {
  readonly scan?: readonly (typeof ROLES)[number][] | undefined;
  readonly patterns?:
    | {
        readonly builtin?: 'all' | 'none' | readonly string[] | undefined;
        readonly add?:
          readonly { readonly id: string; readonly pattern: string; readonly score?: number | undefined }[] | undefined;
        readonly remove?: readonly string[] | undefined;
      }
    | undefined;
  readonly threshold?: number | undefined;
  readonly learned?: boolean | undefined;
  readonly model?: GuardSpec | undefined;
}

type InjectionDocument = PolicyDocument<Spec>;

const THRESHOLD = 1;
const RULES_NOTED_MAX = 20;
/** What the first text would have to wait for is made so long after a start, in milliseconds. */
const PREPARE_AFTER_MS = 500;
const INCIDENT_CHARACTERS = 16;

export const promptInjection = defineKind<Spec>({
  kind: 'PromptInjection',
  owasp: 'LLM01',
  schema,
  compile(documents, host) {
    const judges = new Map(
      documents.map((document) => [
        document,
        { detector: detectorOf(document, host), guard: guardOf(document, document.spec.model, host) },
      ]),
    );
    return compiled(judges, host);
  },
});

function detectorOf(document: InjectionDocument, host: CompileHost): InjectionDetector | undefined {
  if (reportMistakes(document, host)) return undefined;
  const { patterns, threshold } = document.spec;
  const isLearned = usesLearned(document.spec);
  const options = {
    builtin: patterns?.builtin ?? 'all',
    add: (patterns?.add ?? []).map(({ id, pattern, score }) => ({ id, pattern, score: score ?? 1 })),
    remove: patterns?.remove ?? [],
    threshold: threshold ?? THRESHOLD,
  };
  return host.cache.get(`injection ${JSON.stringify([options, isLearned])}`, () => {
    const learned = isLearned ? { learned: shippedScorer() } : {};
    const detector = createInjectionDetector({ ...options, engine: injectionEngine, ...learned });
    setTimeout(() => detector.prepare(), PREPARE_AFTER_MS).unref();
    return detector;
  });
}

/** Whether the learned score counts: it does beside built-in patterns. */
export function usesLearned({ learned, patterns }: Pick<Spec, 'learned' | 'patterns'>): boolean {
  return learned ?? patterns?.builtin !== 'none';
}

/** True where the document cannot be compiled. */
function reportMistakes(document: InjectionDocument, host: CompileHost): boolean {
  const { builtin = 'all', add = [], remove = [] } = document.spec.patterns ?? {};
  let broken = false;
  const report = (path: readonly (string | number)[], message: string) => {
    broken = true;
    host.report(document, ['spec', 'patterns', ...path], message);
  };
  const chosen = builtin === 'all' ? BUILTIN_RULES : builtin === 'none' ? [] : builtin;
  if (typeof builtin !== 'string') {
    for (const [index, id] of builtin.entries()) {
      if (BUILTIN_RULES.includes(id)) continue;
      report(['builtin', index], `${quote(id)} is no built-in pattern; ${suggest(id, BUILTIN_RULES)}`);
    }
  }
  for (const [index, id] of remove.entries()) {
    if (!BUILTIN_RULES.includes(id)) {
      report(['remove', index], `${quote(id)} is no built-in pattern; ${suggest(id, BUILTIN_RULES)}`);
    } else if (!chosen.includes(id)) {
      report(['remove', index], `${quote(id)} is not among the patterns chosen here, so it has no effect`);
    }
  }
  const seen = new Set<string>(BUILTIN_RULES);
  for (const [index, { id, pattern }] of add.entries()) {
    if (seen.has(id))
      report(['add', index, 'id'], `${quote(id)} is the id of another pattern; accepted: an id of its own`);
    seen.add(id);
    const problem = patternProblem(pattern, true);
    if (problem !== undefined) report(['add', index, 'pattern'], problem);
  }
  const isEmpty = chosen.every((id) => remove.includes(id)) && add.length === 0;
  if (!broken && isEmpty && !usesLearned(document.spec)) {
    report([], 'leave no pattern; accepted: builtin or add, or learned: true');
  }
  return broken;
}

/** What one document judges with. */
interface Judge {
  readonly detector: InjectionDetector | undefined;
  readonly guard: NamedGuard | undefined;
}

function compiled(judges: ReadonlyMap<InjectionDocument, Judge>, host: CompileHost): CompiledKind<InjectionDocument> {
  return {
    stage: (documents) => ({ request: (context) => inspectFrom(0, documents, context) }),
  };

  /** In their order; only where one asks a guard is there anything to wait for. */
  function inspectFrom(
    first: number,
    documents: readonly InjectionDocument[],
    context: RequestContext,
  ): Promise<void> | undefined {
    for (let index = first; index < documents.length; index++) {
      const document = documents[index];
      const asking = document && inspect(document, judges.get(document), context, host);
      if (asking !== undefined) return asking.then(() => inspectFrom(index + 1, documents, context));
    }
    return undefined;
  }
}

function inspect(
  document: InjectionDocument,
  judge: Judge | undefined,
  context: RequestContext,
  host: CompileHost,
): Promise<void> | undefined {
  if (!judge?.detector) return undefined;
  const roles: readonly string[] = document.spec.scan ?? ROLES;
  const texts = context.request.texts.filter(({ role, text }) => roles.includes(role) && text !== '');
  if (texts.length === 0) return undefined;
  const inspection = judge.detector.inspect(texts.map(({ text, role, path }) => ({ text, role, origin: path })));
  const isCertain = inspection.suspicious || inspection.faults.length > 0;
  const found = { document, texts, inspection, context };
  if (isCertain || judge.guard === undefined) {
    conclude(found, {}, host);
    return undefined;
  }
  const tell = context.guardAsked?.bind(context);
  return askGuard(judge.guard, texts, inspection.partScores, context.signal, tell).then((asked) =>
    conclude(found, asked, host),
  );
}

interface Found {
  readonly document: InjectionDocument;
  readonly texts: readonly RequestText[];
  readonly inspection: Inspection;
  readonly context: RequestContext;
}

/** Makes one document's decision from its score and from what a guard said. */
function conclude(
  { document, texts, inspection, context }: Found,
  { flagged: guarded, failure }: GuardWord,
  host: CompileHost,
): void {
  const unread = inspection.faults.length > 0;
  const isCertain = inspection.suspicious || unread;
  // A check that was wanted and did not take place is seen in metrics, spans and the log, whatever is decided.
  if (failure) {
    context.note(host.identity(document), {
      situation: 'text_recorded',
      rule: `guard_${failure}`,
      channel: 'request',
      findings: 0,
    });
  }
  const score = Math.max(inspection.score, guarded?.score ?? 0);
  if (!isCertain && score < (document.spec.threshold ?? THRESHOLD)) return;
  const threshold = document.spec.threshold ?? THRESHOLD;
  const blamed = blame(inspection, texts, threshold, latestMessage(context.request.texts), guarded?.part);
  const place = texts[blamed.part];
  const { rules, patterns } = reasonsOf(blamed.findings);
  if (unread) rules.push('unviewable');
  if (guarded) rules.unshift('guard_model');
  const history = historyMessage(context.request.texts, place);
  const words = incidentText(blamed, place?.text ?? '');
  const { name, user } = context.principal;
  const incident = host.mark(JSON.stringify([document.name, name, user, words])).slice(0, INCIDENT_CHARACTERS);
  const outcome = context.note(host.identity(document), {
    situation: 'suspicious_input',
    rule: rules[0] ?? 'unviewable',
    channel: place?.path ?? 'request',
    findings: blamed.findings.length + inspection.faults.length + (guarded ? 1 : 0),
    code: 'prompt_injection',
    // A refusal that comes from history would come again with every turn: the user must know which message to edit.
    ...(history === undefined
      ? {}
      : { message: `${ERROR_CODES.prompt_injection.message} (message ${history} of the conversation)` }),
    rules: rules.slice(0, RULES_NOTED_MAX),
    patterns: patterns.slice(0, RULES_NOTED_MAX),
    score: Math.round(score * 100) / 100,
    incident,
    repeated: host.cache.get('injection incidents', () => new Incidents()).note(incident, host.now()),
  });
  if (outcome === 'stripped') context.request.drop('tools');
}

/** Rule ids and their sources, the weightiest first, each once. */
function reasonsOf(findings: readonly InjectionFinding[]): {
  readonly rules: string[];
  readonly patterns: readonly string[];
} {
  const sources = new Map<string, string>();
  for (const { rule, source } of [...findings].sort((a, b) => b.score - a.score)) {
    if (!sources.has(rule)) sources.set(rule, source);
  }
  return { rules: [...sources.keys()], patterns: [...sources.values()] };
}
