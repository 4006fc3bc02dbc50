/** Cases of developers' platforms, newer model vendors and shops. */
import { type CaseTable, prefixed, TokenValues } from './cases.ts';

const v = new TokenValues(5_112_026);

export const developerCases: CaseTable = {
  together_key: prefixed('tgp_v1_', v.b62(43)),
  jina_key: prefixed('jina_', v.b62(60)),
  e2b_key: prefixed('e2b_', v.hex(40)),
  llamacloud_key: prefixed('llx-', v.b62(48)),
  runpod_key: prefixed('rpa_', v.b62(46)),
  baidu_key: prefixed('bce-v3/ALTAK-', `${v.b62(21)}/${v.hex(40)}`),
  trello_token: prefixed('ATTA', `${v.hex(64)}${v.hex(8).toUpperCase()}`),
  clickup_token: {
    hits: [`Authorization: «pk_${v.digits(8)}_${v.upper(32)}»`],
    misses: [`pk_live_${v.upper(32)}`, `pk_${v.digits(8)}_${'X'.repeat(32)}`, `pk_${v.digits(8)}_${v.upper(20)}`],
  },
  klaviyo_key: {
    hits: [`Klaviyo-API-Key «pk_${v.hex(34)}»`],
    misses: [`pk_test_${v.b62(24)}`, `pk_${v.hex(33)}`, `pk_${'a'.repeat(34)}`],
  },
  woocommerce_key: prefixed('cs_', v.hex(40)),
  paddle_key: prefixed('pdl_live_apikey_', `${v.lower(26)}_${v.b62(22)}_${v.b62(3)}`),
  salesforce_token: prefixed('00D', `${v.b62(12)}!${v.b62(96)}`, { isMaskedFound: true, short: 60 }),
  mailersend_token: prefixed('mlsn.', v.hex(64)),
  nylas_key: prefixed('nyk_v0_', v.b62(64)),
  telnyx_key: prefixed('KEY', `${v.hex(32).toUpperCase()}_${v.b62(22)}`),
  axiom_token: prefixed('xaat-', v.uuid()),
  checkly_key: prefixed('cu_', v.hex(32)),
  dbt_token: prefixed('dbtc_', v.b62(48)),
  tinybird_token: prefixed('p.eyJ', `${v.b62(60)}.${v.b62(43)}`, { isMaskedFound: true, short: 30 }),
  aiven_password: prefixed('AVNS_', v.b62(19)),
  trigger_key: prefixed('tr_prod_', v.b62(24)),
  cal_key: prefixed('cal_live_', v.hex(32)),
  xata_key: prefixed('xau_', v.b62(40)),
  deno_token: prefixed('ddp_', v.b62(36)),
  openvsx_token: prefixed('ovsxat_', v.uuid()),
  zuplo_key: prefixed('zpka_', `${v.lower(32)}_${v.hex(8)}`),
};
