import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { COMPONENTS, KUBECTL, needs, OVERLAYS, parseManifests, program, renderText, ROOT, run } from './manifests.ts';

// Other programs run here, on machines that may be busy.
setDefaultTimeout(60_000);

/** The judgement of others: strict schemas, linters. Each is skipped by name where the machine lacks the program. */

const VALIDATE = program('kubernetes-validate');
const CHECKOV = program('checkov');
const HADOLINT = program('hadolint');
const SHELLCHECK = program('shellcheck');

/** The oldest Kubernetes that has all that the manifests use (preStop sleep), and one of today. */
const KUBERNETES = ['1.30', '1.34'];

const work = realpathSync(mkdtempSync(join(tmpdir(), 'llm-gateway-k8s-')));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function writeRendered(name: string, directory: string): string {
  const file = join(work, `${name}.yaml`);
  writeFileSync(file, renderText(directory));
  return file;
}

/** A component on its own over the base, as someone's own overlay outside of this repository would use it. */
function overlayOf(component: string): string {
  const directory = join(work, `over-${component}`);
  mkdirSync(directory, { recursive: true });
  const k8s = relative(directory, join(ROOT, 'k8s'));
  const lines = [`resources: [${k8s}/base]`, `components: [${k8s}/components/${component}]`, ''];
  writeFileSync(join(directory, 'kustomization.yaml'), lines.join('\n'));
  return writeRendered(`component-${component}`, directory);
}

const both = KUBECTL === undefined || VALIDATE === undefined;

describe('strict schemas', () => {
  const why = `${needs(KUBECTL, 'kubectl')}${needs(VALIDATE, 'kubernetes-validate')}`;

  test.skipIf(both).each(KUBERNETES)(
    `of Kubernetes %s accept every overlay, and the base with each component${why}`,
    (version) => {
      const files = [
        ...OVERLAYS.map((overlay) => writeRendered(overlay, `k8s/overlays/${overlay}`)),
        ...COMPONENTS.map(overlayOf),
      ];
      run([VALIDATE ?? '', '--strict', '-k', version, ...files]);
    },
    60_000,
  );

  test.skipIf(both)(`notice a field that does not exist${why}`, () => {
    const file = join(work, 'typo.yaml');
    const text = renderText('k8s/overlays/monitor');
    writeFileSync(file, text.replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem'));
    expect(() => run([VALIDATE ?? '', '--strict', file])).toThrow('readOnlyRootFileSystem');
  });
});

test.skipIf(KUBECTL === undefined)(
  `with hashed policies a rollout can be undone${needs(KUBECTL, 'kubectl')}`,
  async () => {
    const text = await Bun.file(overlayOf('hashed-policies')).text();
    const named = [...text.matchAll(/name: (llm-gateway-policies\S*)/g)].map((match) => match[1] ?? '');
    expect(new Set(named).size).toBe(1);
    expect(named[0]).toMatch(/^llm-gateway-policies-[a-z0-9]{10}$/);
    expect(named).toHaveLength(2);
  },
);

test.skipIf(KUBECTL === undefined)(`no object is rendered twice${needs(KUBECTL, 'kubectl')}`, () => {
  for (const overlay of OVERLAYS) {
    const names = parseManifests(renderText(`k8s/overlays/${overlay}`)).map(
      (item) => `${item.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}`,
    );
    expect(names).toEqual([...new Set(names)]);
  }
});

test.skipIf(KUBECTL === undefined || CHECKOV === undefined)(
  `checkov finds nothing that k8s/checkov.yaml does not explain${needs(CHECKOV, 'checkov')}`,
  () => {
    const files = ['production', 'observability', 'dev', 'bootstrap'].map((name) =>
      writeRendered(name, `k8s/overlays/${name}`),
    );
    run([
      CHECKOV ?? '',
      '--config-file',
      'k8s/checkov.yaml',
      ...[...files, 'Dockerfile'].flatMap((file) => ['-f', file]),
    ]);
  },
  120_000,
);

test.skipIf(HADOLINT === undefined)(`hadolint accepts the Dockerfile${needs(HADOLINT, 'hadolint')}`, () => {
  run([HADOLINT ?? '', 'Dockerfile']);
});

describe('scripts', () => {
  const scripts = [...new Bun.Glob('k8s/*.sh').scanSync(ROOT)].sort();

  test.each(scripts)('%s is what bash can read, says what it does and refuses what it does not know', (script) => {
    run(['bash', '-n', script]);
    expect(run(['bash', script, '--help'])).toContain(script);
    const wrong = Bun.spawnSync(['bash', script, '--no-such-argument'], { cwd: ROOT, stdout: 'pipe', stderr: 'pipe' });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr.toString()).toContain('--no-such-argument');
  });

  test.skipIf(SHELLCHECK === undefined).each(scripts)(
    `shellcheck accepts %s${needs(SHELLCHECK, 'shellcheck')}`,
    (script) => {
      run([SHELLCHECK ?? '', script]);
    },
  );
});
