import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { at, KUBECTL, list, needs, OVERLAYS, render, workloads, type Manifest } from './manifests.ts';
import { Network, podsOf, type Pod } from './network.ts';

// Other programs run here, on machines that may be busy.
setDefaultTimeout(60_000);

const why = needs(KUBECTL, 'kubectl');

/** Pods that nobody invited: what an intruder or a mistake would look like. */
const STRANGERS: readonly Pod[] = [
  { name: 'elsewhere', namespace: 'default', labels: {} },
  { name: 'claims to be the gateway, elsewhere', namespace: 'default', labels: { app: 'llm-gateway' } },
  { name: 'claims to be the gateway, in llm', namespace: 'llm', labels: { app: 'llm-gateway' } },
  { name: 'claims to be ollama', namespace: 'llm', labels: { app: 'ollama' } },
  { name: 'unlabelled in llm', namespace: 'llm', labels: {} },
  { name: 'unlabelled in llm-gateway', namespace: 'llm-gateway', labels: {} },
  { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
];

function portsOf(manifests: readonly Manifest[], name: string): number[] {
  const found = workloads(manifests).filter((item) => item.metadata.name === name);
  return found.flatMap((item) =>
    list(item, 'spec', 'template', 'spec', 'containers').flatMap((container) =>
      list(container, 'ports').map((port) => Number(at(port, 'containerPort'))),
    ),
  );
}

/** `from > to:port` for each connection to these programs that gets through. */
function arrows(manifests: readonly Manifest[], targets: readonly string[]): string[] {
  const network = new Network(manifests);
  const pods = podsOf(manifests);
  return pods
    .filter((to) => targets.includes(to.name))
    .flatMap((to) =>
      portsOf(manifests, to.name).flatMap((port) =>
        [...pods, ...STRANGERS]
          .filter((from) => network.reaches(from, to, port))
          .map((from) => `${from.name} > ${to.name}:${port}`),
      ),
    )
    .sort();
}

describe.each(OVERLAYS)('network of overlay %s', (overlay) => {
  test.skipIf(KUBECTL === undefined)(`nobody but the gateway reaches Ollama${why}`, () => {
    expect(arrows(render(overlay), ['ollama'])).toEqual(['llm-gateway > ollama:11434']);
  });

  test.skipIf(KUBECTL === undefined)(`nobody but Open WebUI, and a Prometheus, reaches the gateway${why}`, () => {
    const prometheus = overlay === 'observability' ? ['prometheus > llm-gateway:8000'] : [];
    expect(arrows(render(overlay), ['llm-gateway'])).toEqual(['open-webui > llm-gateway:8000', ...prometheus]);
  });

  test.skipIf(KUBECTL === undefined)(`only the gateway reaches its counters and the collector's intake${why}`, () => {
    const reached = arrows(render(overlay), ['llm-gateway-redis', 'jaeger']);
    const fromOutside = reached.filter((arrow) => !arrow.endsWith(':16686'));
    const expected = {
      observability: ['llm-gateway > jaeger:4318'],
      redis: ['llm-gateway > llm-gateway-redis:6379'],
      production: ['llm-gateway > jaeger:4318', 'llm-gateway > llm-gateway-redis:6379'],
    }[overlay];
    expect(fromOutside.filter((arrow) => arrow.startsWith('llm-gateway >'))).toEqual(expected ?? []);
    expect(fromOutside.filter((arrow) => !arrow.startsWith('llm-gateway >'))).toEqual([]);
  });

  test.skipIf(KUBECTL === undefined)(`nobody but Grafana asks for pictures, and nobody asks Grafana${why}`, () => {
    const asked = arrows(render(overlay), ['grafana', 'prometheus', 'jaeger']).filter(
      (arrow) => !/:(4318|13133)$/.test(arrow),
    );
    const expected = overlay === 'observability' ? ['grafana > jaeger:16686', 'grafana > prometheus:9090'] : [];
    expect(asked).toEqual(expected);
  });

  test.skipIf(KUBECTL === undefined)(`nobody reaches the internet, but Ollama while it is bootstrapped${why}`, () => {
    const network = new Network(render(overlay));
    const free = podsOf(render(overlay)).filter((pod) => network.reachesInternet(pod));
    expect(free.map((pod) => pod.name)).toEqual(overlay === 'bootstrap' ? ['ollama'] : []);
  });

  test.skipIf(KUBECTL === undefined)(`every namespace of ours starts closed in both directions${why}`, () => {
    const manifests = render(overlay);
    for (const namespace of manifests.filter((item) => item.kind === 'Namespace')) {
      const closing = manifests.filter(
        (item) =>
          item.kind === 'NetworkPolicy' &&
          item.metadata.namespace === namespace.metadata.name &&
          Object.keys(Object(at(item, 'spec', 'podSelector'))).length === 0 &&
          at(item, 'spec', 'ingress') === undefined &&
          at(item, 'spec', 'egress') === undefined,
      );
      expect(closing.flatMap((item) => list(item, 'spec', 'policyTypes'))).toEqual(['Ingress', 'Egress']);
    }
  });
});

describe('Network', () => {
  const pod = (namespace: string, app: string): Pod => ({ name: app, namespace, labels: { app } });
  const policy = (namespace: string, spec: unknown): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace },
    spec,
  });

  test('a pod that no policy selects is open', () => {
    expect(new Network([]).reaches(pod('a', 'x'), pod('b', 'y'), 1)).toBe(true);
  });

  test('two selectors in one item both must fit, in two items one is enough', () => {
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'a' } };
    const podSelector = { matchLabels: { app: 'x' } };
    const spec = (from: unknown[]) => ({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] });
    const both = new Network([policy('b', spec([{ namespaceSelector, podSelector }]))]);
    const either = new Network([policy('b', spec([{ namespaceSelector }, { podSelector }]))]);
    expect(both.reaches(pod('a', 'z'), pod('b', 'y'), 1)).toBe(false);
    expect(either.reaches(pod('a', 'z'), pod('b', 'y'), 1)).toBe(true);
    expect(both.reaches(pod('a', 'x'), pod('b', 'y'), 1)).toBe(true);
  });

  test('an egress rule alone does not open the other end', () => {
    const open = policy('a', { podSelector: {}, policyTypes: ['Egress'], egress: [{}] });
    const closed = policy('b', { podSelector: {}, policyTypes: ['Ingress'] });
    expect(new Network([open, closed]).reaches(pod('a', 'x'), pod('b', 'y'), 1)).toBe(false);
  });
});
