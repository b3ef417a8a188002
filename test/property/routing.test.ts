/** What must hold for any request and any catalogue, not only for those that somebody thought of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proveCatalogue } from '#domain/routing/proof.ts';
import { route } from '#domain/routing/route.ts';
import type { RouteInput } from '#domain/routing/verdict.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { Kind } from '#schemas/common.ts';
import type { CatalogueRow, District } from '#schemas/district.ts';
import { RoutingDecision } from '#schemas/routing.ts';

const district = compileDistrict('xianan');
const units = new Map(district.departments.map((unit) => [unit.id, unit]));

/** Words that mean something to the folder, glued with noise: random strings alone would only ever reach the desk. */
const words = [
  ...district.catalogue.rows.flatMap((row) => row.keywords),
  ...district.towns.map((town) => town.name),
  ...district.villages.map((village) => village.name),
  ...district.zones.map((zone) => zone.name),
  ...district.gazetteer.aliases.map((alias) => alias.alias),
  ...district.neighbours.map((neighbour) => neighbour.name),
  ...district.departments.flatMap((unit) => [unit.shortName, `${unit.shortName}工作人员`]),
  ...district.danger.flatMap((rule) => rule.phrases),
  ...district.statutoryRoutes.flatMap((rule) => rule.phrases),
];
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...words),
      fc.string({ maxLength: 6, unit: 'grapheme' }),
      fc.constantFrom(',', '。', '在', '没有'),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));
const code = fc.oneof(
  fc.constantFrom(...district.towns.map((town) => town.code)),
  fc.constantFrom(...district.villages.map((village) => village.code)),
  fc.stringMatching(/^\d{12}$/),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const request: fc.Arbitrary<RouteInput> = fc.record({
  kind: fc.constantFrom(...Kind.options),
  title: text,
  content: text,
  place: maybe(fc.record({ text: maybe(text), townCode: maybe(code), villageCode: maybe(code) })),
  category: maybe(
    fc.oneof(fc.constantFrom(...district.catalogue.rows.map((row) => row.code), '01', '10', '18', '99', '99.9')),
  ),
  callerEnterprise: maybe(fc.boolean()),
});

/** A catalogue that the proof accepts, with owners, duties and exceptions shuffled. */
const generatedRow = fc
  .record({
    base: fc.constantFrom(...district.catalogue.rows),
    owner: fc.constantFrom('@town', '@zone', '@city', '@desk', ...units.keys()),
    exception: maybe(fc.constantFrom('@town', '@desk', ...units.keys())),
    dutyHolder: fc.constantFrom('department', 'town', 'shared'),
    keywords: fc.uniqueArray(fc.constantFrom(...words.filter((word) => word.length >= 2)), { maxLength: 6 }),
  })
  .map(({ base, owner, exception, dutyHolder, keywords }) => ({
    ...base,
    owner,
    ownerByKind: exception === undefined ? {} : { 街道: exception },
    ownerByAttribute: {},
    dutyHolder,
    keywords,
  })) as fc.Arbitrary<CatalogueRow>;
const generatedDistrict = fc.array(generatedRow, { minLength: 1, maxLength: 12 }).map((rows): District => {
  const coded = rows.map((row, at) => ({ ...row, code: `${String(at + 1).padStart(2, '0')}.1` }));
  const refused = new Set(
    proveCatalogue(coded, district)
      .filter((finding) => finding.column === 'owner' || finding.column === 'ownerByKind')
      .map((finding) => finding.row),
  );
  return { ...district, catalogue: { ...district.catalogue, rows: coded.filter((_, at) => !refused.has(at)) } };
});

function assertLawful(decided: RoutingDecision, of: District): void {
  RoutingDecision.parse(decided);
  const owner = units.get(decided.owner);
  expect(owner).toBeDefined();
  const expected = decided.owner === of.desk ? 'desk' : decided.owner === of.cityPlatform ? 'city' : 'unit';
  expect(decided.disposition).toBe(expected);
  expect(decided.coHandlers).not.toContain(decided.owner);
  const row = of.catalogue.rows.find((candidate) => candidate.code === decided.categoryCode);
  if (row?.dutyHolder === 'department') expect(['town', 'zone']).not.toContain(owner?.level);
  if (decided.disposition === 'unit') {
    expect(row).toBeDefined();
    expect(decided.trace.confidence).toBeGreaterThanOrEqual(of.thresholds.category);
  }
}

describe('any request', () => {
  test('has exactly one owner or the desk, lawfully, and twice the same', () => {
    let dispatched = 0;
    fc.assert(
      fc.property(request, (input) => {
        const decided = route(input, district);
        assertLawful(decided, district);
        expect(route(structuredClone(input), structuredClone(district))).toEqual(decided);
        if (decided.disposition === 'unit') dispatched += 1;
      }),
      { numRuns: 300 },
    );
    expect(dispatched).toBeGreaterThan(30);
  });

  test('under any catalogue that the proof lets pass', () => {
    fc.assert(
      fc.property(generatedDistrict, request, (any, input) => assertLawful(route(input, any), any)),
      { numRuns: 1000 },
    );
  });

  test('keeps its owner when an unrelated row is added', () => {
    const stranger: CatalogueRow = {
      ...(district.catalogue.rows[0] as CatalogueRow),
      code: '98.1',
      category: '无关',
      owner: 'canlian',
      dutyHolder: 'department',
      keywords: ['量子纠缠态', '暗物质晕'],
    };
    const more = { ...district, catalogue: { ...district.catalogue, rows: [stranger, ...district.catalogue.rows] } };
    fc.assert(
      fc.property(request, (input) => {
        expect(route(input, more)).toEqual(route(input, district));
      }),
      { numRuns: 500 },
    );
  });
});

test('every row × town × zone of the folder is disposed of: the proof finds nothing', () => {
  expect(proveCatalogue(district.catalogue.rows, district)).toEqual([]);
});
