/** What a whole request of a chat client costs to inspect: 36 tools, twenty turns, 26 KB, as Open WebUI sends it. */
import { createInjectionDetector, type InputPart, shippedScorer } from '../../src/detectors/injection/index.ts';
import { BENIGN } from '../detectors/injection/data/benign.ts';

/** Ordinary prompts of plain letters, of which the texts are made. */
export const PROMPTS: readonly string[] = BENIGN.filter((text) => /^[a-z ,.'?!-]+$/i.test(text));

/** What a detector is made of in these measurements: as it is shipped, for the default policy. */
export const OPTIONS = { builtin: 'all', add: [], remove: [], threshold: 1, learned: shippedScorer() } as const;

const TURNS = 20;
const TOOLS = 36;
/** A description of each tool, and one of each of its parameters. */
const TEXTS_OF_TOOL = 6;

/** A prompt of 200 characters. */
export const SHORT: string = PROMPTS.filter((text) => text.length > 40)
  .join(' ')
  .slice(0, 200);

/** The texts of such a request, in their order. */
export function chatRequest(): readonly InputPart[] {
  return [
    ...Array.from({ length: TURNS }, (_, turn) => ({
      role: turn % 2 === 0 ? ('user' as const) : ('assistant' as const),
      text: Array.from({ length: 8 }, (_, at) => PROMPTS[(turn * 31 + at * 7) % PROMPTS.length]).join(' '),
    })),
    ...Array.from({ length: TOOLS * TEXTS_OF_TOOL }, (_, at) => ({
      role: 'tool' as const,
      text: `${PROMPTS[(at * 13) % PROMPTS.length]} (parameter ${at})`,
    })),
  ];
}

/** Processor time of a run, in milliseconds, best of several. */
export function bestMilliseconds(runs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < runs; count++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** Inspects it cold, and again with one more turn when all the rest is known; a sentence with the figures. */
export function chatRequestCost(): string {
  const request = chatRequest();
  const characters = request.reduce((sum, { text }) => sum + text.length, 0);
  let known = createInjectionDetector(OPTIONS);
  for (let warm = 0; warm < 10; warm++) createInjectionDetector(OPTIONS).inspect(request);
  const cold = bestMilliseconds(9, () => {
    known = createInjectionDetector(OPTIONS);
    known.inspect(request);
  });
  const next = bestMilliseconds(30, () => known.inspect([{ role: 'user', text: SHORT }, ...request]));
  return `a chat client's request (${TURNS} turns, ${TOOLS} tools, ${request.length} texts, ${characters} characters): detection ${cold.toFixed(2)} ms cold, ${next.toFixed(2)} ms with its history known`;
}
