import { toJsonSchema } from '@valibot/to-json-schema';
import { envelopeOf } from '../policy/document.ts';
import { POLICY_KINDS } from '../policy/kinds/index.ts';
import { quote, suggest } from '../policy/problem.ts';
import { EXIT_FINE, UsageError, readArguments, type CommandIo } from './policy-command.ts';

/**
 * `policy schema [KIND]`: JSON Schema of one kind or of all, for editors that complete and underline.
 *
 * It describes shapes; what only the compiler knows (patterns, ids, rules without effect) is told by `policy check`.
 */
export async function runSchema(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words } = readArguments(argv, { flags: ['json'], words: [0, 1] });
  const [name] = words;
  const names = POLICY_KINDS.map(({ kind }) => kind);
  if (name !== undefined && !names.includes(name)) {
    throw new UsageError(`unknown kind ${quote(name)}; ${suggest(name, names)}`);
  }
  const schemas = POLICY_KINDS.filter(({ kind }) => name === undefined || kind === name).map(({ kind, schema }) => {
    const { $schema: _, ...described } = toJsonSchema(envelopeOf(kind, schema), {
      errorMode: 'ignore',
      typeMode: 'input',
    });
    return { title: kind, ...described };
  });
  const all = name === undefined ? { title: 'llm-gateway policy', oneOf: schemas } : schemas[0];
  io.out(`${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...all }, null, 2)}\n`);
  return EXIT_FINE;
}
