import type { RequestText } from '../../core/operation.ts';
import type { InjectionFinding, Inspection } from '../../detectors/injection/index.ts';

/**
 * Which text of a request is to blame, what its incident is called, and whether it was reported before.
 *
 * A chat client sends the whole conversation with each turn, and Open WebUI one prompt in up to four calls. The verdict
 * is applied each time; for the operator it is one incident.
 */

/** The text to blame and all that speaks against it. */
export interface Blame {
  readonly part: number;
  readonly findings: readonly InjectionFinding[];
}

/**
 * Blames a text of the latest message if one of it is suspicious, else the worst; findings are those of every suspicious
 * text. `extra` is a text that only a guard model flagged.
 */
export function blame(
  inspection: Inspection,
  texts: readonly RequestText[],
  threshold: number,
  latest: number,
  extra: number | undefined,
): Blame {
  const suspicious = new Set<number>(inspection.faults.map(({ part }) => part));
  for (const [part, score] of inspection.partScores.entries()) if (score >= threshold) suspicious.add(part);
  if (extra !== undefined) suspicious.add(extra);
  const order = [...suspicious].sort((left, right) => left - right);
  const newest = order.filter((part) => texts[part]?.message === latest);
  const among = newest.length > 0 ? newest : order;
  const worst = among.reduce(
    (best, part) => ((inspection.partScores[part] ?? 0) > (inspection.partScores[best] ?? 0) ? part : best),
    extra !== undefined && among.includes(extra) ? extra : (among[0] ?? 0),
  );
  return { part: worst, findings: inspection.findings.filter(({ part }) => suspicious.has(part)) };
}

/** The index of the conversation's latest message, or -1 where there is none. */
export function latestMessage(texts: readonly RequestText[]): number {
  return texts.reduce((latest, { message }) => Math.max(latest, message ?? -1), -1);
}

/**
 * Which message of the conversation a text stands in, counted from 1 as a user sees them, without the system's; and only
 * where it is not the latest, which the user has just written.
 */
export function historyMessage(all: readonly RequestText[], blamed: RequestText | undefined): number | undefined {
  const index = blamed?.message;
  if (index === undefined || index >= latestMessage(all)) return undefined;
  const seen = new Set<number>();
  for (const { role, message } of all) {
    if (role !== 'system' && message !== undefined && message <= index) seen.add(message);
  }
  return seen.size;
}

/** What an incident is known by: the words that a rule found, wherever they stand; the whole text where none did. */
export function incidentText({ part, findings }: Blame, text: string): string {
  const own = findings.filter((finding) => finding.part === part);
  const exact = own.filter(({ rule }) => rule !== 'learned_score');
  const strongest = (exact.length > 0 ? exact : own).reduce<InjectionFinding | undefined>(
    (best, finding) => (best === undefined || finding.score > best.score ? finding : best),
    undefined,
  );
  const words = strongest === undefined ? text : text.slice(strongest.start, strongest.end);
  return words.trim().toLowerCase();
}

/** Incidents that are remembered. */
const INCIDENTS_MAX = 4_096;
/** An incident that was not seen for so long is a new one, in milliseconds. */
export const INCIDENT_MS = 600_000;

/** Remembers when incidents were last seen; the oldest make room. */
export class Incidents {
  readonly #seen = new Map<string, number>();

  /** Notes an incident; true where it is one that was reported already. */
  note(incident: string, now: number): boolean {
    const before = this.#seen.get(incident);
    this.#seen.delete(incident);
    this.#seen.set(incident, now);
    if (this.#seen.size > INCIDENTS_MAX) {
      for (const oldest of this.#seen.keys()) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return before !== undefined && now - before < INCIDENT_MS;
  }
}
