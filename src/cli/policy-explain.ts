import { MODES, type Mode } from '../core/decision.ts';
import { createInjectionDetector, shippedScorer } from '../detectors/injection/index.ts';
import { compilePolicies, type PolicySource } from '../policy/compile.ts';
import { formatProblem, PolicyError } from '../policy/problem.ts';
import { POLICY_KINDS } from '../policy/kinds/index.ts';
import { usesLearned } from '../policy/kinds/prompt-injection.ts';
import { parsePolicyFile } from '../policy/parse.ts';
import { injectionEngine } from '../policy/patterns.ts';
import { type TrialExchange, type TrialResult, tryExchange } from '../policy/trial.ts';
import { createWorld } from '../policy/world.ts';
import {
  type CommandIo,
  defaultDirectory,
  EXIT_FINE,
  EXIT_FOUND,
  policyEnvironment,
  readArguments,
  readSources,
  UsageError,
} from './policy-command.ts';

/**
 * `policy explain TEXT`: every rule that fires on one text, with score and place, and what each mode would do.
 *
 * The text is a user's message, or with `--answer` a model's answer, or with `--role` another's message. With `--tool
 * NAME` a tool is offered beside it. `-` reads the text from standard input.
 */
export async function runExplain(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, {
    flags: ['json', 'answer'],
    options: ['dir', 'role', 'model', 'caller', 'tool', 'system'],
    words: [1, 1],
  });
  const text = words[0] === '-' ? await io.input() : (words[0] ?? '');
  const exchange = exchangeOf(text, flags.has('answer'), options);
  const sources = await readSources(options.get('dir') ?? defaultDirectory(io.environment));
  const environment = policyEnvironment(io.environment);
  const results = new Map<Mode, TrialResult>();
  try {
    for (const mode of MODES) results.set(mode, await tryIn(mode, sources, exchange, environment));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const problem of error.problems) io.error(`${formatProblem(problem)}\n`);
    return EXIT_FOUND;
  }
  const detection = flags.has('answer') ? [] : detect(sources, text, options.get('role') ?? 'user');
  if (flags.has('json')) {
    io.out(`${JSON.stringify({ modes: Object.fromEntries(results), detection }, null, 2)}\n`);
  } else {
    io.out(describe(results, detection));
  }
  return EXIT_FINE;
}

const ROLES = ['system', 'user', 'assistant', 'tool'] as const;

function exchangeOf(text: string, isAnswer: boolean, options: ReadonlyMap<string, string>): TrialExchange {
  const role = ROLES.find((each) => each === (options.get('role') ?? 'user'));
  if (!role) throw new UsageError(`unknown role; accepted: ${ROLES.join(', ')}`);
  const model = options.get('model');
  const caller = options.get('caller');
  const tool = options.get('tool');
  const system = options.get('system');
  const texts = system === undefined ? [] : [{ role: 'system' as const, text: system }];
  return {
    ...(model === undefined ? {} : { model }),
    ...(caller === undefined ? {} : { caller }),
    ...(tool === undefined ? {} : { tools: [{ name: tool, where: 'offered' as const }] }),
    ...(isAnswer ? { texts, answer: { content: text } } : { texts: [...texts, { role, text }] }),
  };
}

async function tryIn(
  mode: Mode,
  sources: readonly PolicySource[],
  exchange: TrialExchange,
  environment: ReturnType<typeof policyEnvironment>,
): Promise<TrialResult> {
  const world = createWorld({ ...environment, enforcementMode: mode });
  const stand = { ...world, readSecretFile: (file: string) => readOrStandIn(world, file) };
  return tryExchange(compilePolicies(sources, stand), exchange);
}

/** A value file that is not mounted here cannot match here; all else of the policy can be explained. */
function readOrStandIn(world: ReturnType<typeof createWorld>, file: string): string {
  try {
    return world.readSecretFile(file);
  } catch {
    return `stand-in for ${file}`;
  }
}

interface Detection {
  readonly policy: string;
  readonly threshold: number;
  readonly score: number;
  readonly findings: readonly {
    readonly rule: string;
    readonly score: number;
    readonly view: string;
    readonly start: number;
    readonly end: number;
    readonly context: 'direct' | 'indirect';
    readonly features: readonly string[];
  }[];
}

/** What each PromptInjection policy's own patterns saw, also where it stays below the threshold. */
function detect(sources: readonly PolicySource[], text: string, role: string): readonly Detection[] {
  return sources.flatMap(({ file, text: source }) =>
    parsePolicyFile(file, source, POLICY_KINDS).documents.flatMap((document): readonly Detection[] => {
      if (document.kind !== 'PromptInjection') return [];
      // The kind's own schema accepted it.
      const spec = document.spec as InjectionSpec;
      if (role === 'system' || !(spec.scan ?? ['user', 'tool', 'assistant']).includes(role)) return [];
      const threshold = spec.threshold ?? 1;
      const detector = createInjectionDetector({
        builtin: spec.patterns?.builtin ?? 'all',
        add: (spec.patterns?.add ?? []).map((added) => ({ ...added, score: added.score ?? 1 })),
        remove: spec.patterns?.remove ?? [],
        threshold,
        engine: injectionEngine,
        ...(usesLearned(spec) ? { learned: shippedScorer() } : {}),
      });
      const { score, findings } = detector.inspect([{ text, role: role as 'user' | 'tool' | 'assistant' }]);
      return [
        {
          policy: document.name,
          threshold,
          score: Math.round(score * 100) / 100,
          findings: findings.map(({ rule, score: own, view, start, end, context, features = [] }) => ({
            rule,
            score: own,
            view,
            start,
            end,
            context,
            features,
          })),
        },
      ];
    }),
  );
}

type InjectionSpec = Parameters<typeof usesLearned>[0] & {
  readonly scan?: readonly string[];
  readonly threshold?: number;
};

function describe(results: ReadonlyMap<Mode, TrialResult>, detection: readonly Detection[]): string {
  const lines: string[] = [];
  const hard = results.get('hard');
  if (hard?.decisions.length === 0) lines.push('No rule fires.');
  for (const [index, decision] of (hard?.decisions ?? []).entries()) {
    const { policy, rule, rules, channel, verdict, findings, score } = decision;
    const what = rules && rules.length > 1 ? rules.join(', ') : rule;
    lines.push(`${policy.name} (${policy.kind}): ${what}`);
    lines.push(`  verdict ${verdict}, ${findings} found in ${channel}${score === undefined ? '' : `, score ${score}`}`);
    const outcomes = MODES.map((mode) => `${mode} ${results.get(mode)?.decisions[index]?.outcome ?? 'not reached'}`);
    lines.push(`  ${outcomes.join(' · ')}`);
  }
  if (hard?.refusal) lines.push(`in hard the client reads: ${hard.refusal.message}`);
  if (hard?.answer && hard.decisions.length > 0) lines.push(`in hard the answer is: ${hard.answer.content}`);
  for (const { policy, score: sum, threshold, findings } of detection) {
    if (findings.length === 0) continue;
    lines.push(`${policy}: injection score ${sum} of ${threshold}:`);
    for (const { rule, score, view, start, end, context, features } of findings) {
      const whose = context === 'indirect' ? ", in a tool's or document's text" : '';
      lines.push(`  ${rule} ${score.toFixed(2)} at ${start}-${end}, read as ${view}${whose}`);
      if (features.length > 0) lines.push(`    strongest: ${features.join('; ')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
