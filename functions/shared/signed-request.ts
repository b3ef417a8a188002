/** A request that a partner signed by Standard Webhooks: verified over the raw bytes before anything of it is read. */
import type { Request } from './http.ts';
import { ProblemError } from './problem.ts';
import { verify } from './signing.ts';

/** The webhook-id. Throws 401; an unknown partner (no keys) answers exactly like a wrong signature. */
export function requireSignature(keys: readonly string[], request: Pick<Request, 'headers' | 'body'>): string {
  const verified = verify(keys, request.headers, request.body, Date.now());
  if (verified.ok) return verified.id;
  const stale = verified.fault === 'staleTimestamp' || verified.fault === 'badTimestamp';
  throw new ProblemError(stale ? 'timestampStale' : 'signatureInvalid', {
    errors: [{ pointer: '', detail: stale ? 'header webhook-timestamp' : 'header webhook-signature' }],
  });
}
