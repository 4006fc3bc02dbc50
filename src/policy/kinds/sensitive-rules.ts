import { piiRules, secretRules } from '../../redaction/rules/index.ts';
import type { ExactValue, RedactionRule } from '../../redaction/rule.ts';
import { validators } from '../../redaction/validators.ts';
import type { CompileHost } from '../kind.ts';
import { ruleProblems } from '../patterns.ts';
import { type PathKey, quote, suggest } from '../problem.ts';
import type { AddedRule, SensitiveDocument } from './sensitive-information.ts';

/** Which rules a document means: built-in ones by pack or id, its own patterns, and exact values from files. */

/** A rule beside what its policy says of it. */
export interface OwnedRule {
  readonly rule: RedactionRule | ExactValue;
  readonly id: string;
  readonly label: string;
  /** Left alone where the value stands in the user's own prompt: built-in personal data only. */
  readonly sparesPrompt: boolean;
}

/** Shorter values would be found by accident. */
const VALUE_CHARACTERS_MIN = 8;
const VALUE_CHARACTERS_MAX = 4096;

const PACKS: Readonly<Record<string, readonly RedactionRule[]>> = { secrets: secretRules, pii: piiRules };
const BUILT_IN: ReadonlyMap<string, RedactionRule> = new Map(
  [...secretRules, ...piiRules].map((rule) => [rule.id, rule]),
);
const PERSONAL: ReadonlySet<string> = new Set(piiRules.map((rule) => rule.id));

/** The document's rules in order: values, then its own, then built-in ones. Reports everything that is wrong. */
export function resolveRules(document: SensitiveDocument, owner: number, host: CompileHost): readonly OwnedRule[] {
  const path = ['spec', 'rules'];
  const seen = new Set<string>();
  const report = (at: readonly PathKey[], message: string) => host.report(document, [...path, ...at], message);
  const claim = (id: string, at: readonly PathKey[]) => {
    if (seen.has(id)) report(at, `${quote(id)} is the id of another rule of this policy; accepted: an id of its own`);
    seen.add(id);
  };
  const builtin = builtInRules(document, report);
  for (const rule of builtin) seen.add(rule.id);
  const values = exactValues(document, host, claim);
  const added = addedRules(document, report, claim);
  const rules = [...values, ...added, ...builtin.map((rule) => owned(rule, PERSONAL.has(rule.id)))];
  const { builtin: packs = [], add = [], values: files = [] } = document.spec.rules;
  const isSilent = packs.length + add.length + files.length === 0 || (builtin.length === 0 && packs.length > 0);
  if (rules.length === 0 && isSilent && !host.hasProblems()) {
    host.report(document, path, 'names no rule; accepted: builtin, add or values');
  }
  const { allow } = document.spec;
  const own = allow === undefined ? { owner } : { owner, allow };
  return rules.map((each) => ({ ...each, rule: { ...each.rule, ...own } }));
}

function owned(rule: RedactionRule | ExactValue, sparesPrompt = false): OwnedRule {
  return { rule, id: rule.id, label: rule.label, sparesPrompt };
}

type Report = (at: readonly PathKey[], message: string) => void;

function builtInRules(document: SensitiveDocument, report: Report): readonly RedactionRule[] {
  const { builtin = [], remove = [] } = document.spec.rules;
  const chosen = new Map<string, RedactionRule>();
  for (const [index, name] of builtin.entries()) {
    const rule = BUILT_IN.get(name);
    const pack = PACKS[name] ?? (rule ? [rule] : undefined);
    if (!pack) {
      const known = [...Object.keys(PACKS), ...BUILT_IN.keys()];
      report(['builtin', index], `${quote(name)} is no pack and no built-in rule; ${suggest(name, known)}`);
      continue;
    }
    if (pack.every((each) => chosen.has(each.id))) report(['builtin', index], 'is chosen already, so it has no effect');
    for (const each of pack) chosen.set(each.id, each);
  }
  for (const [index, name] of remove.entries()) {
    if (chosen.delete(name)) continue;
    const hint = suggest(name, [...chosen.keys()]);
    report(['remove', index], `${quote(name)} is not among the rules chosen here, so it has no effect; ${hint}`);
  }
  return [...chosen.values()];
}

function addedRules(
  document: SensitiveDocument,
  report: Report,
  claim: (id: string, at: readonly PathKey[]) => void,
): readonly OwnedRule[] {
  return (document.spec.rules.add ?? []).map((rule, index) => {
    claim(rule.id, ['add', index, 'id']);
    for (const [at, name] of (rule.validators ?? []).entries()) {
      if (Object.hasOwn(validators, name)) continue;
      report(['add', index, 'validators', at], `${quote(name)} is no check; ${suggest(name, Object.keys(validators))}`);
    }
    const plain = plainRule(rule);
    for (const { field, message } of ruleProblems(plain)) report(['add', index, field], message);
    return owned(plain);
  });
}

function plainRule(rule: AddedRule): RedactionRule {
  const { id, label, pattern, ignoreCase, before, keywords, validators: checks } = rule;
  return {
    id,
    label,
    pattern,
    ...(ignoreCase === undefined ? {} : { ignoreCase }),
    ...(before === undefined ? {} : { before }),
    ...(keywords === undefined ? {} : { keywords }),
    ...(checks === undefined ? {} : { validators: checks }),
  };
}

function exactValues(
  document: SensitiveDocument,
  host: CompileHost,
  claim: (id: string, at: readonly PathKey[]) => void,
): readonly OwnedRule[] {
  return (document.spec.rules.values ?? []).flatMap((entry, index) => {
    const path = ['spec', 'rules', 'values', index, 'file'];
    claim(entry.id, ['values', index, 'id']);
    const value = host.secretFile(document, path, entry.file);
    if (value === undefined) return [];
    if (value.length < VALUE_CHARACTERS_MIN || value.length > VALUE_CHARACTERS_MAX) {
      const accepted = `accepted: a file of ${VALUE_CHARACTERS_MIN} to ${VALUE_CHARACTERS_MAX} characters`;
      host.report(document, path, `holds a value that is too short or too long; ${accepted}`);
      return [];
    }
    const { id, label, encoded } = entry;
    return [owned({ id, label, value, ...(encoded === undefined ? {} : { encoded }) })];
  });
}
