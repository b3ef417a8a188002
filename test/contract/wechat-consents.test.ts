/** 订阅消息 events: what a citizen last said of a template is kept, whatever comes twice, late or in another order. */
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { consentKey, isRefusal, readConsent } from '#functions/adapters/consent-store.ts';
import { handler } from '#functions/wechat/handler.ts';
import { seal } from '#functions/wechat/push/crypto.ts';
import { startWorld, type World } from './world.ts';

const RESOURCE = '/channels/wechat/messages';
const push = { token: 'consentToken', encodingAESKey: 'consentKey0123456789abcdefghijklmnopqrstuvw', mode: 'safe' };
const keys = { ...push, appid: 'wx-test' };

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const client = new SecretsManagerClient({
    region: process.env.AWS_REGION!,
    endpoint: process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER!,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const SecretString = JSON.stringify({ ...(world.secrets.WECHAT_SECRET as object), push });
  await client.send(new PutSecretValueCommand({ SecretId: 'WECHAT_SECRET', SecretString }));
  client.destroy();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

/** One event as WeChat's servers seal it; answers the status. */
async function deliver(fields: object): Promise<number> {
  const parts = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: '486452656' };
  const { encrypt, msgSignature } = seal(
    keys,
    JSON.stringify({ ToUserName: 'gh_1', MsgType: 'event', ...fields }),
    parts,
  );
  const event = {
    resource: RESOURCE,
    requestContext: { path: RESOURCE },
    httpMethod: 'POST',
    headers: {},
    queryStringParameters: { ...parts, encrypt_type: 'aes', msg_signature: msgSignature },
    body: Buffer.from(JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypt })).toString('base64'),
    isBase64Encoded: true,
  } as unknown as APIGatewayProxyEvent;
  return ((await handler(event, { awsRequestId: 'r' } as Context)) as APIGatewayProxyResult).statusCode;
}

/** Epoch seconds, in 2096: what is said then doesn't expire while it is tested. */
const T0 = 4_000_000_000;
/** As each of the three events says it. */
const said = {
  popup: (openid: string, word: string, at: number, TemplateId = 't1') => ({
    FromUserName: openid,
    CreateTime: at,
    Event: 'subscribe_msg_popup_event',
    List: [{ TemplateId, SubscribeStatusString: word, PopupScene: '0' }],
  }),
  change: (openid: string, word: string, at: number, TemplateId = 't1') => ({
    FromUserName: openid,
    CreateTime: String(at),
    Event: 'subscribe_msg_change_event',
    List: { TemplateId, SubscribeStatusString: word },
  }),
  sent: (openid: string, refused: boolean, at: number, TemplateId = 't1') => ({
    FromUserName: openid,
    CreateTime: at,
    Event: 'subscribe_msg_sent_event',
    SubscribeMsgSentEvent: {
      List: { TemplateId, MsgID: '1700827132819554304', ErrorCode: refused ? '43101' : '0', ErrorStatus: 'x' },
    },
  }),
};

describe('the answer that is kept', () => {
  test('is the newest, of each template by itself', async () => {
    const [openid, other] = ['o-one', 'o-two'];
    expect(await readConsent(openid, 't1')).toBeUndefined();
    for (const event of [
      said.popup(openid, 'accept', T0),
      said.popup(openid, 'accept', T0, 't2'),
      said.popup(other, 'accept', T0),
      said.change(openid, 'reject', T0 + 10),
    ]) {
      expect(await deliver(event)).toBe(200);
    }
    expect(await readConsent(openid, 't1')).toEqual({ status: 'reject', at: T0 + 10 });
    expect(isRefusal(await readConsent(openid, 't1'))).toBe(true);
    expect(await readConsent(openid, 't2')).toEqual({ status: 'accept', at: T0 });
    expect(await readConsent(other, 't1')).toEqual({ status: 'accept', at: T0 });
    await deliver(said.popup(openid, 'accept', T0 + 20));
    expect(isRefusal(await readConsent(openid, 't1'))).toBe(false);
  });

  test('a message that the citizen refused is a no, one that arrived or failed otherwise says nothing', async () => {
    await deliver(said.popup('o-one', 'accept', T0));
    await deliver(said.sent('o-one', false, T0 + 1));
    expect(await readConsent('o-one', 't1')).toEqual({ status: 'accept', at: T0 });
    await deliver(said.sent('o-one', true, T0 + 2));
    expect(await readConsent('o-one', 't1')).toEqual({ status: 'reject', at: T0 + 2 });
  });

  test('several templates of one dialogue', async () => {
    const List = ['accept', 'reject', 'ban'].map((word, n) => ({ TemplateId: `t${n}`, SubscribeStatusString: word }));
    await deliver({ ...said.popup('o-one', '', T0), List });
    const words = await Promise.all(List.map(({ TemplateId }) => readConsent('o-one', TemplateId)));
    expect(words.map((consent) => consent?.status)).toEqual(['accept', 'reject', 'ban']);
  });

  test('is a row of the Callers table and nothing else: no request, no receipt, no other trace', async () => {
    await deliver(said.popup('o-one', 'accept', T0));
    // Gone a year after, which 咸安 keeps identity for.
    const ttl = T0 + 365 * 86_400;
    expect(await world.rows('Callers')).toEqual([
      { callerToken: consentKey('o-one', 't1'), status: 'accept', at: T0, ttl },
    ]);
    expect(await world.rows('Receipts')).toEqual([]);
    expect(await world.takeMessages()).toEqual([]);
  });

  test('a database that is down is no success: the answer comes again', async () => {
    world.dynamo.fault = (operation) =>
      operation === 'PutItem'
        ? { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' } }
        : 'none';
    expect(await deliver(said.change('o-one', 'reject', T0))).toBe(500);
    world.dynamo.fault = () => 'none';
    expect(await deliver(said.change('o-one', 'reject', T0))).toBe(200);
    expect(await readConsent('o-one', 't1')).toEqual({ status: 'reject', at: T0 });
  });
});

describe('whatever order, however often', () => {
  const WORDS = ['accept', 'reject', 'ban', 'filter'] as const;
  const answer = fc.record({
    source: fc.constantFrom('popup', 'change', 'sent'),
    word: fc.constantFrom(...WORDS),
    // Few seconds, so that two answers often share one.
    at: fc.integer({ min: T0, max: T0 + 3 }),
  });
  type Said = { source: 'popup' | 'change' | 'sent'; word: (typeof WORDS)[number]; at: number };
  const eventOf = (openid: string, { source, word, at }: Said) =>
    source === 'sent' ? said.sent(openid, word !== 'accept', at) : said[source](openid, word, at);
  /** What each says about the consent, if anything: the newest counts, and within a second a no outlives a yes. */
  const meaning = ({ source, word, at }: Said) => {
    if (source === 'sent') return word === 'accept' ? [] : [{ status: 'reject', at }];
    return [{ status: word as string, at }];
  };
  const newest = (answers: readonly Said[]) =>
    answers
      .flatMap(meaning)
      .sort((a, b) => a.at - b.at || (a.status < b.status ? -1 : 1))
      .at(-1);

  let citizens = 0;
  const scripts = fc
    .array(answer, { minLength: 1, maxLength: 5 })
    .chain((answers) =>
      fc.tuple(
        fc.constant(answers),
        fc.shuffledSubarray([...answers, ...answers], { minLength: answers.length * 2, maxLength: answers.length * 2 }),
      ),
    );

  test('one after the other, each twice', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async ([answers, order]) => {
        const openid = `o-order-${citizens++}`;
        for (const one of order) expect(await deliver(eventOf(openid, one))).toBe(200);
        expect(await readConsent(openid, 't1')).toEqual(newest(answers));
      }),
      { numRuns: 40 },
    );
  });

  test('all at once', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async ([answers, order]) => {
        const openid = `o-at-once-${citizens++}`;
        await Promise.all(order.map((one) => deliver(eventOf(openid, one))));
        expect(await readConsent(openid, 't1')).toEqual(newest(answers));
      }),
      { numRuns: 15 },
    );
  });
});

test('the verdict of a content check is logged by its word, as often as it comes, and changes nothing', async () => {
  const check = { FromUserName: 'o-one', CreateTime: T0, Event: 'wxa_media_check', trace_id: '60ae120f-371d5872' };
  const before = world.log.length;
  for (const result of [{ suggest: 'risky', label: 20001 }, { suggest: 'risky', label: 20001 }, { suggest: 'later' }]) {
    expect(await deliver({ ...check, result })).toBe(200);
  }
  const outcomes = world.log.slice(before).map((line) => (JSON.parse(line) as { outcome?: string }).outcome);
  expect(outcomes).toEqual(['risky', 'risky', 'unexpectedShape']);
  for (const table of ['Tickets', 'Receipts', 'Callers'] as const) expect(await world.rows(table)).toEqual([]);
});

test('no line that was logged names an openid or a template', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(10);
  for (const word of ['o-one', 'o-order-', 'TemplateId', '60ae120f']) expect(lines).not.toContain(word);
});
