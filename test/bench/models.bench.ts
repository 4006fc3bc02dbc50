import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Packing, verifying and loading a model of 1 GB against `sha256sum` over the same bytes, in one run on one core each.
 *
 *   bun test/bench/models.bench.ts [--gigabytes 1] [--rounds 3] [--directory DIR]
 *
 * Prints each command's speed as a share of sha256sum's (the promise: at least 60 %) and its peak of resident memory
 * (at most 100 MiB). Ends with 1 where either is broken. Ratios of the best rounds, because the machine may be busy.
 */

const SPEED_SHARE_MIN = 0.6;
const MEMORY_MIB_MAX = 100;

const gigabytes = Number(option('gigabytes', '1'));
const rounds = Number(option('rounds', '3'));
const work = fs.mkdtempSync(join(option('directory', tmpdir()), 'llm-gateway-models-bench-'));
const main = join(import.meta.dir, '../../src/main.ts');

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
}

try {
  const store = join(work, 'store');
  const weights = makeStore(store, Math.round(gigabytes * 1e9));
  const archive = join(work, 'model.tar');
  const model = (...argv: string[]) => run([process.execPath, main, 'model', ...argv]);
  const best = new Map<string, Run>();
  for (let round = 0; round < rounds; round++) {
    fs.rmSync(archive, { force: true });
    const target = fs.mkdtempSync(join(work, 'target-'));
    keepBest(best, 'sha256sum', run(['sha256sum', weights]));
    if (Bun.which('openssl') !== null) keepBest(best, 'openssl sha256', run(['openssl', 'dgst', '-sha256', weights]));
    keepBest(best, 'cp', run(['cp', weights, join(work, 'copy')]));
    keepBest(best, 'pack', model('pack', 'bench', '--models', store, '--out', archive));
    keepBest(best, 'verify', model('verify', archive));
    keepBest(best, 'load', model('load', archive, '--models', target));
    keepBest(best, 'load again', model('load', archive, '--models', target));
    fs.rmSync(target, { recursive: true });
    fs.rmSync(join(work, 'copy'));
  }
  report(best);
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

function report(best: ReadonlyMap<string, Run>): void {
  const reference = best.get('sha256sum')?.seconds ?? Number.NaN;
  let isKept = true;
  for (const [name, { seconds, cpuSeconds, memoryMiB }] of best) {
    const share = reference / seconds;
    const isOurs = ['pack', 'verify'].includes(name);
    const isMeasured = isOurs || name.startsWith('load');
    if (isOurs && share < SPEED_SHARE_MIN) isKept = false;
    if (isMeasured && memoryMiB > MEMORY_MIB_MAX) isKept = false;
    // Never less than what this process had when it forked, so for others the number says nothing.
    const memory = isMeasured ? `  ${memoryMiB.toFixed(0)} MiB` : '';
    print(
      `${name.padEnd(14)} ${seconds.toFixed(2).padStart(6)} s  cpu ${cpuSeconds.toFixed(2).padStart(6)} s  ` +
        `${(gigabytes / seconds).toFixed(2).padStart(5)} GB/s  ${`${Math.round(share * 100)} %`.padStart(6)} of sha256sum${memory}`,
    );
  }
  print(isKept ? 'kept: pack and verify at 60 % or more, all in 100 MiB or less' : 'NOT KEPT');
  if (!isKept) process.exitCode = 1;
}

function keepBest(best: Map<string, Run>, name: string, found: Run): void {
  const known = best.get(name);
  if (known === undefined || found.seconds < known.seconds) best.set(name, found);
}

/** Runs a command to its end and reads what the kernel counted. Throws where it fails. */
function run(command: string[]): Run {
  const startedAt = performance.now();
  const result = Bun.spawnSync(command, { stdout: 'ignore', stderr: 'pipe' });
  const seconds = (performance.now() - startedAt) / 1000;
  if (result.exitCode !== 0) throw new Error(`${command.join(' ')}: ${result.stderr.toString()}`);
  const { cpuTime, maxRSS } = result.resourceUsage;
  // Microseconds, and bytes (`maxRSS` of Bun 1.4.5 on Linux; its documentation agrees).
  return { seconds, cpuSeconds: Number(cpuTime.total) / 1e6, memoryMiB: maxRSS / 2 ** 20 };
}

/** A store with one model of so many bytes that do not compress; gives the path of its weights. */
function makeStore(store: string, bytes: number): string {
  fs.mkdirSync(join(store, 'blobs'), { recursive: true });
  const chunk = crypto.getRandomValues(new Uint8Array(65_536));
  const hasher = new Bun.CryptoHasher('sha256');
  const growing = join(store, 'growing');
  const fd = fs.openSync(growing, 'w');
  for (let done = 0; done < bytes; done += chunk.length) {
    chunk.set(Buffer.from(done === 0 ? 'GGUF' : String(done).padStart(16)));
    const piece = chunk.subarray(0, Math.min(chunk.length, bytes - done));
    hasher.update(piece);
    fs.writeSync(fd, piece);
  }
  fs.closeSync(fd);
  const weights = join(store, 'blobs', `sha256-${hasher.digest('hex')}`);
  fs.renameSync(growing, weights);
  const config = '{"model_format":"gguf","architecture":"amd64","os":"linux"}';
  const configHex = new Bun.CryptoHasher('sha256').update(config).digest('hex');
  fs.writeFileSync(join(store, 'blobs', `sha256-${configHex}`), config);
  const type = 'application/vnd.docker.container.image.v1+json';
  const layer = { mediaType: 'application/vnd.ollama.image.model', digest: digestOf(weights), size: bytes };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: type, digest: `sha256:${configHex}`, size: config.length },
    layers: [layer],
  };
  const directory = join(store, 'manifests/registry.ollama.ai/library/bench');
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(join(directory, 'latest'), `${JSON.stringify(manifest)}\n`);
  return weights;
}

function digestOf(path: string): string {
  return path.slice(path.lastIndexOf('sha256-')).replace('-', ':');
}

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return (at < 0 ? undefined : process.argv[at + 1]) ?? fallback;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
