import { ConfigError } from './config.ts';
import { VERSION } from './version.ts';

/**
 * The one entry, of the source tree and of the compiled binary: the service, and the command lines beside it.
 * Each is loaded only when asked for, so that none slows another's start.
 */

const USAGE = `llm-gateway ${VERSION}

  llm-gateway                 serves; see README.md for the variables
  llm-gateway policy ...      checks, tests, explains, replays policies
  llm-gateway model ...       packs, verifies, loads, pins models
  llm-gateway healthcheck     asks the gateway beside it for /healthz
`;

const EXIT_USAGE = 2;

async function run(argv: readonly string[]): Promise<number | undefined> {
  const [command = 'serve', ...rest] = argv;
  switch (command) {
    case 'serve': {
      const { runService } = await import('./serve.ts');
      await runService();
      return undefined;
    }
    case 'policy': {
      const { runPolicyCommand } = await import('./cli/policy.ts');
      return runPolicyCommand(rest, {
        out: (text) => void process.stdout.write(text),
        error: (text) => void process.stderr.write(text),
        input: () => Bun.stdin.text(),
        environment: Bun.env,
        isTerminal: process.stderr.isTTY === true,
      });
    }
    case 'model': {
      const { runModelCommand } = await import('./cli/model.ts');
      return runModelCommand(rest, {
        out: (text) => void process.stdout.write(text),
        error: (text) => void process.stderr.write(text),
        input: () => Bun.stdin.text(),
        environment: Bun.env,
        isTerminal: process.stderr.isTTY === true,
      });
    }
    case 'healthcheck': {
      const { runHealthcheck } = await import('./cli/healthcheck.ts');
      return runHealthcheck(Bun.env);
    }
    case 'version':
    case '--version':
      process.stdout.write(`${VERSION}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return 0;
    default:
      process.stderr.write(`Unknown command ${JSON.stringify(command)}\n\n${USAGE}`);
      return EXIT_USAGE;
  }
}

/** Ends the process when all that was said is out: a pipe takes 64 KiB at a time, and `process.exit` waits for nobody. */
async function exitWith(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => void stream.end(() => resolve()));
  }
  process.exit(code);
}

try {
  const code = await run(process.argv.slice(2));
  if (code !== undefined) await exitWith(code);
} catch (error) {
  const lines =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
  process.stderr.write(`Cannot start the gateway:\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  process.exit(1);
}
