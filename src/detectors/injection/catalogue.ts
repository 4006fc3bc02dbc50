/**
 * The catalogue: what an injection looks like, by technique.
 *
 * Scores add up (the best of each rule within one part); 1 is the default threshold. A score of 1 is given only to
 * sequences that ordinary people do not write to a model; everything that they might write once in a while needs company.
 */
import type { Literal, SequenceRule } from './matcher.ts';

export type Technique =
  | 'override'
  | 'extraction'
  | 'persona'
  | 'template'
  | 'authority'
  | 'document'
  | 'exfiltration'
  | 'encoded'
  | 'suppression'
  | 'splitting';

export interface CatalogueRule extends SequenceRule {
  readonly technique: Technique;
  /** Where the technique is described. */
  readonly reference: string;
}

const OWASP = 'https://genai.owasp.org/llmrisk/llm01-prompt-injection/';
const PERSONAS = 'https://github.com/verazuo/jailbreak_llms';
const GREEDY = 'https://arxiv.org/abs/2302.12173';

/** Control tokens of chat templates, as they stand in the templates of models that Ollama serves. */
export const TEMPLATE_LITERALS: readonly Literal[] = [
  ...[
    '<|im_start|>',
    '<|im_end|>',
    '<|im_sep|>',
    '<|system|>',
    '<|user|>',
    '<|assistant|>',
    '<|start_header_id|>',
    '<|end_header_id|>',
    '<|eot_id|>',
    '<|eom_id|>',
    '<|begin_of_text|>',
    '<|end_of_text|>',
    '<|endoftext|>',
    '<|start_of_role|>',
    '<|end_of_role|>',
    '<|python_tag|>',
    '<|channel|>',
    '<|message|>',
    '<|start|>',
    '<|end|>',
    '<|return|>',
    '<|call|>',
    '<|tool|>',
    '<|observation|>',
    '<start_of_turn>',
    '<end_of_turn>',
    '<<sys>>',
    '<</sys>>',
    '[inst]',
    '[/inst]',
    '[system_prompt]',
    '[/system_prompt]',
    '[tool_calls]',
    '[available_tools]',
    '[/available_tools]',
    '[tool_results]',
    '[/tool_results]',
    '<|endofprompt|>',
    '<|endofsystem|>',
    '<｜user｜>',
    '<｜assistant｜>',
    '<｜begin_of_sentence｜>',
    '<｜end_of_sentence｜>',
    '<|user_start|>',
    '<|header_start|>',
    '<|header_end|>',
    '<|turn|>',
    '<start_of_image>',
    '<|vision_start|>',
    '<|fim_prefix|>',
  ].map((text) => ({ text: text.replaceAll('｜', '|'), className: 'template' })),
  ...[
    '<system>',
    '</system>',
    '[system]',
    '[/system]',
    '<tool_response>',
    '<tool_call>',
    '</s>',
    '<instruction>',
    '<instructions>',
    '<information>',
    '<system_prompt>',
    '<important>',
    '<assistant>',
  ].map((text) => ({ text, className: 'pseudotag' })),
  ...[
    '### system',
    '###(system',
    '### instruction',
    '#system',
    '--- system',
    '[system message',
    '[admin',
    '(system_message',
    '###instruction',
    '### new instruction',
    '[#',
    '](#instruction',
  ].map((text) => ({ text, className: 'pseudohead' })),
  ...['<!--', '/*'].map((text) => ({ text, className: 'comment' })),
];

/** All built-in rules. Read `lexicon.ts` for the word classes. */
export const CATALOGUE: readonly CatalogueRule[] = [
  // Instruction override
  {
    id: 'ignore_previous_instructions',
    technique: 'override',
    reference: OWASP,
    score: 1,
    source: String.raw`ignore\s+.*(previous|all|above|prior).*\s+instructions`,
    sequences: [
      'override ~3 prior ~4 directive',
      'override ~2 all|your ~3 directive ~3 prior|said',
      'override ~2 directive ~3 prior|said',
      'prior ~5 directive ~5 override_last',
      'directive ~3 prior ~3 override_last',
    ],
  },
  {
    id: 'ignore_your_instructions',
    technique: 'override',
    reference: OWASP,
    score: 0.9,
    sequences: [
      'override ~3 your ~2 directive',
      'your ~3 directive ~4 override_last',
      'override ~1 all ~2 directive',
      'override ~2 directive ~2 your',
      'all ~2 directive ~4 override_last',
    ],
  },
  {
    id: 'ignore_previous_text',
    technique: 'override',
    reference: OWASP,
    score: 0.7,
    sequences: [
      'override ~3 prior ~3 given',
      'override ~2 all|your ~3 given ~3 prior|said',
      'prior ~3 given ~4 override_last',
      'override ~2 given ~2 prior|said',
      'prior ~4 override_last',
    ],
  },
  {
    id: 'forget_everything',
    technique: 'override',
    reference: OWASP,
    score: 0.9,
    sequences: [
      'forget ~2 all ~3 prior|said',
      'forget ~1 prior ~3 said',
      'all ~3 prior ~3 override_last',
      'override ~1 all ~4 said',
    ],
  },
  {
    id: 'forget_all',
    technique: 'override',
    reference: OWASP,
    score: 0.4,
    sequences: ['forget ~1 all', 'all ~2 override_last'],
  },
  {
    id: 'ignore_and_say',
    technique: 'override',
    reference: OWASP,
    score: 0.8,
    sequences: [
      '^override ~2 prior ~3 conjunction ~3 say',
      '^override ~3 directive ~2 conjunction ~3 say',
      '^forget ~1 all ~4 say',
      '^override ~3 prior ~8 instead',
    ],
  },
  {
    id: 'new_instructions',
    technique: 'override',
    reference: OWASP,
    score: 0.5,
    sequences: [
      'newly ~1 directive|given ~2 follows',
      'your ~1 newly ~1 directive|given',
      'follows ~3 newly ~1 directive',
      '^now ~4 newly ~2 given|directive',
    ],
  },
  // Prompt extraction
  {
    id: 'reveal_system_prompt',
    technique: 'extraction',
    reference: OWASP,
    score: 1,
    sequences: [
      'reveal ~3 definite ~3 hidden ~1 promptn',
      'reveal ~3 definite ~2 systemprompt',
      'reveal ~2 me ~2 hidden ~1 promptn',
      'hidden ~2 promptn ~5 reveal',
      'systemprompt ~4 reveal',
      'reveal ~4 your ~3 directive',
    ],
  },
  {
    id: 'print_system_prompt',
    technique: 'extraction',
    reference: OWASP,
    score: 0.7,
    sequences: [
      'reveal ~2 hidden ~1 promptn',
      'reveal ~3 systemprompt',
      'reveal ~3 initstring',
      'what ~2 be ~2 definite ~1 systemprompt',
      'what ~4 your ~2 systemprompt',
    ],
  },
  {
    id: 'ask_for_instructions',
    technique: 'extraction',
    reference: OWASP,
    score: 0.8,
    sequences: [
      'what ~2 be ~2 your ~2 hidden ~1 promptn|directive',
      'what ~2 be ~1 your ~1 directive',
      'what ~3 your ~1 hidden ~1 directive|promptn',
      'what ~2 be ~2 definite ~3 directive ~4 told|prior',
      'your ~3 directive ~3 what',
    ],
  },
  {
    id: 'repeat_text_above',
    technique: 'extraction',
    reference: OWASP,
    score: 0.8,
    sequences: [
      'reveal ~3 textn ~2 above',
      'reveal ~2 above ~2 textn',
      'reveal ~2 prior ~1 textn|directive',
      'reveal ~5 textn ~4 beginning',
      'reveal ~3 all ~3 above',
    ],
  },
  {
    id: 'verbatim',
    technique: 'extraction',
    reference: OWASP,
    score: 0.3,
    sequences: ['reveal ~12 verbatim', 'reveal ~12 codeblock', 'verbatim ~6 reveal'],
  },
  {
    id: 'beginning_of_conversation',
    technique: 'extraction',
    reference: OWASP,
    score: 0.6,
    sequences: [
      'told ~4 beginning ~3 conversation',
      'beginning ~3 conversation ~4 told',
      'told ~2 prior ~2 conversation',
      'what ~3 told ~3 prior|above|beginning',
      'reveal ~6 beginning ~2 conversation',
      'what ~3 youtold',
    ],
  },
  {
    id: 'complete_my_instructions',
    technique: 'extraction',
    reference: OWASP,
    score: 0.8,
    sequences: ['^continueverb|startwith|reveal ~6 myinstructions'],
  },
  {
    id: 'supposed_to_hide',
    technique: 'extraction',
    reference: OWASP,
    score: 0.6,
    sequences: ['what ~4 negation ~2 supposed'],
  },
  // Personas
  {
    id: 'do_anything_now',
    technique: 'persona',
    reference: PERSONAS,
    score: 1,
    sequences: ['danphrase', 'devmode ~1 mode ~2 enable', 'enable ~4 devmode ~1 mode', 'dan ~1 mode'],
  },
  {
    id: 'no_restrictions',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.5,
    sequences: [
      'without ~4 limits',
      'without ~3 morals',
      'negation ~3 limits ~3 morals',
      'nomatter ~4 morals',
      'nolonger ~4 limits',
      'negation ~3 abide ~4 limits|policy|morals',
    ],
  },
  {
    id: 'provider_policy',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.5,
    sequences: ['provider ~3 policy', 'negation ~6 provider', 'override ~4 provider'],
  },
  {
    id: 'evil_persona',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.5,
    sequences: ['evil ~2 ai', 'ai ~4 evil', 'youare ~6 evil'],
  },
  {
    id: 'now_you_are',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.3,
    sequences: ['now ~2 youare', 'youare ~1 now', 'youare ~4 nolonger', 'nolonger ~3 ai', 'youare ~2 nolonger'],
  },
  {
    id: 'named_persona',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.3,
    sequences: ['youare ~3 dan', 'dan ~6 noperson', 'youare ~8 noperson'],
  },
  {
    id: 'two_answers',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.4,
    sequences: ['say ~8 twoways', 'twoways ~8 say', 'twoways'],
  },
  { id: 'in_character', technique: 'persona', reference: PERSONAS, score: 0.2, sequences: ['character'] },
  {
    id: 'comply_always',
    technique: 'persona',
    reference: PERSONAS,
    score: 0.4,
    sequences: ['always ~2 comply', 'never ~2 refuse', 'youare ~6 comply'],
  },
  // Refusal suppression
  {
    id: 'never_refuse',
    technique: 'suppression',
    reference: 'https://arxiv.org/abs/2307.02483',
    score: 0.5,
    always: true,
    sequences: [
      'never ~3 refuse',
      'never ~4 disclaimer',
      'never ~3 say ~3 cannotsay',
      'never ~5 cannotsay',
      'without ~2 disclaimer',
    ],
  },
  {
    id: 'forced_opening',
    technique: 'suppression',
    reference: 'https://arxiv.org/abs/2307.02483',
    score: 0.6,
    sequences: ['startwith ~2 sure', 'startwith ~2 cannotsay'],
  },
  // Chat template tokens and imitated headings
  {
    id: 'chat_template_role',
    technique: 'template',
    reference: OWASP,
    score: 1,
    always: true,
    sequences: ['^template ~1 role', '^template ~40 template'],
  },
  {
    id: 'chat_template_token',
    technique: 'template',
    reference: OWASP,
    score: 0.5,
    always: true,
    sequences: ['template'],
  },
  {
    id: 'imitated_heading',
    technique: 'template',
    reference: OWASP,
    score: 0.3,
    indirectScore: 0.5,
    always: true,
    sequences: ['pseudotag', 'pseudohead'],
  },
  // Authority and urgency
  {
    id: 'claimed_authority',
    technique: 'authority',
    reference: OWASP,
    score: 0.4,
    sequences: ['authority ~3 boss', 'admin ~1 overrideword', 'admin ~1 access', 'overrideword ~1 access'],
  },
  {
    id: 'maintenance_mode',
    technique: 'authority',
    reference: OWASP,
    score: 0.5,
    sequences: ['youare ~4 devmode ~1 mode', 'enable ~3 devmode ~1 mode', 'reveal ~4 config'],
  },
  { id: 'claimed_audit', technique: 'authority', reference: OWASP, score: 0.2, sequences: ['audit'] },
  // Documents that talk to the model
  {
    id: 'addresses_the_model',
    technique: 'document',
    reference: GREEDY,
    score: 0.2,
    indirectScore: 0.5,
    sequences: ['notice ~4 addressed', 'addressed ~6 imperative', 'toyou ~2 addressed'],
  },
  {
    id: 'system_tag',
    technique: 'document',
    reference: GREEDY,
    score: 0.2,
    indirectScore: 0.6,
    sequences: ['systemtag'],
  },
  {
    id: 'before_you_solve',
    technique: 'document',
    reference: GREEDY,
    score: 0.6,
    sequences: ['beforesolve', 'originaltask'],
  },
  { id: 'follow_these_instead', technique: 'document', reference: GREEDY, score: 0.4, sequences: ['followinstr'] },
  {
    id: 'hide_from_user',
    technique: 'document',
    reference: GREEDY,
    score: 0.4,
    indirectScore: 0.6,
    always: true,
    sequences: ['secretly'],
  },
  {
    id: 'dictated_verdict',
    technique: 'document',
    reference: GREEDY,
    score: 0.3,
    indirectScore: 0.6,
    always: true,
    sequences: ['question ~6 verdict', 'question ~4 question', 'urgent ~6 verdict', 'verdict'],
  },
  // Exfiltration
  {
    id: 'send_secrets',
    technique: 'exfiltration',
    reference: OWASP,
    score: 0.3,
    indirectScore: 0.7,
    sequences: ['send ~8 loot ~12 target', 'send ~8 loot'],
  },
  // Encoded payloads
  { id: 'decode_and_obey', technique: 'encoded', reference: OWASP, score: 0.5, sequences: ['^decode ~10 obey'] },
  // Payload splitting
  {
    id: 'join_and_obey',
    technique: 'splitting',
    reference: 'https://arxiv.org/abs/2302.05733',
    score: 0.5,
    sequences: ['^joinparts ~20 obey', '^joinparts ~12 say'],
  },
];
