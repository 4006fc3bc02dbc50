import { readdirSync, readFileSync } from 'node:fs';
import type { AnswerFrame, AnswerReader, Operation } from '../../src/core/operation.ts';
import { SseSplitter } from '../../src/streams/sse.ts';

/** What a real Ollama sent, and how tests play it to a reader. */

export interface Recording {
  readonly name: string;
  readonly path: string;
  readonly status: number;
  readonly request: string;
  readonly answer: Uint8Array;
  readonly isStream: boolean;
}

const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;

export function recordings(folder: 'openai' | 'anthropic', path?: string): Recording[] {
  const files = readdirSync(`${FIXTURES}${folder}`);
  return files
    .filter((file) => file.endsWith('.meta.json'))
    .map((file) => {
      const name = file.slice(0, -'.meta.json'.length);
      const meta = JSON.parse(readFileSync(`${FIXTURES}${folder}/${file}`, 'utf8'));
      const answer = files.find((other) => other.startsWith(`${name}.response.`)) ?? '';
      return {
        name: `${folder}/${name}`,
        path: meta.path,
        status: meta.status,
        request: readFileSync(`${FIXTURES}${folder}/${name}.request.json`, 'utf8'),
        answer: new Uint8Array(readFileSync(`${FIXTURES}${folder}/${answer}`)),
        isStream: answer.endsWith('.sse'),
      };
    })
    .filter((recording) => path === undefined || recording.path === path);
}

export function answered(folder: 'openai' | 'anthropic', path?: string): Recording[] {
  return recordings(folder, path).filter((recording) => recording.status === 200);
}

/** Splits an answer into frames as the gateway does, with the bytes cut at `cuts`. */
export function framesOf(recording: Recording, cuts: readonly number[] = []): Uint8Array[] {
  if (!recording.isStream) return [recording.answer];
  const splitter = new SseSplitter({ eventBytesMax: 1 << 20 });
  const frames: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...new Set(cuts), recording.answer.length].sort((a, b) => a - b)) {
    frames.push(...splitter.push(recording.answer.slice(from, cut)));
    from = cut;
  }
  const rest = splitter.end();
  return rest === undefined ? frames : [...frames, rest];
}

export function readAll(reader: AnswerReader, frames: readonly Uint8Array[]): AnswerFrame[] {
  return frames.map((frame) => reader.read(frame));
}

export function encodeAll(frames: readonly AnswerFrame[]): string {
  const bytes = frames.map((frame) => frame.encode()).filter((encoded) => encoded !== undefined);
  return Buffer.concat(bytes).toString();
}

export function readerFor(operation: Operation, recording: Recording): AnswerReader {
  return operation.answerReader(operation.readRequest(recording.request));
}

/** The JSON of each event of a stream, `[DONE]` aside. */
export function eventsOf(stream: string): { readonly event: string; readonly data: any }[] {
  return (
    stream
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => {
        const lines = event.split('\n');
        const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length) ?? '';
        const name = lines.find((line) => line.startsWith('event: '))?.slice('event: '.length) ?? '';
        return { event: name, data };
      })
      .filter(({ data }) => data !== '[DONE]')
      // `any`: what a client of the protocol sees; the tests assert its shape field by field.
      .map(({ event, data }) => ({ event, data: JSON.parse(data) }))
  );
}
