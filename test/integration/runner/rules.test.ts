/** The small languages of the template: filter patterns and schedule expressions, row by row. */
import { describe, expect, it } from 'vitest';
import { compileFilter } from '#infra/local/aws/event-filter.ts';
import { failedItems } from '#infra/local/aws/event-source.ts';
import { parseSchedule } from '#infra/local/aws/schedule-expression.ts';

describe('filter patterns', () => {
  const record = { eventName: 'INSERT', dynamodb: { NewImage: { kind: { S: 'event' }, tags: ['a', 'b'] } } };
  it.each([
    [{ eventName: ['INSERT'] }, true],
    [{ eventName: ['MODIFY', 'INSERT'] }, true],
    [{ eventName: ['MODIFY'] }, false],
    [{ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['event'] } } } }, true],
    [{ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['text'] } } } }, false],
    [{ dynamodb: { OldImage: { kind: { S: ['event'] } } } }, false],
    [{ dynamodb: { NewImage: { tags: ['b'] } } }, true],
    [{ dynamodb: { NewImage: { kind: [{ exists: true }], other: [{ exists: false }] } } }, true],
    [{ dynamodb: { NewImage: { kind: { S: [{ prefix: 'ev' }] } } } }, true],
    [{ eventName: [{ 'anything-but': ['INSERT'] }] }, false],
    [{ missing: [{ 'anything-but': ['INSERT'] }] }, false],
  ])('%j → %s', (pattern, expected) => {
    expect(compileFilter([JSON.stringify(pattern)])(record)).toBe(expected);
  });

  it('pass when one of several matches, or when there is none', () => {
    const patterns = [{ eventName: ['MODIFY'] }, { eventName: ['INSERT'] }].map((pattern) => JSON.stringify(pattern));
    expect(compileFilter(patterns)(record)).toBe(true);
    expect(compileFilter([])(record)).toBe(true);
  });

  it.each([{ a: [{ numeric: ['>', 1] }] }, { a: 'x' }, { $or: [] }])('refuse %j', (pattern) => {
    expect(() => compileFilter([JSON.stringify(pattern)])).toThrow();
  });
});

describe('schedule expressions', () => {
  const after = Date.parse('2026-11-23T08:30:00Z');
  it.each([
    ['rate(1 minute)', 'UTC', '2026-11-23T08:31:00.000Z'],
    ['rate(5 minutes)', 'UTC', '2026-11-23T08:35:00.000Z'],
    ['rate(2 days)', 'UTC', '2026-11-25T08:30:00.000Z'],
    ['cron(0 9 * * ? *)', 'UTC', '2026-11-23T09:00:00.000Z'],
    ['cron(0 9 * * ? *)', 'Asia/Shanghai', '2026-11-24T01:00:00.000Z'],
    ['cron(0 9 ? * MON-FRI *)', 'UTC', '2026-11-23T09:00:00.000Z'],
    ['at(2026-12-01T00:00:00)', 'UTC', '2026-12-01T00:00:00.000Z'],
  ])('%s in %s', (expression, zone, expected) => {
    expect(new Date(parseSchedule(expression, zone)(after) ?? 0).toISOString()).toBe(expected);
  });

  it.each(['rate(1 week)', 'cron(0 9 ? * 2 *)', 'cron(0 9 * * ? 2027)', 'every minute'])('refuse %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow('not supported');
  });
});

describe('reported batch item failures', () => {
  const ids = new Set(['a', 'b']);
  it.each([
    [null, new Set()],
    [{}, new Set()],
    [{ batchItemFailures: null }, new Set()],
    [{ batchItemFailures: [{ itemIdentifier: 'a' }] }, new Set(['a'])],
    [{ batchItemFailures: [{ itemIdentifier: 'z' }] }, 'all'],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }, 'all'],
    [{ batchItemFailures: [{ id: 'a' }] }, 'all'],
    [{ batchItemFailures: 'a' }, 'all'],
    ['done', 'all'],
  ])('%j', (response, expected) => {
    expect(failedItems(response, ids)).toEqual(expected);
  });
});
