import { describe, expect, test } from 'bun:test';
import { compilePolicies } from '../../src/policy/compile.ts';
import { FILE_BYTES_MAX, parsePolicyFile } from '../../src/policy/parse.ts';
import { formatProblem, nearestName, PolicyError } from '../../src/policy/problem.ts';
import { POLICY_KINDS } from '../../src/policy/kinds/index.ts';
import { createWorld } from '../../src/policy/world.ts';
import { documentOf, MISTAKES } from './mistakes.ts';

function told(text: string): readonly string[] {
  try {
    compilePolicies([{ file: 'tried.yaml', text }], createWorld({ enforcementMode: 'hard' }));
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.problems.map((problem) => formatProblem(problem).replace(/^tried\.yaml:/, ''));
  }
}

describe('a mistake in a policy file is told with its place, its key and what would be right', () => {
  for (const mistake of MISTAKES) {
    test(mistake.name, () => {
      // Lists of built-in names grow; `…` stands for their rest.
      const shown = told(documentOf(mistake)).map((line, index) => {
        const wanted = mistake.told[index];
        return wanted?.endsWith('…') && line.startsWith(wanted.slice(0, -1)) ? wanted : line;
      });
      expect(shown).toEqual([...mistake.told]);
      expect(shown.length).toBeGreaterThan(0);
    });
  }

  test('the table has at least forty', () => {
    expect(MISTAKES.length).toBeGreaterThanOrEqual(40);
  });
});

describe('parsePolicyFile()', () => {
  const policy = (name: string) =>
    `apiVersion: llm-gateway/v1\nkind: ToolPermissions\nmetadata: { name: ${name} }\nspec: { block: [a] }\n`;

  test('reads several documents of one file, and skips an empty one', () => {
    const { documents, problems } = parsePolicyFile('a.yaml', `${policy('a')}---\n---\n${policy('b')}`, POLICY_KINDS);
    expect(problems).toEqual([]);
    expect(documents.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('tells the lines of a second document as lines of the file', () => {
    const { problems } = parsePolicyFile(
      'a.yaml',
      `${policy('a')}---\n${policy('b').replace('block', 'blok')}`,
      POLICY_KINDS,
    );
    expect(problems.map(({ line, column, key }) => [line, column, key])).toEqual([[9, 9, 'spec.blok']]);
  });

  test('follows an anchor', () => {
    const text = policy('a').replace(
      'spec: { block: [a] }',
      'spec: { block: &names [a, b], highRisk: [c], allow: *names }',
    );
    expect(parsePolicyFile('a.yaml', text, POLICY_KINDS).problems).toEqual([]);
  });

  test('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 9 }, (_, index) => {
      const names = Array(9)
        .fill(index === 0 ? 'x' : `*l${index - 1}`)
        .join(', ');
      return `l${index}: &l${index} [${names}]`;
    });
    const { problems } = parsePolicyFile('bomb.yaml', levels.join('\n'), POLICY_KINDS);
    expect(problems.map(({ message }) => message)).toEqual([
      'has more than 50 aliases, or aliases of aliases; write the values out',
    ]);
  });

  test('refuses a file over its size without reading it', () => {
    const { problems } = parsePolicyFile('big.yaml', `# ${'x'.repeat(FILE_BYTES_MAX)}`, POLICY_KINDS);
    expect(problems.map(({ message }) => message)).toEqual([
      'is larger than 262144 bytes; split it into several files',
    ]);
  });

  test('reads Windows line ends and a byte order mark', () => {
    const { problems, documents } = parsePolicyFile(
      'a.yaml',
      `\uFEFF${policy('a').replaceAll('\n', '\r\n')}`,
      POLICY_KINDS,
    );
    expect(problems).toEqual([]);
    expect(documents).toHaveLength(1);
  });

  test('a file cut off at any character is refused, or says less than the whole and never something else', () => {
    const whole = policy('a');
    for (let length = 0; length < whole.length; length++) {
      const { documents } = parsePolicyFile('a.yaml', whole.slice(0, length), POLICY_KINDS);
      for (const { spec } of documents) expect(spec).toEqual({ block: ['a'] } as never);
    }
  });
});

describe('nearestName()', () => {
  test.each([
    ['hgih', ['low', 'high'], 'high'],
    ['HIGH_RISK', ['highRisk', 'allow'], 'highRisk'],
    ['zebra', ['allow', 'block'], undefined],
    ['', ['allow'], undefined],
  ])('%p among %p is %p', (given, accepted, nearest) => {
    expect(nearestName(given, accepted)).toBe(nearest as string);
  });
});
