import { MODES, type Mode } from '../core/decision.ts';
import { BUILTIN_RULES, createInjectionDetector } from '../detectors/injection/index.ts';
import { compilePolicies, type PolicySource } from '../policy/compile.ts';
import { formatProblem, PolicyError } from '../policy/problem.ts';
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
  const detection = flags.has('answer') ? undefined : detect(text, options.get('role') ?? 'user');
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

/** What the detector saw, also where it stays below a threshold. */
function detect(text: string, role: string) {
  if (role === 'system') return undefined;
  const detector = createInjectionDetector({ builtin: 'all', add: [], remove: [], threshold: 1 });
  const known = role === 'tool' || role === 'assistant' ? role : 'user';
  const { score, findings } = detector.inspect([{ text, role: known }]);
  return {
    score: Math.round(score * 100) / 100,
    rulesKnown: BUILTIN_RULES.length,
    findings: findings.map(({ rule, score: own, view, start, end }) => ({ rule, score: own, view, start, end })),
  };
}

function describe(results: ReadonlyMap<Mode, TrialResult>, detection: ReturnType<typeof detect>): string {
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
  if (detection && detection.findings.length > 0) {
    lines.push(`injection score ${detection.score}:`);
    for (const { rule, score, view, start, end } of detection.findings) {
      lines.push(`  ${rule} ${score.toFixed(2)} at ${start}-${end}, read as ${view}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
