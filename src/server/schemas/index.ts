import { toJsonSchema } from '@valibot/to-json-schema';
import { ANTHROPIC_SCHEMAS } from './anthropic.ts';
import { OLLAMA_SCHEMAS } from './ollama.ts';
import { OPENAI_SCHEMAS } from './openai.ts';

/** Every schema of the document by name. */
export const SCHEMAS = { ...OLLAMA_SCHEMAS, ...OPENAI_SCHEMAS, ...ANTHROPIC_SCHEMAS };

export type SchemaName = keyof typeof SCHEMAS;

/** The schemas as OpenAPI 3.0 has them. Takes some milliseconds: made when the document is first asked for. */
export function openApiSchemas(): Record<string, object> {
  return Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, convert(schema)]));
}

function convert(schema: (typeof SCHEMAS)[SchemaName]): object {
  // `object`: the two versions differ in nothing that a reader of ours looks at.
  return withExample(toJsonSchema(schema, { target: 'openapi-3.0', typeMode: 'input', errorMode: 'ignore' })) as object;
}

/** JSON Schema has a list of examples, OpenAPI 3.0 one example; and no list of required keys may be empty there. */
function withExample(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withExample);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] =>
    key === 'examples' && Array.isArray(inner) ? ['example', inner[0]] : [key, withExample(inner)],
  );
  return Object.fromEntries(entries.filter(([key, inner]) => key !== 'required' || !isEmptyList(inner)));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
