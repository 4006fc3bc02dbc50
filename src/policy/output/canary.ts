import type { TextEdit, TextScanner } from '../../core/stage.ts';
import type { RuleProgram } from '../../redaction/program.ts';

/**
 * Finds a mark of letters and digits and its encoded twins, for next to nothing on prose: a run of the characters that
 * they are written in is shown to the redaction engine only when it is as long as the shortest of them.
 */
export interface CanaryOptions {
  /** The engine's program for the mark, alone and encoded. */
  readonly program: RuleProgram;
  /** Length of the mark, which is the shortest of its forms, in UTF-16 code units. */
  readonly characters: number;
  readonly enforces: boolean;
  readonly found: () => void;
  readonly label: string;
}

const NO_EDITS: readonly TextEdit[] = [];

export class CanaryScanner implements TextScanner {
  readonly #options: CanaryOptions;
  #length = 0;
  /** Where the run that is being read began, or -1 outside of one; its text while it is short. */
  #runAt = -1;
  #run = '';
  #engine: ReturnType<RuleProgram['scanner']> | undefined;
  #edits: TextEdit[] = [];

  constructor(options: CanaryOptions) {
    this.#options = options;
  }

  get clear(): number {
    if (!this.#options.enforces) return Number.POSITIVE_INFINITY;
    if (this.#runAt < 0) return this.#length;
    return this.#engine === undefined ? this.#runAt : Math.min(this.#length, this.#runAt + this.#engine.clear);
  }

  push(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code < 0x80 ? ASCII_FORMS[code] === 1 : formOf(code)) {
        if (this.#runAt < 0) {
          this.#runAt = this.#length + at;
          from = at;
        }
      } else if (this.#runAt >= 0) {
        this.#grow(text, from, at);
        this.#close();
      }
    }
    if (this.#runAt >= 0) this.#grow(text, from, text.length);
    this.#length += text.length;
  }

  end(): void {
    this.#close();
  }

  take(): readonly TextEdit[] {
    if (this.#edits.length === 0) return NO_EDITS;
    const taken = this.#edits;
    this.#edits = [];
    return taken;
  }

  #grow(text: string, from: number, to: number): void {
    if (this.#engine !== undefined) {
      this.#engine.push(text.slice(from, to));
      this.#collect();
      return;
    }
    // Where a run that is too short ends at once, its text is never made.
    if (to < text.length && this.#run.length + to - from < this.#options.characters) return;
    this.#run += text.slice(from, to);
    if (this.#run.length < this.#options.characters) return;
    this.#engine = this.#options.program.scanner();
    this.#engine.push(this.#run);
    this.#collect();
  }

  #close(): void {
    if (this.#engine !== undefined) {
      this.#engine.end();
      this.#collect();
      this.#engine = undefined;
    }
    this.#runAt = -1;
    this.#run = '';
  }

  #collect(): void {
    for (const { start, end, continued } of this.#engine?.take() ?? []) {
      if (!continued) this.#options.found();
      if (!this.#options.enforces) continue;
      const replacement = continued ? '' : `[REDACTED_${this.#options.label}]`;
      this.#edits.push({ start: this.#runAt + start, end: this.#runAt + end, replacement });
    }
  }
}

/** Letters, digits, what base64 and percent-encoding add, and characters without a width, which may stand between. */
function formOf(code: number): boolean {
  if (code < 0x80) {
    const letter = code | 0x20;
    if (letter >= 0x61 && letter <= 0x7a) return true;
    if (code >= 0x2f && code <= 0x39) return true;
    return code === 0x25 || code === 0x2b || code === 0x2d || code === 0x5f;
  }
  if (code < 0x2000) return code === 0xad || code === 0x34f || code === 0x180e;
  if (code < 0x2065) return (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || code >= 0x2060;
  return (code >= 0xfe00 && code <= 0xfe0f) || code === 0xfeff;
}

/** The same for ASCII, which is most of what is looked up. */
const ASCII_FORMS: Uint8Array = Uint8Array.from({ length: 0x80 }, (_, code) => (formOf(code) ? 1 : 0));
