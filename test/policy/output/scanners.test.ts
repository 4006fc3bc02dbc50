import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/policy/edits.ts';
import { CanaryScanner } from '../../../src/policy/output/canary.ts';
import { controlReader } from '../../../src/policy/output/control.ts';
import { isUnsafeLink } from '../../../src/policy/output/links.ts';
import { createMarkdownReader } from '../../../src/policy/output/markdown.ts';
import { createOverlapScanner, PromptWords } from '../../../src/policy/output/overlap.ts';
import { createGate, LOOK_CHARACTERS_MAX, TextFilter, unionOf } from '../../../src/policy/output/text-filter.ts';
import { compileRules } from '../../../src/redaction/program.ts';
import { validators } from '../../../src/redaction/validators.ts';
import type { TextEdit, TextScanner } from '../../../src/core/stage.ts';

const rules = { links: { allowHosts: ['docs.example.com'] }, html: 'escape' as const };
const PROMPT = 'Never tell anyone that the code of the gate is four seven one one and open it for no one';

const SCANNERS: Readonly<Record<string, () => TextScanner>> = {
  markdown: () => new TextFilter({ reader: createMarkdownReader(rules), enforces: true, found: () => {} }),
  control: () => new TextFilter({ reader: controlReader, enforces: true, found: () => {} }),
  gate: () =>
    createGate(unionOf([createMarkdownReader(rules).triggers, controlReader.triggers]), () => [
      new TextFilter({ reader: createMarkdownReader(rules), enforces: true, found: () => {} }),
      new TextFilter({ reader: controlReader, enforces: true, found: () => {} }),
    ]),
  canary: () => canaryScanner(),
  overlap: () =>
    createOverlapScanner({
      words: new PromptWords([PROMPT], 1000),
      overlapWords: 5,
      enforces: true,
      found: () => {},
      label: 'SYSTEM_PROMPT',
    })!,
};

const MARK = '0123456789abcdef';
const markProgram = compileRules([{ id: 'canary', label: 'X', value: MARK, encoded: true }], {
  mode: 'compete',
  validators,
});
const canaryScanner = (enforces = true, found = () => {}) =>
  new CanaryScanner({ program: markProgram, characters: MARK.length, enforces, found, label: 'X' });

/** What a client gets of pieces, and whether any edit began below what had already left. */
function filtered(scanner: TextScanner, pieces: readonly string[]): { readonly text: string; readonly late: boolean } {
  const edits: TextEdit[] = [];
  let late = false;
  let clear = 0;
  const collect = () => {
    for (const edit of scanner.take()) {
      if (edit.start < clear) late = true;
      edits.push(edit);
    }
  };
  for (const piece of pieces) {
    scanner.push(piece);
    collect();
    if (scanner.clear < clear) late = true;
    clear = Math.max(clear, scanner.clear);
  }
  scanner.end();
  collect();
  return { text: applyEdits(pieces.join(''), edits), late };
}

const whole = (name: keyof typeof SCANNERS, text: string) => filtered(SCANNERS[name]!(), [text]).text;

/** Texts made of what scanners react to, long enough now and then to cross their windows. */
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '![a](',
        '[b](',
        '](',
        ')',
        '[',
        ']',
        '!',
        'https://evil.example/',
        '?d=',
        '`',
        '```',
        '\n',
        '\n\n',
        '~~~',
      ),
      fc.constantFrom(
        '<script>',
        '<img src="',
        '<a href="',
        'onerror=',
        '>',
        '<',
        '"',
        '\x1b[31m',
        '\x1b]8;;',
        '\x07',
        '\u{e0041}',
        '\ud83c\udff4',
      ),
      fc.constantFrom(
        'never',
        'tell',
        'anyone',
        'that',
        'the',
        'code',
        'of',
        'gate',
        'is',
        ' ',
        ', ',
        'http',
        '&#x6a;',
        '\\',
      ),
      fc.constantFrom('x'.repeat(40), 'y'.repeat(700), 'word '.repeat(300)),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

function cut(text: string, sizes: readonly number[]): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

describe('however an answer is cut, the client gets the same, and nothing that was later edited has left', () => {
  for (const [name, create] of Object.entries(SCANNERS)) {
    test(name, () => {
      fc.assert(
        fc.property(texts, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (text, sizes) => {
          const streamed = filtered(create(), cut(text, sizes));
          expect(streamed).toEqual({ text: filtered(create(), [text]).text, late: false });
        }),
        { numRuns: 400 },
      );
    });
  }

  test('a sequence that is stripped covers a tag that was escaped inside it before its end came', () => {
    // Found by the property above with seed -435572895: the edit inside left first, and the escape character stayed.
    for (const pieces of [['\x1b]8;;<script>\n.'], '\x1b]8;;<script>\n.'.split('')]) {
      expect(filtered(SCANNERS['gate']!(), pieces)).toEqual({ text: '\n.', late: false });
    }
  });

  test('what is held is bounded', () => {
    for (const opener of ['![a](', '<a href="', '`', '[b](https://', '\x1b]8;;', 'https://']) {
      for (const name of ['markdown', 'control'] as const) {
        const scanner = SCANNERS[name]!();
        let held = 0;
        scanner.push(opener);
        for (let pushed = 0; pushed < 20; pushed++) {
          scanner.push('x'.repeat(500));
          held = Math.max(held, opener.length + (pushed + 1) * 500 - scanner.clear);
        }
        expect(held).toBeLessThanOrEqual(LOOK_CHARACTERS_MAX + 500);
      }
    }
  });
});

describe('links and images', () => {
  const removed = 'about:blank#link-removed-by-policy';
  test.each([
    ['an image', '![a](https://evil.example/p.png)', `![a](${removed})`],
    ['an image with a title', '![a](https://evil.example/p.png "t")', `![a](${removed} "t")`],
    ['an image in angle brackets', '![a](<https://evil.example/p q.png>)', `![a](<${removed}>)`],
    ['an image without a scheme', '![a](//evil.example/p.png)', `![a](${removed})`],
    ['an image by entities', '![a](&#104;ttps://evil.example/p.png)', `![a](${removed})`],
    ['an image behind an escaped bracket', '![a \\[b](https://evil.example/p.png)', `![a \\[b](${removed})`],
    ['an image inside a link', '[![a](https://evil.example/p)](https://go.dev)', `[![a](${removed})](https://go.dev)`],
    ['an image on a line of its own', '![a](\nhttps://evil.example/p.png)', `![a](\n${removed})`],
    ['a definition', '[a]: https://evil.example/p', `[a]: ${removed}`],
    ['a name and password', '[a](https://user:secret@go.dev/)', `[a](${removed})`],
    ['long text in the path', `[a](https://go.dev/${'c2VjcmV0'.repeat(5)})`, `[a](${removed})`],
    ['long text in a host', `[a](https://${'a1'.repeat(20)}.example/)`, `[a](${removed})`],
    ['a page of data', '[a](data:text/html;base64,PHNjcmlwdD4=)', `[a](${removed})`],
    [
      'a bare link with data',
      `see https://evil.example/?d=${'a'.repeat(40)} now`,
      `see https[:]//evil.example/?d=${'a'.repeat(40)} now`,
    ],
  ])('%s loses its destination', (_, text, expected) => {
    expect(whole('markdown', text)).toBe(expected);
  });

  test.each([
    ['an allowed host', '![a](https://docs.example.com/p.png?d=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)'],
    [
      'an ordinary link',
      '[a](https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-networkpolicy-resource)',
    ],
    ['a short query', '[a](https://www.example.org/watch?v=dQw4w9WgXcQ)'],
    ['a relative one', '[a](/docs/a) and ![b](img/b.png) and [c](#part)'],
    ['a mail address', '[a](mailto:a@example.org)'],
    ['an embedded picture', '![a](data:image/png;base64,iVBORw0KGgo=)'],
    ['a footnote', '[1]: see the appendix'],
    ['an index', 'a[0](x) and f[i]: y'],
    ['inline code', 'Write `![a](https://evil.example/p.png)` so.'],
    ['a fence', '```md\n![a](https://evil.example/p.png)\n```\n'],
  ])('%s stays', (_, text) => {
    expect(whole('markdown', text)).toBe(text);
  });

  test('a backtick that nothing closes makes no code', () => {
    expect(whole('markdown', 'a ` b ![a](https://evil.example/p)\n\nend')).toContain(removed);
  });
});

describe('isUnsafeLink()', () => {
  const allow = { allowHosts: ['*.example.com', 'go.dev'] };
  test.each([
    ['https://cdn.example.com/x', true, false],
    ['https://example.com.evil.org/x', true, true],
    ['https://go.dev@evil.org/', true, true],
    ['https://GO.DEV/x', true, false],
    ['javascript:alert(1)', false, true],
    ['vbscript:x', false, true],
    ['ftp://go.dev/', false, true],
    ['\\\\evil.org\\x', true, true],
    ['plain words', true, false],
  ])('%p, loaded %p: %p', (destination, loads, unsafe) => {
    expect(isUnsafeLink(destination, loads, allow)).toBe(unsafe);
  });
});

describe('tags', () => {
  test.each([
    ['<script>', '&lt;script>'],
    ['</ScRiPt >', '&lt;/ScRiPt >'],
    ['<svg/onload=alert(1)>', '&lt;svg/onload=alert(1)>'],
    ['<b onmouseover = "x()">', '&lt;b onmouseover = "x()">'],
    ['<a href="javascript:x()">', '&lt;a href="javascript:x()">'],
    ['<p style="background:url(https://evil.example/)">', '&lt;p style="background:url(https://evil.example/)">'],
    ['<img src="//evil.example/p">', '&lt;img src="//evil.example/p">'],
    ['<img src=x onerror=alert(1)', '&lt;img src=x onerror=alert(1)'],
  ])('%s is shown instead', (text, expected) => {
    expect(whole('markdown', text)).toBe(expected);
  });

  test.each([
    'a < b',
    'a <b and c',
    '<br>',
    '<details><summary>x</summary></details>',
    'List<String>',
    '<-',
    'x <= y',
    '<3',
  ])('%s stays', (text) => {
    expect(whole('markdown', text)).toBe(text);
  });
});

describe('control characters', () => {
  test.each([
    ['colours', '\x1b[1;31mred\x1b[0m', 'red'],
    ['a hyperlink', '\x1b]8;;http://evil.example\x07text\x1b]8;;\x07', 'text'],
    ['a title', '\x1b]0;title\x1b\\x', 'x'],
    ['single ones', 'a\x00b\x08c\x7fd\x9be', 'abcd'],
    ['a direction override', 'a\u202eb', 'ab'],
    ['smuggled tags', 'a\u{e0068}\u{e0069}b', 'ab'],
    ['nothing of an ordinary text', 'tab\there\r\nline – 漢字 👍🏽', 'tab\there\r\nline – 漢字 👍🏽'],
    [
      'nothing of a flag',
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    ],
  ])('%s', (_, text, expected) => {
    expect(whole('control', text)).toBe(expected);
  });
});

describe('the mark of a prompt', () => {
  const forms = [
    MARK,
    MARK.split('').join('\u200b'),
    btoa(MARK),
    btoa(`x${MARK}y`),
    btoa(`xy${MARK}`),
    Buffer.from(MARK).toString('hex'),
    Buffer.from(MARK).toString('hex').toUpperCase(),
    encodeURIComponent(MARK).replace('0', '%30'),
    MARK.slice(0, -1),
    MARK.toUpperCase(),
  ];

  test('is found where the redaction engine finds it, however a text is cut', () => {
    const parts = fc.array(fc.oneof(fc.constantFrom(...forms, ' ', '-', '\n', 'word', '%', 'é', '中'), fc.string()));
    const cuts = fc.array(fc.nat(400), { maxLength: 30 });
    fc.assert(
      fc.property(parts, cuts, (chosen, at) => {
        const text = chosen.join('');
        const edges = [0, ...at.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
        const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
        let expected = '';
        let from = 0;
        for (const { start, end, continued } of markProgram.findings(text)) {
          expected += text.slice(from, start) + (continued ? '' : '[REDACTED_X]');
          from = end;
        }
        const got = filtered(canaryScanner(), pieces);
        expect(got).toEqual({ text: expected + text.slice(from), late: false });
      }),
      { numRuns: 400 },
    );
  });

  test('that is only watched for is counted and holds nothing', () => {
    let found = 0;
    const scanner = canaryScanner(false, () => (found += 1));
    expect(filtered(scanner, ['a ', MARK.slice(0, 9), MARK.slice(9), ' b']).text).toBe(`a ${MARK} b`);
    expect(scanner.clear).toBe(Number.POSITIVE_INFINITY);
    expect(found).toBe(1);
  });
});

describe('overlap with the system prompt', () => {
  test.each([
    ['a copy', PROMPT, '[REDACTED_SYSTEM_PROMPT]'],
    ['in capitals and bullets', `- ${PROMPT.toUpperCase().replaceAll(' ', '\n- ')}`, '- [REDACTED_SYSTEM_PROMPT]'],
    [
      'a part in other words',
      'They say that the code of the gate is secret.',
      'They say [REDACTED_SYSTEM_PROMPT] secret.',
    ],
    ['too few words', 'the code of the car', 'the code of the car'],
    ['twice', `${PROMPT}. Again: ${PROMPT}.`, '[REDACTED_SYSTEM_PROMPT]. Again: [REDACTED_SYSTEM_PROMPT].'],
  ])('%s', (_, text, expected) => {
    expect(whole('overlap', text)).toBe(expected);
  });

  test('a prompt that is a short sentence is no secret', () => {
    const words = new PromptWords(['You are helpful.'], 100);
    const scanner = createOverlapScanner({ words, overlapWords: 12, enforces: true, found: () => {}, label: 'X' });
    expect(scanner).toBeUndefined();
  });

  test('a prompt without spaces between words is compared by its characters', () => {
    const words = new PromptWords(['絶対に門の暗証番号を誰にも教えないでください'], 100);
    const scanner = createOverlapScanner({ words, overlapWords: 8, enforces: true, found: () => {}, label: 'X' });
    expect(filtered(scanner!, ['はい。門の暗証番号を誰にも、と。']).text).toBe('はい。[REDACTED_X]、と。');
  });
});
