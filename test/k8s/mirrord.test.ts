import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { at, find, gatewayEnvironment, KUBECTL, needs, OVERLAYS, render, ROOT } from './manifests.ts';

// Other programs run here, on machines that may be busy.
setDefaultTimeout(60_000);

const why = needs(KUBECTL, 'kubectl');
const config: unknown = JSON.parse(readFileSync(`${ROOT}.mirrord/mirrord.json`, 'utf8'));
const excluded = String(at(config, 'feature', 'env', 'exclude')).split(';');

/** Variables that the local process takes over from the pod, and why they are right there. */
const RIGHT_ON_A_LAPTOP: Readonly<Record<string, string>> = {
  OLLAMA_BASE_URL: "the cluster's Ollama is what mirrord is for; the name is looked up in the cluster",
  REDIS_URL: "one count with the cluster's other gateways; reached through the cluster's network",
  BUN_CONFIG_MAX_HTTP_REQUESTS: 'a number of Bun, the same everywhere',
  NODE_ENV: 'the image sets it; the local process is to behave the same',
};

/** `*` stands for any characters, as in mirrord. */
function isExcluded(name: string): boolean {
  return excluded.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name));
}

describe('.mirrord/mirrord.json', () => {
  test('steals from the deployment of the manifests', () => {
    expect(at(config, 'target')).toEqual({ path: 'deployment/llm-gateway', namespace: 'llm-gateway' });
    expect(at(config, 'feature', 'network', 'incoming', 'mode')).toBe('steal');
  });

  test('keeps the policy variables of the cluster away', () => {
    const seed = 'ENFORCEMENT_MODE LOG_LEVEL LOG_RAW_PROMPTS ALLOWED_MODELS BLOCKED_TOOLS HIGH_RISK_TOOLS';
    const ours = 'ALLOWED_TOOLS POLICY_DIR REQUIRE_API_KEY API_KEY OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME';
    for (const name of `${seed} ${ours}`.split(' ')) {
      expect([name, isExcluded(name)]).toEqual([name, true]);
    }
  });

  test('reads files from here, and from the pod only the values of mounted Secrets', () => {
    const files = at(config, 'feature', 'fs');
    expect(at(files, 'mode')).toBe('localwithoverrides');
    const remote = new RegExp(String(at(files, 'read_only', 0)));
    expect(remote.test('/etc/llm-gateway/values/db-password')).toBe(true);
    expect(remote.test('/etc/llm-gateway/keys/open-webui')).toBe(true);
    for (const local of ['/app/policies/secrets.yaml', `${ROOT}policies/secrets.yaml`, `${ROOT}.env`]) {
      expect([local, remote.test(local)]).toEqual([local, false]);
    }
  });

  test("leaves the kubelet's probes to the pod", () => {
    const path = new RegExp(String(at(config, 'feature', 'network', 'incoming', 'http_filter', 'path_filter')), 'i');
    for (const probe of ['/healthz', '/readyz']) expect([probe, path.test(probe)]).toEqual([probe, false]);
    for (const stolen of ['/', '/api/chat', '/v1/models', '/metrics', '/healthzz', '/api/healthz']) {
      expect([stolen, path.test(stolen)]).toEqual([stolen, true]);
    }
  });

  test.skipIf(KUBECTL === undefined)(`filters on the port that the container has${why}`, () => {
    const deployment = find(render('dev'), 'Deployment', 'llm-gateway', 'llm-gateway');
    const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);
    expect(at(config, 'feature', 'network', 'incoming', 'http_filter', 'ports')).toEqual([
      Number(at(container, 'ports', 0, 'containerPort')),
    ]);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(['/healthz', '/readyz']).toContain(String(at(container, probe, 'httpGet', 'path')));
    }
  });

  test.skipIf(KUBECTL === undefined).each(OVERLAYS)(
    `every variable of overlay %s is excluded or right on a laptop${why}`,
    (overlay) => {
      const image = [...readFileSync(`${ROOT}Dockerfile`, 'utf8').matchAll(/^(?:ENV|\s{4})\s*([A-Z_]+)=/gm)];
      const names = [...Object.keys(gatewayEnvironment(render(overlay))), ...image.map((match) => match[1] ?? '')];
      expect(names).toContain('NODE_ENV');
      for (const name of names) {
        expect([name, isExcluded(name) || name in RIGHT_ON_A_LAPTOP]).toEqual([name, true]);
      }
    },
  );
});

describe('k8s/mirrord.sh', () => {
  /** Runs the script with stand-ins for kubectl and mirrord; gives what mirrord was called with and the file it got. */
  function session(...words: string[]): { command: string; file: unknown; said: string } {
    const bin = mkdtempSync(join(tmpdir(), 'llm-gateway-mirrord-'));
    try {
      writeFileSync(join(bin, 'kubectl'), '#!/bin/sh\nprintf 2\n', { mode: 0o755 });
      writeFileSync(join(bin, 'mirrord'), '#!/bin/sh\necho "$@"\ncat "$3"\n', { mode: 0o755 });
      const result = Bun.spawnSync(['bash', 'k8s/mirrord.sh', ...words], {
        cwd: ROOT,
        env: { ...process.env, PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH']}` },
        stdout: 'pipe',
        stderr: 'pipe',
      });
      const [command = '', ...file] = result.stdout.toString().split('\n');
      return { command, file: JSON.parse(file.join('\n')), said: result.stderr.toString() };
    } finally {
      rmSync(bin, { recursive: true });
    }
  }

  test('runs the gateway with the file of this repository, and warns of a second pod', () => {
    const { command, file, said } = session();
    expect(command).toBe('exec --config-file .mirrord/mirrord.json -- bun run start');
    expect(file).toEqual(config);
    expect(said).toContain('has 2 pods');
  });

  test("takes only one user's requests where one is named, and still no probes", () => {
    const { command, file } = session('--user', '7f0c', '--', 'bun', 'run', 'dev');
    expect(command).toEndWith('-- bun run dev');
    const filter = at(file, 'feature', 'network', 'incoming', 'http_filter');
    expect(filter).toEqual({
      all_of: [
        { path: at(config, 'feature', 'network', 'incoming', 'http_filter', 'path_filter') },
        { header: '^x-openwebui-user-id: 7f0c$' },
      ],
      ports: [8000],
    });
    expect(at(file, 'feature', 'env')).toEqual(at(config, 'feature', 'env'));
  });
});

test('F5 runs the program of this repository under the Bun debugger', () => {
  const launch: unknown = JSON.parse(readFileSync(`${ROOT}.vscode/launch.json`, 'utf8'));
  const first = at(launch, 'configurations', 0);
  expect(at(first, 'type')).toBe('bun');
  expect(at(first, 'program')).toBe('${workspaceFolder}/src/main.ts');
  // .env and policies/ are found from there.
  expect(at(first, 'cwd')).toBe('${workspaceFolder}');
});
