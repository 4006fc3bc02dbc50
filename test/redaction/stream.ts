/** A redactor over pieces of text, as the wire uses the engine: what is below the watermark leaves, masked. */
import type { RuleProgram } from '../../src/redaction/program.ts';

/** Returns what leaves after each piece and, last, what leaves at the end. */
export function streamRedact(program: RuleProgram, parts: readonly string[]): string[] {
  const scanner = program.scanner();
  let held = '';
  let base = 0;
  const out = parts.map((part) => {
    held += part;
    scanner.push(part);
    return release();
  });
  scanner.end();
  out.push(release());
  return out;

  function release(): string {
    let text = '';
    for (const { rule, start, end, continued } of scanner.take()) {
      text += held.slice(0, start - base) + (continued === true ? '' : `[REDACTED_${program.rules[rule]?.label}]`);
      held = held.slice(end - base);
      base = end;
    }
    text += held.slice(0, scanner.clear - base);
    held = held.slice(Math.max(0, scanner.clear - base));
    base = Math.max(base, scanner.clear);
    return text;
  }
}
