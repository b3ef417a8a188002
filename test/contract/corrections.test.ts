/** What persons change of the router's decisions is kept with the change, and read without who asked. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { CorrectionPage } from '#schemas/catalogue.ts';
import { ask, assign, otherUnit, routed, rowOf } from './desk.ts';
import { transactionConflict } from './gateway.ts';
import { startWorld, type World } from './world.ts';

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
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('corrections', () => {
  const correct = async (ticketNo: string) =>
    expect((await assign(world, ticketNo, { owner: otherUnit(world) })).status).toBe(200);
  const corrections = async (query?: Record<string, string>) =>
    CorrectionPage.parse((await ask(world, 'dispatcher', 'GET', '/hotline/corrections', query && { query })).body);

  test('hold what the router said, what a person said, and the masked words', async () => {
    const { ticketNo } = await routed(world, { content: '请联系我,我叫王测试,电话13800000001。' });
    await correct(ticketNo);
    expect(await corrections()).toEqual({
      corrections: [
        {
          ticketNo,
          at: expect.any(String),
          seq: 3,
          kind: 'help',
          from: {
            owner: rowOf(world).owner,
            categoryCode: rowOf(world).code,
            rule: 'department-duty',
            catalogueVersion: world.district.catalogue.version,
          },
          to: { owner: otherUnit(world), categoryCode: rowOf(world).code },
          title: '办理',
          content: expect.stringContaining('请联系我'),
        },
      ],
    });
    const text = JSON.stringify(await corrections());
    expect(text).not.toMatch(/王测试|13800000001|callerToken/);
  });

  test('of a confidential request show the copy that its department reads', async () => {
    const masked = { title: '办理', content: '有人反映一件事。' };
    const { ticketNo } = await routed(world, { content: '住在三栋的人都知道是我。', confidential: true, masked });
    await correct(ticketNo);
    const page = await corrections();
    expect(page.corrections[0]).toMatchObject({ content: masked.content });
    expect(JSON.stringify(page)).not.toContain('三栋');
  });

  test('come page by page, oldest first, and stay readable when the words are erased', async () => {
    const numbers: string[] = [];
    for (let at = 0; at < 3; at++) {
      const { ticketNo } = await routed(world);
      later(1000);
      await correct(ticketNo);
      numbers.push(ticketNo);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ticketStore().listCorrections({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ ticketNo }) => ticketNo));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(numbers);
    await world.remove('Tickets', { pk: `T#${numbers[0]}`, sk: 'TEXT#request' });
    expect((await corrections()).corrections[0]).not.toHaveProperty('content');
    for (const wrong of ['bm9jdXJzb3I', 'x']) {
      expect((await ask(world, 'leader', 'GET', '/hotline/corrections', { query: { cursor: wrong } })).status).toBe(
        422,
      );
    }
  });

  test('are for dispatchers and leaders', async () => {
    for (const role of ['agent', 'auditor'] as const) {
      expect((await ask(world, role, 'GET', '/hotline/corrections')).status, role).toBe(403);
    }
  });

  test('come into being with the change, or neither does', async () => {
    const { ticketNo } = await routed(world);
    world.dynamo.fault = (operation) => (operation === 'TransactWriteItems' ? transactionConflict : 'none');
    const answer = await assign(world, ticketNo, { owner: otherUnit(world) });
    world.dynamo.fault = () => 'none';
    expect(answer.status).toBe(503);
    expect((await corrections()).corrections).toEqual([]);
    expect((await ticketStore().load(ticketNo))?.owner).toBe(rowOf(world).owner);
  });
});
