import type { PolicyIdentity } from '../../core/decision.ts';
import type { CompileHost } from '../kind.ts';
import { compileProgram, prepareSoon, type Program } from '../programs.ts';
import type { OwnedRule } from './sensitive-rules.ts';

/** Which rules are read together: those that act compete, per kind of channel; those that watch are read apart. */

/** One document, resolved. */
export interface SensitivePolicy {
  readonly identity: PolicyIdentity;
  /** Its author wrote `mode: monitor`. The ceiling does not make a watcher: it changes outcomes, not verdicts. */
  readonly watches: boolean;
  readonly inAnswer: boolean;
  readonly inPrompt: boolean;
  readonly action: 'redact' | 'deny';
  readonly toolArguments: 'redact' | 'deny' | 'record';
  readonly rules: readonly OwnedRule[];
}

/** A rule in a program, beside the policy that it is from. */
export interface PlacedRule extends OwnedRule {
  readonly policy: SensitivePolicy;
}

/** A program with its rules by index. */
export interface PlacedProgram {
  readonly program: Program;
  readonly rules: readonly PlacedRule[];
}

/**
 * The programs of one selection of documents; `undefined` where nothing is to be read.
 *
 * Those of tool calls are compiled when the first call comes: they hold rules that the others were compiled with, so
 * they cannot fail then, and most exchanges never need them.
 */
export interface Programs {
  readonly answer: PlacedProgram | undefined;
  readonly answerWatch: PlacedProgram | undefined;
  readonly prompt: PlacedProgram | undefined;
  readonly promptWatch: PlacedProgram | undefined;
  /** Arguments that are redacted. */
  readonly call: () => PlacedProgram | undefined;
  /** Arguments where a match refuses the whole call. */
  readonly callDeny: () => PlacedProgram | undefined;
  readonly callWatch: () => PlacedProgram | undefined;
  /** Why they cannot be built. */
  readonly problem?: string;
}

/** Builds, or finds in the cache, what a selection of documents needs. */
export function createPrograms(policies: readonly SensitivePolicy[], host: CompileHost): Programs {
  let problem: string | undefined;
  const place = (mode: 'compete' | 'watch', chosen: readonly SensitivePolicy[]): PlacedProgram | undefined => {
    const rules = chosen.flatMap((policy) => policy.rules.map((rule): PlacedRule => ({ ...rule, policy })));
    if (rules.length === 0) return undefined;
    const program = compileProgram(
      rules.map(({ rule }) => rule),
      mode,
      host.cache,
    );
    if (typeof program !== 'string') {
      prepareSoon(program);
      return { program, rules };
    }
    problem = program;
    return undefined;
  };
  const inAnswer = policies.filter((policy) => policy.inAnswer);
  const inPrompt = policies.filter((policy) => policy.inPrompt);
  const acting = inAnswer.filter((policy) => !policy.watches);
  const withArguments = (handling: SensitivePolicy['toolArguments']) =>
    acting.filter((policy) => policy.toolArguments === handling);
  const programs = {
    answer: place('compete', acting),
    answerWatch: place(
      'watch',
      inAnswer.filter((policy) => policy.watches),
    ),
    prompt: place(
      'compete',
      inPrompt.filter((policy) => !policy.watches),
    ),
    promptWatch: place(
      'watch',
      inPrompt.filter((policy) => policy.watches),
    ),
    call: once(() => place('compete', withArguments('redact'))),
    callDeny: once(() => place('compete', withArguments('deny'))),
    callWatch: once(() =>
      place(
        'watch',
        inAnswer.filter((policy) => policy.watches || policy.toolArguments === 'record'),
      ),
    ),
  };
  return problem === undefined ? programs : { ...programs, problem };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
