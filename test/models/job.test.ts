import { afterAll, describe, expect, test } from 'bun:test';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { runModelCommand } from '../../src/cli/model.ts';
import { at, find, KUBECTL, list, needs, parseManifests, program, renderText, run, strings } from '../k8s/manifests.ts';
import { scratch } from './stores.ts';

/** The Job in k8s/models: what it may touch, and that its two steps are commands that exist. */

const VALIDATE = program('kubernetes-validate');
const work = scratch();
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

const manifests = () => parseManifests(renderText('k8s/models'));
const pod = () => at(find(manifests(), 'Job', 'model-load', 'llm'), 'spec', 'template', 'spec');
const ollama = () =>
  at(find(parseManifests(renderText('k8s/base')), 'Deployment', 'ollama', 'llm'), 'spec', 'template', 'spec');

describe.skipIf(KUBECTL === undefined)(`k8s/models${needs(KUBECTL, 'kubectl')}`, () => {
  test('writes as Ollama, into the volume that Ollama serves from, on its node', () => {
    expect(at(pod(), 'securityContext')).toEqual(at(ollama(), 'securityContext'));
    const claims = (spec: unknown) =>
      list(spec, 'volumes').flatMap((volume) => at(volume, 'persistentVolumeClaim', 'claimName') ?? []);
    expect(claims(pod())).toEqual(claims(ollama()));
    const required = 'requiredDuringSchedulingIgnoredDuringExecution';
    expect(strings(pod(), 'affinity', 'podAffinity', required, 0, 'labelSelector', 'matchLabels')).toEqual({
      app: 'ollama',
    });
  });

  test('gives the network and the token to one step and the models to the other', () => {
    const mounts = (container: unknown) => list(container, 'volumeMounts').map((mount) => at(mount, 'name'));
    expect(mounts(at(pod(), 'initContainers', 0))).toEqual(['download', 'registry']);
    expect(mounts(at(pod(), 'containers', 0))).toEqual(['download', 'models']);
  });

  test('is as restricted as everything else in the namespace', () => {
    for (const container of [...list(pod(), 'initContainers'), ...list(pod(), 'containers')]) {
      expect(at(container, 'securityContext')).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    expect(at(pod(), 'automountServiceAccountToken')).toBe(false);
  });

  test('runs a command that exists, with options that it takes', async () => {
    const given = list(pod(), 'containers', 0, 'args').map(String);
    expect(given[0]).toBe('model');
    const environment = strings(
      manifests().find((item) => item.kind === 'ConfigMap'),
      'data',
    );
    const digest = String(environment['MODEL_DIGEST']);
    const argv = given.slice(1).map((word) => word.replace('$(MODEL_DIGEST)', digest).replace('/models', work));
    let error = '';
    const io = { out: () => undefined, input: () => Promise.resolve(''), environment: {}, isTerminal: false };
    const code = await runModelCommand(argv, { ...io, error: (text) => void (error += text) });
    expect({ code, error }).toEqual({ code: 2, error: 'model load: Cannot read /download/model.tar: ENOENT\n' });
  });

  test.skipIf(VALIDATE === undefined)(
    `fits the strict schemas${needs(VALIDATE, 'kubernetes-validate')}`,
    () => {
      const file = join(work, 'models.yaml');
      fs.writeFileSync(file, renderText('k8s/models'));
      for (const version of ['1.30', '1.34']) run([VALIDATE ?? '', '--strict', '-k', version, file]);
    },
    60_000,
  );
});
