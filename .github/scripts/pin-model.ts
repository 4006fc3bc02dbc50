import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap, isSeq, parse, parseDocument, stringify } from 'yaml';

/**
 * Puts a pinned model into the allowlist of a policy directory, with its proof and its place in the ConfigMap.
 *
 *   bun .github/scripts/pin-model.ts policies/models.yaml ENTRY.yaml
 *
 * ENTRY.yaml is what `bun run model pin` prints: something that holds `{ name, digest }`. Of a name that is there
 * already the digest is replaced; the old one is in the history of the file, which is how one rolls back.
 */

export interface Pin {
  readonly name: string;
  readonly digest: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]*:[A-Za-z0-9][A-Za-z0-9._-]*$/;
const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/;

const EMPTY = `# Models that production may run, each by name and digest: what was judged is what runs. Written by the workflow
# promote-model; as soon as this file exists, a model that it does not name is refused.
apiVersion: llm-gateway/v1
kind: ModelAllowlist
metadata:
  name: models
  description: Models from the private registry, pinned to what was verified.
spec:
  models: []
`;

/** The one `{ name, digest }` anywhere in a YAML text. Throws where there is none, or more than one, or a bad one. */
export function readPin(text: string): Pin {
  const found: Pin[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    if ('name' in value && 'digest' in value) found.push({ name: String(value.name), digest: String(value.digest) });
    else Object.values(value).forEach(visit);
  };
  visit(parse(text));
  const [pin] = found;
  if (pin === undefined || found.length > 1) throw new Error(`Cannot pin: ${found.length} entries instead of one`);
  const digest = DIGEST.exec(pin.digest)?.[1];
  if (!NAME.test(pin.name)) throw new Error('Cannot pin: the name is not of the form model:tag');
  if (digest === undefined) throw new Error('Cannot pin: the digest is not 64 hex digits');
  return { name: pin.name, digest: `sha256:${digest}` };
}

/** The allowlist with the pin in it; comments and other entries stay as they are. */
export function addPin(allowlist: string, pin: Pin): string {
  const document = parseDocument(allowlist);
  const models = document.getIn(['spec', 'models']);
  if (!isSeq(models)) throw new Error('Cannot pin: spec.models is not a list');
  const known = models.items.find((item) => isMap(item) && item.get('name') === pin.name);
  if (isMap(known)) known.set('digest', pin.digest);
  else models.add(document.createNode(pin));
  models.flow = false;
  return document.toString({ lineWidth: 0 });
}

/** The proof beside it: each pin passes, the same name with another digest does not, nor does another name. */
export function proofOf(allowlist: string): string {
  const { spec }: { spec: { models: readonly Partial<Pin>[] } } = parse(allowlist);
  const pins = spec.models.filter((entry): entry is Pin => entry.name !== undefined && entry.digest !== undefined);
  const cases = pins.flatMap(({ name, digest }) => {
    const hex = digest.replace('sha256:', '');
    const other = `${hex.startsWith('0') ? '1' : '0'}${hex.slice(1)}`;
    return [
      {
        name: `${name} runs as it was verified`,
        request: { text: 'hi', model: name, digest: hex },
        expect: { outcome: 'passed' },
      },
      {
        name: `${name} with other contents is refused`,
        request: { text: 'hi', model: name, digest: other },
        expect: { outcome: 'refused' },
      },
    ];
  });
  const stranger = {
    name: 'a model that nobody promoted is refused',
    request: { text: 'hi', model: 'unknown:latest' },
    expect: { outcome: 'refused' },
  };
  return stringify({ apiVersion: 'llm-gateway/v1', kind: 'PolicyTest', cases: [...cases, stranger] }, { lineWidth: 0 });
}

/** The kustomization with this file in its ConfigMap. */
export function addToConfigMap(kustomization: string, file: string): string {
  const document = parseDocument(kustomization);
  const files = document.getIn(['configMapGenerator', 0, 'files']);
  if (!isSeq(files)) throw new Error('Cannot pin: kustomization.yaml has no list of files');
  if (!files.items.some((item) => String(item) === file)) files.add(document.createNode(file));
  return document.toString({ lineWidth: 0 });
}

if (import.meta.main) {
  const [target, entry, ...rest] = process.argv.slice(2);
  if (target === undefined || entry === undefined || rest.length > 0 || !target.endsWith('.yaml')) {
    process.stderr.write('Usage: bun .github/scripts/pin-model.ts policies/models.yaml ENTRY.yaml\n');
    process.exit(2);
  }
  const allowlist = addPin(
    existsSync(target) ? readFileSync(target, 'utf8') : EMPTY,
    readPin(readFileSync(entry, 'utf8')),
  );
  writeFileSync(target, allowlist);
  writeFileSync(target.replace(/\.yaml$/, '.test.yaml'), proofOf(allowlist));
  const kustomization = join(dirname(target), 'kustomization.yaml');
  writeFileSync(
    kustomization,
    addToConfigMap(readFileSync(kustomization, 'utf8'), target.slice(dirname(target).length + 1)),
  );
}
