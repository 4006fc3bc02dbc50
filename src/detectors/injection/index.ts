/** Prompt injection: views, catalogue, detector. */
export { CATALOGUE, type CatalogueRule } from './catalogue.ts';
export {
  BUILTIN_RULES,
  createInjectionDetector,
  INDIRECT_SHARE,
  type InjectionDetector,
  type InjectionFault,
  type InjectionFinding,
  type InjectionOptions,
  type InputPart,
  type Inspection,
  type LearnedFinding,
  type LearnedScorer,
  type OwnPattern,
  type PatternEngine,
} from './detector.ts';
export { SHIPPED_WEIGHTS, shippedScorer } from './model.ts';
export { foldText } from './fold.ts';
export { VIEW_LIMITS, type ViewLimits } from './limits.ts';
export { buildViews, type View, type ViewName, type Views } from './views.ts';
