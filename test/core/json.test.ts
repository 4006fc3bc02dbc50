import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decodeUtf8, DEPTH_LIMIT, foldKey, JsonError, readJson } from '../../src/core/json.ts';
import { type JsonNode, memberOf, safeInteger, toValue } from '../../src/core/json-nodes.ts';
import { quoteJson, spliceJson } from '../../src/core/json-write.ts';

const refused: [what: string, text: string, code: string][] = [
  ['nothing', '', 'empty'],
  ['white space only', ' \n', 'empty'],
  ['a duplicate key', '{"model":"a","model":"b"}', 'duplicate_key'],
  ['a duplicate key whose second value is null', '{"prompt":"evil","prompt":null}', 'duplicate_key'],
  ['a duplicate key written with an escape', '{"model":"a","mod\\u0065l":"b"}', 'duplicate_key'],
  ['a duplicate key deep inside', '[{"a":{"b":1,"b":2}}]', 'duplicate_key'],
  ['two objects for one map', '{"options":{"num_predict":-1},"options":{"temperature":0}}', 'duplicate_key'],
  [
    'a duplicate among many keys',
    `{${Array.from({ length: 40 }, (_, index) => `"k${index}":0`).join()},"k7":1}`,
    'duplicate_key',
  ],
  ['a second value', '{"model":"a"}{"model":"b"}', 'trailing_bytes'],
  ['words behind the value', '{} xxx', 'trailing_bytes'],
  ['a NUL behind the value', '{}\u0000', 'trailing_bytes'],
  ['a byte order mark', '\ufeff{}', 'byte_order_mark'],
  ['a no-break space before the value', '\u00a0{}', 'syntax'],
  ['33 levels', '['.repeat(33) + ']'.repeat(33), 'too_deep'],
  ['a hundred thousand open brackets', '['.repeat(100_000), 'too_deep'],
  ['a lone high surrogate as escape', '"\\ud83d"', 'lone_surrogate'],
  ['a lone low surrogate as escape', '"\\udc00x"', 'lone_surrogate'],
  ['surrogates in the wrong order', '"\\ude00\\ud83d"', 'lone_surrogate'],
  ['an escaped high before a raw low surrogate', '"\\ud83d\ude00"', 'lone_surrogate'],
  ['a raw lone surrogate', '"\ud83d"', 'lone_surrogate'],
  ['a lone surrogate in a key', '{"\\ud83d":1}', 'lone_surrogate'],
  ['a raw tab in a string', '"a\tb"', 'control_character'],
  ['a raw line feed in a string with escapes', '"\\n\n"', 'control_character'],
  ['1e999', '1e999', 'number_out_of_range'],
  ['-1e999', '[-1e999]', 'number_out_of_range'],
  ['__proto__', '{"__proto__":{"admin":true}}', 'forbidden_key'],
  ['constructor', '{"a":{"constructor":1}}', 'forbidden_key'],
  ['prototype, escaped', '{"prot\\u006ftype":1}', 'forbidden_key'],
  ['NaN', 'NaN', 'syntax'],
  ['Infinity', '[Infinity]', 'syntax'],
  ['a comment', '{/**/}', 'syntax'],
  ['a trailing comma in an object', '{"a":1,}', 'syntax'],
  ['a trailing comma in an array', '[1,]', 'syntax'],
  ['two commas', '[1,,2]', 'syntax'],
  ['single quotes', "{'a':1}", 'syntax'],
  ['a key without quotes', '{a:1}', 'syntax'],
  ['a missing colon', '{"a" 1}', 'syntax'],
  ['a vertical tab as space', '[\u000b1]', 'syntax'],
  ['a leading zero', '01', 'trailing_bytes'],
  ['a leading plus', '+1', 'syntax'],
  ['a bare minus', '-', 'syntax'],
  ['a number without fraction digits', '1.', 'syntax'],
  ['a number without whole digits', '.5', 'syntax'],
  ['a number without exponent digits', '1e+', 'syntax'],
  ['a hexadecimal number', '0x10', 'trailing_bytes'],
  ['an unknown escape', '"\\x41"', 'bad_escape'],
  ['a short unicode escape', '"\\u12"', 'bad_escape'],
  ['an unclosed string', '"abc', 'syntax'],
  ['an unclosed string behind an escape', '"abc\\"', 'syntax'],
  ['an unclosed object', '{"a":1', 'syntax'],
  ['half a word', 'tru', 'syntax'],
];

describe('readJson()', () => {
  test.each(refused)('refuses %s', (_what, text, code) => {
    expect(codeOf(() => readJson(text))).toBe(code);
  });

  test('gives the value that JSON.parse gives, for any value written in any spacing', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 1, '\t', ' \r\n'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space as number).toWellFormed();
        fc.pre(!/__proto__|constructor|prototype/.test(text) && isJson(text));
        expect(plain(readJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('accepts nothing that JSON.parse refuses, whatever a byte of a good text is changed to', () => {
    const base = '{"model":"a\\n\\ud83d\\ude00","n":[-1.5e+3,0,true,null,{"k":""}],"s":"x"}';
    fc.assert(
      fc.property(fc.nat(base.length), fc.nat(2), fc.string({ maxLength: 3, unit: 'binary' }), (at, cut, put) => {
        const text = base.slice(0, at) + put + base.slice(at + cut);
        if (codeOf(() => readJson(text)) !== undefined) return;
        // Stringified once more, because toEqual tells 0 from -0 and JSON text does not.
        expect(plain(readJson(text))).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
      }),
      { numRuns: 5000 },
    );
  });

  test('gives every node the span of its own text', () => {
    const text = ' { "a" : [ 1.50 , "x\\"y" , { } , [ ] ] , "\\u0062":null } ';
    const seen: string[] = [];
    walk(readJson(text), (node) => seen.push(text.slice(node.start, node.end)));
    expect(seen).toEqual([text.trim(), '[ 1.50 , "x\\"y" , { } , [ ] ]', '1.50', '"x\\"y"', '{ }', '[ ]', 'null']);
    const root = readJson(text);
    if (root.type !== 'object') throw new Error('not an object');
    expect(root.members.map((member) => text.slice(member.keyStart, member.keyEnd))).toEqual(['"a"', '"\\u0062"']);
    expect(memberOf(root, 'b')?.type).toBe('null');
    expect(memberOf(root, 'c')).toBeUndefined();
  });

  test('keeps a number as it was spelled', () => {
    const node = readJson('[1.0,1e2,-0,9007199254740993,123456789,1234567890]');
    if (node.type !== 'array') throw new Error('not an array');
    expect(node.items.map((item) => (item.type === 'number' ? item.text : ''))).toEqual([
      '1.0',
      '1e2',
      '-0',
      '9007199254740993',
      '123456789',
      '1234567890',
    ]);
    expect(node.items.map(safeInteger)).toEqual([undefined, undefined, -0, undefined, 123456789, 1234567890]);
  });

  test('reads 32 levels, and more where a caller asks for more', () => {
    expect(readJson('['.repeat(32) + ']'.repeat(32)).type).toBe('array');
    expect(readJson('['.repeat(64) + ']'.repeat(64), { depthMax: 64 }).type).toBe('array');
    const deep = '['.repeat(DEPTH_LIMIT + 1) + ']'.repeat(DEPTH_LIMIT + 1);
    expect(codeOf(() => readJson(deep, { depthMax: 100_000 }))).toBe('too_deep');
  });

  test('bounds the values it keeps', () => {
    const text = `[${'0,'.repeat(999)}0]`;
    expect(codeOf(() => readJson(text, { valuesMax: 1000 }))).toBe('too_many_values');
    expect(readJson(text, { valuesMax: 1001 }).type).toBe('array');
  });

  test('checks numbers that it does not keep', () => {
    const limits = { packNumbers: true, valuesMax: 10 };
    const node = readJson('{"embeddings":[[0.1,-2e-3 , 3],[1]],"n":[1,"x",2]}', limits);
    expect(plain(node)).toEqual({ embeddings: [[], []], n: [1, 'x', 2] });
    expect(codeOf(() => readJson('[1,1e999]', limits))).toBe('number_out_of_range');
    expect(codeOf(() => readJson('[1,]', limits))).toBe('syntax');
    expect(codeOf(() => readJson('[1,01]', limits))).toBe('syntax');
    expect(codeOf(() => readJson('[1', limits))).toBe('syntax');
  });

  test('keeps __proto__ a plain key where any key is welcome', () => {
    const value = toValue(readJson('{"__proto__":{"admin":true},"constructor":1}', { anyKeys: true }));
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect((value as { admin?: boolean }).admin).toBeUndefined();
  });

  test('never repeats content in an error', () => {
    for (const [, text] of refused) {
      const message = messageOf(() => readJson(text));
      expect(message).toMatch(/^Unacceptable JSON: [a-z_0-9]+ at offset \d+$/);
    }
  });
});

describe('decodeUtf8()', () => {
  const cases: [what: string, bytes: number[], code: string][] = [
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d], 'byte_order_mark'],
    ['UTF-16 little endian', [0x7b, 0, 0x7d, 0], 'not_utf8'],
    ['UTF-16 big endian', [0, 0x7b, 0, 0x7d], 'not_utf8'],
    ['UTF-16 with a mark', [0xff, 0xfe, 0x7b, 0], 'not_utf8'],
    ['a stray byte', [0x22, 0x61, 0xff, 0x62, 0x22], 'not_utf8'],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 'not_utf8'],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0xbd, 0x22], 'not_utf8'],
    ['half a character', [0x22, 0xc3], 'not_utf8'],
  ];
  test.each(cases)('refuses %s', (_what, bytes, code) => {
    expect(codeOf(() => decodeUtf8(Uint8Array.from(bytes)))).toBe(code);
    expect(decodeUtf8(new TextEncoder().encode('"ä😀"'))).toBe('"ä😀"');
  });
});

describe('spliceJson()', () => {
  test('changes the spans it is given and nothing else', () => {
    const text = '{ "a":"one", "n":1.0, "b":"two" }';
    const root = readJson(text);
    if (root.type !== 'object') throw new Error('not an object');
    const [a, , b] = root.members.map((member) => member.value);
    if (!a || !b) throw new Error('members are missing');
    expect(
      spliceJson(text, [
        { ...b, text: '"2"' },
        { ...a, text: '""' },
      ]),
    ).toBe('{ "a":"", "n":1.0, "b":"2" }');
    expect(spliceJson(text, [])).toBe(text);
    expect(() =>
      spliceJson(text, [
        { start: 0, end: 9, text: '' },
        { start: 8, end: 10, text: '' },
      ]),
    ).toThrow(RangeError);
  });
});

describe('quoteJson()', () => {
  test('stays on one line for Python, and reads back as it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0085', '\u2028', '\u2029', '😀') }),
        (value) => {
          const literal = quoteJson(value);
          for (const breaker of '\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029') expect(literal).not.toContain(breaker);
          expect(toValue(readJson(literal))).toBe(value);
        },
      ),
    );
  });

  test('writes no lone surrogate', () => {
    expect(quoteJson('\ud83d')).toBe('"\ufffd"');
  });
});

describe('foldKey()', () => {
  test.each([
    ['MODEL', 'model'],
    ['me\u017f\u017fage\u017f', 'messages'],
    ['\u212aeep_alive', 'keep_alive'],
    // Go folds no other character onto an ASCII letter: dotless i, full-width m, Cyrillic o.
    ['\u0131mages', '\u0131mages'],
    ['\uff4dodel', '\uff4dodel'],
    ['m\u043edel', 'm\u043edel'],
  ])('reads %s as Go does', (key, folded) => {
    expect(foldKey(key)).toBe(folded);
  });
});

function codeOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return error.code;
    throw error;
  }
}

function messageOf(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    return String((error as Error).message);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return !/[\d.]e\+?\d{3}/.test(text);
  } catch {
    return false;
  }
}

/** The value with ordinary prototypes, so that it can be compared. */
function plain(node: JsonNode): unknown {
  return JSON.parse(JSON.stringify(toValue(node)));
}

function walk(node: JsonNode, visit: (node: JsonNode) => void): void {
  visit(node);
  if (node.type === 'array') for (const item of node.items) walk(item, visit);
  if (node.type === 'object') for (const member of node.members) walk(member.value, visit);
}
