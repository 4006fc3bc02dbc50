/** National numbers with check digits. Those that are digits alone, like any order number, need their name before them. */
import type { RedactionRule } from '../../rule.ts';

const re = String.raw;

/** National numbers with check digits, of nineteen countries. */
export const nationalRules: readonly RedactionRule[] = [
  national(
    'gb_nhs',
    re`[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}`,
    'https://www.datadictionary.nhs.uk/attributes/nhs_number.html',
    ['nhs'],
  ),
  national(
    'de_steuer_id',
    re`[1-9][0-9](?:[ ]?[0-9]{3}){3}`,
    'https://www.bzst.de/DE/Privatpersonen/SteuerlicheIdentifikationsnummer/steuerlicheidentifikationsnummer_node.html',
    ['steuer', 'tax id', 'tax_id', 'tin', 'idnr'],
  ),
  national(
    'fr_nir',
    re`[12][ ]?[0-9]{2}[ ]?(?:0[1-9]|1[0-2]|[2-9][0-9])[ ]?(?:[0-9]{2}|2[AB])[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{2}`,
    'https://www.insee.fr/fr/metadonnees/definition/c1409',
  ),
  national(
    'es_dni',
    re`(?:[0-9]{8}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}|[XYZ]-?[0-9]{7})-?[A-Z]`,
    'https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/calculo-del-digito-de-control-del-nif-nie/',
  ),
  behind(
    re`\b(?:codice fiscale|c\. ?f\.|cf[:=) ]|fiscal code|tax code|tax id)[:=)]{0,2}(?: is| \S)? ?`,
    national(
      'it_codice_fiscale',
      re`[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]`,
      'https://www.agenziaentrate.gov.it/portale/web/english/nse/individuals/tax-identification-number-for-foreign-citizens',
    ),
  ),
  national('nl_bsn', re`[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}`, 'https://www.rvig.nl/bsn', [
    'bsn',
    'burgerservice',
    'sofi',
  ]),
  national(
    'be_rijksregister',
    re`[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}`,
    'https://www.ibz.rrn.fgov.be/en/national-register/',
  ),
  plain('be_rijksregister', re`[0-9]{11}`, 'https://www.ibz.rrn.fgov.be/en/national-register/', [
    'rijksregister',
    'registre national',
    'national register',
    'niss',
    'insz',
  ]),
  national('pl_pesel', re`[0-9]{11}`, 'https://www.gov.pl/web/gov/czym-jest-numer-pesel', ['pesel']),
  national(
    'se_personnummer',
    re`(?:19|20)?[0-9]{6}[-+]?[0-9]{4}`,
    'https://www.skatteverket.se/privat/folkbokforing/personnummer',
    ['person', 'pnr', 'ssn', 'swedish', 'identity', 'född'],
  ),
  national(
    'fi_hetu',
    re`[0-3][0-9][01][0-9][0-9]{2}[-+ABCDEFYXWVU][0-9]{3}[0-9A-FHJ-NPR-Y]`,
    'https://dvv.fi/en/personal-identity-code',
  ),
  national(
    'no_fodselsnummer',
    re`[0-9]{6}[ ]?[0-9]{5}`,
    'https://www.skatteetaten.no/en/person/national-registry/identitetsnummer/',
    ['fødsel', 'fodsel', 'fnr', 'personnummer', 'national id', 'national_id', 'norwegian'],
  ),
  national(
    'br_cpf',
    re`[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}`,
    'https://www.gov.br/receitafederal/pt-br/assuntos/meu-cpf',
  ),
  plain('br_cpf', re`[0-9]{11}`, 'https://www.gov.br/receitafederal/pt-br/assuntos/meu-cpf', ['cpf']),
  national('in_aadhaar', re`[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}`, 'https://uidai.gov.in/', [
    'aadhaar',
    'aadhar',
    'uidai',
  ]),
  national(
    'ca_sin',
    re`[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}`,
    'https://www.canada.ca/en/employment-social-development/services/sin.html',
    ['social insurance', 'social_insurance', 'sin ', 'sin:', 'sin#', '"sin"', 'sin is'],
  ),
  national(
    'au_tfn',
    re`[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}`,
    'https://www.ato.gov.au/individuals-and-families/tax-file-number',
    ['tfn', 'tax file', 'tax_file'],
  ),
  national(
    'ch_ahv',
    re`756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}`,
    'https://www.ahv-iv.ch/en/Social-insurances/Old-age-and-survivors-insurance-OASI/OASI-number',
  ),
  national(
    'cn_resident_id',
    re`[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]`,
    'https://openstd.samr.gov.cn/bzgk/gb/newGbInfo?hcno=080D6FBF2BB468F9007657F26D60013E',
  ),
  national('tr_tckn', re`[1-9][0-9]{10}`, 'https://www.nvi.gov.tr/', ['tckn', 'kimlik', 'tc no', 't.c.']),
  national('za_id', re`[0-9]{6}[ ]?[0-9]{4}[ ]?[01][0-9]{2}`, 'https://www.dha.gov.za/', [
    'id number',
    'id_number',
    'identity number',
    'identity_number',
    'south african',
    'rsa id',
    'rsa_id',
    'sa id',
    'sa_id',
  ]),
];

/** A number that any capitalised word could begin stands behind its name. */
function behind(before: string, rule: RedactionRule): RedactionRule {
  return { ...rule, before };
}

/** The digits alone of a number that is known by its signs: behind its name. */
function plain(id: string, pattern: string, source: string, keywords: readonly string[]): RedactionRule {
  return { ...national(id, pattern, source, keywords), id: `${id}_plain` };
}

function national(id: string, pattern: string, source: string, keywords?: readonly string[]): RedactionRule {
  const rule = { id, label: id.toUpperCase(), pattern: re`\b(?:${pattern})\b`, source, validators: [id] };
  return keywords === undefined ? rule : { ...rule, keywords };
}
