/** Passwords inside URLs and connection strings. The whole URL is replaced: host and user are half of the secret. */
import type { RedactionRule } from '../../rule.ts';
import { assigned, labelled, re, secret } from './secret.ts';

const RFC3986 = 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1';
const USER = re`[A-Za-z0-9._~%!&*+,;=-]{0,64}`;
const PASSWORD = re`[^\s"'<>\x60/@:]{3,128}`;
// Host, port, and the rest of a password that held an unescaped `@`: one class, so that the automaton stays small.
const HOST = re`[A-Za-z0-9_.,:@!%*\[\]-]{1,160}`;
const REST = re`(?:[/?][A-Za-z0-9._~%!$&'()*+,;=:@/?#-]{0,256})?`;

/** Passwords inside URLs and connection strings. */
export const urlRules: readonly RedactionRule[] = [
  labelled(
    'DATABASE_URL',
    assigned(secret('amqp_url', re`amqps?://${USER}:${PASSWORD}@${HOST}${REST}`, RFC3986, 'url_password')),
  ),
  secret(
    'database_url',
    re`\b(?:jdbc:)?(?:postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv|mssql|sqlserver|oracle|redis|rediss|clickhouse|cockroachdb|couchdb|neo4j|nats|kafka)(?:\+[a-z0-9_]{2,12})?://${USER}:${PASSWORD}@${HOST}${REST}`,
    RFC3986,
    'url_password',
  ),
  secret(
    'credential_url',
    re`\b(?:https?|ftps?|sftp|ssh|git|wss?|smtps?|imaps?|ldaps?|mqtts?)://${USER}:${PASSWORD}@${HOST}`,
    RFC3986,
    'url_password',
  ),
  {
    // `https://TOKEN@git.acme.io/x.git`; the host stays.
    ...secret('url_token', re`[A-Za-z0-9_-]{16,200}(?::[xX]|:x-oauth-basic)?@`, RFC3986, 'key_shaped'),
    before: 'https?://',
  },
];
