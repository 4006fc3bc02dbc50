import { readdirSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** Rendering of the overlays with the real `kubectl`, and reading of what comes out. Shared by the tests beside it. */

export const ROOT = new URL('../../', import.meta.url).pathname;

/** Names of the overlays, as one passes them to `kubectl apply -k k8s/overlays/NAME`. */
export const OVERLAYS = readdirSync(`${ROOT}k8s/overlays`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map((entry) => entry.name)
  .sort();

/** Names of the components that overlays are made of. */
export const COMPONENTS = readdirSync(`${ROOT}k8s/components`).sort();

/** A program named by a variable (such as `KUBECTL`) or on the PATH; undefined where the machine lacks it. */
export function program(name: string, variable = name.toUpperCase().replaceAll('-', '_')): string | undefined {
  return process.env[variable] || Bun.which(name) || undefined;
}

export const KUBECTL = program('kubectl');

/** What a test that needs the program puts behind its name. */
export function needs(path: string | undefined, name: string): string {
  return path === undefined ? ` (skipped: no ${name} here)` : '';
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Runs a program and gives its output. Throws with what it said where it fails. */
export function run(command: readonly string[], options: { readonly stdin?: string } = {}): string {
  const stdin = options.stdin === undefined ? ('ignore' as const) : Buffer.from(options.stdin);
  const result = Bun.spawnSync([...command], { cwd: ROOT, stdin, stdout: 'pipe', stderr: 'pipe' });
  const said = `${result.stdout.toString()}${result.stderr.toString()}`;
  if (result.exitCode !== 0) throw new Error(`Cannot run ${command.join(' ')}:\n${said}`);
  return result.stdout.toString();
}

const rendered = new Map<string, string>();

/** The YAML of one kustomization directory, as `kubectl kustomize` prints it. */
export function renderText(directory: string): string {
  if (KUBECTL === undefined) throw new Error('Cannot render: no kubectl here');
  const known = rendered.get(directory);
  if (known !== undefined) return known;
  const text = run([KUBECTL, 'kustomize', directory]);
  rendered.set(directory, text);
  return text;
}

/** The objects of one overlay. */
export function render(overlay: string): readonly Manifest[] {
  return parseManifests(renderText(`k8s/overlays/${overlay}`));
}

/** All documents of a YAML stream. Throws on the first mistake. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    for (const problem of document.errors) throw problem;
    // The schema validation of another test has a say about the shape; here only the envelope is used as typed.
    return document.toJS() as Manifest;
  });
}

/** The one object of that kind and name. Throws where there is none. */
export function find(manifests: readonly Manifest[], kind: string, name: string, namespace?: string): Manifest {
  const found = manifests.filter(
    (item) => item.kind === kind && item.metadata.name === name && item.metadata.namespace === namespace,
  );
  if (found.length !== 1) throw new Error(`Cannot find one ${kind} ${namespace}/${name}: there are ${found.length}`);
  return found[0] as Manifest;
}

/** `at(deployment, 'spec', 'replicas')`: a field by its path, undefined where a step is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Readonly<Record<string | number, unknown>>)[step];
  }
  return here;
}

/** The list at a path, empty where there is none. */
export function list(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The record of strings at a path, empty where there is none. */
export function strings(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, string>> {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, string>>) : {};
}

export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

export function workloads(manifests: readonly Manifest[]): Manifest[] {
  return manifests.filter((item) => WORKLOAD_KINDS.includes(item.kind));
}

/** Name and value of every variable of the gateway's container, ConfigMaps resolved. */
export function gatewayEnvironment(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const deployment = find(manifests, 'Deployment', 'llm-gateway', 'llm-gateway');
  const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);
  const environment: Record<string, string> = {};
  for (const source of list(container, 'envFrom')) {
    const name = String(at(source, 'configMapRef', 'name'));
    Object.assign(environment, strings(find(manifests, 'ConfigMap', name, 'llm-gateway'), 'data'));
  }
  for (const variable of list(container, 'env')) {
    environment[String(at(variable, 'name'))] = String(at(variable, 'value') ?? 'from a Secret');
  }
  return environment;
}
