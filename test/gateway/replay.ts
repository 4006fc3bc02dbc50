import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPieces } from '../helpers/upstream.ts';

/** What a real Ollama sent, and a stand-in on loopback that says it again with the cuts of the recording. */

export interface Recording {
  /** `ollama/chat/stream`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `undefined` where there was no body. */
  readonly request: string | undefined;
  readonly answer: Uint8Array;
  readonly contentType: string;
  /** Bytes of each read, in order. */
  readonly reads: readonly number[];
}

const FIXTURES = join(import.meta.dir, '../fixtures');

export function allRecordings(): Recording[] {
  const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).sort();
  return files.filter((file) => file.endsWith('.meta.json')).map((file) => recordingOf(file, files));
}

function recordingOf(file: string, files: readonly string[]): Recording {
  const name = file.slice(0, -'.meta.json'.length);
  const meta = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'));
  const answer = files.find((other) => other.startsWith(`${name}.response.`));
  const hasRequest = files.includes(`${name}.request.json`);
  // `[bytes so far, milliseconds]` where the reads are sums, `[bytes, milliseconds]` where they are not.
  const sizes: number[] = meta.reads.map(([bytes]: [number, number]) => bytes);
  return {
    name,
    method: meta.method,
    path: meta.path,
    status: meta.status,
    request: hasRequest ? readFileSync(join(FIXTURES, `${name}.request.json`), 'utf8') : undefined,
    answer: new Uint8Array(answer === undefined ? [] : readFileSync(join(FIXTURES, answer))),
    contentType: meta.headers['content-type'],
    reads: sizes,
  };
}

export function isStream({ contentType }: Pick<Recording, 'contentType'>): boolean {
  return contentType.startsWith('application/x-ndjson') || contentType.startsWith('text/event-stream');
}

export interface Replayer {
  readonly url: string;
  /** What the next request of that path is answered with. */
  play(recording: Recording, answer?: Uint8Array): void;
  /** Requests that reached the played path. */
  readonly bodies: string[];
  stop(): Promise<void>;
}

/** The models that the recordings name. */
const INSTALLED = ['smollm2:135m', 'secret-model:latest', 'tool-model:latest', 'think-model:latest', 'all-minilm:l6'];

export function startReplayer(): Replayer {
  let playing: { readonly recording: Recording; readonly answer: Uint8Array } | undefined;
  const bodies: string[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (playing !== undefined && decodeURIComponent(pathname) === playing.recording.path) {
        bodies.push(await request.text());
        return replay(playing.recording, playing.answer);
      }
      if (pathname === '/api/tags')
        return Response.json({ models: INSTALLED.map((name) => ({ name, model: name, digest: 'a'.repeat(64) })) });
      if (pathname === '/api/show') return Response.json({ details: {}, capabilities: ['completion'] });
      return new Response('not played', { status: 500 });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    bodies,
    play(recording, answer = recording.answer) {
      playing = { recording, answer };
      bodies.length = 0;
    },
    stop: () => server.stop(true),
  };
}

function replay(recording: Recording, answer: Uint8Array): Response {
  const init = { status: recording.status, headers: { 'content-type': recording.contentType } };
  if (!isStream(recording)) return new Response(answer as Uint8Array<ArrayBuffer>, init);
  return new Response(inPieces(cut(answer, recording.reads)), init);
}

/** Cuts at the recorded sizes; what an edited answer has more comes last. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const size of sizes) {
    if (from >= bytes.length) break;
    pieces.push(bytes.subarray(from, from + size));
    from += size;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return pieces;
}
