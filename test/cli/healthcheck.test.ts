import { afterAll, describe, expect, test } from 'bun:test';
import { healthAddress, runHealthcheck } from '../../src/cli/healthcheck.ts';

describe('healthAddress()', () => {
  const cases: [string, Record<string, string>, string][] = [
    ['the defaults', {}, 'http://127.0.0.1:8000/healthz'],
    ['empty variables are unset ones', { HOST: ' ', PORT: '', TLS_CERT_FILE: '' }, 'http://127.0.0.1:8000/healthz'],
    ['another port', { PORT: '9000' }, 'http://127.0.0.1:9000/healthz'],
    ['one address only', { HOST: '10.1.2.3' }, 'http://10.1.2.3:8000/healthz'],
    ['all addresses of IPv6', { HOST: '::' }, 'http://[::1]:8000/healthz'],
    ['a certificate', { TLS_CERT_FILE: '/tls/tls.crt' }, 'https://127.0.0.1:8000/healthz'],
  ];
  test.each(cases)('%s', (_name, environment, address) => {
    expect(healthAddress(environment)).toBe(address);
  });
});

describe('runHealthcheck()', () => {
  let status = 200;
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(null, { status }) });
  afterAll(() => server.stop(true));
  const environment = { HOST: '127.0.0.1', PORT: String(server.port) };

  test('is 0 where the gateway answers', async () => {
    status = 200;
    expect(await runHealthcheck(environment)).toBe(0);
  });

  test('is 1 where it answers anything but 200', async () => {
    status = 302;
    expect(await runHealthcheck(environment)).toBe(1);
    status = 503;
    expect(await runHealthcheck(environment)).toBe(1);
  });

  test('is 1 where nobody listens', async () => {
    expect(await runHealthcheck({ HOST: '127.0.0.1', PORT: '1' })).toBe(1);
  });
});
