import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { GatewayError } from '../../core/errors.ts';
import { indexOfDigest } from '../constant-time.ts';
import type { PolicyDocument } from '../document.ts';
import { type CompileHost, type CompiledKind, defineKind } from '../kind.ts';
import { choice, fields, filledList, flag, formed, list, type SpecBase, text } from '../schema.ts';
import type { Principal } from '../../core/stage.ts';

/**
 * Access: who may enter, by keys that the gateway knows only as SHA-256 digests.
 *
 * In force in every mode, for every model; so it takes neither `mode` nor `match`. A presented key is compared with
 * every entry, found or not, expired or not, so that time tells nothing about keys or about who has one.
 */

interface KeyEntry {
  readonly sha256?: string | undefined;
  readonly file?: string | undefined;
  readonly notAfter?: number | undefined;
}

interface CallerEntry {
  readonly name: string;
  readonly keys: readonly KeyEntry[];
  readonly admin?: boolean | undefined;
  readonly userHeader?: string | undefined;
}

interface Spec extends SpecBase {
  readonly anonymous?: 'allow' | 'deny' | undefined;
  readonly callers?: readonly CallerEntry[] | undefined;
}

const KEY_CHARACTERS_MIN = 16;
const KEY_CHARACTERS_MAX = 512;
const USER_CHARACTERS_MAX = 128;
const CALLERS_RESERVED = ['anonymous', 'default', 'unknown'];

const notAfter = v.pipe(
  formed(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/, '2027-01-31 or 2027-01-31T12:00:00Z'),
  // A day without a time is good until it is over, in UTC.
  v.transform((date) => Date.parse(date.length === 10 ? `${date}T23:59:59.999Z` : date)),
  v.check((time) => Number.isFinite(time), 'is not a day that exists; accepted: 2027-01-31 or 2027-01-31T12:00:00Z'),
);

const schema = fields({
  anonymous: v.optional(choice(['allow', 'deny'])),
  callers: v.optional(
    list(
      fields({
        name: formed(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/, 'up to 63 of a-z 0-9 . _ -'),
        keys: filledList(
          fields({
            sha256: v.optional(
              v.pipe(
                formed(/^[0-9a-fA-F]{64}$/, '64 hex digits, as `policy key new` prints them'),
                v.transform((digest) => digest.toLowerCase()),
              ),
            ),
            file: v.optional(text('the path of a mounted file')),
            notAfter: v.optional(notAfter),
          }),
          '{ sha256 } or { file }',
        ),
        admin: v.optional(flag()),
        userHeader: v.optional(formed(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'a header name such as X-OpenWebUI-User-Id')),
      }),
      '{ name, keys }',
    ),
  ),
});

interface Key {
  readonly digest: Buffer;
  readonly notAfter: number;
  readonly caller: CallerEntry;
}

export const access = defineKind<Spec>({ kind: 'Access', owasp: '', schema, compile: compileAccess });

function compileAccess(
  documents: readonly PolicyDocument<Spec>[],
  host: CompileHost,
): CompiledKind<PolicyDocument<Spec>> {
  const { apiKey, requireApiKey } = host.environment;
  const keys = documents.flatMap((document) => keysOf(document, host));
  reportShared(documents, keys, host);
  if (apiKey !== undefined) keys.unshift({ ...keyOf(sha256(apiKey), undefined, { name: 'default', keys: [] }) });
  // Deny overrides allow, in files as in the environment.
  const closed = requireApiKey === true || documents.some((document) => document.spec.anonymous === 'deny');
  if (closed && keys.length === 0) reportNoKey(documents, host);
  const usable = keys.filter((key) => key.notAfter > host.now()).length;
  if (closed && keys.length > 0 && usable === 0) host.warn('every key has expired: nobody may enter');

  const digests = keys.map((key) => key.digest);
  return {
    authenticate(presented, headers) {
      const caller = callerOf(keys, digests, presented, host.now());
      if (caller) return principalOf(caller, headers);
      if (closed) throw new GatewayError('unauthorized', { headers: { 'www-authenticate': 'Bearer' } });
      return ANONYMOUS;
    },
    callers: documents.flatMap(({ spec }) => (spec.callers ?? []).map(({ name }) => name)),
    summary: { anonymous: closed ? 'deny' : 'allow', callers: new Set(keys.map((key) => key.caller.name)).size },
  };
}

const ANONYMOUS: Principal = Object.freeze({ name: 'anonymous', admin: false });

function keysOf(document: PolicyDocument<Spec>, host: CompileHost): readonly Key[] {
  return (document.spec.callers ?? []).flatMap((caller, callerIndex) => {
    const path = ['spec', 'callers', callerIndex];
    if (CALLERS_RESERVED.includes(caller.name)) {
      host.report(document, [...path, 'name'], `is reserved; accepted: any name but ${CALLERS_RESERVED.join(', ')}`);
    }
    return caller.keys.flatMap((entry, keyIndex) =>
      readKey(document, [...path, 'keys', keyIndex], caller, entry, host),
    );
  });
}

function readKey(
  document: PolicyDocument<Spec>,
  path: readonly (string | number)[],
  caller: CallerEntry,
  entry: KeyEntry,
  host: CompileHost,
): readonly Key[] {
  if ((entry.sha256 === undefined) === (entry.file === undefined)) {
    host.report(document, path, 'needs exactly one of sha256 and file');
    return [];
  }
  if (entry.sha256 !== undefined) return [keyOf(Buffer.from(entry.sha256, 'hex'), entry.notAfter, caller)];
  const secret = host.secretFile(document, [...path, 'file'], entry.file ?? '');
  if (secret === undefined) return [];
  if (secret.length < KEY_CHARACTERS_MIN || secret.length > KEY_CHARACTERS_MAX) {
    const accepted = `accepted: a file with one key of ${KEY_CHARACTERS_MIN} to ${KEY_CHARACTERS_MAX} characters`;
    host.report(document, [...path, 'file'], `does not hold a key; ${accepted}`);
    return [];
  }
  return [keyOf(sha256(secret), entry.notAfter, caller)];
}

function keyOf(digest: Buffer, notAfter: number | undefined, caller: CallerEntry): Key {
  return { digest, notAfter: notAfter ?? Infinity, caller };
}

function reportShared(documents: readonly PolicyDocument<Spec>[], keys: readonly Key[], host: CompileHost): void {
  const names = new Map<string, string>();
  const digests = new Map<string, CallerEntry>();
  for (const key of keys) {
    const digest = key.digest.toString('hex');
    const other = digests.get(digest);
    digests.set(digest, key.caller);
    if (other === undefined) continue;
    const place = findCaller(documents, key.caller);
    const whose = other === key.caller ? 'twice' : `for the caller ${other.name} too`;
    if (place) host.report(place.document, [...place.path, 'keys'], `holds a key that stands here ${whose}; keep one`);
  }
  for (const document of documents) {
    for (const [index, caller] of (document.spec.callers ?? []).entries()) {
      const file = names.get(caller.name);
      if (file) {
        const message = `is a caller in ${file} already; put all keys of a caller in one entry`;
        host.report(document, ['spec', 'callers', index, 'name'], message);
      }
      names.set(caller.name, document.file);
    }
  }
}

function findCaller(documents: readonly PolicyDocument<Spec>[], caller: CallerEntry) {
  for (const document of documents) {
    const index = (document.spec.callers ?? []).indexOf(caller);
    if (index >= 0) return { document, path: ['spec', 'callers', index] };
  }
  return undefined;
}

function reportNoKey(documents: readonly PolicyDocument<Spec>[], host: CompileHost): void {
  if (host.environment.requireApiKey === true) {
    host.reportEnvironment(
      'REQUIRE_API_KEY',
      'is true but there is no key, so nobody could enter; set API_KEY or add callers to an Access policy',
    );
    return;
  }
  const document = documents.find((candidate) => candidate.spec.anonymous === 'deny');
  if (document) {
    host.report(document, ['spec', 'anonymous'], 'is deny but there is no key, so nobody could enter; add callers');
  }
}

/** Compares with every key, and looks at what was found only afterwards. */
function callerOf(
  keys: readonly Key[],
  digests: readonly Uint8Array[],
  presented: string | undefined,
  now: number,
): CallerEntry | undefined {
  if (presented === undefined || presented.length > KEY_CHARACTERS_MAX) return undefined;
  const found = keys[indexOfDigest(digests, sha256(presented))];
  return found && found.notAfter >= now ? found.caller : undefined;
}

function principalOf(caller: CallerEntry, headers: Headers): Principal {
  const user = caller.userHeader === undefined ? null : headers.get(caller.userHeader);
  const admin = caller.admin === true;
  return user ? { name: caller.name, admin, user: user.slice(0, USER_CHARACTERS_MAX) } : { name: caller.name, admin };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
