import { describe, expect, test } from 'bun:test';
import { Glob } from 'bun';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { VERSION } from '../src/version.ts';

/** The layers of src/README.md, held by reading the import lines. */

/** What each folder or file at the root of src may import of ours; `*` is everything. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  redaction: [],
  streams: ['core'],
  upstream: ['core'],
  protocols: ['core', 'streams'],
  detectors: ['core', 'redaction'],
  models: ['core', 'detectors'],
  policy: ['core', 'redaction', 'detectors'],
  recording: ['core', 'policy'],
  telemetry: ['core', 'config'],
  console: ['core', 'config', 'policy', 'protocols', 'gateway', 'server'],
  gateway: ['core', 'config', 'protocols', 'policy', 'recording', 'streams', 'upstream'],
  server: ['core', 'config', 'gateway', 'telemetry'],
  config: ['core'],
  version: [],
  cli: ['*'],
  demo: ['*'],
  dev: ['*'],
  service: ['*'],
  serve: ['*'],
  main: ['*'],
};

/** The one home of each library: files or folders below src. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  elysia: ['server/app.ts'],
  '@elysiajs/swagger': ['server/app.ts'],
  'swagger-ui-dist': ['server/docs-page.ts', 'assets.d.ts'],
  yaml: ['policy/parse.ts'],
  '@eslint-community/regexpp': ['redaction/syntax.ts'],
  '@opentelemetry': ['telemetry/'],
  valibot: ['config.ts', 'policy/', 'server/', 'console/'],
  '@valibot/to-json-schema': ['cli/policy-schema.ts', 'policy/', 'server/'],
};

/** Folders whose code is a function of its arguments. */
const PURE = ['core', 'redaction', 'detectors', 'protocols', 'streams'];

/** Command lines that live beside the pure code they train or print. */
const PURE_EXCEPTIONS = ['detectors/injection/train.ts', 'detectors/injection/model-rows.ts', 'detectors/guard/'];

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = [...new Glob('**/*.ts').scanSync('src')].sort();

const imports: Import[] = files.flatMap((file) => {
  const source = readFileSync(join('src', file), 'utf8');
  const lines = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/g,
  );
  return [...lines].map(([, from, bare, dynamic]) => ({ file, target: from ?? bare ?? dynamic ?? '' }));
});

function layerOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.(d\.)?ts$/, '');
}

describe('layers', () => {
  test('every folder of src has its place', () => {
    const known = new Set([...Object.keys(LAYERS), 'assets']);
    expect(files.map(layerOf).filter((layer) => !known.has(layer))).toEqual([]);
  });

  test('nobody imports from a layer above', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (!target.startsWith('.')) return false;
      const to = layerOf(normalize(join(dirname(file), target)));
      const from = layerOf(file);
      const allowed = LAYERS[from] ?? ['*'];
      return to !== from && !allowed.includes('*') && !allowed.includes(to);
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('a library is imported only in its home', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (target.startsWith('.') || target.startsWith('node:') || target.startsWith('bun')) return false;
      const library = Object.keys(HOMES).find((name) => target === name || target.startsWith(`${name}/`));
      return (
        library === undefined ||
        !HOMES[library]?.some((home) => file === home || (home.endsWith('/') && file.startsWith(home)))
      );
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });
});

describe('pure code', () => {
  const pure = files.filter(
    (file) => PURE.includes(layerOf(file)) && !PURE_EXCEPTIONS.some((exception) => file.startsWith(exception)),
  );

  test.each([
    ['files', /\bBun\.(file|write|Glob)\b|\breadFileSync\(/],
    ['the clock', /\bDate\.now\(|new Date\(\)|performance\.now\(/],
    ['randomness', /Math\.random\(|crypto\.(getRandomValues|randomUUID)\(/],
    ['the network', /\bfetch\(|Bun\.(serve|connect|listen)\b/],
    ['the environment', /process\.env|Bun\.env/],
    ['a console', /\bconsole\./],
  ])('does not reach for %s', (_what, pattern) => {
    expect(pure.filter((file) => pattern.test(withoutComments(readFileSync(join('src', file), 'utf8'))))).toEqual([]);
  });
});

test('the environment has one reader', () => {
  const readers = files.filter((file) =>
    /process\.env|Bun\.env/.test(withoutComments(readFileSync(join('src', file), 'utf8'))),
  );
  expect(
    readers.filter((file) => !['main.ts', 'serve.ts', 'dev.ts', 'demo/demo.ts', 'demo/screen.ts'].includes(file)),
  ).toEqual([]);
});

test('the version is the one of package.json', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(VERSION);
});

/** What runs of a source: neither comments nor the insides of plain strings. */
function withoutComments(source: string): string {
  return source
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '');
}
