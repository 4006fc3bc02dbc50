/**
 * How a window's sums become one number. Training and use share these; to change one means to train anew.
 */

/** Blocks in the largest window: about ninety words. */
export const WINDOW_BLOCKS = 3;
/** Hashed features count as if a window had at least this many, so that three words are not certainty. */
export const HASHED_COUNT_MIN = 96;
/** What the hashed sum of a window is multiplied with, before division by the square root of its count. */
export const HASHED_GAIN = 4;
/** What the concept sum of a window is multiplied with. */
export const CONCEPT_GAIN = 0.5;
/** Hashed features up to which a window is short. */
export const SHORT_COUNT_MAX = 64;
/** What each doubling of a window beyond that takes off: the sums of long windows stray further by chance. */
export const LENGTH_PENALTY = 1;

/** What a window of `count` hashed features loses. Applied to scores, not while fitting, where the bias would undo it. */
export function lengthPenalty(count: number): number {
  return count <= SHORT_COUNT_MAX ? 0 : LENGTH_PENALTY * Math.log2(count / SHORT_COUNT_MAX);
}
