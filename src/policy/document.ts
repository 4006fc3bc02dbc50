import * as v from 'valibot';
import type { PathKey } from './problem.ts';
import { fields, formed, type SpecBase, text } from './schema.ts';

/** The envelope around every policy: who wrote what kind of policy, under which name. */

export const API_VERSION = 'llm-gateway/v1';

const DESCRIPTION_CHARACTERS_MAX = 500;

export const metadataSchema = fields({
  name: formed(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'up to 63 of a-z 0-9 and -, as in Kubernetes'),
  description: v.optional(
    v.pipe(text(), v.maxLength(DESCRIPTION_CHARACTERS_MAX, 'is too long; accepted: up to 500 characters')),
  ),
});

export const apiVersionSchema = v.literal(API_VERSION, `is not a version known here; accepted: ${API_VERSION}`);

/** The envelope of one kind, as `policy schema` prints it for editors. */
export function envelopeOf(kind: string, spec: v.GenericSchema) {
  return fields({
    apiVersion: apiVersionSchema,
    kind: v.literal(kind, `is not ${kind}`),
    metadata: metadataSchema,
    spec,
  });
}

/** 1-based; `line` 0 means that there is no position. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds where a key of a document, or its value, stands in the file. */
export type Locator = (path: readonly PathKey[], target: 'key' | 'value') => Position;

/** One policy, read and checked against its kind's schema. */
export interface PolicyDocument<Spec extends SpecBase = SpecBase> {
  readonly kind: string;
  readonly name: string;
  readonly description: string;
  readonly spec: Spec;
  /** The file it stands in, or `environment`. */
  readonly file: string;
  readonly locate: Locator;
}
