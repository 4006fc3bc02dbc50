import { timingSafeEqual } from 'node:crypto';

/**
 * The last index whose digest equals `wanted`, or -1. Reads every digest, found or not, so that the time taken tells
 * neither whether a key exists nor where it stands. All digests have one length.
 */
export function indexOfDigest(
  digests: readonly Uint8Array[],
  wanted: Uint8Array,
  equal: (a: Uint8Array, b: Uint8Array) => boolean = timingSafeEqual,
): number {
  let found = -1;
  for (let index = 0; index < digests.length; index++) {
    const digest = digests[index];
    if (digest !== undefined && equal(digest, wanted)) found = index;
  }
  return found;
}
