/** 换密钥: for five minutes one function knows a new key and another one doesn't. Nobody outside notices. */
import { randomBytes, randomUUID } from 'node:crypto';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { secretsManager } from '#functions/adapters/aws.ts';
import { refreshedSecret } from '#functions/adapters/secrets.ts';
import { handler as citizen } from '#functions/citizen/handler.ts';
import { handler as wechat } from '#functions/wechat/handler.ts';
import type { UploadPermit } from '#schemas/attachment.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { jpeg } from '#test/support/files.ts';
import { call, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => vi.useRealTimers());

const NAMES = ['QUERY_SECRET', 'WECHAT_SECRET'] as const;
type Name = (typeof NAMES)[number];
const newKey = (kid: string) => ({ kid, key: randomBytes(32).toString('base64') });
const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

/** Puts the values, and has this process read them, as another one would that begins now. */
async function known(values: Record<Name, unknown>): Promise<void> {
  await put(values);
  later(11);
  await Promise.all(NAMES.map((name) => refreshedSecret(name)));
}
async function put(values: Record<Name, unknown>): Promise<void> {
  for (const name of NAMES) {
    const SecretString = JSON.stringify(values[name]);
    await secretsManager().send(new PutSecretValueCommand({ SecretId: name, SecretString }));
  }
}

const json = { 'content-type': 'application/json' };
const post = <T>(what: string, body: object, token?: string) =>
  call<T>(wechat, {
    resource: `/channels/wechat/${what}`,
    headers: token === undefined ? json : { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

test('what was made under a new key is good for whoever has not read it yet', async () => {
  const before = Object.fromEntries(NAMES.map((name) => [name, world.secrets[name]])) as Record<Name, object>;
  const { keys } = before.QUERY_SECRET as { keys: unknown[] };
  const { sessionKeys } = before.WECHAT_SECRET as { sessionKeys: unknown[] };
  const after = {
    QUERY_SECRET: { ...before.QUERY_SECRET, keys: [newKey('q2'), ...keys] },
    WECHAT_SECRET: { ...before.WECHAT_SECRET, sessionKeys: [newKey('s2'), ...sessionKeys] },
  };
  // By a function that knows the new keys: a session, an upload, a request.
  await known(after);
  const { token } = (await post<{ token: string }>('sessions', { code: 'demo-rotation' })).body;
  const file = jpeg();
  const upload = async () => {
    const permit = await post<UploadPermit>('attachments', { contentType: 'image/jpeg', bytes: file.length }, token);
    const { uploadId, url, fields } = permit.body;
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(file)]), 'photo');
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    return uploadId;
  };
  const request = (uploadId: string) => ({
    channelRef: `form-${randomUUID()}`,
    kind: 'help',
    title: '路灯不亮',
    content: '三盏路灯一周不亮。',
    attachments: [{ name: '图', uploadId }],
  });
  const form = request(await upload());
  const receipt = await post<IntakeReceipt>('requests', form, token);
  expect(receipt.status).toBe(202);
  const open = await upload();

  // By one that read the old ones a moment ago.
  const stale = async () => {
    await known(before);
    await put(after);
    later(11);
  };
  const { ticketNo, queryCode } = receipt.body;
  const status = (headers: Record<string, string>) =>
    call(citizen, { resource: '/tickets/{ticketNo}', method: 'GET', params: { ticketNo }, headers });
  await stale();
  expect((await status({ 'x-query-code': queryCode })).status).toBe(200);
  await stale();
  expect((await status({ authorization: `Bearer ${token}` })).status).toBe(200);
  await stale();
  const replay = await post<IntakeReceipt>('requests', form, token);
  expect([replay.status, replay.body]).toEqual([200, receipt.body]);
  await stale();
  expect((await post<IntakeReceipt>('requests', request(open), token)).status).toBe(202);
  // What nobody has made is refused as ever.
  await stale();
  expect((await post('requests', request(randomUUID()), token)).status).toBe(422);
});
