/**
 * Secrets without a form: what stands behind `api_key =`, `Authorization: Bearer`, `password:` and their like.
 *
 * A value alone says nothing, so each rule carries a `before` that ends in an operator or quote: reading backwards from
 * a word of prose it fails at the first character, which keeps candidates rare. The patterns are bounded, since each
 * has a validator; longer values in practice are JWTs, key blocks and cloud session tokens with rules of their own.
 */
import type { RedactionRule } from '../../rule.ts';
import { re } from './secret.ts';
import { VENDORS } from './vendors.ts';

/**
 * Also signs that no key holds, where a value goes on behind them: with those, as with the dots of a shortened value, the
 * check refuses the whole, instead of masking what stands before the sign.
 */
const PART = '[A-Za-z0-9_+/~.%!@$^*?#(|-]';
const VALUE = re`[A-Za-z0-9_+/~.-]${PART}{4,500}(?:[:=]${PART}{1,60}){0,3}[A-Za-z0-9_+/~-]={0,2}(?:\.{2,3})?`;
/** A value that must be a key by its form alone. */
const KEY = re`[A-Za-z0-9_+/]${PART.replace('-]', ':-]')}{13,250}[A-Za-z0-9_+/~-]={0,2}(?:\.{2,3})?`;
/** A password may hold any visible character but quotes, brackets and separators. */
const PASSWORD = re`[A-Za-z0-9_!@#$%^&*+~?./=(-]{5,63}[A-Za-z0-9_!@#$%^&*+~/=-]`;

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

/** Tokens that pages show to everyone, hashes of secrets in annotations, and marks that say where a list goes on. */
const PUBLIC = notEndingIn(
  (
    'public publishable csrf xsrf authenticity checksum/ ' +
    'next nextpage next_page continuation clientrequest client_request'
  ).split(' '),
  { joint: '-_.', wordNeeded: false },
);
/** Keys that lock nothing. */
const PLAIN_KEYS = notEndingIn(
  (
    'public publishable pub primary foreign partition sort cache sequence unique idempotency translation object registry index ' +
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
const OPERATOR = re`[ \t]{0,2}(?:=>|:=|={1,3}|\?=|::?|->|<-|\||>| value=)[ \t\r\n]{0,3}(?:\*\* ?)?`;
/** `: &str =`, `: String =`: a type between the name and its value. */
const TYPED = re`: ?&?(?:'static )?[a-z]{3,12}\?? {0,2}=\s{0,2}`;
const OPENING = re`(?:\\?["'\x60]|[\[({<]|\*\*){0,2}`;
/** `GREETER_TOKEN` to `…`, `getenv("GREETER_TOKEN", "…")`: the quotes keep it apart from prose. */
const QUOTED_TO = re`\\?["'\x60](?: (?:to|is)|,) ?\\?["'\x60]`;
/** `setApiKey("…")`. */
const CALLED = re`\(\\?["'\x60]`;
/** `name: GREETER_TOKEN`, and in the next line `value: …`; `<key>Token</key><string>…`. */
const NEXT_LINE = re`["']?,?\s{1,12}["']?value["']?\s?[:=]\s{0,2}["']?|</key>\s{0,8}<string>`;
/** `variable "api_token" { type = string default = "…" }`. */
const DECLARED = re`(?:token|secret|password|key)"?\s\{\s[^{}]{0,40}\bdefault\s{0,6}=\s{0,4}"`;

/** `?key=…` in a URL. */
const QUERY = '[?&](?:x-(?:amz|goog)-signature|key|sig|signature|auth|code|app_?id)=';

/**
 * No place at all. First among the names, it spares the engine from weighing each of them as a landmark, which took
 * longer than loading all other rules: the sign and the quote behind them are the better one.
 */
const NEVER = re`\b\B`;
/** How services are named that hand out keys: `weatherstack`, `newsapi`, `deepai`, `acmeio` (but no `audio`). */
const NAMED_ALIKE = '[a-z0-9]{2}(?:[^d]io|[a-z0-9]ai|api|stack|layer|sms|pay|crm|desk)';
/** What may follow a service's name inside an identifier that names its key and nothing else. */
const OF_SERVICE = re`(?:[_. -]?(?:prod|production|staging|dev|live|test|api|app|new|client|newclient|access|service|io|com|v?[0-9]{1,3}))?`;
/** Or another line, or a nested name, that says no more than that a value follows. */
const BARE_NAME = re`[\s\S]*[^a-z](?:value|default|credential|pass|pw|authentication)`;
/**
 * From a name to the value that it must be followed by at once, always with a quote. The sign and the quote are written
 * out form by form: the engine then looks for those, and not for a sign alone or for six hundred names.
 */
const AT_ONCE = re`(?:["']?\]? ?:?(?:: |:|= |=|=> |=>)["'\x60]|["'], ?["']|\(["'\x60]|["']\)\(["'])`;

/** Secrets without a form of their own. */
export const genericRules: readonly RedactionRule[] = [
  {
    id: 'generic_api_key',
    label: 'GENERIC_API_KEY',
    pattern: VALUE,
    before: `(?:${PUBLIC}[_.-]?${NAMES}|${PLAIN_KEYS}[_. -]?key)${SUFFIX}(?:${CLOSING}${OPERATOR}${OPENING}|${QUOTED_TO}|${TYPED}${OPENING}|${CALLED}|${NEXT_LINE})|${DECLARED}|${QUERY}`,
    validators: ['generic_secret'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    id: 'authorization_header',
    label: 'AUTHORIZATION_HEADER',
    pattern: VALUE,
    before: re`\b(?:authorization["']?[ \t]{0,2}[:=,][ \t]{0,4}["']?(?:[a-z][a-z0-9_-]{0,24} |key=)?|bearer[ \t]{1,2})`,
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
    // `Here is the API key that you asked for:`, the value perhaps in a block of its own.
    id: 'announced_secret',
    label: 'ANNOUNCED_SECRET',
    pattern: KEY,
    before: re`\b(?:token|secret|passphrase|credentials?|key)(?: [a-z]{1,12}){1,6}:(?: |\s{1,3})(?:\x60{3}[a-z]{0,8}\n)?["'\x60]?`,
    validators: ['key_shaped'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    // `https://api.acme.com/v1/…/latest`.
    id: 'url_path_key',
    label: 'URL_PATH_KEY',
    pattern: re`[A-Za-z0-9_.-]{20,160}`,
    before: re`://(?:api|data|hooks?)[.-][a-z0-9.-]{4,40}/(?:api/|v[0-9]{1,2}/|bot|forecast/|rest/|json/)?`,
    validators: ['key_shaped'],
    source: 'https://cwe.mitre.org/data/definitions/598.html',
  },
  {
    // A name and nothing but a space: `--token …`, `the secret … is`.
    id: 'spoken_secret',
    label: 'SPOKEN_SECRET',
    pattern: re`[A-Za-z0-9_-][A-Za-z0-9_+/.=:-]{14,253}[A-Za-z0-9_=-]`,
    before: re`(?:\b|ENV [A-Z0-9_]{1,30}_)(?:token|secret|passw(?:or)?d|api[ _-]?key|access[ _-]?key|secret[ _-]?key|private[ _-]?key) {1,2}["'\x60]?`,
    validators: ['generic_secret'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    // A bare `key`, as nested under a service's name, is anything's; its value must be a key by itself.
    id: 'plain_key',
    label: 'PLAIN_KEY',
    pattern: KEY,
    before: re`(?:(?:^|[\n\t{(,;"'\x60>]|[\n,{] {1,16})key|(?:^|[^a-z])(?:pat|api))(?:${CLOSING}[ \t]{0,2}(?:=>|:=|=|:|<-)[ \t]{0,3}${OPENING}|${TYPED}["'])`,
    validators: ['key_shaped'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    // Only a service's name says what this is: `acme = "…"`, `new AcmeClient("…")`.
    id: 'service_key',
    label: 'SERVICE_KEY',
    pattern: KEY,
    before: re`(?:(?:^|[^a-z])(?:${NEVER}|${VENDORS.join('|').replaceAll('.', '[.]')})|${NAMED_ALIKE})(?:${OF_SERVICE}|${BARE_NAME})${AT_ONCE}`,
    validators: ['key_shaped'],
    source: 'https://cwe.mitre.org/data/definitions/798.html',
  },
  {
    // `SECRET_KEY = '…'` of web frameworks: signs of all kinds, up to the closing quote.
    id: 'signed_secret',
    label: 'SIGNED_SECRET',
    pattern: re`[A-Za-z0-9!@#$%^&*()_+=.,;:~?/-]{24,120}`,
    before: re`(?:secret|passphrase|password|[_-]key|[_-]salt)(?:["']?\]? ?(?:= |=|: |:|=> )|["'], {1,12})["']`,
    validators: ['sign_rich'],
    source: 'https://docs.djangoproject.com/en/stable/ref/settings/#secret-key',
  },
  {
    id: 'password',
    label: 'PASSWORD',
    pattern: PASSWORD,
    before: re`(?:password|passwd|passphrase|pwd|pass)${SUFFIX}(?:${CLOSING}${OPERATOR}${OPENING}| is ${OPENING}| \\?["'\x60])|--pass(?:word)? |sshpass -p ?["']?`,
    validators: ['password_value'],
    source: 'https://cwe.mitre.org/data/definitions/259.html',
  },
];
