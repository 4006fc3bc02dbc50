import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/core/errors.ts';
import { readJson } from '../../src/core/json.ts';
import type { JsonNode } from '../../src/core/json-nodes.ts';
import { JsonEdits, leavesOf, readRecord } from '../../src/protocols/shared.ts';

describe('JsonEdits', () => {
  test('does to the text what the same edits do to the value', () => {
    const value = fc.object({
      maxDepth: 3,
      maxKeys: 4,
      withNullPrototype: false,
      values: [fc.string(), fc.integer(), fc.boolean()],
    });
    const spaces = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(
        value,
        spaces,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'key', 'remove')), { maxLength: 6 }),
        (object, space, picks) => {
          const text = JSON.stringify(object, null, space).toWellFormed();
          fc.pre(isReadable(text));
          const edits = new JsonEdits(text);
          const model = modelOf(readJson(text));
          for (const [pick, what] of picks) apply(edits, model, pick, what);
          expect(JSON.parse(edits.apply())).toEqual(plain(model));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['{"a":1,"b":2,"c":3}', ['a'], '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['b'], '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['c'], '{"a":1,"b":2}'],
    ['{ "a":1 , "b":2 , "c":3 }', ['a', 'b'], '{ "c":3 }'],
    ['{ "a":1 , "b":2 , "c":3 }', ['b', 'c'], '{ "a":1 }'],
    ['{ "a":1 , "b":2 , "c":3 }', ['a', 'c'], '{ "b":2 }'],
    ['{ "a":1 , "b":2 , "c":3 }', ['a', 'b', 'c'], '{  }'],
  ])('takes members out of %p with their commas', (text, keys, expected) => {
    const root = objectOf(readJson(text));
    const edits = new JsonEdits(text);
    for (const key of keys) expect(edits.removeMember(root, key)).toBe(true);
    expect(edits.removeMember(root, 'z')).toBe(false);
    expect(edits.apply()).toBe(expected);
  });

  test('puts a new member first, also where all others go', () => {
    const text = '{"a":1,"b":2}';
    const root = objectOf(readJson(text));
    const edits = new JsonEdits(text);
    edits.insertMember(root, 'n', 'x');
    expect(edits.apply()).toBe('{"n":"x","a":1,"b":2}');
    edits.removeMember(root, 'a');
    expect(edits.apply()).toBe('{"n":"x","b":2}');
    edits.removeMember(root, 'b');
    expect(edits.apply()).toBe('{"n":"x"}');
  });
});

describe('leavesOf()', () => {
  test('finds keys, texts and numbers in the order they stand', () => {
    const node = readJson('{"a":["x",1.50,{"b":null}],"c":true}');
    expect(leavesOf(node).map(({ text }) => text)).toEqual(['a', 'x', '1.50', 'b', 'c']);
  });
});

describe('readRecord()', () => {
  test.each(['', '[]', '"x"', '{"a":1}{', '{"a":1,"a":2}', '\ufeff{}'])('blames upstream for %p', (text) => {
    expect(() => readRecord(new TextEncoder().encode(text))).toThrow(GatewayError);
  });
});

/** A value that remembers which node it came from. */
interface Model {
  readonly node: JsonNode;
  replaced?: string;
  readonly children: { key: string; readonly own: string; model: Model }[];
}

function modelOf(node: JsonNode): Model {
  const children =
    node.type === 'object'
      ? node.members.map(({ key, value }) => ({ key, own: key, model: modelOf(value) }))
      : node.type === 'array'
        ? node.items.map((item, index) => ({ key: String(index), own: String(index), model: modelOf(item) }))
        : [];
  return { node, children };
}

function apply(edits: JsonEdits, root: Model, pick: number, what: string): void {
  const holders = holdersOf(root).filter(({ children }) => children.length > 0);
  const holder = holders[pick % Math.max(1, holders.length)];
  const child = holder?.children[pick % Math.max(1, holder.children.length)];
  if (holder === undefined || child === undefined) return;
  const { node } = holder;
  if (what === 'set' && child.model.children.length === 0) {
    child.model.replaced = `new"${pick}`;
    edits.setString(child.model.node, child.model.replaced);
  } else if (what === 'remove') {
    holder.children.splice(holder.children.indexOf(child), 1);
    if (node.type === 'object') edits.removeMember(node, child.own);
    else if (node.type === 'array') edits.removeItem(node, child.model.node);
  } else if (what === 'key' && node.type === 'object') {
    const member = node.members.find(({ value }) => value === child.model.node);
    if (member === undefined) return;
    child.key = `key ${child.own.length} ${node.members.indexOf(member)}`;
    edits.setKey(node, member, child.key);
  }
}

function holdersOf(model: Model): Model[] {
  return [model, ...model.children.flatMap((child) => holdersOf(child.model))];
}

function plain(model: Model): unknown {
  if (model.replaced !== undefined) return model.replaced;
  if (model.node.type === 'array') return model.children.map((child) => plain(child.model));
  if (model.node.type === 'object')
    return Object.fromEntries(model.children.map(({ key, model: child }) => [key, plain(child)]));
  return model.node.value;
}

function isReadable(text: string): boolean {
  try {
    readJson(text);
    return true;
  } catch {
    return false;
  }
}

function objectOf(node: JsonNode) {
  if (node.type !== 'object') throw new Error('not an object');
  return node;
}
