/** What must hold for any request and any catalogue, not only for those that somebody thought of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadText } from '#domain/routing/choose-row.ts';
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
  ...district.attributes.flatMap((attribute) => attribute.words),
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

/** A catalogue as a district could write it: owners, duties, exceptions by kind and by deciding attribute shuffled. */
const generatedRow = fc
  .record({
    base: fc.constantFrom(...district.catalogue.rows),
    owner: fc.constantFrom('@town', '@zone', '@city', '@desk', ...units.keys()),
    ofKind: maybe(fc.constantFrom('@town', '@desk', ...units.keys())),
    ofAttribute: fc.uniqueArray(
      fc.tuple(
        fc.constantFrom(...district.attributes.map(({ id }) => id)),
        fc.constantFrom('@town', '@zone', '@city', '@desk', ...units.keys()),
      ),
      { maxLength: 3, selector: ([id]) => id },
    ),
    dutyHolder: fc.constantFrom('department', 'town', 'shared'),
    placeRule: fc.constantFrom('event', 'company', 'household', 'none'),
    keywords: fc.uniqueArray(fc.constantFrom(...words.filter((word) => word.length >= 2)), { maxLength: 6 }),
  })
  .map(({ base, ofKind, ofAttribute, ...rest }) => ({
    ...base,
    ...rest,
    ownerByKind: ofKind === undefined ? {} : { 街道: ofKind },
    ownerByAttribute: Object.fromEntries(ofAttribute),
  })) as fc.Arbitrary<CatalogueRow>;
/** Columns whose mistakes make an owner unlawful; the others (level, keywords, numbering) only make a table untidy. */
const OWNING = new Set(['owner', 'ownerByKind', 'ownerByAttribute', 'coHandlers']);
const generatedDistrict = fc.array(generatedRow, { minLength: 1, maxLength: 12 }).map((rows): District => {
  const coded = rows.map((row, at) => ({ ...row, code: `${String(at + 1).padStart(2, '0')}.1` }));
  const refused = new Set(
    proveCatalogue(coded, district)
      .filter((finding) => OWNING.has(finding.column))
      .map((finding) => finding.row),
  );
  return { ...district, catalogue: { ...district.catalogue, rows: coded.filter((_, at) => !refused.has(at)) } };
});
/** What a text model might say: any labels, also such as this catalogue doesn't have. */
const reading: fc.Arbitrary<ReadText | undefined> = maybe(
  fc
    .uniqueArray(
      fc.record({
        label: fc.oneof(
          fc.integer({ min: 1, max: 12 }).map((at) => `${String(at).padStart(2, '0')}.1`),
          fc.constantFrom(...district.catalogue.rows.map((row) => row.code)),
        ),
        weight: fc.integer({ min: 1, max: 1000 }),
      }),
      { minLength: 1, maxLength: 6, selector: ({ label }) => label },
    )
    .map((drawn) => {
      const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
      const ranked = drawn
        .map(({ label, weight }) => ({ label, probability: weight / total }))
        .sort((one, other) => other.probability - one.probability);
      return () => ranked;
    }),
);

/** A request under a catalogue; mostly one that speaks of its rows and of what decides within them. */
const scene = fc
  .tuple(generatedDistrict, request, fc.nat(), fc.boolean(), fc.boolean())
  .map(([any, input, pick, says, byHand]) => {
    const row = any.catalogue.rows[pick % Math.max(1, any.catalogue.rows.length)];
    if (row === undefined || !says) return { any, input };
    const [id] = Object.keys(row.ownerByAttribute);
    const shown = district.attributes.find((attribute) => attribute.id === id)?.words[0] ?? '';
    const content = [...row.keywords, shown, input.content].join('。');
    return { any, input: { ...input, content, category: byHand ? row.code : undefined } };
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

// Thousands of catalogues: a busy machine takes its time.
describe('any request', { timeout: 180_000 }, () => {
  test('has exactly one owner or the desk, lawfully, and twice the same', () => {
    let dispatched = 0;
    const unrelated = structuredClone(district);
    fc.assert(
      fc.property(request, (input) => {
        const decided = route(input, district);
        assertLawful(decided, district);
        expect(route(structuredClone(input), unrelated)).toEqual(decided);
        if (decided.disposition === 'unit') dispatched += 1;
      }),
      { numRuns: 500 },
    );
    expect(dispatched).toBeGreaterThan(12);
  });

  test('under any catalogue that the proof lets pass, whatever a model says', () => {
    const seen = { unit: 0, city: 0, desk: 0, byAttribute: 0, rows: 0 };
    fc.assert(
      fc.property(scene, reading, ({ any, input }, read) => {
        const decided = route(input, any, read);
        assertLawful(decided, any);
        const again = { ...any, catalogue: structuredClone(any.catalogue) };
        expect(route(structuredClone(input), again, read)).toEqual(decided);
        seen[decided.disposition] += 1;
        seen.rows += any.catalogue.rows.length;
        if (decided.trace.rule.startsWith('attribute')) seen.byAttribute += 1;
      }),
      { numRuns: 1000 },
    );
    // Neither an empty table nor a desk that takes everything would show anything.
    expect(seen.rows).toBeGreaterThan(1000);
    for (const count of [seen.unit, seen.city, seen.desk, seen.byAttribute]) expect(count).toBeGreaterThan(8);
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
    const withStranger = (to: District, at: 'first' | 'last') => {
      const { rows } = to.catalogue;
      return {
        ...to,
        catalogue: { ...to.catalogue, rows: at === 'first' ? [stranger, ...rows] : [...rows, stranger] },
      };
    };
    fc.assert(
      fc.property(
        fc.oneof(
          scene,
          request.map((input) => ({ any: district, input })),
        ),
        reading,
        fc.constantFrom('first', 'last'),
        ({ any, input }, read, at) => {
          expect(route(input, withStranger(any, at), read)).toEqual(route(input, any, read));
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('every row × town × zone of the folder is disposed of: the proof finds nothing', () => {
  expect(proveCatalogue(district.catalogue.rows, district)).toEqual([]);
});
