/**
 * How a window's sums become one number. Training and use share these; to change one means to train anew.
 */

/** Blocks in one window: about ninety words. */
export const WINDOW_BLOCKS = 3;
/** Hashed features count as if a window had at least this many, so that three words are not certainty. */
export const HASHED_COUNT_MIN = 96;
/** What the hashed sum of a window is multiplied with, before division by the square root of its count. */
export const HASHED_GAIN = 4;
/** What the concept sum of a window is multiplied with. */
export const CONCEPT_GAIN = 0.5;
