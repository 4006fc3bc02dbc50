/** How findings of one part add up to a score. */
import { CATALOGUE } from './catalogue.ts';
import type { InjectionFinding } from './inspection.ts';

/** What was found in one part, before it is known which of a request's parts it is. */
export type PartFinding = Omit<InjectionFinding, 'part'>;

/** At or over this sum the patterns are certain, and a learned score below 0 changes nothing. */
const CERTAIN_SCORE = 1;

/** Findings worth reporting, and what they add up to. */
export interface Weighed {
  readonly findings: readonly PartFinding[];
  readonly score: number;
}

/**
 * Adds findings up. Those within a window count together, in each window every rule once, and of findings of one
 * technique that overlap only the best. The score is the best window's; its findings come first, then the best of each
 * rule that was found elsewhere only. A learned score below 0 is taken from a sum that is not certain, but never from what
 * an operator's own patterns make of it: who gave them a score meant it.
 */
export function weigh(findings: readonly PartFinding[], indirectShare: number): Weighed {
  if (findings.length === 0) return { findings, score: 0 };
  const everywhere = findings.filter(({ technique, score }) => technique === 'learned' && score > 0);
  const calm = findings.find(({ technique, score }) => technique === 'learned' && score < 0);
  const buckets = new Map<number, PartFinding[]>();
  for (const finding of findings) {
    if (finding.technique === 'learned') continue;
    const bucket = Math.floor(finding.start / BUCKET_CHARACTERS);
    const list = buckets.get(bucket);
    if (list === undefined) buckets.set(bucket, [finding]);
    else list.push(finding);
  }
  if (buckets.size === 0) buckets.set(0, []);
  let best: PartFinding[] = [];
  let score = 0;
  for (const [bucket, own] of buckets) {
    const kept = keepBest([...own, ...(buckets.get(bucket + 1) ?? []), ...everywhere]);
    const sum = sumOf(kept, indirectShare);
    if (sum <= score) continue;
    score = sum;
    best = kept;
  }
  if (calm !== undefined && score > 0 && score < CERTAIN_SCORE) {
    const certain = sumOf(best.filter(isOwn), indirectShare);
    if (certain < score) {
      score = Math.max(certain, score + calm.score);
      best = [...best, calm];
    }
  }
  const listed = new Set(best.map(({ rule }) => rule));
  const elsewhere =
    buckets.size < 2
      ? []
      : keepBest(findings.filter(({ score: one }) => one > 0)).filter(({ rule }) => !listed.has(rule));
  // Scores are decimals with one or two places; adding them must not turn 1 into 0.999….
  return { findings: [...best, ...elsewhere], score: Math.round(score * 10_000) / 10_000 };
}

function sumOf(findings: readonly PartFinding[], indirectShare: number): number {
  let sum = 0;
  for (const { context, technique, score } of findings)
    sum += context === 'indirect' && isStricter(technique) ? score / indirectShare : score;
  return sum;
}

/**
 * Techniques that weigh more in text of tools and documents, which has no business to instruct anyone; so do patterns of
 * the operator's own. Personas and questions about prompts are no likelier there.
 */
const STRICTER: ReadonlySet<string> = new Set([
  'override',
  'template',
  'document',
  'exfiltration',
  'encoded',
  'learned',
]);

function isStricter(technique: string): boolean {
  return STRICTER.has(technique) || technique.startsWith(OWN);
}

/** What the techniques of an operator's patterns begin with. */
const OWN = 'own:';

function isOwn({ technique }: PartFinding): boolean {
  return technique.startsWith(OWN);
}

/** Two neighbouring buckets are a window, in UTF-16 code units. */
const BUCKET_CHARACTERS = 2_000;

/** Of findings of one technique that overlap, the best; of each rule, the best. In the order of the text. */
function keepBest(findings: readonly PartFinding[]): PartFinding[] {
  if (findings.length < 2) return [...findings];
  const sorted = [...findings].sort(
    (left, right) => right.score - left.score || rankOf(left.rule) - rankOf(right.rule) || left.start - right.start,
  );
  const kept: PartFinding[] = [];
  const seen = new Set<string>();
  for (const finding of sorted) {
    if (seen.has(finding.rule)) continue;
    const isCovered = kept.some(
      (other) => other.technique === finding.technique && other.start < finding.end && finding.start < other.end,
    );
    if (isCovered) continue;
    seen.add(finding.rule);
    kept.push(finding);
  }
  return kept.sort((left, right) => left.start - right.start);
}

const RANKS: ReadonlyMap<string, number> = new Map(CATALOGUE.map(({ id }, index) => [id, index]));

/** Rules of one score are reported in the catalogue's order: the one that operators know comes first. */
function rankOf(rule: string): number {
  return RANKS.get(rule) ?? CATALOGUE.length;
}
