/**
 * Reads a pattern of the regular subset into a small tree, or says where it leaves the subset and what would be right.
 *
 * The grammar is JavaScript's in `u` mode, parsed by regexpp (its only home): literals, classes, `\d \w \s \p{…}`, the
 * dot, groups, alternation, greedy repetition, `^ $ \b \B`, and `(?i:…)`, `(?m:…)`, `(?s:…)`. Capturing has no meaning
 * and is allowed. What an automaton cannot do (back-references, look-around) and what would mislead because the
 * longest candidate is taken anyway (lazy repetition) is refused.
 */
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import {
  ANY,
  type CharSet,
  complementOf,
  DIGITS,
  foldCase,
  NEWLINES,
  propertySet,
  setOf,
  SPACES,
  WORD,
} from './char-set.ts';

/** Zero-width conditions; `nfa.ts` says what each needs to know of its neighbours. */
export type Look =
  | 'start'
  | 'end'
  | 'lineStart'
  | 'lineEnd'
  | 'boundary'
  | 'notBoundary'
  | 'notBeforeLow'
  | 'notAfterHigh'
  | 'notAfterLow'
  | 'notBeforeHigh';

/** A pattern as a tree of code point sets. */
export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'look'; readonly look: Look };

/** Why a pattern is refused: `column` counts from 1 in UTF-16 code units of the pattern. */
export class PatternError extends Error {
  readonly column: number;
  readonly reason: string;
  readonly expected: string;

  constructor(column: number, reason: string, expected: string) {
    super(`${reason} (column ${column}); ${expected}`);
    this.name = 'PatternError';
    this.column = column;
    this.reason = reason;
    this.expected = expected;
  }
}

/** Longest pattern accepted, in UTF-16 code units. */
export const PATTERN_CHARACTERS_MAX = 8_192;
/** Largest bound of a counted repetition. */
export const REPEAT_MAX = 4_096;

/** `lazy: 'accept'` is for pattern sets, where only whether a pattern matches counts. */
export interface ParseOptions {
  readonly ignoreCase?: boolean;
  readonly lazy?: 'accept';
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly lazy: boolean;
}

/** Reads one pattern. Throws `PatternError` with the first thing that is outside the subset. */
export function parsePattern(source: string, options: ParseOptions = {}): Node {
  if (source.length > PATTERN_CHARACTERS_MAX) {
    throw new PatternError(
      PATTERN_CHARACTERS_MAX + 1,
      'the pattern is too long',
      `write at most ${PATTERN_CHARACTERS_MAX} characters`,
    );
  }
  const inline = /^\(\?[a-zA-Z]+\)/.exec(source);
  if (inline !== null) {
    throw new PatternError(
      1,
      `${inline[0]} sets a flag for the rest of the pattern, which this syntax does not have`,
      'write ignoreCase: true on the rule, or a group such as (?i:…)',
    );
  }
  const flags: Flags = {
    ignoreCase: options.ignoreCase === true,
    multiline: false,
    dotAll: false,
    lazy: options.lazy === 'accept',
  };
  return readAlternatives(parseTree(source).alternatives, flags);
}

function parseTree(source: string): AST.Pattern {
  try {
    return new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source, 0, source.length, { unicode: true });
  } catch (error) {
    // regexpp throws RegExpSyntaxError with `index` and a message of the form "Invalid regular expression: /…/u: reason".
    const index = error instanceof SyntaxError && 'index' in error && typeof error.index === 'number' ? error.index : 0;
    const message = error instanceof Error ? error.message.slice(error.message.lastIndexOf(': ') + 2) : 'not a pattern';
    // Of a bad escape regexpp names the character behind the backslash.
    const column = message === 'Invalid escape' && source[index - 1] === '\\' ? index : index + 1;
    throw new PatternError(column, message.toLowerCase(), adviceFor(message));
  }
}

function adviceFor(message: string): string {
  if (message === 'Invalid escape' || message === 'Invalid property name') {
    return 'write the character without the backslash, or one of \\d \\w \\s \\b \\p{…} and the escaped ^ $ \\ . * + ? ( ) [ ] { } | /; in a class also \\-';
  }
  if (message === 'Lone quantifier brackets') return 'write \\{ or \\} for the character itself';
  if (message === 'Nothing to repeat') return 'put something before the quantifier, or write it escaped';
  return 'write a regular expression in the syntax of JavaScript with the u flag';
}

function refuse(node: AST.Node, reason: string, expected: string): never {
  throw new PatternError(node.start + 1, reason, expected);
}

function readAlternatives(alternatives: readonly AST.Alternative[], flags: Flags): Node {
  const nodes = alternatives.map((alternative) =>
    sequenceOf(alternative.elements.map((element) => readElement(element, flags))),
  );
  return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'choice', nodes };
}

function sequenceOf(nodes: readonly Node[]): Node {
  return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'sequence', nodes };
}

function readElement(element: AST.Element, flags: Flags): Node {
  switch (element.type) {
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
      return { kind: 'set', set: readSet(element, flags) };
    case 'Group':
      return readAlternatives(element.alternatives, withModifiers(flags, element.modifiers));
    case 'CapturingGroup':
      return readAlternatives(element.alternatives, flags);
    case 'Quantifier':
      return readQuantifier(element, flags);
    case 'Assertion':
      return readAssertion(element, flags);
    case 'Backreference':
      return refuse(element, 'a back-reference is not regular', 'write out the alternatives that it may repeat');
    case 'ExpressionCharacterClass':
      return refuse(element, 'class operations are not in the subset', 'write the class as plain ranges');
  }
}

function withModifiers(flags: Flags, modifiers: AST.Modifiers | null): Flags {
  if (modifiers === null) return flags;
  const { add, remove } = modifiers;
  return {
    ignoreCase: (flags.ignoreCase || add.ignoreCase) && remove?.ignoreCase !== true,
    multiline: (flags.multiline || add.multiline) && remove?.multiline !== true,
    dotAll: (flags.dotAll || add.dotAll) && remove?.dotAll !== true,
    lazy: flags.lazy,
  };
}

function readQuantifier(element: AST.Quantifier, flags: Flags): Node {
  if (!element.greedy && !flags.lazy) {
    refuse(
      element,
      'lazy repetition has no meaning here: the longest candidate is always taken',
      'write the greedy form over a class that leaves out what ends it, such as [^"]* instead of .*?',
    );
  }
  const { min, max } = element;
  if (min > REPEAT_MAX || (max !== Number.POSITIVE_INFINITY && max > REPEAT_MAX)) {
    refuse(
      element,
      `a repetition counts beyond ${REPEAT_MAX}`,
      `count to at most ${REPEAT_MAX}, or leave the upper bound open as in {${Math.min(min, REPEAT_MAX)},}`,
    );
  }
  if (element.element.type === 'Assertion') {
    refuse(element, 'an assertion cannot be repeated', 'write it once, without a quantifier');
  }
  return { kind: 'repeat', node: readElement(element.element, flags), min, max };
}

function readAssertion(element: AST.Assertion, flags: Flags): Node {
  switch (element.kind) {
    case 'start':
      return { kind: 'look', look: flags.multiline ? 'lineStart' : 'start' };
    case 'end':
      return { kind: 'look', look: flags.multiline ? 'lineEnd' : 'end' };
    case 'word':
      return { kind: 'look', look: element.negate ? 'notBoundary' : 'boundary' };
    case 'lookahead':
      return refuse(element, 'look-ahead is not in the subset', 'match the text itself, or end the pattern with \\b');
    case 'lookbehind':
      return refuse(
        element,
        'look-behind is not in the subset',
        "use the rule's `before`, or begin the pattern with \\b",
      );
  }
}

function readSet(element: AST.Character | AST.CharacterSet | AST.CharacterClass, flags: Flags): CharSet {
  if (element.type === 'CharacterClass') {
    const ranges: number[] = [];
    for (const part of element.elements) {
      if (part.type === 'CharacterClassRange') ranges.push(part.min.value, part.max.value);
      else if (part.type === 'Character' || part.type === 'CharacterSet')
        ranges.push(...readSet(part, { ...flags, ignoreCase: false }));
      else refuse(part, 'class operations are not in the subset', 'write the class as plain ranges');
    }
    const set = flags.ignoreCase ? foldCase(setOf(ranges)) : setOf(ranges);
    return nonEmpty(element, element.negate ? complementOf(set) : set);
  }
  if (element.type === 'Character') {
    const set = oneCharacter(element.value);
    return flags.ignoreCase ? foldCase(set) : set;
  }
  return namedSet(element, flags);
}

/** The sets of single ASCII characters, which patterns are mostly made of. */
const ONES: readonly CharSet[] = Array.from({ length: 0x80 }, (_, unit) => [unit, unit]);

function oneCharacter(codePoint: number): CharSet {
  return ONES[codePoint] ?? [codePoint, codePoint];
}

function namedSet(element: AST.CharacterSet, flags: Flags): CharSet {
  switch (element.kind) {
    case 'any':
      return flags.dotAll ? ANY : complementOf(NEWLINES);
    case 'digit':
      return element.negate ? complementOf(DIGITS) : DIGITS;
    case 'space':
      return element.negate ? complementOf(SPACES) : SPACES;
    case 'word':
      return element.negate ? complementOf(WORD) : WORD;
    case 'property': {
      const name = element.value === null ? element.key : `${element.key}=${element.value}`;
      const set = flags.ignoreCase ? foldCase(propertySet(name)) : propertySet(name);
      return nonEmpty(element, element.negate ? complementOf(set) : set);
    }
  }
}

function nonEmpty(element: AST.Node, set: CharSet): CharSet {
  if (set.length === 0) refuse(element, 'the class matches no character', 'name at least one character');
  return set;
}

/** Fewest and most UTF-16 code units that a tree can match; `max` may be infinite. */
export function lengthsOf(node: Node): { min: number; max: number } {
  switch (node.kind) {
    case 'look':
      return { min: 0, max: 0 };
    case 'set':
      return { min: (node.set[0] as number) > 0xffff ? 2 : 1, max: (node.set.at(-1) as number) > 0xffff ? 2 : 1 };
    case 'sequence': {
      const parts = node.nodes.map(lengthsOf);
      return {
        min: parts.reduce((sum, part) => sum + part.min, 0),
        max: parts.reduce((sum, part) => sum + part.max, 0),
      };
    }
    case 'choice': {
      const parts = node.nodes.map(lengthsOf);
      return { min: Math.min(...parts.map((part) => part.min)), max: Math.max(...parts.map((part) => part.max)) };
    }
    case 'repeat': {
      const part = lengthsOf(node.node);
      return { min: part.min * node.min, max: part.max === 0 || node.max === 0 ? 0 : part.max * node.max };
    }
  }
}

const MIRRORED: Partial<Record<Look, Look>> = {
  start: 'end',
  end: 'start',
  lineStart: 'lineEnd',
  lineEnd: 'lineStart',
};

/** The tree that matches the same text read from its end. */
export function reversed(node: Node): Node {
  switch (node.kind) {
    case 'set':
      return node;
    case 'look':
      return { kind: 'look', look: MIRRORED[node.look] ?? node.look };
    case 'sequence':
      return { kind: 'sequence', nodes: node.nodes.map(reversed).reverse() };
    case 'choice':
      return { kind: 'choice', nodes: node.nodes.map(reversed) };
    case 'repeat':
      return { ...node, node: reversed(node.node) };
  }
}
