/**
 * Builds what scanners share from parsed rules: the automata, by what candidates begin, and the sieve's windows.
 */
import { type CharSet, CODE_POINT_MAX, setOf } from './char-set.ts';
import { firstClasses } from './first-classes.ts';
import { type Before, Gates } from './gates.ts';
import { LazyDfa } from './lazy-dfa.ts';
import { type Lead, leadForm, leadOf } from './led-rules.ts';
import { type Alphabet, alphabetOf, classesIn, SizeError } from './alphabet.ts';
import { finishNfa, NfaBuilder } from './nfa.ts';
import { beginningShare, landmarkOf } from './landmarks.ts';
import { leftTypes, Roots } from './roots.ts';
import type { ScanPlan } from './scanner.ts';
import { Sieve } from './sieve.ts';
import { BEGINNING, GATE, MARK, type SieveWindow } from './sieve-buckets.ts';
import { type Node, reversed } from './syntax.ts';
import { beginningWindows, bitsOf, markWindows, type Window, withoutCounts } from './windows.ts';

/** A rule as trees. */
export interface ParsedRule {
  readonly pattern: Node;
  readonly before: Node | undefined;
  /** The text of `before`: rules often share one, which is then read once for all of them. */
  readonly beforeSource: string;
}

export interface PlanOptions {
  readonly mode: 'compete' | 'watch';
  readonly candidateCharactersMax: number;
  readonly sieveCharactersMin: number;
  readonly tableEntriesMax?: number;
  readonly accepts: ScanPlan['accepts'];
}

/** A rule, or all of them together, needs more than an automaton may have; `rule` is the one that exceeded it. */
export class RuleSizeError extends Error {
  readonly sizes: readonly { readonly rule: number; readonly error: SizeError }[];

  constructor(sizes: readonly { readonly rule: number; readonly error: SizeError }[]) {
    super(sizes.map(({ rule, error }) => `rule ${rule} ${error.message}`).join('; '));
    this.name = 'RuleSizeError';
    this.sizes = sizes;
  }
}

/** Builds the plan. Throws `RuleSizeError` naming every rule that is too large. */
export function buildPlan(parsed: readonly ParsedRule[], options: PlanOptions): ScanPlan {
  const parts = new PlanParts();
  const sizes: { rule: number; error: SizeError }[] = [];
  parsed.forEach((one, rule) => {
    try {
      parts.add(one, rule);
    } catch (error) {
      if (!(error instanceof SizeError)) throw error;
      sizes.push({ rule, error });
    }
  });
  if (sizes.length > 0) throw new RuleSizeError(sizes);
  return parts.finish(parsed, options);
}

interface Led {
  readonly rule: number;
  readonly lead: Lead;
  readonly left: { readonly set: CharSet; readonly atStart: boolean } | undefined;
  readonly restEntry: number;
}

interface KnownBefore {
  readonly node: Node;
  readonly rules: number[];
  readonly entry: number;
}

/** A `before` and how it is noticed. */
interface NoticedBefore extends Before {
  /** Undefined where the rules are noticed by their own beginning. */
  readonly windows: readonly Window[] | undefined;
}

/** How much rarer a rule must begin than what its `before` passes to be noticed by it: then each place costs more. */
const SHY_WEIGHT = 16;

class PlanParts {
  private readonly builder = new NfaBuilder();
  private readonly backward = new NfaBuilder({ isReversed: true });
  private readonly forward = new NfaBuilder();
  private readonly entryOf: number[] = [];
  private readonly free: number[] = [];
  private readonly led: Led[] = [];
  private readonly neighbours: { rule: number; isLed: boolean; set: CharSet; atStart: boolean }[] = [];
  private readonly befores = new Map<string, KnownBefore>();

  add({ pattern, before, beforeSource }: ParsedRule, rule: number): void {
    this.entryOf[rule] = this.builder.add(pattern, rule);
    const left = before === undefined ? undefined : neighbourOf(before);
    if (before !== undefined && left === undefined) {
      const known = this.befores.get(beforeSource);
      if (known !== undefined) known.rules.push(rule);
      else {
        const entry = this.backward.add(reversed(before), this.befores.size);
        this.befores.set(beforeSource, { node: before, rules: [rule], entry });
      }
      return;
    }
    const lead = leadOf(pattern);
    if (lead !== undefined) this.led.push({ rule, lead, left, restEntry: this.builder.add(lead.rest, rule) });
    else if (left === undefined) this.free.push(rule);
    if (left !== undefined) this.neighbours.push({ rule, isLed: lead !== undefined, ...left });
  }

  private noticed({ node, rules, entry }: KnownBefore, index: number, parsed: readonly ParsedRule[]): NoticedBefore {
    const patterns = rules.map((rule) => (parsed[rule] as ParsedRule).pattern);
    const landmark = landmarkOf(node, { kind: 'choice', nodes: patterns });
    const own = patterns.reduce((sum, pattern) => sum + beginningShare(pattern), 0);
    const isShy = landmark === undefined || SHY_WEIGHT * own < landmark.share;
    const suffixEntry = this.forward.add(withoutCounts(landmark?.suffix ?? node), index);
    return { rules, entry, suffixEntry, windows: isShy ? undefined : landmark.windows };
  }

  finish(parsed: readonly ParsedRule[], options: PlanOptions): ScanPlan {
    const { builder, backward, forward, entryOf } = this;
    const befores = [...this.befores.values()].map((before, index) => this.noticed(before, index, parsed));
    const alphabet = this.alphabet();
    const size = options.tableEntriesMax === undefined ? {} : { entriesMax: options.tableEntriesMax };
    const nfa = finishNfa(builder, alphabet);
    const backwardNfa = finishNfa(backward, alphabet);
    const gates =
      befores.length === 0
        ? undefined
        : new Gates({
            befores,
            backward: backwardNfa,
            forward: finishNfa(forward, alphabet),
            firstOf: (rules) =>
              firstClasses(
                nfa,
                rules.map((rule) => entryOf[rule] as number),
              ),
            lastOf: (entry) => firstClasses(backwardNfa, [entry]),
            size,
          });
    const dfa = new LazyDfa(
      nfa,
      this.free.map((rule) => entryOf[rule] as number),
      size,
    );
    const opens = this.neighbours.map(({ rule, set, atStart }) => ({ rule, atStart, holds: classesIn(set, alphabet) }));
    const { types, typeOf } = leftTypes(alphabet.kindOf, alphabet.classes, opens);
    // Led rules begin with their mark, but for the one that reads again, to which they are rules like others.
    const isLed = new Set(this.led.map(({ rule }) => rule));
    const rootsWith = (rules: readonly number[]): Roots => {
      const more = types.map(({ kind, open }) => ({
        kind,
        open: [...open.filter((rule) => !isLed.has(rule)), ...rules],
      }));
      return new Roots(dfa, more, typeOf, entryOf, gates);
    };
    const ledFree = this.led.filter(({ left }) => left === undefined).map(({ rule }) => rule);
    const allTypes = types.map(({ kind, open }) => ({ kind, open: [...open, ...ledFree] }));
    const shy = befores.filter(({ windows }) => windows === undefined);
    const leadForms = this.led.map(({ rule, lead, left, restEntry }) =>
      leadForm(lead, rule, restEntry, alphabet, left),
    );
    const isMark = Uint8Array.from({ length: alphabet.classes }, (_, klass) =>
      leadForms.some((form) => form.isMark[klass] === 1) ? 1 : 0,
    );
    let sieve: Sieve | undefined;
    const sieveOf = (): Sieve => (sieve ??= new Sieve(this.windows(parsed, befores)));
    return {
      mode: options.mode,
      ruleCount: parsed.length,
      dfa,
      gates,
      plainRoots: rootsWith([]),
      roots: new Roots(dfa, allTypes, typeOf, entryOf, gates),
      shyRoots: shy.length === 0 ? undefined : rootsWith(shy.flatMap(({ rules }) => rules)),
      shyBefores: shy.map((before) => befores.indexOf(before)),
      leadForms,
      isMark,
      // Only long pieces need it.
      get sieve() {
        return sieveOf();
      },
      sieveCharactersMin: options.sieveCharactersMin,
      candidateCharactersMax: options.candidateCharactersMax,
      accepts: options.accepts,
    };
  }

  private alphabet(): Alphabet {
    const { builder, backward, forward, neighbours } = this;
    try {
      return alphabetOf([...builder.sets, ...backward.sets, ...forward.sets, ...neighbours.map(({ set }) => set)]);
    } catch (error) {
      if (!(error instanceof SizeError)) throw error;
      throw new RuleSizeError([{ rule: this.entryOf.length - 1, error }]);
    }
  }

  private windows(parsed: readonly ParsedRule[], befores: readonly NoticedBefore[]): SieveWindow[] {
    const list: SieveWindow[] = [];
    const add = (kind: SieveWindow['kind'], windows: readonly Window[]): void => {
      for (const window of windows) list.push({ kind, window });
    };
    const patternOf = (rule: number): Node => (parsed[rule] as ParsedRule).pattern;
    for (const rule of this.free) add(BEGINNING, beginningWindows(patternOf(rule), undefined));
    for (const { rule, isLed, set } of this.neighbours) {
      if (!isLed) add(BEGINNING, beginningWindows(patternOf(rule), bitsOf(set)));
    }
    for (const { lead } of this.led) add(MARK, markWindows(lead.markNode, bitsOf(lead.run)));
    for (const { rules, windows } of befores) {
      if (windows !== undefined) add(GATE, windows);
      else for (const rule of rules) add(BEGINNING, beginningWindows(patternOf(rule), undefined));
    }
    return list;
  }
}

/** A `before` that only looks at the one code unit to the left, as a set of code units. */
function neighbourOf(before: Node): { set: CharSet; atStart: boolean } | undefined {
  if (before.kind === 'look') return before.look === 'start' ? { set: [], atStart: true } : undefined;
  if (before.kind === 'choice') {
    const parts = before.nodes.map(neighbourOf);
    if (parts.some((part) => part === undefined)) return undefined;
    const known = parts.filter((part) => part !== undefined);
    return { set: setOf(known.flatMap(({ set }) => set)), atStart: known.some(({ atStart }) => atStart) };
  }
  if (before.kind !== 'set') return undefined;
  // Half a pair tells nothing about the pair, so a set must hold all surrogates and all beyond U+FFFF, or none.
  const bound = before.set.findIndex((edge) => edge >= 0xd800);
  if (bound < 0) return { set: before.set, atStart: false };
  const last = before.set.length - 2;
  const holdsAll = bound >= last && (before.set[last] as number) <= 0xd800 && before.set[last + 1] === CODE_POINT_MAX;
  if (!holdsAll && (before.set[bound] as number) <= 0xdfff) return undefined;
  if (!holdsAll && (before.set.at(-1) as number) > 0xffff) return undefined;
  return { set: before.set.map((edge) => Math.min(edge, 0xffff)), atStart: false };
}
