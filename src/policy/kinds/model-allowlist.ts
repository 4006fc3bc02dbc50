import * as v from 'valibot';
import { isModelGlob, matchModel, parseModelName } from '../../core/model-name.ts';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind, ENVIRONMENT, environmentDocument } from '../kind.ts';
import { quote } from '../problem.ts';
import { fields, formed, list, selectable, type SpecBase } from '../schema.ts';
import type { ModelIdentity, RequestContext } from '../../core/stage.ts';

/**
 * ModelAllowlist (LLM03): which models may be asked, by name and by digest.
 *
 * Without any document every local model is allowed. Once one exists, a model is allowed only where a document that
 * matches the caller names it. A digest pins: it holds however many other entries name the model without one.
 * Documents whose own mode is `monitor` neither allow nor refuse anything; what they would refuse is noted.
 */

interface Entry {
  readonly name: string;
  readonly digest?: string | undefined;
}

interface Spec extends SpecBase {
  readonly models: readonly Entry[];
}

type AllowlistDocument = PolicyDocument<Spec>;

const KIND = 'ModelAllowlist';

const schema = fields({
  ...selectable,
  models: list(
    fields({
      name: formed(/^[A-Za-z0-9_*][A-Za-z0-9._:/*-]{0,349}$/, 'a model name as in `ollama list`, * for any part'),
      digest: v.optional(
        v.pipe(
          formed(/^(sha256:)?[0-9a-fA-F]{64}$/, '64 hex digits as in /api/tags, `sha256:` before them or not'),
          v.transform((digest) => digest.replace(/^sha256:/, '').toLowerCase()),
        ),
      ),
    }),
    '{ name, digest }',
  ),
});

export const modelAllowlist = defineKind<Spec>({
  kind: KIND,
  owasp: 'LLM03',
  schema,
  environmentDocuments({ allowedModels }) {
    if (allowedModels === undefined) return [];
    return [environmentDocument<Spec>(KIND, { models: allowedModels.map((name) => ({ name })) })];
  },
  compile(documents, host) {
    for (const document of documents) {
      reportMistakes(document, host);
      if (host.identity(document).mode === 'monitor')
        host.warn(`${document.name}: its models are not enforced in monitor`);
    }
    return compileAllowlists(documents, host);
  },
});

function reportMistakes(document: AllowlistDocument, host: CompileHost): void {
  if (document.file === ENVIRONMENT) {
    for (const { name } of document.spec.models) {
      if (isModelGlob(name)) continue;
      host.reportEnvironment(
        'ALLOWED_MODELS',
        `${quote(name)} is no local model; accepted: names as in \`ollama list\``,
      );
    }
    return;
  }
  const seen = new Set<string>();
  for (const [index, entry] of document.spec.models.entries()) {
    const path = ['spec', 'models', index, 'name'];
    const key = `${entry.name.toLowerCase()} ${entry.digest ?? ''}`;
    if (/(:|-)cloud$/i.test(entry.name)) {
      host.report(document, path, 'is a cloud model; those are refused in every mode, so this entry has no effect');
    } else if (!isModelGlob(entry.name)) {
      host.report(document, path, 'is not a model name; accepted: a name as in `ollama list`, * for any part');
    } else if (seen.has(key)) {
      host.report(document, path, 'stands here twice; keep one');
    }
    seen.add(key);
  }
}

function compileAllowlists(
  documents: readonly AllowlistDocument[],
  host: CompileHost,
): CompiledKind<AllowlistDocument> {
  const fromEnvironment = documents.filter((document) => document.file === ENVIRONMENT);
  const everyName = documents.flatMap((document) => document.spec.models.map((entry) => entry.name));

  /** The documents whose names count: the environment's alone when ALLOWED_MODELS is set. */
  function naming(matching: readonly AllowlistDocument[]): readonly AllowlistDocument[] {
    return fromEnvironment.length > 0 ? fromEnvironment : matching.filter(acts);
  }

  function noteUnlisted(context: RequestContext, matching: readonly AllowlistDocument[]): void {
    const acting = naming(matching);
    const watching = matching.filter((document) => !acts(document) && document.file !== ENVIRONMENT);
    const enforcedSomewhere = fromEnvironment.length > 0 || documents.some(acts);
    const listed = names(acting, context.model);
    if (listed) return;
    // A set that only watches is judged as if it acted; a watcher beside acting ones may not loosen them.
    if (!enforcedSomewhere && names(watching, context.model)) return;
    const speaker = acting[0] ?? documents.find(acts) ?? watching[0] ?? documents[0];
    if (!speaker) return;
    context.note(host.identity(speaker), {
      situation: 'model_not_allowed',
      rule: 'allowlist',
      channel: 'model',
      findings: 1,
      code: 'model_not_allowed',
    });
  }

  async function noteDigest(context: RequestContext, matching: readonly AllowlistDocument[]): Promise<void> {
    const pinned = matching.filter((document) => pinsOf(document, context.model).length > 0);
    if (pinned.length === 0 || host.environment.shadow === true) return;
    // Absent and unreadable are as bad as different: a pin that cannot be checked does not hold.
    const installed = await context.digest().catch(() => undefined);
    const acting = pinned.filter(acts);
    const accepted = new Set(acting.flatMap((document) => pinsOf(document, context.model)));
    for (const document of pinned) {
      const own = acts(document) ? accepted : new Set(pinsOf(document, context.model));
      if (installed !== undefined && own.has(bareDigest(installed))) continue;
      context.note(host.identity(document), {
        situation: 'model_not_allowed',
        rule: 'digest',
        channel: 'model',
        findings: 1,
        code: 'model_digest_mismatch',
        label: context.model.name,
      });
    }
  }

  return {
    stageWithoutMatch: true,
    stage: (matching) => ({
      async request(context) {
        noteUnlisted(context, matching);
        await noteDigest(context, matching);
      },
    }),
    mayList(matching, model) {
      const enforcing = documents.filter((document) => acts(document) && host.identity(document).mode !== 'monitor');
      if (enforcing.length === 0) return true;
      const acting = naming(matching);
      if (!names(acting, model)) return false;
      const pins = matching.filter(acts).flatMap((document) => pinsOf(document, model));
      return pins.length === 0 || (model.digest !== undefined && pins.includes(bareDigest(model.digest)));
    },
    knownNames: everyName.flatMap((name) => {
      const parsed = name.includes('*') ? undefined : parseModelName(name);
      return parsed?.ok ? [parsed.canonical] : [];
    }),
    summary: { allowed_models: documents.length === 0 ? ['*'] : listInForce(naming(documents)) },
  };
}

/** A document that watches is one whose author wrote `mode: monitor`; the ceiling changes outcomes, not verdicts. */
function acts(document: AllowlistDocument): boolean {
  return document.spec.mode !== 'monitor';
}

function names(documents: readonly AllowlistDocument[], model: ModelIdentity): boolean {
  return documents.some((document) => document.spec.models.some((entry) => matchModel(entry.name, model.name)));
}

function pinsOf(document: AllowlistDocument, model: ModelIdentity): readonly string[] {
  return document.spec.models.flatMap((entry) =>
    entry.digest !== undefined && matchModel(entry.name, model.name) ? [entry.digest] : [],
  );
}

function bareDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').toLowerCase();
}

function listInForce(documents: readonly AllowlistDocument[]): readonly string[] {
  return [...new Set(documents.flatMap((document) => document.spec.models.map((entry) => entry.name)))];
}
