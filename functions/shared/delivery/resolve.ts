/**
 * Name → addresses, as the guard of callbacks asks it. By queries of our own (c-ares) rather than by the system's
 * `getaddrinfo`: that runs on four threads for the whole process, so that a few names whose servers are dead would hold up
 * every other department's deliveries.
 */
import { Resolver } from 'node:dns/promises';

/** Rejects with a DNS code (`ENOTFOUND`, `ETIMEOUT` …) in `code`. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Per server; two tries (ms). */
const QUERY_TIMEOUT_MS = 1500;

/** "There is none", as opposed to "could not be asked". */
const NONE: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);

/**
 * IPv4, and only if a name has none IPv6: functions leave through a NAT, and what is not used needs no judgement. `localhost`
 * is this machine (RFC 6761) and never asked for.
 */
export const resolveName: Resolve = nameResolver();

/** `servers`: instead of the machine's (`127.0.0.1:5353`). */
export function nameResolver(servers?: readonly string[]): Resolve {
  return async (hostname, signal) => {
    if (/(^|\.)localhost$/.test(hostname)) return ['127.0.0.1', '::1'];
    const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const v4 = await resolver.resolve4(hostname).catch(unlessNone);
      return v4.length > 0 ? v4 : await resolver.resolve6(hostname);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

function unlessNone(error: unknown): string[] {
  if (error instanceof Error && NONE.has((error as NodeJS.ErrnoException).code)) return [];
  throw error;
}
