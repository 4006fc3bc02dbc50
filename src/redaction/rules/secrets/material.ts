/** Keys and tokens that have a form of their own rather than a vendor: key blocks, JWTs, passwords in URLs. */
import type { RedactionRule } from '../../rule.ts';
import { re, secret } from './secret.ts';

const NAME = re`(?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?`;
// What may stand between the lines of a block: line ends, also as the `\n` of JSON, and what quoting puts before a line.
// A plus only behind one of them: lines hold it too, and where both may take it the automaton's states multiply.
const GAP = re`(?:(?:\s|\\+[nr]|["'>|#*,])\+?)`;
const HEADER = re`(?:(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): [^\n]+)`;
const LINE = re`[A-Za-z0-9+/=]{16,}`;
const REST = re`[A-Za-z0-9+/=]{1,15}`;

/** Keys and tokens that have a form of their own rather than a vendor. */
export const materialRules: readonly RedactionRule[] = [
  // Lines of base64 and no prose, so that an answer that only speaks of such blocks is not held; with END or cut off.
  secret(
    'private_key',
    re`-----BEGIN ${NAME}-----${GAP}*(?:${HEADER}${GAP}+)*(?:${LINE}${GAP}*)+(?:(?:${REST}${GAP}+){0,2}-----END ${NAME}-----|${REST})?`,
    'https://www.rfc-editor.org/rfc/rfc7468',
  ),
  secret(
    'google_service_account',
    re`\{\s{0,16}"type":\s{0,4}"service_account",[^{}]{100,}\}\s?`,
    'https://cloud.google.com/iam/docs/keys-create-delete',
  ),
  secret(
    'putty_private_key',
    re`PuTTY-User-Key-File-[23]: [^\n]+\n(?:[A-Za-z]+(?:-[A-Za-z]+)*: [^\n]*\n|[A-Za-z0-9+/=]+\r?\n)+Private-(?:MAC|Hash): [0-9a-f]{40,64}`,
    'https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html',
  ),
  secret(
    'jwt',
    // The last part is empty in an unsigned one.
    re`\bey[A-Za-z0-9_-]{15,}\.ey[A-Za-z0-9_-]{15,}\.(?:[A-Za-z0-9_-]{10,}={0,2})?`,
    'https://www.rfc-editor.org/rfc/rfc7519',
  ),
  secret('jwt_base64', re`\bZXlK[A-Za-z0-9+/_-]{60,}={0,2}`, 'https://www.rfc-editor.org/rfc/rfc7519'),
];
