/** HTML tags and comments taken out, so that a phrase or a word which they cut in pieces is whole again. */
import type { Mapped } from '../mapped.ts';
import { decodeMarked } from '../stretches.ts';

/** Longest tag or comment that is taken out, in UTF-16 code units; the text of a longer one is content. */
const TAG_CHARACTERS_MAX = 1_000;
const TAGS_MIN = 2;

/** Tags that a browser shows nothing of between two letters; every other one separates words. */
const INLINE: ReadonlySet<string> = new Set(
  'a abbr b bdi bdo big code em font i ins kbd mark o s small span strong sub sup tt u var wbr'.split(' '),
);

const MARKERS = new Uint8Array(128);
MARKERS[0x3c] = 1;

/** The text without its markup. Linear: a tag is looked at once, and a `<` without an end at most `TAG_CHARACTERS_MAX` far. */
export function decodeMarkup(text: string): Mapped | undefined {
  // Behind the last `>` no tag can end.
  const last = text.lastIndexOf('>');
  return decodeMarked(text, MARKERS, TAGS_MIN, (built, at) => {
    if (at > last) return -1;
    if (text.startsWith('<!--', at)) {
      const close = indexWithin(text, '-->', at + 4);
      return close < 0 ? -1 : close + 3;
    }
    const nameStart = text.charCodeAt(at + 1) === 0x2f ? at + 2 : at + 1;
    let nameEnd = nameStart;
    while (nameEnd - nameStart < 12 && isNameCode(text.charCodeAt(nameEnd))) nameEnd++;
    if (nameEnd === nameStart) return -1;
    const close = indexWithin(text, '>', nameEnd);
    if (close < 0) return -1;
    if (!INLINE.has(text.slice(nameStart, nameEnd).toLowerCase())) built.push(0x20, at);
    return close + 1;
  });
}

function indexWithin(text: string, what: string, from: number): number {
  const found = text.slice(from, from + TAG_CHARACTERS_MAX).indexOf(what);
  return found < 0 ? -1 : from + found;
}

function isNameCode(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39);
}
