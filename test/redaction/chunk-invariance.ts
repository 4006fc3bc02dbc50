/**
 * An outside yardstick: the PyPI package `chunk-invariance` decides how texts are cut and compares what comes out.
 *
 * `bun test/redaction/chunk-invariance.ts [python]`, where `python` has the package (`pip install chunk-invariance`; tried
 * with 0.2.0). It first shows that the package notices its own leaking example. Exits 0 when every split agrees, 1 when one
 * does not, 2 when Python or the package is missing.
 */
import { compileRules } from '../../src/redaction/program.ts';
import { piiRules, secretRules } from '../../src/redaction/rules/index.ts';
import { validators } from '../../src/redaction/validators.ts';
import { streamRedact } from './stream.ts';

/** Asks for the output of a list of pieces over a pipe, a JSON value a line in both directions. */
const DRIVER = `
import json, sys
from chunk_invariance import assert_chunk_invariant, ChunkInvarianceError
from chunk_invariance.examples import design_a, redact
try:
    assert_chunk_invariant(design_a, redact, "use sk-AbCd1234 now")
    sys.exit("the package did not notice its own leaking example")
except ChunkInvarianceError:
    pass
def stream(chunks):
    print(json.dumps(list(chunks)), flush=True)
    yield from json.loads(sys.stdin.readline())
def whole(text):
    return "".join(stream([text]))
total = 0
for text, splits in json.loads(sys.stdin.readline()):
    total += assert_chunk_invariant(stream, whole, text, splits=splits)
print(json.dumps({"splits": total}), flush=True)
`;

/** Made-up texts; each is cut at every place, the short ones in every way there is. */
const SAMPLES: readonly [text: string, splits: string | number][] = [
  ['Contact jane.doe@company.io about the invoice.', 3],
  ['Card 4111 1111 1111 1111 exp 12/30', 'all-two-part'],
  ['IBAN DE89 3704 0044 0532 0130 00, thanks', 'all-two-part'],
  ['key AKIAQYLPMN5HHHFPZAM2 and sk-ant-x', 'all-two-part'],
  ['password = "kT9#vQ2!xL7p" # here', 'all-two-part'],
  ['no secret: task-list, risk-free', 3],
  ['a@b.co c@d.io', 'all'],
];

const python = process.argv[2] ?? 'python3';
const program = compileRules([...secretRules, ...piiRules], { mode: 'compete', validators });
const found = SAMPLES.filter(([text]) => program.redact(text) !== text).length;

let child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>;
try {
  if (Bun.spawnSync([python, '-c', 'import chunk_invariance'], { stderr: 'ignore' }).exitCode !== 0) throw new Error();
  child = Bun.spawn([python, '-c', DRIVER], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
} catch {
  console.log(
    `${python} or its package chunk-invariance is missing: nothing was checked (pip install chunk-invariance).`,
  );
  process.exit(2);
}
child.stdin.write(`${JSON.stringify(SAMPLES)}\n`);
child.stdin.flush();
let rest = '';
const decoder = new TextDecoder();
for await (const bytes of child.stdout) {
  rest += decoder.decode(bytes, { stream: true });
  const lines = rest.split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    const message: string[] | { splits: number } = JSON.parse(line);
    if (Array.isArray(message)) {
      child.stdin.write(`${JSON.stringify(streamRedact(program, message))}\n`);
      child.stdin.flush();
    } else
      console.log(`${message.splits} splits of ${SAMPLES.length} texts agree; ${found} of the texts are redacted.`);
  }
}
process.exit((await child.exited) === 0 ? 0 : 1);
