/**
 * The prompt-injection detector: views, catalogue, operators' patterns and the learned score, added up per part.
 *
 * A part is one text of one role. Findings carry ids, scores and offsets, never text. Detection is not a guarantee; what
 * it cannot see is listed in this folder's README.
 */
import { contentDigest, VERDICT_CACHE_LIMITS, VerdictCache } from './cache.ts';
import { CATALOGUE, type CatalogueRule } from './catalogue.ts';
import { indirectRegions, isInside, isQuoted, type Region } from './context.ts';
import { LEXICON } from './lexicon.ts';
import { TECHNIQUE_LEXICON } from './lexicon-techniques.ts';
import type {
  InjectionDetector,
  InjectionFault,
  InjectionFinding,
  InjectionOptions,
  InputPart,
  Inspection,
  PatternEngine,
} from './inspection.ts';
import { VIEW_LIMITS } from './limits.ts';
import { LITERALS, TURN_LABELS } from './literals.ts';
import { type Hit, Matcher } from './matcher.ts';
import { nearest } from './nearest.ts';
import { hasSplitWord, joinNeighbours, type JoinedText, pieceAt } from './seams.ts';
import { buildViews, type View } from './views.ts';
import { type PartFinding, weigh, type Weighed } from './weigh.ts';

/** Text of tools and documents is judged at this share of the threshold. */
export const INDIRECT_SHARE = 0.7;
/** What is left of a score where the text talks about the phrase rather than saying it. */
const HEDGED_SHARE = 0.4;
const QUOTED_SHARE = 0.55;

/** The ids of all built-in rules. */
export const BUILTIN_RULES: readonly string[] = CATALOGUE.map((rule) => rule.id);

/** Builds a detector. Throws a `TypeError` that names an unknown id with the nearest known one, or a bad pattern with its column. */
export function createInjectionDetector(options: InjectionOptions): InjectionDetector {
  const rules = selectRules(options);
  // Made for the first text, or by `prepare`: a gateway that starts has no time for it.
  let made: Matcher | undefined;
  const matcher = (): Matcher => (made ??= matcherOf(rules));
  const own = compileOwn(options);
  const ownById = new Map(options.add.map((pattern) => [pattern.id, pattern]));
  const limits = options.limits ?? VIEW_LIMITS;
  const indirectShare = options.indirectShare ?? INDIRECT_SHARE;

  const cache =
    options.cache === 'none' ? undefined : new VerdictCache(options.cache ?? VERDICT_CACHE_LIMITS, verdictBytes);

  function judgePart(part: InputPart): PartVerdict {
    const { views, truncated } = buildViews(part.text, limits);
    const isTooLarge = part.text.length > limits.textCharactersMax;
    const fault = isTooLarge ? 'too_large' : truncated ? 'truncated' : undefined;
    const regions = part.role === 'tool' ? undefined : indirectRegions(part.text);
    const isIndirect = (start: number): boolean => part.role === 'tool' || isInside(regions ?? [], start);
    const findings: PartFinding[] = [];
    const isEncoded = views.length > 1;
    for (const view of views) {
      const reading = matcher().read(view.text, view.unspaced);
      for (const hit of reading.hits) {
        const rule = rules[hit.rule];
        if (rule === undefined || (rule.technique === 'encoded' && !isEncoded)) continue;
        findings.push(findingOf(rule, hit, view, isIndirect, reading.meta > 0));
      }
      if (own === undefined) continue;
      const found = new Set<string>();
      for (const match of own.find(view.text)) {
        const pattern = ownById.get(match.id);
        if (pattern === undefined || found.has(match.id)) continue;
        found.add(match.id);
        const start = view.origin(match.start);
        findings.push({
          ...placeOf(view, match.start, match.end),
          rule: pattern.id,
          technique: `own:${pattern.id}`,
          score: pattern.score,
          view: view.path,
          source: pattern.pattern,
          context: isIndirect(start) ? 'indirect' : 'direct',
        });
      }
    }
    const learned = learnedFinding(views, part, regions ?? []);
    // What reads like ordinary text is worth saying only where a pattern says otherwise.
    if (learned !== undefined && (learned.score > 0 || findings.length > 0)) findings.push(learned);
    return { ...weigh(findings, indirectShare), fault };
  }

  /** The weightiest learned finding: foreign text weighs more, so its window is looked for apart. */
  function learnedFinding(
    views: readonly View[],
    part: InputPart,
    regions: readonly Region[],
  ): PartFinding | undefined {
    const isForeign = (view: View, start: number, end: number): boolean => {
      const place = placeOf(view, start, end);
      return regions.some((region) => region.start < place.end && place.start < region.end);
    };
    let best: PartFinding | undefined;
    let weight = Number.NEGATIVE_INFINITY;
    for (const found of options.learned?.(views, regions.length === 0 ? undefined : isForeign) ?? []) {
      const view = views[found.view];
      const isIndirect = found.indirect || part.role === 'tool';
      const own = isIndirect ? found.score / indirectShare : found.score;
      if (view === undefined || own <= weight) continue;
      weight = own;
      best = {
        ...placeOf(view, found.start, found.end),
        rule: 'learned_score',
        technique: 'learned',
        score: found.score,
        view: view.path,
        source: 'learned_score',
        context: isIndirect ? 'indirect' : 'direct',
        features: found.features,
      };
    }
    return best;
  }

  /** The verdict of a part, from memory if its content was judged before in the same context. */
  function verdictOf(part: InputPart): { readonly verdict: PartVerdict; readonly known: boolean } {
    if (cache === undefined || part.text.length < CACHED_CHARACTERS_MIN)
      return { verdict: judgePart(part), known: false };
    const key = `${part.role === 'tool' ? 'tool' : 'direct'} ${contentDigest(part.text)}`;
    const remembered = cache.get(key);
    if (remembered !== undefined) return { verdict: remembered, known: true };
    const verdict = judgePart(part);
    cache.set(key, verdict);
    return { verdict, known: false };
  }

  /** What only shows where parts meet, by the part in which it ends. */
  function judgeSeam(
    joined: JoinedText,
    parts: readonly InputPart[],
  ): { readonly found: readonly SeamFinding[]; readonly hits: number } {
    const found: SeamFinding[] = [];
    let hits = 0;
    for (const view of buildViews(joined.text, limits).views) {
      const reading = matcher().read(view.text, view.unspaced);
      hits += reading.hits.length;
      for (const hit of reading.hits) {
        const rule = rules[hit.rule];
        if (rule === undefined || rule.technique === 'encoded') continue;
        const place = placeOf(view, hit.start, hit.end);
        const last = pieceAt(joined, place.end - 1);
        if (pieceAt(joined, place.start).part === last.part) continue;
        const isTool = parts[last.part]?.role === 'tool';
        const finding = findingOf(rule, hit, view, () => isTool, reading.meta > 0);
        const end = Math.max(1, place.end - last.start);
        found.push({ part: last.part, finding: { ...finding, view: `joined>${view.path}`, start: 0, end } });
      }
    }
    return { found, hits };
  }

  /** As above, but a joined text in which no rule matched before, whatever its borders, is not read again. */
  function seamFindings(joined: JoinedText, parts: readonly InputPart[]): readonly SeamFinding[] {
    if (cache === undefined || joined.text.length < CACHED_CHARACTERS_MIN) return judgeSeam(joined, parts).found;
    const key = `seam ${contentDigest(joined.text)}`;
    if (cache.get(key) !== undefined) return [];
    const { found, hits } = judgeSeam(joined, parts);
    if (hits === 0) cache.set(key, NOTHING);
    return found;
  }

  function judgeSeams(parts: readonly InputPart[]): ReadonlyMap<number, PartFinding[]> {
    const byPart = new Map<number, PartFinding[]>();
    if (parts.length < 2 || rules.length === 0) return byPart;
    const texts = parts.map(({ text }) => text);
    const joined = [...joinNeighbours(texts, ' '), ...joinNeighbours(texts, '').filter(hasSplitWord)];
    for (const { part, finding } of joined.flatMap((one) => seamFindings(one, parts))) {
      byPart.set(part, [...(byPart.get(part) ?? []), finding]);
    }
    return byPart;
  }

  function inspect(parts: readonly InputPart[]): Inspection {
    const findings: InjectionFinding[] = [];
    const faults: InjectionFault[] = [];
    const partScores: number[] = [];
    const partKnown: boolean[] = [];
    const seams = judgeSeams(parts);
    for (const [index, part] of parts.entries()) {
      const { verdict, known } = verdictOf(part);
      const seam = seams.get(index);
      const whole = seam === undefined ? verdict : weigh([...verdict.findings, ...seam], indirectShare);
      partScores.push(whole.score);
      partKnown.push(known);
      for (const finding of whole.findings) findings.push({ ...finding, part: index });
      if (verdict.fault !== undefined) faults.push({ part: index, kind: verdict.fault });
    }
    const score = partScores.reduce((highest, one) => Math.max(highest, one), 0);
    return { score, suspicious: score >= options.threshold, findings, faults, partScores, partKnown };
  }

  const described = rules.map((rule) => ({
    id: rule.id,
    score: rule.score,
    source: sourceOf(rule),
    technique: rule.technique as string,
  }));
  return {
    inspect,
    prepare: () => void judgePart({ role: 'user', text: PREPARING_TEXT }),
    rules: [
      ...described,
      ...options.add.map((pattern) => ({
        id: pattern.id,
        score: pattern.score,
        source: pattern.pattern,
        technique: 'own',
      })),
    ],
  };
}

interface PartVerdict extends Weighed {
  readonly fault: InjectionFault['kind'] | undefined;
}

/** Judging a shorter text costs less than its digest, in UTF-16 code units. */
const CACHED_CHARACTERS_MIN = 24;
const FINDING_BYTES = 240;

function verdictBytes(verdict: PartVerdict): number {
  return verdict.findings.reduce(
    (sum, { source, features = [] }) => sum + FINDING_BYTES + (source.length + features.join('').length) * 2,
    0,
  );
}

/** A text with a little of everything, so that reading it makes every table. */
const PREPARING_TEXT = 'Hello, what is the capital of Finland? \u00e9\u200b';
const NOTHING: PartVerdict = { findings: [], score: 0, fault: undefined };

interface SeamFinding {
  readonly part: number;
  readonly finding: PartFinding;
}

function selectRules(options: InjectionOptions): readonly CatalogueRule[] {
  for (const id of [...(typeof options.builtin === 'string' ? [] : options.builtin), ...options.remove]) {
    if (!BUILTIN_RULES.includes(id))
      throw new TypeError(`Unknown built-in rule "${id}"; did you mean "${nearest(id, BUILTIN_RULES)}"?`);
  }
  for (const pattern of options.add) {
    if (BUILTIN_RULES.includes(pattern.id))
      throw new TypeError(`Pattern id "${pattern.id}" is a built-in rule's; choose another, or remove it by "remove".`);
  }
  if (options.builtin === 'none') return [];
  const { builtin } = options;
  return CATALOGUE.filter(
    (rule) => (builtin === 'all' || builtin.includes(rule.id)) && !options.remove.includes(rule.id),
  );
}

let completeMatcher: Matcher | undefined;

/** The whole catalogue compiles once; it is the same for every policy. */
function matcherOf(rules: readonly CatalogueRule[]): Matcher {
  if (rules.length !== CATALOGUE.length)
    return new Matcher(rules, { ...LEXICON, ...TECHNIQUE_LEXICON }, LITERALS, TURN_LABELS);
  completeMatcher ??= new Matcher(rules, { ...LEXICON, ...TECHNIQUE_LEXICON }, LITERALS, TURN_LABELS);
  return completeMatcher;
}

function compileOwn(options: InjectionOptions): ReturnType<PatternEngine['compile']> | undefined {
  if (options.add.length === 0) return undefined;
  if (options.engine === undefined) throw new TypeError('Own patterns need a pattern engine.');
  return options.engine.compile(options.add);
}

function sourceOf(rule: CatalogueRule): string {
  return rule.source ?? rule.sequences.join(' || ');
}

function placeOf(view: View, start: number, end: number): { start: number; end: number } {
  const first = view.origin(start);
  const last = view.origin(Math.max(start, end - 1));
  return { start: Math.min(first, last), end: Math.max(first, last) + 1 };
}

function findingOf(
  rule: CatalogueRule,
  hit: Hit,
  view: View,
  isIndirect: (start: number) => boolean,
  isAbout: boolean,
): PartFinding {
  const place = placeOf(view, hit.start, hit.end);
  const context = isIndirect(place.start) ? 'indirect' : 'direct';
  const full = context === 'indirect' ? (rule.indirectScore ?? rule.score) : rule.score;
  const hedge = hit.hedged && rule.always !== true ? HEDGED_SHARE : 1;
  const quote = isAbout && isQuoted(view.text, hit.start, hit.end) ? QUOTED_SHARE : 1;
  return {
    rule: rule.id,
    technique: rule.technique,
    score: full * hedge * quote,
    view: view.path,
    ...place,
    source: sourceOf(rule),
    context,
  };
}
