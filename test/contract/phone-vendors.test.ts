/** The phone vendors' door on real emulators: replays as each vendor does them, one task a missed call, nothing half-written. */
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as phone } from '#functions/phone/handler.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { aksk, basic, cdr, fee, fees, MOBILE, missed, recording, smsReceipt } from '#test/unit/phone-vendors/pushes.ts';
import { transactionConflict } from './gateway.ts';
import { call, problemOf, signedPost, startWorld, type World } from './world.ts';

const RESOURCE = '/channels/phone/vendors/{vendor}';
const TCCC = { user: 'tccc', password: 'p-tccc' };
const HUAWEI = { username: 'app', secret: 'p-huawei' };
let world: World;

beforeAll(async () => {
  world = await startWorld();
  const vendors = { tccc: { basic: TCCC }, huawei: HUAWEI, 'tencent-sms': { auth: 'none' } };
  const client = new SecretsManagerClient({});
  const SecretString = JSON.stringify({ ...(world.secrets.PHONE_SECRET as object), vendors });
  await client.send(new PutSecretValueCommand({ SecretId: 'PHONE_SECRET', SecretString }));
  client.destroy();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

function push(
  vendor: string,
  body: unknown,
  headers: Record<string, string>,
  query: Record<string, string> | null = null,
) {
  return call((event, context) => phone({ ...event, queryStringParameters: query }, context), {
    resource: RESOURCE,
    params: { vendor },
    headers: { 'Content-Type': 'application/json;charset=utf8', ...headers },
    body: JSON.stringify(body),
  });
}
const tccc = (
  action: string,
  body: unknown,
  uuid = `u-${Math.random()}`,
  authorization = basic(TCCC.user, TCCC.password),
) => push('tccc', body, { Authorization: authorization, 'X-TCCC-PUSH-UUID': uuid }, { action, version: '1' });
const huawei = (body: unknown, header = aksk(HUAWEI)) => push('huawei', body, { 'X-AKSK': header });

const keysOf = async () => (await world.rows('Receipts')).map(({ pk }) => String(pk)).sort();
const ofKind = async (prefix: string) => (await keysOf()).filter((pk) => pk.startsWith(prefix));
async function expectNothingLeft(): Promise<void> {
  for (const table of ['Tickets', 'Receipts', 'Callers'] as const) expect(await world.rows(table)).toEqual([]);
  expect(await world.takeMessages()).toEqual([]);
}

const FORM = '/channels/phone/requests';
const form = (changes: object = {}) => ({
  channelRef: 'CC-20261123-1',
  kind: 'complaint',
  title: '小区门口路灯不亮',
  content: '小区南门外三盏路灯连续一周不亮。',
  call: { callId: cdr().SessionId, caller: MOBILE },
  ...changes,
});
const post = (body: object) => call<IntakeReceipt>(phone, signedPost(world.keys.phone, FORM, JSON.stringify(body)));

describe('tccc', () => {
  test('a call record is acknowledged and is no request', async () => {
    const answer = await tccc('cdr', cdr());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ErrCode: 0, ErrMsg: '' });
    expect(await keysOf()).toEqual([`C#tccc#${cdr().SessionId}`]);
    expect(await world.rows('Callers')).toEqual([]);
    expect(await world.takeMessages()).toEqual([]);
    expect(JSON.stringify(await world.rows('Receipts'))).not.toContain(MOBILE);
  });

  test('a missed call is one task, whatever the order and however often it is pushed', async () => {
    const attempts = [
      await tccc('record', recording(), 'u-2'),
      await tccc('cdr', missed(), 'u-1'),
      await tccc('cdr', missed(), 'u-1'),
      await tccc('cdr', missed(), 'u-1'),
      await tccc('record', recording(), 'u-2'),
      await tccc('cdr', missed(), 'u-3'),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    // What the caller said to the machine is added to the task.
    expect(await ofKind('R#')).toEqual([
      `R#phone#missed:tccc:${missed().SessionId}`,
      `R#phone#rec:tccc:${recording().RecordId}`,
    ]);
    expect(await ofKind('N#')).toHaveLength(1);
    expect(await ofKind('C#')).toHaveLength(1);
    const messages = await world.takeIntake();
    const { ticketNo } = messages[0]!;
    expect(messages).toMatchObject([
      { kind: 'help', title: '未接来电回拨', call: { callId: missed().SessionId } },
      { addition: 1, ticketNo, recordings: [{ id: recording().RecordId }] },
    ]);
    expect(JSON.stringify([messages, await world.rows('Receipts')])).not.toContain(MOBILE);
    expect(await world.rows('Callers')).toMatchObject([{ phone: `+86${MOBILE}` }]);
  });

  test('a call that has a seat’s form was not missed, whatever its record says', async () => {
    await post(form());
    expect((await tccc('cdr', missed(), 'u-1')).status).toBe(200);
    expect((await world.takeMessages()).map(({ channelRef }) => channelRef)).toEqual([form().channelRef]);
  });

  test('at the same moment too', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => tccc('cdr', missed(), 'u-1')),
      ...['a', 'b', 'c'].map((id) => tccc('record', recording({ RecordId: id }), id)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await ofKind('R#phone#missed')).toHaveLength(1);
    const messages = await world.takeIntake();
    expect(new Set(messages.map(({ ticketNo }) => ticketNo)).size).toBe(1);
    expect(messages.map(({ channelRef }) => channelRef.split(':').at(-1)).sort()).toEqual([
      'a',
      'b',
      'c',
      missed().SessionId,
    ]);
    const stored = (await world.rows('Receipts')).find(({ pk }) => String(pk).startsWith('C#'));
    expect(stored).toMatchObject({ record: { recordings: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] } });
  });

  test('a record that is corrected after the task was made leaves the task alone', async () => {
    await tccc('cdr', missed({ StartTimestamp: 0 }), 'u-1');
    expect((await tccc('cdr', missed(), 'u-2')).status).toBe(200);
    expect(await world.takeMessages()).toHaveLength(1);
  });

  test('the store refuses the task: 503, and the retry with the same id makes it', async () => {
    world.dynamo.fault = (operation) => (operation === 'TransactWriteItems' ? transactionConflict : 'none');
    const refused = await tccc('cdr', missed(), 'u-1');
    expect(refused.status).toBe(503);
    expect(refused.text).not.toContain('"ErrCode":0');
    world.dynamo.fault = () => 'none';
    expect((await tccc('cdr', missed(), 'u-1')).status).toBe(200);
    expect(await world.takeMessages()).toHaveLength(1);
  });

  test('wrong credentials, whatever the body: 401, and nothing is left', async () => {
    for (const [authorization, body] of [
      [basic(TCCC.user, 'wrong'), missed()],
      [basic(TCCC.user, 'wrong'), 'nonsense'],
      ['', missed()],
    ] as const) {
      const answer = await tccc('cdr', body, 'u-1', authorization);
      expect([answer.status, problemOf(answer)?.code]).toEqual([401, 'credentialsInvalid']);
    }
    await expectNothingLeft();
  });

  test('a body that is no record: 422 with the fields, and nothing is left', async () => {
    const answer = await tccc('cdr', missed({ SessionId: '', AcceptTimestamp: 'soon' }));
    expect(answer.status).toBe(422);
    expect(problemOf(answer)?.errors?.map(({ pointer }) => pointer)).toEqual(['/SessionId', '/AcceptTimestamp']);
    expect((await tccc('voicemail', cdr())).status).toBe(422);
    await expectNothingLeft();
  });
});

describe("the seat's form", () => {
  test('gets the recordings and the satisfaction key of its call', async () => {
    await tccc('record', recording());
    await tccc('cdr', cdr());
    expect((await post(form())).status).toBe(202);
    expect((await world.takeMessages())[0]?.call).toEqual({
      callId: cdr().SessionId,
      recordings: [{ id: '1608130650', url: recording().RecordURL }],
      satisfactionKey: '5',
    });
  });

  test('is the same request when more recordings came since, and another when its text differs', async () => {
    await tccc('record', recording());
    const fresh = await post(form());
    await tccc('cdr', cdr());
    await tccc('record', recording({ RecordId: 'later' }));
    const again = await post(form());
    expect([again.status, again.body.ticketNo]).toEqual([200, fresh.body.ticketNo]);
    expect((await post(form({ content: '另一件事' }))).status).toBe(409);
  });

  test('comes before anything of its call, and is the same request afterwards', async () => {
    const fresh = await post(form());
    expect(fresh.status).toBe(202);
    await tccc('cdr', cdr());
    await tccc('record', recording());
    expect((await post(form())).status).toBe(200);
  });
});

describe('a recording that comes after the form', () => {
  const additions = async () =>
    (await world.takeIntake()).flatMap((one) =>
      'addition' in one ? [[one.ticketNo, one.recordings?.map(({ id }) => id)]] : [],
    );

  test('is added to its ticket, once, however often the vendor sends it', async () => {
    await tccc('record', recording({ RecordId: 'before' }));
    const { ticketNo } = (await post(form())).body;
    for (const uuid of ['u-1', 'u-1', 'u-2']) await tccc('record', recording({ RecordId: 'after' }), uuid);
    await tccc('record', recording({ RecordId: 'before' }));
    await post(form());
    expect(await additions()).toEqual([[ticketNo, ['after']]]);
  });

  test('also when nothing of the call was known before the form', async () => {
    const { ticketNo } = (await post(form())).body;
    await tccc('cdr', cdr());
    await tccc('record', recording());
    expect(await additions()).toEqual([[ticketNo, ['1608130650']]]);
  });

  test('is not lost when the store refuses it: 503, and the same push again adds it', async () => {
    const { ticketNo } = (await post(form())).body;
    await world.takeIntake();
    world.dynamo.fault = (operation) => (operation === 'TransactWriteItems' ? transactionConflict : 'none');
    expect((await tccc('record', recording(), 'u-1')).status).toBe(503);
    world.dynamo.fault = () => 'none';
    expect((await tccc('record', recording(), 'u-1')).status).toBe(200);
    expect(await additions()).toEqual([[ticketNo, ['1608130650']]]);
  });

  test("a form can't take its name: 422", async () => {
    const answer = await post(form({ channelRef: 'rec:tccc:1608130650' }));
    expect([answer.status, problemOf(answer)?.errors?.[0]?.pointer]).toEqual([422, '/channelRef']);
    await expectNothingLeft();
  });
});

test("a form can't take a missed call's name: 422", async () => {
  const answer = await post(form({ channelRef: 'missed:tccc:s-1' }));
  expect([answer.status, problemOf(answer)?.errors?.[0]?.pointer]).toEqual([422, '/channelRef']);
  await expectNothingLeft();
});

describe('huawei', () => {
  test('a push of records: each is kept, the missed one becomes a task', async () => {
    const body = fees(fee(), fee({ sessionId: 's-2', fwdAnswerTime: '', recordFileDownloadUrl: '' }));
    const answers = [await huawei(body), await huawei(body), await huawei(fees(...body.feeLst.toReversed()))];
    for (const answer of answers) {
      expect([answer.status, answer.body]).toEqual([200, { resultCode: '0', resultDesc: 'Success' }]);
    }
    expect(await ofKind('R#')).toEqual(['R#phone#missed:huawei:s-2']);
    expect((await ofKind('C#huawei#')).length).toBe(2);
    expect(await world.takeMessages()).toHaveLength(1);
    expect(await world.rows('Callers')).toMatchObject([{ phone: `+86${MOBILE}` }]);
  });

  test('one record that can’t be read takes no other along, and is counted', async () => {
    const missed = { fwdAnswerTime: '', recordFileDownloadUrl: '' };
    const records = [
      fee({ ...missed, sessionId: 's 1' }),
      fee({ ...missed, sessionId: 's-2', callInTime: 'yesterday' }),
      fee({ ...missed, sessionId: 's-3', callerNum: Number(MOBILE) }),
      fee({ ...missed, sessionId: 's-4', recordFileDownloadUrl: `https://r.example/${'x'.repeat(3000)}` }),
      'nonsense',
      null,
      fee({ ...missed, sessionId: 's-5' }),
    ];
    expect((await huawei({ ...fees(), feeLst: records })).status).toBe(200);
    expect((await ofKind('R#')).sort()).toEqual(['s-3', 's-4', 's-5'].map((id) => `R#phone#missed:huawei:${id}`));
    const counted = world.log.filter((line) => line.includes('"unreadable"'));
    expect(counted.map((line) => (JSON.parse(line) as { count: number }).count)).toEqual([4]);
    // Nothing of it is of a shape that we know: the vendor must hear that.
    const answer = await huawei({ ...fees(), feeLst: [fee({ sessionId: 's 1' }), 'nonsense'] });
    expect([answer.status, problemOf(answer)?.code]).toEqual([422, 'bodyInvalid']);
  });

  test('a call that can’t be kept leaves the others of its push', async () => {
    await world.put('Receipts', { pk: 'C#huawei#s-1', damaged: true });
    const missed = { fwdAnswerTime: '', recordFileDownloadUrl: '' };
    const body = fees(...['s-1', 's-2', 's-3'].map((sessionId) => fee({ ...missed, sessionId })));
    expect((await huawei(body)).status).toBe(500);
    expect((await ofKind('R#')).sort()).toEqual(['s-2', 's-3'].map((id) => `R#phone#missed:huawei:${id}`));
  });

  test('a header that is seen twice is refused with any body', async () => {
    const header = aksk(HUAWEI);
    expect((await huawei(fees(fee()), header)).status).toBe(200);
    const before = await world.rows('Receipts');
    const again = await huawei(fees(fee({ sessionId: 'forged', fwdAnswerTime: '' })), header);
    expect([again.status, problemOf(again)?.code]).toEqual([401, 'nonceReused']);
    expect(await world.rows('Receipts')).toEqual(before);
  });

  test('a wrong digest and an old one: 401, and nothing is left', async () => {
    expect((await huawei(fees(fee()), aksk({ ...HUAWEI, secret: 'wrong' }))).status).toBe(401);
    const stale = await huawei(fees(fee()), aksk(HUAWEI, { created: '2026-01-01T00:00:00Z' }));
    expect([stale.status, problemOf(stale)?.code]).toEqual([401, 'timestampStale']);
    await expectNothingLeft();
  });
});

test('tencent-sms: receipts are counted in the log and leave nothing', async () => {
  const answer = await push('tencent-sms', [smsReceipt(), smsReceipt({ report_status: 'FAIL', errmsg: '空号' })], {});
  expect([answer.status, answer.body]).toEqual([200, { result: 0, errmsg: 'OK' }]);
  expect(world.log.filter((line) => line.includes('tencent-sms') && line.includes('"FAIL"'))).toHaveLength(1);
  await expectNothingLeft();
});

test('a vendor that nobody knows: 404 as a problem', async () => {
  for (const vendor of ['unknown', 'constructor', '__proto__']) {
    const answer = await push(vendor, cdr(), {});
    expect([answer.status, problemOf(answer)?.code]).toEqual([404, 'notFound']);
  }
  await expectNothingLeft();
});

test('no line that was logged has a number, a name or a link', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(10);
  for (const word of [MOBILE, '李四光', 'recorder.example', 'ostor.example', '路灯', '空号'])
    expect(lines).not.toContain(word);
});
