import { isUnsafeLink } from './links.ts';
import type { MarkdownRules } from './markdown.ts';
import type { Reading, Step } from './text-filter.ts';

/** Tags that run, load, send or restyle by themselves; they are escaped by their name alone. */
const ACTIVE: ReadonlySet<string> = new Set(
  `applet audio base body bgsound button embed form frame frameset head html iframe input link marquee math meta
   noscript object param portal script source style svg template textarea title track video`.split(/\s+/),
);
/** Of those, the ones that a plain page has and that do nothing by themselves. */
const HARMLESS: ReadonlySet<string> = new Set([
  'html',
  'head',
  'body',
  'title',
  'button',
  'input',
  'textarea',
  'noscript',
]);

const TAG_CHARACTERS_MAX = 1024;

/** Reads a tag at `<`; an unsafe one has its `<` escaped, so that it is shown instead of obeyed. */
export function readTag(reading: Reading, rules: MarkdownRules): Step {
  const { text, at, isEnd } = reading;
  const first = text.charAt(at + 1);
  if (first === '' && !isEnd) return { next: undefined };
  if (!isLetter(first) && !'/!?'.includes(first)) return { next: at + 1 };
  if (rules.html === 'escapeAll') return escape(at);
  const nameStart = first === '/' ? at + 2 : at + 1;
  let nameEnd = nameStart;
  while (nameEnd < at + TAG_CHARACTERS_MAX && isNameCharacter(text.charAt(nameEnd))) nameEnd++;
  if (nameEnd >= text.length && !isEnd && nameEnd - at < TAG_CHARACTERS_MAX) return { next: undefined };
  const name = text.slice(nameStart, nameEnd).toLowerCase();
  if (rules.html === 'escape' && ACTIVE.has(name) && !HARMLESS.has(name)) return escape(at);
  if (first === '/' || first === '!' || first === '?')
    return { next: nameEnd > at ? Math.max(nameEnd, at + 1) : at + 1 };
  // An address between angle brackets is a link, and read as one.
  if (text.charAt(nameEnd) === ':') return { next: at + 1 };
  if (text.charAt(nameEnd) === '>') return { next: nameEnd + 1 };
  return readAttributes(reading, name, nameEnd, rules);
}

function escape(at: number): Step {
  return { next: at + 1, edit: { start: at, end: at + 1, replacement: '&lt;', rule: 'html' } };
}

/** Holds a tag until its end is known, or until it is too long to be one that is meant well. */
function readAttributes(reading: Reading, name: string, from: number, rules: MarkdownRules): Step {
  const { text, at, isEnd } = reading;
  const end = tagEnd(text, from, at + TAG_CHARACTERS_MAX);
  if (end === 'no_tag') return { next: at + 1 };
  if (end === undefined) {
    if (!isEnd && text.length - at < TAG_CHARACTERS_MAX) return { next: undefined };
    // Browsers close what is open at the end of a page, so an unfinished tag with attributes counts.
    return text.slice(from, at + TAG_CHARACTERS_MAX).includes('=') ? escape(at) : { next: at + 1 };
  }
  const attributes = text.slice(from, end).toLowerCase();
  const runs = rules.html === 'escape' && (hasHandler(attributes) || attributes.includes('script:'));
  return runs || loadsElsewhere(attributes, name, rules) ? escape(at) : { next: end };
}

function tagEnd(text: string, from: number, limit: number): number | 'no_tag' | undefined {
  let quote = '';
  for (let at = from; at < Math.min(text.length, limit); at++) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') {
      return at + 1;
    } else if ((character === '"' || character === "'") && text.charAt(at - 1) === '=') {
      quote = character;
    } else if (character === '<' || (character === '\n' && text.charAt(at - 1) === '\n')) {
      return 'no_tag';
    }
  }
  return undefined;
}

/** `onload=`, `onerror =` and their kin, after a space, a slash or a quote. */
function hasHandler(attributes: string): boolean {
  for (let at = attributes.indexOf('on'); at >= 0; at = attributes.indexOf('on', at + 2)) {
    const before = attributes.charAt(at - 1);
    if (!' \t\n\r\f/"\''.includes(before)) continue;
    let end = at + 2;
    while (isLetter(attributes.charAt(end))) end++;
    while (' \t\n\r\f'.includes(attributes.charAt(end)) && attributes.charAt(end) !== '') end++;
    if (end > at + 2 && attributes.charAt(end) === '=') return true;
  }
  return false;
}

/** Any address in a tag counts as loaded, but for the plain link `<a href>`. */
function loadsElsewhere(attributes: string, name: string, rules: MarkdownRules): boolean {
  if (!rules.links) return false;
  const { links } = rules;
  if (attributes.includes('&#') && (attributes.includes('src') || attributes.includes('href'))) return true;
  for (let at = attributes.indexOf('//'); at >= 0; at = attributes.indexOf('//', at + 2)) {
    let start = at;
    while (start > 0 && (isNameCharacter(attributes.charAt(start - 1)) || attributes.charAt(start - 1) === ':'))
      start--;
    let end = at + 2;
    while (end < attributes.length && !' \t\n\r"\'>()'.includes(attributes.charAt(end))) end++;
    if (isUnsafeLink(attributes.slice(start, end), name !== 'a', links)) return true;
  }
  return false;
}

function isLetter(character: string): boolean {
  const code = character.charCodeAt(0) | 0x20;
  return code >= 0x61 && code <= 0x7a;
}

function isNameCharacter(character: string): boolean {
  return isLetter(character) || (character >= '0' && character <= '9') || character === '-';
}
