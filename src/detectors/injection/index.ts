/** Prompt injection: views, catalogue, detector. */
export { CATALOGUE, type CatalogueRule } from './catalogue.ts';
export { BUILTIN_RULES, createInjectionDetector, INDIRECT_SHARE } from './detector.ts';
export type {
  InjectionDetector,
  InjectionFault,
  InjectionFinding,
  InjectionOptions,
  InputPart,
  Inspection,
  LearnedFinding,
  LearnedScorer,
  OwnPattern,
  PatternEngine,
} from './inspection.ts';
export { SHIPPED_WEIGHTS, shippedScorer } from './model.ts';
export { foldText } from './fold.ts';
export { VIEW_LIMITS, type ViewLimits } from './limits.ts';
export { buildViews, type View, type ViewName, type Views } from './views.ts';
