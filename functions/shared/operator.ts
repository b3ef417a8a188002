/** Who is at the desk: a bearer token of the district's OIDC provider, verified against its published keys. */
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { isRole, type Role } from '#domain/ticket/roles.ts';
import { env } from '#functions/adapters/aws.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';

export interface Operator {
  /** The token's subject: a staff number. */
  readonly id: string;
  readonly role: Role;
}

/** What jose says when the key set could not be fetched or read: the provider's fault, not the operator's. */
const UNREADABLE = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

/** Real time decides about expiry. Throws 401 without a valid token, 403 for a role that isn't ours. */
export async function authenticateOperator(headers: Readonly<Record<string, string>>): Promise<Operator> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) throw new ProblemError('tokenInvalid');
  keys ??= createRemoteJWKSet(new URL(env('OIDC_JWKS_URL')), { timeoutDuration: 3000 });
  const { payload } = await jwtVerify(token, keys, {
    issuer: env('OIDC_ISSUER'),
    audience: env('OIDC_AUDIENCE'),
    algorithms: ['ES256', 'RS256', 'PS256'],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: 30,
  }).catch((error: unknown) => {
    if (!(error instanceof errors.JOSEError) || UNREADABLE.includes(error.code)) {
      log.error('the key set of the identity provider could not be read', { code: 'jwksUnavailable' }, error);
      throw new ProblemError('upstreamUnavailable');
    }
    throw new ProblemError('tokenInvalid');
  });
  const id = payload.sub ?? '';
  if (!/^[\w.:@-]{1,64}$/.test(id)) throw new ProblemError('tokenInvalid');
  if (!isRole(payload.role)) throw new ProblemError('roleForbidden');
  return { id, role: payload.role };
}
