/** The pack of personal data in a form of its own. Order: the specific before the wide. */
import type { RedactionRule } from '../rule.ts';
import { ibanPattern } from './pii/iban.ts';
import { nationalRules } from './pii/national.ts';

const re = String.raw;

/** Between the groups of a card's number. */
const GAP = re`(?:[ .\u00a0\u202f-]|  )`;
const CARD = [
  re`4[0-9]{12}(?:[0-9]{3}){0,2}`,
  re`(?:5[1-5]|2[2-7])[0-9]{14}`,
  re`3[47][0-9]{13}`,
  re`3(?:0[0-59]|[689][0-9])[0-9]{11}`,
  re`6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}`,
  re`(?:2131|1800|35[0-9]{2})[0-9]{11,12}`,
  re`62[0-9]{14,17}`,
  re`(?:5018|5020|5038|5893|6304|6390|6759|676[1-3])[0-9]{8,15}`,
  re`5[678][0-9]{10}(?:[0-9]{4})?`,
  re`[2-6][0-9]{3}(?:${GAP}[0-9]{4}){3}(?:${GAP}[0-9]{3})?`,
  re`3[47][0-9]{2}${GAP}[0-9]{6}${GAP}[0-9]{5}`,
  re`3[0689][0-9]{2}${GAP}[0-9]{6}${GAP}[0-9]{4}`,
].join('|');

const IP_WORDS = [
  'ip ',
  ' ip',
  'ip:',
  'ip=',
  'ipv4',
  'ipv6',
  'address',
  'addr',
  'host',
  'server',
  'client',
  'remote',
  'login',
  'logged',
  'connect',
  'ping',
  'gateway',
  'peer',
  'traffic',
  'from',
  'visitor',
  'whois',
];
const PHONE_WORDS = [
  'phone',
  'tel.',
  'tel:',
  'tel ',
  'tel=',
  '"tel',
  'call',
  'mobile',
  ' cell',
  'cell:',
  '"cell',
  'fax',
  'contact',
  'whatsapp',
  'my number',
  'your number',
  'our number',
  'his number',
  'her number',
  'their number',
  'dial',
  'sms',
  'text me',
  'text us',
  'reach',
  'ring ',
  'answer',
  'hotline',
  'extension',
  'telefon',
  'handy',
  'message',
  'registered',
  'office',
];

/** What stands right before a telephone number and can mean nothing else. */
const CALLING = re`\b(?:(?:tele)?phone|tel|telefon|mobile|cell|fax|whatsapp|sms|dial|call|answering)(?: ?(?:number|no\.?|nr\.?|me at|me on|us at|us on|at|on|is))?`;
/** Groups of digits, the first perhaps in brackets: a run of lone digits is a list of numbers. */
const PHONE_GROUPS = re`(?:(?:\+[0-9]{1,3}[ .-]?|\b00[1-9][0-9]{0,2}[ .-]?)(?:\([0-9]{1,5}\)[ .-]?)?[0-9]{1,13}|\([0-9]{1,5}\)[ .-]?[0-9]{2,13}|\b[0-9]{2,5}[ .-][0-9]{2,8})(?:[ .-][0-9]{2,8}){0,5}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?`;
/** Not in the middle of a longer number, name or UUID: `CVE-2018-11233`. */
const BEGINS = re`(?:^|[^\w.-])`;
/** What people write behind a number of their own. */
const PHONE_LABEL = re`(?: \((?:mobile|cell|office|home|work|fax)\)|[ -](?:mobile|cell|office|home|work|fax)\b)`;

/** Personal data that has a form of its own; addresses, MACs and phones need a word before them. */
export const piiRules: RedactionRule[] = [
  {
    id: 'email_address',
    label: 'EMAIL_ADDRESS',
    // From the beginning of a word, or a refused `noreply@…` would be tried again as `oreply@…`.
    // Letters with accents count too, in the name and in the domain; other scripts only as `xn--…`.
    pattern: re`\b[A-Za-z0-9_][A-Za-z0-9\u00c0-\u024f._%+'-]{0,63}@(?:[A-Za-z0-9\u00c0-\u024f-]{1,63}\.){1,5}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})`,
    validators: ['email_address'],
    source: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2',
  },
  {
    id: 'credit_card',
    label: 'CREDIT_CARD',
    pattern: re`\b(?:${CARD})\b`,
    validators: ['luhn'],
    source: 'https://www.iso.org/standard/70484.html',
  },
  {
    id: 'iban',
    label: 'IBAN',
    pattern: ibanPattern(),
    ignoreCase: true,
    validators: ['iban_mod97'],
    source: 'https://www.swift.com/standards/data-standards/iban-international-bank-account-number',
  },
  {
    id: 'us_ssn',
    label: 'US_SSN',
    pattern: re`\b[0-9]{3}(?:-[0-9]{2}-| [0-9]{2} )[0-9]{4}\b`,
    validators: ['us_ssn'],
    source: 'https://www.ssa.gov/employer/randomization.html',
  },
  {
    id: 'us_ssn_plain',
    label: 'US_SSN',
    pattern: re`\b[0-9]{9}\b`,
    before: re`\b(?:ssn|social security(?: number| no\.?)?)[^\n0-9]{0,20}`,
    validators: ['us_ssn'],
    source: 'https://www.ssa.gov/employer/randomization.html',
  },
  {
    id: 'ipv4_address',
    label: 'IPV4_ADDRESS',
    // With all parts that follow, so that the check refuses object identifiers (`1.3.6.1.5`).
    pattern: re`(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:\.[0-9]{1,10}){0,16}\b`,
    before: re`(?:^|[^\w.])`,
    keywords: IP_WORDS,
    validators: ['public_ipv4'],
    source: 'https://www.rfc-editor.org/rfc/rfc6890',
  },
  {
    id: 'ipv6_address',
    label: 'IPV6_ADDRESS',
    pattern: re`[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){2,7}(?:::)?`,
    // A refused `fd12:…` would else be tried again from its second group.
    before: re`[\s"'\x60(\[=,<>/|]`,
    keywords: IP_WORDS,
    validators: ['public_ipv6'],
    source: 'https://www.rfc-editor.org/rfc/rfc4291#section-2.2',
  },
  {
    id: 'mac_address',
    label: 'MAC_ADDRESS',
    pattern: re`\b[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})\b`,
    before: re`\b(?:mac|ether|hwaddr|lladdr|bssid|physical address|hardware address)\b[^\n]{0,16}[ \t:="'(\[]`,
    validators: ['mac_address'],
    source: 'https://www.rfc-editor.org/rfc/rfc7042',
  },
  // Before phones, which digits in groups could also be.
  ...nationalRules,
  {
    id: 'phone_number',
    label: 'PHONE_NUMBER',
    pattern: re`${PHONE_GROUPS}\b`,
    before: BEGINS,
    keywords: PHONE_WORDS,
    validators: ['phone_number'],
    source: 'https://www.itu.int/rec/T-REC-E.164',
  },
  {
    // Digits alone may count or name anything: only right behind the word.
    id: 'phone_digits',
    label: 'PHONE_NUMBER',
    pattern: re`\b[0-9]{9,13}\b`,
    before: re`${CALLING}[^\w]{1,4}`,
    validators: ['phone_number'],
    source: 'https://www.itu.int/rec/T-REC-E.164',
  },
  {
    // Seven or eight digits in groups are a number of a small country, or of anything: only right behind the word.
    id: 'phone_local',
    label: 'PHONE_NUMBER',
    pattern: re`(?:\([0-9]{2,4}\)|\b[0-9]{2,4})(?:[ .-][0-9]{2,6}){1,3}\b`,
    before: re`${CALLING}[^\w]{1,4}`,
    validators: ['local_phone'],
    source: 'https://www.itu.int/rec/T-REC-E.164',
  },
  {
    // `0171 2345678 (mobile)`: what it is stands behind it, and is replaced with it.
    id: 'phone_labelled',
    label: 'PHONE_NUMBER',
    pattern: re`${PHONE_GROUPS}${PHONE_LABEL}`,
    ignoreCase: true,
    before: BEGINS,
    validators: ['local_phone'],
    source: 'https://www.itu.int/rec/T-REC-E.164',
  },
];
