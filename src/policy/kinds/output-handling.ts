import * as v from 'valibot';
import { controlReader } from '../output/control.ts';
import { createMarkdownReader } from '../output/markdown.ts';
import { createGate, type StepReader, TextFilter, unionOf } from '../output/text-filter.ts';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind } from '../kind.ts';
import { choice, fields, formed, list, selectable, type SpecBase } from '../schema.ts';
import type { AnswerSlot } from '../../core/operation.ts';
import type { AnswerContext, AnswerStage, PolicyIdentity, TextScanner } from '../../core/stage.ts';

/**
 * OutputHandling (LLM05): what an answer makes a renderer or a terminal do.
 *
 * Links and images that could carry data out lose their destination, tags that run or load something are shown instead
 * of obeyed, control characters and ANSI sequences go. Code between backticks and fences is left as it is.
 */

const schema = fields({
  ...selectable,
  links: v.optional(
    fields({
      allowHosts: v.optional(
        list(
          v.pipe(
            formed(
              /^[A-Za-z0-9*]([A-Za-z0-9.*-]{0,251}[A-Za-z0-9*])?$/,
              'a host name such as docs.example.com or *.example.com',
            ),
            v.transform((host) => host.toLowerCase()),
          ),
          'docs.example.com',
        ),
      ),
      action: v.optional(choice(['neutralise', 'record'])),
    }),
  ),
  html: v.optional(choice(['escape', 'escapeAll', 'keep'])),
  controlCharacters: v.optional(choice(['strip', 'keep'])),
});

interface Spec extends SpecBase {
  readonly links?:
    | { readonly allowHosts?: readonly string[] | undefined; readonly action?: 'neutralise' | 'record' | undefined }
    | undefined;
  readonly html?: 'escape' | 'escapeAll' | 'keep' | undefined;
  readonly controlCharacters?: 'strip' | 'keep' | undefined;
}

type OutputDocument = PolicyDocument<Spec>;

const LABELS: Readonly<Record<string, string>> = { link: 'LINK', image: 'IMAGE', html: 'HTML', control: 'CONTROL' };

export const outputHandling = defineKind<Spec>({
  kind: 'OutputHandling',
  owasp: 'LLM05',
  schema,
  compile(documents, host) {
    for (const document of documents) {
      const { links, html, controlCharacters } = document.spec;
      if (!links && (html ?? 'keep') === 'keep' && (controlCharacters ?? 'keep') === 'keep') {
        host.report(document, ['spec'], 'has no effect; accepted: links, html: escape or controlCharacters: strip');
      }
    }
    return compiled(host);
  },
});

function compiled(host: CompileHost): CompiledKind<OutputDocument> {
  return {
    stage(documents) {
      const plans = documents.map((document) => planOf(document, host)).filter(({ reads }) => reads.length > 0);
      if (plans.length === 0) return {};
      const triggers = unionOf(plans.flatMap(({ reads }) => reads.map(({ reader }) => reader().triggers)));
      return { answer: (context) => new OutputAnswer(plans, triggers, context) };
    },
  };
}

/** What one document has read. */
interface Plan {
  readonly identity: PolicyIdentity;
  readonly reads: readonly Read[];
}

interface Read {
  /** A reader for one channel. */
  reader(): StepReader;
  readonly enforces: boolean;
  /** Findings are only counted, by the document's own words. */
  readonly recorded: boolean;
}

function planOf(document: OutputDocument, host: CompileHost): Plan {
  const { links, html = 'keep', controlCharacters } = document.spec;
  const identity = host.identity(document);
  const enforces = identity.mode !== 'monitor';
  const rules = links && { allowHosts: links.allowHosts ?? [] };
  const records = links?.action === 'record';
  const reads: Read[] = [];
  if (records) {
    reads.push({ reader: () => createMarkdownReader({ links: rules, html: 'keep' }), enforces: false, recorded: true });
  }
  const acting = records ? undefined : rules;
  if (acting || html !== 'keep') {
    reads.push({ reader: () => createMarkdownReader({ links: acting, html }), enforces, recorded: false });
  }
  if (controlCharacters === 'strip') reads.push({ reader: () => controlReader, enforces, recorded: false });
  return { identity, reads };
}

/** Findings of one rule in one exchange. */
interface Tally {
  readonly identity: PolicyIdentity;
  readonly rule: string;
  readonly channel: string;
  readonly recorded: boolean;
  findings: number;
}

class OutputAnswer implements AnswerStage {
  readonly #plans: readonly Plan[];
  readonly #triggers: Uint8Array;
  readonly #context: AnswerContext;
  readonly #tallies: Tally[] = [];

  constructor(plans: readonly Plan[], triggers: Uint8Array, context: AnswerContext) {
    this.#plans = plans;
    this.#triggers = triggers;
    this.#context = context;
  }

  scanner({ kind, channel }: Pick<AnswerSlot, 'channel' | 'kind'>): TextScanner | undefined {
    if (kind === 'tool_argument') return undefined;
    return createGate(this.#triggers, () => this.#plans.flatMap((plan) => this.#filters(plan, channel)));
  }

  finish(): void {
    // In the order of the documents, and of each document's first findings.
    for (const { identity } of this.#plans) {
      for (const { identity: own, recorded, rule, channel, findings } of this.#tallies) {
        if (own !== identity) continue;
        const situation = recorded ? 'text_recorded' : 'text_redacted';
        this.#context.note(identity, { situation, rule, channel, findings, label: LABELS[rule] ?? 'OUTPUT' });
      }
    }
  }

  #filters({ identity, reads }: Plan, channel: string): readonly TextFilter[] {
    return reads.map(
      ({ reader, enforces, recorded }) =>
        new TextFilter({
          reader: reader(),
          enforces,
          found: (rule) => this.#count({ identity, rule, channel, recorded }),
        }),
    );
  }

  #count(found: Omit<Tally, 'findings'>): void {
    const known = this.#tallies.find(({ identity, rule }) => identity === found.identity && rule === found.rule);
    if (known) known.findings += 1;
    else this.#tallies.push({ ...found, findings: 1 });
  }
}
