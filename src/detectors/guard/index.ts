/** The guard model: asks a classifier in an Ollama about texts in doubt. */
export { type Fetch } from './client.ts';
export {
  createGuard,
  GUARD_LIMITS,
  type Guard,
  type GuardDependencies,
  type GuardLimits,
  type GuardOptions,
  type GuardOutcome,
  type GuardStatus,
} from './guard.ts';
export { type AnswerPattern, type GuardFamily, type GuardPrompt, type GuardVerdict, shapeOfName } from './shapes.ts';
