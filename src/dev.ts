import { existsSync, watch } from 'node:fs';

/**
 * Runs the gateway and starts it again when source, `.env` or a policy changes: `bun run dev`.
 *
 * The service itself reloads policies without a restart; here a fresh process is wanted, so that what runs is always
 * what stands in the files.
 */
const DEBOUNCE_MS = 150;
const WATCHED = ['src', process.env['POLICY_DIR'] || 'policies'];

/** Names that `.env` gave this process when it started (Bun reads the file before us). */
const dotEnvNames = await namesIn('.env');

let child = run();
let timer: ReturnType<typeof setTimeout> | undefined;

function run() {
  // Variables of .env that this process was started with must not hide what stands in the file now.
  return Bun.spawn(['bun', 'src/main.ts'], { stdio: ['inherit', 'inherit', 'inherit'], env: withoutDotEnv() });
}

function withoutDotEnv(): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '65535' };
  for (const name of dotEnvNames) delete env[name];
  return env;
}

async function namesIn(file: string): Promise<string[]> {
  if (!existsSync(file)) return [];
  const lines = (await Bun.file(file).text()).split('\n');
  return lines.flatMap((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1] ?? []);
}

function restart(what: string): void {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    process.stderr.write(`\n${what} changed, starting again\n`);
    child.kill();
    await child.exited;
    child = run();
  }, DEBOUNCE_MS);
}

for (const directory of WATCHED)
  watch(directory, { recursive: true }, (_event, file) => restart(`${directory}/${file ?? ''}`));
watch('.', (_event, file) => {
  if (file === '.env') restart('.env');
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    child.kill(signal);
    await child.exited;
    process.exit(0);
  });
}
