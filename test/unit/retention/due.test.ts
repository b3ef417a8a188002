/** When which kind of data is due, as tables of dates; and that no order of looks erases anything early. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { erasures, isRecordOver, LOOK_AGAIN_MS } from '#domain/retention/due.ts';
import { endOf } from '#domain/retention/term.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { RetentionRules, Term } from '#schemas/retention.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { leader, register, Story, system } from '#test/support/ticket-world.ts';

const { retention } = compileDistrict('xianan');
const keep = (identity: Term, attachments: Term, words: Term, records: Term): RetentionRules =>
  RetentionRules.parse(
    Object.fromEntries(
      Object.entries({ identity, attachments, words, records }).map(([kind, term]) => [
        kind,
        { keep: term, source: '测试' },
      ]),
    ),
  );
const closed = new Story().give(register(), system).give({ command: 'cancel', reason: '测试' }, leader).is;
const ended = (updatedAt: string, more: Partial<Ticket> = {}): Ticket => ({ ...closed, updatedAt, ...more });
const open = new Story().give(register(), system).is;

test('the ticket of these tests has ended, and the other has not', () => {
  expect([closed.status, open.status]).toEqual(['CANCELLED', 'AWAIT_SIGN']);
});

describe('a term', () => {
  test.each<[string, Term, string, string]>([
    ['a year', { years: 1 }, '2026-11-27T17:00:00.000+08:00', '2027-11-27T17:00:00.000+08:00'],
    ['three years', { years: 3 }, '2026-11-27T17:00:00.000+08:00', '2029-11-27T17:00:00.000+08:00'],
    [
      'a year from a leap day ends on 1 March',
      { years: 1 },
      '2028-02-29T09:30:00.000+08:00',
      '2029-03-01T09:30:00.000+08:00',
    ],
    [
      'four years from a leap day end on one',
      { years: 4 },
      '2028-02-29T09:30:00.000+08:00',
      '2032-02-29T09:30:00.000+08:00',
    ],
    ['days over a leap day', { days: 2 }, '2028-02-28T00:00:00.000+08:00', '2028-03-01T00:00:00.000+08:00'],
    // In UTC it is still the old year.
    ['the first minutes of a year', { years: 1 }, '2027-01-01T00:10:00.000+08:00', '2028-01-01T00:10:00.000+08:00'],
  ])('%s', (_, term, from, to) => expect(toShanghai(endOf(term, fromIso(from)))).toBe(to));

  test('is never shorter than it says', () => {
    const from = fc.date({ min: new Date('2024-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(from, fc.integer({ min: 1, max: 30 }), (date, years) => {
        const days = (endOf({ years }, date.getTime()) - date.getTime()) / DAY;
        expect(days).toBeGreaterThanOrEqual(years * 365 + Math.floor(years / 4) - 1);
        expect(days).toBeLessThanOrEqual(years * 366);
      }),
    );
  });
});

describe('what is due of a request that ended on 27 November 2026, 17:00', () => {
  const ticket = ended('2026-11-27T17:00:00.000+08:00');
  test.each<[string, string[], string]>([
    // Looked at again after 90 days at the latest.
    ['2026-11-27T18:00:00.000+08:00', [], '2027-02-25T18:00:00.000+08:00'],
    ['2027-11-26T17:00:00.000+08:00', [], '2027-11-27T17:00:00.000+08:00'],
    ['2027-11-27T16:59:59.999+08:00', [], '2027-11-27T17:00:00.000+08:00'],
    ['2027-11-27T17:00:00.000+08:00', ['identity', 'attachments'], '2028-02-25T17:00:00.000+08:00'],
    ['2029-11-27T16:59:00.000+08:00', ['identity', 'attachments'], '2029-11-27T17:00:00.000+08:00'],
    ['2029-11-27T17:00:00.000+08:00', ['identity', 'attachments', 'words', 'records'], '2030-02-25T17:00:00.000+08:00'],
    // For good: somebody may have exported it since, and the record of that has a term of its own.
    ['2036-01-01T17:00:00.000+08:00', ['identity', 'attachments', 'words', 'records'], '2036-03-31T17:00:00.000+08:00'],
  ])('at %s', (now, due, next) => {
    const found = erasures(ticket, [], retention, fromIso(now));
    expect(found.due).toEqual(due);
    expect(toShanghai(found.lookAgainAt)).toBe(next);
  });
});

describe('a record of who was given the data', () => {
  const now = fromIso('2029-11-27T17:00:00+08:00');
  test.each<[string, string, boolean]>([
    ['three years old', '2026-11-27T17:00:00.000+08:00', true],
    ['a millisecond younger', '2026-11-27T17:00:00.001+08:00', false],
    ['of an export half an hour ago', '2029-11-27T16:30:00.000+08:00', false],
  ])('%s', (_, at, over) => expect(isRecordOver(fromIso(at), retention, now)).toBe(over));
});

describe('nothing is due', () => {
  const now = fromIso('2060-01-01T00:00:00+08:00');
  const old = ended('2026-11-27T17:00:00.000+08:00');
  const later = { due: [], lookAgainAt: now + LOOK_AGAIN_MS };
  test('of an open ticket, however old', () => expect(erasures(open, [], retention, now)).toEqual(later));
  test('of a part while another part is open: they have one caller', () =>
    expect(erasures(old, [open], retention, now)).toEqual(later));
  test('while a clock runs, whatever the state', () =>
    expect(erasures({ ...old, clocks: open.clocks }, [], retention, now)).toEqual(later));
  test('before the term of the last of several has run', () => {
    const youngest = ended('2059-12-01T00:00:00.000+08:00');
    expect(erasures(old, [youngest], retention, now).due).toEqual([]);
  });
});

test('no kind is ever due before its term, and none is forgotten by who looks when told', () => {
  const term = fc.oneof(
    fc.record({ years: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ days: fc.integer({ min: 1, max: 3000 }) }),
  );
  const long = fc.record({ years: fc.integer({ min: 9, max: 12 }) });
  fc.assert(
    fc.property(term, term, long, long, (identity, attachments, words, records) => {
      const rules = keep(identity, attachments, words, records);
      const ticket = ended('2026-11-27T17:00:00.000+08:00');
      const from = fromIso(ticket.updatedAt);
      const seen = new Map<string, number>();
      for (let now = from; seen.size < 4; ) {
        const found = erasures(ticket, [], rules, now);
        for (const kind of found.due) if (!seen.has(kind)) seen.set(kind, now);
        now = found.lookAgainAt;
      }
      expect(Object.fromEntries(seen)).toEqual({
        identity: endOf(identity, from),
        attachments: endOf(attachments, from),
        words: endOf(words, from),
        records: endOf(records, from),
      });
    }),
    { numRuns: 50 },
  );
});

describe('terms that are refused', () => {
  const year = { years: 1 };
  test.each<[string, Term, Term, Term]>([
    ['records of who was given the data, two years', year, { years: 3 }, { years: 2 }],
    ['the same in days, one short of the longest three years', year, { years: 3 }, { days: 1095 }],
    ['files that outlive the text that names them', { years: 4 }, { years: 3 }, { years: 3 }],
    ['the same in days', { days: 366 }, year, { years: 3 }],
  ])('%s', (_, attachments, words, records) => {
    expect(() => keep(year, attachments, words, records)).toThrow(/三年|附件/);
  });
  test.each([[{}], [{ years: 0 }], [{ days: 1, years: 1 }], [{ months: 6 }], [{ days: 1.5 }]])('%j', (term) => {
    expect(Term.safeParse(term).success).toBe(false);
  });
});
