import { matchModel } from '../core/model-name.ts';
import type { Selector } from './schema.ts';
import type { ModelIdentity, Principal } from '../core/stage.ts';

/** Whether a policy applies to a model and a caller: `match` names them, `except` does not. */
export function applies(match: Selector | undefined, model: ModelIdentity | undefined, principal: Principal): boolean {
  if (match === undefined) return true;
  return (
    anyModel(match.models, model) && anyCaller(match.callers, principal) && !excepted(match.except, model, principal)
  );
}

/** An `except` with both lists takes out what is in both: this model, when that caller asks. */
function excepted(except: Selector['except'], model: ModelIdentity | undefined, principal: Principal): boolean {
  if (except === undefined || (except.models === undefined && except.callers === undefined)) return false;
  return anyModel(except.models, model) && anyCaller(except.callers, principal);
}

function anyModel(globs: readonly string[] | undefined, model: ModelIdentity | undefined): boolean {
  if (globs === undefined) return true;
  return model !== undefined && globs.some((glob) => matchModel(glob, model.name));
}

function anyCaller(globs: readonly string[] | undefined, principal: Principal): boolean {
  return globs === undefined || globs.some((glob) => matchGlob(glob, principal.name));
}

/**
 * Whether `*` (any run of characters, also none) and literals cover a text. Linear-space, at most
 * O(pattern × text); both are short names. Exact about case: fold both sides where case does not count.
 */
export function matchGlob(glob: string, text: string): boolean {
  let position = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    if (glob[at] === '*') {
      star = at++;
      resume = position;
    } else if (at < glob.length && glob[at] === text[position]) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
