import { expect, test } from 'bun:test';
import { BODY_TIMEOUT_MS, readBody } from '../../src/gateway/inbound.ts';
import { Watchdog, type Watch, type Watched } from '../../src/streams/watchdog.ts';

/** Says how much is watched now. */
class CountingWatchdog extends Watchdog {
  readonly open = new Set<Watch>();

  override watch(watched: Watched): Watch {
    const watch = super.watch(watched);
    const counted: Watch = {
      touch: () => watch.touch(),
      stop: () => {
        watch.stop();
        this.open.delete(counted);
      },
    };
    this.open.add(counted);
    return counted;
  }
}

test('a body that goes on coming after its time is refused, and not watched any more', async () => {
  let now = 0;
  const watchdog = new CountingWatchdog(() => now);
  const endless = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
  const request = new Request('http://localhost/', { method: 'POST', body: endless });
  const reading = readBody(request, 100, watchdog);
  expect(watchdog.open.size).toBe(1);
  now = BODY_TIMEOUT_MS;
  watchdog.tick();
  await expect(reading).rejects.toMatchObject({ code: 'malformed_request' });
  expect(watchdog.open.size).toBe(0);
});
