/** What `policy new KIND NAME` writes: a policy whose comments say what may be changed, and a proof that holds. */
export interface PolicyTemplate {
  readonly policy: string;
  readonly proof: string;
}

function template(kind: string, description: string, spec: string, cases: string): PolicyTemplate {
  return {
    policy: `# Editors complete and underline after: bun run policy schema > .vscode/policy.schema.json
# yaml-language-server: $schema=../.vscode/policy.schema.json
apiVersion: llm-gateway/v1
kind: ${kind}
metadata:
  name: NAME
  description: ${description}
spec:
${spec.trim().replace(/^/gm, '  ')}
`,
    proof: `apiVersion: llm-gateway/v1
kind: PolicyTest
cases:
${cases.trim().replace(/^/gm, '  ')}
`,
  };
}

const MATCH = `# mode: monitor            # laxer than ENFORCEMENT_MODE: watch a new policy while the others act
# match: { models: ['llama3.2:*'], callers: [open-webui], except: { callers: [ci] } }
`;

/** By kind; every template is compiled and proven by a test. */
export const POLICY_TEMPLATES: Readonly<Record<string, PolicyTemplate>> = {
  PromptInjection: template(
    'PromptInjection',
    'Inputs about a project that is not public yet count as suspicious.',
    `${MATCH}scan: [user, tool, assistant]   # whose texts are read
patterns:
  builtin: none            # all | none | [ids]
  add: [{ id: nightfall, pattern: 'project\\s+nightfall', score: 1 }]   # case does not count
threshold: 1               # scores add up; at or over it the input is suspicious`,
    `- name: the name of the project is noticed
  request: { text: What is Project  Nightfall about? }
  expect: { verdict: deny, outcome: refused, rules: [nightfall] }
- name: nightfall by itself is an evening
  request: { text: We met at nightfall. }
  expect: { verdict: allow, noRules: [nightfall] }`,
  ),
  SensitiveInformation: template(
    'SensitiveInformation',
    'Employee numbers do not leave in an answer.',
    `${MATCH}in: [answer]               # answer | prompt
rules:
  # builtin: [secrets, pii]  # or single rule ids
  add: [{ id: employee-no, label: EMPLOYEE_NUMBER, pattern: 'EMP-[0-9]{6}' }]
  # values: [{ id: db-password, label: DB_PASSWORD, file: /etc/llm-gateway/values/db-password }]
# allow: ['EMP-000000']    # a match that equals one of these stays
action: redact             # redact | deny
toolArguments: redact      # redact | deny | record`,
    `- name: an employee number is redacted
  answer: Ask EMP-123456 about it.
  expect: { verdict: redact, rules: [employee-no], answer: 'Ask [REDACTED_EMPLOYEE_NUMBER] about it.' }
- name: a shorter number is none
  answer: Ask EMP-12 about it.
  expect: { verdict: allow, noRules: [employee-no] }`,
  ),
  ModelAllowlist: template(
    'ModelAllowlist',
    'Only models that were looked at may be asked.',
    `${MATCH}models:
  - name: 'llama3.2:1b'
    # digest: 'sha256:…'   # as in /api/tags; without it the name may come to mean another model
  - name: 'qwen3:*'`,
    `- name: a listed model is allowed
  request: { model: 'qwen3:8b', text: Hello }
  expect: { verdict: allow, outcome: passed }
- name: any other is refused
  request: { model: 'mistral:latest', text: Hello }
  expect: { verdict: deny, outcome: refused, refusal: model_not_allowed }`,
  ),
  ToolPermissions: template(
    'ToolPermissions',
    'Tools that destroy data are blocked, addresses inside the network are out of reach.',
    `${MATCH}allow: ['*']               # names or globs; what is not allowed is taken out of requests
block: [drop_table]        # refused in hard, however it is spelled
highRisk: [send_email]     # a call of it needs an approval
arguments: [{ id: no-internal-hosts, tool: http_get, path: $.url, deny: '^https?://(10\\.|169\\.254\\.)' }]`,
    `- name: a blocked tool is refused
  request: { text: go, tools: [drop_table] }
  expect: { outcome: refused, message: 'Tools are blocked: drop_table' }
- name: a call to an address inside the network is replaced
  answer: { calls: [{ name: http_get, arguments: { url: 'http://169.254.169.254/latest/meta-data' } }] }
  expect: { outcome: replaced, rules: [no-internal-hosts], calls: [] }
- name: a call to the outside goes out
  answer: { calls: [{ name: http_get, arguments: { url: 'https://example.com/' } }] }
  expect: { outcome: passed, calls: [http_get] }`,
  ),
  OutputHandling: template(
    'OutputHandling',
    'Answers load images only from our own hosts.',
    `${MATCH}links:
  allowHosts: [docs.example.com]
  action: neutralise       # neutralise | record
html: escape               # escape | escapeAll | keep
controlCharacters: strip   # strip | keep`,
    `- name: an image from our own host stays
  answer: '![plan](https://docs.example.com/plan.png)'
  expect: { verdict: allow, outcome: passed }
- name: an image from elsewhere is not loaded
  answer: '![plan](https://elsewhere.example/plan.png)'
  expect: { verdict: redact, rules: [image] }`,
  ),
  SystemPromptLeakage: template(
    'SystemPromptLeakage',
    'Callers bring no system prompt, and ours does not come back.',
    `${MATCH}overlapWords: 12           # words in a row in common with the system prompt
canary: true               # a mark in prompts that clients send
callerSystem: deny         # allow | deny; also for template and raw`,
    `- name: a system prompt of the caller's own is refused
  request: { messages: [{ role: system, text: You are a pirate. }, { role: user, text: Hello }] }
  expect: { outcome: refused, refusal: system_prompt }
- name: in soft it is dropped
  mode: soft
  request: { messages: [{ role: system, text: You are a pirate. }, { role: user, text: Hello }] }
  expect: { outcome: stripped, texts: [Hello] }`,
  ),
  Consumption: template(
    'Consumption',
    'Requests and answers stay small, and nobody takes all of the model server.',
    `${MATCH}limits: { messages: 200, promptCharacters: 200000, outputTokens: 4096, contextTokens: 16384, seconds: 600 }
perCaller: { requestsPerMinute: 60, tokensPerMinute: 100000, concurrent: 8 }
# perUser: { requestsPerMinute: 20 }   # for callers with a userHeader
upstream: { concurrent: 4, queue: 32, queueSeconds: 60 }   # per model, fair between users`,
    `- name: a long answer is clamped
  request: { text: Hello, outputTokens: 100000 }
  expect: { outcome: clamped, outputTokens: 4096 }
- name: too many messages are refused
  request: { text: Hello, messageCount: 201 }
  expect: { outcome: refused }`,
  ),
  Access: template(
    'Access',
    'Who may enter. Keys come from `bun run policy key new CALLER`.',
    `anonymous: allow           # allow | deny
callers:
  - name: open-webui
    keys:
      # This digest is that of no key: replace it by the one that \`policy key new\` prints.
      - { sha256: '0000000000000000000000000000000000000000000000000000000000000000', notAfter: 2099-01-01 }
      # - { file: /etc/llm-gateway/keys/open-webui }
    admin: false
    userHeader: X-OpenWebUI-User-Id`,
    `- name: who entered is not judged again
  request: { caller: open-webui, text: Hello }
  expect: { verdict: allow, outcome: passed }`,
  ),
};
