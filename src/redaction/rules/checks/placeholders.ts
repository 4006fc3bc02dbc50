/** Values that stand where a secret would: what documentation, templates and masked logs write. */

/** Parts of a value that say it is none; lower case, matched anywhere in the value. */
const STOP_WORDS = [
  'example',
  'sample',
  'placeholder',
  'changeme',
  'change_me',
  'change-me',
  'replace',
  'your_',
  'your-',
  'yourkey',
  'yourtoken',
  'yoursecret',
  'yourpassword',
  'mypassword',
  'my-secret',
  'my_secret',
  'mysecret',
  'dummy',
  'redacted',
  'insert',
  'xxxx',
  '****',
  '..',
  '####',
  '___',
  '00000000',
  '11111111',
  'todo',
  'fixme',
  'undefined',
  'not-a-real',
  'notarealkey',
  'getenv',
  'process.env',
  'os.environ',
  'import.meta',
  'self.',
  'this.',
  'secrets.',
  'vault:',
  'arn:',
  '://',
  '/run/secrets',
  '/etc/',
  '/var/',
  '/usr/',
  '/home/',
  '/tmp/',
  'sha256:',
  'sha512-',
  'sha1-',
  'sha256-',
  'sha384-',
  'foobar',
  'password123',
  'abcdef',
  'deadbeef',
  '.com',
  '.org',
  '.local',
  '.svc',
  '.yaml',
  '.yml',
  '.json',
  '.pem',
  '.key',
  '.txt',
  '.html',
  '.png',
] as const;

/** Characters and pairs that begin a variable: `${VAR}`, `{{ name }}`, `$(command)`, `%(name)s`, `<name>`. */
const TEMPLATE_MARKS = ['${', '{{', '$(', '%(', '<', '>', '{%', '}}', '[['] as const;

/** Whether a value holds a word or mark of documentation and templates rather than a secret. Linear. */
export function isPlaceholder(text: string): boolean {
  const lower = text.toLowerCase();
  return STOP_WORDS.some((word) => lower.includes(word)) || isTemplate(text);
}

/** Whether a value is, or holds, a variable of a template or shell. Linear. */
export function isTemplate(text: string): boolean {
  return TEMPLATE_MARKS.some((mark) => text.includes(mark)) || isShellVariable(text);
}

/** `$NAME`: a dollar sign and a letter or underscore. */
function isShellVariable(text: string): boolean {
  const second = text.charCodeAt(1) | 32;
  return text.startsWith('$') && ((second >= 97 && second <= 122) || text.charAt(1) === '_');
}
