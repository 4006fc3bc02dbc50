/**
 * `llm-gateway healthcheck`: asks the gateway that runs beside it in the same container whether it lives, for runtimes
 * that check by running a command and for an image without a shell or curl.
 */

const TIMEOUT_MS = 2_000;

/** Bun's own extensions of RequestInit that this file uses; its types do not know `proxy: false`. */
interface BunRequestInit extends Omit<RequestInit, 'proxy'> {
  readonly proxy: false;
  readonly tls: { readonly rejectUnauthorized: boolean };
}

/**
 * GETs `/healthz` of the gateway that `environment` configures: exit code 0 where it answers 200, else 1.
 *
 * Where it listens on all addresses the loopback is asked. Its certificate is not checked: nothing is told to it, and
 * it is made for another name than this one. Waits at most `TIMEOUT_MS`; never throws.
 */
export async function runHealthcheck(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  try {
    const options: BunRequestInit = {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'manual',
      tls: { rejectUnauthorized: false },
      // A proxy that the environment names is for requests that leave the container.
      proxy: false,
    };
    const response = await fetch(healthAddress(environment), options as RequestInit);
    return response.status === 200 ? 0 : 1;
  } catch {
    return 1;
  }
}

/** The address of `/healthz` as seen from inside: empty variables count as unset, as they do for the gateway. */
export function healthAddress(environment: Readonly<Record<string, string | undefined>>): string {
  const scheme = environment['TLS_CERT_FILE']?.trim() ? 'https' : 'http';
  const port = environment['PORT']?.trim() || '8000';
  const host = environment['HOST']?.trim() || '0.0.0.0';
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${scheme}://${asked.includes(':') ? `[${asked}]` : asked}:${port}/healthz`;
}
