import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { makeSbom, type SbomInput } from '../../.github/scripts/sbom.ts';
import { ROOT } from './manifests.ts';

const LIBC = `Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u14
Description: GNU C Library: Shared libraries
`;

const input: SbomInput = {
  lock: readFileSync(`${ROOT}bun.lock`, 'utf8'),
  name: 'llm-gateway',
  version: 'v1.2.3',
  bunVersion: '1.4.5',
  dpkg: [LIBC],
  distribution: 'debian-12',
};

/** A lock file as Bun writes it: trailing commas, and two versions of one package. */
const LOCK = `{
  "lockfileVersion": 2,
  "workspaces": { "": { "name": "x", "dependencies": { "a": "1.0.0", "@s/b": "1.0.0", }, "devDependencies": { "d": "1.0.0", }, }, },
  "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "c": "^1.0.0" }, "peerDependencies": { "t": "*", "p": "*" }, "optionalPeers": ["t"] }, "sha512-AAAA"],
    "@s/b": ["@s/b@1.0.0", "", { "dependencies": { "c": "^2.0.0" }, "optionalDependencies": { "gone": "1.0.0" } }, "sha512-BBBB"],
    "c": ["c@1.5.0", "", {}, "sha512-CCCC"],
    "d": ["d@1.0.0", "", {}, "sha512-DDDD"],
    "p": ["p@1.0.0", "", {}, "sha512-EEEE"],
    "t": ["t@1.0.0", "", {}, "sha512-FFFF"],
    "@s/b/c": ["c@2.5.0", "", {}, "sha512-GGGG"],
  }
}`;

describe('makeSbom()', () => {
  test('names every direct dependency, Bun and the library of the base', () => {
    const purls = makeSbom(input).components.map((component) => component.purl);
    const project: { dependencies: Record<string, string> } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    for (const [name, version] of Object.entries(project.dependencies)) {
      expect(purls).toContain(`pkg:npm/${name.replace('@', '%40')}@${version}`);
    }
    expect(purls).toContain('pkg:npm/bun@1.4.5');
    expect(purls).toContain('pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12');
  });

  test('leaves out what only tests and tools need, and optional peers', () => {
    const names = makeSbom({ ...input, lock: LOCK }).components.map((item) => `${item.name}@${item.version}`);
    expect(names.sort()).toEqual([
      'a@1.0.0',
      'b@1.0.0',
      'bun@1.4.5',
      'c@1.5.0',
      'c@2.5.0',
      'libc6@2.36-9+deb12u14',
      'p@1.0.0',
    ]);
  });

  test('gives each its own copy of a package that exists twice', () => {
    const { dependencies } = makeSbom({ ...input, lock: LOCK });
    const needs = (ref: string) => dependencies.find((item) => item.ref === ref)?.dependsOn;
    expect(needs('pkg:npm/a@1.0.0')).toEqual(['pkg:npm/c@1.5.0', 'pkg:npm/p@1.0.0']);
    expect(needs('pkg:npm/%40s/b@1.0.0')).toEqual(['pkg:npm/c@2.5.0']);
    expect(needs('pkg:generic/llm-gateway@v1.2.3')).toEqual(['pkg:npm/%40s/b@1.0.0', 'pkg:npm/a@1.0.0']);
  });

  test('carries the hash of the registry as CycloneDX writes it', () => {
    const component = makeSbom({ ...input, lock: LOCK }).components.find((item) => item.name === 'a');
    expect(component?.hashes).toEqual([{ alg: 'SHA-512', content: '000000' }]);
  });

  test('every reference is to something in the document, and none is there twice', () => {
    const document = makeSbom(input);
    const refs = [document.metadata.component['bom-ref'], ...document.components.map((item) => item['bom-ref'])];
    expect(new Set(refs).size).toBe(refs.length);
    for (const { ref, dependsOn } of document.dependencies) {
      for (const name of [ref, ...dependsOn]) expect(refs).toContain(name);
    }
  });

  test('the same input gives the same document, another input another number', () => {
    expect(makeSbom(input)).toEqual(makeSbom(input));
    expect(makeSbom(input).serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(makeSbom({ ...input, version: 'v1.2.4' }).serialNumber).not.toBe(makeSbom(input).serialNumber);
  });

  test('refuses a lock file with a hole, and a package record without a version', () => {
    expect(() => makeSbom({ ...input, lock: LOCK.replace('"p": [', '"q": [') })).toThrow('Cannot find p');
    expect(() => makeSbom({ ...input, dpkg: ['Package: x\n'] })).toThrow('no Version');
  });
});
