import { inspectArchive, inspectStored, type ModelReport } from '../models/inspect.ts';
import { isHidden } from '../models/template.ts';
import { isArchive, modelName, modelsDirectory, printable, sizeText } from './model-command.ts';
import { type CommandIo, EXIT_FINE, readArguments } from './policy-command.ts';

/** Lines of a licence that are shown; `--json` has it whole. */
const LICENSE_LINES_MAX = 3;

/** `model inspect NAME|FILE`: what a person should read before a model is let in. */
export async function runInspect(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags, options } = readArguments(argv, { flags: ['json'], options: ['models'], words: [1, 1] });
  const [word = ''] = words;
  const report = isArchive(word)
    ? inspectArchive(word)
    : inspectStored(modelName(word), modelsDirectory(io, options.get('models')));
  io.out(flags.has('json') ? `${JSON.stringify(report)}\n` : render(report));
  return EXIT_FINE;
}

function render(report: ModelReport): string {
  const { index } = report;
  const lines = [
    `${index.name}`,
    `  digest      ${index.digest}`,
    `  size        ${sizeText(report.size)} in ${index.blobs.length + 1} files`,
    `  config      ${printable(JSON.stringify(report.config), isHidden)}`,
    ...report.layers.map((layer) => `  ${layer.kind.padEnd(11)} sha256-${layer.sha256} ${sizeText(layer.size)}`),
    ...report.licenses.flatMap((text) => section('licence', firstLines(text))),
    ...report.templates.flatMap((text) => section('template', text)),
    ...report.systems.flatMap((text) => section('system prompt', text)),
    ...report.messages.flatMap(({ role, content }) => section(`message of ${role}`, content)),
    ...(report.parameters === undefined ? [] : section('parameters', JSON.stringify(report.parameters, null, 2))),
    '',
    ...noticeLines(report),
  ];
  return `${lines.join('\n')}\n`;
}

function noticeLines({ notices }: ModelReport): string[] {
  if (notices.length === 0) return ['Nothing unusual.'];
  return notices.map(({ level, id, where, detail }) => `${level.padEnd(7)}  ${where}: ${detail} [${id}]`);
}

function section(title: string, text: string): string[] {
  const body = printable(text, isHidden).split('\n');
  return ['', `${printable(title, isHidden)}:`, ...body.map((line) => `  | ${line}`)];
}

function firstLines(text: string): string {
  const lines = text.trim().split('\n');
  const shown = lines.slice(0, LICENSE_LINES_MAX).join('\n');
  return lines.length > LICENSE_LINES_MAX ? `${shown}\n… ${lines.length - LICENSE_LINES_MAX} more lines` : shown;
}
