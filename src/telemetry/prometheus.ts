import type { Family, Sample } from './registry.ts';

/**
 * Families as Prometheus text, format 0.0.4.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function prometheusText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    lines.push(`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`);
    for (const sample of family.samples) {
      if (family.type === 'histogram') histogramLines(family, sample, lines);
      else lines.push(`${family.name}${labelText(family.labels, sample.values)} ${sample.value}`);
    }
  }
  lines.push('');
  return lines.join('\n');
}

function histogramLines(family: Family, sample: Sample, lines: string[]): void {
  const names = [...family.labels, 'le'];
  let count = 0;
  for (const [index, observed] of sample.buckets.entries()) {
    count += observed;
    const bound = family.bounds[index];
    const values = [...sample.values, bound === undefined ? '+Inf' : String(bound)];
    lines.push(`${family.name}_bucket${labelText(names, values)} ${count}`);
  }
  const labels = labelText(family.labels, sample.values);
  lines.push(`${family.name}_sum${labels} ${sample.value}`, `${family.name}_count${labels} ${count}`);
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, index) => `${name.replaceAll('.', '_')}="${escapeLabel(values[index] ?? '')}"`).join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
