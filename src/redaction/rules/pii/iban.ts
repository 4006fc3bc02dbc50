/** IBANs: the length is fixed for each country, so that a word behind one is never taken along. */

/** Countries by the length of their IBANs, from the SWIFT registry. */
const COUNTRIES_BY_LENGTH: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FK FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST',
  26: 'IS TR',
  27: 'BI DJ FR GR IT MC MR SM',
  28: 'AL AZ BY CY DO GT HN HU LB NI PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU YE',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
};

/** Between two groups. */
const GAP = '[ \\u00a0\\u202f-]?';

/** The pattern of all registered IBANs, in groups of four with spaces (also such as do not break) or hyphens between them, or without. */
export function ibanPattern(): string {
  const forms = Object.entries(COUNTRIES_BY_LENGTH).map(([length, countries]) => {
    const behind = Number(length) - 4;
    const groups = `(?:${GAP}[A-Z0-9]{4}){${Math.floor(behind / 4)}}`;
    const rest = behind % 4 === 0 ? '' : `${GAP}[A-Z0-9]{${behind % 4}}`;
    return `(?:${countries.split(' ').join('|')})[0-9]{2}${groups}${rest}`;
  });
  return String.raw`\b(?:${forms.join('|')})\b`;
}
