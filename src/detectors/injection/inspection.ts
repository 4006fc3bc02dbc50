/** What goes into an inspection and what comes out of it. Offsets are UTF-16 code units; nothing here carries text. */
import type { VerdictCacheLimits } from './cache.ts';
import type { ViewLimits } from './limits.ts';
import type { View } from './views.ts';

/** A pattern of the operator's: a regular expression for the linear engine. */
export interface OwnPattern {
  readonly id: string;
  readonly pattern: string;
  readonly score: number;
}

/** Finds operators' patterns in a text, in linear time. Border to the engine in `src/redaction`. */
export interface PatternEngine {
  /** Throws with the column of the first mistake. */
  compile(patterns: readonly OwnPattern[]): {
    find(text: string): readonly { readonly id: string; readonly start: number; readonly end: number }[];
  };
}

/** What a learned scorer found in one window of one view. */
export interface LearnedFinding {
  /** On the catalogue's scale; below 0 where the whole text reads like ordinary ones. */
  readonly score: number;
  /** Names of the strongest features; none of the text. */
  readonly features: readonly string[];
  /** Index of the view. */
  readonly view: number;
  /** The window, in UTF-16 code units of the view's text. */
  readonly start: number;
  readonly end: number;
  /** True where foreign text stands in it. */
  readonly indirect: boolean;
}

/**
 * The learned score of a text's views: its worst window, and the worst that holds foreign text where `isIndirect` tells
 * which do. Pure and bounded like everything here.
 */
export type LearnedScorer = (
  views: readonly View[],
  isIndirect?: (view: View, start: number, end: number) => boolean,
) => readonly LearnedFinding[];

export interface InjectionOptions {
  /** Built-in rules in force: all, none, or these ids. */
  readonly builtin: 'all' | 'none' | readonly string[];
  readonly add: readonly OwnPattern[];
  /** Ids taken out of `builtin`. */
  readonly remove: readonly string[];
  /** At or over it an input is suspicious. */
  readonly threshold: number;
  /** The same for text of tools and documents, as a share of `threshold`; below 1 is stricter. */
  readonly indirectShare?: number;
  readonly limits?: ViewLimits;
  readonly engine?: PatternEngine;
  readonly learned?: LearnedScorer;
  /** Bounds of the memory for verdicts; `none` judges everything anew. */
  readonly cache?: VerdictCacheLimits | 'none';
}

export type InputRole = 'user' | 'tool' | 'assistant' | 'system';

/** One text to be judged. */
export interface InputPart {
  readonly text: string;
  readonly role: InputRole;
  /** Where it stands in the request, for the refusal: `messages/3/content`. */
  readonly origin?: string;
}

/** Where a rule applies. Offsets are UTF-16 code units of the part's own text. */
export interface InjectionFinding {
  readonly rule: string;
  readonly technique: string;
  readonly score: number;
  /** Path of the view that it was found in: `folded>base64`. */
  readonly view: string;
  readonly part: number;
  readonly start: number;
  readonly end: number;
  /** The pattern, for the operator's log. */
  readonly source: string;
  readonly context: 'direct' | 'indirect';
  /** Of the learned score: its strongest features, by name. */
  readonly features?: readonly string[];
}

/** A part that could not be read wholly: the caller refuses, or passes by its policy for failures. */
export interface InjectionFault {
  readonly part: number;
  readonly kind: 'too_large' | 'truncated';
}

export interface Inspection {
  /** The highest sum within one part. Sums of indirect text are already divided by `indirectShare`. */
  readonly score: number;
  readonly suspicious: boolean;
  readonly findings: readonly InjectionFinding[];
  readonly faults: readonly InjectionFault[];
  /** Score of each part, in order. */
  readonly partScores: readonly number[];
  /** Of each part, whether it was judged before: its verdict holds again, but the incident is not a new one. */
  readonly partKnown: readonly boolean[];
}

export interface InjectionDetector {
  /** Judges parts in the order in which the model will read them. Linear in their length together. */
  inspect(parts: readonly InputPart[]): Inspection;
  /** Makes now what the first inspection would make: tables, matcher, weights; about 60 ms, once for all detectors. */
  prepare(): void;
  /** Ids in force, for `policy explain`. */
  readonly rules: readonly {
    readonly id: string;
    readonly score: number;
    readonly source: string;
    readonly technique: string;
  }[];
}
