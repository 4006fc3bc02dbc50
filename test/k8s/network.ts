import { at, list, strings, workloads, type Manifest } from './manifests.ts';

/**
 * What NetworkPolicies let through, worked out as the specification says: a pod is closed in a direction as soon as one
 * policy for that direction selects it; then only what some rule names passes. Both ends must allow.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

type Direction = 'Ingress' | 'Egress';

export class Network {
  readonly #policies: readonly Manifest[];
  readonly #namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor(manifests: readonly Manifest[]) {
    this.#policies = manifests.filter((item) => item.kind === 'NetworkPolicy');
    this.#namespaces = new Map(
      manifests
        .filter((item) => item.kind === 'Namespace')
        .map((item) => [item.metadata.name, item.metadata.labels ?? {}]),
    );
  }

  /** Whether a connection from one pod to a TCP port of another gets through. */
  reaches(from: Pod, to: Pod, port: number): boolean {
    return this.#allows('Egress', from, to, port) && this.#allows('Ingress', to, from, port);
  }

  /** Whether a pod may connect to some address outside the cluster. */
  reachesInternet(from: Pod): boolean {
    const closing = this.#selecting(from, 'Egress');
    if (closing.length === 0) return true;
    return closing.some((policy) =>
      list(policy, 'spec', 'egress').some((rule) => {
        const peers = list(rule, 'to');
        return peers.length === 0 || peers.some((peer) => isBeyondNode(String(at(peer, 'ipBlock', 'cidr') ?? '')));
      }),
    );
  }

  #allows(direction: Direction, subject: Pod, peer: Pod, port: number): boolean {
    const closing = this.#selecting(subject, direction);
    if (closing.length === 0) return true;
    const [rules, peers] = direction === 'Ingress' ? ['ingress', 'from'] : ['egress', 'to'];
    return closing.some((policy) =>
      list(policy, 'spec', rules).some((rule) => {
        const ports = list(rule, 'ports');
        const named = list(rule, peers);
        return (
          (ports.length === 0 || ports.some((item) => at(item, 'port') === port && at(item, 'protocol') === 'TCP')) &&
          (named.length === 0 || named.some((item) => this.#isPeer(item, peer, policy.metadata.namespace ?? '')))
        );
      }),
    );
  }

  #selecting(pod: Pod, direction: Direction): Manifest[] {
    return this.#policies.filter(
      (policy) =>
        policy.metadata.namespace === pod.namespace &&
        list(policy, 'spec', 'policyTypes').includes(direction) &&
        selects(at(policy, 'spec', 'podSelector'), pod.labels),
    );
  }

  #isPeer(peer: unknown, pod: Pod, policyNamespace: string): boolean {
    const namespaces = at(peer, 'namespaceSelector');
    const pods = at(peer, 'podSelector');
    if (namespaces === undefined && pods === undefined) return false;
    const inNamespace =
      namespaces === undefined ? pod.namespace === policyNamespace : selects(namespaces, this.#labelsOf(pod.namespace));
    return inNamespace && (pods === undefined || selects(pods, pod.labels));
  }

  #labelsOf(namespace: string): Readonly<Record<string, string>> {
    return { ...this.#namespaces.get(namespace), 'kubernetes.io/metadata.name': namespace };
  }
}

/** One pod of each workload. */
export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return workloads(manifests).map((item) => ({
    name: item.metadata.name,
    namespace: item.metadata.namespace ?? '',
    labels: strings(item, 'spec', 'template', 'metadata', 'labels'),
  }));
}

/** Only `matchLabels` is understood; a selector with anything else is refused, so that the tests cannot be fooled. */
function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(selector ?? {}).filter((key) => key !== 'matchLabels');
  if (keys.length > 0) throw new Error(`Cannot judge a selector with ${keys.join(', ')}`);
  return Object.entries(strings(selector, 'matchLabels')).every(([name, value]) => labels[name] === value);
}

function isBeyondNode(cidr: string): boolean {
  return cidr !== '' && !cidr.startsWith('169.254.');
}
