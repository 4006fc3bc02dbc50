/**
 * The base view: the text as a reader sees it.
 *
 * Invisible characters and stacked diacritics are gone, styled, boxed and full-width letters are plain, and letters of
 * other scripts that stand in for Latin ones are the Latin ones. True Russian or Greek words stay as they are.
 */
import { fillFoldTables, FOLD, isDecoration, isInvisible, LOOK_ALIKE } from './fold.ts';
import { Kind } from './kinds.ts';
import { type Mapped, MappedBuilder } from './mapped.ts';
import type { Survey } from './survey.ts';

/** True when the base view differs from the text. */
export function needsNormalising(seen: Survey): boolean {
  const { counts } = seen;
  const odd =
    (counts[Kind.invisible] ?? 0) +
    (counts[Kind.decoration] ?? 0) +
    (counts[Kind.astral] ?? 0) +
    (counts[Kind.compatible] ?? 0);
  return odd > 0 || ((counts[Kind.lookAlike] ?? 0) > 0 && seen.words > 0);
}

/** Builds the base view. Linear. */
export function normalise(text: string): Mapped {
  fillForms();
  const built = new MappedBuilder(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) built.push(code, at);
    else if (code >= 0xd800 && code <= 0xdbff) {
      pushAstral(built, text, at);
      at += isLow(text.charCodeAt(at + 1)) ? 1 : 0;
    } else if (isInvisible(code) || isDecoration(code)) continue;
    else pushCompatible(built, text, code, at);
  }
  replaceLookAlikes(built.codes());
  return built.finish();
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function pushAstral(built: MappedBuilder, text: string, at: number): void {
  const point = text.codePointAt(at) ?? 0;
  if (point >= 0xe0000 && point <= 0xe0fff) return;
  if (point >= 0x1d400 && point <= 0x1d7ff) {
    built.push(MATHEMATICAL[point - 0x1d400] ?? 0x20, at);
    return;
  }
  const boxed = boxedLetter(point);
  if (boxed > 0) built.push(boxed, at);
  else built.pushPoint(point, at);
}

/** NFKC of the mathematical alphabets, each one unit long. */
const MATHEMATICAL = new Uint16Array(0x400);

/** Squared, circled and regional-indicator capitals, most of which NFKC leaves alone. */
function boxedLetter(point: number): number {
  for (const first of [0x1f110, 0x1f130, 0x1f150, 0x1f170, 0x1f1e6]) {
    if (point >= first && point < first + 26) return 0x41 + point - first;
  }
  return 0;
}

const SEVERAL = 1;

/** NFKC of each unit that NFKC changes to one other unit; 0 where it changes nothing, 1 where it gives several. */
const COMPATIBLE = new Uint16Array(65_536);

let isFilled = false;

/** Fills both tables, once. One call of the runtime for all units; a line feed is part of no composition. */
function fillForms(): void {
  if (isFilled) return;
  isFilled = true;
  fillFoldTables();
  for (let index = 0; index < MATHEMATICAL.length; index++) {
    MATHEMATICAL[index] = String.fromCodePoint(0x1d400 + index)
      .normalize('NFKC')
      .charCodeAt(0);
  }
  const styled: number[] = [0xa0];
  for (let code = 0x2000; code < 0x3040; code++) styled.push(code);
  for (let code = 0xf900; code < 0xfff0; code++) styled.push(code);
  const plain = styled
    .map((code) => String.fromCharCode(code))
    .join('\n')
    .normalize('NFKC')
    .split('\n');
  for (const [index, code] of styled.entries()) {
    const one = plain[index] ?? '';
    if (one.length > 1) COMPATIBLE[code] = SEVERAL;
    else if (one.charCodeAt(0) !== code) COMPATIBLE[code] = one.charCodeAt(0);
  }
}

function pushCompatible(built: MappedBuilder, text: string, code: number, at: number): void {
  const plain = COMPATIBLE[code] ?? 0;
  if (plain !== SEVERAL) return built.push(plain === 0 ? code : plain, at);
  const several = text.charAt(at).normalize('NFKC');
  for (let step = 0; step < several.length; step++) built.push(several.charCodeAt(step), at);
}

function isLatin(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Replaces imitating letters in words that mix scripts, and in words made of them alone where the text is Latin. */
function replaceLookAlikes(codes: Uint16Array): void {
  let latin = 0;
  let foreign = 0;
  let imitating = 0;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code < 0x80) latin += isLatin(code) ? 1 : 0;
    else if ((LOOK_ALIKE[code] ?? 0) !== 0) imitating++;
    else if (code >= 0x370 && code < 0x590 && (FOLD[code] ?? 0) !== 0) foreign++;
  }
  if (imitating === 0 || latin === 0) return;
  const isLatinText = latin > 2 * foreign;
  for (let at = 0; at < codes.length;) {
    const start = at;
    let own = 0;
    let other = 0;
    for (; at < codes.length && (FOLD[codes[at] ?? 0] ?? 0) !== 0; at++) {
      const code = codes[at] ?? 0;
      if (isLatin(code)) own++;
      else if (code >= 0x370 && (LOOK_ALIKE[code] ?? 0) === 0) other++;
    }
    if (at === start) {
      at++;
      continue;
    }
    if (own > 0 || (other === 0 && isLatinText)) {
      for (let step = start; step < at; step++) codes[step] = (LOOK_ALIKE[codes[step] ?? 0] ?? 0) || (codes[step] ?? 0);
    }
  }
}
