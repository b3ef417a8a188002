/** What stands at the door: signatures pinned to the standardwebhooks package, session tokens, phone numbers, contention. */
import { randomBytes } from 'node:crypto';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { EncryptJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { refusal } from '#functions/adapters/receipt-store.ts';
import { callerRecord, diallable, toIntakeRequest } from '#functions/shared/intake-request.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { type FindSessionKey, openSession, readSession, SESSION_SECONDS } from '#functions/shared/session.ts';
import { sign, verify } from '#functions/shared/signing.ts';
import { PhoneRequest } from '#schemas/intake.ts';

const webhookSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const NOW = Date.parse('2026-11-23T09:30:00+08:00');

describe('signatures', () => {
  const body = '{"标题":"路灯"}';

  test('what we sign, the package takes; what it signs, we take', () => {
    const secret = webhookSecret();
    const now = new Date();
    expect(new Webhook(secret).verify(body, { ...sign([secret], 'msg_1', Buffer.from(body), now.getTime()) })).toEqual(
      JSON.parse(body),
    );
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', now, body),
    };
    expect(verify([secret], headers, Buffer.from(body), now.getTime())).toEqual({ ok: true, id: 'msg_1' });
  });

  test('during a rotation the old and the new secret both verify', () => {
    const [old, next] = [webhookSecret(), webhookSecret()];
    const bytes = Buffer.from(body);
    expect(verify([next, old], { ...sign([old], 'a', bytes, NOW) }, bytes, NOW).ok).toBe(true);
    expect(verify([old], { ...sign([next, old], 'a', bytes, NOW) }, bytes, NOW).ok).toBe(true);
    expect(verify([], { ...sign([old], 'a', bytes, NOW) }, bytes, NOW)).toEqual({ ok: false, fault: 'noMatch' });
  });

  test('two bodies that become one text are two bodies', () => {
    const secret = webhookSecret();
    const signed = sign([secret], 'a', Buffer.from([0x22, 0xff, 0x22]), NOW);
    expect(verify([secret], { ...signed }, Buffer.from([0x22, 0xfe, 0x22]), NOW).ok).toBe(false);
  });

  test.each([
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])('%d s late is within five minutes: %s', (seconds, ok) => {
    const secret = webhookSecret();
    const signed = sign([secret], 'a', Buffer.from(body), NOW);
    expect(verify([secret], { ...signed }, Buffer.from(body), NOW + seconds * 1000).ok).toBe(ok);
  });
});

describe('sessions', () => {
  const sessionKey = (kid: string) => ({ kid, key: randomBytes(32).toString('base64') });
  const among =
    (...keys: ReturnType<typeof sessionKey>[]): FindSessionKey =>
    async (kid) =>
      keys.find((key) => key.kid === kid);
  const code = async (promise: Promise<unknown>): Promise<string> => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof ProblemError ? error.problem.code : String(error);
  };

  test('a token leads back to its openid, after a rotation too, until it ends', async () => {
    const [old, next] = [sessionKey('1'), sessionKey('2')];
    const header = `Bearer ${await openSession([old], { openid: 'o-citizen' }, NOW)}`;
    expect(await readSession(header, NOW, among(old))).toEqual({ openid: 'o-citizen' });
    expect(await readSession(header, NOW + (SESSION_SECONDS - 1) * 1000, among(next, old))).toEqual({
      openid: 'o-citizen',
    });
    expect(await code(readSession(header, NOW + (SESSION_SECONDS + 1) * 1000, among(old)))).toBe('tokenExpired');
    // Taking the key out of the secret ends what it made.
    expect(await code(readSession(header, NOW, among(next)))).toBe('tokenInvalid');
  });

  test('a number rides along where nobody can read it', async () => {
    const key = sessionKey('1');
    const user = { openid: 'o-citizen', phone: '+8613800000001' };
    const token = await openSession([key], user, NOW);
    expect(await readSession(`Bearer ${token}`, NOW, among(key))).toEqual(user);
    const parts = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(JSON.parse(parts[0] ?? '')).toEqual({ alg: 'dir', enc: 'A256GCM', kid: '1' });
    for (const secret of ['13800000001', 'o-citizen']) expect(parts.join('\n')).not.toContain(secret);
  });

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0..'])(
    'header %s is none of ours',
    async (header) => {
      expect(await code(readSession(header, NOW, among(sessionKey('1'))))).toBe('tokenInvalid');
    },
  );

  test('a token of ours for another purpose, or under a key wrapped another way, is refused', async () => {
    const key = sessionKey('1');
    const bytes = new Uint8Array(Buffer.from(key.key, 'base64'));
    const make = (alg: string, audience: string) =>
      new EncryptJWT({})
        .setProtectedHeader({ alg, enc: 'A256GCM', kid: '1' })
        .setSubject('o-citizen')
        .setAudience(audience)
        .setExpirationTime(Math.floor(NOW / 1000) + 60)
        .encrypt(bytes);
    expect(await code(readSession(`Bearer ${await make('dir', 'other')}`, NOW, among(key)))).toBe('tokenInvalid');
    expect(await code(readSession(`Bearer ${await make('A256KW', 'jieban:wechat')}`, NOW, among(key)))).toBe(
      'tokenInvalid',
    );
  });
});

describe('phone numbers', () => {
  test.each([
    ['13800138000', '+8613800138000'],
    ['+86 138-0013-8000', '+8613800138000'],
    ['008613800138000', '+8613800138000'],
    ['(0715) 822 1234', '+867158221234'],
    ['4008001234', '+864008001234'],
    ['+852 9123 4567', '+85291234567'],
    ['8221234', undefined],
    ['138001380001', undefined],
    ['1380013800', undefined],
    ['12345', undefined],
    ['', undefined],
  ])('%s → %s', (typed, expected) => {
    expect(diallable(typed)).toBe(expected);
  });
});

test('a request keeps the call and loses who spoke, and a coordinate keeps what a database can hold', () => {
  const body = PhoneRequest.parse({
    channelRef: 'r',
    kind: 'help',
    title: 't',
    content: 'c',
    caller: { name: '张三丰', confidential: true, enterprise: { name: '示例公司' } },
    place: { lat: 5e-324, lng: 114.123456789, crs: 'WGS-84' },
    call: { callId: 'c1', caller: '隐藏号码', callee: '12345', agentName: '李四光', agentId: 'A1' },
  });
  const made = { ticketNo: 'AB2026112300012340', receivedAt: '2026-11-23T09:30:00.000+08:00', callerToken: 't' };
  const request = toIntakeRequest({ channel: 'phone', body }, { ...made, queryKeyId: 'k', danger: false });
  expect(request.call).toEqual({ callId: 'c1', agentId: 'A1' });
  expect(request.place).toEqual({ lat: 0, lng: 114.1234568, crs: 'WGS-84' });
  expect(request).toMatchObject({ anonymous: false, confidential: true, enterprise: true });
  expect(JSON.stringify(request)).not.toMatch(/张三丰|李四光|12345"|示例公司|隐藏/);

  const record = callerRecord({ channel: 'phone', body }, { callerToken: 't', createdAt: made.receivedAt });
  // A number that the exchange withheld is no number; it is no fault of the seat's either.
  expect(record).toEqual({
    callerToken: 't',
    createdAt: made.receivedAt,
    name: '张三丰',
    enterprise: { name: '示例公司' },
  });
});

describe('a cancelled transaction', () => {
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: '',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  test.each([
    [['ConditionalCheckFailed', 'None', 'None'], 'exists'],
    [['ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'], 'exists'],
    [['None', 'ConditionalCheckFailed', 'None'], 'numberTaken'],
    [['TransactionConflict', 'None', 'None'], 'contended'],
    [['None', 'None', 'ThrottlingError'], 'contended'],
    [['None', 'None', 'ValidationError'], undefined],
  ])('%j means %s', (codes, meaning) => {
    expect(refusal(cancelled(...codes), ['exists', 'numberTaken', undefined])).toBe(meaning);
  });

  test('a busy table is contention, anything else is a fault', () => {
    expect(refusal(Object.assign(new Error(), { name: 'ThrottlingException' }), [])).toBe('contended');
    expect(refusal(new Error('disk on fire'), [])).toBeUndefined();
  });
});
