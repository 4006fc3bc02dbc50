/** Tokens of source forges, package registries, continuous integration and code analysis. */
import type { RedactionRule } from '../../rule.ts';
import { assigned, labelled, re, secret, UUID } from './secret.ts';

const GITHUB =
  'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats';
const GITLAB = 'https://docs.gitlab.com/security/tokens/#token-prefixes';

/** Tokens of source forges. */
export const forgeRules: readonly RedactionRule[] = [
  secret('github_token', re`\bgh[pousr]_[A-Za-z0-9]{36}\b`, GITHUB, 'varied_token'),
  // Glued to an underscore (`my_ghp_…`) the shape alone says too little, the checksum in its last six characters enough.
  {
    ...labelled(
      'GITHUB_TOKEN',
      secret('github_checksum_token', re`gh[pousr]_[A-Za-z0-9]{36}`, GITHUB, 'github_checksum'),
    ),
    before: '[_0-9]',
  },
  secret('github_fine_grained_token', re`\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b`, GITHUB, 'varied_token'),
  labelled(
    'GITHUB_FINE_GRAINED_TOKEN',
    secret('github_legacy_fine_token', re`\bgithub_pat_[A-Za-z0-9_]{82}\b`, GITHUB, 'varied_token'),
  ),
  secret(
    'github_stateless_token',
    re`\bghs_[0-9]{1,12}_eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
    GITHUB,
  ),
  secret('gitlab_token', re`\bgl(?:pat|dt|ft|soat|imt|oas)-[A-Za-z0-9_-]{20,64}`, GITLAB, 'varied_token'),
  secret(
    'gitlab_routable_token',
    re`\bgl(?:pat|rt|cbt)-[A-Za-z0-9_-]{20,300}\.[0-9a-z]{2}[0-9a-z]{7}\b`,
    GITLAB,
    'varied_token',
  ),
  secret('gitlab_runner_token', re`\b(?:glrt-|GR1348941)[A-Za-z0-9_-]{20}`, GITLAB, 'varied_token'),
  secret('gitlab_trigger_token', re`\bglptt-[0-9a-f]{40}\b`, GITLAB, 'varied_token'),
  secret('gitlab_agent_token', re`\bglagent-[A-Za-z0-9_-]{50}`, GITLAB, 'varied_token'),
  secret('gitlab_job_token', re`\bglcbt-[0-9A-Za-z]{1,5}_[A-Za-z0-9_-]{20}`, GITLAB, 'varied_token'),
  secret('gitlab_feature_flag_token', re`\bglffct-[A-Za-z0-9_-]{20}`, GITLAB, 'varied_token'),
  secret(
    'bitbucket_token',
    re`\bATBB[A-Za-z0-9]{32}\b`,
    'https://support.atlassian.com/bitbucket-cloud/docs/app-passwords/',
    'varied_token',
  ),
  secret(
    'atlassian_token',
    re`\bAT(?:ATT|CTT)3[A-Za-z0-9_=-]{180,200}`,
    'https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/',
    'varied_token',
  ),
  secret(
    'sourcegraph_token',
    re`\bsgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}\b`,
    'https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token',
    'opaque_token',
  ),
];

/** Tokens of package registries and container registries. */
export const registryRules: readonly RedactionRule[] = [
  secret('npm_token', re`\bnpm_[A-Za-z0-9]{36}\b`, 'https://docs.npmjs.com/about-access-tokens', 'varied_token'),
  secret(
    'pypi_token',
    re`\bpypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ)[A-Za-z0-9_-]{50,}`,
    'https://pypi.org/help/#apitoken',
  ),
  secret('rubygems_key', re`\brubygems_[a-f0-9]{48}\b`, 'https://guides.rubygems.org/api-key-scopes/', 'varied_token'),
  secret(
    'clojars_token',
    re`\bCLOJARS_[a-z0-9]{60}\b`,
    'https://github.com/clojars/clojars-web/wiki/Deploy-Tokens',
    'varied_token',
  ),
  secret(
    'crates_io_token',
    re`\bcio[A-Za-z0-9]{32}\b`,
    'https://doc.rust-lang.org/cargo/reference/publishing.html',
    'opaque_token',
  ),
  secret(
    'nuget_key',
    re`\boy2[a-z0-9]{43}\b`,
    'https://learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package',
    'opaque_token',
  ),
  secret(
    'docker_token',
    re`\bdckr_[po]at_[A-Za-z0-9_-]{27,64}`,
    'https://docs.docker.com/security/access-tokens/',
    'varied_token',
  ),
  secret(
    'artifactory_key',
    re`\bAKCp[A-Za-z0-9]{69}\b`,
    'https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key',
    'varied_token',
  ),
  secret(
    'artifactory_reference_token',
    re`\bcmVmd[A-Za-z0-9]{59}\b`,
    'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
    'varied_token',
  ),
];

/** Tokens of continuous integration, code analysis and developer tools. */
export const pipelineRules: readonly RedactionRule[] = [
  secret(
    'circleci_token',
    re`\bCCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}\b`,
    'https://circleci.com/docs/managing-api-tokens/',
    'varied_token',
  ),
  secret(
    'buildkite_token',
    re`\bbkua_[a-z0-9]{40}\b`,
    'https://buildkite.com/docs/apis/managing-api-tokens',
    'varied_token',
  ),
  secret(
    'sonar_token',
    re`\bsq[upa]_[A-Za-z0-9=_-]{40}\b`,
    'https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/',
    'varied_token',
  ),
  secret(
    'octopus_deploy_key',
    re`\bAPI-[A-Z0-9]{26}\b`,
    'https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key',
    'opaque_token',
  ),
  secret(
    'launchdarkly_key',
    re`\b(?:sdk|mob)-${UUID}\b`,
    'https://launchdarkly.com/docs/home/account/api',
    'varied_token',
  ),
  labelled(
    'LAUNCHDARKLY_KEY',
    assigned(
      secret(
        'launchdarkly_api_key',
        re`api-${UUID}\b`,
        'https://launchdarkly.com/docs/home/account/api',
        'varied_token',
      ),
    ),
  ),
  secret(
    'postman_key',
    re`\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b`,
    'https://learning.postman.com/docs/developer/postman-api/authentication/',
    'varied_token',
  ),
  secret(
    'readme_key',
    re`\brdme_[a-z0-9]{70}\b`,
    'https://docs.readme.com/main/reference/intro/authentication',
    'varied_token',
  ),
  secret(
    'linear_key',
    re`\blin_(?:api|oauth)_[A-Za-z0-9]{40,64}\b`,
    'https://linear.app/developers/graphql',
    'varied_token',
  ),
  secret(
    'notion_token',
    re`\bntn_[0-9]{11}[A-Za-z0-9]{35}\b`,
    'https://developers.notion.com/docs/authorization',
    'opaque_token',
  ),
  secret(
    'notion_legacy_token',
    re`\bsecret_[A-Za-z0-9]{43}\b`,
    'https://developers.notion.com/docs/authorization',
    'opaque_token',
  ),
  secret(
    'figma_token',
    re`\bfig[dour]{1,2}_[A-Za-z0-9_-]{40,64}`,
    'https://www.figma.com/developers/api#authentication',
    'varied_token',
  ),
  secret(
    'airtable_token',
    re`\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b`,
    'https://airtable.com/developers/web/api/authentication',
    'varied_token',
  ),
  secret(
    'contentful_token',
    re`\bCFPAT-[A-Za-z0-9_-]{43}`,
    'https://www.contentful.com/developers/docs/references/authentication/',
    'varied_token',
  ),
  secret(
    'typeform_token',
    re`\btfp_[A-Za-z0-9_.=-]{40,60}`,
    'https://www.typeform.com/developers/get-started/personal-access-token/',
    'varied_token',
  ),
  secret(
    'frameio_token',
    re`\bfio-u-[A-Za-z0-9_=-]{64}`,
    'https://developer.frame.io/docs/getting-started/authentication',
    'varied_token',
  ),
  secret(
    'settlemint_token',
    re`\bsm_(?:pat|aat|sat)_[A-Za-z0-9]{16}\b`,
    'https://console.settlemint.com/documentation/',
    'varied_token',
  ),
  secret(
    'adobe_client_secret',
    re`\bp8e-[A-Za-z0-9]{32}\b`,
    'https://developer.adobe.com/developer-console/docs/guides/authentication/',
    'varied_token',
  ),
  secret(
    'intra42_client_secret',
    re`\bs-s4t2(?:ud|af)-[a-f0-9]{64}\b`,
    'https://api.intra.42.fr/apidoc/guides/getting_started',
    'varied_token',
  ),
  assigned(
    secret(
      'adafruit_key',
      re`\baio_[A-Za-z0-9]{28}\b`,
      'https://io.adafruit.com/api/docs/#authentication',
      'varied_token',
    ),
  ),
];
