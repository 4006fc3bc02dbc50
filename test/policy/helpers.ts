import type { Mode } from '../../src/core/decision.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import type { PolicyEnvironment } from '../../src/policy/kind.ts';
import type { PolicySet } from '../../src/core/stage.ts';
import { createWorld } from '../../src/policy/world.ts';

/** Compiles policies written as `KIND NAME` and the lines of their spec, under a ceiling and other variables. */
export function setOf(
  policies: Readonly<Record<string, string>>,
  environment: Partial<PolicyEnvironment> & { readonly enforcementMode?: Mode } = {},
  world: Partial<ReturnType<typeof createWorld>> = {},
): PolicySet {
  const sources = Object.entries(policies).map(([head, spec], index) => {
    const [kind, name] = head.split(' ');
    const body = spec.trim().replace(/^/gm, '  ');
    const text = `apiVersion: llm-gateway/v1\nkind: ${kind}\nmetadata: { name: ${name ?? `p${index}`} }\nspec:\n${body}\n`;
    return { file: `${name ?? `p${index}`}.yaml`, text };
  });
  return compilePolicies(sources, { ...createWorld({ enforcementMode: 'hard', ...environment }), ...world });
}
