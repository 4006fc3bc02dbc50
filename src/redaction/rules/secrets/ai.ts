/** Keys of model vendors and of the platforms around them. */
import type { RedactionRule } from '../../rule.ts';
import { assigned, re, secret, UUID } from './secret.ts';

const ANY = '[A-Za-z0-9_-]';
/** Fewest characters behind `sk-`. */
const OPENAI_CHARACTERS_MIN = 20;
const ANTHROPIC = 'ant-';

/**
 * `sk-` and at least twenty characters, one of them a digit, not beginning with `ant-`.
 *
 * The digit (names in words have none, nor has `sk-xxxxxxxx`) is a part of the pattern rather than a check on its text:
 * what needs no check needs no bound on its length, and `sk-sk-sk-…` then costs no more than any other text.
 */
function openAiKeyPattern(): string {
  return re`\bsk-` + afterLetters(0);
}

/** What may follow when so many characters without a digit were read, all of them the beginning of `ant-` or not. */
function afterLetters(count: number, isAnthropic = true): string {
  if (count === OPENAI_CHARACTERS_MIN) return `[A-Za-z_-]*[0-9]${ANY}*`;
  const digit = `[0-9]${ANY}{${OPENAI_CHARACTERS_MIN - 1 - count},}`;
  const next = isAnthropic ? ANTHROPIC.charAt(count) : '';
  if (next === '') return `(?:${digit}|[A-Za-z_-]${afterLetters(count + 1, false)})`;
  const others = next === '-' ? '[A-Za-z_]' : `[A-Z${lettersBut(next)}_-]`;
  const onwards = next === '-' ? '' : `|${next}${afterLetters(count + 1)}`;
  return `(?:${digit}|${others}${afterLetters(count + 1, false)}${onwards})`;
}

function lettersBut(letter: string): string {
  return 'abcdefghijklmnopqrstuvwxyz'.replace(letter, '');
}

/** Keys of model vendors and of the platforms around them. */
export const aiRules: readonly RedactionRule[] = [
  secret(
    'anthropic_key',
    re`\bsk-ant-[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_-]{80,200}AA\b`,
    'https://docs.anthropic.com/en/api/overview',
    'varied_token',
  ),
  secret(
    'openrouter_key',
    re`\bsk-or-v1-[0-9a-f]{64}\b`,
    'https://openrouter.ai/docs/api-reference/authentication',
    'varied_token',
  ),
  secret(
    'langfuse_key',
    re`\bsk-lf-${UUID}\b`,
    'https://langfuse.com/docs/api-and-data-platform/features/public-api',
    'varied_token',
  ),
  // Hyphens included: `sk-proj-`, `sk-svcacct-`, `sk-admin-`, and the same shape that other vendors hand out.
  secret('openai_key', openAiKeyPattern(), 'https://platform.openai.com/docs/api-reference/authentication'),
  secret(
    'huggingface_token',
    re`\bhf_[A-Za-z]{34}\b`,
    'https://huggingface.co/docs/hub/security-tokens',
    'varied_token',
  ),
  assigned(
    secret(
      'huggingface_org_token',
      re`\bapi_org_[A-Za-z]{34}\b`,
      'https://huggingface.co/docs/hub/security-tokens',
      'varied_token',
    ),
  ),
  secret('groq_key', re`\bgsk_[A-Za-z0-9]{52}\b`, 'https://console.groq.com/docs/quickstart', 'varied_token'),
  secret('xai_key', re`\bxai-[A-Za-z0-9_]{70,120}\b`, 'https://docs.x.ai/docs/overview', 'varied_token'),
  secret(
    'perplexity_key',
    re`\bpplx-[A-Za-z0-9]{48}\b`,
    'https://docs.perplexity.ai/guides/getting-started',
    'varied_token',
  ),
  secret(
    'replicate_token',
    re`\br8_[A-Za-z0-9]{37}\b`,
    'https://replicate.com/docs/topics/security/api-tokens',
    'varied_token',
  ),
  secret(
    'fireworks_key',
    re`\bfw_[A-Za-z0-9]{22,24}\b`,
    'https://docs.fireworks.ai/api-reference/introduction',
    'opaque_token',
  ),
  secret(
    'nvidia_key',
    re`\bnvapi-[A-Za-z0-9_-]{60,80}`,
    'https://docs.api.nvidia.com/nim/docs/api-quickstart',
    'varied_token',
  ),
  secret(
    'langsmith_key',
    re`\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b`,
    'https://docs.smith.langchain.com/',
    'varied_token',
  ),
  secret(
    'pinecone_key',
    re`\bpcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{50,64}\b`,
    'https://docs.pinecone.io/guides/projects/manage-api-keys',
    'varied_token',
  ),
  secret(
    'voyage_key',
    re`\bpa-[A-Za-z0-9_-]{43}`,
    'https://docs.voyageai.com/docs/api-key-and-installation',
    'opaque_token',
  ),
  secret('tavily_key', re`\btvly-(?:dev-|prod-)?[A-Za-z0-9]{32}\b`, 'https://docs.tavily.com/', 'varied_token'),
  secret(
    'firecrawl_key',
    re`\bfc-[0-9a-f]{32}\b`,
    'https://docs.firecrawl.dev/api-reference/introduction',
    'varied_token',
  ),
  secret(
    'elevenlabs_key',
    re`\bsk_[0-9a-f]{48}\b`,
    'https://elevenlabs.io/docs/api-reference/authentication',
    'varied_token',
  ),
  secret('cerebras_key', re`\bcsk-[a-z0-9]{48}\b`, 'https://inference-docs.cerebras.ai/quickstart', 'varied_token'),
];
