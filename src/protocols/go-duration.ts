/**
 * Go's `time.ParseDuration`, which reads Ollama's `keep_alive`: `5m`, `1h30m`, `-1s`, `1.5h`, `0`.
 */

const UNIT_SECONDS: readonly (readonly [unit: string, seconds: number])[] = [
  ['ns', 1e-9],
  ['us', 1e-6],
  ['µs', 1e-6],
  ['μs', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
];

/** Longer ones say nothing more: Go's duration ends at 292 years. */
const CHARACTERS_MAX = 64;
const SECONDS_MAX = 9_223_372_036;

/** The duration in seconds, `undefined` where Go would not read it. Linear in at most 64 characters. */
export function parseGoDuration(text: string): number | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const isSigned = text.startsWith('-') || text.startsWith('+');
  let rest = isSigned ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') return undefined;
  let seconds = 0;
  while (rest !== '') {
    const digits = numberLength(rest);
    const unit = UNIT_SECONDS.findLast(
      ([name]) => rest.startsWith(name, digits) && isUnitEnd(rest, digits + name.length),
    );
    const amount = Number(rest.slice(0, digits));
    if (digits === 0 || unit === undefined || !Number.isFinite(amount)) return undefined;
    seconds += amount * unit[1];
    rest = rest.slice(digits + unit[0].length);
  }
  if (seconds > SECONDS_MAX) return undefined;
  return text.startsWith('-') ? -seconds : seconds;
}

/** Characters of `digits[.digits]` or `.digits` at the beginning; 0 where there is no digit. */
function numberLength(text: string): number {
  let at = 0;
  let digits = 0;
  let dots = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits++;
    else if (code !== 0x2e || ++dots > 1) break;
  }
  return digits === 0 ? 0 : at;
}

/** A unit ends where a digit, a point or the text's end comes: `m` is not the beginning of `ms`. */
function isUnitEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at >= text.length || code === 0x2e || (code >= 0x30 && code <= 0x39);
}
