import { describe, expect, it } from 'vitest';
import { judge, MAX_ATTEMPTS, type Outcome, parseRetryAfter, RETRY_SCHEDULE } from '#domain/delivery/retry.ts';

const HOUR = 3_600_000;
const answered = (status: number, retryAfter?: number): Outcome => ({
  kind: 'answered',
  status,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
/** Random number that leaves the wait as planned. */
const MIDDLE = 0.5;

describe('what an attempt leads to', () => {
  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [301, 'retry'],
    [302, 'retry'],
    [308, 'retry'],
    [400, 'retry'],
    [401, 'retry'],
    [404, 'retry'],
    [410, 'dead'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('%i → %s', (status, kind) => {
    expect(judge(answered(status), 1, MIDDLE).kind).toBe(kind);
  });

  it.each(['timeout', 'connection', 'noKeys'] as const)('%s → retry', (fault) => {
    expect(judge({ kind: 'failed', fault }, 1, MIDDLE)).toEqual({ kind: 'retry', wait: 5000 });
  });

  it('a unit without an address works by polling: settled at once', () => {
    expect(judge({ kind: 'polling' }, 1, MIDDLE)).toEqual({ kind: 'delivered' });
  });

  it('waits 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h, then gives up', () => {
    const waits = RETRY_SCHEDULE.map((_, index) => judge(answered(500), index + 1, MIDDLE));
    const planned = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24].map((hours) => Math.round(hours * HOUR));
    expect(waits).toEqual(planned.map((wait) => ({ kind: 'retry', wait })));
    expect(judge(answered(500), MAX_ATTEMPTS, MIDDLE)).toEqual({ kind: 'dead', why: 'exhausted' });
    expect(judge(answered(410), 1, MIDDLE)).toEqual({ kind: 'dead', why: 'gone' });
    expect(judge(answered(200), MAX_ATTEMPTS, MIDDLE)).toEqual({ kind: 'delivered' });
  });

  it('spreads waits by a fifth either way', () => {
    expect(judge(answered(500), 4, 0)).toEqual({ kind: 'retry', wait: 1.6 * HOUR });
    expect(judge(answered(500), 4, 1 - 2 ** -53)).toEqual({ kind: 'retry', wait: 2.4 * HOUR });
  });
});

describe('Retry-After', () => {
  it.each([
    ['longer than planned: honoured', 429, 1, 60_000, 60_000],
    ['503 too', 503, 1, 60_000, 60_000],
    ['shorter than planned: the schedule holds', 429, 2, 1000, 5 * 60_000],
    ['not believed beyond six hours', 429, 1, 9e9, 6 * HOUR],
    ['no matter with any other status', 500, 1, 60_000, 5000],
  ])('%s', (_, status, attempt, retryAfter, wait) => {
    expect(judge(answered(status, retryAfter), attempt, MIDDLE)).toEqual({ kind: 'retry', wait });
  });

  it.each([
    ['120', 120_000],
    [' 7 ', 7000],
    ['Mon, 23 Nov 2026 01:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
    ['Mon, nonsense', undefined],
  ])('reads %j', (header, expected) => {
    expect(parseRetryAfter(header, Date.parse('2026-11-23T01:00:00Z'))).toBe(expected);
  });
});
