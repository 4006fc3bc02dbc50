/**
 * An exact value as a pattern, and its encoded twins: what a model writes when it is asked to spell a secret otherwise.
 *
 * The twins are base64 and base64url in all three alignments, hex in either case, URL-encoding of any of its bytes, and
 * the value with invisible characters inside. A value split by visible characters, reversed or translated is not found.
 */
import type { CharSet } from './char-set.ts';
import { setOf } from './char-set.ts';
import type { Node } from './syntax.ts';

/** Shorter values would mask ordinary text. */
export const VALUE_CHARACTERS_MIN = 4;
export const VALUE_CHARACTERS_MAX = 4_096;
/** Encoded twins of shorter values (in bytes of UTF-8) are left out: a few base64 characters occur in any text. */
export const TWIN_BYTES_MIN = 6;
/** Most invisible characters between two characters of a value. */
const INVISIBLE_MAX = 4;

/** Soft hyphen, joiners and spaces of no width, direction marks, variation selectors, the byte order mark. */
const INVISIBLE: CharSet = setOf([
  0xad, 0xad, 0x34f, 0x34f, 0x180e, 0x180e, 0x200b, 0x200f, 0x202a, 0x202e, 0x2060, 0x2064, 0xfe00, 0xfe0f, 0xfeff,
  0xfeff,
]);

/** The value as it stands. */
export function literalNode(value: string): Node {
  return { kind: 'sequence', nodes: Array.from(value, (character) => characterNode(character)) };
}

/** The value as it stands or as one of its twins. */
export function encodedNode(value: string): Node {
  const bytes = new TextEncoder().encode(value);
  const forms: Node[] = [withInvisible(value), urlEncoded(value)];
  if (bytes.length >= TWIN_BYTES_MIN) {
    forms.push(hex(bytes));
    for (let shift = 0; shift < 3; shift += 1) forms.push(base64(bytes, shift));
  }
  return { kind: 'choice', nodes: forms };
}

function characterNode(character: string): Node {
  const codePoint = character.codePointAt(0) as number;
  return { kind: 'set', set: [codePoint, codePoint] };
}

function withInvisible(value: string): Node {
  const gap: Node = { kind: 'repeat', node: { kind: 'set', set: INVISIBLE }, min: 0, max: INVISIBLE_MAX };
  return {
    kind: 'sequence',
    nodes: Array.from(value).flatMap((character, i) =>
      (i === 0 ? [] : [gap]).concat(characterNode(character) as never),
    ),
  };
}

/** Each character as itself or as `%XX` for each byte of its UTF-8; a space also as `+`. */
function urlEncoded(value: string): Node {
  const nodes = Array.from(value, (character): Node => {
    const escaped: Node[] = [];
    for (const byte of new TextEncoder().encode(character)) {
      const digits = byte.toString(16).padStart(2, '0');
      escaped.push(characterNode('%'), ...Array.from(digits, hexDigit));
    }
    const nodes: Node[] = [characterNode(character), { kind: 'sequence', nodes: escaped }];
    if (character === ' ') nodes.push(characterNode('+'));
    return { kind: 'choice', nodes };
  });
  return { kind: 'sequence', nodes };
}

function hexDigit(digit: string): Node {
  const lower = digit.charCodeAt(0);
  const upper = digit.toUpperCase().charCodeAt(0);
  return { kind: 'set', set: setOf([lower, lower, upper, upper]) };
}

function hex(bytes: Uint8Array): Node {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { kind: 'sequence', nodes: Array.from(digits, hexDigit) };
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The base64 characters that the bytes alone determine when `shift` other bytes come before them. */
function base64(bytes: Uint8Array, shift: number): Node {
  const nodes: Node[] = [];
  const bits = (shift + bytes.length) * 8;
  for (let bit = Math.ceil((shift * 8) / 6) * 6; bit + 6 <= bits; bit += 6) {
    let sextet = 0;
    for (let i = 0; i < 6; i += 1) {
      const byte = bytes[((bit + i) >> 3) - shift] as number;
      sextet = (sextet << 1) | ((byte >> (7 - ((bit + i) & 7))) & 1);
    }
    nodes.push({ kind: 'set', set: base64Set(sextet) });
  }
  return { kind: 'sequence', nodes };
}

/** The last two characters are written `+ /` in base64 and `- _` in base64url. */
function base64Set(sextet: number): CharSet {
  if (sextet === 62) return setOf([0x2b, 0x2b, 0x2d, 0x2d]);
  if (sextet === 63) return setOf([0x2f, 0x2f, 0x5f, 0x5f]);
  const unit = BASE64.charCodeAt(sextet);
  return [unit, unit];
}
