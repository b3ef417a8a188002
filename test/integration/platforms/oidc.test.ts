/** The development issuer: its tokens verify against its published keys, and what it keeps is private. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { lastPlatforms } from '#infra/local/platforms/index.ts';
import { mintToken, openSigningKey } from '#infra/local/platforms/oidc.ts';
import { call, openWorld, type World } from './world.ts';

const open: World[] = [];
const world = async (dataDir?: string) => {
  const opened = await openWorld(dataDir === undefined ? {} : { dataDir });
  open.push(opened);
  return opened;
};
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});

it('publishes a configuration whose keys verify its tokens', async () => {
  const { platforms } = await world();
  const configuration = await call('GET', `${platforms.url}/.well-known/openid-configuration`);
  expect(configuration.body).toMatchObject({ issuer: platforms.url, jwks_uri: platforms.oidc.jwksUrl });
  const token = await platforms.oidc.token('desk-7', 'dispatcher');
  const keys = createRemoteJWKSet(new URL(configuration.body.jwks_uri));
  const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: platforms.url, audience: 'jieban' });
  expect(protectedHeader.alg).toBe('ES256');
  expect(payload).toMatchObject({ sub: 'desk-7', role: 'dispatcher' });
  expect(payload.exp! - payload.iat!).toBe(8 * 3600);
});

it('never serves the private part, and keeps it from other users', async () => {
  const { platforms, dataDir } = await world();
  const { body } = await call('GET', platforms.oidc.jwksUrl);
  expect(body.keys).toHaveLength(1);
  expect(body.keys[0]).not.toHaveProperty('d');
  expect(statSync(join(dataDir, 'oidc-key.json')).mode & 0o777).toBe(0o600);
});

it('rejects a token of another issuer’s key', async () => {
  const { platforms, dataDir } = await world();
  const foreign = await openSigningKey(join(dataDir, 'foreign-key.json'));
  const token = await mintToken({ key: foreign, issuer: platforms.url, sub: 'desk-7', role: 'leader' });
  await expect(jwtVerify(token, createRemoteJWKSet(new URL(platforms.oidc.jwksUrl)))).rejects.toThrow();
});

it('keeps key and port across restarts, and moves when the port is taken', async () => {
  const first = await world();
  const { dataDir } = first;
  const url = first.platforms.url;
  await first.platforms.stop();
  const second = await world(dataDir);
  expect(second.platforms.url).toBe(url);
  const token = await second.platforms.oidc.token('desk-7', 'agent');
  const last = lastPlatforms(dataDir);
  expect(last.url).toBe(url);
  await expect(jwtVerify(token, createRemoteJWKSet(new URL(second.platforms.oidc.jwksUrl)))).resolves.toBeDefined();
  const crowded = mkdtempSync(join(tmpdir(), 'jieban-platforms-'));
  writeFileSync(join(crowded, 'platforms.json'), readFileSync(join(dataDir, 'platforms.json')));
  const third = await world(crowded);
  expect(third.platforms.url).not.toBe(url);
  expect(lastPlatforms(crowded).url).toBe(third.platforms.url);
});

it('answers 404 and 405 outside its paths', async () => {
  const { platforms } = await world();
  expect((await call('GET', `${platforms.url}/nothing`)).status).toBe(404);
  expect((await call('GET', `${platforms.url}/notices`)).status).toBe(405);
});
