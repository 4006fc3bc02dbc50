import { JsonError, readJson } from '../core/json.ts';
import { toValue } from '../core/json-nodes.ts';
import { createInjectionDetector, shippedScorer } from '../detectors/injection/index.ts';
import { createIndex, type ArchiveIndex } from './archive.ts';
import { ioError, ModelError } from './error.ts';
import { FILES, type Files, openRegular, readFully, withFile } from './files.ts';
import { type Layer, type LayerKind, layerKind, type Manifest, readConfig, readManifest } from './manifest.ts';
import { fullName, readModelPath } from './name.ts';
import { readBlob } from './pack.ts';
import { blobPath, expectStore, findModel } from './store.ts';
import { type Notice, splitTemplate, templateNotices, textNotices, withoutTokens } from './template.ts';
import { readEntry, withArchive } from './verify.ts';

/** What a person should know of a model before it is let in. Texts are the model's own: escape them before showing. */
export interface ModelReport {
  readonly index: ArchiveIndex;
  /** Bytes of all files. */
  readonly size: number;
  readonly config: unknown;
  readonly licenses: readonly string[];
  readonly templates: readonly string[];
  readonly systems: readonly string[];
  /** As Ollama reads them; undefined where the model has none. */
  readonly parameters: unknown;
  /** Turns that stand before each conversation. */
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly adapters: readonly Layer[];
  readonly layers: readonly { readonly kind: LayerKind; readonly sha256: string; readonly size: number }[];
  readonly notices: readonly Notice[];
}

/** A licence is the longest of these; the largest known has 0.1 MB. */
export const TEXT_LAYER_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes of a layer: all of a small one, or the first of any. */
interface Source {
  read(layer: Layer): Uint8Array;
  begin(layer: Layer, size: number): Uint8Array;
}

/** Reports on a model of a store. The files shown are checked against their digests, the weights are not read. Throws ModelError. */
export function inspectStored(name: string, models: string, files: Files = FILES): ModelReport {
  expectStore(files, models);
  const wanted = readModelPath(name);
  const stored = findModel(files, models, wanted);
  if (stored === undefined) throw new ModelError('missing', `${models} has no model ${fullName(wanted)}`);
  const manifest = readManifest(stored.manifestBytes);
  return report(createIndex(stored.path, stored.manifestBytes), manifest, {
    read: (layer) => readBlob(files, models, layer),
    begin: (layer, size) => readBegin(files, blobPath(models, layer.sha256), size),
  });
}

/** Reports on the model in an archive; `verifyArchive` is what proves the archive. Throws ModelError. */
export function inspectArchive(path: string, files: Files = FILES): ModelReport {
  return withArchive(path, { files }, (archive) =>
    report(archive.layout.index, archive.manifest, {
      read: (layer) => readEntry(files, archive, layer.sha256),
      begin(layer, size) {
        const at = archive.layout.blobs.find((entry) => entry.sha256 === layer.sha256)?.contentAt ?? 0;
        const bytes = new Uint8Array(Math.min(size, layer.size));
        return bytes.subarray(0, readFully(files, archive.fd, bytes, at));
      },
    }),
  );
}

function report(index: ArchiveIndex, manifest: Manifest, source: Source): ModelReport {
  const texts = (...kinds: LayerKind[]) => layersOf(manifest, ...kinds).map((layer) => textOf(source, layer));
  const config = toValue(readConfig(source.read(manifest.config)));
  const parameters = texts('params').map((text) => jsonOf(text, 'params'));
  const messages = texts('messages').flatMap((text) => turnsOf(jsonOf(text, 'messages')));
  const templates = texts('template', 'prompt');
  const systems = texts('system');
  const licenses = texts('license');
  return {
    index,
    size: manifest.blobs.reduce((sum, blob) => sum + blob.size, index.manifest.size),
    config,
    licenses,
    templates,
    systems,
    parameters: parameters.length > 1 ? parameters : parameters[0],
    messages,
    adapters: layersOf(manifest, 'adapter'),
    layers: manifest.layers.map((layer) => ({
      kind: layerKind(layer) ?? 'model',
      sha256: layer.sha256,
      size: layer.size,
    })),
    notices: [
      ...templates.flatMap((text) => [...templateNotices(text), ...textNotices(text, 'template')]),
      ...systems.flatMap((text) => textNotices(text, 'system')),
      ...messages.flatMap(({ content }) => textNotices(content, 'messages')),
      ...instructionNotices(templates, systems, messages),
      ...layerNotices(manifest, source),
      ...contentNotices({ config, templates, systems, licenses, messages }),
    ],
  };
}

/** Instructions that have no business in a model's own texts, by the gateway's detector for prompt injection. */
function instructionNotices(
  templates: readonly string[],
  systems: readonly string[],
  messages: ModelReport['messages'],
): Notice[] {
  const literal = (template: string) => splitTemplate(template).literals.map(withoutTokens).join(' ');
  const parts = [
    ...templates.map((text) => ({ where: 'template', text: literal(text) })),
    ...systems.map((text) => ({ where: 'system', text })),
    ...messages.map(({ content }) => ({ where: 'messages', text: content })),
  ];
  const detector = createInjectionDetector({
    builtin: 'all',
    add: [],
    remove: [],
    threshold: 1,
    cache: 'none',
    learned: shippedScorer(),
  });
  const notices = new Map<string, Notice>();
  for (const { where, text } of parts) {
    const { findings, faults } = detector.inspect([{ role: 'user', text }]);
    for (const { rule, score, technique } of findings) {
      if (technique === 'learned') {
        if (score < RESEMBLANCE_SCORE_MIN) continue;
        const detail = `resembles attempts to take a model over (learned score ${score}); likeness, not proof`;
        notices.set(`${where} ${rule}`, { level: 'note', id: 'resembles_injection', where, detail });
        continue;
      }
      if (score < INSTRUCTION_SCORE_MIN || isUsual(technique, where)) continue;
      const detail = `reads like an instruction to the model against its user (rule ${rule})`;
      notices.set(`${where} ${rule}`, { level: 'warning', id: 'embedded_instruction', where, detail });
    }
    if (faults.length > 0) {
      const detail = 'is too long to be searched wholly for instructions';
      notices.set(`${where} fault`, { level: 'warning', id: 'not_searched', where, detail });
    }
  }
  return [...notices.values()];
}

/** Of a threshold of 1: what a finding must weigh alone. Persona and tone are what system prompts are made of. */
const INSTRUCTION_SCORE_MIN = 0.5;

/**
 * What the learned score must say alone. System prompts give orders too: of 1,075 ordinary ones that it had not seen, 6 reach
 * this, and half of those quote an attack. So it is a note to a reader and no warning.
 */
const RESEMBLANCE_SCORE_MIN = 0.9;

/** Control tokens and headings are a template's form; a system prompt may well say that it must not be repeated. */
function isUsual(technique: string, where: string): boolean {
  return technique === 'template' ? where !== 'system' : technique === 'extraction' && where === 'system';
}

function layerNotices(manifest: Manifest, source: Source): Notice[] {
  const notices: Notice[] = [];
  for (const layer of layersOf(manifest, 'adapter')) {
    const detail = `sha256-${layer.sha256} changes the weights' behaviour; ask who trained it, and on what`;
    notices.push({ level: 'warning', id: 'adapter', where: 'adapter', detail });
  }
  for (const kind of ['template', 'system', 'params', 'adapter'] as const) {
    const count = layersOf(manifest, kind).length;
    if (count > 1)
      notices.push({ level: 'warning', id: 'more_than_one', where: kind, detail: `stands there ${count} times` });
  }
  for (const layer of layersOf(manifest, 'model', 'adapter', 'projector', 'draft')) {
    const begin = source.begin(layer, GGUF.length);
    if (GGUF.every((byte, at) => begin[at] === byte)) continue;
    const where = layerKind(layer) ?? 'model';
    notices.push({
      level: 'warning',
      id: 'not_gguf',
      where,
      detail: `sha256-${layer.sha256} does not begin like a GGUF file`,
    });
  }
  return notices;
}

function contentNotices(
  texts: Pick<ModelReport, 'config' | 'templates' | 'systems' | 'licenses' | 'messages'>,
): Notice[] {
  const note = (id: string, where: string, detail: string): Notice => ({ level: 'note', id, where, detail });
  const config = texts.config as Readonly<Record<string, unknown>>;
  return [
    ...(texts.licenses.length === 0 ? [note('no_license', 'license', 'no licence comes with the model')] : []),
    ...(texts.systems.length > 0
      ? [note('system_prompt', 'system', 'stands before each conversation without one')]
      : []),
    ...(texts.messages.length > 0
      ? [note('turns', 'messages', `${texts.messages.length} turns stand before each`)]
      : []),
    ...(texts.templates.length === 0
      ? [note('no_template', 'template', 'without one Ollama passes prompts as they are')]
      : []),
    ...['renderer', 'parser']
      .filter((key) => typeof config[key] === 'string' && config[key] !== '')
      .map((key) => note(key, 'config', `Ollama's built-in ${key} takes the template's place`)),
  ];
}

const GGUF = [0x47, 0x47, 0x55, 0x46];

function layersOf(manifest: Manifest, ...kinds: LayerKind[]): Layer[] {
  return manifest.layers.filter((layer) => kinds.some((kind) => kind === layerKind(layer)));
}

function textOf(source: Source, layer: Layer): string {
  const where = `sha256-${layer.sha256}`;
  if (layer.size > TEXT_LAYER_BYTES_MAX) {
    throw new ModelError('refused', `The text ${where} is larger than ${TEXT_LAYER_BYTES_MAX} bytes`);
  }
  return new TextDecoder().decode(source.read(layer));
}

function jsonOf(text: string, what: string): unknown {
  try {
    return toValue(readJson(text, { anyKeys: true }));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ModelError('damaged', `The ${what} are not acceptable JSON: ${error.code} at offset ${error.offset}`);
  }
}

function turnsOf(value: unknown): { role: string; content: string }[] {
  if (!Array.isArray(value)) throw new ModelError('damaged', 'The messages are no list');
  return value.map((item: unknown) => {
    const turn = typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>) : {};
    return { role: String(turn['role'] ?? ''), content: String(turn['content'] ?? '') };
  });
}

function readBegin(files: Files, file: string, size: number): Uint8Array {
  try {
    return withFile(files, openRegular(files, file), (fd) => {
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readFully(files, fd, bytes, 0));
    });
  } catch (error) {
    throw ioError(`read ${file}`, error);
  }
}
