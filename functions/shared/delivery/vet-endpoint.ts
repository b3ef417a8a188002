/**
 * The guard of callbacks (SSRF): is this a place that we may send to, and at which addresses? Asked before every attempt,
 * because a name may be pointed elsewhere at any time. The rules of the ranges are in `domain/delivery/addresses.ts`.
 */
import { isIP } from 'node:net';
import { kindOf, mayConnect } from '#domain/delivery/addresses.ts';
import type { AttemptFault } from '#schemas/delivery.ts';
import type { Resolve } from './resolve.ts';

/** A place that was vetted. */
export interface Vetted {
  readonly url: URL;
  /** What may be connected to, in the order to try; never empty. */
  readonly addresses: readonly string[];
  /** Whom the certificate must name; empty for an address, whose certificate must name the address. */
  readonly servername: string;
}

export type Vetting =
  | { readonly kind: 'vetted'; readonly place: Vetted }
  | { readonly kind: 'failed'; readonly fault: AttemptFault; readonly cause: string };

const refused = (fault: AttemptFault, cause: string): Vetting => ({ kind: 'failed', fault, cause });

/** More than a department has; whoever names hundreds wants us to knock at all of them. */
const MAX_ADDRESSES = 16;
/** Ports below this belong to other services (mail, shells, name servers), which a request could be made to speak to. */
const FIRST_FREE_PORT = 1024;

/**
 * `allow`: the unit's allow-list. One forbidden address refuses the whole answer: an honest name has none, and delivering by
 * luck would hide the fault. Never rejects for what a name or its servers do.
 */
export async function vetEndpoint(
  endpoint: string,
  allow: readonly string[],
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Vetting> {
  const url = URL.parse(endpoint);
  const wrong = url === null ? 'notAnUrl' : whatIsWrong(url);
  if (url === null || wrong !== undefined) return refused('badEndpoint', wrong ?? 'notAnUrl');
  // The parser has made decimal, octal and hex forms of an address into the usual one.
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const literal = isIP(hostname) !== 0;
  const addresses = literal ? [hostname] : await lookUp(hostname, resolve, signal);
  if ('code' in addresses) return refused(signal.aborted ? 'timeout' : 'dns', addresses.code);
  const forbidden = addresses.find((address) => !mayConnect(address, allow));
  if (forbidden !== undefined) return refused('forbiddenAddress', kindOf(forbidden));
  // In the clear only on this very machine: the local instance's own departments.
  if (url.protocol === 'http:' && !addresses.every((address) => kindOf(address) === 'loopback')) {
    return refused('badEndpoint', 'notHttps');
  }
  return { kind: 'vetted', place: { url, addresses, servername: literal ? '' : hostname } };
}

function whatIsWrong({ protocol, username, password, port }: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'notHttps';
  // The signature says who we are; a password here would be kept wherever the address is.
  if (username !== '' || password !== '') return 'credentials';
  // An absent port is the scheme's own: 443, or 80 of this machine.
  if (port !== '' && Number(port) < FIRST_FREE_PORT) return 'port';
  return undefined;
}

async function lookUp(
  hostname: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<readonly string[] | { code: string }> {
  try {
    const addresses = [...new Set(await abortable(resolve(hostname, signal), signal))];
    if (addresses.length > MAX_ADDRESSES) return { code: 'tooMany' };
    return addresses.length === 0 ? { code: 'ENODATA' } : addresses;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { code: typeof code === 'string' ? code : 'unknown' };
  }
}

/** A resolver that can't be stopped is left alone. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(Object.assign(new Error('aborted'), { code: 'ECANCELLED' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
