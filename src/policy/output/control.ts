import { type Reading, type Step, type StepReader, triggersOf } from './text-filter.ts';

/**
 * Takes out what a terminal or a renderer obeys and a reader does not see: control characters but tab and line ends,
 * ANSI sequences whole, direction overrides, and Unicode tag characters, which smuggle text.
 *
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export const controlReader: StepReader = {
  read: readControl,
  triggers: triggersOf((code) => code === 0xdb40 || isControl(code)),
};

function readControl({ text, at, isEnd, isFull }: Reading): Step {
  const code = text.charCodeAt(at);
  if (code === ESCAPE || code === CSI_C1 || code === OSC_C1) {
    const end = sequenceEnd(text, at);
    if (end === undefined && !isEnd && !isFull) return { next: undefined };
    return strip(at, end ?? at + 1);
  }
  if (code === TAG_HIGH) {
    if (at + 1 >= text.length && !isEnd) return { next: undefined };
    const low = text.charCodeAt(at + 1);
    // U+E0000 to U+E007F; a flag (U+1F3F4 before them) keeps its tags.
    const isTag = low >= 0xdc00 && low <= 0xdc7f;
    return isTag && !followsFlag(text, at) ? strip(at, at + 2) : { next: at + 1 };
  }
  if (isControl(code)) return strip(at, at + 1);
  return { next: at + 1 };
}

const ESCAPE = 0x1b;
const CSI_C1 = 0x9b;
const OSC_C1 = 0x9d;
const TAG_HIGH = 0xdb40;
const BELL = 0x07;

function strip(start: number, end: number) {
  return { next: end, edit: { start, end, replacement: '', rule: 'control' } };
}

function isControl(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d;
  if (code >= 0x7f && code <= 0x9f) return code !== 0x85;
  return code === 0x202d || code === 0x202e;
}

/** Where an ANSI sequence ends, or `undefined` where its end has not come. */
function sequenceEnd(text: string, at: number): number | undefined {
  const code = text.charCodeAt(at);
  const kind = code === ESCAPE ? text.charAt(at + 1) : code === CSI_C1 ? '[' : ']';
  const body = code === ESCAPE ? at + 2 : at + 1;
  if (kind === '') return undefined;
  if (kind === '[') return controlSequenceEnd(text, body);
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^' || kind === 'X') return stringEnd(text, body);
  return body;
}

function controlSequenceEnd(text: string, body: number): number | undefined {
  let end = body;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code >= 0x40 && code <= 0x7e) return end + 1;
    if (code < 0x20 || code > 0x3f) return end;
    end++;
  }
  return undefined;
}

function stringEnd(text: string, body: number): number | undefined {
  for (let end = body; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === BELL || code === 0x9c) return end + 1;
    if (code === ESCAPE) return text.charAt(end + 1) === '' ? undefined : end + (text.charAt(end + 1) === '\\' ? 2 : 0);
    if (code === 0x0a) return end;
  }
  return undefined;
}

/** A black flag and then only tags, as subdivision flags are written. */
function followsFlag(text: string, at: number): boolean {
  let before = at - 2;
  while (before >= 0 && text.charCodeAt(before) === TAG_HIGH) before -= 2;
  return text.charCodeAt(before) === 0xd83c && text.charCodeAt(before + 1) === 0xdff4;
}
