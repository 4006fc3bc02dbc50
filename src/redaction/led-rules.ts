/**
 * Rules that begin with a run of characters up to a mark, such as `\b[a-z0-9.]{1,64}@`: any word may begin them.
 *
 * Following each such word would cost at every character of every text. But all that a run shares is known when its mark
 * comes: then every start in it has read the same, and all of them go on as one. So nothing is done until a mark
 * turns up, but to know, when somebody asks, which is the first start that a mark could still lead on.
 */
import type { CharSet } from './char-set.ts';
import { complementOf, setOf } from './char-set.ts';
import type { HeldText } from './held-text.ts';
import { type Alphabet, classesIn } from './alphabet.ts';
import { lookHolds, LOOKS } from './nfa.ts';
import type { Node } from './syntax.ts';

/** How a rule begins, if it is led by a run of characters. */
export interface Lead {
  /** What it may begin with: a character, and the look before it as a number, or -1. */
  readonly firsts: readonly { readonly look: number; readonly set: CharSet }[];
  /** What the run consists of, its first character included. */
  readonly run: CharSet;
  readonly mark: CharSet;
  /** Fewest and most characters before the mark. */
  readonly min: number;
  readonly max: number;
  /** What follows the mark. */
  readonly rest: Node;
  readonly markNode: Node;
}

/** A run that is less variable than this is followed like any other text. */
const SPREAD_MIN = 8;

/** The lead of a pattern; undefined where it does not begin so. */
export function leadOf(pattern: Node): Lead | undefined {
  const nodes = pattern.kind === 'sequence' ? pattern.nodes : [pattern];
  const lead = runOf(nodes);
  if (lead === undefined) return undefined;
  const { firsts, run, min, max, next } = lead;
  const mark = nodes[next];
  if (mark?.kind !== 'set' || !isSimple(mark.set) || !isSimple(run) || min === 0 || max - min < SPREAD_MIN)
    return undefined;
  if (!firsts.every(({ set }) => isWithin(set, run)) || !isWithin(mark.set, complementOf(run))) return undefined;
  const rest: Node = { kind: 'sequence', nodes: nodes.slice(next + 1) };
  const markNode: Node = { kind: 'sequence', nodes: nodes.slice(next) };
  return { firsts, run, mark: mark.set, min, max, rest, markNode };
}

interface Run {
  readonly firsts: Lead['firsts'];
  readonly run: CharSet;
  readonly min: number;
  readonly max: number;
  readonly next: number;
}

/** A run alone, or one behind a character that it may also hold. */
function runOf(nodes: readonly Node[]): Run | undefined {
  const [one, two] = nodes;
  if (one === undefined || two === undefined) return undefined;
  const look = one.kind === 'look' ? LOOKS.indexOf(one.look) : -1;
  const at = look < 0 ? 0 : 1;
  const own = repeated(nodes[at] as Node);
  if (own !== undefined)
    return { firsts: [{ look, set: own.set }], run: own.set, min: own.min, max: own.max, next: at + 1 };
  const firsts = firstsOf(nodes.slice(0, at + 1));
  const behind = nodes[at + 1] === undefined ? undefined : repeated(nodes[at + 1] as Node);
  if (firsts === undefined || behind === undefined) return undefined;
  return { firsts, run: behind.set, min: behind.min + 1, max: behind.max + 1, next: at + 2 };
}

/** A character, perhaps behind a look, or a choice of such. */
function firstsOf(nodes: readonly Node[]): Lead['firsts'] | undefined {
  const [one, two] = nodes;
  if (one?.kind === 'choice' && two === undefined) {
    const parts = one.nodes.map((node) => firstsOf(flat(node)));
    return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
  }
  if (one?.kind === 'set' && two === undefined) return [{ look: -1, set: one.set }];
  if (one?.kind !== 'look' || two?.kind !== 'set' || nodes.length > 2) return undefined;
  return [{ look: LOOKS.indexOf(one.look), set: two.set }];
}

function repeated(node: Node): { set: CharSet; min: number; max: number } | undefined {
  if (node.kind !== 'repeat' || node.node.kind !== 'set' || node.max <= 1) return undefined;
  return { set: node.node.set, min: node.min, max: node.max };
}

function flat(node: Node): Node[] {
  return node.kind === 'sequence' ? node.nodes.flatMap(flat) : [node];
}

/** No halves of pairs: then a code unit is a character. */
function isSimple(set: CharSet): boolean {
  return (set.at(-1) as number) < 0xd800;
}

function isWithin(inner: CharSet, outer: CharSet): boolean {
  return setOf([...inner, ...outer]).join() === setOf([...outer]).join();
}

/** A lead made ready for one program. */
export interface LeadForm {
  readonly rule: number;
  readonly firsts: readonly { readonly look: number; readonly holds: Uint8Array }[];
  /** By class what may stand to the left, and, last, whether the text may begin there; undefined: anything. */
  readonly left: Uint8Array | undefined;
  readonly isRun: Uint8Array;
  readonly isMark: Uint8Array;
  readonly min: number;
  readonly max: number;
  /** The automaton's entry behind the mark. */
  readonly restEntry: number;
}

/** `left`: for a rule whose `before` is one character, the set of it, and whether the text may begin there instead. */
export function leadForm(
  lead: Lead,
  rule: number,
  restEntry: number,
  alphabet: Alphabet,
  left?: { readonly set: CharSet; readonly atStart: boolean },
): LeadForm {
  const { min, max } = lead;
  const firsts = lead.firsts.map(({ look, set }) => ({ look, holds: classesIn(set, alphabet) }));
  const isRun = classesIn(lead.run, alphabet);
  const isMark = classesIn(lead.mark, alphabet);
  const opened = left === undefined ? undefined : Uint8Array.of(...classesIn(left.set, alphabet), left.atStart ? 1 : 0);
  return { rule, firsts, left: opened, isRun, isMark, min, max, restEntry };
}

/** Text by code unit; -1 where it is not held. */
interface Units {
  unitAt(position: number): number;
}

/** Where the starts of one form's run lie in one channel. Each character is looked at a bounded number of times. */
export class LedRun {
  readonly form: LeadForm;
  private readonly alphabet: Alphabet;
  /** Up to there the text was looked at; the run that ends there began at `from`. */
  private known = 0;
  private from = 0;
  /** No start of this run below it is open any more. */
  private first = 0;
  /** A start that was found to be one; -1: none. */
  private checked = -1;

  constructor(form: LeadForm, alphabet: Alphabet) {
    this.form = form;
    this.alphabet = alphabet;
  }

  /** The text up to `position`, of which `piece` holds what lies behind `base`, has been read. */
  advance(piece: string, base: number, position: number): void {
    const { classOf } = this.alphabet;
    if (this.known === position) return;
    const low = Math.max(this.known, base);
    let at = position;
    while (at > low && this.form.isRun[classOf[piece.charCodeAt(at - 1 - base)] as number] === 1) at -= 1;
    if (at > this.known) this.from = at;
    this.known = position;
    if (this.first < this.from) this.first = this.from;
  }

  /** Reading goes on at `position`, and nothing before it counts. */
  restart(position: number): void {
    this.known = position;
    this.from = position;
    this.first = position;
    this.checked = -1;
  }

  /** Starts below `end` are decided. */
  discard(end: number): void {
    if (this.first < end) this.first = end;
  }

  /** The first start that a mark at `position` or later could still lead on, or infinity; no candidate is longer than `limit`. */
  oldest(text: Units, position: number, limit: number): number {
    if (this.known !== position || this.from === position) return Number.POSITIVE_INFINITY;
    const low = Math.max(this.first, position - this.form.max, position + 1 - limit);
    if (low !== this.checked) {
      this.first = this.nextStart(text, low, position);
      this.checked = this.first < position ? this.first : -1;
    }
    return this.first < position ? this.first : Number.POSITIVE_INFINITY;
  }

  /** The starts that a mark at `position` leads on, ascending. */
  startsBefore(text: Units, position: number, limit: number): number[] {
    const { min, max } = this.form;
    const end = position + 1 - min;
    const starts: number[] = [];
    let at = this.nextStart(text, Math.max(this.first, position - max, position + 1 - limit), end);
    while (at < end) {
      starts.push(at);
      at = this.nextStart(text, at + 1, end);
    }
    return starts;
  }

  private nextStart(text: Units, from: number, end: number): number {
    for (let at = from; at < end; at += 1) if (this.mayStart(text, at)) return at;
    return end;
  }

  private mayStart(text: Units, at: number): boolean {
    const { classOf, kindOf, classes } = this.alphabet;
    const klass = classOf[text.unitAt(at)] as number;
    const left = at === 0 ? classes : (classOf[text.unitAt(at - 1)] as number);
    if (this.form.left !== undefined && this.form.left[left] !== 1) return false;
    const { firsts } = this.form;
    for (let i = 0; i < firsts.length; i += 1) {
      const { look, holds } = firsts[i] as LeadForm['firsts'][number];
      if (holds[klass] !== 1) continue;
      if (look < 0 || lookHolds(look, kindOf[left] as number, kindOf[klass] as number)) return true;
    }
    return false;
  }
}

/** The runs of every led rule in one channel. */
export class LedRuns implements Units {
  readonly runs: readonly LedRun[];
  private readonly text: HeldText;
  private piece = '';
  private base = 0;

  constructor(forms: readonly LeadForm[], alphabet: Alphabet, text: HeldText) {
    this.text = text;
    this.runs = forms.map((form) => new LedRun(form, alphabet));
  }

  /** From here on text is read from `piece`, which begins at `base`. */
  enter(piece: string, base: number): void {
    this.piece = piece;
    this.base = base;
  }

  /** Nearly always what is asked for lies in the piece. */
  unitAt(position: number): number {
    return position >= this.base ? this.piece.charCodeAt(position - this.base) : this.text.unitAt(position);
  }

  /** The text up to `position` has been read. */
  advance(position: number): void {
    for (let i = 0; i < this.runs.length; i += 1) (this.runs[i] as LedRun).advance(this.piece, this.base, position);
  }

  /** Reading goes on at `position`, and nothing before it counts. */
  restart(position: number): void {
    for (const run of this.runs) run.restart(position);
  }

  /** Starts below `end` are decided. */
  discard(end: number): void {
    for (const run of this.runs) run.discard(end);
  }

  /** The first start that a mark at `position` or later could still lead on, or infinity. */
  oldest(position: number, limit: number): number {
    this.advance(position);
    let oldest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.runs.length; i += 1) {
      const one = (this.runs[i] as LedRun).oldest(this, position, limit);
      if (one < oldest) oldest = one;
    }
    return oldest;
  }
}
