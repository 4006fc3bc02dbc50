/**
 * How each family of guard models is asked, and what its answer means.
 *
 * The text to be judged is always a message of its own, so that nothing in it can be taken for part of the question.
 * Llama Guard and ShieldGemma judge whether a text asks for something harmful; Granite Guardian with the risk
 * `jailbreak` and a model with a prompt of the operator's judge the attempt itself.
 *
 * @see https://ollama.com/library/llama-guard3 `safe`, or `unsafe` and a line of categories
 * @see https://ollama.com/library/granite3-guardian the system message names the risk; `Yes` or `No`
 * @see https://ollama.com/library/shieldgemma `Yes` or `No`
 */

export type GuardVerdict = 'flagged' | 'clear';

/** A message as `/api/chat` takes it. */
export interface GuardMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** What a model said, as far as it could be read. */
export interface GuardAnswer {
  readonly verdict: GuardVerdict;
  /** Llama Guard's hazard categories, `S1` to `S99`; at most 16. */
  readonly categories: readonly string[];
}

/** One way of asking. */
export interface GuardShape {
  readonly family: GuardFamily;
  messages(text: string): readonly GuardMessage[];
  /** `undefined` where the answer is none of those that the family gives. Linear in the answer. */
  read(answer: string): GuardAnswer | undefined;
}

export type GuardFamily = 'llama_guard' | 'granite_guardian' | 'shieldgemma' | 'prompt';

/** Finds a pattern in a text in linear time, as the engine in `src/redaction` does; never a JavaScript `RegExp`. */
export interface AnswerPattern {
  test(text: string): boolean;
}

/** A prompt of the operator's for any model, and what its answer must contain for either verdict. */
export interface GuardPrompt {
  /** The system message. */
  readonly prompt: string;
  readonly flagged: AnswerPattern;
  readonly clear: AnswerPattern;
}

const CATEGORIES_MAX = 16;

const llamaGuard: GuardShape = {
  family: 'llama_guard',
  messages: (text) => [{ role: 'user', content: text }],
  read(answer) {
    const [verdict, categories = ''] = answer.trim().toLowerCase().split('\n', 2);
    if (verdict?.trim() === 'safe') return { verdict: 'clear', categories: [] };
    return verdict?.trim() === 'unsafe' ? { verdict: 'flagged', categories: readCategories(categories) } : undefined;
  },
};

const graniteGuardian: GuardShape = {
  family: 'granite_guardian',
  messages: (text) => [
    { role: 'system', content: 'jailbreak' },
    { role: 'user', content: text },
  ],
  read: readYesOrNo,
};

const shieldGemma: GuardShape = {
  family: 'shieldgemma',
  messages: (text) => [{ role: 'user', content: text }],
  read: readYesOrNo,
};

/** The shape of a model's name, or `undefined` where no family is known by it. */
export function shapeOfName(name: string): GuardShape | undefined {
  const lower = name.toLowerCase();
  if (lower.includes('llama-guard')) return llamaGuard;
  if (lower.includes('granite') && lower.includes('guardian')) return graniteGuardian;
  return lower.includes('shieldgemma') ? shieldGemma : undefined;
}

/** The shape of a prompt of the operator's. An answer that both patterns accept counts as flagged. */
export function shapeOfPrompt(prompt: GuardPrompt): GuardShape {
  return {
    family: 'prompt',
    messages: (text) => [
      { role: 'system', content: prompt.prompt },
      { role: 'user', content: text },
    ],
    read(answer) {
      if (prompt.flagged.test(answer)) return { verdict: 'flagged', categories: [] };
      return prompt.clear.test(answer) ? { verdict: 'clear', categories: [] } : undefined;
    },
  };
}

function readCategories(line: string): string[] {
  const categories: string[] = [];
  for (const part of line.split(',', CATEGORIES_MAX)) {
    const name = part.trim();
    const digits = name.slice(1);
    if (name.startsWith('s') && digits.length >= 1 && digits.length <= 2 && isDigits(digits))
      categories.push(`S${digits}`);
  }
  return categories;
}

function isDigits(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

/** `Yes` or `No` as the first word, or within `<score>`, as later Granite Guardians write it. */
function readYesOrNo(answer: string): GuardAnswer | undefined {
  const lower = answer.toLowerCase();
  const score = lower.lastIndexOf('<score>');
  const word = firstWord(score < 0 ? lower : lower.slice(score + '<score>'.length));
  if (word === 'yes') return { verdict: 'flagged', categories: [] };
  return word === 'no' ? { verdict: 'clear', categories: [] } : undefined;
}

function firstWord(text: string): string {
  const trimmed = text.trimStart();
  let end = 0;
  while (end < trimmed.length) {
    const unit = trimmed.charCodeAt(end);
    if (unit < 0x61 || unit > 0x7a) break;
    end += 1;
  }
  return trimmed.slice(0, end);
}
