/** A whole local instance per test file, with everybody who talks to it: channels, departments, operators, citizens. */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Webhook } from 'standardwebhooks';
import { seal, signatureOf } from '#functions/wechat/push/crypto.ts';
import { LOCAL_REGION, type System, type SystemOptions, startSystem } from '#infra/local/cli/system.ts';
import type { RunnerLog } from '#infra/local/runner.ts';
import { synthesize } from '#infra/synth.ts';
import { UploadPermit } from '#schemas/attachment.ts';
import type { CommandAnswer, DepartmentCommand, HotlineCommand } from '#schemas/command.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Instance extends System {
  /** Every line that any function or part of the runner logged. */
  readonly lines: string[];
  /** The same, with who logged it. */
  readonly entries: RunnerLog[];
  post<T = IntakeReceipt>(channel: 'phone' | 'website', body: unknown): Promise<Answer<T>>;
  raw(path: string, init: RequestInit): Promise<Answer<unknown>>;
  wechat(code: string, body: unknown): Promise<Answer<IntakeReceipt>>;
  /** The mini-program uploads a file; resolves with the number that the form names it by. */
  upload(code: string, file: Buffer, contentType: string): Promise<string>;
  department(id: string, ticketNo: string, command: DepartmentCommand): Promise<Answer<CommandAnswer>>;
  operator(ticketNo: string, command: HotlineCommand): Promise<Answer<CommandAnswer>>;
  history(ticketNo: string): Promise<Answer<History>>;
  status(receipt: IntakeReceipt): Promise<Answer<PublicStatus>>;
  /** A citizen's look at a ticket with the mini-program's session. */
  mine(code: string, ticketNo: string): Promise<Answer<PublicStatus>>;
  /** The mini-program's list of one's own tickets. */
  own(code: string): Promise<Answer<{ tickets: { ticketNo: string }[] }>>;
  /** Waits until `ready` answers something; fails with `what` after `patience` (ms, 20 s unless given). */
  until<T>(what: string, ready: () => Promise<T | undefined> | T | undefined, patience?: number): Promise<T>;
}
export interface History {
  ticket: {
    status: string;
    owner: string;
    clockGeneration: number;
    clocks: { id: string; why?: string; marks: { yellow: string }; fired: object }[];
  };
  events: { type: string; [field: string]: unknown }[];
  held: { clock: string; holder: string; minutes: number; counted: string }[];
}
export interface PublicStatus {
  status: string;
  statusText: string;
  answer?: { text: string } | string;
}

export const tempFolder = (): string => mkdtempSync(join(tmpdir(), 'jieban-e2e-'));

/** The assembly that a deployment would use, made into `outdir`. */
export const synthesizeInto = async (outdir: string): Promise<string> =>
  (await synthesize({ district: 'xianan', region: LOCAL_REGION, outdir, allowOutsideMainland: false })).directory;

export async function startInstance(options: Partial<SystemOptions> = {}): Promise<Instance> {
  const dataDir = options.dataDir ?? tempFolder();
  const lines: string[] = [];
  const entries: RunnerLog[] = [];
  const system = await startSystem({
    dataDir,
    port: 0,
    district: 'xianan',
    quiet: true,
    ...(process.env.JIEBAN_TEST_ASSEMBLY ? { assembly: process.env.JIEBAN_TEST_ASSEMBLY } : {}),
    ...options,
    onLog: (entry) => {
      lines.push(entry.line);
      entries.push(entry);
    },
  });
  const { url, secrets, platforms } = system;

  async function read<T>(response: Response): Promise<Answer<T>> {
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }
  const json = { 'content-type': 'application/json' };
  const sessions = new Map<string, string>();
  async function asCitizen(code: string, path: string, body: unknown): Promise<Response> {
    let token = sessions.get(code);
    if (token === undefined) {
      const login = await fetch(`${url}/channels/wechat/sessions`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ code }),
      });
      token = ((await login.json()) as { token: string }).token;
      sessions.set(code, token);
    }
    const headers = { ...json, authorization: `Bearer ${token}` };
    return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  return {
    ...system,
    lines,
    entries,
    async raw(path, init) {
      return read(await fetch(`${url}${path}`, init));
    },
    async post(channel, body) {
      return read(await fetch(`${url}/channels/${channel}/requests`, signed(secrets[channel].inbound[0] ?? '', body)));
    },
    async wechat(code, body) {
      return read(await asCitizen(code, '/channels/wechat/requests', body));
    },
    async upload(code, file, contentType) {
      const answer = await asCitizen(code, '/channels/wechat/attachments', { contentType, bytes: file.length });
      const permit = UploadPermit.parse(await answer.json());
      const form = new FormData();
      for (const [name, value] of Object.entries(permit.fields)) form.append(name, value);
      form.append('file', new Blob([new Uint8Array(file)]), 'wx-file');
      const { status } = await fetch(permit.url, { method: 'POST', body: form });
      if (status !== 204) throw new Error(`the upload answered ${status}`);
      return permit.uploadId;
    },
    async department(id, ticketNo, command) {
      const key = secrets.departments[id]?.keys[0] ?? '';
      return read(await fetch(`${url}/departments/${id}/tickets/${ticketNo}/commands`, signed(key, command)));
    },
    async operator(ticketNo, command) {
      const token = await platforms.oidc.token('desk-7', 'dispatcher');
      return read(
        await fetch(`${url}/hotline/tickets/${ticketNo}/commands`, {
          method: 'POST',
          headers: { ...json, authorization: `Bearer ${token}` },
          body: JSON.stringify(command),
        }),
      );
    },
    async history(ticketNo) {
      const token = await platforms.oidc.token('desk-7', 'dispatcher');
      return read(await fetch(`${url}/hotline/tickets/${ticketNo}`, { headers: { authorization: `Bearer ${token}` } }));
    },
    async status({ ticketNo, queryCode }) {
      return read(await fetch(`${url}/tickets/${ticketNo}`, { headers: { 'x-query-code': queryCode } }));
    },
    async mine(code, ticketNo) {
      const authorization = `Bearer ${sessions.get(code)}`;
      return read(await fetch(`${url}/tickets/${ticketNo}`, { headers: { authorization } }));
    },
    async own(code) {
      return read(
        await fetch(`${url}/channels/wechat/tickets`, { headers: { authorization: `Bearer ${sessions.get(code)}` } }),
      );
    },
    async until(what, ready, patience = 20_000) {
      const end = Date.now() + patience;
      for (;;) {
        const value = await ready();
        if (value !== undefined && (value as unknown) !== false) return value;
        if (Date.now() > end) throw new Error(`never happened: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    },
    stop: async () => {
      await system.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A POST signed with the reference implementation of Standard Webhooks. */
export function signed(secret: string, body: unknown, id = `msg_${randomUUID()}`): RequestInit {
  const text = JSON.stringify(body);
  const now = new Date();
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, text),
    },
    body: text,
  };
}

/** Requests as citizens write them; invented. Their words are what the privacy test looks for in the logs. */
export const phoneRequest = (channelRef: string) => ({
  channelRef,
  kind: 'complaint',
  title: '工地拖欠农民工工资',
  content: '我们七个人在官埠桥镇一处工地干活,老板拖欠两个月工资一直不发,电话也不接。',
  caller: { name: '测试甲某', phone: '13800000001' },
  place: { townCode: '421202102000', text: '官埠桥镇测试路八号工地' },
  category: '01.1',
  call: { callId: `c-${channelRef}`, caller: '13800000001', agentId: 'a-12', agentName: '测试坐席' },
});
export const websiteRequest = (channelRef: string) => ({
  channelRef,
  kind: 'help',
  title: '路灯坏了半个月',
  content: '永安街道西大街测试巷的路灯坏了半个多月,晚上老人出门看不见路。',
  caller: { name: '测试乙某', phone: '13800000002' },
  place: { townCode: '421202003000' },
  category: '09.1',
  board: { messageId: `m-${channelRef}`, publicConsent: true },
});
export const wechatRequest = (channelRef: string) => ({
  channelRef,
  kind: 'complaint',
  title: '小区物业乱收费',
  content: '温泉街道测试花园小区物业不公示就涨停车费,业主都有意见。',
  place: { townCode: '421202001000' },
  category: '07.1',
});

/** One text message as WeChat's servers push it in safe mode: XML sealed in XML. Give a nonce of its own to each attempt. */
export function textPush(
  { secrets: { wechat } }: Pick<Instance, 'secrets'>,
  message: { msgId: string; openid: string; content: string },
  nonce = String(randomInt(2 ** 31)),
): { query: Record<string, string>; body: string } {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const inner =
    `<xml><ToUserName><![CDATA[gh_e2e]]></ToUserName><FromUserName><![CDATA[${message.openid}]]></FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
    `<Content><![CDATA[${message.content}]]></Content><MsgId>${message.msgId}</MsgId></xml>`;
  const keys = { ...wechat.push, appid: wechat.appid };
  const { encrypt, msgSignature } = seal(keys, inner, { timestamp, nonce });
  return {
    query: {
      signature: signatureOf([keys.token, timestamp, nonce]),
      timestamp,
      nonce,
      openid: message.openid,
      encrypt_type: 'aes',
      msg_signature: msgSignature,
    },
    body: `<xml><ToUserName><![CDATA[gh_e2e]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  };
}

/** Every row of the three tables, by the table's name in small letters: tickets, receipts, callers. */
export async function storedRows({ runner }: Pick<Instance, 'runner'>) {
  const client = new DynamoDBClient({
    endpoint: runner.plane.endpoints.dynamodb,
    region: runner.plane.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const names = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  const read = async (word: string): Promise<Record<string, unknown>[]> => {
    const TableName = names.find((name) => name.toLowerCase().includes(word));
    if (TableName === undefined) throw new Error(`no table of ${word}`);
    const rows: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
      for (const item of Items) rows.push(unmarshall(item));
    }
    return rows;
  };
  try {
    return { tickets: await read('tickets'), receipts: await read('receipts'), callers: await read('callers') };
  } finally {
    client.destroy();
  }
}
