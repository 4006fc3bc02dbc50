/**
 * The catalogue: what an injection looks like, by technique.
 *
 * Scores add up (the best of each rule within one window); 1 is the default threshold. A score of 1 is given only to
 * sequences that ordinary people do not write to a model; everything that they might write once in a while needs company.
 */
import type { SequenceRule } from './matcher-tables.ts';
import { DOCUMENT_RULES } from './rules-document.ts';
import { EXTRACTION_RULES } from './rules-extraction.ts';
import { OVERRIDE_RULES } from './rules-override.ts';
import { PERSONA_RULES } from './rules-persona.ts';

export type Technique =
  | 'override'
  | 'extraction'
  | 'persona'
  | 'suppression'
  | 'template'
  | 'authority'
  | 'document'
  | 'exfiltration'
  | 'encoded'
  | 'splitting';

/** A built-in rule. Its id is part of the users' interface and never changes its meaning. */
export interface CatalogueRule extends SequenceRule {
  readonly technique: Technique;
  /** Where the technique is described. */
  readonly reference: string;
}

/** All built-in rules; of two that fit equally well, the earlier one is reported. */
export const CATALOGUE: readonly CatalogueRule[] = [
  ...OVERRIDE_RULES,
  ...EXTRACTION_RULES,
  ...PERSONA_RULES,
  ...DOCUMENT_RULES,
];
