/**
 * The contract of `design.md` section 5, written as naively as possible and sharing nothing with the engine.
 *
 * For every start, every rule and every end it asks JavaScript's own regular expressions whether the pattern matches
 * exactly that span of that text. Exponential in the worst case and cubic in the best: for texts of a dozen characters.
 */
import type { Finding, RedactionRule, Validators } from '../../src/redaction/rule.ts';
import { CONTEXT_CHARACTERS } from '../../src/redaction/rule.ts';

export interface ReferenceOptions {
  readonly validators?: Validators;
  readonly candidateCharactersMax: number;
}

const compiled = new Map<string, RegExp>();

function spanMatches(pattern: string, ignoreCase: boolean, text: string, start: number, end: number): boolean {
  // The count is code points, as `u` makes of it; callers only ask about ends between code points.
  const after = Array.from(text.slice(end)).length;
  const key = `${ignoreCase} ${after} ${pattern}`;
  let regex = compiled.get(key);
  if (regex === undefined) {
    regex = new RegExp(`(?:${pattern})(?=(?s:.){${after}}(?!(?s:.)))`, ignoreCase ? 'uiy' : 'uy');
    if (compiled.size > 50_000) compiled.clear();
    compiled.set(key, regex);
  }
  regex.lastIndex = start;
  return regex.test(text);
}

function isInsidePair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text[at - 1] ?? '') && /[\udc00-\udfff]/.test(text[at] ?? '');
}

/** Whether a rule's pattern matches `[start, end)`; `isOpen`: what follows `end` is not known yet. */
function matches(rule: RedactionRule, text: string, start: number, end: number, isOpen: boolean): boolean {
  if (isInsidePair(text, start) || isInsidePair(text, end)) return false;
  const ignoreCase = rule.ignoreCase === true;
  if (!isOpen) return spanMatches(rule.pattern, ignoreCase, text, start, end);
  if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) return false;
  const known = text.slice(0, end);
  return ['', 'a', ' ', '\n'].every((next) => spanMatches(rule.pattern, ignoreCase, known + next, start, end));
}

function longestEnd(rule: RedactionRule, text: string, start: number, limit: number): number {
  for (let end = Math.min(text.length, start + limit); end > start; end -= 1) {
    if (matches(rule, text, start, end, end === start + limit)) return end;
  }
  return -1;
}

function isAccepted(rule: RedactionRule, text: string, start: number, end: number, validators: Validators): boolean {
  if (rule.before !== undefined) {
    let holds = false;
    for (let from = Math.max(0, start - CONTEXT_CHARACTERS); from <= start && !holds; from += 1) {
      holds =
        !isInsidePair(text, from) && !isInsidePair(text, start) && spanMatches(rule.before, true, text, from, start);
    }
    if (!holds) return false;
  }
  const candidate = text.slice(start, end);
  if (rule.allow?.includes(candidate) === true) return false;
  const context = text.slice(Math.max(0, start - CONTEXT_CHARACTERS), start).toLowerCase();
  if (rule.keywords !== undefined && !rule.keywords.some((word) => context.includes(word.toLowerCase()))) return false;
  return (rule.validators ?? []).every((name) => validators[name]?.(candidate) === true);
}

/** All findings of a text for rules that compete. */
export function referenceFindings(rules: readonly RedactionRule[], text: string, options: ReferenceOptions): Finding[] {
  const { validators = {}, candidateCharactersMax: limit } = options;
  const findings: Finding[] = [];
  let start = 0;
  while (start < text.length) {
    let best: { rule: number; end: number } | undefined;
    rules.forEach((rule, index) => {
      const end = longestEnd(rule, text, start, limit);
      if (end < 0 || (best !== undefined && end <= best.end)) return;
      if (isAccepted(rule, text, start, end, validators)) best = { rule: index, end };
    });
    if (best === undefined) {
      start += 1;
      continue;
    }
    findings.push({ rule: best.rule, start, end: best.end });
    const rest =
      best.end - start === limit
        ? swallowed(rules[best.rule] as RedactionRule, text, start, best.end, limit)
        : best.end;
    if (rest > best.end) findings.push({ rule: best.rule, start: best.end, end: rest, continued: true });
    start = rest;
  }
  return findings;
}

/** How far a candidate decided at the longest length is lengthened, each time by less than that length. */
function swallowed(rule: RedactionRule, text: string, start: number, from: number, limit: number): number {
  let end = from;
  for (let next = end + 1; next <= Math.min(text.length, end + limit); next += 1) {
    if (matches(rule, text, start, next, next === end + limit)) {
      end = next;
    }
  }
  return end;
}

/** All findings of a text where each rule is evaluated as if it were alone, by rule. */
export function referenceWatch(rules: readonly RedactionRule[], text: string, options: ReferenceOptions): Finding[] {
  return rules.flatMap((rule, index) =>
    referenceFindings([rule], text, options).map((finding) => ({ ...finding, rule: index })),
  );
}

/** The redacted text that findings stand for. */
export function applyFindings(rules: readonly { label: string }[], text: string, findings: readonly Finding[]): string {
  let redacted = '';
  let from = 0;
  for (const { rule, start, end, continued } of findings) {
    redacted += text.slice(from, start) + (continued === true ? '' : `[REDACTED_${rules[rule]?.label}]`);
    from = end;
  }
  return redacted + text.slice(from);
}
