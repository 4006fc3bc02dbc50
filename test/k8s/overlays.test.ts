import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import {
  at,
  find,
  gatewayEnvironment,
  KUBECTL,
  list,
  needs,
  OVERLAYS,
  render,
  ROOT,
  strings,
  workloads,
  type Manifest,
} from './manifests.ts';

// Other programs run here, on machines that may be busy.
setDefaultTimeout(60_000);

const why = needs(KUBECTL, 'kubectl');

/** Kinds whose objects carry a pod template, with where in the object it stands. */
function podSpec(workload: Manifest): unknown {
  return at(workload, 'spec', 'template', 'spec');
}

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  test.skipIf(KUBECTL === undefined)(`has the names that the commands of the seed use${why}`, () => {
    const manifests = render(overlay);
    for (const [app, namespace] of [
      ['ollama', 'llm'],
      ['open-webui', 'llm'],
      ['llm-gateway', 'llm-gateway'],
    ] as const) {
      const deployment = find(manifests, 'Deployment', app, namespace);
      expect(strings(deployment, 'spec', 'template', 'metadata', 'labels')).toMatchObject({ app });
      expect(strings(deployment, 'spec', 'selector', 'matchLabels')).toEqual({ app });
    }
    for (const [service, namespace, port, app] of [
      ['ollama-service', 'llm', 11434, 'ollama'],
      ['open-webui', 'llm', 8080, 'open-webui'],
      ['llm-gateway', 'llm-gateway', 8000, 'llm-gateway'],
    ] as const) {
      const found = find(manifests, 'Service', service, namespace);
      expect(list(found, 'spec', 'ports').map((item) => at(item, 'port'))).toEqual([port]);
      expect(strings(found, 'spec', 'selector')).toEqual({ app });
      const container = at(podSpec(find(manifests, 'Deployment', app, namespace)), 'containers', 0);
      const names = list(container, 'ports').map((item) => [at(item, 'name'), at(item, 'containerPort')]);
      expect(names).toContainEqual([at(found, 'spec', 'ports', 0, 'targetPort'), port]);
    }
  });

  test.skipIf(KUBECTL === undefined)(`leads Open WebUI to the gateway and the gateway to Ollama${why}`, () => {
    const manifests = render(overlay);
    const variables = list(podSpec(find(manifests, 'Deployment', 'open-webui', 'llm')), 'containers', 0, 'env');
    const urls = variables.flatMap((item) => {
      const value = String(at(item, 'value'));
      return value.includes('://') ? [value] : [];
    });
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(new URL(url).host).toBe('llm-gateway.llm-gateway:8000');
    expect(gatewayEnvironment(manifests)['OLLAMA_BASE_URL']).toBe('http://ollama-service.llm:11434');
  });

  test.skipIf(KUBECTL === undefined)(`gives every pod what Pod Security "restricted" asks, and more${why}`, () => {
    const manifests = render(overlay);
    for (const workload of workloads(manifests)) {
      const name = workload.metadata.name;
      const spec = podSpec(workload);
      expect([name, at(spec, 'automountServiceAccountToken')]).toEqual([name, false]);
      expect([name, at(spec, 'enableServiceLinks')]).toEqual([name, false]);
      expect([name, at(spec, 'securityContext', 'runAsNonRoot')]).toEqual([name, true]);
      expect(Number(at(spec, 'securityContext', 'runAsUser'))).toBeGreaterThanOrEqual(10_000);
      expect([name, at(spec, 'securityContext', 'seccompProfile', 'type')]).toEqual([name, 'RuntimeDefault']);
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(at(spec, field)).toBeUndefined();
      const account = String(at(spec, 'serviceAccountName'));
      expect(find(manifests, 'ServiceAccount', account, workload.metadata.namespace)).toMatchObject({
        automountServiceAccountToken: false,
      });
      for (const container of [...list(spec, 'containers'), ...list(spec, 'initContainers')]) {
        expect(at(container, 'securityContext')).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(at(container, 'image')).toMatch(/(:[^:/]+|@sha256:[0-9a-f]{64})$/);
        expect(String(at(container, 'image'))).not.toEndWith(':latest');
        for (const [kind, of] of [
          ['requests', 'cpu'],
          ['requests', 'memory'],
          ['limits', 'memory'],
        ] as const) {
          expect([name, kind, of, typeof at(container, 'resources', kind, of)]).toEqual([name, kind, of, 'string']);
        }
      }
      for (const volume of list(spec, 'volumes')) {
        expect(Object.keys(Object(volume)).filter((key) => key === 'hostPath')).toEqual([]);
      }
    }
    for (const namespace of manifests.filter((item) => item.kind === 'Namespace')) {
      const privileged = overlay === 'dev' && namespace.metadata.name === 'llm-gateway';
      expect(namespace.metadata.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': privileged ? 'privileged' : 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      });
    }
  });

  test.skipIf(KUBECTL === undefined)(`lets the gateway find its own HOST, PORT and POLICY_DIR${why}`, () => {
    const environment = gatewayEnvironment(render(overlay));
    for (const name of ['HOST', 'PORT', 'POLICY_DIR']) expect(Object.keys(environment)).not.toContain(name);
    const spec = podSpec(find(render(overlay), 'Deployment', 'llm-gateway', 'llm-gateway'));
    const workdir = /^WORKDIR (\S+)$/m.exec(
      readFileSync(`${ROOT}Dockerfile`, 'utf8').split('FROM scratch')[1] ?? '',
    )?.[1];
    expect(list(spec, 'containers', 0, 'volumeMounts')).toContainEqual({
      name: 'policies',
      mountPath: `${workdir}/policies`,
      readOnly: true,
    });
    expect(at(list(spec, 'volumes')[0], 'configMap', 'name')).toBe('llm-gateway-policies');
    expect(environment['BUN_CONFIG_MAX_HTTP_REQUESTS']).toBe('65535');
  });

  test.skipIf(KUBECTL === undefined)(`mounts every policy of policies/, and only policies${why}`, () => {
    const config = find(render(overlay), 'ConfigMap', 'llm-gateway-policies', 'llm-gateway');
    const shipped = [...new Bun.Glob('*.yaml').scanSync(`${ROOT}policies`)].filter(
      (name) => !name.endsWith('.test.yaml') && name !== 'kustomization.yaml',
    );
    expect(Object.keys(strings(config, 'data')).sort()).toEqual(shipped.sort());
    const bytes = Object.values(strings(config, 'data')).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    // A ConfigMap holds 1 MiB at most.
    expect(bytes).toBeLessThan(512 * 1024);
  });

  test.skipIf(KUBECTL === undefined)(`probes without asking Ollama, and waits for streams when it ends${why}`, () => {
    const spec = podSpec(find(render(overlay), 'Deployment', 'llm-gateway', 'llm-gateway'));
    const container = at(spec, 'containers', 0);
    expect(at(container, 'startupProbe', 'httpGet', 'path')).toBe('/healthz');
    expect(at(container, 'livenessProbe', 'httpGet', 'path')).toBe('/healthz');
    expect(at(container, 'readinessProbe', 'httpGet', 'path')).toBe('/readyz');
    const pause = Number(at(container, 'lifecycle', 'preStop', 'sleep', 'seconds'));
    expect(pause).toBeGreaterThanOrEqual(5);
    // The pause counts within the grace period, and so does sending the last spans.
    expect(Number(at(spec, 'terminationGracePeriodSeconds'))).toBeGreaterThanOrEqual(pause + drainSeconds() + 10);
  });

  test.skipIf(KUBECTL === undefined)(`sets only variables that the gateway reads${why}`, () => {
    const known = new Set(configVariables());
    for (const name of Object.keys(gatewayEnvironment(render(overlay)))) {
      const standard = name.startsWith('OTEL_') || name === 'BUN_CONFIG_MAX_HTTP_REQUESTS';
      expect([name, standard || known.has(name)]).toEqual([name, true]);
    }
  });
});

test.skipIf(KUBECTL === undefined)(`the modes are what the overlays' names say${why}`, () => {
  const modes = { monitor: 'monitor', enforce: 'hard', production: 'hard', dev: 'monitor', bootstrap: 'monitor' };
  for (const [overlay, mode] of Object.entries(modes)) {
    expect([overlay, gatewayEnvironment(render(overlay))['ENFORCEMENT_MODE']]).toEqual([overlay, mode]);
  }
});

test.skipIf(KUBECTL === undefined)(`applying another overlay takes back all that bootstrap opened${why}`, () => {
  const names = (overlay: string) =>
    render(overlay).map((item) => `${item.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}`);
  expect(names('bootstrap')).toEqual(names('monitor'));
});

test.skipIf(KUBECTL === undefined)(
  `the gateway survives a drained node, but a development cluster has one pod${why}`,
  () => {
    const monitor = render('monitor');
    expect(at(find(monitor, 'PodDisruptionBudget', 'llm-gateway', 'llm-gateway'), 'spec', 'minAvailable')).toBe(1);
    const scaler = find(monitor, 'HorizontalPodAutoscaler', 'llm-gateway', 'llm-gateway');
    expect(at(scaler, 'spec', 'minReplicas')).toBe(2);
    // A number in the Deployment would fight with the autoscaler at each apply.
    expect(at(find(monitor, 'Deployment', 'llm-gateway', 'llm-gateway'), 'spec', 'replicas')).toBeUndefined();
    const dev = render('dev');
    expect(at(find(dev, 'Deployment', 'llm-gateway', 'llm-gateway'), 'spec', 'replicas')).toBe(1);
    expect(dev.filter((item) => /Autoscaler|Disruption/.test(item.kind))).toEqual([]);
  },
);

test.skipIf(KUBECTL === undefined)(`Ollama keeps a writable /tmp, its models on a volume, and no cloud${why}`, () => {
  const spec = podSpec(find(render('monitor'), 'Deployment', 'ollama', 'llm'));
  const mounts = list(spec, 'containers', 0, 'volumeMounts');
  expect(mounts).toContainEqual({ name: 'tmp', mountPath: '/tmp' });
  expect(mounts).toContainEqual({ name: 'models', mountPath: '/models' });
  expect(list(spec, 'containers', 0, 'env')).toContainEqual({ name: 'OLLAMA_NO_CLOUD', value: '1' });
  expect(list(spec, 'containers', 0, 'env')).toContainEqual({ name: 'OLLAMA_MODELS', value: '/models' });
});

/** How long the process lets open streams go on: what the grace period must be longer than. */
function drainSeconds(): number {
  const products = [...new Bun.Glob('src/*.ts').scanSync(ROOT)].flatMap((file) => {
    const source = readFileSync(`${ROOT}${file}`, 'utf8');
    return /const DRAIN_MS_MAX = ([\d_]+(?: \* [\d_]+)*);/.exec(source)?.[1] ?? [];
  });
  expect(products).toHaveLength(1);
  return (
    (products[0] ?? '').split(' * ').reduce((result, factor) => result * Number(factor.replaceAll('_', '')), 1) / 1000
  );
}

function configVariables(): string[] {
  const source = readFileSync(`${ROOT}src/config.ts`, 'utf8');
  return [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): v\./gm)].map((match) => match[1] ?? '');
}
