import * as v from 'valibot';
import { controlReader } from '../output/control.ts';
import { createMarkdownReader } from '../output/markdown.ts';
import { createGate, type StepReader, TextFilter } from '../output/text-filter.ts';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind } from '../kind.ts';
import { choice, fields, formed, list, selectable, type SpecBase } from '../schema.ts';
import type { AnswerContext, AnswerStage } from '../../core/stage.ts';

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
  return { stage: (documents) => ({ answer: (context) => createAnswerStage(documents, context, host) }) };
}

function createAnswerStage(
  documents: readonly OutputDocument[],
  context: AnswerContext,
  host: CompileHost,
): AnswerStage {
  const tallies = new Map(documents.map((document) => [document, new Map<string, Tally>()]));
  return {
    scanner({ kind, channel }) {
      if (kind === 'tool_argument') return undefined;
      return createGate([...tallies].flatMap(([document, tally]) => filtersOf(document, tally, channel, host)));
    },
    finish() {
      for (const [document, tally] of tallies) {
        for (const [rule, { channel, findings, recorded }] of tally) {
          const situation = recorded ? 'text_recorded' : 'text_redacted';
          context.note(host.identity(document), {
            situation,
            rule,
            channel,
            findings,
            label: LABELS[rule] ?? 'OUTPUT',
          });
        }
      }
    },
  };
}

interface Tally {
  readonly channel: string;
  readonly recorded: boolean;
  findings: number;
}

function filtersOf(
  document: OutputDocument,
  tally: Map<string, Tally>,
  channel: string,
  host: CompileHost,
): readonly TextFilter[] {
  const { links, html = 'keep', controlCharacters } = document.spec;
  const enforces = host.identity(document).mode !== 'monitor';
  const rules = links && { allowHosts: links.allowHosts ?? [] };
  const records = links?.action === 'record';
  const filter = (reader: StepReader, recorded = false) =>
    new TextFilter({
      reader,
      enforces: enforces && !recorded,
      found(rule) {
        const known = tally.get(rule);
        if (known) known.findings += 1;
        else tally.set(rule, { channel, recorded, findings: 1 });
      },
    });
  const filters: TextFilter[] = [];
  if (records) filters.push(filter(createMarkdownReader({ links: rules, html: 'keep' }), true));
  const acting = records ? undefined : rules;
  if (acting || html !== 'keep') filters.push(filter(createMarkdownReader({ links: acting, html })));
  if (controlCharacters === 'strip') filters.push(filter(controlReader));
  return filters;
}
