/**
 * Keys of model vendors and AI platforms. Every pattern begins with a literal prefix, so that prose is never held.
 */
import type { RedactionRule } from '../../rule.ts';

/** Keys of model vendors and AI platforms. */
export const aiRules: readonly RedactionRule[] = [
  {
    id: 'anthropic_key',
    label: 'ANTHROPIC_KEY',
    pattern: String.raw`\bsk-ant-[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_-]{80,200}`,
    validators: ['opaque_token'],
    source: 'https://docs.anthropic.com/en/api/admin-api/apikeys/list-api-keys',
  },
  {
    // Hyphens included: `sk-proj-`, `sk-svcacct-`, `sk-admin-`, and the look-alikes that other vendors hand out.
    id: 'openai_key',
    label: 'OPENAI_KEY',
    pattern: String.raw`\bsk-[A-Za-z0-9_-]{20,256}`,
    validators: ['opaque_token'],
    source: 'https://platform.openai.com/docs/api-reference/authentication',
  },
  {
    id: 'huggingface_token',
    label: 'HUGGINGFACE_TOKEN',
    pattern: String.raw`\bhf_[A-Za-z]{34}\b`,
    validators: ['varied_token'],
    source: 'https://huggingface.co/docs/hub/security-tokens',
  },
  {
    id: 'huggingface_organization_token',
    label: 'HUGGINGFACE_TOKEN',
    pattern: String.raw`\bapi_org_[A-Za-z]{34}\b`,
    validators: ['varied_token'],
    source: 'https://huggingface.co/docs/hub/security-tokens',
  },
  {
    id: 'groq_key',
    label: 'GROQ_KEY',
    pattern: String.raw`\bgsk_[A-Za-z0-9]{52}\b`,
    validators: ['varied_token'],
    source: 'https://console.groq.com/docs/quickstart',
  },
  {
    id: 'xai_key',
    label: 'XAI_KEY',
    pattern: String.raw`\bxai-[A-Za-z0-9_]{70,120}\b`,
    validators: ['varied_token'],
    source: 'https://docs.x.ai/docs/overview',
  },
  {
    id: 'perplexity_key',
    label: 'PERPLEXITY_KEY',
    pattern: String.raw`\bpplx-[A-Za-z0-9]{48}\b`,
    validators: ['varied_token'],
    source: 'https://docs.perplexity.ai/guides/getting-started',
  },
  {
    id: 'replicate_token',
    label: 'REPLICATE_TOKEN',
    pattern: String.raw`\br8_[A-Za-z0-9]{37}\b`,
    validators: ['varied_token'],
    source: 'https://replicate.com/docs/topics/security/api-tokens',
  },
  {
    id: 'fireworks_key',
    label: 'FIREWORKS_KEY',
    pattern: String.raw`\bfw_[A-Za-z0-9]{22,24}\b`,
    validators: ['opaque_token'],
    source: 'https://docs.fireworks.ai/api-reference/introduction',
  },
  {
    id: 'nvidia_key',
    label: 'NVIDIA_KEY',
    pattern: String.raw`\bnvapi-[A-Za-z0-9_-]{60,80}`,
    validators: ['varied_token'],
    source: 'https://docs.api.nvidia.com/nim/docs/api-quickstart',
  },
  {
    id: 'openrouter_key',
    label: 'OPENROUTER_KEY',
    pattern: String.raw`\bsk-or-v1-[0-9a-f]{64}\b`,
    source: 'https://openrouter.ai/docs/api-reference/authentication',
  },
  {
    id: 'langsmith_key',
    label: 'LANGSMITH_KEY',
    pattern: String.raw`\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b`,
    source:
      'https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key',
  },
  {
    id: 'langfuse_key',
    label: 'LANGFUSE_KEY',
    pattern: String.raw`\bsk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`,
    source: 'https://langfuse.com/docs/api-and-data-platform/features/public-api',
  },
  {
    id: 'pinecone_key',
    label: 'PINECONE_KEY',
    pattern: String.raw`\bpcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{50,64}\b`,
    validators: ['varied_token'],
    source: 'https://docs.pinecone.io/guides/projects/manage-api-keys',
  },
  {
    id: 'voyage_key',
    label: 'VOYAGE_KEY',
    pattern: String.raw`\bpa-[A-Za-z0-9_-]{43}\b`,
    validators: ['opaque_token'],
    source: 'https://docs.voyageai.com/docs/api-key-and-installation',
  },
  {
    id: 'tavily_key',
    label: 'TAVILY_KEY',
    pattern: String.raw`\btvly-(?:dev-|prod-)?[A-Za-z0-9]{32}\b`,
    validators: ['varied_token'],
    source: 'https://docs.tavily.com/documentation/api-reference/introduction',
  },
  {
    id: 'firecrawl_key',
    label: 'FIRECRAWL_KEY',
    pattern: String.raw`\bfc-[0-9a-f]{32}\b`,
    source: 'https://docs.firecrawl.dev/api-reference/introduction',
  },
  {
    id: 'elevenlabs_key',
    label: 'ELEVENLABS_KEY',
    pattern: String.raw`\bsk_[0-9a-f]{48}\b`,
    source: 'https://elevenlabs.io/docs/api-reference/authentication',
  },
  {
    id: 'cerebras_key',
    label: 'CEREBRAS_KEY',
    pattern: String.raw`\bcsk-[a-z0-9]{48}\b`,
    validators: ['varied_token'],
    source: 'https://inference-docs.cerebras.ai/quickstart',
  },
  {
    id: 'private_ai_token',
    label: 'PRIVATE_AI_TOKEN',
    pattern: String.raw`\b[a-z0-9]{32}\b`,
    before: String.raw`private[_-]?ai[\w .-]{0,20}["'\x60]?\s{0,3}(?:[:=|>,]|:=|is|to)\s{0,3}["'\x60]?`,
    validators: ['opaque_token'],
    source: 'https://docs.private-ai.com/',
  },
];
