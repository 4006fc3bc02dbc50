import type { PolicySource } from './compile.ts';
import { classifyFile } from './directory.ts';
import { readYaml } from './parse.ts';
import type { Problem } from './problem.ts';

/**
 * Finds policies in what `kubectl kustomize` prints: the `*.yaml` entries of every ConfigMap that hold a policy. Text
 * without any ConfigMap is a policy file itself. Adds what is wrong to `problems`.
 */
export function parse(text: string, problems: Problem[]): readonly PolicySource[] {
  const chunks = text.split(/^---[ \t]*\r?$/m);
  const maps = chunks.filter((chunk) => /^kind: *ConfigMap *$/m.test(chunk));
  if (maps.length === 0) return [{ file: 'stdin', text }];
  const sources: PolicySource[] = [];
  for (const chunk of maps) {
    for (const { value } of readYaml('stdin', chunk, problems)) sources.push(...policiesOf(value));
  }
  if (sources.length === 0 && problems.length === 0) {
    const message =
      'holds ConfigMaps but no policy; accepted: entries such as secrets.yaml with an apiVersion of llm-gateway';
    problems.push({ file: 'stdin', line: 0, column: 0, key: '', message });
  }
  return sources;
}

function policiesOf(value: unknown): readonly PolicySource[] {
  if (typeof value !== 'object' || value === null || !('data' in value)) return [];
  const { data } = value;
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([file, text]) =>
    typeof text === 'string' && classifyFile(file) === 'policy' && text.includes('llm-gateway/')
      ? [{ file, text }]
      : [],
  );
}
