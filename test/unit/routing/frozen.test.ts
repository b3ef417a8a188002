/**
 * Requests written by somebody who saw the district's tables and nothing of the router, and frozen before it was tuned: an entry
 * is never changed to fit the router. What the router gets wrong is printed, not hidden. Since the router was tuned with this
 * table in sight, it no longer says how well unseen requests fare (docs/decisions/0012-routing.md has that figure).
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reader, readModel } from '#domain/catalogue/text-model.ts';
import { route } from '#domain/routing/route.ts';
import { loadDistrict, loadModel } from '#infra/district.ts';
import type { Kind } from '#schemas/common.ts';

interface FrozenCase {
  readonly id: string;
  readonly phenomenon: string;
  readonly kind: Kind;
  readonly title: string;
  readonly content: string;
  readonly place?: string;
  readonly expect: {
    readonly owner: string;
    /** null: not asked for. */
    readonly town: string | null;
    readonly category: string | readonly string[] | null;
    /** At least these numbers. */
    readonly danger?: readonly string[];
  };
}

const cases = JSON.parse(
  readFileSync(new URL('./frozen-cases.json', import.meta.url), 'utf8'),
) as readonly FrozenCase[];
const district = loadDistrict('xianan');
const read = reader(readModel(loadModel('xianan') ?? new Uint8Array()));

const decided = cases.map((one) => {
  const { kind, title, content, place } = one;
  const input = { kind, title, content, place: place === undefined ? {} : { text: place } };
  return { one, decision: route(input, district, read) };
});

/** What differs from what was expected, in a few words; nothing when it is right. */
function wrongs({ one, decision }: (typeof decided)[number]): string[] {
  const { owner, town, category, danger } = one.expect;
  const categories = category === null ? undefined : [category].flat();
  const desk = owner === district.desk;
  return [
    ...(decision.owner === owner ? [] : [`owner ${decision.owner}, not ${owner}`]),
    ...(town === null || decision.townCode === town ? [] : [`town ${decision.townCode}, not ${town}`]),
    ...(desk || categories === undefined || categories.includes(decision.categoryCode ?? '')
      ? []
      : [`category ${decision.categoryCode}, not ${categories}`]),
    ...(danger === undefined && decision.danger !== undefined ? [`danger heard in 「${decision.danger.phrase}」`] : []),
  ];
}

test(`at least 95 % of the ${cases.length} frozen requests are right in everything that was asked`, () => {
  expect(cases.length).toBeGreaterThanOrEqual(120);
  const wrong = decided.flatMap((each) => {
    const found = wrongs(each);
    return found.length === 0 ? [] : [`${each.one.id} ${each.one.phenomenon} ${each.one.title}: ${found.join('; ')}`];
  });
  console.log(`${cases.length - wrong.length} of ${cases.length} right; wrong:\n  ${wrong.join('\n  ')}`);
  expect(wrong.length / cases.length).toBeLessThanOrEqual(0.05);
});

test('danger to life is heard in every one of them that speaks of it', () => {
  const dangerous = decided.filter(({ one }) => one.expect.danger !== undefined);
  expect(dangerous.length).toBeGreaterThanOrEqual(15);
  expect(dangerous.filter(({ decision }) => decision.danger === undefined).map(({ one }) => one.id)).toEqual([]);
});
