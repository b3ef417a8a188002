/** Which call is struck by what, as a function's thread sees it. */
import { describe, expect, it } from 'vitest';
import { Faults } from '#infra/local/faults/faults.ts';
import { meets } from '#infra/local/faults/memory.ts';
import type { Strike } from '#infra/local/faults/strike.ts';

const at = (fault: Strike['fault'], more: Partial<Strike> = {}): Strike => ({
  fault,
  fn: 'router',
  operation: 'GetItem',
  ...more,
});
const GET = 'GetItem';

/** What befalls each of so many calls in a row. */
function befalls(strikes: readonly Strike[], operations: readonly string[], fn = 'router') {
  const faults = new Faults();
  const met = meets(faults.setupOf(fn));
  faults.arm(...strikes);
  return { met: operations.map((operation) => met(operation)?.fault), hits: faults.hits() };
}

describe('strikes', () => {
  it.each<[string, Strike[], string[], (string | undefined)[], number[]]>([
    ['nothing is armed', [], [GET], [undefined], []],
    ['the first call', [at('slow')], [GET, GET], ['slow', undefined], [1]],
    ['another operation', [at('slow')], ['PutItem'], [undefined], [0]],
    ['another function', [at('slow', { fn: 'tick' })], [GET], [undefined], [0]],
    ['the second call', [at('slow', { skip: 1 })], [GET, GET, GET], [undefined, 'slow', undefined], [1]],
    ['two in a row', [at('slow', { times: 2 })], [GET, GET, GET], ['slow', 'slow', undefined], [2]],
    ['one after another', [at('slow'), at('throttled')], [GET, GET, GET], ['slow', 'throttled', undefined], [1, 1]],
    ['an operation that no table knows', [at('slow', { operation: 'X' })], ['X'], ['slow'], [1]],
  ])('%s', (_, strikes, operations, met, hits) => {
    expect(befalls(strikes, operations)).toEqual({ met, hits });
  });

  it('are shared by the threads of a function: together they are hit once', () => {
    const faults = new Faults();
    const threads = [meets(faults.setupOf('router')), meets(faults.setupOf('router'))];
    faults.arm(at('slow'));
    expect(threads.map((met) => met(GET)?.fault)).toEqual(['slow', undefined]);
    faults.arm(at('throttled'));
    expect(threads.map((met) => met(GET)?.fault)).toEqual(['throttled', undefined]);
  });

  it('counts calls by function and operation, struck or not', () => {
    const faults = new Faults();
    const [router, tick] = [meets(faults.setupOf('router')), meets(faults.setupOf('tick'))];
    faults.arm(at('slow'));
    for (const met of [router, router, tick]) met(GET);
    router('Query');
    expect(faults.calls()).toEqual([
      { fn: 'router', operation: GET, count: 2 },
      { fn: 'router', operation: 'Query', count: 1 },
      { fn: 'tick', operation: GET, count: 1 },
    ]);
  });
});

describe('deliveries', () => {
  it('are changed only while it is armed, some of them, and counted', () => {
    const faults = new Faults();
    const { source } = faults;
    expect([source.copies(), source.isReordered(), source.holdsBack(), source.replays()]).toEqual([
      0,
      false,
      false,
      false,
    ]);
    faults.armDelivery('replayed');
    expect([1, 2, 3].map(() => source.replays())).toEqual([true, false, true]);
    expect([faults.deliveryHits(), source.copies()]).toEqual([2, 0]);
    faults.armDelivery('duplicated');
    expect([source.copies(), faults.deliveryHits()]).toEqual([1, 1]);
    faults.armDelivery();
    expect([source.copies(), faults.deliveryHits()]).toEqual([0, 0]);
  });
});
