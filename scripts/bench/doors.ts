/** The doors of the channels, with invented requests of every day that go to many units. Signed before the clock runs. */
import { randomUUID } from 'node:crypto';
import { openSession } from '#functions/shared/session.ts';
import { sign } from '#functions/shared/signing.ts';
import { seal } from '#functions/wechat/push/crypto.ts';
import type { System } from '#infra/local/cli/system.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { Answer, Door } from './drive.ts';

const jsonType = { 'content-type': 'application/json' };
/** What people call about, each for units of its own. */
const MATTERS = [
  ['小区物业乱收费', '一处小区的物业不公示就涨停车费,业主都有意见,请有关部门管一管。'],
  ['路灯不亮', '村口的路灯坏了一个多星期,晚上出门看不清路,请派人修理。'],
  ['拖欠工资', '在一家装修公司干了三个月,老板一直拖欠工资,打电话也不接。'],
  ['预付卡不退', '理发店关门了,办的会员卡里还有钱,老板不肯退费。'],
  ['医保报销', '想问一下慢特病门诊怎么报销,需要带什么材料。'],
  ['垃圾没人清运', '菜市场后面的垃圾堆了好几天没有人清运,气味很大。'],
  ['公交班次', '公交车班次太少,早上等了四十分钟没有车,希望增加班次。'],
  ['孩子入学', '咨询今年秋季小学一年级报名的时间和片区划分。'],
] as const;
let lastRequest = 0;

/** The next of every matter in every town, in turn. */
function request(towns: readonly string[]) {
  const n = lastRequest++;
  const [title, content] = MATTERS[n % MATTERS.length] ?? MATTERS[0];
  const townCode = towns[Math.floor(n / MATTERS.length) % towns.length] ?? '';
  return { channelRef: `bench-${randomUUID()}`, kind: 'complaint', title, content, place: { townCode } };
}

const accepted = ({ status }: Answer): boolean => status === 202;

/** @param forms so many mini-program forms will be asked for at most */
export async function doorsOf(system: System, forms: number): Promise<Door[]> {
  const session = await sessionsOf(system, forms);
  // Elsewhere there is no government of the town, and the desk is asked.
  const towns = system.district.towns.filter(({ kind }) => kind !== '类似乡级单位').map(({ code }) => code);
  let lastNumber = 13_800_000_000;
  /** Each request is another caller's, as a day's requests are. */
  const newCaller = () => ({ name: '测试甲某', phone: String(lastNumber++) });
  const signed = (channel: 'phone' | 'website', more: (channelRef: string) => object): Door => ({
    channel,
    accepts: accepted,
    message() {
      const form = request(towns);
      const body = Buffer.from(JSON.stringify({ ...form, caller: newCaller(), ...more(form.channelRef) }));
      const headers = sign(system.secrets[channel].inbound, `msg_${randomUUID()}`, body, Date.now());
      return { path: `/channels/${channel}/requests`, headers: { ...jsonType, ...headers }, body };
    },
  });
  return [
    signed('phone', (ref) => ({ call: { callId: ref, agentId: 'a-12' } })),
    signed('website', (ref) => ({ board: { messageId: ref, publicConsent: true } })),
    {
      channel: 'wechat_form',
      accepts: accepted,
      message: () => ({
        path: '/channels/wechat/requests',
        headers: { ...jsonType, authorization: `Bearer ${session()}` },
        body: Buffer.from(JSON.stringify(request(towns))),
      }),
    },
    pushDoor(system),
  ];
}

/** One user may send only so many forms an hour: as many users as it takes, each within the limit. */
async function sessionsOf({ secrets, district }: System, forms: number): Promise<() => string> {
  const { requestsPerHour } = district.channels.wechat;
  const tokens = await Promise.all(
    Array.from({ length: Math.ceil(forms / requestsPerHour) }, (_, user) =>
      openSession(secrets.wechat.sessionKeys, { openid: openidOf(`demo-bench-${user}`) }, Date.now()),
    ),
  );
  let drawn = 0;
  return () => tokens[Math.floor(drawn++ / requestsPerHour)] ?? '';
}

let lastMsgId = 7_300_000_000_000_000_000n;

/** Text messages in safe mode, as WeChat's servers seal them: XML in `Encrypt`. Each of its own citizen: two would be one request. */
export function pushDoor({ secrets: { wechat } }: System, made: (msgId: string) => void = () => {}): Door {
  const keys = { ...wechat.push, appid: wechat.appid };
  return {
    channel: 'wechat_push',
    accepts: ({ status, body }) => status === 200 && body === 'success',
    message() {
      lastMsgId += 1n;
      made(String(lastMsgId));
      const now = String(Math.floor(Date.now() / 1000));
      const inner =
        `<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[o-bench-${lastMsgId}]]></FromUserName>` +
        `<CreateTime>${now}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
        `<Content><![CDATA[${MATTERS[0][1]}]]></Content><MsgId>${lastMsgId}</MsgId></xml>`;
      const { timestamp, nonce, encrypt, msgSignature } = seal(keys, inner, { timestamp: now, nonce: '486452656' });
      const query = new URLSearchParams({ timestamp, nonce, encrypt_type: 'aes', msg_signature: msgSignature });
      return {
        path: `/channels/wechat/messages?${query}`,
        headers: { 'content-type': 'text/xml' },
        body: Buffer.from(
          `<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
        ),
      };
    },
  };
}
