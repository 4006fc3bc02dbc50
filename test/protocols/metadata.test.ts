import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonError } from '../../src/core/json.ts';
import { filterModels, filterPs, filterTags, stripShow } from '../../src/protocols/metadata.ts';

const recorded = (file: string): string => readFileSync(join(import.meta.dir, '../fixtures/ollama/meta', file), 'utf8');

describe('stripShow()', () => {
  test.each(['show.response.json', 'show-verbose-off-secret.response.json'])('of %s leaves no prompt', (file) => {
    const before: Record<string, unknown> = JSON.parse(recorded(file));
    const after: Record<string, unknown> = JSON.parse(stripShow(recorded(file)));
    const { system: _system, template: _template, messages: _messages, modelfile: _modelfile, ...rest } = before;
    expect(after).toEqual(rest);
    expect(stripShow(recorded(file))).not.toContain('sk-test-secret');
  });

  test('keeps the other bytes, wherever the prompts stand', () => {
    expect(stripShow('{"system":"x"}')).toBe('{}');
    expect(stripShow('{ "system":"x", "license":"MIT" , "template":"y"}\n')).toBe('{"license":"MIT"}\n');
    expect(stripShow('{"license":"MIT","messages":[{"role":"user"}],"n":1.0,"modelfile":"z"}')).toBe(
      '{"license":"MIT","n":1.0}',
    );
    expect(stripShow('{"license": "MIT" }')).toBe('{"license": "MIT" }');
  });
});

describe('the lists of models', () => {
  const tags = recorded('tags.response.json');

  test('show what is kept, as the bytes that came', () => {
    const isKept = (name: string) => name.startsWith('tool-') || name.startsWith('think-');
    const entries: { name: string }[] = JSON.parse(tags).models;
    expect(JSON.parse(filterTags(tags, isKept))).toEqual({ models: entries.filter(({ name }) => isKept(name)) });
    expect(filterTags(tags, () => true)).toBe(tags);
    expect(JSON.parse(filterTags(tags, () => false))).toEqual({ models: [] });
    expect(filterPs('{"models":[{"name":"a"},{"name":"b"}, {"name":"c"}]}', (name) => name !== 'b')).toBe(
      '{"models":[{"name":"a"},{"name":"c"}]}',
    );
    expect(filterModels('{"object":"list","data":[{"id":"a"},{"id":"b"}]}', (id) => id === 'b')).toBe(
      '{"object":"list","data":[{"id":"b"}]}',
    );
  });

  test('stay empty in the way that Ollama has them empty', () => {
    expect(filterModels('{"object":"list","data":null}', () => false)).toBe('{"object":"list","data":null}');
    expect(filterPs('{"models":[]}', () => false)).toBe('{"models":[]}');
  });

  test('show nothing that has no name, or a second name that is not kept', () => {
    const list = '{"models":[{"size":1},{"name":"a","model":"b"},{"name":7},{"name":"a"}]}';
    expect(filterTags(list, (name) => name === 'a')).toBe('{"models":[{"name":"a"}]}');
  });

  test('cannot be passed on unread', () => {
    expect(() => filterTags('<html>', () => true)).toThrow(JsonError);
    for (const body of ['[]', '{"models":{}}', '{"models":[1]}', '{"models":["a"]}']) {
      expect(() => filterTags(body, () => true)).toThrow(TypeError);
    }
  });
});
