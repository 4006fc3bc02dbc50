/** Where the techniques of the catalogue are described. */
export const OWASP = 'https://genai.owasp.org/llmrisk/llm01-prompt-injection/';
export const PERSONAS = 'https://github.com/verazuo/jailbreak_llms';
export const DOCUMENTS = 'https://arxiv.org/abs/2302.12173';
export const COMPETING_OBJECTIVES = 'https://arxiv.org/abs/2307.02483';
export const HACKAPROMPT = 'https://arxiv.org/abs/2311.16119';
export const TENSOR_TRUST = 'https://arxiv.org/abs/2311.01011';
export const SPLITTING = 'https://arxiv.org/abs/2302.05733';
