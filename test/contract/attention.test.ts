/** 待关注 by topic: a few tickets of one topic among many of another, page by page. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { decision, intake, Story, system } from '#test/support/ticket-world.ts';
import { startWorld, type World } from './world.ts';

const ALL = 120;
/** One in so many speaks of danger; the others look like duplicates. */
const RARE = 10;
const PAGE = 5;

let world: World;
const dangers: string[] = [];
beforeAll(async () => {
  world = await startWorld();
  await Promise.all(
    Array.from({ length: ALL }, async (_, n) => {
      const ticketNo = `XA20261123${String(n).padStart(8, '0')}`;
      const danger = n % RARE === RARE - 1;
      if (danger) dangers.push(ticketNo);
      const story = new Story().give(
        {
          command: 'register',
          intake: intake({ ticketNo, danger }),
          decision: decision(),
          similar: danger ? [] : ['XA2026112000000019'],
        },
        system,
      );
      await ticketStore().commit({ ticket: story.is, events: story.events, texts: [], expectedVersion: 0 });
    }),
  );
});
afterAll(() => world.stop());

test('pages of one topic hold each of its tickets once, and cost no query a ticket of another', async () => {
  world.dynamo.calls.clear();
  const found: string[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await ticketStore().listByAttention('danger', {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    expect(page.items.length).toBeLessThanOrEqual(PAGE);
    found.push(...page.items.map(({ ticketNo }) => ticketNo));
    ({ cursor } = page);
    pages++;
  } while (cursor !== undefined);
  expect(found).toEqual(dangers.toSorted());
  expect(pages).toBe(Math.ceil(dangers.length / PAGE));
  expect(world.dynamo.calls.get('Query')).toBeLessThanOrEqual(pages);
});

test('without a topic every ticket comes once', async () => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ticketStore().listByAttention(undefined, {
      limit: 50,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.map(({ ticketNo }) => ticketNo));
    ({ cursor } = page);
  } while (cursor !== undefined);
  expect(found).toHaveLength(ALL);
  expect(new Set(found).size).toBe(ALL);
});
