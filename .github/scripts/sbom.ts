import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/**
 * What is inside the image, as a CycloneDX document: the npm packages that go into the build (from the lock file, with
 * their registry hashes), Bun, and the Debian packages of the base (from the records that the image keeps).
 *
 *   bun .github/scripts/sbom.ts [--version V] [--dpkg FILE …] [--timestamp ISO] > sbom.cdx.json
 *
 * The same input gives the same bytes: the serial number is made from the content, a time is only written when given.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */

export interface Component {
  readonly type: 'library' | 'application';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly expression: string }[];
}

interface Lock {
  readonly workspaces: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
  readonly packages: Readonly<Record<string, readonly [string, string, PackageNeeds, string]>>;
}

interface PackageNeeds {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalPeers?: readonly string[];
}

export interface SbomInput {
  /** Text of `bun.lock`. */
  readonly lock: string;
  readonly name: string;
  readonly version: string;
  readonly bunVersion: string;
  /** Texts of `/var/lib/dpkg/status.d/*` of the image. */
  readonly dpkg: readonly string[];
  /** Name and version of the distribution that the dpkg records belong to, such as `debian-12`. */
  readonly distribution: string;
  readonly timestamp?: string;
  /** Licence of an installed package, undefined where it is not known. */
  readonly licenceOf?: (name: string) => string | undefined;
}

/** Makes the document. Throws where the lock file names a package that it does not hold. */
export function makeSbom(input: SbomInput) {
  const lock = parseLock(input.lock);
  const { packages, edges } = installed(lock);
  const components = [...packages].sort().map((key) => npmComponent(lock, key, input.licenceOf));
  components.push({
    type: 'application',
    'bom-ref': `pkg:npm/bun@${input.bunVersion}`,
    name: 'bun',
    version: input.bunVersion,
    purl: `pkg:npm/bun@${input.bunVersion}`,
    licenses: [{ expression: 'MIT' }],
  });
  components.push(...input.dpkg.flatMap((text) => debianComponents(text, input.distribution)));
  const root = `pkg:generic/${input.name}@${input.version}`;
  const refOf = (key: string) => (key === '' ? root : refOfPackage(lock, key));
  const dependencies = [...edges]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, needs]) => ({
      ref: refOf(key),
      dependsOn: [...new Set([...needs].map(refOf))].sort(),
    }));
  const body = {
    metadata: {
      ...(input.timestamp === undefined ? {} : { timestamp: input.timestamp }),
      component: { type: 'application', 'bom-ref': root, name: input.name, version: input.version, purl: root },
    },
    components: uniqueByRef(components),
    dependencies: mergeByRef(dependencies),
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
    ...body,
  };
}

/** bun.lock is JSON with trailing commas. */
function parseLock(text: string): Lock {
  // A comma before a closing bracket, outside of strings: strings are matched first and kept.
  const json = text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match === ',' ? '' : match));
  return JSON.parse(json) as Lock;
}

/** Keys of the lock file's packages that the project's `dependencies` bring, with what needs what; '' is the project. */
function installed(lock: Lock): { packages: Set<string>; edges: Map<string, Set<string>> } {
  const packages = new Set<string>();
  const edges = new Map<string, Set<string>>();
  const open: { key: string; needs: PackageNeeds }[] = [{ key: '', needs: { ...lock.workspaces[''] } }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { key, needs } = item;
    const found = new Set<string>();
    edges.set(key, found);
    // Optional peers are used where something else brings them; by themselves they are not installed.
    const peers = Object.keys(needs.peerDependencies ?? {}).filter((name) => !needs.optionalPeers?.includes(name));
    const optional = Object.keys(needs.optionalDependencies ?? {});
    for (const name of new Set([...Object.keys(needs.dependencies ?? {}), ...optional, ...peers])) {
      const target = resolve(lock, key, name);
      if (target === undefined) {
        if (optional.includes(name)) continue;
        throw new Error(`Cannot find ${name}, which ${key || 'the project'} needs, in the lock file`);
      }
      found.add(target);
      if (packages.has(target)) continue;
      packages.add(target);
      open.push({ key: target, needs: lock.packages[target]?.[2] ?? {} });
    }
  }
  return { packages, edges };
}

/** A package looks for its own copy first, then for those of the ones around it: `a/b`, then `a`'s, then the top. */
function resolve(lock: Lock, key: string, name: string): string | undefined {
  for (let around = key; around !== ''; around = parentOf(around)) {
    const candidate = `${around}/${name}`;
    if (lock.packages[candidate] !== undefined) return candidate;
  }
  return lock.packages[name] === undefined ? undefined : name;
}

function parentOf(key: string): string {
  const parts = key.split('/');
  parts.pop();
  if (parts.at(-1)?.startsWith('@')) parts.pop();
  return parts.join('/');
}

function nameAndVersion(lock: Lock, key: string): { name: string; version: string } {
  const id = lock.packages[key]?.[0] ?? '';
  const split = id.lastIndexOf('@');
  return { name: id.slice(0, split), version: id.slice(split + 1) };
}

function refOfPackage(lock: Lock, key: string): string {
  const { name, version } = nameAndVersion(lock, key);
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function npmComponent(lock: Lock, key: string, licenceOf: SbomInput['licenceOf']): Component {
  const { name, version } = nameAndVersion(lock, key);
  const purl = refOfPackage(lock, key);
  const integrity = /^sha512-(.+)$/.exec(lock.packages[key]?.[3] ?? '')?.[1];
  const licence = licenceOf?.(key);
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope === undefined ? {} : { group: scope }),
    name: bare ?? name,
    version,
    purl,
    ...(integrity === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity, 'base64').toString('hex') }] }),
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
  };
}

/** Records as dpkg keeps them: `Field: value` lines, a record a paragraph. */
function debianComponents(text: string, distribution: string): Component[] {
  return text
    .split(/\n\s*\n/)
    .filter((record) => record.trim() !== '')
    .map((record) => {
      const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(record)?.[1]?.trim() ?? '';
      const name = field('Package');
      const version = field('Version');
      if (name === '' || version === '') throw new Error('Cannot read a dpkg record: it has no Package or no Version');
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${field('Architecture')}&distro=${distribution}`;
      return { type: 'library', 'bom-ref': purl, name, version, purl };
    });
}

function uniqueByRef(components: readonly Component[]): Component[] {
  return [...new Map(components.map((component) => [component['bom-ref'], component])).values()];
}

/** Two copies of one version are one component; what either needs, it needs. */
function mergeByRef(dependencies: readonly { ref: string; dependsOn: string[] }[]) {
  const merged = new Map<string, Set<string>>();
  for (const { ref, dependsOn } of dependencies) {
    const known = merged.get(ref) ?? new Set();
    for (const needed of dependsOn) known.add(needed);
    merged.set(ref, known);
  }
  return [...merged].map(([ref, needs]) => ({ ref, dependsOn: [...needs].sort() }));
}

/** A version 5-like UUID of the content. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** The licence that an installed package states as an SPDX expression; `a/b` in the lock file is b within a. */
function installedLicence(key: string): string | undefined {
  const nested = [...key.matchAll(/(?:@[^/]+\/)?[^/]+/g)].map(([name]) => `node_modules/${name}`);
  const file = `${nested.join('/')}/package.json`;
  if (!existsSync(file)) return undefined;
  const stated: unknown = JSON.parse(readFileSync(file, 'utf8')).license;
  return typeof stated === 'string' && /^[A-Za-z0-9.+() -]+$/.test(stated) ? stated : undefined;
}

if (import.meta.main) {
  const options: Record<string, string[]> = {};
  for (let index = 2; index < process.argv.length; index += 2) {
    const name = process.argv[index] ?? '';
    const value = process.argv[index + 1];
    if (!['--version', '--dpkg', '--timestamp'].includes(name) || value === undefined) {
      process.stderr.write(`Unknown argument ${name}; accepted: --version V, --dpkg FILE, --timestamp ISO\n`);
      process.exit(2);
    }
    (options[name] ??= []).push(value);
  }
  const project: { name: string; version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  const document = makeSbom({
    lock: readFileSync('bun.lock', 'utf8'),
    name: project.name,
    version: options['--version']?.[0] ?? project.version,
    bunVersion: Bun.version,
    dpkg: (options['--dpkg'] ?? []).map((file) => readFileSync(file, 'utf8')),
    distribution: 'debian-12',
    licenceOf: installedLicence,
    ...(options['--timestamp'] === undefined ? {} : { timestamp: options['--timestamp'][0] ?? '' }),
  });
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
