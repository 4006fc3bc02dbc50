import type { TextEdit } from '../core/stage.ts';

/** Applies edits to a whole text; where two overlap, the one that begins first stands and the other's rest is cut. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    if (edit.start >= text.length) break;
    if (edit.start >= at) result += text.slice(at, edit.start) + edit.replacement;
    at = Math.max(at, edit.end);
  }
  return result + text.slice(at);
}
