/** 第二意见: off unless the folder says so; a model reads masked words, its trouble costs nothing, and it decides nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useDistrict } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import type { Role } from '#infra/local/platforms/oidc.ts';
import { ask, assign, routed } from './desk.ts';
import { problemOf, startWorld, type World } from './world.ts';

const KEY = 'sk-only-for-this-test';
/** Words that a model must never read, in a request that the desk is unsure about. */
const VAGUE = '你好,我叫张三丰,电话13800001234,家住3栋2单元501,有个事情想请你们看一看';
let world: World;
let model: ReturnType<typeof createServer>;
let asked: { authorization: string | undefined; body: { messages: { role: string; content: string }[] } }[] = [];
let answer: (response: ServerResponse) => void;

const completion = (content: string | null) => (response: ServerResponse) =>
  response.setHeader('content-type', 'application/json').end(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content } }],
    }),
  );
const rows = (...list: [code: string, probability: number][]) =>
  completion(JSON.stringify({ rows: list.map(([code, probability]) => ({ code, probability })) }));

beforeAll(async () => {
  world = await startWorld();
  model = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      asked.push({ authorization: request.headers.authorization, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
  const { port } = model.address() as AddressInfo;
  world.addSecret('OPINION_SECRET', { baseUrl: `http://127.0.0.1:${port}`, apiKey: KEY });
});
afterAll(async () => {
  await world.stop();
  await new Promise((resolve) => model.close(resolve));
});
beforeEach(() => {
  asked = [];
  answer = rows(['09.1', 0.6], ['07.1', 0.3]);
  useDistrict({
    ...world.district,
    secondOpinion: { provider: 'deepseek', model: 'deepseek-flash', perHour: 3 },
  });
});
afterEach(async () => {
  await world.clear();
  useDistrict(world.district);
});

const opinion = (ticketNo: string, role: Role = 'dispatcher') =>
  ask(world, role, 'POST', '/hotline/tickets/{ticketNo}/opinion', { params: { ticketNo }, body: {} });
async function unsure(): Promise<string> {
  const { ticketNo, owner } = await routed(world, { category: undefined, title: '咨询', content: VAGUE });
  expect(owner).toBe(world.district.desk);
  return ticketNo;
}

test('does not exist where the district has none', async () => {
  useDistrict(world.district);
  expect(world.district.secondOpinion).toBeUndefined();
  expect((await opinion(await unsure())).status).toBe(404);
  expect(asked).toEqual([]);
});

describe('where the district has one', () => {
  test('it names rows with their owners, keeps who asked, and decides nothing', async () => {
    const ticketNo = await unsure();
    const { status, body } = await opinion(ticketNo);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ticketNo,
      model: 'deepseek-flash',
      candidates: [
        { code: '09.1', owner: 'chengguan', probability: 0.6 },
        { code: '07.1', owner: 'zhujian', probability: 0.3 },
      ],
    });
    expect(await ticketStore().load(ticketNo)).toMatchObject({ status: 'DISPATCHING', owner: world.district.desk });
    expect((await ticketStore().events(ticketNo)).at(-1)).toMatchObject({
      type: 'opinionGiven',
      actor: { kind: 'operator', id: 'dispatcher-1' },
      model: 'deepseek-flash',
    });
  });

  test('the model reads masked words, the catalogue, and nothing else of the ticket', async () => {
    const ticketNo = await unsure();
    await opinion(ticketNo);
    expect(asked).toHaveLength(1);
    const [{ authorization, body }] = asked as [(typeof asked)[0]];
    expect(authorization).toBe(`Bearer ${KEY}`);
    expect(body).toMatchObject({
      model: 'deepseek-flash',
      thinking: { type: 'disabled' },
      response_format: { type: 'json_object' },
      stream: false,
    });
    const sent = JSON.stringify(body);
    expect(sent).toContain('有个事情想请你们看一看');
    expect(sent).toContain('json');
    expect(sent).toContain('09.1 ');
    expect(sent).not.toMatch(/张三丰|13800001234|501|XA20/);
    expect(world.log.join('\n')).not.toMatch(/张三丰|13800001234|sk-only/);
  });

  test.each([
    ['an empty answer', completion(''), 'empty'],
    ['no content', completion(null), 'empty'],
    ['prose', completion('我觉得是路灯'), 'unreadable'],
    ['another shape', completion('{"codes":["09.1"]}'), 'unreadable'],
    ['a full account', (response: ServerResponse) => response.writeHead(402).end('{}'), 'status402'],
    ['too many requests', (response: ServerResponse) => response.writeHead(429).end('{}'), 'status429'],
    ['a broken line', (response: ServerResponse) => response.destroy(), 'connection'],
  ])('%s is no opinion, and the ticket stays as it was', async (_, given, detail) => {
    const ticketNo = await unsure();
    const before = await ticketStore().load(ticketNo);
    answer = given as typeof answer;
    const failed = await opinion(ticketNo);
    expect(problemOf(failed)).toMatchObject({ status: 502, code: 'opinionUnavailable', detail });
    expect(asked).toHaveLength(1);
    expect(await ticketStore().load(ticketNo)).toEqual(before);
  });

  test('rows that the catalogue does not have are dropped, and numbers are put into their range', async () => {
    answer = rows(['99.9', 0.9], ['09.1', 7], ['09.1', 0.1], ['07.1', -1]);
    const { body } = await opinion(await unsure());
    expect(body).toMatchObject({
      candidates: [
        { code: '09.1', probability: 1 },
        { code: '07.1', probability: 0 },
      ],
    });
  });

  test('it is for those who assign, for tickets that wait, and so many times an hour', async () => {
    const ticketNo = await unsure();
    for (const role of ['agent', 'auditor'] as const) expect((await opinion(ticketNo, role)).status).toBe(403);
    expect((await opinion('XA2026112399999990')).status).toBe(404);
    for (let n = 0; n < 3; n++) expect((await opinion(ticketNo, 'leader')).status).toBe(200);
    expect(problemOf(await opinion(ticketNo))).toMatchObject({ status: 429 });
    expect(asked).toHaveLength(3);
    await assign(world, ticketNo, { owner: 'chengguan' });
    expect(problemOf(await opinion(ticketNo))).toMatchObject({ status: 409, code: 'stateForbids' });
  });
});
