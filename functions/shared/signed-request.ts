/** A request that a partner signed by Standard Webhooks: verified over the raw bytes before anything of it is read. */
import type { Request } from './http.ts';
import { type ProblemCode, ProblemError } from './problem.ts';
import { type Scheme, type SignatureFault, STANDARD, verify } from './signing.ts';

/** Says which header is wrong, and nothing that would help to guess a key. */
const FAULTS = {
  missingHeaders: ['signatureInvalid', 'header webhook-id, webhook-timestamp or webhook-signature is missing'],
  noMatch: ['signatureInvalid', 'header webhook-signature does not match the bytes of the body (curl: --data-binary)'],
  badTimestamp: ['timestampStale', 'header webhook-timestamp is not in seconds'],
  staleTimestamp: ['timestampStale', 'header webhook-timestamp is more than 5 minutes away'],
} as const satisfies Record<SignatureFault, readonly [ProblemCode, string]>;

/** The webhook-id. Throws 401; an unknown partner (no keys) answers exactly like a wrong signature. */
export function requireSignature(
  keys: readonly string[],
  request: Pick<Request, 'headers' | 'body'>,
  schemes: readonly Scheme[] = STANDARD,
): string {
  const verified = verify(keys, request.headers, request.body, Date.now(), schemes);
  if (verified.ok) return verified.id;
  throw signatureRefused(verified.fault);
}

export function signatureRefused(fault: SignatureFault): ProblemError {
  const [kind, detail] = FAULTS[fault];
  return new ProblemError(kind, { errors: [{ pointer: '', detail }] });
}
