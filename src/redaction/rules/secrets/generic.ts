/**
 * Secrets without a form: what stands behind `api_key =`, `Authorization: Bearer`, `password:` and their like.
 *
 * A value alone says nothing, so each rule carries a `before` that ends in an operator or quote: reading backwards from
 * a word of prose it fails at the first character, which keeps candidates rare. The patterns are bounded, since each
 * has a validator; longer values in practice are JWTs, key blocks and cloud session tokens with rules of their own.
 */
import type { RedactionRule } from '../../rule.ts';
import { re } from './secret.ts';

/** Not the full stop of a sentence, but the dots of a shortened value: with them the check refuses it. */
const PART = '[A-Za-z0-9_+/~.%!@$^*-]';
const VALUE = re`[A-Za-z0-9_+/~.-]${PART}{4,500}(?:[:=]${PART}{1,60}){0,3}[A-Za-z0-9_+/~-]={0,2}(?:\.{2,3})?`;
/** A password may hold any visible character but quotes, brackets and separators. */
const PASSWORD = re`[A-Za-z0-9_!@#$%^&*+~?./=-]{5,63}[A-Za-z0-9_!@#$%^&*+~/=-]`;

/** What stands before a word that begins. */
const NO_WORD = `"'\x60\t\r\n{},;:(<>&?/|=*#@`;

/**
 * What may stand before a word so that it does not end in one of `words`: a look-behind in regular terms.
 *
 * For each proper suffix of a word, the suffix with another character before it. Linear in the words' letters.
 */
function notEndingIn(
  words: readonly string[],
  options: { readonly joint: string; readonly wordNeeded: boolean },
): string {
  const { joint, wordNeeded } = options;
  const before = new Map<string, Set<string>>([['', new Set(wordNeeded ? `${joint}${NO_WORD}` : joint)]]);
  for (const word of words) {
    for (let i = word.length; i > 0; i--) {
      const suffix = word.slice(i);
      before.set(suffix, (before.get(suffix) ?? new Set()).add(word.charAt(i - 1)));
    }
  }
  const alternatives = [...before]
    .filter(([suffix]) => !words.some((word) => suffix.endsWith(word)))
    .map(([suffix, characters]) => {
      const other = `[^${[...characters].join('').replace(/^-/, '\\-')}]`;
      return suffix === '' && wordNeeded ? other : `(?:^|${other})${suffix}`;
    });
  return `(?:${alternatives.join('|')})`;
}

/** Tokens that pages show to everyone, and hashes of secrets in annotations. */
const PUBLIC = notEndingIn(['public', 'csrf', 'xsrf', 'authenticity', 'checksum/'], {
  joint: '-_.',
  wordNeeded: false,
});
/** Keys that lock nothing. */
const PLAIN_KEYS = notEndingIn(
  (
    'public pub primary foreign partition sort cache sequence unique idempotency translation object registry index ' +
    'lookup search bucket routing message query hash map row websocket from'
  ).split(' '),
  { joint: '-_. ', wordNeeded: true },
);

/** Words that are a secret's name by themselves. */
const NAMES = re`(?:token|secret|credentials?|creds?|bearer|passphrase|password|passwd|pwd|api[ _.-]?key|auth)`;
/** What may follow the name inside the identifier: `_123`, `_prod`, `String`. */
const SUFFIX = re`(?:[_.-]?(?:string|value|val|str|prod|dev|live|test|main|default|env|header|v?[0-9]{1,3}))?`;
/** From name to value: closing quotes, an operator, opening quotes; quotes also as in escaped JSON. */
const CLOSING = re`(?:\\?["'\x60\])]|\*\*){0,2}`;
const OPERATOR = re`[ \t]{0,2}(?:=>|:=|={1,3}|\?=|::?|->|\||>| value=)[ \t\r\n]{0,3}(?:\*\* ?)?`;
const OPENING = re`(?:\\?["'\x60]|[\[({<]|\*\*){0,2}`;
/** `GREETER_TOKEN` to `…`, `getenv("GREETER_TOKEN", "…")`: the quotes keep it apart from prose. */
const QUOTED_TO = re`\\?["'\x60](?: (?:to|is)|,) ?\\?["'\x60]`;
/** `variable "api_token" { default = "…" }`. */
const DECLARED = re`(?:token|secret|password|key)"?\s\{\s{1,8}default\s{0,6}=\s{0,4}"`;

/** `?key=…` in a URL. */
const QUERY = '[?&](?:key|sig|signature|auth|code)=';

/** Secrets without a form of their own. */
export const genericRules: readonly RedactionRule[] = [
  {
    id: 'generic_api_key',
    label: 'GENERIC_API_KEY',
    pattern: VALUE,
    before: `(?:${PUBLIC}[_.-]?${NAMES}|${PLAIN_KEYS}[_. -]?key)${SUFFIX}(?:${CLOSING}${OPERATOR}${OPENING}|${QUOTED_TO})|${DECLARED}|${QUERY}`,
    validators: ['generic_secret'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    id: 'authorization_header',
    label: 'AUTHORIZATION_HEADER',
    pattern: VALUE,
    before: re`\b(?:authorization["']?[ \t]{0,2}[:=,][ \t]{0,4}["']?(?:basic |token |api-token |apikey |key=)?|bearer[ \t]{1,2})`,
    validators: ['generic_secret'],
    source: 'https://www.rfc-editor.org/rfc/rfc6750',
  },
  {
    // `The token for the greeter is …`. Noticed by its first letters, since a space ends most words.
    id: 'told_secret',
    label: 'TOLD_SECRET',
    pattern: VALUE,
    before: re`(?:token|secret|passw(?:or)?d|passphrase|credentials?|key)(?: (?:for|of|in) [\w.-]{1,20}(?: [\w.-]{1,12})?)? (?:is|was|to):?\s["'\x60]?`,
    validators: ['generic_secret'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    // A name and nothing but a space: `--token …`, `the secret … is`.
    id: 'spoken_secret',
    label: 'SPOKEN_SECRET',
    pattern: re`[A-Za-z0-9_-][A-Za-z0-9_+/.=:-]{14,253}[A-Za-z0-9_=-]`,
    before: re`\b(?:token|secret|passw(?:or)?d|api[ _-]?key|access[ _-]?key|secret[ _-]?key|private[ _-]?key)[ \t]{1,2}["'\x60]?`,
    validators: ['generic_secret'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    id: 'password',
    label: 'PASSWORD',
    pattern: PASSWORD,
    before: re`(?:password|passwd|passphrase|pwd|pass)${SUFFIX}(?:${CLOSING}${OPERATOR}${OPENING}| is ${OPENING})`,
    validators: ['password_value'],
    source: 'https://cwe.mitre.org/data/definitions/259.html',
  },
];
