/** 对账 from the command line: a department's file as it may come, and the words for each difference. */
import { describe, expect, it } from 'vitest';
import type { ReconciliationEntry } from '#schemas/reconciliation.ts';
import { tell } from '../../../scripts/reconcile/tell.ts';
import { readTheirList, UnreadableList } from '../../../scripts/reconcile/their-list.ts';

const A = 'XA2026112300000018';
const B = 'XA2026112300000026';
const both = [{ ticketNo: A, version: 3 }, { ticketNo: B }];
const utf8 = (text: string) => new TextEncoder().encode(text);
/** 工单编号 and 版本, as a spreadsheet saves them. */
const GBK_TITLES = Buffer.from('b9a4b5a5b1e0bac52cb0e6b1be0d0a', 'hex');

describe('a department’s list', () => {
  it.each([
    ['CSV', utf8(`ticketNo,version\n${A},3\n${B},\n`)],
    [
      'CSV with a mark, other columns and blanks',
      utf8(`\ufeff标题,工单编号, 版本\r\n"欠薪,复查",${A}, 3\r\n\r\n路灯, ${B},\r\n`),
    ],
    ['tabs', utf8(`编号\tticketVersion\n${A}\t3\n${B}\t\n`)],
    ['GBK', Buffer.concat([GBK_TITLES, utf8(`${A},3\r\n${B},\r\n`)])],
    [
      'JSON',
      utf8(
        JSON.stringify([
          { ticketNo: A, version: 3 },
          { ticketNo: B, version: null },
        ]),
      ),
    ],
    ['JSON as our own list', utf8(JSON.stringify({ tickets: [{ ticketNo: A, ticketVersion: 3 }, { ticketNo: B }] }))],
  ])('is read as %s', (_, bytes) => {
    expect(readTheirList(bytes)).toEqual(both);
  });

  it('may be empty', () => {
    expect(readTheirList(utf8('ticketNo,version\n'))).toEqual([]);
    expect(readTheirList(utf8('[]'))).toEqual([]);
  });

  it.each([
    ['no title', `${A},3\n${B},4\n`, /列名/],
    ['a number that is none', `ticketNo,version\n${A},3\n12345,1\n`, /第 2 件/],
    ['a version that is none', `ticketNo,version\n${A},v3\n`, /第 1 件.*版本/],
    ['broken JSON', '[{"ticketNo":', /JSON/],
    ['other JSON', '{"list":[]}', /tickets/],
    ['open quotes', `ticketNo\n"${A}\n`, /CSV/],
  ])('is refused with the place: %s', (_, text, message) => {
    expect(() => readTheirList(utf8(text))).toThrow(UnreadableList);
    expect(() => readTheirList(utf8(text))).toThrow(message);
  });

  it('names some of many mistakes and counts them', () => {
    const text = `ticketNo\n${'x\n'.repeat(40)}`;
    expect(() => readTheirList(utf8(text))).toThrow(/共 40 处/);
  });
});

describe('each difference says what to do', () => {
  const ours = (state: 'pending' | 'delivered' | 'dead'): ReconciliationEntry => ({
    ticketNo: A,
    ticketVersion: 5,
    status: 'AWAIT_SIGN',
    round: 1,
    updatedAt: '2026-11-23T09:30:00.000+08:00',
    deadlines: {},
    lastCallback: { n: 2, ticketVersion: 4, state },
  });
  const theirs = { ticketNo: A, version: 2 };
  const found = {
    ticketNo: A,
    owner: 'renshe',
    status: 'CLOSED',
    version: 9,
    updatedAt: ours('dead').updatedAt,
  } as const;

  it.each([
    [
      'a dead letter: replay',
      { kind: 'missingThere', ours: ours('dead') },
      undefined,
      /deliveries -- replay --ticket XA2026112300000018 --unit renshe --reason 对账/,
    ],
    ['on its way: later', { kind: 'missingThere', ours: ours('pending') }, undefined, /稍后再对/],
    [
      'lost over there',
      { kind: 'olderThere', ours: ours('delivered'), version: 1 },
      undefined,
      /对方 1,我方已推送到 4[\s\S]*XA2026112300000018-renshe-2/,
    ],
    ['impossible', { kind: 'newerThere', ours: ours('delivered'), version: 8 }, undefined, /我方只到 5/],
    ['no such number', { kind: 'missingHere', theirs }, undefined, /没有这个编号/],
    ['another’s by now', { kind: 'missingHere', theirs }, { ...found, owner: 'zhujian' }, /现由 zhujian 承办/],
    ['ended on another day', { kind: 'missingHere', theirs }, found, /已办结\(2026-11-23 09:30\)/],
    ['changed meanwhile', { kind: 'missingHere', theirs }, { ...found, status: 'HANDLING' }, /再核对一次/],
  ] as const)('%s', (_, difference, known, words) => {
    expect(tell(difference, 'renshe', known)).toMatch(words);
  });
});
