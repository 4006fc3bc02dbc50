/** Keys of clouds, hosting, infrastructure and secret stores. */
import type { RedactionRule } from '../../rule.ts';
import { re, secret, UUID } from './secret.ts';

const TAILSCALE = re`[a-z]{2,12}-[A-Za-z0-9]{6,24}-[A-Za-z0-9]{20,64}\b`;

/** Keys of clouds, hosting, infrastructure and secret stores. */
export const cloudRules: readonly RedactionRule[] = [
  secret(
    'aws_access_key',
    re`\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b`,
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
    'varied_token',
    'not_example',
  ),
  secret(
    'aws_session_token',
    re`\b(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9/+=]{100,}`,
    'https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html',
  ),
  secret(
    'aws_bedrock_key',
    re`\bABSK[A-Za-z0-9+/]{109,269}={0,2}`,
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    'varied_token',
    'not_example',
  ),
  secret(
    'aws_bedrock_short_key',
    re`\bbedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=_-]*`,
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
  ),
  secret('amazon_mws_token', re`\bamzn\.mws\.${UUID}\b`, 'https://developer-docs.amazon.com/sp-api/'),
  secret(
    'google_api_key',
    re`\bAIza[A-Za-z0-9_-]{34}(?:[A-Za-z0-9_]\b|-)`,
    'https://cloud.google.com/docs/authentication/api-keys',
    'opaque_token',
  ),
  secret(
    'google_oauth_secret',
    re`\bGOCSPX-[A-Za-z0-9_-]{28}`,
    'https://developers.google.com/identity/protocols/oauth2',
    'varied_token',
  ),
  secret(
    'google_access_token',
    re`\bya29\.[A-Za-z0-9_-]{30,}`,
    'https://developers.google.com/identity/protocols/oauth2',
  ),
  secret(
    'google_refresh_token',
    re`\b1//0[A-Za-z0-9_-]{40,}`,
    'https://developers.google.com/identity/protocols/oauth2',
  ),
  secret(
    'alibaba_access_key',
    re`\bLTAI[A-Za-z0-9]{12,26}\b`,
    'https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair',
    'opaque_token',
  ),
  secret(
    'tencent_secret_id',
    re`\bAKID[A-Za-z0-9]{32}\b`,
    'https://www.tencentcloud.com/document/product/598/34228',
    'varied_token',
  ),
  secret(
    'scaleway_access_key',
    re`\bSCW[A-Z0-9]{17}\b`,
    'https://www.scaleway.com/en/docs/iam/concepts/',
    'opaque_token',
  ),
  secret(
    'yandex_access_token',
    re`\bt1\.[A-Za-z0-9_-]{8,}={0,2}\.[A-Za-z0-9_-]{86}={0,2}`,
    'https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token',
  ),
  secret(
    'yandex_api_key',
    re`\bAQVN[A-Za-z0-9_-]{35,38}`,
    'https://yandex.cloud/en/docs/iam/concepts/authorization/api-key',
    'varied_token',
  ),
  secret(
    'yandex_static_key',
    re`\bYC[A-Za-z0-9_-]{38}\b`,
    'https://yandex.cloud/en/docs/iam/concepts/authorization/access-key',
    'opaque_token',
  ),
  secret(
    'digitalocean_token',
    re`\bdo[opr]_v1_[a-f0-9]{64}\b`,
    'https://docs.digitalocean.com/reference/api/create-personal-access-token/',
    'varied_token',
  ),
  secret(
    'heroku_key',
    re`\bHRKU-AA[A-Za-z0-9_-]{58}`,
    'https://devcenter.heroku.com/articles/authentication',
    'varied_token',
  ),
  secret('fly_legacy_token', re`\bfo1_[A-Za-z0-9_-]{43}`, 'https://fly.io/docs/security/tokens/', 'varied_token'),
  secret('fly_token', re`\bfm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}`, 'https://fly.io/docs/security/tokens/'),
  secret(
    'netlify_token',
    re`\bnf[pckou]_[A-Za-z0-9]{36}\b`,
    'https://docs.netlify.com/api/get-started/',
    'varied_token',
  ),
  secret('render_key', re`\brnd_[A-Za-z0-9]{28,34}\b`, 'https://render.com/docs/api', 'opaque_token'),
  secret('vercel_token', re`\bvc[aciprk]_[A-Za-z0-9]{24,60}\b`, 'https://vercel.com/docs/rest-api', 'varied_token'),
  secret(
    'cloudflare_token',
    re`\bcf(?:at|ut|k)_[A-Za-z0-9]{40}[0-9a-f]{8}\b`,
    'https://developers.cloudflare.com/fundamentals/api/',
    'varied_token',
  ),
  secret(
    'cloudflare_origin_ca_key',
    re`\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}\b`,
    'https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/',
    'varied_token',
  ),
  secret(
    'vault_token',
    re`\bhv[sbr]\.[A-Za-z0-9_-]{24,250}`,
    'https://developer.hashicorp.com/vault/docs/concepts/tokens',
    'opaque_token',
  ),
  secret(
    'vault_legacy_token',
    re`\bs\.[A-Za-z0-9]{24}\b`,
    'https://developer.hashicorp.com/vault/docs/concepts/tokens',
    'opaque_token',
  ),
  secret(
    'pulumi_token',
    re`\bpul-[a-f0-9]{40}\b`,
    'https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/',
    'varied_token',
  ),
  secret(
    'doppler_token',
    re`\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}\b`,
    'https://docs.doppler.com/reference/api',
    'varied_token',
  ),
  // Not `logo.ico-<hash>.png`: keys use the whole alphabet, hashes only sixteen characters of it.
  secret(
    'infracost_key',
    re`\bico-[A-Za-z0-9]{32}\b`,
    'https://www.infracost.io/docs/',
    'opaque_token',
    'not_hex_tail',
  ),
  secret(
    'planetscale_token',
    re`\bpscale_(?:pw|tkn|oauth)_[A-Za-z0-9=._-]{32,64}`,
    'https://planetscale.com/docs/concepts/service-tokens',
    'varied_token',
  ),
  secret(
    'supabase_token',
    re`\b(?:sbp_[0-9a-f]{40}\b|sb_secret_[A-Za-z0-9_-]{31,40})`,
    'https://supabase.com/docs/guides/api/api-keys',
    'varied_token',
  ),
  secret('neon_key', re`\bnapi_[a-z0-9]{60,66}\b`, 'https://neon.com/docs/manage/api-keys', 'varied_token'),
  secret(
    'clickhouse_cloud_key',
    re`\b4b1d[A-Za-z0-9]{38}\b`,
    'https://clickhouse.com/docs/cloud/manage/openapi',
    'varied_token',
  ),
  secret(
    'databricks_token',
    re`\bdapi[A-Fa-f0-9]{32}(?:-[0-9])?\b`,
    'https://docs.databricks.com/dev-tools/auth/pat',
    'varied_token',
  ),
  secret('scalingo_token', re`\btk-us-[A-Za-z0-9_-]{48}`, 'https://developers.scalingo.com/tokens', 'varied_token'),
  secret(
    'openshift_token',
    re`\bsha256~[A-Za-z0-9_-]{43}`,
    'https://docs.openshift.com/container-platform/latest/authentication/',
    'opaque_token',
  ),
  secret(
    'harness_key',
    re`\b(?:pat|sat)\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}\b`,
    'https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/',
    'varied_token',
  ),
  secret('prefect_key', re`\bpn[ub]_[A-Za-z0-9]{36}\b`, 'https://docs.prefect.io/', 'varied_token'),
  secret('tailscale_key', re`\btskey-${TAILSCALE}`, 'https://tailscale.com/kb/1101/api'),
  {
    // People write `MY_tskey-…`: only a letter before it makes it another word.
    ...secret('tailscale_glued_key', re`tskey-${TAILSCALE}`, 'https://tailscale.com/kb/1101/api'),
    label: 'TAILSCALE_KEY',
    before: '[_0-9]',
  },
  secret(
    'defined_networking_token',
    re`\bdnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}`,
    'https://docs.defined.net/',
    'varied_token',
  ),
  secret(
    'age_secret_key',
    re`\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b`,
    'https://age-encryption.org/v1',
    'varied_token',
  ),
  secret(
    'onepassword_service_token',
    re`\bops_eyJ[A-Za-z0-9+/]{250,1000}={0,3}`,
    'https://developer.1password.com/docs/service-accounts/',
    'varied_token',
  ),
  secret(
    'onepassword_secret_key',
    re`\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\b`,
    'https://support.1password.com/secret-key-security/',
    'varied_token',
  ),
];
