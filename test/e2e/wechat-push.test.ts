/** WeChat's message push on the synthesized template: `success` means durable, whoever asks how often, with or without a router. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '#functions/wechat/push/crypto.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { type Instance, startInstance, storedRows, textPush } from './support.ts';

const PATH = '/channels/wechat/messages';
const OPENID = 'oE2ePushCitizen0123456789abc';
const CONTENT = '永安街道测试巷的窨井盖不见了,晚上走路危险';
/** Beyond 2^53: a digit that is lost on the way would make two messages one. */
const FIRST_MSG_ID = 9_100_000_000_000_000_001n;

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ demoDepartments: false });
});
afterAll(() => jieban?.stop());

async function push({ query, body }: ReturnType<typeof textPush>): Promise<{ status: number; text: string }> {
  const response = await fetch(`${jieban.url}${PATH}?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** All tickets that came from these messages. */
async function ticketsOf(msgIds: readonly string[]): Promise<Ticket[]> {
  const refs = new Set(msgIds.map((msgId) => `mp:${msgId}`));
  const { tickets } = await storedRows(jieban);
  return tickets
    .filter(({ sk }) => sk === 'TICKET')
    .map(({ ticket }) => ticket as Ticket)
    .filter(({ channelRef }) => refs.has(channelRef));
}

const success = { status: 200, text: 'success' };

describe('the check of the URL', () => {
  const echostr = '4375120948345356249';
  const check = async (token: string) => {
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), '1514711492'];
    const query = { signature: signatureOf([token, timestamp, nonce]), timestamp, nonce, echostr };
    return fetch(`${jieban.url}${PATH}?${new URLSearchParams(query)}`);
  };

  it('answers the echostr and nothing else', async () => {
    const response = await check(jieban.secrets.wechat.push.token);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toBe(echostr);
  });

  it('refuses another token', async () => {
    const response = await check('anotherToken');
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(echostr);
  });
});

describe('a text message', () => {
  it('pushed three times is one ticket, with an owner or at the desk', async () => {
    const message = { msgId: String(FIRST_MSG_ID), openid: OPENID, content: CONTENT };
    // Each attempt is sealed anew, as WeChat does; two of them meet.
    const attempts = [await push(textPush(jieban, message))];
    attempts.push(...(await Promise.all([push(textPush(jieban, message)), push(textPush(jieban, message))])));
    expect(attempts).toEqual([success, success, success]);
    await jieban.runner.idle();
    const tickets = await ticketsOf([message.msgId]);
    expect(tickets).toHaveLength(1);
    const { body, status } = await jieban.history(tickets[0]!.ticketNo);
    expect(status).toBe(200);
    expect(body.ticket.owner).toMatch(/\S/);
    expect(body.events.filter(({ type }) => type === 'registered')).toHaveLength(1);
    expect(body.events.filter(({ type }) => type === 'dispatched' || type === 'queuedAtDesk')).toHaveLength(1);
    const { receipts } = await storedRows(jieban);
    expect(receipts.filter(({ pk }) => pk === `R#wechat#mp:${message.msgId}`)).toHaveLength(1);
  });

  it('with a wrong msg_signature is refused and leaves nothing', async () => {
    await jieban.runner.idle();
    const before = await storedRows(jieban);
    const good = textPush(jieban, { msgId: String(FIRST_MSG_ID + 1n), openid: OPENID, content: CONTENT });
    const { msg_signature: _, ...unsigned } = good.query;
    const wrong = [
      { ...good.query, msg_signature: signatureOf(['another', good.query.timestamp!, good.query.nonce!]) },
      // `signature` is right, and proves nothing about the message.
      { ...good.query, msg_signature: good.query.signature! },
      unsigned,
      // Signed for another moment.
      { ...good.query, nonce: `${good.query.nonce}1` },
    ];
    for (const query of wrong) {
      const { status, text } = await push({ ...good, query });
      expect(status).toBe(401);
      expect(JSON.parse(text)).toMatchObject({ code: 'signatureInvalid' });
    }
    await jieban.runner.idle();
    expect(await storedRows(jieban)).toEqual(before);
  });
});

describe('with the router stopped', () => {
  const COUNT = 50;
  const CONNECTIONS = 8;

  it('fifty pushes of fifty citizens answer success, and each is exactly one ticket when it goes on', async () => {
    const messages = Array.from({ length: COUNT }, (_, index) => ({
      msgId: String(FIRST_MSG_ID + 1000n + BigInt(index)),
      openid: `${OPENID}-${index}`,
      content: `${CONTENT},第${index}处`,
    }));
    const msgIds = messages.map(({ msgId }) => msgId);
    await jieban.runner.pauseSource('router');
    try {
      const left = [...messages];
      const answers: Awaited<ReturnType<typeof push>>[] = [];
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          for (let message = left.shift(); message; message = left.shift()) {
            answers.push(await push(textPush(jieban, message)));
          }
        }),
      );
      expect(answers).toEqual(messages.map(() => success));
      // Not vacuous: nobody has worked on them yet.
      expect(await ticketsOf(msgIds)).toEqual([]);
    } finally {
      jieban.runner.resumeSource('router');
    }
    await jieban.until('fifty tickets', async () => (await ticketsOf(msgIds)).length >= COUNT);
    await jieban.runner.idle();
    const tickets = await ticketsOf(msgIds);
    expect(tickets.map(({ channelRef }) => channelRef).sort()).toEqual(msgIds.map((msgId) => `mp:${msgId}`).sort());
    expect(new Set(tickets.map(({ ticketNo }) => ticketNo)).size).toBe(COUNT);
    for (const { owner } of tickets) expect(owner).toMatch(/\S/);
  });
});

describe('privacy', () => {
  it('leaves no message, openid or key of this run in any log line', async () => {
    await jieban.runner.idle();
    const text = jieban.lines.join('\n');
    // Not vacuous: the run logged its requests and its tickets.
    expect(text).toContain('request received');
    expect(text).toContain('"event":"registered"');
    const { push: settings, appSecret } = jieban.secrets.wechat;
    for (const words of ['窨井盖', '测试巷', CONTENT, OPENID, settings.token, settings.encodingAESKey, appSecret]) {
      expect(text.includes(words), `a log line holds ${words}`).toBe(false);
    }
  });
});
