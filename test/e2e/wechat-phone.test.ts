/** A citizen who gave a number and refuses messages: on the synthesized template, from WeChat's own bytes to the SMS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seal } from '#functions/wechat/push/crypto.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { type Instance, startInstance, storedRows, wechatRequest } from './support.ts';

const USER = 'demo-e2e-phone';
const NUMBER = '13800007777';

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ demoDepartments: false });
});
afterAll(() => jieban?.stop());

const json = { 'content-type': 'application/json' };
const post = async <T>(path: string, body: object, token = ''): Promise<{ status: number; body: T }> => {
  const authorization = `Bearer ${token}`;
  const answer = await jieban.raw(path, {
    method: 'POST',
    headers: { ...json, ...(token === '' ? {} : { authorization }) },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: answer.body as T };
};
const search = async (phone: string) => {
  const agent = await jieban.platforms.oidc.token('a-12', 'agent');
  const { status, body } = await post<{ tickets: { ticketNo: string }[] }>('/hotline/callers/search', { phone }, agent);
  expect(status).toBe(200);
  return body.tickets;
};

/** 拒收 of every template in the settings, as WeChat's servers push it in safe mode. */
async function refuseMessages(openid: string): Promise<number> {
  const { push, appid, templates } = jieban.secrets.wechat;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = '486452656';
  const event = {
    ToUserName: 'gh_e2e',
    FromUserName: openid,
    CreateTime: Number(timestamp),
    MsgType: 'event',
    Event: 'subscribe_msg_change_event',
    List: Object.values(templates).map((TemplateId) => ({ TemplateId, SubscribeStatusString: 'reject' })),
  };
  const { encrypt, msgSignature } = seal({ ...push, appid }, JSON.stringify(event), { timestamp, nonce });
  const query = new URLSearchParams({ timestamp, nonce, encrypt_type: 'aes', msg_signature: msgSignature });
  const answer = await fetch(`${jieban.url}/channels/wechat/messages?${query}`, {
    method: 'POST',
    body: JSON.stringify({ ToUserName: 'gh_e2e', Encrypt: encrypt }),
  });
  return answer.status;
}

describe('a number by code', () => {
  it('brings the SMS to whom no message may go, and the agent to the ticket', async () => {
    const login = await post<{ token: string }>('/channels/wechat/sessions', { code: USER });
    const code = jieban.platforms.wechat.phones.issue(NUMBER, Date.now());
    const given = await post<{ token: string; phone: string }>(
      '/channels/wechat/sessions/phone',
      { code },
      login.body.token,
    );
    expect(given).toMatchObject({ status: 200, body: { phone: '138****7777' } });
    expect(await refuseMessages(openidOf(USER))).toBe(200);

    const { status, body: receipt } = await post<IntakeReceipt>(
      '/channels/wechat/requests',
      wechatRequest('e2e-wx-phone'),
      given.body.token,
    );
    expect(status).toBe(202);
    const sms = await jieban.until('an SMS', () =>
      jieban.platforms.phone.received().find(({ params }) => params.ticketNo === receipt.ticketNo),
    );
    expect(sms.phone).toContain(NUMBER);
    expect(jieban.platforms.wechat.received()).toEqual([]);

    const [found, ...others] = await jieban.until('the index has it', async () => {
      const tickets = await search(NUMBER);
      return tickets.length > 0 ? tickets : undefined;
    });
    expect([found?.ticketNo, others]).toEqual([receipt.ticketNo, []]);
    await jieban.runner.idle();
    const { tickets, receipts } = await storedRows(jieban);
    for (const secret of [NUMBER, openidOf(USER)]) {
      expect(JSON.stringify([tickets, receipts])).not.toContain(secret);
      expect(jieban.lines.join('\n')).not.toContain(secret);
    }
  });
});
