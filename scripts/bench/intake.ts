/**
 * The doors of a whole local instance over loopback HTTP: signed requests per channel at 1, 8 and 32 connections, while
 * everything behind the doors works off what they took, on the same cores; and pushes of WeChat's servers while the
 * router stands still, each of which has to be a ticket in the end. Requests are signed before the clock runs.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request as open } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { openSession } from '#functions/shared/session.ts';
import { sign } from '#functions/shared/signing.ts';
import { seal } from '#functions/wechat/push/crypto.ts';
import { type System, startSystem } from '#infra/local/cli/system.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { Figure } from './figure.ts';

const CONNECTIONS = [1, 8, 32] as const;
/** Per channel and number of connections: so many requests, or as many as are begun in the time (ms). */
const REQUESTS = { count: 300, begunWithin: 3000 };
const WARM_UP = { count: 64, begunWithin: 1000 };
const STOPPED_PUSHES = 200;
const STOPPED_CONNECTIONS = 8;
/** For all requests and tickets together (ms): a machine that is too slow fails, it doesn't hang. */
const LIMIT_MS = 85_000;
const POLL_MS = 100;

interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
interface Answer {
  readonly status: number;
  readonly body: string;
}
interface Door {
  readonly channel: string;
  message(): Message;
  accepts(answer: Answer): boolean;
}
interface Drive {
  /** Answers per second, the wrong ones left out. */
  readonly rate: number;
  readonly errors: number;
  /** Milliseconds from the first byte sent to the last one read, sorted. */
  readonly times: readonly number[];
}

export async function* intake(): AsyncIterable<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-bench-'));
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(LIMIT_MS)]);
  let system: System | undefined;
  try {
    system = await startSystem({
      dataDir: folder,
      port: 0,
      district: 'xianan',
      demoDepartments: false,
      quiet: true,
      throttle: false,
    });
    const doors = await doorsOf(system);
    // First, though its line comes last: later its tickets would queue behind those of all the other requests.
    const stopped = await routerStopped(system, signal);
    for (const door of doors) {
      await drive(system.url, door, batch(door, WARM_UP.count), Math.max(...CONNECTIONS), signal, WARM_UP.begunWithin);
      for (const connections of CONNECTIONS) {
        console.error(`  ${door.channel}, ${connections} connections …`);
        const messages = batch(door, REQUESTS.count);
        const { rate, errors, times } = await drive(
          system.url,
          door,
          messages,
          connections,
          signal,
          REQUESTS.begunWithin,
        );
        yield {
          name: 'intake_requests',
          channel: door.channel,
          connections,
          value: Math.round(rate),
          unit: '1/s',
          p50_ms: percentile(times, 50),
          p95_ms: percentile(times, 95),
          p99_ms: percentile(times, 99),
          errors,
          requests: times.length,
        };
      }
    }
    yield stopped;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await system?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error when a push was refused, or has not become a ticket after the router went on. */
async function routerStopped(system: System, signal: AbortSignal): Promise<Figure> {
  console.error('  pushes without a router …');
  const warmUp = pushDoor(system);
  await drive(system.url, warmUp, batch(warmUp, WARM_UP.count), STOPPED_CONNECTIONS, signal, WARM_UP.begunWithin);
  await system.runner.pauseSource('router');
  const msgIds: string[] = [];
  const door = pushDoor(system, (msgId) => msgIds.push(msgId));
  const messages = batch(door, STOPPED_PUSHES);
  const { errors, times } = await drive(system.url, door, messages, STOPPED_CONNECTIONS, signal);
  if (errors > 0) throw new Error(`${errors} of ${STOPPED_PUSHES} pushes were not answered with success`);
  system.runner.resumeSource('router');
  console.error('  and the router again …');
  await untilTickets(system, msgIds, signal);
  return {
    name: 'wechat_push_router_stopped',
    value: percentile(times, 99),
    unit: 'ms',
    percentile: 99,
    pushes: STOPPED_PUSHES,
    connections: STOPPED_CONNECTIONS,
    p50_ms: percentile(times, 50),
    tickets: msgIds.length,
  };
}

/** Looks where the router writes, because a push is answered without a number. */
async function untilTickets({ runner }: System, msgIds: readonly string[], signal: AbortSignal): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: runner.plane.endpoints.dynamodb,
    region: runner.plane.region,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  try {
    const names = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
    const tableOf = (word: RegExp) => names.find((name) => word.test(name));
    const ticketOf = async (msgId: string): Promise<string | undefined> => {
      const receipt = { TableName: tableOf(/receipts/i), Key: { pk: { S: `R#wechat#mp:${msgId}` } } };
      const ticketNo = (await client.send(new GetItemCommand(receipt))).Item?.ticketNo?.S;
      if (ticketNo === undefined) throw new Error('a push that was answered with success has no receipt');
      const ticket = { TableName: tableOf(/tickets/i), Key: { pk: { S: `T#${ticketNo}` }, sk: { S: 'TICKET' } } };
      return (await client.send(new GetItemCommand(ticket))).Item === undefined ? undefined : ticketNo;
    };
    const found = new Set<string>();
    for (let left = [...msgIds]; left.length > 0; ) {
      if (signal.aborted) throw new Error(`${left.length} of ${msgIds.length} pushes are no ticket: ${signal.reason}`);
      const waiting: string[] = [];
      for (const msgId of left) {
        const ticketNo = await ticketOf(msgId);
        if (ticketNo === undefined) waiting.push(msgId);
        else found.add(ticketNo);
      }
      left = waiting;
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (found.size !== msgIds.length) throw new Error(`${msgIds.length} pushes are only ${found.size} tickets`);
  } finally {
    client.destroy();
  }
}

const batch = (door: Door, count: number): Message[] => Array.from({ length: count }, () => door.message());

/** Each connection sends its next message when its last one is answered; after `begunWithin` (ms) it sends no more. */
async function drive(
  url: string,
  door: Door,
  messages: readonly Message[],
  connections: number,
  signal: AbortSignal,
  begunWithin = Number.POSITIVE_INFINITY,
): Promise<Drive> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let errors = 0;
  let next = 0;
  const start = performance.now();
  try {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
          const sent = performance.now();
          if (sent - start > begunWithin) return;
          const answer = await post(agent, `${url}${message.path}`, message, signal);
          times.push(performance.now() - sent);
          if (!door.accepts(answer)) errors += 1;
        }
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    return { rate: (times.length - errors) / seconds, errors, times: times.sort((a, b) => a - b) };
  } finally {
    agent.destroy();
  }
}

async function post(agent: Agent, url: string, { headers, body }: Message, signal: AbortSignal): Promise<Answer> {
  const outgoing = open(url, { method: 'POST', agent, signal, headers: { ...headers, 'content-length': body.length } });
  // `once` hears of an error before the answer; one after it reaches the reader of the body.
  outgoing.on('error', () => {});
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 0, body: await text(incoming) };
}

/** Nearest rank, in tenths of a millisecond. */
function percentile(sorted: readonly number[], percent: number): number {
  const time = sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
  return Math.round(time * 10) / 10;
}

const jsonType = { 'content-type': 'application/json' };
const request = () => ({
  channelRef: `bench-${randomUUID()}`,
  kind: 'complaint',
  title: '小区物业乱收费',
  content: '温泉街道一处小区的物业不公示就涨停车费,业主都有意见,请有关部门管一管。',
  place: { townCode: '421202001000' },
});
const accepted = ({ status }: Answer): boolean => status === 202;

async function doorsOf(system: System): Promise<Door[]> {
  const session = await sessionsOf(system);
  let lastNumber = 13_800_000_000;
  /** Each request is another caller's, as a day's requests are. */
  const newCaller = () => ({ name: '测试甲某', phone: String(lastNumber++) });
  const signed = (channel: 'phone' | 'website', more: (channelRef: string) => object): Door => ({
    channel,
    accepts: accepted,
    message() {
      const form = request();
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
        body: Buffer.from(JSON.stringify(request())),
      }),
    },
    pushDoor(system),
  ];
}

/** One user may send only so many forms an hour: as many users as it takes, each within the limit. */
async function sessionsOf({ secrets, district }: System): Promise<() => string> {
  const { requestsPerHour } = district.channels.wechat;
  const forms = WARM_UP.count + CONNECTIONS.length * REQUESTS.count;
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
function pushDoor({ secrets: { wechat } }: System, made: (msgId: string) => void = () => {}): Door {
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
        `<Content><![CDATA[${request().content}]]></Content><MsgId>${lastMsgId}</MsgId></xml>`;
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
