/**
 * Texts with made-up keys of many services, and texts that look alike: what the generic rules are measured on.
 *
 * Seeded and made here from common knowledge of how services' keys look and how people write them down; no scanner's
 * test data went in. A third of the contexts, the shapes and the names is held out: no rule was tuned with them in sight but for what
 * `test/README.md` says.
 */
import { Values } from '../../fixtures/benign/random.ts';
import { contexts, type Context } from './provider-contexts.ts';
import { KNOWN_NAMES, namesOf } from './provider-names.ts';

/** One text. `value` is absent in a look-alike. */
export interface ProviderText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isSecret: boolean;
  readonly isHeldOut: boolean;
  readonly context: string;
  readonly shape: string;
  /** Whether the service's name stands in `KNOWN_NAMES`, or was made up. */
  readonly isKnownName: boolean;
}

interface Shape {
  readonly name: string;
  readonly make: (values: Values) => string;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const B62 = LOWER + UPPER + DIGITS;

const shape = (name: string, make: (values: Values) => string): Shape => ({ name, make });

/** How services' keys look. */
const shapes: readonly Shape[] = [
  shape('hex 32', (v) => v.hex(32)),
  shape('hex 40', (v) => v.hex(40)),
  shape('hex 64', (v) => v.hex(64)),
  shape('upper hex 32', (v) => v.hex(32).toUpperCase()),
  shape('hex 24', (v) => v.hex(24)),
  shape('hex 48', (v) => v.hex(48)),
  shape('base62 20', (v) => v.from(B62, 20)),
  shape('base62 24', (v) => v.from(B62, 24)),
  shape('base62 32', (v) => v.from(B62, 32)),
  shape('base62 40', (v) => v.from(B62, 40)),
  shape('base62 64', (v) => v.from(B62, 64)),
  shape('small letters and digits 32', (v) => v.from(LOWER + DIGITS, 32)),
  shape('small letters and digits 25', (v) => v.from(LOWER + DIGITS, 25)),
  shape('capitals and digits 20', (v) => v.from(UPPER + DIGITS, 20)),
  shape('base64url 43', (v) => v.from(`${B62}_-`, 43)),
  shape('base64url 22', (v) => v.from(`${B62}_-`, 22)),
  shape('uuid', (v) => v.uuid()),
  shape('base64 24 bytes', (v) => v.base64(24)),
  shape('base64 16 bytes, padded', (v) => v.base64(16)),
  shape('base64 32 bytes, padded', (v) => v.base64(32)),
  shape('prefix_ and base62 32', (v) => `${v.from(LOWER, 3)}_${v.from(B62, 32)}`),
  shape('prefix_live_ and base62 24', (v) => `${v.from(LOWER, 2)}_live_${v.from(B62, 24)}`),
  shape('prefix- and hex 32', (v) => `${v.from(LOWER, 4)}-${v.hex(32)}`),
  shape('prefix. and base62 40', (v) => `${v.from(UPPER, 2)}.${v.from(B62, 40)}`),
  shape('id.secret', (v) => `${v.from(B62, 12)}.${v.from(B62, 30)}`),
  shape('hex.hex', (v) => `${v.hex(16)}.${v.hex(32)}`),
  shape('number:token', (v) => `${v.number(9)}:${v.from(B62, 35)}`),
  shape('number-hex', (v) => `${v.number(8)}-${v.hex(32)}`),
  shape('hex-number', (v) => `${v.hex(32)}-${v.number(6)}`),
  shape('letters 32', (v) => v.from(LOWER, 32)),
  shape('letters 26, both cases', (v) => v.from(LOWER + UPPER, 26)),
  shape('groups', (v) => [1, 2, 3, 4, 5].map(() => v.from(UPPER + DIGITS, 5)).join('-')),
  shape('base62 16', (v) => v.from(B62, 16)),
  shape('hex 16', (v) => v.hex(16)),
  shape('base62 27', (v) => v.from(B62, 27)),
  shape('base62 50', (v) => v.from(B62, 50)),
];

/** Values that no one would steal. */
const harmless: readonly Shape[] = [
  shape('placeholder', (v) =>
    v.pick([
      'your-api-key-here',
      'YOUR_API_KEY',
      'xxxxxxxxxxxxxxxxxxxxxxxx',
      'changeme',
      'my-api-key',
      'insert_token',
      'REPLACE_ME_WITH_KEY',
      'example-token-123',
      'sk-your-key',
      'api_key_goes_here',
      'abc123',
      '1234567890abcdef',
      'test',
      'null',
      'dummy_key_0001',
    ]),
  ),
  shape('template', (v) =>
    v.pick([
      '<token>',
      '${API_KEY}',
      '{{ api_key }}',
      '$TOKEN',
      '%API_KEY%',
      '{api_key}',
      '<YOUR-KEY>',
      '#{ENV_KEY}',
      '${{ secrets.KEY }}',
      '@Value',
      '[key]',
    ]),
  ),
  shape('too short', (v) => v.from(B62, 4 + v.below(5))),
  shape('one character repeated', (v) => v.pick(['a', '0', 'X', '*', 'f', '1']).repeat(24 + v.below(17))),
  shape('words with dashes', (v) =>
    v.pick([
      'production-billing-service-v2',
      'team-platform-infrastructure',
      'eu-west-1-checkout-blue',
      'acme-web-frontend-2024',
      'read-only-reporting-user',
    ]),
  ),
  shape('names in code', (v) =>
    v.pick([
      'DefaultCredentialsProvider',
      'getAccessTokenSilently',
      'self.config.api_key',
      'process.env.API_KEY',
      'settings.ACCESS_TOKEN',
      'os.environ["KEY"]',
      'AuthenticationManagerBuilder2',
      'KEY_ROTATION_INTERVAL_DAYS',
    ]),
  ),
  shape('file path', (v) =>
    v.pick([
      '/etc/acme/credentials.json',
      './secrets/api_key.txt',
      '~/.config/acme/token',
      'C:\\keys\\prod.pem',
      '/run/secrets/token_v2',
    ]),
  ),
  shape('host', (v) => `${v.pick(['api', 'eu1', 'ingest'])}-${v.below(90)}.${v.service()}.acme-internal.io`),
  shape('time', (v) => v.time()),
  shape('version', (v) => `v${v.version()}-rc.${v.below(9)}`),
  shape('number', (v) => v.number(1 + v.below(6))),
  shape('illegal character in hex', (v) => broken(v, v.hex(32))),
  shape('illegal character in base62', (v) => broken(v, v.from(B62, 32))),
  shape('illegal character in a long one', (v) => broken(v, v.from(B62, 64))),
  shape('illegal character in a prefixed one', (v) => `${v.from(LOWER, 3)}_${broken(v, v.from(B62, 32))}`),
  shape('hex with one character too few', (v) => v.hex(v.pick([31, 39, 63]))),
  shape('hex with a letter that is none', (v) => replaced(v, v.hex(32), v.pick(['g', 'X', 'z', 'Q']))),
  shape('uuid with a character too few', (v) => v.uuid().slice(0, -1)),
  shape('uuid with a letter that is no hex', (v) => replaced(v, v.uuid(), 'z')),
  shape('words in capitals', (v) =>
    v.pick(['READ_WRITE_ADMIN_SCOPE', 'OAUTH_CLIENT_CREDENTIALS', 'SERVICE_ACCOUNT_DEFAULT']),
  ),
  shape('url', (v) => `https://api.${v.service()}.io/v${v.below(9)}/authorize`),
  shape('date', (v) => v.time().slice(0, 10)),
];

/** One inner character of a value becomes one that no key holds. */
function broken(values: Values, value: string): string {
  return replaced(values, value, values.pick(['?', '#', '^', '$', '!', '@', '*', '~', '%', ',', ' ', '(', '|']));
}

function replaced(values: Values, value: string, character: string): string {
  const at = 4 + values.below(value.length - 8);
  return value.slice(0, at) + character + value.slice(at + 1);
}

/** Things with a harmless name and a random value: not a key, whatever service is spoken of. */
const innocents: readonly { readonly name: string; readonly write: (service: string, v: Values) => string }[] = [
  { name: 'git commit', write: (s, v) => `Pinned ${s} at commit ${v.hex(40)} (was ${v.hex(40)}).` },
  { name: 'commit field', write: (s, v) => `{"repo": "${s}", "commit": "${v.hex(40)}", "branch": "main"}` },
  { name: 'image digest', write: (s, v) => `image: registry.io/${s}/agent@sha256:${v.hex(64)}` },
  { name: 'request id', write: (s, v) => `${s}: request failed, request_id=${v.uuid()} status=502` },
  { name: 'trace', write: (s, v) => `${v.time()} INFO ${s} trace_id=${v.hex(32)} span_id=${v.hex(16)} took 31 ms` },
  {
    name: 'lock file',
    write: (s, v) => `"node_modules/${s}": {\n  "version": "${v.version()}",\n  "integrity": "sha512-${v.base64(64)}"`,
  },
  { name: 'checksum', write: (s, v) => `${v.hex(64)}  ${s}-${v.version()}.tar.gz\n${v.hex(64)}  ${s}-cli.zip` },
  { name: 'checksum field', write: (s, v) => `  ${s}:\n    url: https://dl.io/${s}.tgz\n    sha256: ${v.hex(64)}` },
  { name: 'etag', write: (s, v) => `GET api.${s}.com 200\nETag: "${v.hex(32)}"\nX-Request-Id: ${v.uuid()}` },
  { name: 'publishable key', write: (s, v) => `${s}_publishable_key = "pk_live_${v.from(B62, 24)}"` },
  { name: 'public key', write: (s, v) => `${s}.public_key: "${v.base64(32)}"` },
  { name: 'resource id', write: (s, v) => `${s}_project_id = "${v.uuid()}"` },
  { name: 'workspace id', write: (s, v) => `{"${s}": {"workspaceId": "${v.uuid()}", "region": "eu"}}` },
  { name: 'token count', write: (s, v) => `${s}:\n  max_tokens: ${v.number(4)}\n  key_size: 2048\n  token_ttl: 3600` },
  { name: 'page cursor', write: (s, v) => `{"source": "${s}", "next_cursor": "${v.from(B62, 24)}"}` },
  { name: 'css classes', write: (s) => `<div class="${s}-login-form__password-field css-1q2w3e4r">` },
  {
    name: 'minified code',
    write: (s) => `!function(e,t){var n=e.${s}||{};n.key=t.key?t.key(1):"";function r(o){return o.token}}(window,{})`,
  },
  { name: 'picture', write: (s, v) => `<img alt="${s}" src="data:image/png;base64,iVBORw0KGgo${v.base64(60)}">` },
  { name: 'account number', write: (s, v) => `${s} account: ${v.number(12)}, bucket ${s}-logs-${v.number(12)}` },
  { name: 'fingerprint', write: (s, v) => `${s} fingerprint: SHA256:${v.base64(32).replace('=', '')}` },
  { name: 'nonce', write: (s, v) => `<script nonce="${v.base64(16)}" src="https://cdn.${s}.com/sdk.js"></script>` },
  {
    name: 'measurement id',
    write: (s, v) =>
      `${s}.init({ measurementId: "G-${v.from(UPPER + DIGITS, 10)}", appId: "1:${v.number(12)}:web:${v.hex(22)}" })`,
  },
  { name: 'transaction', write: (s, v) => `${s} transaction: 0x${v.hex(64)} in block 0x${v.hex(64)}` },
  { name: 'hash of a password', write: (s, v) => `md5("${s}") = ${v.hex(32)}` },
  {
    name: 'prose',
    write: (s) => `To use ${s}, open Settings, create an API key and paste the token as the value of the header.`,
  },
  { name: 'expected hash', write: (s, v) => `expect(digest("${s}")).toBe("${v.hex(64)}")` },
  { name: 'action pinned', write: (s, v) => `- uses: ${s}/setup-action@${v.hex(40)} # v3` },
  { name: 'document id', write: (s, v) => `https://app.${s}.com/d/1${v.from(B62, 43)}/edit` },
];

const ROUNDS = 3;

/** All texts, the same in every run: each context with every shape of its half, then look-alikes. Linear in their number. */
export function providerTexts(): ProviderText[] {
  const values = new Values(725_725);
  const names = namesOf(values);
  const texts: ProviderText[] = [];
  const add = (context: Context, form: Shape, isSecret: boolean, isHeldOut: boolean): void => {
    const name = values.pick(names.filter((one) => one.isHeldOut === isHeldOut));
    const value = form.make(values);
    const { text, start } = place(context.write(name.name, MARK, values), value);
    const isKnownName = KNOWN_NAMES.includes(name.name);
    texts.push({
      text,
      start,
      end: start + value.length,
      isSecret,
      isHeldOut,
      context: context.name,
      shape: form.name,
      isKnownName,
    });
  };
  contexts.forEach((context, i) => {
    const isHeldOut = i % 3 === 2;
    shapes.forEach((form, j) => {
      if ((j % 3 === 2) === isHeldOut) for (let round = 0; round < ROUNDS; round++) add(context, form, true, isHeldOut);
    });
    harmless.forEach((form, j) => {
      if ((j % 3 === 2) === isHeldOut) add(context, form, false, isHeldOut);
    });
  });
  innocents.forEach(({ name, write }, i) => {
    const isHeldOut = i % 3 === 2;
    for (const { name: service } of names.filter((one) => one.isHeldOut === isHeldOut).slice(0, 25)) {
      const text = write(service, values);
      texts.push({
        text,
        start: 0,
        end: 0,
        isSecret: false,
        isHeldOut,
        context: name,
        shape: 'harmless name',
        isKnownName: KNOWN_NAMES.includes(service),
      });
    }
  });
  return texts;
}

const MARK = '\u0000';

function place(template: string, value: string): { text: string; start: number } {
  const start = template.indexOf(MARK);
  return { text: template.replace(MARK, () => value), start };
}
