/**
 * Development OIDC issuer: publishes the key that `npm run token` signs with, so that the hotline API verifies a real
 * JWT against a real JWKS here as it does against the district's provider on AWS. It has no login and no token endpoint.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Role } from '#domain/ticket/roles.ts';
import type { Route } from './http.ts';

export const AUDIENCE = 'jieban';
export { type Role, roles as ROLES } from '#domain/ticket/roles.ts';

const TOKEN_HOURS = 8;

/** Reads the private key (ES256, JWK), or makes one on the first start; only its owner may read the file. */
export async function openSigningKey(file: string): Promise<JWK> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key: JWK = { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
  writeFileSync(file, `${JSON.stringify(key)}\n`, { mode: 0o600 });
  return key;
}

/** A token for one operator: `sub` is a staff number (工号), never a name. Valid for eight hours of real time. */
export async function mintToken(o: { key: JWK; issuer: string; sub: string; role: Role }): Promise<string> {
  const kid = o.key.kid;
  if (kid === undefined) throw new Error('the signing key has no kid');
  return new SignJWT({ role: o.role })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
    .setIssuer(o.issuer)
    .setAudience(AUDIENCE)
    .setSubject(o.sub)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_HOURS}h`)
    .sign(await importJWK(o.key, 'ES256'));
}

/** `issuer` is a function because the port is known only once the server listens. */
export function issuerRoutes(key: JWK, issuer: () => string): Route[] {
  const { d: _private, ...publicKey } = key;
  return [
    {
      method: 'GET',
      path: /^\/\.well-known\/openid-configuration$/,
      handle: () => ({
        status: 200,
        body: {
          issuer: issuer(),
          jwks_uri: `${issuer()}/.well-known/jwks.json`,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
        },
      }),
    },
    {
      method: 'GET',
      path: /^\/\.well-known\/jwks\.json$/,
      handle: () => ({ status: 200, body: { keys: [publicKey] }, headers: { 'cache-control': 'max-age=300' } }),
    },
  ];
}
