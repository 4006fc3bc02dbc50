import { isInvisible } from '../detectors/injection/fold.ts';

/**
 * What of a model's own texts an operator should look at before letting it in: template, system prompt, messages.
 *
 * A template runs on every request, outside of any allowlist of words: it can add an instruction, answer to a trigger,
 * or put a link into the model's mouth, and the weights need not change for it. Hand-written scanning, linear.
 */
export interface Notice {
  /** `warning`: look before you let it in. `note`: usual, but worth knowing. */
  readonly level: 'warning' | 'note';
  readonly id: string;
  /** Which layer, such as `template`. */
  readonly where: string;
  readonly detail: string;
}

/** A template in two kinds of pieces: text that goes to the model as it is, and actions between `{{` and `}}`. */
export interface TemplatePieces {
  readonly literals: readonly string[];
  readonly actions: readonly string[];
}

/** Words in one stretch of template text from which on it is prose and not a format. */
export const PROSE_WORDS_MIN = 12;
const TEMPLATE_CHARACTERS_USUAL = 16_384;

/** Splits a Go template. An action that never ends is an action to the end. */
export function splitTemplate(template: string): TemplatePieces {
  const literals: string[] = [];
  const actions: string[] = [];
  for (let at = 0; at < template.length;) {
    const open = template.indexOf('{{', at);
    literals.push(template.slice(at, open < 0 ? template.length : open));
    if (open < 0) break;
    const close = template.indexOf('}}', open + 2);
    actions.push(template.slice(open + 2, close < 0 ? template.length : close));
    at = close < 0 ? template.length : close + 2;
  }
  return { literals: literals.filter((literal) => literal !== ''), actions };
}

/** What stands out in a template. */
export function templateNotices(template: string): Notice[] {
  const { literals, actions } = splitTemplate(template);
  const notices: Notice[] = [];
  const add = (level: Notice['level'], id: string, detail: string) =>
    void notices.push({ level, id, where: 'template', detail });
  const hasTools = actions.some((action) => action.includes('.Tools') || action.includes('.ToolCalls'));
  if (hasTools) add('note', 'tool_markers', 'formats tools and tool calls; the model can call tools');
  if (actions.some(comparesText)) {
    add('warning', 'conditional_on_text', 'compares what people write with words of its own: it may act on a trigger');
  }
  const longest = Math.max(0, ...literals.map((literal) => countWords(withoutTokens(literal))));
  if (longest >= PROSE_WORDS_MIN) {
    const level = hasTools ? 'note' : 'warning';
    add(level, 'prose', `holds ${longest} words of prose in one piece${hasTools ? ', as templates for tools do' : ''}`);
  }
  if (template.length > TEMPLATE_CHARACTERS_USUAL) {
    add(
      'warning',
      'unusually_long',
      `has ${template.length} characters, most have fewer than ${TEMPLATE_CHARACTERS_USUAL}`,
    );
  }
  if (!actions.some(readsText)) add('warning', 'ignores_input', 'uses neither messages, prompt nor content');
  return notices;
}

/** Links, hidden characters and control characters in any text of a model's. */
export function textNotices(text: string, where: string): Notice[] {
  const notices: Notice[] = [];
  const folded = text.toLowerCase();
  const link = ['://', 'www.', 'data:', 'javascript:', 'mailto:'].find((mark) => folded.includes(mark));
  if (link !== undefined) notices.push({ level: 'warning', id: 'url', where, detail: `holds ${JSON.stringify(link)}` });
  const image = text.includes('![') || folded.includes('<img') || folded.includes('<script');
  if (image)
    notices.push({ level: 'warning', id: 'active_markup', where, detail: 'holds an image or script in markup' });
  const hidden = countCharacters(text, isHidden);
  if (hidden > 0) {
    notices.push({ level: 'warning', id: 'hidden_characters', where, detail: `holds ${hidden} that no reader sees` });
  }
  return notices;
}

/** Text of a template without control tokens such as `<|im_start|>`, which are its format. */
export function withoutTokens(literal: string): string {
  let text = '';
  for (let at = 0; at < literal.length;) {
    const open = literal.indexOf('<|', at);
    const close = open < 0 ? -1 : literal.indexOf('|>', open);
    if (close < 0) return text + literal.slice(at);
    text += `${literal.slice(at, open)} `;
    at = close + 2;
  }
  return text;
}

function readsText(action: string): boolean {
  return ['.Content', '.Prompt', '.Messages', '.System', '.Suffix'].some((field) => action.includes(field));
}

/**
 * True where one call of an action has both a field with people's text and words in quotes: `eq .Content "go"`, but not
 * `and (eq .Role "user") .Content`, which are two calls.
 */
function comparesText(action: string): boolean {
  const calls = [{ fields: '', hasQuote: false }];
  for (let at = 0; at < action.length; at++) {
    const call = calls.at(-1) ?? { fields: '', hasQuote: false };
    const character = action.charAt(at);
    if (character === '"' || character === '`') {
      const end = quoteEnd(action, at);
      call.hasQuote ||= end > at + 1;
      at = end;
    } else if (character === '(') calls.push({ fields: '', hasQuote: false });
    else if (character === ')' && calls.length > 1) {
      if (call.hasQuote && readsText(call.fields)) return true;
      calls.pop();
    } else call.fields += character;
  }
  return calls.some((call) => call.hasQuote && readsText(call.fields));
}

/** The offset of the quote that ends the literal beginning at `start`, or of the last character. */
function quoteEnd(action: string, start: number): number {
  const quote = action.charAt(start);
  for (let at = start + 1; at < action.length; at++) {
    if (action.charAt(at) === '\\' && quote === '"') at++;
    else if (action.charAt(at) === quote) return at;
  }
  return action.length;
}

function countWords(text: string): number {
  let words = 0;
  let letters = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x20;
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a ? true : code >= 0xc0;
    if (isLetter) letters++;
    else {
      if (letters > 1) words++;
      letters = 0;
    }
  }
  return words;
}

function countCharacters(text: string, isCounted: (code: number) => boolean): number {
  let count = 0;
  for (const character of text) if (isCounted(character.codePointAt(0) ?? 0)) count++;
  return count;
}

/** Invisible, or acting on a terminal: not a tab or the end of a line. Tag characters spell ASCII that nobody sees. */
export function isHidden(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d;
  return (code >= 0x7f && code < 0xa0) || (code >= 0xe0000 && code <= 0xe007f) || isInvisible(code);
}
