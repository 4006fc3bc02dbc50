/** Where in a user's own message foreign text stands: retrieved documents, comments; and what stands in quotation marks. */

/** A stretch of text, in UTF-16 code units. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** A layout of foreign text: what opens it, and what closes it. */
interface Layout {
  readonly open: string;
  readonly close: string;
  /** The last closing mark counts, because the text inside may imitate it. */
  readonly untilLast?: boolean;
  /** Counts only at the beginning of a line or behind another tag; elsewhere it is being talked about. */
  readonly ownLine?: boolean;
}

/** Known layouts. Open WebUI puts files into `<context><source …>`. */
const LAYOUTS: readonly Layout[] = [
  { open: '<context>', close: '</context>', untilLast: true, ownLine: true },
  { open: '<documents>', close: '</documents>', untilLast: true, ownLine: true },
  { open: '<source ', close: '</source>', untilLast: true, ownLine: true },
  { open: '<document', close: '</document', untilLast: true, ownLine: true },
  { open: '<search_results', close: '</search_results', untilLast: true, ownLine: true },
  { open: '<!--', close: '-->' },
];

/** Most regions that are told apart; a text with more of them is foreign from there to its end. */
const REGIONS_MAX = 256;

/** Foreign text within a user's message. Linear: each layout is searched once, forward. */
export function indirectRegions(text: string): readonly Region[] {
  if (!text.includes('<')) return [];
  const regions: Region[] = [];
  for (const layout of LAYOUTS) addRegions(regions, text, layout);
  return regions;
}

function addRegions(
  regions: Region[],
  text: string,
  { open, close, untilLast = false, ownLine = false }: Layout,
): void {
  for (let at = text.indexOf(open); at >= 0;) {
    if (ownLine && !beginsLine(text, at)) {
      at = text.indexOf(open, at + open.length);
      continue;
    }
    const found = untilLast ? text.lastIndexOf(close) : text.indexOf(close, at + open.length);
    const end = found < at || regions.length >= REGIONS_MAX ? text.length : found;
    regions.push({ start: at, end });
    if (untilLast || end === text.length) return;
    at = text.indexOf(open, end);
  }
}

/** Whether nothing but blanks or another tag stands before an offset in its line. */
function beginsLine(text: string, at: number): boolean {
  let before = at - 1;
  while (
    before >= 0 &&
    at - before <= BLANKS_MAX &&
    (text.charCodeAt(before) === 0x20 || text.charCodeAt(before) === 0x09)
  )
    before--;
  if (before < 0) return true;
  const code = text.charCodeAt(before);
  return code === 0x0a || code === 0x3e;
}

/** Longest indentation before a tag, in UTF-16 code units. */
const BLANKS_MAX = 32;

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
