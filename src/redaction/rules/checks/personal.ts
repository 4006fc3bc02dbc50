/** Which addresses and numbers belong to somebody: documentation, private and fictitious ones do not. */
import { digitsOf } from './checksums.ts';

/** Last labels of names that no person has mail at: RFC 2606, RFC 6761, local networks, and what only looks like mail. */
const FOREIGN_LABELS = new Set([
  'example',
  'test',
  'invalid',
  'localhost',
  'local',
  'internal',
  'lan',
  'home',
  'corp',
  'localdomain',
  'svc',
  'cluster',
  'arpa',
  'onion',
  'png',
  'jpg',
  'jpeg',
  'gif',
  'svg',
  'webp',
  'ico',
  'js',
  'ts',
  'tsx',
  'jsx',
  'mjs',
  'css',
  'html',
  'json',
  'yaml',
  'yml',
  'txt',
  'md',
  'py',
  'go',
  'rs',
  'java',
  'so',
  'jar',
  'tgz',
  'gz',
  'zip',
  'xml',
  'toml',
  'lock',
  'service',
  'socket',
  'timer',
  'mount',
  'target',
  'slice',
  'scope',
  'path',
  'device',
  'swap',
]);
/** Last words of machines' mailboxes: `git`, `noreply`, `do-not-reply`, `mailer-daemon`. They name nobody. */
const MACHINE_MAILBOXES = new Set(['git', 'hg', 'svn', 'reply', 'noreply', 'donotreply', 'daemon']);
const DOCUMENTATION_DOMAINS = ['example.com', 'example.net', 'example.org', 'example.edu'];

/** Whether an address may be a person's: not in a documentation domain (RFC 2606), not a machine's, not a file name. */
export function acceptsEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1) return false;
  const mailbox = text.slice(0, at).toLowerCase();
  const domain = text.slice(at + 1).toLowerCase();
  if (DOCUMENTATION_DOMAINS.some((name) => domain === name || domain.endsWith(`.${name}`))) return false;
  if (domain.includes('noreply') || MACHINE_MAILBOXES.has(lastWord(mailbox)) || domain.startsWith('-')) return false;
  return !FOREIGN_LABELS.has(domain.slice(domain.lastIndexOf('.') + 1));
}

function lastWord(mailbox: string): string {
  return mailbox.slice(Math.max(mailbox.lastIndexOf('-'), mailbox.lastIndexOf('.'), mailbox.lastIndexOf('_')) + 1);
}

/** Prefixes of networks that name no host of anybody's (RFC 1918, 5735, 5737, 6598, 2544), as [first, second, third]. */
function isSpecialIpv4(a: number, b: number, c: number): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if ((a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 169 && b === 254)) return true;
  if ((a === 100 && b >= 64 && b <= 127) || (a === 198 && (b === 18 || b === 19))) return true;
  return (
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113)
  );
}

/** Public resolvers: in every configuration, nobody's own. */
const PUBLIC_RESOLVERS = new Set([
  '8.8.8.8',
  '8.8.4.4',
  '1.1.1.1',
  '1.0.0.1',
  '9.9.9.9',
  '208.67.222.222',
  '208.67.220.220',
]);

/** Four parts below this are a version, a section or an object identifier; of addresses, 1 in 1,700 looks so. */
const VERSION_PART_MAX = 40;

/** Whether an IPv4 address is public and not one of documentation (RFC 5737). */
export function acceptsIpv4(text: string): boolean {
  const octets = text.split('.');
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
  if (octets.length !== 4 || octets.some((octet) => octet.length > 1 && octet.startsWith('0'))) return false;
  if (a > 255 || b > 255 || c > 255 || d > 255 || PUBLIC_RESOLVERS.has(text)) return false;
  if (Math.max(a, b, c, d) < VERSION_PART_MAX) return false;
  return !isSpecialIpv4(a, b, c) && !(b === 0 && c === 0);
}

/** Whether an IPv6 address is well formed, not local, and not one of documentation (RFC 3849, RFC 9637). */
export function acceptsIpv6(text: string): boolean {
  const halves = text.toLowerCase().split('::');
  if (halves.length > 2 || halves[0] === '') return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (groups.some((group) => group === '' || group.length > 4)) return false;
  const first = Number.parseInt(groups[0] ?? '0', 16);
  const second = Number.parseInt(groups[1] ?? '0', 16);
  // Only written out does an address speak for itself; a shortened one must be in the space handed out, 2000::/3.
  if (halves.length === 1 ? groups.length !== 8 : groups.length > 7 || first < 0x2000 || first > 0x3ffe) return false;
  const isLocal = first >= 0xfc00 || first < 0x100;
  const isDocumentation = (first === 0x2001 && second === 0xdb8) || (first === 0x3fff && second < 0x1000);
  return !isLocal && !isDocumentation;
}

/** Whether a MAC address is a device's own: not all alike, not multicast, not made up locally, not RFC 7042's examples. */
export function acceptsMac(text: string): boolean {
  const octets = text
    .replaceAll('-', ':')
    .split(':')
    .map((octet) => Number.parseInt(octet, 16));
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = octets;
  if (new Set(octets).size < 3 || (first & 3) !== 0) return false;
  return !(first === 0 && second === 0 && third === 0x5e && fourth === 0 && fifth === 0x53);
}

/** Whether digits can be a telephone number (ITU-T E.164): no date, no decimal, no 555-01xx of fiction. */
export function acceptsPhone(text: string): boolean {
  return isPhone(text, NATIONAL_DIGITS_MIN);
}

/** The same where the words beside it leave no doubt: also numbers of eight digits, as in small countries. */
export function acceptsLocalPhone(text: string): boolean {
  return isPhone(text, LOCAL_DIGITS_MIN);
}

/** Fewest digits of a number with its area; of seven, the first group must have three. */
const NATIONAL_DIGITS_MIN = 9;
const LOCAL_DIGITS_MIN = 8;

function isPhone(text: string, nationalDigitsMin: number): boolean {
  const { end, count, isVaried } = surveyDigits(text);
  const international = text.startsWith('+') || text.startsWith('00');
  if (count < (international ? 8 : 7) || count > 15 || !isVaried) return false;
  const number = text.slice(0, end);
  const groups = digitGroups(number);
  if (isDate(groups)) return false;
  if (!international && count < nationalDigitsMin && !(count === 7 && groups[0]?.length === 3)) return false;
  if (!international && number.includes('.') && groups.length < 3) return false;
  if (!international && (isListOfPairs(groups) || isDottedQuad(groups, number))) return false;
  const local = groups.join('').slice(-7);
  return !(count >= 7 && local.startsWith('55501'));
}

/** What is cheap to know: where the number ends, how many digits it has, whether three different ones stand in the text. */
function surveyDigits(text: string): { end: number; count: number; isVaried: boolean } {
  let end = text.length;
  let count = 0;
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      seen |= 1 << (code - 0x30);
      if (at < end) count += 1;
    } else if (at < end && (code === 0x78 || code === 0x65)) {
      // What follows an `x` or `ext` is an extension.
      end = at;
    }
  }
  const withoutTwo = seen & (seen - 1) & ((seen & (seen - 1)) - 1);
  return { end, count, isVaried: withoutTwo !== 0 };
}

/** `60 50 50 50 40`: pairs that no area code begins, as `06` does. */
function isListOfPairs(groups: readonly string[]): boolean {
  return groups.length > 4 && groups.every((group) => group.length === 2) && groups[0]?.startsWith('0') === false;
}

/** An IPv4 address, which has a rule of its own. */
function isDottedQuad(groups: readonly string[], text: string): boolean {
  return groups.length === 4 && groups.every((group) => Number(group) < 256) && text.split('.').length === 4;
}

function digitGroups(text: string): string[] {
  const groups: string[] = [];
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) continue;
    if (i > from) groups.push(text.slice(from, i));
    from = i + 1;
  }
  return groups;
}

/** Year, month and day in either order, or year and year. */
function isDate(groups: readonly string[]): boolean {
  const [first = '', , third = ''] = groups;
  const isYear = (group: string): boolean => group.length === 4 && (group.startsWith('19') || group.startsWith('20'));
  return (groups.length >= 3 && (isYear(first) || isYear(third)) && groups[1]?.length === 2) || groups.every(isYear);
}

/** Whether a US social security number was ever issued: no area 000, 666 or 9xx, no group 00, no serial 0000, no famous one. */
export function acceptsSsn(text: string): boolean {
  const digits = digitsOf(text).join('');
  const area = digits.slice(0, 3);
  if (digits.length !== 9 || area === '000' || area === '666' || area.startsWith('9')) return false;
  if (digits.slice(3, 5) === '00' || digits.slice(5) === '0000') return false;
  return !['078051120', '219099999', '123456789', '111111111', '222222222', '333333333', '555555555'].includes(digits);
}
