/**
 * Views: the same text, read as the reader of an attack would read it.
 *
 * The base view always exists. Every other one is built only when a cheap signal of `survey()` calls for it, so prose
 * costs one pass. Decoded texts are read again up to `depthMax` deep; all of them together stay within a multiple of the
 * text's length, and what does not fit is reported as `truncated`, never passed over in silence.
 */
import { decodeEscapes, type EscapeSign } from './decode/escapes.ts';
import { decodeBits, decodeSelectors, decodeTags } from './decode/hidden.ts';
import {
  decodeApart,
  decodeAtbash,
  decodeLeet,
  decodeMorse,
  decodeNato,
  decodeReversed,
  decodeRot13,
} from './decode/letters.ts';
import { decodeBraille, decodeNumbers } from './decode/numbers.ts';
import { decodeMarkup } from './decode/markup.ts';
import { decodeRuns } from './decode/runs.ts';
import { VIEW_LIMITS, type ViewLimits } from './limits.ts';
import { Kind } from './kinds.ts';
import type { Mapped } from './mapped.ts';
import { needsNormalising, normalise } from './normalise.ts';
import type { Stretch } from './stretches.ts';
import { type Run, type Survey, survey } from './survey.ts';

export type ViewName =
  | 'folded'
  | 'tags'
  | 'selectors'
  | 'bits'
  | 'base64'
  | 'base32'
  | 'hex'
  | 'url'
  | 'entities'
  | 'escapes'
  | 'markup'
  | 'quoted_printable'
  | 'morse'
  | 'apart'
  | 'leet'
  | 'rot13'
  | 'atbash'
  | 'reversed'
  | 'binary'
  | 'hexpairs'
  | 'decimal'
  | 'braille'
  | 'nato';

/** One reading of a text. */
export interface View {
  readonly name: ViewName;
  /** How it came about, outermost first: `folded>base64`. */
  readonly path: string;
  /** The text of this reading; `foldText()` gives its lower case without diacritics, of the same length. */
  readonly text: string;
  /** The letters may stand without spaces between words. */
  readonly unspaced: boolean;
  /** The offset in the original text that a code unit of this reading came from. `text.length` maps to the end. */
  origin(offset: number): number;
}

/** The readings of a text; the base view is first. */
export interface Views {
  readonly views: readonly View[];
  /** Not everything that could be decoded was: the caller must treat the text as unread. */
  readonly truncated: boolean;
}

interface Decoder {
  readonly name: ViewName;
  /** Reads the text before anything invisible was taken out. */
  readonly raw?: boolean;
  readonly unspaced?: boolean;
  /** Plays with letters: not applied to the result of another that does. */
  readonly cipher?: boolean;
  /** Undoes all layers at once: not applied to its own result. */
  readonly complete?: boolean;
  wanted(seen: Survey): boolean;
  decode(text: string, seen: Survey): Mapped | undefined;
}

const hasRun = (seen: Survey, alphabet: Run['alphabet']): boolean => seen.runs.some((run) => run.alphabet === alphabet);

/** Two everyday words in cipher, or one where little else is readable. */
const cuesMin = (seen: Survey): number => (seen.words <= 40 && seen.naturalCues < 8 ? 1 : 2);

const hasStretch = (stretches: readonly Stretch[], signsMin: number): boolean =>
  stretches.some((stretch) => stretch.signs >= signsMin);

const countOf = (seen: Survey, kind: number): number => seen.counts[kind] ?? 0;

/** Signs of escapes that are frequent enough for words to hide behind them. */
function escapeSigns(seen: Survey): readonly EscapeSign[] {
  const signs: EscapeSign[] = [];
  if (seen.percents >= 3) signs.push('%');
  if (seen.ampersands >= 3) signs.push('&');
  if (seen.backslashes >= 3) signs.push('\\');
  if (seen.equals >= 6) signs.push('=');
  return signs;
}

function onlySign(seen: Survey): EscapeSign | undefined {
  const signs = escapeSigns(seen);
  return signs.length === 1 ? signs[0] : undefined;
}

/** What is decoded, and when. Read from top to bottom; each costs time linear in what it reads. */
const DECODERS: readonly Decoder[] = [
  { name: 'tags', raw: true, wanted: (seen) => countOf(seen, Kind.astral) >= 8, decode: decodeTags },
  {
    name: 'selectors',
    raw: true,
    wanted: (seen) => countOf(seen, Kind.astral) >= 4 || countOf(seen, Kind.invisible) >= 6,
    decode: decodeSelectors,
  },
  { name: 'bits', raw: true, wanted: (seen) => countOf(seen, Kind.invisible) >= 48, decode: decodeBits },
  {
    name: 'base64',
    wanted: (seen) => hasRun(seen, 'base64'),
    decode: (text, seen) => decodeRuns(text, seen.runs, 'base64'),
  },
  {
    name: 'base32',
    wanted: (seen) => hasRun(seen, 'base32'),
    decode: (text, seen) => decodeRuns(text, seen.runs, 'base32'),
  },
  { name: 'hex', wanted: (seen) => hasRun(seen, 'hex'), decode: (text, seen) => decodeRuns(text, seen.runs, 'hex') },
  {
    name: 'url',
    complete: true,
    wanted: (seen) => onlySign(seen) === '%',
    decode: (text) => decodeEscapes(text, ['%']),
  },
  {
    name: 'entities',
    complete: true,
    wanted: (seen) => onlySign(seen) === '&',
    decode: (text) => decodeEscapes(text, ['&']),
  },
  {
    name: 'escapes',
    complete: true,
    wanted: (seen) => onlySign(seen) === '\\' || escapeSigns(seen).length > 1,
    decode: (text, seen) => decodeEscapes(text, escapeSigns(seen)),
  },
  {
    name: 'quoted_printable',
    complete: true,
    wanted: (seen) => onlySign(seen) === '=',
    decode: (text) => decodeEscapes(text, ['=']),
  },
  { name: 'markup', complete: true, wanted: (seen) => seen.angles >= 2, decode: decodeMarkup },
  {
    name: 'morse',
    complete: true,
    wanted: (seen) => hasStretch(seen.morse, 12),
    decode: (text, seen) => decodeMorse(text, seen.morse, 12),
  },
  { name: 'binary', wanted: (seen) => seen.binaryRow >= 6, decode: (text) => decodeNumbers(text, 'binary') },
  {
    name: 'hexpairs',
    wanted: (seen) => seen.hexRow >= 8,
    decode: (text) => decodeNumbers(text, 'hexpairs'),
  },
  {
    name: 'decimal',
    wanted: (seen) => seen.decimalRow >= 10,
    decode: (text) => decodeNumbers(text, 'decimal'),
  },
  { name: 'braille', complete: true, wanted: (seen) => countOf(seen, Kind.braille) >= 6, decode: decodeBraille },
  { name: 'nato', complete: true, wanted: (seen) => seen.natoRow >= 5, decode: decodeNato },
  {
    name: 'apart',
    complete: true,
    unspaced: true,
    wanted: (seen) => hasStretch(seen.apart, 5),
    decode: (text, seen) => decodeApart(text, seen.apart),
  },
  {
    name: 'leet',
    cipher: true,
    wanted: (seen) => hasStretch(seen.leet, 2),
    decode: (text, seen) => decodeLeet(text, seen.leet, 2),
  },
  {
    name: 'rot13',
    cipher: true,
    wanted: (seen) => hasStretch(seen.rot13, cuesMin(seen)),
    decode: (text, seen) => decodeRot13(text, seen.rot13, cuesMin(seen)),
  },
  {
    name: 'atbash',
    cipher: true,
    wanted: (seen) => hasStretch(seen.atbash, cuesMin(seen)),
    decode: (text, seen) => decodeAtbash(text, seen.atbash, cuesMin(seen)),
  },
  {
    name: 'reversed',
    cipher: true,
    wanted: (seen) => hasStretch(seen.reversed, cuesMin(seen)),
    decode: (text, seen) => decodeReversed(text, seen.reversed, cuesMin(seen)),
  },
  {
    name: 'reversed',
    cipher: true,
    wanted: (seen) => seen.turns > 0,
    decode: (text) => decodeReversed(text, [{ start: 0, end: text.length, signs: 1 }], 1),
  },
];

/**
 * Reads a text in every way that its characters call for.
 *
 * Linear in the text's length: decoded text is bounded by `limits`, and each character is looked at a fixed number of times.
 */
export function buildViews(text: string, limits: ViewLimits = VIEW_LIMITS): Views {
  if (text.length > limits.textCharactersMax) return { views: [identityView('folded', 'folded', '')], truncated: true };
  const state: BuildState = {
    views: [],
    limits,
    charactersLeft: Math.max(limits.decodedCharactersMin, text.length * limits.decodedFactorMax),
    truncated: false,
  };
  addReading(state, text, 'folded', '', (offset) => offset, 0, false);
  return { views: state.views, truncated: state.truncated };
}

interface BuildState {
  readonly views: View[];
  readonly limits: ViewLimits;
  charactersLeft: number;
  truncated: boolean;
}

/** Adds the reading of a text and of everything encoded in it. */
function addReading(
  state: BuildState,
  text: string,
  name: ViewName,
  parent: string,
  origin: (offset: number) => number,
  depth: number,
  unspaced: boolean,
): void {
  const path = parent === '' ? name : `${parent}>${name}`;
  const seen = survey(text);
  let base: View;
  let baseSeen = seen;
  if (needsNormalising(seen)) {
    const mapped = normalise(text);
    base = mappedView(name, path, mapped, text.length, origin, unspaced);
    if (mapped.text !== text) baseSeen = { ...survey(mapped.text), turns: seen.turns };
  } else base = { name, path, text, unspaced, origin };
  state.views.push(base);
  if (isPlain(seen) && (baseSeen === seen || isPlain(baseSeen))) return;
  const isCiphered = DECODERS.some((decoder) => decoder.cipher === true && path.includes(`>${decoder.name}`));
  for (const decoder of DECODERS) {
    const isRaw = decoder.raw === true;
    const source = isRaw ? text : base.text;
    const from = isRaw ? seen : baseSeen;
    // Nobody writes leet backwards: behind a play with letters only what encodes bytes is worth undoing.
    if (isCiphered && (decoder.cipher === true || decoder.complete === true)) continue;
    if (repeats(decoder, name) || !decoder.wanted(from)) continue;
    const decoded = decoder.decode(source, from);
    if (decoded === undefined) continue;
    addDecoded(state, decoder, decoded, source, isRaw ? origin : base.origin, path, depth);
  }
}

/** Whether no decoder can want anything of a text; most texts end here. */
function isPlain(seen: Survey): boolean {
  const escapes = seen.percents + seen.ampersands + seen.backslashes + seen.equals;
  const rows = seen.hexRow + seen.decimalRow + seen.binaryRow + seen.natoRow;
  const stretches =
    seen.morse.length +
    seen.apart.length +
    seen.leet.length +
    seen.rot13.length +
    seen.atbash.length +
    seen.reversed.length;
  const hidden = countOf(seen, Kind.astral) + countOf(seen, Kind.invisible) + countOf(seen, Kind.braille) + seen.turns;
  return seen.runs.length === 0 && escapes < 3 && seen.angles < 2 && rows < 5 && stretches === 0 && hidden === 0;
}

const ESCAPES: readonly ViewName[] = ['url', 'entities', 'escapes', 'quoted_printable'];

/** Whether a decoder that undoes all layers at once would only see its own result again. */
function repeats(decoder: Decoder, name: ViewName): boolean {
  if (decoder.complete !== true) return false;
  // A page's escapes are undone with and without its markup; what escapes hide of markup itself is seldom more than brackets.
  if (decoder.name === 'markup' && (ESCAPES.includes(name) || name === 'apart')) return true;
  if (name === 'apart' && ESCAPES.includes(decoder.name)) return true;
  return decoder.name === name || (ESCAPES.includes(decoder.name) && ESCAPES.includes(name));
}

function addDecoded(
  state: BuildState,
  decoder: Decoder,
  decoded: Mapped,
  source: string,
  origin: (offset: number) => number,
  path: string,
  depth: number,
): void {
  const { text } = decoded;
  if (text === source || state.views.some((view) => view.text === text)) return;
  if (
    depth >= state.limits.depthMax ||
    text.length > state.charactersLeft ||
    state.views.length >= state.limits.viewsMax
  ) {
    state.truncated = true;
    return;
  }
  state.charactersLeft -= text.length;
  const back = backThrough(decoded, source.length, origin);
  addReading(state, text, decoder.name, path, back, depth + 1, decoder.unspaced === true);
}

function backThrough(
  mapped: Mapped,
  sourceLength: number,
  origin: (offset: number) => number,
): (offset: number) => number {
  const { origins } = mapped;
  return (offset) => origin(offset < origins.length ? (origins[offset] ?? 0) : sourceLength);
}

function mappedView(
  name: ViewName,
  path: string,
  mapped: Mapped,
  sourceLength: number,
  origin: (offset: number) => number,
  unspaced: boolean,
): View {
  return { name, path, text: mapped.text, unspaced, origin: backThrough(mapped, sourceLength, origin) };
}

function identityView(name: ViewName, path: string, text: string): View {
  return { name, path, text, unspaced: false, origin: (offset) => offset };
}
