/** Names of services: real ones that the shipped list knows, and made-up ones that no list can know. */
import { VENDORS } from '../../../src/redaction/rules/secrets/vendors.ts';
import type { Values } from '../../fixtures/benign/random.ts';

/** Names that the shipped list knows and that are one word. */
export const KNOWN_NAMES: readonly string[] = VENDORS.filter((name) => /^[a-z0-9]{4,16}$/.test(name));

export interface ServiceName {
  readonly name: string;
  readonly isHeldOut: boolean;
}

const FIRST = [
  'nim',
  'quor',
  'vel',
  'trak',
  'omni',
  'zeb',
  'pix',
  'lum',
  'ark',
  'fen',
  'grid',
  'hex',
  'jol',
  'kord',
  'mav',
  'nova',
  'orb',
  'plu',
  'rez',
  'syn',
  'tern',
  'ulta',
  'vox',
  'wave',
  'yonder',
];
const LAST = [
  'bus',
  'ly',
  'ify',
  'desk',
  'stack',
  'api',
  'cast',
  'dock',
  'flow',
  'hub',
  'kit',
  'lane',
  'mint',
  'pay',
  'ping',
  'scan',
  'sheet',
  'signal',
  'track',
  'weather',
];

/** Three hundred made-up names and a third of the known ones; every third is held out. */
export function namesOf(values: Values): ServiceName[] {
  const invented = new Set<string>();
  while (invented.size < 300) {
    const name = values.pick(FIRST) + values.pick(LAST);
    if (!KNOWN_NAMES.includes(name)) invented.add(name);
  }
  const known = KNOWN_NAMES.filter((_, i) => i % 3 === 0).slice(0, 300);
  return [...known, ...invented].map((name, i) => ({ name, isHeldOut: i % 3 === 2 }));
}
