import type { Registry } from './registry.ts';

/** What the process itself uses, under the names that Prometheus's own clients use. */
export function addProcessMetrics(registry: Registry): void {
  const memory = registry.gauge('process_resident_memory_bytes', { help: 'Resident memory', unit: 'By' });
  const cpu = registry.counter('process_cpu_seconds_total', { help: 'Processor time, user and system', unit: 's' });
  const start = registry.gauge('process_start_time_seconds', { help: 'Start, in seconds since 1970', unit: 's' });
  start.set(performance.timeOrigin / 1000);
  let counted = 0;
  registry.beforeRead(() => {
    memory.set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1_000_000;
    cpu.add(seconds - counted);
    counted = seconds;
  });
}
