/** The hotline's door: only a token of the district's own issuer, for us, in time, with a post that we know. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticateOperator } from '#functions/shared/operator.ts';
import { ProblemError } from '#functions/shared/problem.ts';

const ISSUER = 'https://login.example.gov.cn';
const NOW = Math.floor(Date.now() / 1000);
const GOOD: JWTPayload = { iss: ISSUER, aud: 'jieban', sub: 'desk-7', role: 'dispatcher', exp: NOW + 600 };

let server: Server;
let own: CryptoKey;
let foreign: CryptoKey;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  own = pair.privateKey;
  foreign = (await generateKeyPair('ES256')).privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }];
  server = createServer((_, response) => response.end(JSON.stringify({ keys })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.OIDC_ISSUER = ISSUER;
  process.env.OIDC_AUDIENCE = 'jieban';
  process.env.OIDC_JWKS_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const token = (claims: JWTPayload, key: CryptoKey | Uint8Array = own, alg = 'ES256') =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: 'one' }).sign(key);
const outcome = async (authorization: string | undefined) =>
  authenticateOperator(authorization === undefined ? {} : { authorization }).catch((error: unknown) => {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  });

test('a token of the issuer says who is there', async () => {
  expect(await outcome(`Bearer ${await token(GOOD)}`)).toEqual({ id: 'desk-7', role: 'dispatcher' });
});

describe('nobody comes in', () => {
  const { exp: _, ...endless } = GOOD;
  const { sub: __, ...nameless } = GOOD;
  test.each<[string, JWTPayload]>([
    ['of another issuer', { ...GOOD, iss: 'https://login.example.com' }],
    ['for another audience', { ...GOOD, aud: 'mail' }],
    ['that has expired', { ...GOOD, exp: NOW - 120 }],
    ['that is not valid yet', { ...GOOD, nbf: NOW + 600 }],
    ['that never expires', endless],
    ['without a subject', nameless],
    ['whose subject is no staff number', { ...GOOD, sub: '王小明 ' }],
  ])('with a token %s', async (_name, claims) => {
    expect(await outcome(`Bearer ${await token(claims)}`)).toBe('tokenInvalid');
  });

  test.each<[string, () => Promise<string> | string]>([
    ['of a foreign key under our key’s name', () => token(GOOD, foreign)],
    ['that is not signed', () => new UnsecuredJWT(GOOD).encode()],
    ['signed with a shared secret: what everybody can read is none', () => token(GOOD, new Uint8Array(32), 'HS256')],
    ['that is none', () => 'a.b.c'],
  ])('with a token %s', async (_name, make) => {
    expect(await outcome(`Bearer ${await make()}`)).toBe('tokenInvalid');
  });

  test('without a token, or under another scheme', async () => {
    expect(await outcome(undefined)).toBe('tokenInvalid');
    expect(await outcome('Basic ZGVzazpkZXNr')).toBe('tokenInvalid');
  });

  test.each(['admin', '', 'Leader'])('with the role %j', async (role) => {
    expect(await outcome(`Bearer ${await token({ ...GOOD, role })}`)).toBe('roleForbidden');
  });
});
