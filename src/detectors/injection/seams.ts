/**
 * Where parts meet: a phrase can begin in one message or content part and end in the next, even in the middle of a word.
 *
 * The ends of neighbouring parts are joined into short texts, once with a space between and once without. Together they
 * are never longer than twice the parts.
 */

/** How much of a part on each side of a border is read with its neighbour, in UTF-16 code units. */
export const SEAM_CHARACTERS = 240;
/** Short parts are joined up to this length before a new text is begun, in UTF-16 code units. */
const JOINED_CHARACTERS_MAX = 2_000;

/** Ends of parts, one behind the other. */
export interface JoinedText {
  readonly text: string;
  /** Where each piece begins, and whose it is. In order. */
  readonly pieces: readonly { readonly start: number; readonly part: number }[];
}

/** The joined texts of a list of parts; none where a part has no neighbour. */
export function joinNeighbours(texts: readonly string[], glue: '' | ' '): readonly JoinedText[] {
  const joined: JoinedText[] = [];
  let text = '';
  let pieces: { start: number; part: number }[] = [];
  const add = (piece: string, part: number): void => {
    if (text !== '') text += glue;
    pieces.push({ start: text.length, part });
    text += piece;
  };
  const close = (): void => {
    if (pieces.length > 1) joined.push({ text, pieces });
    text = '';
    pieces = [];
  };
  for (const [part, whole] of texts.entries()) {
    if (whole === '') continue;
    add(whole.length > 2 * SEAM_CHARACTERS ? whole.slice(0, SEAM_CHARACTERS) : whole, part);
    if (whole.length <= 2 * SEAM_CHARACTERS && text.length <= JOINED_CHARACTERS_MAX) continue;
    close();
    add(whole.slice(-SEAM_CHARACTERS), part);
  }
  close();
  return joined;
}

/** Whether two neighbours could be halves of one word: letters or encoded characters on both sides of a border. */
export function hasSplitWord({ text, pieces }: JoinedText): boolean {
  return pieces.some(
    ({ start }) => start > 0 && isWordCode(text.charCodeAt(start - 1)) && isWordCode(text.charCodeAt(start)),
  );
}

function isWordCode(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2f || code > 0x7f
  );
}

/** The piece that holds an offset, by binary search. */
export function pieceAt({ pieces }: JoinedText, offset: number): { readonly start: number; readonly part: number } {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return pieces[low] ?? { start: 0, part: 0 };
}
