import * as v from 'valibot';
import type { AnswerCall, RequestTool } from '../../core/operation.ts';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind, ENVIRONMENT, environmentDocument } from '../kind.ts';
import { matchGlob } from '../match.ts';
import { quote } from '../problem.ts';
import { choice, fields, filledList, list, selectable, type SpecBase, text } from '../schema.ts';
import type { AnswerContext, RequestContext, Stage } from '../../core/stage.ts';
import { type ArgumentRule, compileArgumentRule, judgeArguments } from './tool-arguments.ts';

/**
 * ToolPermissions (LLM06): which tools a model may be offered and may call, and with which arguments.
 *
 * `block` and `highRisk` do not count case, so that another spelling is no way round; `allow` is exact. Every document
 * is judged by itself and the strictest outcome stands. A name is judged wherever it stands: offered, chosen, called or
 * answered in the history, called in the answer.
 */

const schema = fields({
  ...selectable,
  allow: v.optional(list(text('a tool name, * for any part'), 'get_weather')),
  block: v.optional(list(text('a tool name, * for any part'), 'execute_sql')),
  highRisk: v.optional(list(text('a tool name, * for any part'), 'send_email')),
  arguments: v.optional(
    filledList(
      fields({
        id: v.optional(text('a name for decisions')),
        tool: text('a tool name, * for any part'),
        path: text('where the value stands: $.url, $.items[*].name'),
        allow: v.optional(text('a pattern that the value must match')),
        deny: v.optional(text('a pattern that the value must not match')),
        onMissing: v.optional(choice(['allow', 'deny'])),
      }),
      '{ tool, path, deny }',
    ),
  ),
});

export interface ArgumentEntry {
  readonly id?: string | undefined;
  readonly tool: string;
  readonly path: string;
  readonly allow?: string | undefined;
  readonly deny?: string | undefined;
  readonly onMissing?: 'allow' | 'deny' | undefined;
}

interface Spec extends SpecBase {
  readonly allow?: readonly string[] | undefined;
  readonly block?: readonly string[] | undefined;
  readonly highRisk?: readonly string[] | undefined;
  readonly arguments?: readonly ArgumentEntry[] | undefined;
}

type ToolDocument = PolicyDocument<Spec>;

const KIND = 'ToolPermissions';

/** Names shown in a refusal or a decision. */
const NAMES_SHOWN_MAX = 10;

export const toolPermissions = defineKind<Spec>({
  kind: KIND,
  owasp: 'LLM06',
  schema,
  environmentDocuments({ allowedTools, blockedTools, highRiskTools }) {
    if (allowedTools === undefined && blockedTools === undefined && highRiskTools === undefined) return [];
    return [environmentDocument<Spec>(KIND, { allow: allowedTools, block: blockedTools, highRisk: highRiskTools })];
  },
  compile(documents, host) {
    for (const document of documents) {
      if (document.file !== ENVIRONMENT) reportMistakes(document, host);
      if (host.identity(document).mode === 'monitor')
        host.warn(`${document.name}: its lists are not enforced in monitor`);
    }
    const permissions = new Map(documents.map((document) => [document, permissionsOf(document, host)]));
    return compiled(permissions, host);
  },
});

/** One document's lists, ready to judge a name. */
interface Permissions {
  readonly document: ToolDocument;
  /** Globs in lower case beside what is shown. */
  readonly block: readonly Listed[];
  readonly highRisk: readonly Listed[];
  /** `undefined` allows every name. */
  readonly allow: readonly string[] | undefined;
  readonly rules: readonly ArgumentRule[];
}

interface Listed {
  readonly shown: string;
  readonly folded: string;
}

function permissionsOf(document: ToolDocument, host: CompileHost): Permissions {
  const { environment } = host;
  const replaces = document.file !== ENVIRONMENT;
  const { spec } = document;
  // A variable takes the place of the list of its name in every file.
  const allow = replaces && environment.allowedTools !== undefined ? undefined : spec.allow;
  const block = replaces && environment.blockedTools !== undefined ? [] : spec.block;
  const highRisk = replaces && environment.highRiskTools !== undefined ? [] : spec.highRisk;
  const rules = (spec.arguments ?? []).flatMap((entry, index) => {
    return compileArgumentRule(document, ['spec', 'arguments', index], entry, host) ?? [];
  });
  return { document, allow, block: (block ?? []).map(listed), highRisk: (highRisk ?? []).map(listed), rules };
}

function listed(shown: string): Listed {
  return { shown, folded: foldName(shown) };
}

/** Case, compatibility forms, spaces and invisible characters do not make another tool. Linear in the name. */
export function foldName(name: string): string {
  let folded = '';
  for (const character of name.normalize('NFKC')) {
    if (!isUnseen(character.codePointAt(0) ?? 0)) folded += character;
  }
  return folded.toLowerCase();
}

/** Controls, spaces, zero-width and direction marks, variation selectors and tags. */
function isUnseen(code: number): boolean {
  if (code <= 0x20 || (code >= 0x7f && code <= 0xa0) || code === 0xad) return true;
  if (code >= 0x2000 && code <= 0x200f) return true;
  if (code >= 0x2028 && code <= 0x202f) return true;
  if (code >= 0x205f && code <= 0x206f) return true;
  if (code === 0x1680 || code === 0x180e || code === 0x3000 || code === 0xfeff) return true;
  return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0000 && code <= 0xe01ef);
}

type Standing = 'blocked' | 'unlisted' | 'high_risk' | 'allowed';

/** What one document says of one name, and its own entry that says so: never the client's spelling. */
function stand(permissions: Permissions, name: string): { readonly standing: Standing; readonly entry?: string } {
  const folded = foldName(name);
  const blocked = permissions.block.find((item) => matchGlob(item.folded, folded));
  if (blocked) return { standing: 'blocked', entry: blocked.shown };
  if (permissions.allow && !permissions.allow.some((glob) => matchGlob(glob, name))) return { standing: 'unlisted' };
  const risky = permissions.highRisk.find((item) => matchGlob(item.folded, folded));
  return risky ? { standing: 'high_risk', entry: risky.shown } : { standing: 'allowed' };
}

function compiled(permissions: ReadonlyMap<ToolDocument, Permissions>, host: CompileHost): CompiledKind<ToolDocument> {
  const all = [...permissions.values()];
  const names = all.flatMap(({ allow, block, highRisk }) => [
    ...(allow ?? []),
    ...[...block, ...highRisk].map((item) => item.shown),
  ]);
  return {
    stage(documents) {
      const own = documents.flatMap((document) => permissions.get(document) ?? []);
      return createStage(own, host);
    },
    knownNames: names.filter((name) => !name.includes('*')),
    summary: {
      allowed_tools: union(all.map(({ allow }) => allow ?? ['*'])),
      blocked_tools: union(all.map(({ block }) => block.map((item) => item.shown))),
      high_risk_tools: union(all.map(({ highRisk }) => highRisk.map((item) => item.shown))),
    },
  };
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}

function createStage(documents: readonly Permissions[], host: CompileHost): Stage {
  return {
    request(context) {
      if (context.request.tools.length === 0) return;
      for (const permissions of documents) judgeRequest(permissions, context, host);
    },
    answer(context) {
      return {
        call(call) {
          let sentence: string | undefined;
          for (const permissions of documents) sentence = judgeCall(permissions, call, context, host) ?? sentence;
          return sentence;
        },
      };
    },
  };
}

const REQUEST_SITUATIONS = {
  blocked: 'tool_offered_blocked',
  unlisted: 'tool_offered_unlisted',
  high_risk: 'tool_offered_high_risk',
} as const;

const REQUEST_RULES = { blocked: 'block', unlisted: 'allow', high_risk: 'highRisk' } as const;

/** One decision for each standing, naming all tools that have it. */
function judgeRequest(permissions: Permissions, context: RequestContext, host: CompileHost): void {
  const groups = new Map<keyof typeof REQUEST_SITUATIONS, { tools: RequestTool[]; entries: Set<string> }>();
  for (const tool of context.request.tools) {
    const { standing, entry } = stand(permissions, tool.name);
    if (standing === 'allowed') continue;
    // What is merely risky is judged when the model calls it; in the history it has been.
    if (standing === 'high_risk' && tool.where !== 'offered') continue;
    const group = groups.get(standing) ?? { tools: [], entries: new Set() };
    group.tools.push(tool);
    if (entry !== undefined) group.entries.add(entry);
    groups.set(standing, group);
  }
  for (const [standing, { tools, entries }] of groups) {
    const names = [...entries].slice(0, NAMES_SHOWN_MAX).join(', ');
    const outcome = context.note(host.identity(permissions.document), {
      situation: REQUEST_SITUATIONS[standing],
      rule: REQUEST_RULES[standing],
      channel: tools[0]?.path ?? 'tools',
      findings: tools.length,
      ...(names ? { label: names } : {}),
      ...(standing === 'blocked' ? ({ code: 'tool_blocked', message: blockedMessage(names) } as const) : {}),
    });
    if (outcome === 'stripped') for (const tool of tools) tool.remove();
  }
}

function blockedMessage(names: string): string {
  return names ? `Tools are blocked: ${names}` : 'Tools are blocked';
}

/** Judges a call in the answer by its name first, then by its arguments. */
function judgeCall(
  permissions: Permissions,
  call: AnswerCall,
  context: AnswerContext,
  host: CompileHost,
): string | undefined {
  const { standing, entry } = stand(permissions, call.name);
  const policy = host.identity(permissions.document);
  const label = entry === undefined ? {} : { label: entry };
  const common = { channel: call.channel, findings: 1, ...label };
  if (standing === 'blocked' || standing === 'unlisted') {
    const rule = REQUEST_RULES[standing];
    const outcome = context.note(policy, { ...common, situation: 'tool_called_blocked', rule, code: 'tool_blocked' });
    return outcome === 'replaced' ? callMessage(entry, 'is blocked by policy') : undefined;
  }
  for (const rule of permissions.rules) {
    if (!matchGlob(foldName(rule.tool), foldName(call.name)) || judgeArguments(rule, call.arguments)) continue;
    const named = rule.tool.includes('*') ? undefined : rule.tool;
    const outcome = context.note(policy, {
      ...common,
      ...(named === undefined ? {} : { label: named }),
      situation: 'tool_called_blocked',
      rule: rule.id,
      code: 'tool_blocked',
      patterns: rule.sources,
    });
    if (outcome === 'replaced') return callMessage(named, 'is blocked by policy with these arguments');
  }
  if (standing !== 'high_risk') return undefined;
  const outcome = context.note(policy, {
    ...common,
    situation: 'tool_called_high_risk',
    rule: 'highRisk',
    code: 'approval_required',
  });
  return outcome === 'replaced' ? callMessage(entry, 'needs an approval (approval_required)') : undefined;
}

/** The words that take a call's place: short, and no name that the policy did not write. */
function callMessage(entry: string | undefined, what: string): string {
  return entry === undefined || entry.includes('*') ? `[The tool call ${what}.]` : `[The tool call ${entry} ${what}.]`;
}

function reportMistakes(document: ToolDocument, host: CompileHost): void {
  const { spec } = document;
  const block = (spec.block ?? []).map(foldName);
  const isBlocked = (name: string) => !name.includes('*') && block.some((glob) => matchGlob(glob, foldName(name)));
  for (const key of ['allow', 'block', 'highRisk'] as const) {
    const seen = new Set<string>();
    for (const [index, name] of (spec[key] ?? []).entries()) {
      const path = ['spec', key, index];
      if (seen.has(name)) host.report(document, path, 'stands here twice; keep one');
      else if (key !== 'block' && isBlocked(name)) {
        host.report(document, path, `${quote(name)} is blocked by this policy too, so it has no effect here`);
      }
      seen.add(name);
    }
  }
  for (const [index, entry] of (spec.arguments ?? []).entries()) {
    const path = ['spec', 'arguments', index];
    if (isBlocked(entry.tool)) {
      host.report(
        document,
        [...path, 'tool'],
        `${quote(entry.tool)} is blocked by this policy, so the rule has no effect`,
      );
    }
  }
  const isEmpty = !spec.allow && !spec.block && !spec.highRisk && !spec.arguments;
  if (isEmpty) host.report(document, ['spec'], 'has no effect; accepted: allow, block, highRisk or arguments');
}
