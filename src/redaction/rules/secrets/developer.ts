/** Keys of developers' platforms, newer model vendors and shops, each with a prefix of its own. */
import type { RedactionRule } from '../../rule.ts';
import { re, secret, UUID } from './secret.ts';

/** Keys of developers' platforms, newer model vendors and shops. */
export const developerRules: readonly RedactionRule[] = [
  secret('together_key', re`\btgp_v1_[A-Za-z0-9_-]{43}`, 'https://docs.together.ai/docs/quickstart', 'varied_token'),
  secret('jina_key', re`\bjina_[A-Za-z0-9_-]{50,70}`, 'https://jina.ai/embeddings/', 'varied_token'),
  secret('e2b_key', re`\be2b_[a-f0-9]{40}\b`, 'https://e2b.dev/docs/api-key', 'varied_token'),
  secret(
    'llamacloud_key',
    re`\bllx-[A-Za-z0-9_-]{40,64}`,
    'https://docs.cloud.llamaindex.ai/llamacloud/getting_started/api_key',
    'opaque_token',
  ),
  secret('runpod_key', re`\brpa_[A-Za-z0-9]{40,50}\b`, 'https://docs.runpod.io/get-started/api-keys', 'varied_token'),
  secret(
    'baidu_key',
    re`\bbce-v3/ALTAK-[A-Za-z0-9]{16,32}/[a-f0-9]{40}\b`,
    'https://cloud.baidu.com/doc/qianfan-api/s/ym9chdsy5',
    'varied_token',
  ),
  secret(
    'trello_token',
    re`\bATTA[a-f0-9]{64}[A-F0-9]{8}\b`,
    'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/',
    'varied_token',
  ),
  secret(
    'clickup_token',
    re`\bpk_[0-9]{5,10}_[A-Z0-9]{32}\b`,
    'https://developer.clickup.com/docs/authentication',
    'varied_token',
  ),
  secret(
    'klaviyo_key',
    re`\bpk_[a-f0-9]{34}\b`,
    'https://developers.klaviyo.com/en/docs/authenticate_',
    'varied_token',
  ),
  secret(
    'woocommerce_key',
    re`\bc[ks]_[a-f0-9]{40}\b`,
    'https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication',
    'varied_token',
  ),
  secret(
    'paddle_key',
    re`\bpdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}\b`,
    'https://developer.paddle.com/api-reference/about/authentication',
    'varied_token',
  ),
  secret(
    'salesforce_token',
    re`\b00D[A-Za-z0-9]{12}![A-Za-z0-9._]{80,140}`,
    'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_oauth_and_connected_apps.htm',
    'varied_token',
  ),
  secret(
    'mailersend_token',
    re`\bmlsn\.[a-f0-9]{64}\b`,
    'https://developers.mailersend.com/general.html#authentication',
    'varied_token',
  ),
  secret('nylas_key', re`\bnyk_v0_[A-Za-z0-9]{64}\b`, 'https://developer.nylas.com/docs/v3/auth/', 'varied_token'),
  secret(
    'telnyx_key',
    re`\bKEY[A-F0-9]{32}_[A-Za-z0-9]{22}\b`,
    'https://developers.telnyx.com/api/authentication',
    'varied_token',
  ),
  secret('axiom_token', re`\bxa[ap]t-${UUID}\b`, 'https://axiom.co/docs/reference/tokens', 'varied_token'),
  secret(
    'checkly_key',
    re`\bcu_[a-f0-9]{32}\b`,
    'https://developers.checklyhq.com/docs/authentication',
    'varied_token',
  ),
  secret(
    'dbt_token',
    re`\bdbt[cu]_[A-Za-z0-9_=-]{40,64}`,
    'https://docs.getdbt.com/docs/dbt-cloud-apis/authentication',
    'varied_token',
  ),
  secret(
    'tinybird_token',
    re`\bp\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`,
    'https://www.tinybird.co/docs/forward/administration/tokens',
  ),
  secret('aiven_password', re`\bAVNS_[A-Za-z0-9_-]{19}`, 'https://aiven.io/docs/platform/concepts', 'opaque_token'),
  secret(
    'trigger_key',
    re`\btr_(?:dev|prod|stg|preview|pat)_[A-Za-z0-9]{20,40}\b`,
    'https://trigger.dev/docs/apikeys',
    'opaque_token',
  ),
  secret(
    'cal_key',
    re`\bcal_live_[a-f0-9]{32}\b`,
    'https://cal.com/docs/api-reference/v2/introduction',
    'varied_token',
  ),
  secret('xata_key', re`\bxau_[A-Za-z0-9]{36,50}\b`, 'https://xata.io/docs/rest-api/authentication', 'varied_token'),
  secret(
    'deno_token',
    re`\bdd[po]_[A-Za-z0-9]{36}\b`,
    'https://docs.deno.com/subhosting/api/authentication/',
    'varied_token',
  ),
  secret(
    'openvsx_token',
    re`\bovsxat_${UUID}\b`,
    'https://github.com/eclipse/openvsx/wiki/Publishing-Extensions',
    'varied_token',
  ),
  secret(
    'zuplo_key',
    re`\bzpka_[a-z0-9]{32}_[a-f0-9]{8}\b`,
    'https://zuplo.com/docs/articles/api-key-leak-detection',
    'varied_token',
  ),
];
