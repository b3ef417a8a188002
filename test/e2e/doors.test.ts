/** The intake doors over real HTTP on the synthesized template: what is refused leaves nothing, what is repeated stays one. */
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { Problem } from '#schemas/problem.ts';
import { type Instance, phoneRequest, signed, startInstance, websiteRequest } from './support.ts';

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ demoDepartments: false, throttle: false });
});
afterAll(() => jieban?.stop());

/** Rows of all tables together. */
async function rows(): Promise<number> {
  const client = new DynamoDBClient({
    endpoint: jieban.runner.plane.endpoints.dynamodb,
    region: jieban.runner.plane.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const tables = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  expect(tables.length).toBe(3);
  let sum = 0;
  for (const TableName of tables) {
    for await (const page of paginateScan({ client }, { TableName, Select: 'COUNT' })) sum += page.Count ?? 0;
  }
  client.destroy();
  return sum;
}

type Channel = 'phone' | 'website';
const good = { phone: phoneRequest, website: websiteRequest } as const;
const keyOf = (channel: Channel): string => jieban.secrets[channel].inbound[0] ?? '';

/** Signs exactly these bytes. The reference package signs text; bytes that are no text are signed as node's HMAC would. */
async function signedBytes(channel: Channel, bytes: Uint8Array<ArrayBuffer>): Promise<RequestInit> {
  const { sign } = await import('#functions/shared/signing.ts');
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sign([keyOf(channel)], 'msg_bytes', bytes, Date.now()) },
    body: bytes,
  };
}

interface Bad {
  what: string;
  status: number;
  /** What the problem names: a field of the body, or a header. */
  names: string;
  request: (channel: Channel) => RequestInit | Promise<RequestInit>;
}
const ref = 'bad-input';
const bad: Bad[] = [
  {
    what: 'a wrong signature',
    status: 401,
    names: 'webhook-signature',
    request: (channel) => signed(`whsec_${Buffer.alloc(32, 7).toString('base64')}`, good[channel](ref)),
  },
  {
    what: 'a stale timestamp',
    status: 401,
    names: 'webhook-timestamp',
    request: (channel) => {
      const then = new Date(Date.now() - 301_000);
      const body = JSON.stringify(good[channel](ref));
      const headers = {
        'content-type': 'application/json',
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(then.getTime() / 1000)),
        'webhook-signature': new Webhook(keyOf(channel)).sign('msg_1', then, body),
      };
      return { method: 'POST', headers, body };
    },
  },
  {
    what: 'an unknown field',
    status: 422,
    names: '/caller/age',
    request: (channel) => {
      const body = good[channel](ref);
      return signed(keyOf(channel), { ...body, caller: { ...body.caller, age: 40 } });
    },
  },
  {
    what: 'a wrong enum',
    status: 422,
    names: '/kind',
    request: (channel) => signed(keyOf(channel), { ...good[channel](ref), kind: 'rant' }),
  },
  {
    what: 'a phone number that nobody can dial',
    status: 422,
    names: '/caller/phone',
    request: (channel) => signed(keyOf(channel), { ...good[channel](ref), caller: { phone: '12345-00' } }),
  },
  {
    what: 'a body of 300 KB',
    status: 413,
    names: 'payloadTooLarge',
    request: (channel) => signed(keyOf(channel), { ...good[channel](ref), content: 'x'.repeat(300 * 1024) }),
  },
  {
    what: 'bytes that are no UTF-8',
    status: 422,
    names: 'not valid UTF-8',
    request: (channel) => {
      const text = Buffer.from(JSON.stringify({ ...good[channel](ref), title: 'TITLE' }));
      const at = text.indexOf('TITLE');
      text[at] = 0xc3;
      text[at + 1] = 0x28;
      return signedBytes(channel, new Uint8Array(text));
    },
  },
  {
    what: 'a body that is no JSON',
    status: 422,
    names: 'not valid JSON',
    request: (channel) => signedBytes(channel, new Uint8Array(Buffer.from('{"channelRef": '))),
  },
  {
    what: 'another content type',
    status: 415,
    names: 'content-type',
    request: (channel) => {
      const request = signed(keyOf(channel), good[channel](ref));
      return { ...request, headers: { ...request.headers, 'content-type': 'text/plain' } };
    },
  },
];

describe.each(['phone', 'website'] as const)('%s refuses', (channel) => {
  it.each(bad)('$what', async ({ status, names, request }) => {
    const before = await rows();
    const answer = await jieban.raw(`/channels/${channel}/requests`, await request(channel));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(Problem.parse(answer.body).status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(names);
    // A problem never repeats what it was given.
    expect(JSON.stringify(answer.body)).not.toContain('测试');
    await jieban.runner.idle();
    expect(await rows()).toBe(before);
  });
});

describe('the same request again', () => {
  it('1,000 times at once is one ticket; another body under its key is a conflict', { timeout: 60_000 }, async () => {
    const request = signed(keyOf('phone'), phoneRequest('replay-1'));
    const post = () => fetch(`${jieban.url}/channels/phone/requests`, request);
    const answers = await Promise.all(Array.from({ length: 1000 }, post));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(999);
    const replays = answers.filter(({ headers }) => headers.get('idempotent-replay') === 'true');
    expect(replays).toHaveLength(999);
    const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(bodies.size).toBe(1);
    const receipt = JSON.parse([...bodies][0] ?? '{}') as IntakeReceipt;
    await jieban.until('the ticket', async () => (await jieban.history(receipt.ticketNo)).status === 200 || undefined);
    await jieban.runner.idle();
    const { body } = await jieban.history(receipt.ticketNo);
    expect(body.events.filter(({ type }) => type === 'registered')).toHaveLength(1);
    expect(body.events.filter(({ type }) => type === 'dispatched')).toHaveLength(1);

    const other = await jieban.post('phone', { ...phoneRequest('replay-1'), title: '另一件事' });
    expect(other.status).toBe(409);
    expect(Problem.parse(other.body).code).toBe('referenceConflict');
    const same = await jieban.post('phone', phoneRequest('replay-1'));
    expect([same.status, same.body]).toEqual([200, receipt]);
  });
});
