/**
 * Every object of the protocol that a request schema describes, each with bodies in which a reader meets it. What a
 * reader does there with a key says whether it knows it, so that document and readers can be held against each other.
 */

/** The part of OpenAPI 3.0's schemas that ours are made of. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

export interface Place {
  /** `messages[].content[].image_url`, for a person. */
  readonly name: string;
  readonly schema: Schema;
  /** Whole bodies, each with `leaf` in the place. */
  bodies(leaf: object): object[];
  /** What may stand in the place: one object for each word that tells its kinds apart. */
  readonly leaves: readonly Readonly<Record<string, unknown>>[];
}

/** All places of a schema. Exponential in the depth of nested kinds, of which there are two at most. */
export function placesOf(
  schema: Schema,
  name = '',
  wrap: (leaf: unknown) => object[] = (leaf) => [Object(leaf)],
): Place[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((branch) => placesOf(branch, name, wrap));
  if (schema.items !== undefined) return placesOf(schema.items, `${name}[]`, (leaf) => wrap([leaf]));
  if (schema.properties === undefined) return [];
  const leaves = kindsOf(schema);
  const inner = Object.entries(schema.properties).flatMap(([key, property]) =>
    placesOf(property, name === '' ? key : `${name}.${key}`, (leaf) =>
      leaves.flatMap((kind) => wrap({ ...kind, [key]: leaf })),
    ),
  );
  return [{ name: name || 'body', schema, bodies: wrap, leaves }, ...inner];
}

/** Words that tell kinds of one object apart. */
const KINDS = ['type', 'role'];

/** The least object that a schema takes, once for each of its kinds, with the fields that a kind cannot be without. */
function kindsOf(schema: Schema): Record<string, unknown>[] {
  const least = Object.fromEntries((schema.required ?? []).map((key) => [key, sampleOf(schema.properties?.[key])]));
  const key = KINDS.find((name) => schema.properties?.[name]?.enum !== undefined);
  if (key === undefined) return [least];
  // A kind may need more than all kinds need; the richest sample has every text and every object.
  const wanted = Object.entries(schema.properties ?? {}).filter(([, property]) => isTextOrObject(property));
  const rich = Object.fromEntries(wanted.map(([name, property]) => [name, sampleOf(property)]));
  return (schema.properties?.[key]?.enum ?? []).flatMap((kind) => [
    { ...least, [key]: kind },
    { ...rich, ...least, [key]: kind },
  ]);
}

function isTextOrObject({ type, anyOf, properties }: Schema): boolean {
  return type === 'string' || anyOf?.[0]?.type === 'string' || properties !== undefined;
}

/** A value that a schema takes. */
function sampleOf(schema: Schema | undefined): unknown {
  if (schema === undefined) return null;
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0]);
  if (schema.properties !== undefined) return kindsOf(schema)[0];
  return { string: 'a', number: 1, integer: 1, boolean: false, array: [], object: {} }[schema.type ?? ''] ?? null;
}
