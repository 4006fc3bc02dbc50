/** Bytes on a socket, for what no HTTP client would send. */
export async function sendRaw(port: number, bytes: string | Uint8Array, timeoutMs = 3_000): Promise<string> {
  const decoder = new TextDecoder('latin1');
  let received = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data: (_socket, data) => {
        received += decoder.decode(data);
        if (isWhole(received)) resolve();
      },
      close: () => resolve(),
      error: () => resolve(),
    },
  });
  socket.write(bytes);
  const timer = setTimeout(resolve, timeoutMs);
  await promise;
  clearTimeout(timer);
  socket.end();
  return received;
}

export function statusOf(raw: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(raw)?.[1] ?? 0);
}

function isWhole(raw: string): boolean {
  const end = raw.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(raw.slice(0, end))?.[1];
  return length !== undefined && raw.length >= end + 4 + Number(length);
}
