/** Where in a user's own message foreign text stands: retrieved documents, comments; and what stands in quotation marks. */

/** A stretch of text, in UTF-16 code units. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** Openings of known layouts and what closes them. Open WebUI puts files into `<context><source …>`. */
const LAYOUTS: readonly (readonly [open: string, close: string])[] = [
  ['<context>', '</context>'],
  ['<source ', '</source>'],
  ['<document', '</document'],
  ['<search_results', '</search_results'],
  ['<!--', '-->'],
];

/** Most regions that are told apart; a text with more of them is foreign from there to its end. */
const REGIONS_MAX = 256;

/** Foreign text within a user's message. Linear: each layout is searched once, forward. */
export function indirectRegions(text: string): readonly Region[] {
  if (!text.includes('<')) return [];
  const regions: Region[] = [];
  for (const [open, close] of LAYOUTS) {
    for (let at = text.indexOf(open); at >= 0;) {
      const found = text.indexOf(close, at + open.length);
      const end = found < 0 || regions.length >= REGIONS_MAX ? text.length : found;
      regions.push({ start: at, end });
      if (end === text.length) break;
      at = text.indexOf(open, end);
    }
  }
  return regions;
}

/** Whether an offset lies in one of the regions. */
export function isInside(regions: readonly Region[], offset: number): boolean {
  return regions.some((region) => offset >= region.start && offset < region.end);
}

const QUOTES = new Set(['"', "'", '`', '“', '”', '„', '‘', '’', '«', '»', '「', '」', '『', '』']);
const QUOTE_CHARACTERS = 60;

/** Whether quotation marks stand around a stretch, both within a few words of it. */
export function isQuoted(text: string, start: number, end: number): boolean {
  return hasQuote(text, start - 1, -1) && hasQuote(text, end, 1);
}

function hasQuote(text: string, from: number, step: 1 | -1): boolean {
  for (let count = 0, at = from; count < QUOTE_CHARACTERS && at >= 0 && at < text.length; count++, at += step) {
    const character = text.charAt(at);
    if (character === '\n') return false;
    if (!QUOTES.has(character)) continue;
    // An apostrophe stands between letters.
    const inside = isLetter(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at + 1));
    if (!inside) return true;
  }
  return false;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
