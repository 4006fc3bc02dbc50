import { SITUATIONS } from '../../core/decision.ts';
import type { RequestText } from '../../core/operation.ts';
import { applyEdits } from '../edits.ts';
import type { RequestContext } from '../../core/stage.ts';
import type { PlacedProgram, Programs } from './sensitive-programs.ts';
import { SensitiveTally } from './sensitive-tally.ts';

/** Reads what a client sends by the rules that apply to prompts. The operator's own system prompt is left alone. */
export function redactRequest(programs: Programs, context: RequestContext): void {
  const tally = new SensitiveTally(context.note);
  for (const text of context.request.texts) {
    if (text.role === 'system' || text.text === '') continue;
    if (programs.promptWatch) count(programs.promptWatch, text, tally);
    if (programs.prompt) redact(programs.prompt, text, tally);
  }
  tally.flush();
}

function count(placed: PlacedProgram, text: RequestText, tally: SensitiveTally): void {
  for (const { rule, continued } of placed.program.findings(text.text)) {
    const placedRule = placed.rules[rule];
    if (placedRule && !continued) tally.addToRequest(placedRule, text.path, 1);
  }
}

function redact(placed: PlacedProgram, text: RequestText, tally: SensitiveTally): void {
  const edits = placed.program.findings(text.text).flatMap(({ rule, start, end, continued }) => {
    const placedRule = placed.rules[rule];
    if (!placedRule) return [];
    if (!continued) tally.addToRequest(placedRule, text.path, 1);
    const { policy, label } = placedRule;
    const situation = policy.action === 'deny' ? 'text_denied' : 'text_redacted';
    if (SITUATIONS[situation][policy.identity.mode] !== 'redacted') return [];
    return [{ start, end, replacement: continued ? '' : `[REDACTED_${label}]` }];
  });
  if (edits.length > 0) text.replace(applyEdits(text.text, edits));
}
