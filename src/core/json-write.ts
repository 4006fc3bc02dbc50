/** Writing JSON by the least change: literals that stay on one line, edits that leave every other byte as it came. */

/** Replace `[start, end)` by `text`, which is JSON already. */
export interface JsonEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits that do not overlap, in any order; every other character stays. Throws RangeError where they overlap. */
export function spliceJson(text: string, edits: readonly JsonEdit[]): string {
  const ordered = edits.length < 2 ? edits : [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let from = 0;
  for (const edit of ordered) {
    if (edit.start < from || edit.end < edit.start || edit.end > text.length) throw new RangeError('Edits overlap');
    parts.push(text.slice(from, edit.start), edit.text);
    from = edit.end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/**
 * A string as a JSON literal that stays on one line for every reader: `JSON.stringify`, and U+0085, U+2028 and U+2029
 * escaped, at which Python's `splitlines` breaks a record. Lone surrogates become U+FFFD.
 */
export function quoteJson(value: string): string {
  if (value.length <= PLAIN_CHARACTERS_MAX && isPlainAscii(value)) return `"${value}"`;
  let literal = JSON.stringify(value.toWellFormed());
  if (literal.includes('\u0085')) literal = literal.replaceAll('\u0085', '\\u0085');
  if (literal.includes('\u2028')) literal = literal.replaceAll('\u2028', '\\u2028');
  if (literal.includes('\u2029')) literal = literal.replaceAll('\u2029', '\\u2029');
  return literal;
}

/** Keys, names and ids: quicker looked through here than handed to `JSON.stringify`. */
const PLAIN_CHARACTERS_MAX = 64;

/** Whether a string is its own JSON literal between quotes, in ASCII. */
function isPlainAscii(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}
