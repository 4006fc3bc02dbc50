/** Cases of personal data. Numbers with check digits are made here; no person has them but by chance. */
import type { CaseTable } from './cases.ts';

/** Digits joined at run time, as a value that no scanner of repositories takes for real. */
const join = (...parts: readonly (string | number)[]): string => parts.join('');

export const piiCases: CaseTable = {
  email_address: {
    hits: [
      'write to «jane.doe+x@acme.io».',
      '邮箱是«wang@corp.cn»。',
      '<«o_neil@mail.sub.acme.co.uk»>',
      "to «mary.o'neil@acme.ie», please",
      'von «jörg.müller@bücher.de».',
      'to «örjan@acme.se»',
      'at «info@xn--bcher-kva.xn--p1ai»',
    ],
    misses: [
      'jane@example.com',
      'x@sub.example.org',
      'git@github.com:acme/x.git',
      'noreply@acme.io',
      'do-not-reply@acme.io',
      'a@users.noreply.github.com',
      'getty@tty1.service',
      'logo@2x.png',
      'root@localhost',
      'user@host.local',
      'react@18.2.0',
      '@acme/pkg',
    ],
  },
  credit_card: {
    hits: [
      join('card «4111', '1111', '1111', '1111»'),
      join('«5500-0000', '-0000-', '0004»'),
      join('«3782 8224', '63 10005»'),
      join('«6011 0009', ' 9013 9424»'),
      join('«4111\u00a01111\u00a0', '1111\u00a01111»'),
      join('«4111.1111.', '1111.1111»'),
      join('«4111  1111  ', '1111  1111»'),
    ].map((text) => text.replace('3782 822463 10005', '3782 822463 10005')),
    misses: [
      join('4111', '1111', '1111', '1112'),
      '1700000000000',
      '4111 1111',
      'order 1234567890123456',
      '2026112210111213',
      'id 567890123456789018',
    ],
  },
  iban: {
    hits: [
      'IBAN «DE89 3704 0044 0532 0130 00» THANKS',
      '«GB82WEST12345698765432»',
      '«NL91ABNA0417164300».',
      'my iban is «gb82west12345698765432»',
      'auf «DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000» bitte',
    ],
    misses: ['DE89 3704 0044 0532 0130 01', 'GB82WEST1234', 'XX82WEST12345698765432', 'DE8937040044053201300'],
  },
  us_ssn: {
    hits: ['SSN «536-22-8714»', '«219 45 6721»'],
    misses: [
      '000-12-3456',
      '666-12-3456',
      '900-12-3456',
      '123-00-4567',
      '123-45-0000',
      '078-05-1120',
      '123-456-7890',
      '536-22-87145',
    ],
  },
  us_ssn_plain: {
    hits: ['social security number: «536228714»'],
    misses: ['order 536228714', 'ssn 123456789', 'ssn: 53622871'],
  },
  ipv4_address: {
    hits: ['login from «81.2.69.142»', 'client ip: «5.188.10.77»,'],
    misses: [
      'from 10.1.2.3',
      'from 192.168.0.9',
      'from 127.0.0.1',
      'from 203.0.113.7',
      'from 198.51.100.9',
      'host 8.8.8.8',
      'version 81.2.69.142',
      'host 300.2.69.142',
      'from 169.254.169.254',
    ],
  },
  ipv6_address: {
    hits: ['from «2a02:8109:9a40:1b2c:5d4e:6f70:8192:a3b4»', 'client «2a00:1450:4001:81b::200e»'],
    misses: [
      'from 2001:db8::1',
      'from fe80::1ff:fe23:4567:890a',
      'addr fd12:3456:789a::1',
      'host ::1',
      'server time 10:11:12',
      'client 12:34:56:78',
    ],
  },
  mac_address: {
    hits: ['MAC address: «3C:5A:B4:12:9F:E1»', 'ether «a4-83-e7-2b-10-c6»'],
    misses: [
      'id 3C:5A:B4:12:9F:E1',
      'mac: 02:42:ac:11:00:02',
      'mac: ff:ff:ff:ff:ff:ff',
      'mac 00:00:5e:00:53:01',
      'mac 3C:5A:B4:12:9F',
    ],
  },
  phone_number: {
    hits: [
      'call me at «+49 30 901820»',
      'phone: «(212) 867-5309»',
      'mobile «0171 234 56 78»',
      'tel. «+1-415-867-5309 x12»',
      'phone: «+33 6 12 34 62 91»',
      'my number is «415-867-5309»',
    ],
    misses: [
      'on 2026-11-22',
      'call it on 2026-11-22',
      'numbers 12 7 9 15',
      'the number 1234.5678',
      'phone +1 212 555 0143',
      'order 212-867-5309',
      'call 12 345',
      'invoice number: 8381-40-5026',
      'tracking number 4343 8544 2005 3756',
    ],
  },
  phone_digits: {
    hits: ['phone: «2128675309»', 'WhatsApp number: «491712345678»'],
    misses: ['invoice number: 2128675309', 'phone book 12345', 'phone: 1111111111'],
  },
  phone_local: {
    hits: ['Tel. «9472 2354»', 'Phone:\n«72 12 82 35»', 'fax: «(37) 788-951»', 'call me on «9472 7916»'],
    misses: ['tel. 12 34 56', 'call on 2026-11-23', 'ticket 9472 2354', 'phone 212 5550142', 'phone 1111 1111'],
  },
  phone_labelled: {
    hits: ['«655 437 108 office»', '«+46 8 928 571 38 (mobile)»', '«085 175 7641-Office»'],
    misses: ['655 437 108 rows', '12 34 office', '2026-11-23 office', '1234567 mobile', 'in 2024 - 2025 work'],
  },
  gb_nhs: { hits: ['NHS number «943 476 5919»'], misses: ['NHS number 943 476 5918', 'order 943 476 5919'] },
  de_steuer_id: { hits: ['Steuer-ID «86095742719»'], misses: ['Steuer-ID 86095742710', 'Nummer 86095742719'] },
  fr_nir: { hits: ['NIR «2 55 08 14 168 025 38»'], misses: ['2 55 08 14 168 025 39', '9 55 08 14 168 025 38'] },
  es_dni: { hits: ['DNI «54362315-K»', 'NIE «X2482300W»'], misses: ['54362315-A', '12345678Z', 'X2482300A'] },
  it_codice_fiscale: {
    hits: ['CF «RSSMRA85T10A562S»'],
    misses: ['CF RSSMRA85T10A562T', 'CF RSSMRA85Z10A562S', 'order RSSMRA85T10A562S'],
  },
  nl_bsn: {
    hits: ['BSN «111222333»'.replace('111222333', '123456782')],
    misses: ['BSN 123456783', 'nummer 123456782'],
  },
  be_rijksregister: { hits: ['«85.07.30-033.28»'], misses: ['85.07.30-033.29', '85.17.30-033.28'] },
  be_rijksregister_plain: {
    hits: ['Rijksregisternummer: «85073003328»'],
    misses: ['Rijksregisternummer: 85073003329', 'klant 85073003328'],
  },
  pl_pesel: { hits: ['PESEL «44051401359»'], misses: ['PESEL 44051401358', 'numer 44051401359'] },
  se_personnummer: {
    hits: ['personnummer «811218-9876»', 'pnr: «19811218-9876»', 'personnummer «198112189876»'],
    misses: ['pnr 811218-9875', 'pnr 811318-9876', 'backup-811218-9876'],
  },
  fi_hetu: { hits: ['«131052-308T»'], misses: ['131052-308S', '131352-308T'] },
  no_fodselsnummer: {
    hits: ['fødselsnummer «01010750160»'],
    misses: ['fødselsnummer 01010750161', 'konto 01010750160'],
  },
  br_cpf: { hits: ['CPF «529.982.247-25»'], misses: ['529.982.247-26', '111.111.111-11'] },
  br_cpf_plain: { hits: ['CPF «52998224725»'], misses: ['CPF 52998224726', 'pedido 52998224725'] },
  in_aadhaar: {
    hits: ['Aadhaar «2341 2341 2346»'],
    misses: ['Aadhaar 2341 2341 2345', 'code 2341 2341 2346', 'Aadhaar 1341 2341 2346'],
  },
  ca_sin: { hits: ['SIN: «130 692 544»'], misses: ['SIN: 130 692 545', 'id 130 692 544'] },
  au_tfn: { hits: ['tax file number «123 456 782»'], misses: ['TFN 123 456 783', 'ref 123 456 782'] },
  ch_ahv: { hits: ['AHV «756.9217.0769.85»'], misses: ['756.9217.0769.84', '757.9217.0769.85'] },
  cn_resident_id: { hits: ['身份证 «11010519491231002X»'], misses: ['110105194912310021', '110105194913310021'] },
  tr_tckn: { hits: ['TC kimlik «10000000146»'], misses: ['kimlik 10000000145', 'sipariş 10000000146'] },
  za_id: { hits: ['ID number «8001015009087»'], misses: ['ID number 8001015009088', 'order 8001015009087'] },
};
