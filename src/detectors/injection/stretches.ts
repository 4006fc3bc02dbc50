/** Stretches of a text where signs of one disguise stand close together; only they, with some text around, are decoded. */
import { type Mapped, MappedBuilder } from './mapped.ts';

/** One stretch. Offsets are UTF-16 code units. */
export interface Stretch {
  readonly start: number;
  end: number;
  /** How many signs it holds. */
  signs: number;
}

/** Text on each side of a stretch that is read with it, in UTF-16 code units: a phrase can begin before the disguise does. */
export const SURROUNDING_CHARACTERS = 160;

/** Notes a sign; one within `near` code units of the last belongs to the same stretch. Signs come in order. */
export function noteSign(stretches: Stretch[], start: number, end: number, near: number): void {
  const last = stretches[stretches.length - 1];
  if (last !== undefined && start - last.end <= near) {
    last.end = end;
    last.signs++;
    return;
  }
  // A lone sign is forgotten when the next one is far away, so that lists stay as short as their text is odd.
  if (last !== undefined && last.signs === 1) stretches.pop();
  stretches.push({ start, end, signs: 1 });
}

/**
 * Applies `decode` to every stretch of at least `signsMin` signs and what surrounds it. Stretches that touch are one;
 * between others stands an empty line, which ends a sentence. Undefined when there are none.
 */
export function decodeStretches(
  text: string,
  stretches: readonly Stretch[],
  signsMin: number,
  decode: (built: MappedBuilder, start: number, end: number) => void,
): Mapped | undefined {
  const built = new MappedBuilder(256);
  let from = -1;
  let to = -1;
  const flush = (): void => {
    if (from < 0) return;
    if (built.length > 0) {
      built.push(0x0a, from);
      built.push(0x0a, from);
    }
    decode(built, from, to);
  };
  for (const stretch of stretches) {
    if (stretch.signs < signsMin) continue;
    const start = Math.max(0, stretch.start - SURROUNDING_CHARACTERS);
    const end = Math.min(text.length, stretch.end + SURROUNDING_CHARACTERS);
    if (from >= 0 && start <= to) to = end;
    else {
      flush();
      from = start;
      to = end;
    }
  }
  flush();
  return built.length === 0 ? undefined : built.finish();
}

/**
 * Decodes what begins with one of some signs, in place, and keeps the surroundings of each decoded spot. `decodeAt`
 * pushes what it decodes, if anything, and returns where that ends, or -1. Undefined when fewer than `decodedMin`
 * characters were decoded or spots taken out. Linear.
 */
export function decodeMarked(
  text: string,
  isMarker: Uint8Array,
  decodedMin: number,
  decodeAt: (built: MappedBuilder, at: number) => number,
): Mapped | undefined {
  const built = new MappedBuilder(256);
  const scratch = new MappedBuilder(16);
  let decoded = 0;
  let copied = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const end = code < 128 && isMarker[code] === 1 ? decodeAt(scratch, at) : -1;
    if (end < 0) {
      at++;
      continue;
    }
    const gapStart = decoded === 0 ? Math.max(0, at - SURROUNDING_CHARACTERS) : copied;
    if (at - gapStart > 2 * SURROUNDING_CHARACTERS) {
      copy(built, text, gapStart, gapStart + SURROUNDING_CHARACTERS);
      built.push(0x0a, at);
      built.push(0x0a, at);
      copy(built, text, at - SURROUNDING_CHARACTERS, at);
    } else copy(built, text, gapStart, at);
    decoded += Math.max(1, scratch.length);
    built.append(scratch);
    scratch.truncate(0);
    copied = end;
    at = end;
  }
  if (decoded < decodedMin) return undefined;
  copy(built, text, copied, Math.min(text.length, copied + SURROUNDING_CHARACTERS));
  return built.finish();
}

/** Copies a stretch as it is. */
export function copy(built: MappedBuilder, text: string, start: number, end: number): void {
  for (let at = start; at < end; at++) built.push(text.charCodeAt(at), at);
}
