/**
 * Forty mistakes that people make in policy files, each with all that is said about it: place, key and words. A case is
 * a `spec` under the kind's usual envelope, or a whole document.
 */
export interface Mistake {
  readonly name: string;
  readonly kind?: string;
  /** Lines of `spec`, which begin at line 5, column 3. */
  readonly spec?: string;
  readonly document?: string;
  readonly told: readonly string[];
}

export function documentOf({ kind, spec, document }: Mistake): string {
  if (document !== undefined) return document;
  const body = (spec ?? '').replace(/^/gm, '  ');
  return `apiVersion: llm-gateway/v1\nkind: ${kind}\nmetadata: { name: tried }\nspec:\n${body}\n`;
}

const HEAD = 'apiVersion: llm-gateway/v1\n';

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'an empty file',
    document: '',
    told: ['1:1: holds no policy; accepted: a document with apiVersion, kind, metadata and spec'],
  },
  {
    name: 'only a comment',
    document: '# nothing yet\n',
    told: ['1:1: holds no policy; accepted: a document with apiVersion, kind, metadata and spec'],
  },
  {
    name: 'a list where a policy should be',
    document: '- secrets\n',
    told: ['1:1: is not a mapping; accepted: apiVersion, kind, metadata, spec'],
  },
  {
    name: 'a tab as indentation',
    document: `${HEAD}spec:\n\tallow: []\n`,
    told: ['3:1: a tab cannot indent YAML; use spaces'],
  },
  {
    name: 'a key twice',
    document: `${HEAD}kind: Access\nmetadata: { name: a }\nspec:\n  anonymous: allow\n  anonymous: deny\n`,
    told: ['6:3: this key stands here twice; keep one'],
  },
  {
    name: 'a tag',
    document: `${HEAD}kind: Access\nmetadata: { name: !secret a }\nspec: {}\n`,
    told: ['3:19: tags (!name) are not accepted; write a plain value'],
  },
  {
    name: 'an alias without its anchor',
    document: `${HEAD}kind: Access\nmetadata: *who\nspec: {}\n`,
    told: ['3:11: *who has no anchor; write the value out, or put &who before one above'],
  },
  {
    name: 'a backslash in double quotes',
    kind: 'SensitiveInformation',
    spec: 'rules:\n  add: [{ id: a, label: A, pattern: "\\d{6}" }]',
    told: ['6:40: Invalid escape sequence \\d; in single quotes a backslash is only a backslash'],
  },
  {
    name: 'a bracket that is never closed',
    document: `${HEAD}kind: Access\nmetadata: { name: a\nspec: {}\n`,
    told: ['4:1: cannot be read as YAML: Flow map in block collection must be sufficiently indented and end with a }'],
  },
  {
    name: 'the version of another product',
    document: 'apiVersion: v1\nkind: Access\nmetadata: { name: a }\nspec: {}\n',
    told: ['1:13: apiVersion: is not a version known here; accepted: llm-gateway/v1'],
  },
  {
    name: 'a kind with a letter too few',
    document: `${HEAD}kind: ToolPermisions\nmetadata: { name: a }\nspec: {}\n`,
    told: [
      '2:7: kind: unknown kind "ToolPermisions"; did you mean "ToolPermissions"? accepted: Access, Consumption, ModelAllowlist, ToolPermissions, PromptInjection, SensitiveInformation, SystemPromptLeakage, OutputHandling',
    ],
  },
  {
    name: 'a kind of Kubernetes',
    document: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: {} }\ndata: {}\n',
    told: [
      '1:1: spec: is missing',
      '1:13: apiVersion: is not a version known here; accepted: llm-gateway/v1',
      '2:7: kind: unknown kind "ConfigMap"; accepted: Access, Consumption, ModelAllowlist, ToolPermissions, PromptInjection, SensitiveInformation, SystemPromptLeakage, OutputHandling',
      '3:22: metadata.labels: unknown key; accepted: name, description',
      '4:1: data: unknown key; accepted: apiVersion, kind, metadata, spec',
    ],
  },
  {
    name: 'no metadata and no spec',
    document: `${HEAD}kind: Access\n`,
    told: ['1:1: metadata: is missing', '1:1: spec: is missing'],
  },
  {
    name: 'a name with a capital letter',
    document: `${HEAD}kind: Access\nmetadata: { name: Team }\nspec: {}\n`,
    told: ['3:19: metadata.name: does not have the accepted form: up to 63 of a-z 0-9 and -, as in Kubernetes'],
  },
  {
    name: 'a name that variables use',
    document: `${HEAD}kind: Access\nmetadata: { name: environment }\nspec: {}\n`,
    told: ['3:19: metadata.name: is the name of what environment variables say; accepted: any other name'],
  },
  {
    name: 'two unknown keys at once',
    kind: 'ToolPermissions',
    spec: 'blok: [execute_sql]\nhigh_risk: [send_email]',
    told: [
      '5:3: spec.blok: unknown key; did you mean "block"? accepted: match, mode, allow, block, highRisk, arguments',
      '6:3: spec.high_risk: unknown key; did you mean "highRisk"? accepted: match, mode, allow, block, highRisk, arguments',
    ],
  },
  {
    name: 'a key that every object has',
    kind: 'ToolPermissions',
    spec: 'allow: [a]\nconstructor: [b]',
    told: ['6:3: spec.constructor: unknown key; accepted: match, mode, allow, block, highRisk, arguments'],
  },
  {
    name: 'a mode that is none',
    kind: 'ToolPermissions',
    spec: 'mode: enforce\nblock: [execute_sql]',
    told: ['5:9: spec.mode: "enforce" is not accepted; accepted: monitor, soft, hard'],
  },
  {
    name: 'match as a list',
    kind: 'ToolPermissions',
    spec: 'match: [llama3.2]\nblock: [execute_sql]',
    told: ['5:10: spec.match: is not a mapping; accepted: models, callers, except'],
  },
  {
    name: 'an empty list of callers',
    kind: 'ToolPermissions',
    spec: 'match: { callers: [] }\nblock: [execute_sql]',
    told: ['5:21: spec.match.callers: is empty and so has no effect; accepted: [open-webui, …], or leave it out'],
  },
  {
    name: 'mode on a kind that has none',
    kind: 'Access',
    spec: 'mode: hard',
    told: ['5:3: spec.mode: unknown key; accepted: anonymous, callers'],
  },
  {
    name: 'one tool where a list should be',
    kind: 'ToolPermissions',
    spec: 'block: execute_sql',
    told: ['5:10: spec.block: is not a list; accepted: [execute_sql, …]'],
  },
  {
    name: 'a number where a name should be',
    kind: 'ToolPermissions',
    spec: 'block: [1]',
    told: [
      '5:11: spec.block[0]: is not text; accepted: a tool name, * for any part, in quotes if it looks like a number',
    ],
  },
  {
    name: 'a tool allowed and blocked',
    kind: 'ToolPermissions',
    spec: 'allow: [get_weather, execute_sql]\nblock: [execute_sql]',
    told: ['5:24: spec.allow[1]: "execute_sql" is blocked by this policy too, so it has no effect here'],
  },
  {
    name: 'an argument rule on a blocked tool',
    kind: 'ToolPermissions',
    spec: "block: [http_*]\narguments: [{ tool: http_get, path: $.url, deny: '^http:' }]",
    told: ['6:23: spec.arguments[0].tool: "http_get" is blocked by this policy, so the rule has no effect'],
  },
  {
    name: 'an argument rule that asks nothing',
    kind: 'ToolPermissions',
    spec: 'arguments: [{ tool: http_get, path: $.url }]',
    told: ['5:15: spec.arguments[0]: needs allow, deny or both; without them it has no effect'],
  },
  {
    name: 'a path that is none',
    kind: 'ToolPermissions',
    spec: "arguments: [{ tool: http_get, path: url, deny: 'x' }]",
    told: ['5:39: spec.arguments[0].path: is not a path; accepted: $.url, $.items[0].name, $.items[*], $'],
  },
  {
    name: 'a look-ahead',
    kind: 'SensitiveInformation',
    spec: "rules:\n  add: [{ id: a, label: A, pattern: 'EMP-(?=[0-9])[0-9]{6}' }]",
    told: [
      '6:39: spec.rules.add[0].pattern: column 5 of it: look-ahead is not in the subset; match the text itself, or end the pattern with \\b',
    ],
  },
  {
    name: 'a back-reference',
    kind: 'PromptInjection',
    spec: "patterns:\n  add: [{ id: twice, pattern: '(\\w+) \\1' }]",
    told: [
      '6:33: spec.patterns.add[0].pattern: column 7 of it: a back-reference is not regular; write out the alternatives that it may repeat',
    ],
  },
  {
    name: 'a pattern that matches nothing at all',
    kind: 'SensitiveInformation',
    spec: "rules:\n  add: [{ id: a, label: A, pattern: '[0-9]*' }]",
    told: [
      '6:39: spec.rules.add[0].pattern: column 1 of it: it matches the empty text; require at least one character, for example + instead of *',
    ],
  },
  {
    name: 'an unclosed group',
    kind: 'SensitiveInformation',
    spec: "rules:\n  add: [{ id: a, label: A, pattern: '(EMP-[0-9]{6}' }]",
    told: [
      '6:39: spec.rules.add[0].pattern: column 14 of it: unterminated group; write a regular expression in the syntax of JavaScript with the u flag',
    ],
  },
  {
    name: 'a label in lower case',
    kind: 'SensitiveInformation',
    spec: "rules:\n  add: [{ id: a, label: employee, pattern: 'EMP-[0-9]{6}' }]",
    told: [
      '6:27: spec.rules.add[0].label: does not have the accepted form: upper-case letters, digits and _, as in EMPLOYEE_NUMBER',
    ],
  },
  {
    name: 'a check that does not exist',
    kind: 'SensitiveInformation',
    spec: "rules:\n  add: [{ id: a, label: A, pattern: '[0-9]{16}', validators: [lun] }]",
    told: ['6:65: spec.rules.add[0].validators[0]: "lun" is no check; did you mean "luhn"? accepted: …'],
  },
  {
    name: 'a built-in rule with a letter wrong',
    kind: 'SensitiveInformation',
    spec: 'rules:\n  builtin: [opnai_key]',
    told: [
      '6:15: spec.rules.builtin[0]: "opnai_key" is no pack and no built-in rule; did you mean "openai_key"? accepted: …',
    ],
  },
  {
    name: 'removing a rule that is not there',
    kind: 'SensitiveInformation',
    spec: 'rules:\n  builtin: [secrets]\n  remove: [email_address]',
    told: [
      '7:14: spec.rules.remove[0]: "email_address" is not among the rules chosen here, so it has no effect; accepted: …',
    ],
  },
  {
    name: 'tool arguments where only prompts are read',
    kind: 'SensitiveInformation',
    spec: 'in: [prompt]\nrules: { builtin: [secrets] }\ntoolArguments: deny',
    told: [
      '7:3: spec.toolArguments: has no effect where only prompts are read; accepted: leave it out, or add answer to `in`',
    ],
  },
  {
    name: 'a mounted file that is not there',
    kind: 'SensitiveInformation',
    spec: 'rules:\n  values: [{ id: v, label: V, file: /nowhere/value }]',
    told: [
      '6:39: spec.rules.values[0].file: cannot be read (ENOENT); accepted: the path of a mounted file that exists',
    ],
  },
  {
    name: 'a threshold in words',
    kind: 'PromptInjection',
    spec: 'threshold: high',
    told: ['5:14: spec.threshold: is not a number; accepted: a number from 0.1 to 100'],
  },
  {
    name: 'a built-in pattern that does not exist',
    kind: 'PromptInjection',
    spec: 'patterns: { remove: [ignore_previous_instruction] }',
    told: [
      '5:24: spec.patterns.remove[0]: "ignore_previous_instruction" is no built-in pattern; did you mean "ignore_previous_instructions"? accepted: …',
    ],
  },
  {
    name: 'a short digest',
    kind: 'ModelAllowlist',
    spec: "models: [{ name: 'llama3.2:1b', digest: 'sha256:ba8a' }]",
    told: [
      '5:43: spec.models[0].digest: does not have the accepted form: 64 hex digits as in /api/tags, `sha256:` before them or not',
    ],
  },
  {
    name: 'a cloud model',
    kind: 'ModelAllowlist',
    spec: "models: [{ name: 'gpt-oss:120b-cloud' }]",
    told: ['5:20: spec.models[0].name: is a cloud model; those are refused in every mode, so this entry has no effect'],
  },
  {
    name: 'a body limit for one model',
    kind: 'Consumption',
    spec: 'match: { models: [llama3.2] }\nlimits: { bodyBytes: 1048576 }',
    told: [
      '6:13: spec.limits.bodyBytes: is decided before the model is known; put it into a policy that does not match models',
    ],
  },
  {
    name: 'a limit over the fixed cap',
    kind: 'Consumption',
    spec: 'limits: { bodyBytes: 99999999 }',
    told: ['5:24: spec.limits.bodyBytes: is too large; accepted: a whole number from 1024 to 33554432 bytes'],
  },
  {
    name: 'a key without a digest or a file',
    kind: 'Access',
    spec: 'callers: [{ name: ci, keys: [{ notAfter: 2027-01-01 }] }]',
    told: ['5:32: spec.callers[0].keys[0]: needs exactly one of sha256 and file'],
  },
  {
    name: 'a day that does not exist',
    kind: 'Access',
    spec: `callers: [{ name: ci, keys: [{ sha256: ${'a'.repeat(64)}, notAfter: 2027-13-01 }] }]`,
    told: [
      '5:118: spec.callers[0].keys[0].notAfter: is not a day that exists; accepted: 2027-01-31 or 2027-01-31T12:00:00Z',
    ],
  },
  {
    name: 'a reserved caller',
    kind: 'Access',
    spec: `callers: [{ name: anonymous, keys: [{ sha256: ${'a'.repeat(64)} }] }]`,
    told: ['5:21: spec.callers[0].name: is reserved; accepted: any name but anonymous, default, unknown'],
  },
  {
    name: 'closing the door without a key',
    kind: 'Access',
    spec: 'anonymous: deny',
    told: ['5:14: spec.anonymous: is deny but there is no key, so nobody could enter; add callers'],
  },
  {
    name: 'a policy without effect',
    kind: 'SystemPromptLeakage',
    spec: 'callerSystem: allow',
    told: ['5:3: spec: has no effect; accepted: overlapWords, canary: true or callerSystem: deny'],
  },
  {
    name: 'a host with a scheme',
    kind: 'OutputHandling',
    spec: "links: { allowHosts: ['https://docs.example.com'] }",
    told: [
      '5:25: spec.links.allowHosts[0]: does not have the accepted form: a host name such as docs.example.com or *.example.com',
    ],
  },
];
