/** 对账: two lists against each other, what leaves a unit, and the table that people read. */
import { describe, expect, it } from 'vitest';
import { departureNow, departureOf, entryOf } from '#domain/delivery/departure.ts';
import { compare } from '#domain/delivery/reconcile.ts';
import { reconciliationTable } from '#domain/delivery/reconciliation-table.ts';
import { Departure, ReconciliationEntry } from '#schemas/reconciliation.ts';
import { dispatcher, HOUR, register, Story, storyUntil, system, unit } from '#test/support/ticket-world.ts';

const AT = '2026-11-23T10:00:00.000+08:00';
const numbered = (n: number) => `XA20261123000000${String(n).padStart(2, '0')}`;
const line = (n: number, changes: Partial<ReconciliationEntry> = {}): ReconciliationEntry => ({
  ticketNo: numbered(n),
  ticketVersion: 7,
  status: 'HANDLING',
  round: 1,
  updatedAt: AT,
  deadlines: {},
  lastCallback: { n: 1, ticketVersion: 4, state: 'delivered' },
  ...changes,
});
const kinds = (...lists: Parameters<typeof compare>) => compare(...lists).differences.map(({ kind }) => kind);

describe('two lists', () => {
  it.each([
    [3, ['olderThere']],
    // The last message told version 4; 5 to 7 were nothing for the unit, or answers to its own commands.
    [4, []],
    [6, []],
    [7, []],
    [8, ['newerThere']],
  ])('of which theirs has version %d', (version, expected) => {
    expect(kinds([line(1)], [{ ticketNo: numbered(1), version }])).toEqual(expected);
  });

  it('compare presence alone when they keep no versions', () => {
    expect(compare([line(1), line(2)], [{ ticketNo: numbered(1) }])).toMatchObject({
      ours: 2,
      theirs: 1,
      agree: 1,
      differences: [{ kind: 'missingThere', ours: { ticketNo: numbered(2) } }],
    });
  });

  it('judge no version old before the delivery of the last message has a row', () => {
    expect(kinds([line(1, { lastCallback: { n: 2 } })], [{ ticketNo: numbered(1), version: 2 }])).toEqual([]);
    const { lastCallback: _, ...untold } = line(1);
    expect(kinds([untold], [{ ticketNo: numbered(1), version: 1 }])).toEqual([]);
  });

  it('let a ticket be gone on both sides, but not known there by an older version', () => {
    const gone = line(1, { status: 'CLOSED', departed: { at: AT, how: 'ended' } });
    expect(compare([gone], [])).toMatchObject({ goneOnBothSides: 1, differences: [] });
    expect(kinds([gone], [{ ticketNo: numbered(1), version: 3 }])).toEqual(['olderThere']);
    expect(kinds([gone], [{ ticketNo: numbered(1), version: 4 }])).toEqual([]);
  });

  it('name what only they have', () => {
    expect(compare([], [{ ticketNo: numbered(9), version: 2 }]).differences).toEqual([
      { kind: 'missingHere', theirs: { ticketNo: numbered(9), version: 2 } },
    ]);
  });

  it('count a ticket once, by its newest line', () => {
    const older = line(1, { ticketVersion: 5 });
    const theirs = [
      { ticketNo: numbered(1) },
      { ticketNo: numbered(1), version: 6 },
      { ticketNo: numbered(1), version: 2 },
    ];
    expect(compare([line(1), older], theirs)).toEqual({
      ours: 1,
      theirs: 1,
      agree: 1,
      goneOnBothSides: 0,
      differences: [],
    });
  });

  it('come by ticket number, and every line is accounted for', () => {
    const ours = [line(5), line(3), line(4, { departed: { at: AT, how: 'moved' } })];
    const theirs = [
      { ticketNo: numbered(6), version: 1 },
      { ticketNo: numbered(3), version: 99 },
    ];
    const result = compare(ours, theirs);
    expect(result.differences.map(({ kind }) => kind)).toEqual(['newerThere', 'missingThere', 'missingHere']);
    expect(result.agree + result.goneOnBothSides + result.differences.length).toBe(4);
  });
});

describe('a ticket leaves a unit', () => {
  const leaving = (story: Story, act: (story: Story) => void) => {
    const before = story.is;
    act(story.later(HOUR));
    return departureOf(before, story.is, 'hotline');
  };

  it('when another gets it: the unit sees how it left, and nothing later', () => {
    const story = storyUntil('AWAIT_SIGN');
    const departure = leaving(story, (s) =>
      s.give({ command: 'assign', owner: 'renshe', reason: '职责' }, dispatcher),
    )!;
    expect(Departure.parse(departure)).toEqual(departure);
    expect(departure).toMatchObject({
      unit: 'guanbuqiao',
      entry: { ticketVersion: 3, deadlines: {}, lastCallback: { n: 2 }, departed: { how: 'moved' } },
    });
    story.give({ command: 'sign' }, unit('renshe'));
    expect(departureNow(departure, story.is)).toEqual(departure.entry);
  });

  it('when it ends: the line is today’s', () => {
    const story = storyUntil('HANDLING');
    const departure = leaving(story, (s) => s.give({ command: 'cancel', reason: '来电撤单' }, dispatcher))!;
    expect(departure.entry).toMatchObject({ status: 'CANCELLED', departed: { how: 'ended' }, deadlines: {} });
    story.give({ command: 'archive', reason: '归档' }, dispatcher);
    expect(departureNow(departure, story.is)).toMatchObject({
      status: 'ARCHIVED',
      ticketVersion: departure.entry.ticketVersion + 1,
      departed: departure.entry.departed,
    });
    // Its texts were erased and the ticket with them.
    expect(departureNow(departure, undefined)).toEqual(departure.entry);
  });

  it('and comes back: then it is open, and no departure any more', () => {
    const story = storyUntil('AWAIT_SIGN');
    const departure = leaving(story, (s) =>
      s.give({ command: 'assign', owner: 'renshe', reason: '职责' }, dispatcher),
    )!;
    story.give({ command: 'assign', owner: 'guanbuqiao', reason: '属地' }, dispatcher);
    expect(departureNow(departure, story.is)).toBeUndefined();
  });

  it('once: neither a change within the unit, nor what follows the end, nor the desk’s own work counts', () => {
    expect(leaving(storyUntil('SIGNED'), (s) => s.give({ command: 'accept' }, unit('guanbuqiao')))).toBeUndefined();
    expect(
      leaving(storyUntil('CLOSED'), (s) => s.give({ command: 'archive', reason: '归档' }, dispatcher)),
    ).toBeUndefined();
    const atDesk = new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);
    expect(
      leaving(atDesk, (s) => s.give({ command: 'assign', owner: 'renshe', reason: '职责' }, dispatcher)),
    ).toBeUndefined();
    expect(departureOf(undefined, storyUntil('AWAIT_SIGN').is, 'hotline')).toBeUndefined();
  });
});

it('is a table that a spreadsheet reads: one line a ticket, names instead of codes', () => {
  const entry = ReconciliationEntry.parse(entryOf(storyUntil('SIGNED').is, 'guanbuqiao'));
  const gone = line(2, { status: 'CLOSED', departed: { at: AT, how: 'ended' }, lastCallback: { n: 3, state: 'dead' } });
  const text = reconciliationTable([entry, gone]);
  expect(text.startsWith('\ufeff工单编号,版本,状态,')).toBe(true);
  expect(text.split('\r\n').slice(1)).toEqual([
    'XA2026112300000018,3,已签收,1,2026-11-23 09:10,2026-11-24 17:30,1,,,,',
    `${numbered(2)},7,已办结,1,2026-11-23 10:00,,3,,投递失败,2026-11-23 10:00,已结束`,
    '',
  ]);
});
