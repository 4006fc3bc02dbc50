/**
 * Words as they are compared: a run of letters and digits in one case, or one character of a script that is written
 * without spaces; all else is layout. A word is known by a hash of 32 bits. Two words that share one are taken for the
 * same, which matters to nobody where a dozen in a row must agree.
 */

/** What `foldOf` gives for a character that is no part of a word. */
export const LAYOUT = 0;
/** What it gives for a character that is a word by itself. */
export const ALONE = 1;

export const HASH_BASIS = 0x811c9dc5 | 0;

/** Characters of a word that count; the rest of a longer one is the same to everyone. */
export const WORD_CHARACTERS_MAX = 64;

/** FNV-1a, one code unit a step. */
export function hashStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

let table: Uint16Array | undefined;

/**
 * By code unit: LAYOUT, ALONE, or the unit in lower case. A table, because every character of every answer is looked
 * up; made when a prompt is first compared, because most command lines never do.
 */
export function foldTable(): Uint16Array {
  if (table === undefined) {
    table = new Uint16Array(65_536);
    for (let code = 0; code < 65_536; code++) table[code] = foldOf(code);
  }
  return table;
}

/** Calls `take` for each word of a whole text. */
export function eachWord(text: string, take: (hash: number) => void): void {
  const folds = foldTable();
  let hash = HASH_BASIS;
  let characters = 0;
  for (let at = 0; at <= text.length; at++) {
    const fold = at < text.length ? (folds[text.charCodeAt(at)] ?? LAYOUT) : LAYOUT;
    if (fold > ALONE) {
      if (characters++ < WORD_CHARACTERS_MAX) hash = hashStep(hash, fold);
      continue;
    }
    if (characters > 0) take(hash);
    if (fold === ALONE) take(hashStep(HASH_BASIS, text.charCodeAt(at)));
    hash = HASH_BASIS;
    characters = 0;
  }
}

/** Ranges are those of scripts without spaces (kana, ideographs, Thai) and of everything that is no letter. */
function foldOf(code: number): number {
  if (code < 0x80) {
    const letter = code | 0x20;
    if (code >= 0x30 && code <= 0x39) return code;
    return letter >= 0x61 && letter <= 0x7a ? letter : LAYOUT;
  }
  if (code < 0xc0 || (code >= 0x2000 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x3004)) return LAYOUT;
  if (code === 0xfeff || (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0x3008 && code <= 0x3020)) return LAYOUT;
  if ((code >= 0x3040 && code <= 0x9fff) || (code >= 0x0e00 && code <= 0x0e7f)) return ALONE;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}
