import type { PolicyKind } from '../kind.ts';
import { access } from './access.ts';
import { consumption } from './consumption.ts';
import { modelAllowlist } from './model-allowlist.ts';
import { outputHandling } from './output-handling.ts';
import { promptInjection } from './prompt-injection.ts';
import { sensitiveInformation } from './sensitive-information.ts';
import { systemPromptLeakage } from './system-prompt-leakage.ts';
import { toolPermissions } from './tool-permissions.ts';

/** Every kind of policy, in the order in which an exchange meets them: cheap and certain before costly and likely. */
export const POLICY_KINDS: readonly PolicyKind[] = [
  access,
  consumption,
  modelAllowlist,
  toolPermissions,
  promptInjection,
  sensitiveInformation,
  systemPromptLeakage,
  outputHandling,
];
