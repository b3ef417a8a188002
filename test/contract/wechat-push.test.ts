/** Message push as WeChat's servers do it: its own bytes in, `success` out, and exactly what is durable behind it. */
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSession } from '#functions/shared/session.ts';
import { handler } from '#functions/wechat/handler.ts';
import { seal, signatureOf } from '#functions/wechat/push/crypto.ts';
import { wechatPush } from '#schemas/openapi-examples.ts';
import { vector } from '#test/unit/wechat-push/vectors.ts';
import { call, problemOf, startWorld, type World } from './world.ts';

const RESOURCE = '/channels/wechat/messages';
const token = 'contractToken';
const encodingAESKey = 'contractKey0123456789abcdefghijklmnopqrstuv';
const APPID = 'wx-test';
const nonce = '486452656';
const CITIZEN = 'o-citizen-of-the-push-tests';
type Push = { token: string; encodingAESKey: string; mode: 'plain' | 'compatible' | 'safe' };

let world: World;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
  vi.useRealTimers();
});
afterEach(() => world.clear());

/** As an operator changes the secret: functions have read it again six minutes later. */
async function configure(push: Push | undefined, appid = APPID): Promise<void> {
  const client = new SecretsManagerClient({
    region: process.env.AWS_REGION!,
    endpoint: process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER!,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const SecretString = JSON.stringify({ ...(world.secrets.WECHAT_SECRET as object), appid, ...(push && { push }) });
  await client.send(new PutSecretValueCommand({ SecretId: 'WECHAT_SECRET', SecretString }));
  client.destroy();
  vi.setSystemTime(Date.now() + 6 * 60_000);
}

async function send(method: 'GET' | 'POST', query: Record<string, string>, body?: string | Buffer) {
  const event = {
    resource: RESOURCE,
    path: RESOURCE,
    httpMethod: method,
    headers: body === undefined ? {} : { 'Content-Type': 'text/xml' },
    queryStringParameters: query,
    pathParameters: null,
    requestContext: {},
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  } as unknown as APIGatewayProxyEvent;
  const result = (await handler(event, { awsRequestId: 'r' } as Context)) as APIGatewayProxyResult;
  const headers = result.headers ?? {};
  return { status: result.statusCode, text: result.body, headers, body: {}, bytes: Buffer.from(result.body) };
}
type Sent = Awaited<ReturnType<typeof send>>;

const now = () => String(Math.floor(Date.now() / 1000));
const plainQuery = (timestamp = now()) => ({
  signature: signatureOf([token, timestamp, nonce]),
  timestamp,
  nonce,
  openid: CITIZEN,
});
const postPlain = (message: string | Buffer, timestamp?: string) => send('POST', plainQuery(timestamp), message);

type Format = 'xml' | 'json';
const envelope = (format: Format, encrypt: string, extra = ''): string =>
  format === 'xml'
    ? `<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName>${extra}<Encrypt><![CDATA[${encrypt}]]></Encrypt>\n</xml>`
    : JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypt });
function postSealed(
  format: Format,
  message: string,
  o: { query?: object; appid?: string; key?: string; extra?: string } = {},
) {
  const keys = { token, encodingAESKey: o.key ?? encodingAESKey, appid: o.appid ?? APPID };
  const sealed = seal(keys, message, { timestamp: now(), nonce });
  const query = {
    ...plainQuery(sealed.timestamp),
    encrypt_type: 'aes',
    msg_signature: sealed.msgSignature,
    ...o.query,
  };
  return send('POST', query, envelope(format, sealed.encrypt, o.extra));
}

const textXml = (msgId: string, content: string) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[${CITIZEN}]]></FromUserName><CreateTime>1763861400</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content><MsgId>${msgId}</MsgId></xml>`;
const textJson = (msgId: string, content: string) =>
  `{"ToUserName":"gh_1","FromUserName":"${CITIZEN}","CreateTime":1763861400,"MsgType":"text","Content":"${content}","MsgId":${msgId}}`;
const event = (Event: string, fields: object = {}) =>
  JSON.stringify({
    ToUserName: 'gh_1',
    FromUserName: CITIZEN,
    CreateTime: 1763861400,
    MsgType: 'event',
    Event,
    ...fields,
  });
const FRESH_ID = '24665421354865412';
const WORDS = '三单元楼道灯不亮已经一周了';

function expectSuccess(answer: Sent): void {
  expect([answer.status, answer.text]).toEqual([200, 'success']);
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
}
async function expectNothing(): Promise<void> {
  expect(await world.rows('Receipts')).toEqual([]);
  expect(await world.rows('Callers')).toEqual([]);
  expect(await world.takeMessages()).toEqual([]);
}
/** Exactly one request is durable, and it is this message's. */
async function expectOneRequest(msgId: string, content = WORDS): Promise<void> {
  const [message, ...others] = await world.takeMessages();
  expect(others).toEqual([]);
  expect(message).toMatchObject({ channel: 'wechat', channelRef: `mp:${msgId}`, kind: 'help', content });
  const keys = (await world.rows('Receipts')).map(({ pk }) => String(pk));
  expect(keys).toContain(`R#wechat#mp:${msgId}`);
  // The receipt, its number, and the conversation that it began.
  expect(keys.map((pk) => pk.slice(0, 2)).sort()).toEqual(['N#', 'R#', 'W#']);
  expect(await world.rows('Callers')).toMatchObject([{ openid: CITIZEN }]);
}

describe('without push in the secret', () => {
  test('there is no such address', async () => {
    for (const answer of [await send('GET', plainQuery()), await postPlain(textXml('1', 'x'))]) {
      expect([answer.status, problemOf(answer)?.code]).toEqual([404, 'notFound']);
    }
    await expectNothing();
  });
});

describe('URL verification', () => {
  test('the official example gets its echostr back, in every mode', async () => {
    const { token: official, timestamp, nonce, echostr, signature } = vector('url-verify-official');
    for (const mode of ['plain', 'compatible', 'safe'] as const) {
      await configure({ token: official, encodingAESKey, mode });
      const answer = await send('GET', { signature, timestamp, nonce, echostr });
      expect([answer.status, answer.text]).toEqual([200, echostr]);
      expect(answer.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('anything else is refused without an echo', async () => {
    await configure({ token, encodingAESKey, mode: 'safe' });
    const right = { ...plainQuery(), echostr: 'ECHO' };
    expect((await send('GET', right)).text).toBe('ECHO');
    const { signature: _, ...unsigned } = right;
    const { echostr: __, ...silent } = right;
    for (const query of [
      unsigned,
      silent,
      { ...right, nonce: '1' },
      { ...right, signature: right.signature.toUpperCase().replace(/^./, 'g') },
      { ...right, echostr: '<script> </script>' },
      {},
    ]) {
      const answer = await send('GET', query);
      expect([answer.status, problemOf(answer)?.code]).toEqual([401, 'signatureInvalid']);
      expect(answer.text).not.toContain('ECHO');
    }
  });
});

describe('plain mode', () => {
  beforeAll(() => configure({ token, encodingAESKey, mode: 'plain' }));

  test.each([
    ['XML', textXml],
    ['JSON', textJson],
  ])('a text message as %s becomes a request that keeps every digit', async (_name, message) => {
    expectSuccess(await postPlain(message('9223372036854775807', WORDS)));
    await expectOneRequest('9223372036854775807');
  });

  test('the official example is an event that asks for nothing', async () => {
    const official = vector('plain-post-official');
    expectSuccess(await postPlain(JSON.stringify(official.body)));
    await expectNothing();
  });

  test('an image', async () => {
    const message = textXml(FRESH_ID, '')
      .replace('[text]', '[image]')
      .replace(/<Content>.*<\/Content>/, '<PicUrl><![CDATA[https://pic.example/p/1]]></PicUrl>');
    expectSuccess(await postPlain(message));
    const [request] = await world.takeMessages();
    expect(request).toMatchObject({ content: '[图片消息]', attachments: [{ url: 'https://pic.example/p/1' }] });
  });

  test('a wrong, missing or old signature leaves nothing', async () => {
    const body = textXml(FRESH_ID, WORDS);
    const { signature: _, ...unsigned } = plainQuery();
    for (const query of [unsigned, { ...plainQuery(), timestamp: '1763861400' }, { ...plainQuery(), signature: 'x' }]) {
      expect((await send('POST', query, body)).status).toBe(401);
    }
    const stale = await postPlain(body, String(Number(now()) - 301));
    expect([stale.status, problemOf(stale)?.code]).toEqual([401, 'timestampStale']);
    await expectNothing();
  });

  test('what can not be read answers 422, so that WeChat shows it as a failure', async () => {
    const doctype = `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>${textXml('1', 'x')}`;
    for (const body of [
      '',
      '{',
      '<xml>',
      doctype,
      Buffer.from([0x7b, 0xff]),
      textXml('', WORDS),
      textXml('12a', WORDS),
    ]) {
      const answer = await postPlain(body);
      expect([answer.status, problemOf(answer)?.code]).toEqual([422, 'bodyInvalid']);
      expect(answer.text).not.toContain(WORDS);
    }
    await expectNothing();
  });
});

describe.each(['compatible', 'safe'] as const)('%s mode', (mode) => {
  beforeAll(() => configure({ token, encodingAESKey, mode }));

  test.each([
    ['xml', textXml],
    ['json', textJson],
  ] as const)('a sealed text message in %s becomes a request that keeps every digit', async (format, message) => {
    expectSuccess(await postSealed(format, message('18446744073709551615', WORDS)));
    await expectOneRequest('18446744073709551615');
  });

  test('the plain fields beside the sealed part count for nothing', async () => {
    const forged =
      '<FromUserName>o-forged</FromUserName><MsgType>text</MsgType><Content>forged</Content><MsgId>1</MsgId>';
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, WORDS), { extra: forged }));
    await expectOneRequest(FRESH_ID);
  });

  test('three attempts of one message, with new seals and in another format, are one request', async () => {
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, WORDS)));
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, WORDS)));
    expectSuccess(await postSealed('json', textJson(FRESH_ID, WORDS)));
    await expectOneRequest(FRESH_ID);
  });

  test('three attempts at once are one request', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => postSealed('json', textJson(FRESH_ID, WORDS))));
    for (const answer of answers) expectSuccess(answer);
    await expectOneRequest(FRESH_ID);
  });

  test('the same number with other words: the first stays, WeChat is told to stop', async () => {
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, WORDS)));
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, '别的话')));
    await expectOneRequest(FRESH_ID);
  });

  test('a plain body with a right `signature` is refused: no way back to plain mode', async () => {
    const answer = await postPlain(textXml(FRESH_ID, WORDS));
    expect([answer.status, problemOf(answer)?.code]).toEqual([401, 'signatureInvalid']);
    await expectNothing();
  });

  test('`signature` in the place of msg_signature, no msg_signature, a tampered one', async () => {
    const { signature } = plainQuery();
    for (const msg_signature of [signature, '', 'f'.repeat(40)]) {
      const answer = await postSealed('json', textJson(FRESH_ID, WORDS), { query: { msg_signature } });
      expect([answer.status, problemOf(answer)?.code]).toEqual([401, 'signatureInvalid']);
    }
    await expectNothing();
  });

  test('another appid and another key answer like a wrong signature, and show in the log', async () => {
    for (const o of [{ appid: 'wx-other' }, { key: [...encodingAESKey].reverse().join('') }]) {
      const lines = world.log.length;
      const answer = await postSealed('xml', textXml(FRESH_ID, WORDS), o);
      expect([answer.status, problemOf(answer)?.code]).toEqual([401, 'signatureInvalid']);
      expect(world.log.slice(lines).join('')).toContain('wechatPushNotOpened');
    }
    await expectNothing();
  });

  test('nonsense without a signature answers 401 and not what is wrong with it', async () => {
    for (const body of ['', '{', '{}', '<xml/>', '<!DOCTYPE x><xml/>', '['.repeat(100_000), Buffer.from([0xff])]) {
      const answer = await send('POST', { ...plainQuery(), msg_signature: 'f'.repeat(40) }, body);
      expect([answer.status, answer.text.includes('errors')]).toEqual([401, false]);
    }
    expect((await send('POST', plainQuery(), 'x'.repeat(300_000))).status).toBe(413);
    await expectNothing();
  });

  test('a sealed message with DOCTYPE inside is not understood', async () => {
    const inside = `<!DOCTYPE xml [<!ENTITY x "y">]>${textXml(FRESH_ID, '&x;')}`;
    expect((await postSealed('xml', inside)).status).toBe(422);
    await expectNothing();
  });
});

describe('in safe mode', () => {
  beforeAll(() => configure({ token, encodingAESKey, mode: 'safe' }));

  test.each([
    event('subscribe_msg_popup_event', { List: { TemplateId: 't', SubscribeStatusString: 'accept' } }),
    event('subscribe_msg_change_event', { List: [{ TemplateId: 't', SubscribeStatusString: 'reject' }] }),
    event('subscribe_msg_sent_event', { List: { TemplateId: 't', MsgID: '1', ErrorCode: 0 } }),
    event('wxa_media_check', { trace_id: 'tr-1' }),
    event('wxa_media_check'),
    event('user_enter_tempsession', { SessionFrom: 'x' }),
    event('some_later_event'),
    textJson('1', '  '),
    textJson('1', 'x').replace('"text"', '"voice"'),
  ])('acknowledged, and no request: %s', async (message) => {
    expectSuccess(await postSealed('json', message));
    expect(await world.rows('Receipts')).toEqual([]);
    expect(await world.takeMessages()).toEqual([]);
  });

  test("the contract's own example opens with the keys of WeChat's documentation", async () => {
    const official = vector('safe-json-official');
    await configure({ token: official.token, encodingAESKey: official.encodingAESKey, mode: 'safe' }, official.appid);
    const { timestamp, nonce, signature, msg_signature } = official;
    const query = { signature, timestamp, nonce, encrypt_type: 'aes', msg_signature };
    expectSuccess(await send('POST', query, JSON.stringify(wechatPush)));
    await configure({ token, encodingAESKey, mode: 'safe' });
  });

  test('a queue that is down does not cost the message', async () => {
    world.sqs.fault = () => 'refuse';
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, WORDS)));
    world.sqs.fault = () => 'none';
    const pending = (await world.rows('Receipts')).filter((row) => row.pendingKey === 'P');
    expect(pending).toMatchObject([{ pk: `R#wechat#mp:${FRESH_ID}` }]);
  });

  test('a database that is down is no success: WeChat comes again, and then it is one request', async () => {
    world.dynamo.fault = (operation) =>
      operation === 'TransactWriteItems'
        ? { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException' } }
        : 'none';
    const refused = await postSealed('xml', textXml(FRESH_ID, WORDS));
    expect([refused.status, problemOf(refused)?.code]).toEqual([503, 'busy']);
    world.dynamo.fault = () => 'none';
    await expectNothing();
    expectSuccess(await postSealed('xml', textXml(FRESH_ID, WORDS)));
    await expectOneRequest(FRESH_ID);
  });

  test("the mini-program's form can not take a message's number first", async () => {
    const { sessionKeys } = world.secrets.WECHAT_SECRET as { sessionKeys: { kid: string; key: string }[] };
    const form = { channelRef: `mp:${FRESH_ID}`, kind: 'help', title: '抢号', content: '抢号' };
    const answer = await call(handler, {
      resource: '/channels/wechat/requests',
      headers: {
        'content-type': 'application/json',
        Authorization: `Bearer ${await openSession(sessionKeys, { openid: 'o-2' }, Date.now())}`,
      },
      body: JSON.stringify(form),
    });
    expect([answer.status, problemOf(answer)?.errors?.[0]?.pointer]).toEqual([422, '/channelRef']);
    await expectNothing();
  });
});

test('no line that was logged names an openid, a word or a key', () => {
  const lines = world.log.join('');
  expect(world.log.length).toBeGreaterThan(10);
  for (const word of [CITIZEN, '楼道', '图片', token, encodingAESKey, FRESH_ID, 'some_later_event']) {
    expect(lines).not.toContain(word);
  }
});
