import { isUnsafeLink, type LinkRules } from './links.ts';
import { readTag } from './html.ts';
import { type Reading, type Step, type StepReader, triggersOf } from './text-filter.ts';

/**
 * Reads markdown as a renderer would, as far as it decides what is a link, an image or a tag: code is left alone, in
 * fences and between backticks, because it is shown and not obeyed.
 */
export interface MarkdownRules {
  readonly links: LinkRules | undefined;
  /** `escape`: tags that run or load something. `escapeAll`: every tag. */
  readonly html: 'escape' | 'escapeAll' | 'keep';
}

/** What takes a destination's place: it loads nothing and says why. */
const REMOVED = 'about:blank#link-removed-by-policy';

interface State {
  /** The fence that is open, by its character and length. */
  fence: { readonly mark: string; readonly length: number } | undefined;
  /** For each open bracket whether it opens an image. */
  readonly brackets: boolean[];
}

const BRACKETS_MAX = 64;

const TEXT_TRIGGERS = triggersOf((code) => '`~\n[]<:'.includes(String.fromCharCode(code)));
const FENCE_TRIGGERS = triggersOf((code) => '`~'.includes(String.fromCharCode(code)));

/** A reader for one channel; keeps what it knows of open fences and brackets. */
export function createMarkdownReader(rules: MarkdownRules): StepReader {
  const state: State = { fence: undefined, brackets: [] };
  return {
    get triggers() {
      return state.fence ? FENCE_TRIGGERS : TEXT_TRIGGERS;
    },
    read: (reading) => readMark(reading, rules, state),
  };
}

function readMark(reading: Reading, rules: MarkdownRules, state: State): Step {
  const { text, at } = reading;
  switch (text.charAt(at)) {
    case '`':
    case '~':
      return readCode(reading, state);
    case '\n':
      // A blank line ends what a bracket could still open.
      if (text.charAt(at - 1) === '\n') state.brackets.length = 0;
      return { next: at + 1 };
    case '[':
      return openBracket(text, at, state);
    case ']':
      return closeBracket(reading, rules, state);
    case '<':
      return readTag(reading, rules);
    case ':':
      return readBareLink(reading, rules);
    default:
      return { next: at + 1 };
  }
}

function readCode(reading: Reading, state: State): Step {
  const { text, at, isEnd, isFull } = reading;
  const mark = text.charAt(at);
  let end = at;
  while (text.charAt(end) === mark) end++;
  if (end >= text.length && !isEnd && !isFull) return { next: undefined };
  const length = end - at;
  if (state.fence) {
    if (mark === state.fence.mark && length >= state.fence.length && beginsLine(text, at)) state.fence = undefined;
    return { next: end };
  }
  if (length >= 3 && beginsLine(text, at)) {
    state.fence = { mark, length };
    return { next: end };
  }
  return mark === '`' ? readSpan(reading, end, length) : { next: end };
}

/** Only spaces, at most three, between the line's beginning and `at`. */
function beginsLine(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && text.charAt(before) === ' ' && at - before <= 4) before--;
  return before < 0 || text.charAt(before) === '\n' || text.charAt(before) === '\r';
}

/** Code between equal runs of backticks; without its end in the paragraph the run is only text. */
function readSpan({ text, isEnd, isFull }: Reading, from: number, length: number): Step {
  let at = from;
  while (at < text.length) {
    if (text.charAt(at) === '\n' && text.charAt(at - 1) === '\n') return { next: from };
    if (text.charAt(at) !== '`') {
      at++;
      continue;
    }
    const start = at;
    while (text.charAt(at) === '`') at++;
    // A run at the very end may still grow.
    if (at - start === length && (at < text.length || isEnd)) return { next: at };
  }
  return { next: isEnd || isFull ? from : undefined };
}

function openBracket(text: string, at: number, state: State): Step {
  if (state.brackets.length >= BRACKETS_MAX) state.brackets.shift();
  state.brackets.push(text.charAt(at - 1) === '!');
  return { next: at + 1 };
}

function closeBracket(reading: Reading, rules: MarkdownRules, state: State): Step {
  const { text, at, isEnd } = reading;
  const follows = text.charAt(at + 1);
  if (follows === '' && !isEnd) return { next: undefined };
  // Any image that is still open counts: an escaped or unbalanced bracket must not turn an image into a link.
  const isImage = state.brackets.includes(true) || state.brackets.length === 0;
  if (follows !== '(' && follows !== ':') {
    state.brackets.pop();
    return { next: at + 1 };
  }
  const step = readDestination(reading, rules, follows === ':' || isImage);
  if (step.next !== undefined) state.brackets.pop();
  return step;
}

/** The destination behind `](` or `]:`. A definition counts as an image, because images may refer to it. */
function readDestination(reading: Reading, rules: MarkdownRules, loads: boolean): Step {
  const { text, at, isEnd, isFull } = reading;
  if (!rules.links) return { next: at + 2 };
  let start = at + 2;
  while (isSpace(text.charAt(start))) start++;
  const angled = text.charAt(start) === '<';
  if (angled) start++;
  const end = destinationEnd(text, start, angled);
  if (end === undefined && !isEnd && !isFull) return { next: undefined };
  const destination = text.slice(start, end);
  if (destination === '') return { next: at + 2 };
  if (end !== undefined || isEnd) {
    if (!isUnsafeLink(destination, loads, rules.links)) return { next: end ?? text.length };
    const stop = end ?? text.length;
    return { next: stop, edit: { start, end: stop, replacement: REMOVED, rule: loads ? 'image' : 'link' } };
  }
  // Longer than any link: closed here, so that the rest is only text.
  return { next: text.length, edit: { start, end: text.length, replacement: `${REMOVED}) `, rule: 'link' } };
}

function destinationEnd(text: string, start: number, angled: boolean): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (angled) {
      if (character === '>' || character === '\n') return at;
    } else if (isSpace(character)) {
      return at;
    } else if (character === '(') {
      depth++;
    } else if (character === ')' && depth-- === 0) {
      return at;
    }
  }
  return undefined;
}

/** A link that stands in the text by itself: many renderers make it one that can be clicked. Read from its colon on. */
function readBareLink({ text, at, isEnd, isFull }: Reading, rules: MarkdownRules): Step {
  if (!rules.links) return { next: at + 1 };
  const start = schemeStart(text, at);
  if (start === undefined) return { next: at + 1 };
  const slashes = text.slice(at + 1, at + 3);
  if (slashes !== '//') {
    const mayBeLink = slashes.length < 2 && '//'.startsWith(slashes);
    return { next: mayBeLink && !isEnd ? undefined : at + 1 };
  }
  let end = at + 3;
  while (end < text.length && !isLinkEnd(text.charAt(end))) end++;
  if (end >= text.length && !isEnd && !isFull) return { next: undefined };
  const isLong = end >= text.length && !isEnd;
  if (!isLong && !isUnsafeLink(text.slice(start, end), false, rules.links)) return { next: end };
  return { next: end, edit: { start: at, end: at + 1, replacement: '[:]', rule: 'link' } };
}

/** Where `http` or `https` begins that ends right before the colon. */
function schemeStart(text: string, colon: number): number | undefined {
  const before = text.slice(Math.max(0, colon - 5), colon).toLowerCase();
  if (before === 'https') return colon - 5;
  return before.endsWith('http') ? colon - 4 : undefined;
}

function isLinkEnd(character: string): boolean {
  return isSpace(character) || '<>"`()[]{}|\\^'.includes(character);
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}
