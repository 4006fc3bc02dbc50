import { createHash, randomBytes } from 'node:crypto';
import { EXIT_FINE, UsageError, readArguments, type CommandIo } from './policy-command.ts';

const KEY_BYTES = 32;

/**
 * `policy key new NAME`: a 256-bit key, shown this once, and the entry for an Access policy that holds only its digest.
 */
export async function runKey(argv: readonly string[], io: CommandIo): Promise<number> {
  const { words, flags } = readArguments(argv, { flags: ['json'], words: [2, 2] });
  const [verb, name] = words;
  if (verb !== 'new') throw new UsageError(`unknown word ${JSON.stringify(verb)}; accepted: key new NAME`);
  if (name === undefined || !/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UsageError('the name does not have the accepted form: up to 63 of a-z 0-9 . _ -');
  }
  const key = `llmgw_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  if (flags.has('json')) {
    io.out(`${JSON.stringify({ name, key, sha256 })}\n`);
    return EXIT_FINE;
  }
  io.out(`${key}\n`);
  io.error(`The line above is the key of ${name}; it is not kept anywhere. In an Access policy, under spec.callers:

  - name: ${name}
    keys:
      - { sha256: ${sha256} }
`);
  return EXIT_FINE;
}
