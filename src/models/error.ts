/** What can be wrong with a model, an archive or a store. */
export type ModelErrorCode =
  /** Bytes are not what their digest, size or place says: flipped, cut, or not ours at all. */
  | 'damaged'
  /** Intact, but nothing that this gateway lets in: a remote model, an unknown media type, an unusual name. */
  | 'refused'
  /** Another model stands where this one would go. */
  | 'conflict'
  /** No such model, file or directory. */
  | 'missing'
  /** The file system cannot take it. */
  | 'no_space'
  /** The operating system said no. */
  | 'io';

/** A sentence for the operator, with the entry or path it is about, and a closed code for programs. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns what a file system throws into a ModelError that says what was being done; a ModelError stays itself. */
export function ioError(doing: string, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ModelError('no_space', `Cannot ${doing}: no space left (${code})`, { cause: error });
  }
  if (code === 'EXDEV') {
    const why = 'blobs and manifests must lie on the same file system as the directory they are in';
    return new ModelError('io', `Cannot ${doing}: ${why} (${code})`, { cause: error });
  }
  const kind = code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'io';
  return new ModelError(kind, `Cannot ${doing}: ${code}`, { cause: error });
}

/** Characters of foreign text that a message repeats. */
const SHOWN_CHARACTERS_MAX = 200;

/** Foreign text as a literal of printable ASCII on one line, cut where it is long: no terminal acts on it. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  let literal = '';
  for (const character of JSON.stringify(cut.toWellFormed())) {
    const code = character.charCodeAt(0);
    literal += (code >= 0x20 && code < 0x7f) || character === '…' ? character : escaped(character);
  }
  return literal;
}

function escaped(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at++) {
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return text;
}
