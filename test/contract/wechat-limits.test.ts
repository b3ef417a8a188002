/** What one user of the mini-program may send within an hour, what is never refused, and how a session ends before its time. */
import { randomUUID } from 'node:crypto';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { intake } from '#functions/shared/intake.ts';
import { openSession } from '#functions/shared/session.ts';
import { handler } from '#functions/wechat/handler.ts';
import { PUSH_REF_PREFIX } from '#functions/wechat/push/request.ts';
import { type IntakeReceipt, WechatRequest } from '#schemas/intake.ts';
import { type Answer, call, problemOf, startWorld, type World } from './world.ts';

const MINUTE = 60_000;
let world: World;
let most: number;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld();
  most = world.district.channels.wechat.requestsPerHour;
});
afterAll(async () => {
  await world.stop();
  vi.useRealTimers();
});
afterEach(() => world.clear());

type SessionKeys = { kid: string; key: string }[];
const keysNow = () => (world.secrets.WECHAT_SECRET as { sessionKeys: SessionKeys }).sessionKeys;
const session = (openid: string) => openSession(keysNow(), { openid }, Date.now());
const form = (changes: object = {}) => ({
  channelRef: `form-${randomUUID()}`,
  kind: 'help',
  title: '楼道堆放杂物',
  content: '单元楼道长期堆放纸箱。',
  ...changes,
});
const post = (token: string, body: object): Promise<Answer<IntakeReceipt>> =>
  call(handler, {
    resource: '/channels/wechat/requests',
    headers: { 'content-type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
/** Sends so many forms, a minute apart. */
async function send(token: string, count: number, changes: object = {}): Promise<object[]> {
  const sent: object[] = [];
  for (let n = 0; n < count; n++) {
    const body = form(changes);
    expect((await post(token, body)).status).toBe(202);
    sent.push(body);
    vi.setSystemTime(Date.now() + MINUTE);
  }
  return sent;
}
const anonymous = { caller: { anonymous: true } };
const receipts = async () => (await world.rows('Receipts')).filter(({ pk }) => String(pk).startsWith('R#')).length;

test('permits to upload end with what an hour of forms can hold, for this user alone', async () => {
  const ask = async (openid: string) =>
    call(handler, {
      resource: '/channels/wechat/attachments',
      headers: { 'content-type': 'application/json', Authorization: `Bearer ${await session(openid)}` },
      body: JSON.stringify({ contentType: 'image/png', bytes: 5 }),
    });
  const answers: number[] = [];
  for (let n = 0; n < most * 9; n++) answers.push((await ask('o-camera')).status);
  expect(new Set(answers)).toEqual(new Set([200]));
  const refused = await ask('o-camera');
  expect([refused.status, problemOf(refused)?.code]).toEqual([429, 'tooManyRequests']);
  expect((await ask('o-another-camera')).status).toBe(200);
  vi.setSystemTime(Date.now() + 61 * MINUTE);
  expect((await ask('o-camera')).status).toBe(200);
});

describe('forms of one user', () => {
  test('one more than the district takes is refused, with the seconds to wait and the number to call', async () => {
    const token = await session('o-many');
    await send(token, most);
    const answer = await post(token, form());
    expect(answer.status).toBe(429);
    // The first one came `most` minutes ago and leaves the hour in the rest of it.
    expect(answer.headers['retry-after']).toBe(String((60 - most) * 60));
    expect(problemOf(answer)).toMatchObject({ code: 'tooManyRequests', detail: expect.stringContaining('12345') });
    expect(await receipts()).toBe(most);

    expect((await post(await session('o-other'), form())).status).toBe(202);
    vi.setSystemTime(Date.now() + (60 - most) * MINUTE - 1000);
    const early = await post(token, form());
    expect([early.status, early.headers['retry-after']]).toEqual([429, '1']);
    vi.setSystemTime(Date.now() + 1001);
    expect((await post(token, form())).status).toBe(202);
    // The second one leaves a minute after the first.
    expect((await post(token, form())).headers['retry-after']).toBe('60');
  });

  test('a form that came before is answered as ever, and danger to life is always taken', async () => {
    const token = await session('o-urgent');
    const [first] = await send(token, most);
    const replay = await post(token, first!);
    expect([replay.status, replay.headers['idempotent-replay']]).toEqual([200, 'true']);
    const danger = await post(token, form({ content: '隔壁着火了，有人被困在三楼' }));
    expect([danger.status, danger.body.danger?.call.length]).toEqual([202, expect.any(Number)]);
    expect((await post(token, form())).status).toBe(429);
  });

  test('anonymous ones count too, and leave nothing behind to be counted', async () => {
    const token = await session('o-shy');
    await send(token, most - 1, anonymous);
    await send(token, 1);
    for (const changes of [anonymous, {}]) {
      const answer = await post(token, form(changes));
      expect([answer.status, answer.headers['retry-after']]).toEqual([429, String((60 - most) * 60)]);
    }
    const rows = await world.rows('Receipts');
    expect(rows.filter((row) => 'callerHash' in row)).toHaveLength(1);
    expect(rows).toHaveLength(2 * most);
    vi.setSystemTime(Date.now() + 61 * MINUTE);
    expect((await post(token, form(anonymous))).status).toBe(202);
  });

  test('an anonymous form that has to be repeated counts once', async () => {
    const token = await session('o-patient');
    const body = form(anonymous);
    world.dynamo.fault = (operation) =>
      operation === 'TransactWriteItems'
        ? { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException' } }
        : 'none';
    expect((await post(token, body)).status).toBe(503);
    world.dynamo.fault = () => 'none';
    await send(token, most - 1, anonymous);
    expect((await post(token, body)).status).toBe(202);
    expect((await post(token, form(anonymous))).status).toBe(429);
  });

  test('messages in the conversation are never refused, and take no form away', async () => {
    const openid = 'o-writer';
    for (let n = 0; n < most + 2; n++) {
      const body = WechatRequest.parse(form({ channelRef: `${PUSH_REF_PREFIX}${n}` }));
      expect((await intake({ channel: 'wechat', openid, body })).status).toBe(202);
    }
    await send(await session(openid), most);
    expect((await post(await session(openid), form())).status).toBe(429);
  });

  test('a form that is refused for another reason does not count', async () => {
    const token = await session('o-clumsy');
    for (let n = 0; n < most; n++) expect((await post(token, form({ kind: 'nonsense' }))).status).toBe(422);
    expect((await post(token, form())).status).toBe(202);
  });
});

test('taking a key out of the secret ends its sessions; the others go on', async () => {
  const [first] = keysNow();
  const next = { kid: 's2', key: Buffer.alloc(32, 5).toString('base64') };
  const client = new SecretsManagerClient({
    region: process.env.AWS_REGION!,
    endpoint: process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER!,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  /** Functions have read it again six minutes later. */
  const configure = async (sessionKeys: SessionKeys) => {
    const SecretString = JSON.stringify({ ...(world.secrets.WECHAT_SECRET as object), sessionKeys });
    await client.send(new PutSecretValueCommand({ SecretId: 'WECHAT_SECRET', SecretString }));
    vi.setSystemTime(Date.now() + 6 * MINUTE);
  };
  try {
    await configure([next, first!]);
    const old = await openSession([first!], { openid: 'o-kept' }, Date.now());
    const fresh = await openSession([next], { openid: 'o-kept' }, Date.now());
    for (const token of [old, fresh]) expect((await post(token, form())).status).toBe(202);
    await configure([next]);
    const ended = await post(old, form());
    expect([ended.status, problemOf(ended)?.code]).toEqual([401, 'tokenInvalid']);
    expect((await post(fresh, form())).status).toBe(202);
  } finally {
    await configure([first!]);
    client.destroy();
  }
});
