/** Cases of model vendors, clouds, forges, registries and pipelines. */
import { type CaseTable, prefixed, TokenValues } from './cases.ts';

const v = new TokenValues(20_261_122);
const DIGITS_AND_LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const b32 = 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L';

export const aiCases: CaseTable = {
  anthropic_key: {
    hits: [`ANTHROPIC_API_KEY=«sk-ant-api03-${v.b62(93)}AA»`, `admin «sk-ant-admin01-${v.b62(93)}AA» here`],
    misses: [`sk-ant-api03-${v.b62(30)}AA`, `ssk-ant-api03-${v.b62(93)}AA`, 'sk-ant-api03-...'],
  },
  openai_key: {
    hits: [
      `«sk-test-secret${'1234567890'.repeat(3).slice(0, 30)}»`,
      `key is «sk-proj-${v.b62(40)}-${v.b62(40)}_${v.b62(30)}».`,
      `OPENAI_API_KEY="«sk-${v.b62(48)}»"`,
    ],
    misses: [
      'sk-learn-based-classifier-of-documents',
      `sk-${'x'.repeat(48)}`,
      `task-${v.letters(6)}`,
      `sk-${v.b62(12)}`,
      `risk-${v.b62(30)}`,
    ],
  },
  openrouter_key: {
    hits: [`«sk-or-v1-${v.hex(64)}»`],
    misses: [`sk-or-v1-${v.hex(40)}`, `sk-or-v1-${'0'.repeat(64)}`],
  },
  langfuse_key: {
    hits: [`LANGFUSE_SECRET_KEY=«sk-lf-${v.uuid()}»`],
    misses: [`pk-lf-${v.uuid()}`, `sk-lf-${v.hex(32)}`],
  },
  huggingface_token: prefixed('hf_', v.letters(34)),
  huggingface_org_token: prefixed('api_org_', v.letters(34), { isAssigned: true }),
  groq_key: prefixed('gsk_', v.b62(52)),
  xai_key: prefixed('xai-', v.b62(80)),
  perplexity_key: prefixed('pplx-', v.b62(48)),
  replicate_token: prefixed('r8_', v.b62(37)),
  fireworks_key: prefixed('fw_', v.b62(24)),
  nvidia_key: prefixed('nvapi-', v.b62(64)),
  langsmith_key: prefixed('lsv2_pt_', `${v.hex(32)}_${v.hex(10)}`),
  pinecone_key: prefixed('pcsk_', `${v.b62(6)}_${v.b62(60)}`),
  voyage_key: prefixed('pa-', v.b62(43)),
  tavily_key: prefixed('tvly-', v.b62(32)),
  firecrawl_key: prefixed('fc-', v.hex(32)),
  elevenlabs_key: prefixed('sk_', v.hex(48)),
  cerebras_key: prefixed('csk-', v.lower(48)),
};

export const cloudCases: CaseTable = {
  aws_access_key: {
    hits: [
      `aws_access_key_id = «AKIA${v.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}»`,
      `«ASIA${v.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}»,`,
    ],
    misses: [
      `AKIAIOSFODNN7${'EXAMPLE'}`,
      `TODAYINASIA${v.from('ABCDEFGH', 12)}`,
      `AKIA${'X'.repeat(16)}`,
      `AIDA${v.from('ABCDEFGHIJKLMNOP', 16)}`,
    ],
  },
  aws_session_token: prefixed('IQoJb3JpZ2lu', v.b64(300), { isMaskedFound: true, isAssigned: true, short: 80 }),
  aws_bedrock_key: prefixed('ABSK', `QmVkcm9ja0FQSUtleS${v.b64(110)}`),
  aws_bedrock_short_key: {
    hits: [`«bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t${v.b64(60)}»`],
    misses: ['bedrock-api-key-', `bedrock-api-key-${v.b62(30)}`],
  },
  amazon_mws_token: {
    hits: [`token: «amzn.mws.${v.uuid()}»`],
    misses: [`amzn.mws.${v.hex(20)}`, `amzn-mws-${v.uuid()}`],
  },
  google_api_key: prefixed('AIza', `Sy${v.b62(33)}`),
  google_oauth_secret: prefixed('GOCSPX-', v.b62(28)),
  google_access_token: prefixed('ya29.', v.b62(120), { isMaskedFound: true, short: 20 }),
  google_refresh_token: prefixed('1//0', v.b62(60), { isMaskedFound: true }),
  alibaba_access_key: prefixed('LTAI', v.b62(20), { short: 9 }),
  tencent_secret_id: prefixed('AKID', v.b62(32)),
  scaleway_access_key: prefixed('SCW', v.upper(17)),
  yandex_access_token: {
    hits: [`«t1.${v.b62(40)}.${v.b62(86)}»`],
    misses: [`t1.${v.b62(40)}.${v.b62(30)}`, `part1.${v.b62(40)}`],
  },
  yandex_api_key: prefixed('AQVN', v.b62(36)),
  yandex_static_key: prefixed('YC', v.b62(38)),
  digitalocean_token: prefixed('dop_v1_', v.hex(64)),
  heroku_key: prefixed('HRKU-AA', v.b62(58)),
  fly_legacy_token: prefixed('fo1_', v.b62(43)),
  fly_token: prefixed('fm2_', v.b64(160), { isMaskedFound: true, short: 60 }),
  netlify_token: prefixed('nfp_', v.b62(36)),
  render_key: prefixed('rnd_', v.b62(30)),
  vercel_token: prefixed('vcp_', v.b62(56), { short: 20 }),
  cloudflare_token: prefixed('cfat_', v.b62(40) + v.hex(8)),
  cloudflare_origin_ca_key: prefixed('v1.0-', `${v.hex(24)}-${v.hex(146)}`),
  vault_token: prefixed('hvs.', v.b62(95), { short: 20 }),
  vault_legacy_token: {
    hits: [`VAULT_TOKEN=«s.${v.b62(24)}»`],
    misses: ['s.acceptanceTimeoutSecondsX', `s.${'X'.repeat(24)}`, `it's.${v.letters(24)}`],
  },
  pulumi_token: prefixed('pul-', v.hex(40)),
  doppler_token: prefixed('dp.st.', `prod.${v.b62(43)}`),
  infracost_key: {
    hits: [`INFRACOST_API_KEY=«ico-${v.b62(32)}»`],
    misses: [`logo.ico-${v.hex(32)}.png`, `ico-${'X'.repeat(32)}`],
  },
  planetscale_token: prefixed('pscale_tkn_', v.b62(43)),
  supabase_token: prefixed('sbp_', v.hex(40)),
  neon_key: prefixed('napi_', v.lower(64)),
  clickhouse_cloud_key: prefixed('4b1d', v.b62(38)),
  databricks_token: prefixed('dapi', v.hex(32)),
  scalingo_token: prefixed('tk-us-', v.b62(48)),
  openshift_token: prefixed('sha256~', v.b62(43)),
  harness_key: prefixed('pat.', `${v.b62(22)}.${v.b62(24)}.${v.b62(20)}`),
  prefect_key: prefixed('pnu_', v.b62(36)),
  tailscale_key: prefixed('tskey-', `auth-${v.b62(12)}-${v.b62(32)}`, { isMaskedFound: true }),
  tailscale_glued_key: {
    hits: [`MY_«tskey-api-${v.b62(12)}-${v.b62(32)}»`],
    misses: [`mytskey-api-${v.b62(12)}-${v.b62(32)}`, '_tskey-foo'],
  },
  defined_networking_token: prefixed('dnkey-', `${v.lower(26)}-${v.lower(52)}`),
  age_secret_key: prefixed('AGE-SECRET-KEY-1', v.from(b32, 58)),
  onepassword_service_token: prefixed('ops_eyJ', v.b64(400)),
  onepassword_secret_key: {
    hits: [`«A3-${v.upper(6)}-${v.upper(6)}-${v.upper(5)}-${v.upper(5)}-${v.upper(5)}-${v.upper(5)}»`],
    misses: [
      `A3-${'X'.repeat(6)}-${'X'.repeat(11)}-XXXXX-XXXXX-XXXXX`,
      `A4-${v.upper(6)}-${v.upper(11)}-${v.upper(5)}`,
    ],
  },
};

export const forgeCases: CaseTable = {
  github_token: prefixed('ghp_', v.b62(36)),
  // The checksum of this one is right, so that it is known even behind an underscore.
  github_checksum_token: { hits: [`my_«${checksummed('gho_')}»`], misses: [`my_ghp_${v.b62(36)}`, `gxx_${v.b62(36)}`] },
  github_fine_grained_token: prefixed('github_pat_', `${v.b62(22)}_${v.b62(59)}`),
  github_legacy_fine_token: prefixed('github_pat_', v.b62(82)),
  github_stateless_token: {
    hits: [`«ghs_12345_eyJ${v.b62(40)}.eyJ${v.b62(60)}.${v.b62(43)}»`],
    misses: [`ghs_12345_${v.b62(20)}`, `ghs_abc_eyJ${v.b62(40)}`],
  },
  gitlab_token: prefixed('glpat-', v.b62(20)),
  gitlab_routable_token: {
    hits: [`«glpat-${v.b62(60)}.01${v.lower(7)}»`],
    misses: [`glpat-${'x'.repeat(27)}.xxxxxxxxx`, `glpat-${v.b62(10)}.01${v.lower(7)}`],
  },
  gitlab_runner_token: prefixed('glrt-', v.b62(20)),
  gitlab_trigger_token: prefixed('glptt-', v.hex(40)),
  gitlab_agent_token: prefixed('glagent-', v.b62(50)),
  gitlab_job_token: prefixed('glcbt-', `1a_${v.b62(20)}`),
  gitlab_feature_flag_token: prefixed('glffct-', v.b62(20)),
  bitbucket_token: prefixed('ATBB', v.b62(32)),
  atlassian_token: prefixed('ATATT3', v.b62(186)),
  sourcegraph_token: prefixed('sgp_', `${v.hex(16)}_${v.hex(40)}`),
  npm_token: prefixed('npm_', v.b62(36)),
  pypi_token: prefixed('pypi-AgEIcHlwaS5vcmc', v.b62(120), { isMaskedFound: true, short: 40 }),
  rubygems_key: prefixed('rubygems_', v.hex(48)),
  clojars_token: prefixed('CLOJARS_', v.lower(60)),
  crates_io_token: prefixed('cio', v.b62(32)),
  nuget_key: prefixed('oy2', v.lower(43)),
  docker_token: prefixed('dckr_pat_', v.b62(27)),
  artifactory_key: prefixed('AKCp', v.b62(69)),
  artifactory_reference_token: prefixed('cmVmd', v.b62(59)),
  circleci_token: prefixed('CCIPAT_', `${v.b62(22)}_${v.hex(40)}`),
  buildkite_token: prefixed('bkua_', v.lower(40)),
  sonar_token: prefixed('squ_', v.hex(40)),
  octopus_deploy_key: prefixed('API-', v.upper(26)),
  launchdarkly_key: {
    hits: [`«sdk-${v.uuid()}»`],
    misses: [`sdk-${v.hex(30)}`, `sdk-${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`],
  },
  launchdarkly_api_key: {
    hits: [`LD_API_KEY=«api-${v.uuid()}»`],
    misses: [`an api-${v.uuid()}`, `LD_API_KEY=api-${v.hex(32)}`],
  },
  postman_key: prefixed('PMAK-', `${v.hex(24)}-${v.hex(34)}`),
  readme_key: prefixed('rdme_', v.lower(70)),
  linear_key: prefixed('lin_api_', v.b62(40)),
  notion_token: prefixed('ntn_', v.digits(11) + v.b62(35)),
  notion_legacy_token: prefixed('secret_', v.b62(43)),
  figma_token: prefixed('figd_', v.b62(44)),
  airtable_token: prefixed('pat', `${v.b62(14)}.${v.hex(64)}`),
  contentful_token: prefixed('CFPAT-', v.b62(43)),
  typeform_token: prefixed('tfp_', v.b62(59)),
  frameio_token: prefixed('fio-u-', v.b62(64)),
  settlemint_token: prefixed('sm_pat_', v.b62(16)),
  adobe_client_secret: prefixed('p8e-', v.b62(32)),
  intra42_client_secret: prefixed('s-s4t2ud-', v.hex(64)),
  adafruit_key: prefixed('aio_', v.b62(28), { isAssigned: true }),
};

/** A token whose last six characters are the checksum of the thirty before: made here, so that no fixture holds one. */
function checksummed(prefix: string): string {
  const body = v.b62(30);
  let crc = Bun.hash.crc32(body);
  let tail = '';
  for (let i = 0; i < 6; i++) {
    tail = `${DIGITS_AND_LETTERS.charAt(crc % 62)}${tail}`;
    crc = Math.floor(crc / 62);
  }
  return `${prefix}${body}${tail}`;
}
