import { readFileSync } from 'node:fs';

/** Processes under measurement: started on a core of their own, measured by the kernel's own counts. */

export interface Measured {
  readonly pid: number;
  readonly port: number;
  /** Processor time used so far, user and system, in microseconds. */
  cpuMicroseconds(): number;
  /** Resident memory in MiB. */
  residentMiB(): number;
  stop(): Promise<void>;
}

const TICK_MICROSECONDS = 10_000;

/** Starts `command` on processor `core` and waits for the first line that holds a port. */
export async function start(
  command: readonly string[],
  core: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const child = Bun.spawn(['taskset', '-c', String(core), ...command], {
    stdout: 'pipe',
    stderr: 'inherit',
    env: { ...process.env, ...env },
  });
  const port = await portFrom(child.stdout);
  return {
    pid: child.pid,
    port,
    cpuMicroseconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
    },
    residentMiB() {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    },
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

async function portFrom(output: ReadableStream<Uint8Array>): Promise<number> {
  const reader = output.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The process ended before it named its port: ${text}`);
    text += decoder.decode(value, { stream: true });
    const port = /^(\d+)\n/.exec(text)?.[1] ?? /"url":"http:\/\/[^"]*:(\d+)"/.exec(text)?.[1];
    if (port === undefined) continue;
    void drain(reader);
    return Number(port);
  }
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}
