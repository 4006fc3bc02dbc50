/** Cases of messaging, payment, monitoring, key material, URLs and what needs a vendor's name before it. */
import { type CaseTable, prefixed, TokenValues } from './cases.ts';

const v = new TokenValues(1_122_026);
const PEM = ['PRIVATE', 'KEY'].join(' ');
const begin = (kind = ''): string => `-----BEGIN ${kind}${PEM}-----`;
const end = (kind = ''): string => `-----END ${kind}${PEM}-----`;
const lines = (count: number): string => Array.from({ length: count }, () => v.b64(64)).join('\n');

export const serviceCases: CaseTable = {
  slack_token: {
    hits: [
      `«xoxb-${v.digits(12)}-${v.digits(12)}-${v.b62(24)}»`,
      `SLACK=«xoxp-${v.digits(12)}-${v.digits(12)}-${v.digits(12)}-${v.hex(32)}»`,
    ],
    misses: [
      'xoxb-my-bot-token-of-the-team',
      `xoxp-${'X'.repeat(10)}-${'X'.repeat(10)}-${'X'.repeat(32)}`,
      'xoxo-gossip-girl-2018',
    ],
  },
  slack_short_token: {
    hits: [`«xoxa-${v.digits(6)}-${v.b62(30)}»`],
    misses: ['xoxa-nyc-and-friends', `xoxo-${'x'.repeat(30)}`],
  },
  slack_legacy_token: {
    hits: [`«xoxs-${v.digits(5)}-${v.digits(5)}-${v.digits(5)}-${v.hex(32)}»`],
    misses: [`xoxs-1-2-3-${v.hex(32)}`, 'xoxs-and-hugs'],
  },
  slack_workspace_token: { hits: [`«xoxr-${v.b62(40)}»`], misses: ['xoxr-reading-list', `xoxr-${'x'.repeat(40)}`] },
  slack_config_token: {
    hits: [`«xoxe.xoxp-1-${v.b62(163)}»`, `«xoxe-1-${v.b62(147)}»`],
    misses: ['xoxe.xoxp-1-initial', `xoxe-1-${v.b62(40)}`],
  },
  slack_app_token: {
    hits: [`«xapp-1-A${v.upper(10)}-${v.digits(13)}-${v.hex(64)}»`],
    misses: ['xapp-1-beta-release', `xapp-1-A${v.upper(10)}`],
  },
  slack_webhook: {
    hits: [`«https://hooks.slack.com/services/T${v.upper(8)}/B${v.upper(8)}/${v.b62(24)}»`],
    misses: ['https://hooks.slack.com/services/', 'https://api.slack.com/messaging/webhooks'],
  },
  teams_webhook: {
    hits: [
      `«https://acme.webhook.office.com/webhookb2/${v.uuid()}@${v.uuid()}/IncomingWebhook/${v.hex(32)}/${v.uuid()}»`,
    ],
    misses: [`https://acme.webhook.office.com/webhookb2/${v.uuid()}`, 'https://outlook.office.com/mail/'],
  },
  discord_webhook: {
    hits: [`«https://discord.com/api/webhooks/${v.digits(18)}/${v.b62(68)}»`],
    misses: ['https://discord.com/api/webhooks/', `https://discord.com/channels/${v.digits(18)}/${v.digits(18)}`],
  },
  zapier_webhook: {
    hits: [`«https://hooks.zapier.com/hooks/catch/${v.digits(7)}/${v.lower(7)}»`],
    misses: ['https://hooks.zapier.com/hooks/catch/', 'https://zapier.com/apps/webhook/integrations'],
  },
  twilio_key: prefixed('SK', v.hex(32)),
  twilio_account_sid: prefixed('AC', v.hex(32)),
  sendgrid_key: prefixed('SG.', `${v.b62(22)}.${v.b62(43)}`),
  mailgun_key: prefixed('key-', v.hex(32)),
  brevo_key: prefixed('xkeysib-', `${v.hex(64)}-${v.b62(16)}`),
  resend_key: prefixed('re_', `${v.b62(8)}_${v.b62(24)}`),
  hubspot_token: { hits: [`«pat-na1-${v.uuid()}»`], misses: [`pat-na1-${v.hex(20)}`, `pattern-na1-${v.uuid()}`] },
  facebook_token: prefixed('EAAM', v.b62(140), { isMaskedFound: true, short: 60 }),
  twitter_bearer_token: {
    hits: [`«${'A'.repeat(22)}${v.b62(90)}»`],
    misses: ['A'.repeat(120), `${'A'.repeat(22)}${v.b62(20)}`],
  },
  dropbox_token: prefixed('sl.', v.b62(140), { isMaskedFound: true, short: 60 }),
  mapbox_token: prefixed('sk.', `${v.b62(80)}.${v.b62(22)}`),
  stripe_key: prefixed('sk_live_', v.b62(24), { isMaskedFound: true, short: 9 }),
  stripe_short_key: {
    hits: [`«rk_test_${v.b62(16)}»`],
    misses: [`pk_live_${v.b62(16)}`, 'sk_test_short', `sk_live_${'A'.repeat(20)}`],
  },
  stripe_webhook_secret: prefixed('whsec_', v.b62(32)),
  square_token: prefixed('sq0atp-', v.b62(22)),
  braintree_token: {
    hits: [`key=«access_token$production$${v.lower(16)}$${v.hex(32)}»`],
    misses: ['access_token$production$', `access_token$staging$${v.lower(16)}$${v.hex(32)}`],
  },
  shopify_token: prefixed('shpat_', v.hex(32)),
  flutterwave_key: {
    hits: [`«FLWSECK_TEST-${v.from('abcdefgh0123456789', 32)}-X»`],
    misses: [`FLWSECK_TEST-${'x'.repeat(32)}-X`, 'FLWSECK-X'],
  },
  flutterwave_encryption_key: {
    hits: [`«FLWSECK_TEST${v.from('abcdefgh0123456789', 12)}»`],
    misses: [`FLWSECK_TEST${'a'.repeat(5)}`, `FLWPUBK${v.hex(12)}`],
  },
  razorpay_key: prefixed('rzp_live_', v.b62(14)),
  plaid_token: {
    hits: [`"access_token": "«access-sandbox-${v.uuid()}»"`],
    misses: ['access-sandbox-environment', `public-sandbox-${v.uuid()}`],
  },
  gocardless_token: prefixed('live_', v.b62(40)),
  mollie_key: prefixed('test_', v.b62(30)),
  lob_key: prefixed('live_', v.hex(35)),
  duffel_token: prefixed('duffel_test_', v.b62(43)),
  easypost_key: prefixed('EZAK', v.b62(54)),
  shippo_token: prefixed('shippo_live_', v.hex(40)),
  sentry_org_token: prefixed('sntrys_eyJ', v.b64(120), { isMaskedFound: true, short: 50 }),
  sentry_user_token: prefixed('sntryu_', v.hex(64)),
  grafana_service_account_token: prefixed('glsa_', `${v.b62(32)}_${v.hex(8)}`),
  grafana_cloud_token: prefixed('glc_', v.b64(80), { short: 20 }),
  grafana_key: prefixed('eyJrIjoi', v.b62(80)),
  newrelic_user_key: prefixed('NRAK-', v.upper(27)),
  newrelic_browser_key: prefixed('NRJS-', v.hex(19)),
  newrelic_insert_key: prefixed('NRII-', v.b62(32)),
  dynatrace_token: prefixed('dt0c01.', `${v.upper(24)}.${v.upper(64)}`),
  honeycomb_key: prefixed('hcaik_', v.lower(58)),
  posthog_key: prefixed('phx_', v.b62(44), { short: 20 }),
};

export const materialCases: CaseTable = {
  private_key: {
    hits: [
      `a\n«${begin()}\n${lines(6)}\n${end()}»\nb`,
      `{"key":"«${begin('RSA ')}\\n${v.b64(64)}\\n${v.b64(64)}\\n${end('RSA ')}»"}`,
      `«${begin('PGP ').replace('KEY', 'KEY BLOCK')}\nVersion: GnuPG v2\n\n${lines(3)}\n${v.b64(12)}\n=${v.b64(4)}\n${end('PGP ').replace('KEY', 'KEY BLOCK')}»`,
      `> «${begin('EC ')}\n> ${v.b64(64)}\n> ${v.b64(9)}==\n> ${end('EC ')}»`,
      // Cut off before its end, as an answer that ran out of tokens.
      `«${begin('OPENSSH ')}\n${lines(3)}\n${v.b64(30)}»`,
    ],
    misses: [
      `${begin()}\nanything\n${end()}`,
      begin().replace('PRIVATE', 'PUBLIC') + lines(2),
      `write ${begin()} first`,
      `${begin()} is the first line of a file in the form that RFC 7468 describes, ${v.b64(8)}`,
    ],
  },
  google_service_account: {
    hits: [
      `«{"type": "service_account", "project_id": "p-${v.below(99)}", "private_key_id": "${v.hex(40)}", "client_email": "a@p.iam.gserviceaccount.com", "client_id": "${v.digits(21)}"}»`,
    ],
    misses: [
      '{"type": "service_account"}',
      `{"type": "authorized_user", "client_id": "${v.digits(21)}", "project_id": "${v.hex(80)}"}`,
    ],
  },
  putty_private_key: {
    hits: [
      `«PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 2\n${v.b64(64)}\nPrivate-Lines: 1\n${v.b64(48)}\nPrivate-MAC: ${v.hex(64)}»`,
    ],
    misses: ['PuTTY-User-Key-File-3: is how the file begins', 'PuTTY-User-Key-File-9: ssh-rsa'],
  },
  jwt: {
    hits: [`Cookie: s=«eyJ${v.b62(30)}.eyJ${v.b62(80)}.${v.b62(43)}»; x`],
    misses: ['eyJhbGciOiJIUzI1NiJ9', `eyJ${v.b62(30)}.${v.b62(80)}`, `heyJ${v.b62(30)}.eyJ${v.b62(80)}.${v.b62(43)}`],
  },
  jwt_base64: { hits: [`«ZXlK${v.b64(120)}»`], misses: [`ZXlK${v.b64(20)}`, `AZXlK${v.b64(120)}`] },
  database_url: {
    hits: [
      `url: «postgresql://app:${v.b62(12)}@db.acme.io:5432/main?sslmode=require»`,
      `"«mongodb+srv://root:${v.b62(10)}@cluster0.acme.net/x»"`,
      `«jdbc:mysql://admin:p4ss${v.b62(5)}@db:3306/app»`,
      `«redis://:${v.b62(16)}@cache:6379/0»`,
    ],
    misses: [
      'postgres://db.acme.io:5432/main',
      'mysql://${USER}:${PASSWORD}@db/main',
      'postgres://postgres:postgres@localhost:5432/x',
      'mongodb://username:password@localhost/x',
      'mysql://app:<password>@db/main',
    ],
  },
  amqp_url: {
    hits: [`BROKER_URL=«amqps://app:${v.b62(16)}@mq.acme.io:5671/x»`],
    misses: [
      'BROKER_URL=amqp://mq:5672',
      'BROKER_URL=amqp://guest:guest@localhost:5672/',
      'amqp://${USER}:${PASSWORD}@mq',
    ],
  },
  url_token: {
    hits: [`git clone https://«${v.hex(40)}@»git.acme.io/x.git`, `url: https://«${v.b62(32)}:x-oauth-basic@»acme.io`],
    misses: [`https://git@acme.io/${v.hex(40)}`, 'https://continuous-integration-user@acme.io', `${v.hex(40)}@acme.io`],
  },
  credential_url: {
    hits: [`clone «https://deploy:${v.b62(20)}@git.acme.io»/x.git`, `«ftp://backup:s3${v.b62(8)}@files.acme.io»`],
    misses: [
      'https://acme.io/a:b@c',
      'https://user:password@example.com/',
      'https://{user}:{pass}@acme.io',
      'ssh://git@acme.io:22/x',
      'https://user:user@acme.io',
    ],
  },
};

export const gatedCases: CaseTable = {
  aws_secret_key: {
    hits: [`aws_secret_access_key = «${v.b64(40)}»`],
    misses: [`etag = ${v.b64(40)}`, `aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY${'EXAMPLE'}KEY`],
  },
  azure_client_secret: {
    hits: [`AZURE_CLIENT_SECRET=«${v.b62(3)}8Q~${v.b62(34)}»`],
    misses: [`path ${v.b62(3)}8Q~${v.b62(34)}`, `client_secret=${v.b62(3)}8Q~${'x'.repeat(34)}`],
  },
  azure_storage_key: {
    hits: [`AccountKey=«${v.b64(86)}==»`],
    misses: [`integrity ${v.b64(86)}==`, `AccountKey=${v.b64(20)}==`],
  },
  azure_shared_access_key: {
    hits: [`SharedAccessKey=«${v.b64(43)}=»`],
    misses: [`digest=${v.b64(43)}=`, 'SharedAccessKey=<key>'],
  },
  azure_sas_signature: { hits: [`?sv=2024&sig=«${v.b64(43)}%3D»&se=1`], misses: [`?hash=${v.b64(43)}`, '?sig=none'] },
  terraform_cloud_token: {
    hits: [`token = "«${v.b62(14)}.atlasv1.${v.b62(64)}»"`],
    misses: [`token = "${'x'.repeat(14)}.atlasv1.${'x'.repeat(64)}"`, `${v.b62(14)}.atlasv2.${v.b62(64)}`],
  },
  telegram_bot_token: {
    hits: [`https://api.telegram.org/bot«${v.digits(10)}:A${v.b62(34)}»/getMe`],
    misses: [`at ${v.digits(10)}:A${v.b62(34)}`, `bot ${v.digits(10)}:30`],
  },
  discord_bot_token: {
    hits: [`DISCORD_TOKEN=«M${v.b62(23)}.${v.b62(6)}.${v.b62(38)}»`],
    misses: [`file M${v.b62(23)}.${v.b62(6)}.${v.b62(38)}`, 'bot: Module.exports.something'],
  },
  mailchimp_key: {
    hits: [`MAILCHIMP_API_KEY=«${v.hex(32)}-us12»`],
    misses: [`etag ${v.hex(32)}-us12`, `MAILCHIMP_API_KEY=${'0'.repeat(32)}-us12`],
  },
  sumologic_access_id: {
    hits: [`sumologic.accessId = "«su7${v.b62(11)}»"`],
    misses: ['sumOfProperty = suGyI5imvADdvU', 'sumologic_access_id = "suXXXXXXXXXXXX"'],
  },
  okta_token: {
    hits: [`my_okta_token = "«00${v.b62(40)}»"`],
    misses: [`rookTable = 00${v.b62(40)}`, `the okta token = ${'0'.repeat(42)}`],
  },
  ethereum_private_key: {
    hits: [`private_key: «0x${v.hex(64)}»`],
    misses: [`transaction 0x${v.hex(64)}`, `wallet 0x${v.hex(40)}`, `private key 0x${'0'.repeat(64)}`],
  },
  newrelic_license_key: {
    hits: [`license_key: «${v.hex(36)}NRAL»`],
    misses: [`commit ${v.hex(36)}NRAL`, `license_key: ${v.hex(36)}`],
  },
  maxmind_key: {
    hits: [`LICENSE_KEY=«${v.b62(6)}_${v.b62(29)}_mmk»`],
    misses: [`file ${v.b62(6)}_${v.b62(29)}_mmk`, `LICENSE_KEY=${v.b62(6)}_mmk`],
  },
  ngrok_token: {
    hits: [`ngrok config add-authtoken «2${v.b62(26)}_${v.b62(21)}»`],
    misses: [`id 2${v.b62(26)}_${v.b62(21)}`, 'authtoken: 2abc_def'],
  },
  curl_user: {
    hits: [`curl -u «elastic:Pw7${v.b62(8)}» https://acme.io`, `curl --user «api:${v.b62(12)}4a» x`],
    misses: [
      'curl -u user:password x',
      'curl -u "$USER:$PASSWORD" x',
      'docker run -u 1000:1000 x',
      'curl -u "${A}:${B}" x',
      'chown -u www:www x',
    ],
  },
  curl_key: {
    hits: [`curl -u «${v.hex(32)}:» https://api.acme.io/v1/charges`, `curl --user "«${v.hex(24)}:x»" https://acme.io`],
    misses: ['curl -u service-account-user: x', `docker run -u 1000: ${v.hex(32)}`, `git push -u origin:${v.hex(32)}`],
  },
  sidekiq_secret: {
    hits: [`BUNDLE_GEMS__CONTRIBSYS__COM: "«${v.hex(8)}:${v.hex(8)}»"`],
    misses: [`BUNDLE_GEMS__RAILS: "${v.hex(8)}:${v.hex(8)}"`, 'sidekiq: 12:34'],
  },
  vendor_uuid: {
    hits: [`HEROKU_API_KEY=«${v.uuid()}»`, `auth_token: «${v.uuid()}»`],
    misses: [
      `request_id=${v.uuid()}`,
      `credentialsId: '${v.uuid()}'`,
      `<UserSecretsId>${v.uuid()}</UserSecretsId>`,
      `kms_key_id = ${v.uuid()}`,
    ],
  },
};
