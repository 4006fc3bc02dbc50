/**
 * The few bytes of tar that an archive of ours needs, written one way only.
 *
 * Plain `ustar` (POSIX.1-1988) with owner 0, mode 0644 and time 0, so that equal content gives equal bytes and every
 * `tar` unpacks it; a pax record (POSIX.1-2001) where a size or a path does not fit. Nothing here reads tar: an archive
 * is compared with the bytes that its index asks for, so links, devices, sparse files and odd headers have no reader
 * to fool. `describeHeader` only words what was found instead.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 */

export const BLOCK_BYTES = 512;
/** Two blocks of zeros end an archive. */
export const END_BYTES = 2 * BLOCK_BYTES;

/** Eleven octal digits: 8 GiB - 1. */
const USTAR_SIZE_MAX = 0o77777777777;
const USTAR_NAME_BYTES_MAX = 100;
const PAX_NAME = 'pax-header';

/** What stands before a file's content: one header, or a pax header, its records and a header. Paths are ASCII. */
export function entryHead(path: string, size: number): Uint8Array {
  const records = [
    ...(path.length > USTAR_NAME_BYTES_MAX ? [paxRecord('path', path)] : []),
    ...(size > USTAR_SIZE_MAX ? [paxRecord('size', String(size))] : []),
  ].join('');
  const name = path.slice(0, USTAR_NAME_BYTES_MAX);
  if (records === '') return header(name, size, '0');
  const head = new Uint8Array(BLOCK_BYTES + padded(records.length) + BLOCK_BYTES);
  head.set(header(PAX_NAME, records.length, 'x'));
  head.set(ascii(records), BLOCK_BYTES);
  head.set(header(name, size > USTAR_SIZE_MAX ? 0 : size, '0'), head.length - BLOCK_BYTES);
  return head;
}

/** `size` rounded up to whole blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

/** The size that a header's own field names; undefined where it is not eleven octal digits. */
export function headerSize(block: Uint8Array): number | undefined {
  const field = latin1(block.subarray(124, 136));
  return /^[0-7]{11}\0$/.test(field) ? Number.parseInt(field, 8) : undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  '0': 'a file',
  '\0': 'a file',
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a directory',
  '6': 'a named pipe',
  '7': 'a contiguous file',
  S: 'a sparse file',
  x: 'a pax header',
  g: 'a global pax header',
  L: 'a long GNU name',
  K: 'a long GNU link',
};

/** What a block that is not the expected header is, in words and with its name: for messages only. */
export function describeHeader(block: Uint8Array): { readonly kind: string; readonly name: string } {
  const end = block.subarray(0, USTAR_NAME_BYTES_MAX).indexOf(0);
  const name = latin1(block.subarray(0, end < 0 ? USTAR_NAME_BYTES_MAX : end));
  if (block.every((byte) => byte === 0)) return { kind: 'the end of the archive', name: '' };
  if (latin1(block.subarray(148, 156)) !== checksumField(block))
    return { kind: 'a header with a wrong checksum', name };
  const type = String.fromCharCode(block[156] ?? 0);
  return { kind: KINDS[type] ?? 'an entry of an unknown type', name };
}

function header(name: string, size: number, type: '0' | 'x'): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(ascii(name), 0);
  block.set(ascii('0000644\0' + '0000000\0' + '0000000\0'), 100);
  block.set(ascii(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`), 124);
  block.set(ascii(type), 156);
  block.set(ascii('ustar\0' + '00'), 257);
  block.set(ascii('0000000\0' + '0000000\0'), 329);
  block.set(ascii(checksumField(block)), 148);
  return block;
}

/** The sum of all bytes with the field itself as spaces, as six octal digits, a zero and a space. */
function checksumField(block: Uint8Array): string {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return `${length}${rest}`;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
