/** The pack of secrets: vendors' formats first, then key material, URLs and what has no form of its own. */
import type { RedactionRule } from '../rule.ts';
import { aiRules } from './secrets/ai.ts';
import { cloudRules } from './secrets/cloud.ts';
import { developerRules } from './secrets/developer.ts';
import { forgeRules, pipelineRules, registryRules } from './secrets/forges.ts';
import { gatedRules } from './secrets/gated.ts';
import { genericRules } from './secrets/generic.ts';
import { materialRules } from './secrets/material.ts';
import { messagingRules, monitoringRules, paymentRules } from './secrets/services.ts';
import { urlRules } from './secrets/urls.ts';

/**
 * Formats of secrets, in rule order: where two offer the same text, the earlier names it, so the specific comes first.
 */
export const secretRules: RedactionRule[] = [
  ...aiRules,
  ...cloudRules,
  ...forgeRules,
  ...registryRules,
  ...pipelineRules,
  ...messagingRules,
  ...paymentRules,
  ...monitoringRules,
  ...developerRules,
  ...materialRules,
  ...urlRules,
  ...gatedRules,
  ...genericRules,
];
