import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.ts';
import { ROOT } from './manifests.ts';

/** Variables that others read: Bun at its start, and OpenTelemetry's SDK. */
const OTHERS = /^(BUN_CONFIG_|OTEL_)/;

const source = readFileSync(`${ROOT}src/config.ts`, 'utf8');
const read = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): v\./gm)].map((match) => match[1] ?? '');
const lines = readFileSync(`${ROOT}.env.example`, 'utf8').split('\n');
const shown = lines.flatMap((line, index) => {
  const match = /^# ([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
  return match ? [{ name: match[1] ?? '', value: match[2] ?? '', index }] : [];
});

describe('.env.example', () => {
  test('shows every variable that src/config.ts reads, once, and no other', () => {
    expect(read.length).toBeGreaterThan(20);
    const ours = shown.map((line) => line.name).filter((name) => !OTHERS.test(name));
    expect(ours.sort()).toEqual([...read].sort());
  });

  test('says something about each', () => {
    for (const { name, index } of shown) {
      let above = index - 1;
      while (/^# [A-Z][A-Z0-9_]*=/.test(lines[above] ?? '')) above -= 1;
      expect([name, /^# \S.*[.:),]/.test(lines[above] ?? '')]).toEqual([name, true]);
    }
  });

  test('sets nothing: copied as it is, all defaults apply', () => {
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test('shows values that the gateway accepts, and defaults as they are', () => {
    const config = readConfig(Object.fromEntries(shown.map(({ name, value }) => [name, value])));
    expect(config.allowedModels).toContain('llama3.2:1b');
    const isExample = (index: number) => {
      for (let line = index; line >= 0; line -= 1) {
        if ((lines[line] ?? '') === '' || (lines[line] ?? '').startsWith('# ---')) return false;
        if (/\(examples?\)\.$/.test(lines[line] ?? '')) return true;
        if (line < index && !/^# [A-Z][A-Z0-9_]*=/.test(lines[line] ?? '')) return false;
      }
      return false;
    };
    const defaults = shown.filter(({ name, index }) => !OTHERS.test(name) && !isExample(index));
    expect(defaults.length).toBeGreaterThan(10);
    const given = readConfig(Object.fromEntries(defaults.map(({ name, value }) => [name, value])));
    expect({ ...given, overrides: [] }).toEqual({ ...readConfig({}), overrides: [] });
  });
});
