import type { AnswerCall, AnswerSlot } from '../../core/operation.ts';
import type { Finding } from '../../redaction/rule.ts';
import type { AnswerContext, AnswerStage, TextEdit, TextScanner } from '../../core/stage.ts';
import { SensitiveTally } from './sensitive-tally.ts';
import type { PlacedProgram, PlacedRule, Programs } from './sensitive-programs.ts';
import { PromptValues } from './prompt-values.ts';

/**
 * Reads the channels of one answer by the rules that apply to it: edits where they act, counts where they watch.
 *
 * Decisions are summed up per rule and channel and noted when the answer is over; a refusal is noted at once.
 */
export function answerStage(programs: Programs, context: AnswerContext): AnswerStage {
  return new SensitiveAnswer(programs, context);
}

class SensitiveAnswer implements AnswerStage {
  readonly #programs: Programs;
  readonly #tally: SensitiveTally;
  readonly #spared: PromptValues;

  constructor(programs: Programs, context: AnswerContext) {
    this.#programs = programs;
    this.#tally = new SensitiveTally(context.note);
    this.#spared = new PromptValues(context.request.texts);
  }

  scanner(slot: Pick<AnswerSlot, 'channel' | 'kind'>): TextScanner | undefined {
    const isCall = slot.kind === 'tool_argument';
    const acting = isCall ? this.#programs.call() : this.#programs.answer;
    const watching = isCall ? this.#programs.callWatch() : this.#programs.answerWatch;
    if (!acting && !watching) return undefined;
    return new SensitiveScanner({ slot, acting, watching, tally: this.#tally, spared: this.#spared });
  }

  call(call: AnswerCall): string | undefined {
    return judgeCall(this.#programs.callDeny(), call, this.#tally, this.#spared);
  }

  finish(): void {
    this.#tally.flush();
  }
}

interface ScannerOptions {
  readonly slot: Pick<AnswerSlot, 'channel' | 'kind'>;
  readonly acting: PlacedProgram | undefined;
  readonly watching: PlacedProgram | undefined;
  readonly tally: SensitiveTally;
  readonly spared: PromptValues;
}

/** One channel under two programs. Memory is that of what is held. */
class SensitiveScanner implements TextScanner {
  stop?: number;
  readonly #options: ScannerOptions;
  readonly #acting: ReturnType<PlacedProgram['program']['scanner']> | undefined;
  readonly #watching: ReturnType<PlacedProgram['program']['scanner']> | undefined;
  readonly #holds: boolean;
  readonly #text: TextTail;
  #edits: TextEdit[] = [];
  /** The rule whose overlong candidate is being swallowed was left alone, so its rest is too. */
  #sparing = false;

  constructor(options: ScannerOptions) {
    this.#options = options;
    this.#acting = options.acting?.program.scanner();
    this.#watching = options.watching?.program.scanner();
    this.#holds = options.acting?.rules.some(({ policy }) => policy.identity.mode !== 'monitor') ?? false;
    this.#text = new TextTail(!options.spared.isEmpty);
  }

  get clear(): number {
    return this.#holds && this.#acting ? this.#acting.clear : Infinity;
  }

  push(text: string): void {
    if (this.stop !== undefined) return;
    this.#text.push(text);
    this.#acting?.push(text);
    this.#watching?.push(text);
    this.#read();
  }

  end(): void {
    if (this.stop !== undefined) return;
    this.#acting?.end();
    this.#watching?.end();
    this.#read();
  }

  take(): readonly TextEdit[] {
    const taken = this.#edits;
    if (taken.length > 0) this.#edits = [];
    return taken;
  }

  #read(): void {
    const { acting, watching, tally, slot } = this.#options;
    if (this.#watching && watching) {
      for (const finding of this.#watching.take()) {
        const rule = watching.rules[finding.rule];
        if (rule && !finding.continued && !this.#isSpared(rule, finding)) tally.add(rule, slot, 1);
      }
    }
    if (this.#acting && acting) {
      for (const finding of this.#acting.take()) {
        const rule = acting.rules[finding.rule];
        if (rule) this.#apply(rule, finding);
        if (this.stop !== undefined) return;
      }
    }
    this.#text.release(Math.min(this.#acting?.clear ?? Infinity, this.#watching?.clear ?? Infinity));
  }

  #apply(rule: PlacedRule, finding: Finding): void {
    const { tally, slot } = this.#options;
    if (finding.continued !== true) this.#sparing = this.#isSpared(rule, finding);
    if (this.#sparing) return;
    if (finding.continued !== true) {
      const outcome = tally.add(rule, slot, 1);
      if (outcome === 'refused') {
        this.stop = finding.start;
        return;
      }
      if (outcome !== 'redacted') return;
    } else if (rule.policy.identity.mode === 'monitor') {
      return;
    }
    const replacement = finding.continued === true ? '' : `[REDACTED_${rule.label}]`;
    this.#edits.push({ start: finding.start, end: finding.end, replacement });
  }

  #isSpared(rule: PlacedRule, finding: Finding): boolean {
    if (!rule.sparesPrompt || this.#options.spared.isEmpty) return false;
    return this.#options.spared.has(this.#text.slice(finding.start, finding.end));
  }
}

/** The end of a channel's text, as far back as an undecided candidate reaches. */
class TextTail {
  readonly #keeps: boolean;
  #text = '';
  #start = 0;

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  push(text: string): void {
    if (this.#keeps) this.#text += text;
  }

  slice(from: number, to: number): string {
    return this.#text.slice(Math.max(0, from - this.#start), Math.max(0, to - this.#start));
  }

  /** Cut now and then, so that a push does not pay for it. */
  release(below: number): void {
    const excess = Math.min(below - this.#start, this.#text.length);
    if (excess < TAIL_CHARACTERS_MIN) return;
    this.#text = this.#text.slice(excess);
    this.#start += excess;
  }
}

const TAIL_CHARACTERS_MIN = 512;

/** Refuses a call whole where a policy with `toolArguments: deny` finds something in it. */
function judgeCall(
  placed: PlacedProgram | undefined,
  call: AnswerCall,
  tally: SensitiveTally,
  spared: PromptValues,
): string | undefined {
  if (!placed) return undefined;
  let refused = false;
  for (const slot of call.slots) {
    for (const finding of placed.program.findings(slot.text)) {
      const rule = placed.rules[finding.rule];
      if (!rule || finding.continued) continue;
      if (rule.sparesPrompt && spared.has(slot.text.slice(finding.start, finding.end))) continue;
      refused = tally.denyCall(rule, call.channel) === 'replaced' || refused;
    }
  }
  return refused ? '[The tool call was blocked by policy: its arguments hold sensitive information.]' : undefined;
}
