/** The course of one run where a real board would take too long: bounds, holes by the dozen, runs beside each other. */
import { describe, expect, test } from 'vitest';
import { type PollPorts, poll } from '#functions/poller/poll.ts';
import { BoardTrouble, type Position } from '#functions/ports/board-poll.ts';

/** A board of numbered pages with one message each, `bad` ones among them; what was taken is remembered. */
function world(pages: number, o: { bad?: (page: number) => boolean; late?: () => boolean } = {}) {
  const asked: string[] = [];
  const taken = new Set<number>();
  const state = { position: { holes: [], revision: 0 } as Position, saves: 0, beside: false };
  const board = { largest: Number.POSITIVE_INFINITY, down: undefined as number | undefined };
  const ports: PollPorts = {
    board: {
      async page(after = '0', limit) {
        asked.push(`${after}/${limit}`);
        const page = Number(after);
        if (board.down === page) throw new BoardTrouble('board:500');
        if (limit > board.largest) throw new BoardTrouble('board:tooLarge', true);
        if (page >= pages) return { messages: [] };
        return { messages: [page, page + 0.5], next: String(page + 1) };
      },
    },
    position: {
      load: async () => state.position,
      async save(to) {
        if (state.beside) return false;
        expect(to.revision).toBe(state.position.revision);
        state.position = { ...to, revision: to.revision + 1 };
        state.saves += 1;
        return true;
      },
    },
    async take(message) {
      const page = Number(message);
      if (Number.isInteger(page) && o.bad?.(page)) return 'stuck';
      if (taken.has(page)) return 'known';
      taken.add(page);
      return 'new';
    },
    late: () => o.late?.() ?? false,
  };
  return { ports, asked, taken, state, board };
}

test('a run reads twenty pages at most, and the next one goes on', async () => {
  const { ports, asked, taken, state } = world(30);
  expect(await poll(ports)).toEqual({ taken: 40, stuck: 0, troubles: [] });
  expect(asked).toHaveLength(20);
  expect(state.position).toMatchObject({ after: '20', holes: [] });
  expect(await poll(ports)).toMatchObject({ taken: 20 });
  expect(taken.size).toBe(60);
});

test.each(['', null, undefined])(
  'an end that the board writes as %j is no cursor: nothing is read from the beginning again',
  async (end) => {
    const { ports, state } = world(2);
    const page: PollPorts['board']['page'] = async (after, limit) => {
      const found = await ports.board.page(after, limit);
      return found.next === '2' ? { ...found, next: end } : found;
    };
    await poll({ ...ports, board: { page } });
    expect(state.position.after).toBe('1');
  },
);

test('a run that is late leaves the rest to the next one, and counts the holes that it left', async () => {
  const looks = [false, false];
  const { ports, state } = world(5, { bad: (page) => page === 0, late: () => looks.shift() ?? true });
  expect(await poll(ports)).toMatchObject({ taken: 3, stuck: 1 });
  expect(state.position).toMatchObject({ after: '2', holes: [''] });
  expect(await poll(ports)).toEqual({ taken: 0, stuck: 1, troubles: [] });
});

describe('holes', () => {
  test('with more than twenty the cursor stands still, and moves on when they close', async () => {
    let ill = true;
    const { ports, state, taken } = world(40, { bad: () => ill });
    await poll(ports);
    expect(state.position.holes).toHaveLength(20);
    expect(await poll(ports)).toMatchObject({ stuck: 21 });
    expect(state.position).toMatchObject({ after: '20' });
    expect(state.position.holes).toHaveLength(20);
    ill = false;
    await poll(ports);
    await poll(ports);
    expect(state.position).toMatchObject({ after: '40', holes: [] });
    expect(taken.size).toBe(80);
  });

  test('one that the board does not give stays, beside the others', async () => {
    let ill = true;
    const { ports, state, board } = world(4, { bad: (page) => ill && page < 2 });
    await poll(ports);
    expect(state.position.holes).toEqual(['', '1']);
    ill = false;
    board.down = 0;
    expect(await poll(ports)).toEqual({ taken: 1, stuck: 1, troubles: ['board:500'] });
    expect(state.position.holes).toEqual(['']);
    board.down = undefined;
    expect(await poll(ports)).toEqual({ taken: 1, stuck: 0, troubles: [] });
    expect(state.position.holes).toEqual([]);
  });
});

describe('a page that is too large', () => {
  test('is asked for in fewer and fewer messages', async () => {
    const { ports, asked, board } = world(1);
    board.largest = 1;
    expect(await poll(ports)).toMatchObject({ taken: 2, troubles: [] });
    expect(asked.slice(0, 3)).toEqual(['0/50', '0/5', '0/1']);
  });

  test('even with one message is trouble', async () => {
    const { ports, state, board } = world(1);
    board.largest = 0;
    expect(await poll(ports)).toEqual({ taken: 0, stuck: 0, troubles: ['board:tooLarge'] });
    expect(state.saves).toBe(0);
  });
});

test('a run ends when another one moved the cursor', async () => {
  const { ports, asked, state } = world(5);
  state.beside = true;
  expect(await poll(ports)).toMatchObject({ taken: 2, troubles: [] });
  expect(asked).toHaveLength(1);
});

test('a fault of ours is thrown, not taken for the board’s', async () => {
  const { ports } = world(1);
  const broken = { ...ports, board: { page: () => Promise.reject(new TypeError('ours')) } };
  await expect(poll(broken)).rejects.toThrow(TypeError);
});
