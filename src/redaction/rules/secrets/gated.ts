/** Formats without a prefix: any word could begin them, so a name must stand before. */
import type { RedactionRule } from '../../rule.ts';
import { re, TO, UUID } from './secret.ts';

/** Formats that need a vendor's name before them. */
export const gatedRules: readonly RedactionRule[] = [
  gated(
    'aws_secret_key',
    re`[A-Za-z0-9/+]{40}={0,2}`,
    re`(?:aws|amazon|secret)[\w .-]{0,12}(?:secret|key|token)${TO}`,
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
    'opaque_token',
    'not_example',
  ),
  gated(
    'azure_client_secret',
    re`[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`,
    re`(?:secret|password|pwd|srt|value|key|azure)${TO}`,
    'https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app',
    'opaque_token',
  ),
  gated(
    'azure_storage_key',
    re`[A-Za-z0-9+/]{86}==`,
    re`(?:accountkey|account[_-]?key|storage|azure)${TO}`,
    'https://learn.microsoft.com/en-us/azure/storage/common/storage-account-keys-manage',
    'opaque_token',
  ),
  gated(
    'azure_shared_access_key',
    re`[A-Za-z0-9+/]{43}=`,
    re`sharedaccesskey${TO}`,
    'https://learn.microsoft.com/en-us/azure/event-hubs/event-hubs-get-connection-string',
    'opaque_token',
  ),
  gated(
    'azure_sas_signature',
    re`[A-Za-z0-9+/%]{40,100}={0,2}`,
    re`[?&]sig=`,
    'https://learn.microsoft.com/en-us/azure/storage/common/storage-sas-overview',
    'opaque_token',
  ),
  gated(
    'terraform_cloud_token',
    re`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}`,
    re`(?:token|atlas|terraform|tfe|tfc)${TO}`,
    'https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens',
    'varied_token',
  ),
  gated(
    'telegram_bot_token',
    re`[0-9]{8,10}:A[A-Za-z0-9_-]{34}`,
    re`telegram\.org/bot|(?:bot|telegram|token)${TO}`,
    'https://core.telegram.org/bots/api#authorizing-your-bot',
    'varied_token',
  ),
  gated(
    'discord_bot_token',
    re`[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}`,
    re`(?:token|bot|discord)${TO}`,
    'https://discord.com/developers/docs/reference#authentication',
    'varied_token',
  ),
  gated(
    'mailchimp_key',
    re`[a-f0-9]{32}-us[0-9]{1,2}`,
    re`(?:mailchimp|api[_ -]?key|token|secret)${TO}`,
    'https://mailchimp.com/developer/marketing/docs/fundamentals/',
    'varied_token',
  ),
  gated(
    'sumologic_access_id',
    re`su[A-Za-z0-9]{12}`,
    re`sumo(?:logic)?[_. -]?(?:access|token|key|api|id)${TO}`,
    'https://help.sumologic.com/docs/manage/security/access-keys/',
    'opaque_token',
  ),
  gated(
    'okta_token',
    re`00[A-Za-z0-9_=-]{40}`,
    re`[^a-z]okta${TO}`,
    'https://developer.okta.com/docs/guides/create-an-api-token/main/',
    'opaque_token',
  ),
  gated(
    'ethereum_private_key',
    re`(?:0x)?[A-Fa-f0-9]{64}`,
    re`(?:private[_ -]?key|priv[_ -]?key|wallet|mnemonic)${TO}`,
    'https://ethereum.org/en/developers/docs/accounts/',
    'varied_token',
  ),
  gated(
    'newrelic_license_key',
    re`[A-Za-z0-9]{6}[a-f0-9]{30}(?:NRAL|FFFFNRAL)`,
    re`(?:licen[sc]e|key|relic)${TO}`,
    'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
    'varied_token',
  ),
  gated(
    'maxmind_key',
    re`[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk`,
    re`(?:licen[sc]e|key|maxmind)${TO}`,
    'https://dev.maxmind.com/license-key-format/',
    'opaque_token',
  ),
  gated(
    'ngrok_token',
    re`[0-9][A-Za-z0-9]{26}_[A-Za-z0-9]{20,22}`,
    re`authtoken |(?:ngrok|authtoken)${TO}`,
    'https://ngrok.com/docs/agent/#authtokens',
    'opaque_token',
  ),
  gated(
    'curl_user',
    re`["']?[A-Za-z0-9._%+@{}-]{0,64}["']?:["']?[^\s"'\x60<>]{3,64}["']?`,
    re`[ \t](?:-u|--user)[ \t=]{1,3}`,
    'https://curl.se/docs/manpage.html#-u',
    'credential_pair',
  ),
  gated(
    'curl_key',
    re`[A-Za-z0-9_.-]{16,200}:[xX]?`,
    re`[ \t](?:-u|--user)[ \t=]{1,3}["']?`,
    'https://curl.se/docs/manpage.html#-u',
    'key_shaped',
  ),
  gated(
    'sidekiq_secret',
    re`[a-f0-9]{8}:[a-f0-9]{8}`,
    re`contribsys${TO}`,
    'https://github.com/sidekiq/sidekiq/wiki/Pro-Setup',
  ),
  gated(
    'vendor_uuid',
    re`${UUID}`,
    re`(?:heroku|snyk|postmark|splunk|hec|railway|linode|digitalocean|intercom|asana|kraken|coinbase|jumpcloud|zoho|messagebird|hubspot|api|access|auth|secret|server|client|personal|service|app)[ _.-]{0,2}(?:api[ _.-]?)?(?:key|token|secret|password)[_.-]?[0-9]{0,3}(?:\\?["'\x60\])]){0,2}[ \t]{0,4}(?:=>|:=|\?=|=|:|\||,|>| is| to)[ \t]{0,4}(?:\\?["'\x60(]){0,2}`,
    'https://www.rfc-editor.org/rfc/rfc9562',
    'varied_token',
  ),
];

function gated(id: string, pattern: string, before: string, source: string, ...validators: string[]): RedactionRule {
  const rule = { id, label: id.toUpperCase(), pattern, before, source };
  return validators.length === 0 ? rule : { ...rule, validators };
}
