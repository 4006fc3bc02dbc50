/**
 * Where to look for a pattern that any text may begin: the rarest places one of which each of its matches passes.
 *
 * Worked out from the tree when rules are loaded. A place is rare by the share of prose that looks like it, if characters
 * came independently; that is far from exact, and costs only time where it is wrong.
 */
import type { Node } from './syntax.ts';
import {
  chain,
  fewer,
  knownBits,
  type Rest,
  rowFrom,
  shareOf,
  shareOfBits,
  type Window,
  WINDOW_CHARACTERS,
} from './windows.ts';

/** What each further window adds to the share: many of them share buckets and let each other's mixtures pass. */
const WINDOW_SHARE = 1e-5;

/** How much what lies before the value counts by itself: short pieces are read by that alone. */
const OWN_WEIGHT = 0.03;

/** More alternatives than this are not looked into for the rarest place. */
const BRANCHES_MAX = 1_024;

/** Places that every match passes: what to look for there, and the rest of the pattern from there on. */
export interface Landmark {
  readonly windows: readonly Window[];
  readonly suffix: Node;
  /** The share of the places of prose that look like it, roughly. */
  readonly share: number;
}

/**
 * The rarest places one of which every match of `node` passes, `then` being what follows it; undefined when it need not
 * pass any.
 */
export function landmarkOf(node: Node, then: Node): Landmark | undefined {
  const end = { node: then, next: undefined };
  const place = placeIn(node, end, end);
  if (place === undefined) return undefined;
  return { windows: place.starts.map(rowFrom), suffix: upTo(end, place.from), share: place.share };
}

interface Place {
  /** Where its windows begin. */
  readonly starts: readonly Rest[];
  readonly from: Rest;
  readonly share: number;
}

function placeIn(node: Node, rest: Rest, end: Rest): Place | undefined {
  switch (node.kind) {
    case 'look':
      return undefined;
    case 'set': {
      const from = { node, next: rest };
      return { starts: [from], from, share: costOf(from, end) };
    }
    case 'choice':
      return placeInAll(node.nodes, rest, end);
    case 'repeat':
      return node.min === 0 ? undefined : placeIn(node.node, { node: fewer(node), next: rest }, end);
    case 'sequence': {
      let best: Place | undefined;
      let next: Rest = rest;
      for (let i = node.nodes.length - 1; i >= 0; i -= 1) {
        const part = node.nodes[i] as Node;
        const one = placeIn(part, next, end);
        if (one !== undefined && (best === undefined || one.share < best.share)) best = one;
        next = { node: part, next };
      }
      return best;
    }
  }
}

function placeInAll(branches: readonly Node[], rest: Rest, end: Rest): Place | undefined {
  if (branches.length > BRANCHES_MAX) return undefined;
  const starts: Rest[] = [];
  const nodes: Node[] = [];
  let share = 0;
  for (const branch of branches) {
    const place = placeIn(branch, rest, end);
    if (place === undefined) return undefined;
    starts.push(...place.starts);
    nodes.push(upTo(rest, place.from));
    share += place.share;
  }
  return { starts, from: { node: { kind: 'choice', nodes }, next: rest }, share };
}

/** What it costs to look for what a text must show from a link on, up to where it may go on in several ways. */
function costOf(from: Rest, end: Rest): number {
  let share = 1;
  let own = 1;
  let isOwn = true;
  let length = 0;
  for (let rest: Rest | undefined = from; rest !== undefined && length < WINDOW_CHARACTERS;) {
    if (rest === end) isOwn = false;
    const { node, next }: Rest = rest;
    if (node.kind === 'set') {
      const one = shareOfBits(knownBits(node.set));
      share *= one;
      if (isOwn) own *= one;
      length += 1;
      // A character beyond U+FFFF is two code units: where what follows stands is not known.
      if ((node.set.at(-1) as number) > 0xffff) break;
      rest = next;
    } else if (node.kind === 'look') rest = next;
    else if (node.kind === 'sequence') rest = chain(node.nodes, next);
    else if (node.kind === 'repeat' && node.min > 0) rest = { node: node.node, next: { node: fewer(node), next } };
    else break;
  }
  return share + WINDOW_SHARE + OWN_WEIGHT * own;
}

/** The nodes from a link up to another one of the same chain. */
function upTo(end: Rest | undefined, from: Rest): Node {
  const nodes: Node[] = [];
  for (let link: Rest | undefined = from; link !== undefined && link !== end; link = link.next) nodes.push(link.node);
  return { kind: 'sequence', nodes };
}

/** The share of the places of prose at which a match of `pattern` may seem to begin, roughly and rather too high. */
export function beginningShare(pattern: Node): number {
  if (pattern.kind === 'choice') return pattern.nodes.reduce((sum, branch) => sum + beginningShare(branch), 0);
  if (pattern.kind === 'sequence') {
    const at = pattern.nodes.findIndex((node) => node.kind !== 'look');
    const first = pattern.nodes[at];
    if (first?.kind === 'choice') {
      const rest = pattern.nodes.slice(at + 1);
      return first.nodes.reduce((sum, node) => sum + beginningShare({ kind: 'sequence', nodes: [node, ...rest] }), 0);
    }
    if (first?.kind === 'sequence') {
      return beginningShare({ kind: 'sequence', nodes: [...first.nodes, ...pattern.nodes.slice(at + 1)] });
    }
  }
  return shareOf(rowFrom({ node: pattern, next: undefined }));
}
