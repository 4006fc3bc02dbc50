import { readJson } from '../core/json.ts';
import { memberOf, type JsonMember, type JsonNode, type JsonObject } from '../core/json-nodes.ts';
import { spliceJson, type JsonEdit } from '../core/json-write.ts';

/**
 * What leaves of Ollama's answers about models. Each function takes a JSON text and gives it back with parts taken out
 * and every other byte as it came; the text itself where nothing was to take out. They throw JsonError on what is not
 * JSON, and TypeError where it has another shape: a list that cannot be read cannot be shortened.
 */

/** Model lists are flat and answers of `show` hold a tokenizer where `verbose` asks for it. */
const LIMITS = { depthMax: 64, anyKeys: true, packNumbers: true, valuesMax: 4_000_000 } as const;

/** The keys of `/api/show` that give the model's prompt away: `modelfile` repeats the other three. */
const SHOW_SECRETS: ReadonlySet<string> = new Set(['system', 'template', 'messages', 'modelfile']);

/** An answer of `/api/show` without the model's system prompt, template, messages and modelfile. */
export function stripShow(body: string): string {
  const root = objectOf(readJson(body, LIMITS));
  return withoutItems(body, root, root.members.map(memberSpan), (index) => {
    const member = root.members[index];
    return member !== undefined && !SHOW_SECRETS.has(member.key);
  });
}

/** An answer of `/api/tags` with only the models whose names `keep` wants; an entry with two names needs both. */
export function filterTags(body: string, keep: (name: string) => boolean): string {
  return filterList(body, 'models', ['name', 'model'], keep);
}

/** An answer of `/api/ps` with only the models whose names `keep` wants. */
export function filterPs(body: string, keep: (name: string) => boolean): string {
  return filterList(body, 'models', ['name', 'model'], keep);
}

/** An answer of `/v1/models` with only the models whose ids `keep` wants. `data: null`, Ollama's empty list, stays. */
export function filterModels(body: string, keep: (name: string) => boolean): string {
  return filterList(body, 'data', ['id'], keep);
}

function filterList(
  body: string,
  listKey: string,
  nameKeys: readonly string[],
  keep: (name: string) => boolean,
): string {
  const list = memberOf(objectOf(readJson(body, LIMITS)), listKey);
  if (list === undefined || list.type === 'null') return body;
  if (list.type !== 'array' || list.packed > 0) throw new TypeError('The list of models is no list');
  return withoutItems(body, list, list.items, (index) => {
    const entry = objectOf(list.items[index]);
    const names = nameKeys.map((key) => memberOf(entry, key)).filter((node) => node !== undefined);
    return names.length > 0 && names.every((node) => node.type === 'string' && keep(node.value));
  });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function memberSpan(member: JsonMember): Span {
  return { start: member.keyStart, end: member.value.end };
}

/** Takes items out of an array or members out of an object, each with the comma that it needed. */
function withoutItems(text: string, holder: Span, items: readonly Span[], keeps: (index: number) => boolean): string {
  const kept = items.filter((_, index) => keeps(index));
  if (kept.length === items.length) return text;
  const edits: JsonEdit[] = [];
  let from = holder.start + 1;
  for (const [index, item] of kept.entries()) {
    // What stands between two kept items is one comma where nothing was taken out; else it is replaced by one.
    const gap = text.slice(from, item.start);
    const comma = index === 0 ? '' : ',';
    if (gap.trim() !== comma) edits.push({ start: from, end: item.start, text: comma });
    from = item.end;
  }
  edits.push({ start: from, end: holder.end - 1, text: '' });
  return spliceJson(text, edits);
}

function objectOf(node: JsonNode | undefined): JsonObject {
  if (node?.type !== 'object') throw new TypeError('The answer is no object');
  return node;
}
