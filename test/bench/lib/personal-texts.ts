/**
 * Texts with made-up personal data in the ways that people write it, and near misses: what the PII pack is measured on.
 *
 * Numbers with check digits are drawn until the check accepts them, near misses until it refuses.
 */
import { validators } from '../../../src/redaction/validators.ts';
import { Values } from '../../fixtures/benign/random.ts';

/** One text; `start` and `end` mark what must be replaced, and are equal in a text that must come through. */
export interface PersonalText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly isHeldOut: boolean;
}

interface Kind {
  readonly name: string;
  /** The check that a number must pass; undefined: none. */
  readonly check?: string;
  /** In a shape, `#` is a digit, `@` a capital letter, `?` a digit or capital letter. */
  readonly shapes: readonly string[];
  readonly contexts: readonly string[];
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const TRIES_MAX = 20_000;
const ROUNDS = 6;

/** `…` stands for the value. */
const kinds: readonly Kind[] = [
  {
    name: 'card',
    check: 'luhn',
    shapes: [
      '4###############',
      '4### #### #### ####',
      '5[1]##-####-####-####',
      '37## ###### #####',
      '6011 #### #### ####',
      '4###\u00a0####\u00a0####\u00a0####',
      '4###.####.####.####',
      '5[2]##  ####  ####  ####',
    ],
    contexts: [
      'My card is ….',
      '"pan": "…"',
      'card=…;cvv=123',
      '| Visa | … | 11/27 |',
      'Visa ending soon: … (exp 04/27)',
    ],
  },
  {
    name: 'iban',
    check: 'iban_mod97',
    shapes: [
      'DE## #### #### #### #### ##',
      'DE####################',
      'GB##@@@@##############',
      'GB## @@@@ #### #### #### ##',
      'NL##@@@@##########',
      'FR## #### #### #### #### #### ###',
      'ES##\u00a0####\u00a0####\u00a0####\u00a0####\u00a0####',
      'AT##-####-####-####-####',
    ],
    contexts: ['IBAN: …', 'Transfer to … by Friday.', '"iban":"…"', 'Konto … BIC X', '<IBAN>…</IBAN>'],
  },
  {
    name: 'e-mail',
    shapes: [
      'jane.doe@mail.corp-##.co.uk',
      'j+news##@acme##.io',
      "mary.o'neil##@acme.ie",
      'müller##@bücher.de',
      'info##@xn--bcher-kva##.xn--p1ai',
      'JANE_##@ACME.COM',
      'a.b.c.d##@sub.sub2.acme.museum',
      'jörg.weiß##@acme.de',
    ],
    contexts: [
      'Write to …, please.',
      'From: Jane <…>',
      '{"email":"…"}',
      'mailto:…?subject=x',
      "author='…'",
      'https://acme.io/?user=…&x=1',
      '邮箱是…。',
      '(…)',
    ],
  },
  {
    name: 'phone',
    shapes: [
      '+49 30 9018####',
      '+1 (415) 867-####',
      '+1-415-867-####',
      '(415) 867-####',
      '415-867-####',
      '415.867.####',
      '0171 234 ####',
      '+33 6 12 34 ## ##',
      '06 12 34 ## ##',
      '+44 20 7946 ####',
      '020 7946 ####',
      '9472 ####',
      '72 12 8# ##',
      '+47 22 86 ## ##',
      '+91 98765 4####',
      '+8613812345###',
      '(37) 788-###',
      '4158675###',
    ],
    contexts: [
      'Phone: …',
      'Tel. …',
      'Call me at … tomorrow.',
      'mobile: …',
      'My number is ….',
      'You can call …',
      'WhatsApp … any time',
      'Fax: …',
      '… (mobile)',
      '… office',
      "They don't answer at … today; call again",
      'Phone:\n…\n',
      '"phone": "…"',
    ],
  },
  {
    name: 'us_ssn',
    check: 'us_ssn',
    shapes: ['###-##-####', '### ## ####'],
    contexts: ['SSN: …', 'His social security number is ….', '{"ssn":"…"}', 'Applicant … (born 1981)'],
  },
  {
    name: 'us_ssn_plain',
    check: 'us_ssn',
    shapes: ['#########'],
    contexts: ['SSN: …', 'social security number …', '{"ssn":"…"}', 'SSN is …'],
  },
  {
    name: 'gb_nhs',
    check: 'gb_nhs',
    shapes: ['### ### ####', '##########', '###-###-####'],
    contexts: ['NHS number: …', 'NHS No. …', '"nhs_number": "…"'],
  },
  {
    name: 'de_steuer_id',
    check: 'de_steuer_id',
    shapes: ['## ### ### ###', '###########'],
    contexts: ['Steuer-ID: …', 'Steueridentifikationsnummer …', 'IdNr. …', 'German tax ID …'],
  },
  {
    name: 'fr_nir',
    check: 'fr_nir',
    shapes: ['1 ## 0[3] ## ### ### ##', '2##1[2]##########'],
    contexts: ['NIR …', 'Numéro de sécurité sociale : …', '"nir": "…"'],
  },
  {
    name: 'es_dni',
    check: 'es_dni',
    shapes: ['########@', '########-@', '##.###.###-@', 'X#######@', 'Y-#######-@'],
    contexts: ['DNI …', 'NIF: …', '"nie": "…"'],
  },
  {
    name: 'nl_bsn',
    check: 'nl_bsn',
    shapes: ['#########', '####.##.###'],
    contexts: ['BSN …', 'burgerservicenummer: …', '"bsn": "…"'],
  },
  {
    name: 'be_rijksregister',
    check: 'be_rijksregister',
    shapes: ['##.0#.1#-###.##', '##0#1######'],
    contexts: ['Rijksregisternummer: …', 'numéro de registre national …', '"niss": "…"', 'INSZ …'],
  },
  { name: 'pl_pesel', check: 'pl_pesel', shapes: ['##0#1######'], contexts: ['PESEL …', 'nr PESEL: …', '"pesel":"…"'] },
  {
    name: 'se_personnummer',
    check: 'se_personnummer',
    shapes: ['##0#1#-####', '19##0#1#-####', '19##0#1#####'],
    contexts: ['personnummer …', 'Personal identity number: …', '"pnr": "…"'],
  },
  {
    name: 'fi_hetu',
    check: 'fi_hetu',
    shapes: ['1#0#7#-###?', '1#0#0[3]A###?'],
    contexts: ['henkilötunnus …', 'HETU: …', 'id …'],
  },
  {
    name: 'no_fodselsnummer',
    check: 'no_fodselsnummer',
    shapes: ['1#0###' + '#####', '1#0### #####'],
    contexts: ['fødselsnummer …', 'personnummer: …', 'Norwegian national identity number …', '"fnr": "…"'],
  },
  {
    name: 'br_cpf',
    check: 'br_cpf',
    shapes: ['###.###.###-##', '###########'],
    contexts: ['CPF …', 'CPF: …', '"cpf": "…"'],
  },
  {
    name: 'in_aadhaar',
    check: 'in_aadhaar',
    shapes: ['#### #### ####', '############', '####-####-####'],
    contexts: ['Aadhaar …', 'Aadhaar number: …', '"aadhaar": "…"'],
  },
  {
    name: 'ca_sin',
    check: 'ca_sin',
    shapes: ['### ### ###', '###-###-###', '#########'],
    contexts: ['SIN …', 'SIN: …', 'Social Insurance Number …', '"sin": "…"'],
  },
  {
    name: 'au_tfn',
    check: 'au_tfn',
    shapes: ['### ### ###', '#########'],
    contexts: ['TFN …', 'Tax file number: …', '"tfn": "…"'],
  },
  {
    name: 'ch_ahv',
    check: 'ch_ahv',
    shapes: ['756.####.####.##', '756##########'],
    contexts: ['AHV-Nummer …', 'AVS: …', '"ahv": "…"'],
  },
  {
    name: 'cn_resident_id',
    check: 'cn_resident_id',
    shapes: ['11010519[8]#0#1#####'],
    contexts: ['身份证号 …', 'ID card …', '"id": "…"'],
  },
  {
    name: 'tr_tckn',
    check: 'tr_tckn',
    shapes: ['###########'],
    contexts: ['TC Kimlik No: …', 'TCKN …', '"tckn": "…"'],
  },
  {
    name: 'za_id',
    check: 'za_id',
    shapes: ['##0#1#####08#', '##0#1# #### 08#'],
    contexts: ['South African ID number …', 'ID number: …', '"sa_id_number": "…"'],
  },
];

/** Nobody's data, in the places where data stands. */
const harmless: readonly { readonly name: string; readonly write: (v: Values) => string }[] = [
  { name: 'order', write: (v) => `Order ${v.number(10)} was shipped with invoice ${v.number(4)}-${v.number(6)}.` },
  {
    name: 'invoice',
    write: (v) => `Invoice number: ${v.number(4)}-${v.number(2)}-${v.number(4)}, customer no. ${v.number(9)}`,
  },
  {
    name: 'version',
    write: (v) => `client version ${v.number(2)}.${v.below(30)}.${v.below(200)}.${v.below(99)} (build ${v.number(8)})`,
  },
  {
    name: 'time stamp',
    write: (v) => `at 17${v.number(8)} (17${v.number(11)} ms) on 2026-11-2${v.below(9)} 10:11:${10 + v.below(49)}`,
  },
  {
    name: 'log line',
    write: (v) =>
      `[${v.number(5)}] ${v.time()} worker-${v.number(2)} request ${v.uuid()} took ${v.number(4)} ms, ${v.number(9)} bytes`,
  },
  { name: 'private address', write: (v) => `client ${v.ipv4()} connected to host 127.0.0.1` },
  {
    name: 'documentation',
    write: (v) =>
      `mail user${v.number(2)}@example.com from 203.0.113.${v.below(255)}, phone +1 212 555 01${v.number(2)}`,
  },
  { name: 'cards that are none', write: (v) => `tracking number ${near(v, 'luhn', '4### #### #### ####')}` },
  { name: 'ibans that are none', write: (v) => `IBAN ${near(v, 'iban_mod97', 'DE## #### #### #### #### ##')}` },
  {
    name: 'prices',
    write: (v) =>
      `${v.number(3)} ${v.number(3)} ${v.number(3)} kr, 1.${v.number(3)}.${v.number(3)},00 EUR in office ${v.number(2)}`,
  },
  { name: 'coordinates', write: (v) => `52.${v.number(6)}, 13.${v.number(6)} near office ${v.number(3)}` },
  { name: 'isbn', write: (v) => `ISBN 978-${v.number(1)}-${v.number(4)}-${v.number(4)}-${v.number(1)}` },
  { name: 'ticket', write: (v) => `ticket INC${v.number(7)}, case ${v.number(8)}, PR #${v.number(5)}` },
  { name: 'pids', write: (v) => `pid ${v.number(5)} ${v.number(5)} ${v.number(5)} ${v.number(6)}` },
  {
    name: 'table of numbers',
    write: (v) => `| 2026 | ${v.number(4)} | ${v.number(4)} |\n| 2025 | ${v.number(4)} | ${v.number(4)} |`,
  },
  {
    name: 'handles',
    write: (v) => `@acme/pkg@${v.version()} and user@host:22 git@github.com:acme/x${v.number(2)}.git`,
  },
  { name: 'mac of a container', write: (v) => `mac 02:42:ac:11:00:${v.hex(2)}` },
  {
    name: 'dates',
    write: (v) =>
      `call on 2026-11-${10 + v.below(15)} or 1${v.below(9)}.11.2026 or 11/2${v.below(8)}/2026; number of days: ${v.number(2)}`,
  },
  { name: 'hash', write: (v) => `commit ${v.hex(40)} tel ${v.hex(12)}` },
  { name: 'amounts', write: (v) => `the number of rows is ${v.number(8)} and the sum ${v.number(9)}.${v.number(2)}` },
];

/** All texts, the same in every run; every third combination of shape and context is held out. */
export function personalTexts(): PersonalText[] {
  const values = new Values(20_261_123);
  const texts: PersonalText[] = [];
  for (const { name, check, shapes, contexts } of kinds) {
    let index = 0;
    for (const shape of shapes) {
      for (const context of contexts) {
        const isHeldOut = index++ % 3 === 2;
        const value = drawn(values, shape, (text) => check === undefined || accepts(check, text));
        const start = context.indexOf('…');
        texts.push({ text: context.replace('…', value), start, end: start + value.length, kind: name, isHeldOut });
      }
    }
  }
  harmless.forEach(({ name, write }, i) => {
    for (let round = 0; round < ROUNDS; round++)
      texts.push({ text: write(values), start: 0, end: 0, kind: name, isHeldOut: i % 3 === 2 });
  });
  return texts;
}

function accepts(check: string, text: string): boolean {
  return validators[check]?.(text) === true;
}

function near(values: Values, check: string, shape: string): string {
  return drawn(values, shape, (text) => !accepts(check, text));
}

function drawn(values: Values, shape: string, isWanted: (text: string) => boolean): string {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const text = filled(values, shape);
    if (isWanted(text)) return text;
  }
  throw new Error(`Cannot draw a value of the shape ${shape}`);
}

/** A digit in brackets stands for itself. */
function filled(values: Values, shape: string): string {
  let text = '';
  for (const character of shape) {
    if (character === '#') text += values.from('0123456789', 1);
    else if (character === '@' && !shape.includes('.')) text += values.from(UPPER, 1);
    else if (character === '@' && shape.endsWith('@')) text += values.from(UPPER, 1);
    else if (character === '?') text += values.from(`0123456789${UPPER}`, 1);
    else if (character !== '[' && character !== ']') text += character;
  }
  return text;
}
