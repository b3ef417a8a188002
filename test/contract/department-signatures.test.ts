/** A department's own program, written with the plain `standardwebhooks` package, at our door; and whoever isn't one. */
import { createHmac, randomUUID } from 'node:crypto';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { secretsManager } from '#functions/adapters/aws.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { refreshedSecret } from '#functions/adapters/secrets.ts';
import { handler as departments } from '#functions/departments/handler.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';
import { call, problemOf, secret, startWorld, type World } from './world.ts';

const OWNER = 'guanbuqiao';
const [KEY, NEXT_KEY, FOREIGN_KEY] = [secret(), secret(), secret()];
const COMMANDS = '/departments/{departmentId}/tickets/{ticketNo}/commands';
const LIST = '/departments/{departmentId}/tickets';
const initial = { [OWNER]: { keys: [KEY] }, renshe: { keys: [FOREIGN_KEY] } };
let world: World;
let next = 100;
let ticketNo = '';

beforeAll(async () => {
  world = await startWorld({ DEPARTMENTS_SECRET: initial });
});
afterAll(() => world?.stop());
beforeEach(async () => {
  next += 1;
  ticketNo = `XA202611230000${String(next).padStart(4, '0')}`;
  const story = new Story().give(register({ ticketNo }, { owner: OWNER }), system);
  await ticketStore().commit({ ticket: story.is, events: story.events, texts: [], expectedVersion: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Signed {
  unit?: string;
  id: string;
  timestamp: string;
  signature: string;
  body: string | Uint8Array;
}
function signedBy(key: string, at = new Date(), body = '{"command":"sign","handler":"A1"}'): Signed {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return { id, timestamp, body, signature: new Webhook(key).sign(id, at, body) };
}
const post = ({ unit = OWNER, id, timestamp, signature, body }: Signed) =>
  call(departments, {
    resource: COMMANDS,
    params: { departmentId: unit, ticketNo },
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    },
    body,
  });
const version = async () => (await ticketStore().load(ticketNo))?.version;
async function rotate(value: unknown, minutesLater: number): Promise<void> {
  const put = { SecretId: 'DEPARTMENTS_SECRET', SecretString: JSON.stringify(value) };
  await secretsManager().send(new PutSecretValueCommand(put));
  if (minutesLater > 0) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutesLater * 60_000 });
}

it('takes what the package signed, and answers a replay the same', async () => {
  const request = signedBy(KEY);
  const answer = await post(request);
  expect(answer).toMatchObject({ status: 200, body: { ticketNo, status: 'SIGNED' } });
  const replay = await post(request);
  expect(replay).toMatchObject({ status: 200, body: answer.body });
  const list = signedBy(KEY, new Date(), '');
  const { id, timestamp, signature } = list;
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const shown = await call(departments, { resource: LIST, method: 'GET', params: { departmentId: OWNER }, headers });
  expect(shown.status).toBe(200);
  expect(shown.text).toContain(ticketNo);
});

describe('refuses', () => {
  const refused = async (request: Signed, code = 'signatureInvalid') => {
    const before = await version();
    const answer = await post(request);
    expect(answer.status).toBe(401);
    expect(problemOf(answer)?.code).toBe(code);
    expect(await version()).toBe(before);
  };

  it('any other byte of the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const request = signedBy(KEY);
        const body = Buffer.from(request.body);
        const index = at % body.length;
        body[index] = (body[index] ?? 0) ^ flip;
        await refused({ ...request, body });
      }),
      { numRuns: 60 },
    );
  });

  it('a byte more or less of the body', async () => {
    const request = signedBy(KEY);
    const body = Buffer.from(request.body);
    for (const other of [body.subarray(1), body.subarray(0, -1), Buffer.concat([body, Buffer.from('\n')])]) {
      await refused({ ...request, body: other });
    }
    await refused({ ...request, body: '' });
  });

  it('any other character of the id or the timestamp', async () => {
    const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('id', 'timestamp'), fc.nat(), printable, async (part, at, character) => {
        const request = signedBy(KEY);
        const text = request[part as 'id' | 'timestamp'];
        const index = at % text.length;
        fc.pre(text[index] !== character);
        const changed = text.slice(0, index) + character + text.slice(index + 1);
        const answer = await post({ ...request, [part]: changed });
        expect(answer.status).toBe(401);
        expect(['signatureInvalid', 'timestampStale']).toContain(problemOf(answer)?.code);
      }),
      { numRuns: 60 },
    );
  });

  it('what moves a character from the id to the body, or the other way', async () => {
    const request = signedBy(KEY);
    await refused({ ...request, id: `${request.id}.${request.timestamp}`, timestamp: request.timestamp });
    await refused(
      { ...request, timestamp: request.timestamp.slice(0, -1), body: `${request.timestamp.at(-1)}.` },
      'timestampStale',
    );
  });

  it.each([-301, -3600, 302, 3600])('a timestamp %d s away', async (seconds) => {
    await refused(signedBy(KEY, new Date(Date.now() + seconds * 1000)), 'timestampStale');
  });

  it.each([-295, 295])('not one %d s away', async (seconds) => {
    expect((await post(signedBy(KEY, new Date(Date.now() + seconds * 1000)))).status).toBe(200);
  });

  it('another department’s key, a key of nobody, and an unknown department, all alike', async () => {
    await refused(signedBy(FOREIGN_KEY));
    await refused(signedBy(secret()));
    await refused({ ...signedBy(KEY), unit: 'renshe' });
    await refused({ ...signedBy(KEY), unit: 'nobody' });
    await refused({ ...signedBy(KEY), unit: 'constructor' });
    await refused({ ...signedBy(KEY), unit: '__proto__' });
    // The right key of another unit doesn't open this one's ticket.
    expect((await post({ ...signedBy(FOREIGN_KEY), unit: 'renshe' })).status).toBe(404);
  });

  it('an HMAC-SM3 signature of a unit that has no such entry', async () => {
    await refused(withSm3(KEY));
  });
});

/** As a partner's own program does it. */
function withSm3(key: string): Signed {
  const request = signedBy(key);
  const mac = createHmac('sm3', Buffer.from(key.slice(6), 'base64'));
  mac.update(`${request.id}.${request.timestamp}.${String(request.body)}`);
  return { ...request, signature: `v1sm3,${mac.digest('base64')}` };
}

describe('the secret', () => {
  it('may be rotated: both keys verify, a new one at once, an old one until it is taken out', async () => {
    await refreshedSecret('DEPARTMENTS_SECRET');
    await rotate({ ...initial, [OWNER]: { keys: [NEXT_KEY, KEY] } }, 0.5);
    // No five minutes have passed; the wrong signature is a reason to look.
    expect((await post(signedBy(NEXT_KEY))).status).toBe(200);
    expect((await post(signedBy(KEY))).status).toBe(409);
    await rotate({ ...initial, [OWNER]: { keys: [NEXT_KEY] } }, 5.1);
    expect((await post(signedBy(KEY))).status).toBe(401);
    expect((await post(signedBy(NEXT_KEY))).status).toBe(409);
  });

  it('is not read for every wrong signature', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    await post(signedBy(FOREIGN_KEY));
    await rotate({ [OWNER]: { keys: [KEY] } }, 0);
    expect((await post(signedBy(KEY))).status).toBe(401);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await post(signedBy(KEY))).status).toBe(200);
  });

  it('may ask for 国密: such signatures are taken then, and the standard’s as well', async () => {
    await rotate({ [OWNER]: { keys: [KEY], sm3: true } }, 7200);
    expect((await post(withSm3(KEY))).status).toBe(200);
    expect((await post(signedBy(KEY))).status).toBe(409);
    expect((await post(withSm3(FOREIGN_KEY))).status).toBe(401);
  });

  it('with one broken entry locks out that unit and no other, and says where in the log', async () => {
    const broken = { keys: [KEY], allow: ['10.1.0.0/16', '10.2.3.4/16'] };
    const short = { keys: [KEY, `whsec_${Buffer.alloc(23, 1).toString('base64')}`] };
    await rotate({ [OWNER]: { keys: [KEY] }, renshe: broken, jiaotong: short, zhujian: 'nonsense' }, 14_400);
    expect((await post(signedBy(KEY))).status).toBe(200);
    expect((await post({ ...signedBy(KEY), unit: 'renshe' })).status).toBe(401);
    // A key of a wrong length signs nothing: the entry is as broken as any other.
    expect((await post({ ...signedBy(KEY), unit: 'jiaotong' })).status).toBe(401);
    expect(world.log.some((line) => line.includes('"department":"jiaotong"') && line.includes('"rule":"keys.1"'))).toBe(
      true,
    );
    const lines = world.log.filter((line) => line.includes('secretInvalid'));
    expect(lines.some((line) => line.includes('"department":"renshe"') && line.includes('"rule":"allow.1"'))).toBe(
      true,
    );
    expect(lines.some((line) => line.includes('"department":"zhujian"'))).toBe(true);
    expect(lines.join()).not.toMatch(/whsec_|10\.2/);
  });
});
