/** When a person's hand on a ticket is a correction of the router, and what many of them say of the catalogue. */
import { describe, expect, test } from 'vitest';
import { correctionOf } from '#domain/routing/correction.ts';
import { correctionReport, standing } from '#domain/routing/correction-report.ts';
import { fold } from '#domain/ticket/evolve.ts';
import type { Correction } from '#schemas/catalogue.ts';
import type { HotlineCommand } from '#schemas/command.ts';
import { decision, dispatcher, HOUR, register, Story, storyUntil, system, unit } from '#test/support/ticket-world.ts';

const assign = (owner: string, category?: string): HotlineCommand => ({
  command: 'assign',
  owner,
  reason: '核定承办单位',
  ...(category === undefined ? {} : { category }),
});

/** Gives the command and answers the correction in what it changed. */
function corrected(story: Story, command: HotlineCommand): Correction | undefined {
  const before = story.ticket;
  const seen = story.events.length;
  story.give(command, dispatcher);
  return correctionOf(before, story.events.slice(seen));
}

const desk = (changes: Parameters<typeof decision>[0] = {}) =>
  new Story().give(
    register(
      {},
      {
        disposition: 'desk',
        owner: 'hotline',
        categoryCode: undefined,
        townCode: undefined,
        trace: { ...decision().trace, rule: 'category-unsure', catalogueVersion: '2026.11' },
        ...changes,
      },
    ),
    system,
  );

describe('a correction', () => {
  test('is what the desk makes of a ticket that nobody was sure of', () => {
    const story = desk();
    expect(corrected(story, assign('renshe', '03.1'))).toEqual({
      ticketNo: story.is.ticketNo,
      at: story.is.dispatchedAt,
      seq: 3,
      kind: 'complaint',
      textKey: 'request',
      from: { owner: 'hotline', rule: 'category-unsure', catalogueVersion: '2026.11' },
      to: { owner: 'renshe', categoryCode: '03.1' },
    });
    // The ticket still knows what the router said, and its history makes the same ticket.
    expect(story.is.routed).toMatchObject({ owner: 'hotline', rule: 'category-unsure' });
    expect(fold(story.events)).toEqual(story.is);
  });

  test('is another owner of what the router had dispatched; the category stays when none is named', () => {
    const story = storyUntil('AWAIT_SIGN');
    expect(corrected(story, assign('zhujian'))).toMatchObject({
      from: { owner: 'guanbuqiao', categoryCode: '01.1', rule: 'town-duty' },
      to: { owner: 'zhujian', categoryCode: '01.1' },
      townCode: '421202102000',
    });
  });

  test('is taken back by another one', () => {
    const story = storyUntil('AWAIT_SIGN');
    corrected(story, assign('zhujian', '03.1'));
    const back = corrected(story.later(HOUR), assign('guanbuqiao', '01.1'));
    expect(back).toMatchObject({ from: { owner: 'guanbuqiao' }, to: { owner: 'guanbuqiao', categoryCode: '01.1' } });
  });

  test('is not what the router or a department does, nor what leaves the owner alone', () => {
    const routed = new Story().give(register(), system);
    expect(correctionOf(undefined, routed.events)).toBeUndefined();
    const story = storyUntil('AWAIT_SIGN');
    const before = story.is;
    const seen = story.events.length;
    story.give({ command: 'sign' }, unit('guanbuqiao')).give({ command: 'accept' }, unit('guanbuqiao'));
    expect(correctionOf(before, story.events.slice(seen))).toBeUndefined();
    const again = desk();
    const waiting = again.is;
    const events = again.events.length;
    again.give({ command: 'reroute', decision: decision() }, system);
    expect(again.is.owner).toBe('guanbuqiao');
    expect(correctionOf(waiting, again.events.slice(events))).toBeUndefined();
    expect(again.is.routed).toMatchObject({ owner: 'guanbuqiao', rule: 'town-duty' });
  });

  test('is none on a ticket of before this was kept', () => {
    const story = storyUntil('AWAIT_SIGN');
    const { routed: _, ...old } = story.is;
    const seen = story.events.length;
    story.give(assign('zhujian'), dispatcher);
    expect(correctionOf(old, story.events.slice(seen))).toBeUndefined();
  });
});

let number = 0;
const entry = (from: [string, string?], to: [string, string?], changes: Partial<Correction> = {}): Correction => {
  number += 1;
  return {
    ticketNo: `XA2026112300${String(number).padStart(6, '0')}`,
    at: '2026-11-23T10:00:00.000+08:00',
    seq: 3,
    kind: 'help',
    textKey: 'request',
    from: { owner: from[0], ...(from[1] && { categoryCode: from[1] }), rule: 'department-duty', catalogueVersion: 'v' },
    to: { owner: to[0], ...(to[1] && { categoryCode: to[1] }) },
    ...changes,
  };
};
const times = (count: number, make: () => Correction): Correction[] => Array.from({ length: count }, make);

describe('many corrections', () => {
  test('of one ticket: the last one counts, in whatever order they come', () => {
    const first = entry(['jia', '01.1'], ['yi', '02.1']);
    const later = {
      ...first,
      at: '2026-11-24T10:00:00.000+08:00',
      seq: 4,
      to: { owner: 'bing', categoryCode: '03.1' },
    };
    expect(standing([later, first])).toEqual([later]);
    const back = { ...first, at: '2026-11-25T10:00:00.000+08:00', seq: 5, to: { owner: 'jia', categoryCode: '01.1' } };
    expect(standing([back, first, later])).toEqual([]);
  });

  test('per row, the most corrected first, with where they went', () => {
    const report = correctionReport([
      entry(['jia', '01.1'], ['yi', '02.1']),
      ...times(3, () => entry(['bing', '03.1'], ['yi', '02.1'])),
      entry(['bing', '03.1'], ['ding', '04.1']),
    ]);
    expect(report).toMatchObject([
      {
        code: '03.1',
        times: 4,
        to: [
          { owner: 'yi', categoryCode: '02.1', times: 3 },
          { owner: 'ding', times: 1 },
        ],
        rules: [{ rule: 'department-duty', times: 4 }],
      },
      { code: '01.1', times: 1 },
    ]);
  });

  /** What is corrected, and what the suggestion must speak of. */
  const suggestions: readonly (readonly [string, readonly Correction[], RegExp])[] = [
    ['nobody knew the category', times(2, () => entry(['xi'], ['yi', '02.1'])), /补进 02\.1 的关键词/],
    [
      'nobody knew it, and they differ',
      [entry(['xi'], ['yi', '02.1']), entry(['xi'], ['jia', '01.1'])],
      /训练分类模型/,
    ],
    ['nobody knew it, and nobody said it', times(2, () => entry(['xi'], ['yi'])), /一并选定小类/],
    ['another row', times(2, () => entry(['jia', '01.1'], ['yi', '02.1'])), /从 01\.1 的关键词移到 02\.1/],
    ['another owner of the same row', times(2, () => entry(['jia', '01.1'], ['yi', '01.1'])), /核对 01\.1 的承办单位/],
    ['once', [entry(['jia', '01.1'], ['yi', '02.1'])], /先观察/],
    ['to everywhere', [entry(['jia', '01.1'], ['yi', '02.1']), entry(['jia', '01.1'], ['bing', '03.1'])], /拆分/],
  ];
  test.each(suggestions)('suggest: %s', (_, corrections, expected) => {
    expect(correctionReport(corrections)[0]?.suggestion).toMatch(expected);
  });

  test('none', () => expect(correctionReport([])).toEqual([]));
});
