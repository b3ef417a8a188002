/** Publishing a catalogue to running functions: who may, what is refused, who follows when, and what never changes. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FRESH_MS, forgetDistrict, refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { catalogueStore } from '#functions/adapters/catalogue-store.ts';
import { district, useDistrict } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { handler as hotline } from '#functions/hotline/handler.ts';
import type { Role } from '#infra/local/platforms/oidc.ts';
import { CatalogueStatus, type PublishCatalogue } from '#schemas/catalogue.ts';
import type { CatalogueRow } from '#schemas/district.ts';
import { ask, otherUnit, routed, rowOf, send } from './desk.ts';
import { transactionConflict } from './gateway.ts';
import { call, problemOf, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
  vi.useRealTimers();
});
afterEach(async () => {
  await world.clear();
  useDistrict(world.district);
  forgetDistrict();
});
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** The deployed table with one row changed. */
function table(
  version: string,
  change: Partial<CatalogueRow> = { owner: otherUnit(world), coHandlers: [] },
): PublishCatalogue {
  const { catalogue, attributes } = world.district;
  const rows = catalogue.rows.map((row) => (row.code === rowOf(world).code ? { ...row, ...change } : row));
  return { version, source: '测试', rows, attributes, reason: '试改一行' };
}

const publish = (body: object, role: Role = 'leader') =>
  ask(world, role, 'POST', '/hotline/catalogue/versions', { body });
const rollback = () => ask(world, 'leader', 'POST', '/hotline/catalogue/rollback', { body: { reason: '有误' } });
const status = async () => CatalogueStatus.parse((await ask(world, 'agent', 'GET', '/hotline/catalogue')).body);
const catalogueRows = async () => (await world.rows('Tickets')).filter(({ pk }) => pk === 'CATALOGUE');

describe('publishing', () => {
  test('puts a version into use, with who, when and why; anybody at the desk may look', async () => {
    const { version } = world.district.catalogue;
    expect(await status()).toEqual({
      current: { version, origin: 'deployed' },
      deployed: version,
      versions: [],
      changes: [],
      followsWithinSeconds: 10,
    });
    expect((await publish(table('p1'))).status).toBe(201);
    expect(await status()).toMatchObject({
      current: { version: 'p1', origin: 'published', by: 'leader-1' },
      previous: version,
      versions: [{ version: 'p1', source: '测试', rows: world.district.catalogue.rows.length, by: 'leader-1' }],
      changes: [{ revision: 1, action: 'published', to: 'p1', by: 'leader-1', reason: '试改一行' }],
    });
    // The same again changes nothing; it is no other change and no other version.
    expect((await publish(table('p1'))).status).toBe(200);
    expect((await status()).changes).toHaveLength(1);
    expect((await call(hotline, { resource: '/hotline/catalogue', method: 'GET' })).status).toBe(401);
  });

  test('is for leaders, and so is going back', async () => {
    for (const role of ['agent', 'dispatcher', 'auditor'] as const) {
      expect((await publish(table('p2'), role)).status, role).toBe(403);
      expect(
        (await ask(world, role, 'POST', '/hotline/catalogue/rollback', { body: { reason: 'x' } })).status,
        role,
      ).toBe(403);
    }
    expect(await catalogueRows()).toEqual([]);
  });

  test('never changes a version, also not the deployed one', async () => {
    await publish(table('p3'));
    const before = await catalogueRows();
    expect(problemOf(await publish(table('p3', { owner: '@desk', level: 'hotline' })))).toMatchObject({
      status: 409,
      code: 'versionExists',
    });
    const { version } = world.district.catalogue;
    expect(problemOf(await publish(table(version)))).toMatchObject({ status: 409, code: 'versionExists' });
    expect(await catalogueRows()).toEqual(before);
  });

  test('refuses a table that the proof refuses, each mistake by its place, and changes nothing', async () => {
    await publish(table('p4'));
    const before = await catalogueRows();
    const at = world.district.catalogue.rows.indexOf(rowOf(world));
    const cases: [Partial<CatalogueRow>, string, RegExp][] = [
      [{ owner: 'no-such-unit' }, `/rows/${at}/owner`, /单位 no-such-unit 不存在。改为/],
      [{ owner: '@town', level: 'town' }, `/rows/${at}/owner`, /部门职责不得派给镇街/],
      [{ keywords: [] }, `/rows/${at}/keywords`, /没有关键词/],
      [{ ownerByAttribute: { nothing: '@city' } }, `/rows/${at}/ownerByAttribute`, /决定要素 nothing 不存在/],
    ];
    for (const [change, pointer, detail] of cases) {
      const problem = problemOf(await publish(table('p5', change)));
      expect(problem).toMatchObject({ status: 422, code: 'catalogueRejected' });
      expect(problem?.errors).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
    }
    const twice = table('p5');
    const [attribute] = twice.attributes;
    const doubled = { ...twice, attributes: [...twice.attributes, attribute!] };
    expect(problemOf(await publish(doubled))?.errors?.[0]?.pointer).toBe(`/attributes/${twice.attributes.length}/id`);
    const shape = problemOf(await publish({ ...table('p5'), rows: [{ code: 'x' }], reason: '' }));
    expect(shape).toMatchObject({ status: 422, code: 'bodyInvalid' });
    expect(shape?.errors?.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/rows/0/code', '/reason']));
    expect(await catalogueRows()).toEqual(before);
  });

  test('says so when somebody else was first', async () => {
    world.dynamo.fault = (operation) => (operation === 'TransactWriteItems' ? transactionConflict : 'none');
    expect(problemOf(await publish(table('p6')))).toMatchObject({ status: 409, code: 'changedMeanwhile' });
    world.dynamo.fault = () => 'none';
    const both = await Promise.all([publish(table('p7')), publish(table('p8'))]);
    const { current, changes } = await status();
    expect(both.filter((answer) => answer.status === 201)).toHaveLength(changes.length);
    expect(changes[0]?.to).toBe(current.version);
  });

  test('rolls back in one step each: to the version before, to the deployed one, and no further', async () => {
    const { version } = world.district.catalogue;
    await publish(table('p9'));
    await publish(table('p10', { owner: '@desk', level: 'hotline' }));
    expect((await rollback()).body).toMatchObject({ current: { version: 'p9' }, previous: version });
    expect((await rollback()).body).toMatchObject({ current: { version, origin: 'deployed' } });
    expect(problemOf(await rollback())).toMatchObject({ status: 409, code: 'nothingBefore' });
    expect((await status()).changes.map(({ action, from, to }) => [action, from, to])).toEqual([
      ['rolledBack', 'p9', undefined],
      ['rolledBack', 'p10', 'p9'],
      ['published', 'p9', 'p10'],
      ['published', undefined, 'p9'],
    ]);
  });
});

describe('routing by it', () => {
  test('follows within ten seconds, and back; old tickets keep owner and version', async () => {
    const { owner } = rowOf(world);
    const { version } = world.district.catalogue;
    await publish(table('r1'));
    await rollback();
    const first = await routed(world);
    expect(first).toMatchObject({ owner, version });
    // Another container moves the pointer: this one still trusts what it read.
    const change = { revision: 3, action: 'published', at: new Date().toISOString(), by: 'x', reason: 'x' } as const;
    expect(await catalogueStore().point({ version: 'r1', before: [], revision: 3 }, change)).toBe('pointed');
    later(FRESH_MS - 1);
    expect(await routed(world)).toMatchObject({ owner, version });
    later(1);
    const second = await routed(world);
    expect(second).toMatchObject({ owner: otherUnit(world), version: 'r1' });
    await rollback();
    expect(await routed(world)).toMatchObject({ owner, version });
    for (const { ticketNo, ...was } of [first, second]) {
      const ticket = await ticketStore().load(ticketNo);
      expect([ticket?.owner, ticket?.routed?.catalogueVersion]).toEqual([was.owner, was.version]);
    }
  });

  test('asks at once for a version that a ticket names and this container has not seen', async () => {
    await publish(table('r0'));
    await rollback();
    await refreshDistrict();
    const change = { revision: 3, action: 'published', at: new Date().toISOString(), by: 'x', reason: 'x' } as const;
    await catalogueStore().point({ version: 'r0', before: [], revision: 3 }, change);
    await refreshDistrict(world.district.catalogue.version);
    expect(district().catalogue.version).toBe(world.district.catalogue.version);
    await refreshDistrict('r0');
    expect(district().catalogue.version).toBe('r0');
    expect(district()).toBe(district());
  });

  test('is asked once for a whole batch', async () => {
    await publish(table('r2'));
    later(FRESH_MS);
    expect(district().catalogue.version).not.toBe('r2');
    await Promise.all([routed(world), routed(world), routed(world)]);
    expect(world.log.filter((line) => line.includes('published catalogue in use')).length).toBeGreaterThan(0);
    expect(district().catalogue.version).toBe('r2');
  });

  test('keeps the last good one when the next can’t be read, and says so', async () => {
    await publish(table('r3'));
    await publish(table('r4', { owner: '@desk', level: 'hotline' }));
    await rollback();
    later(FRESH_MS);
    expect(await routed(world)).toMatchObject({ version: 'r3' });
    await publish(table('r4', { owner: '@desk', level: 'hotline' }));
    await world.remove('Tickets', { pk: 'CATALOGUE', sk: 'V#r4' });
    forgetDistrict();
    world.log.length = 0;
    later(FRESH_MS);
    expect(await routed(world)).toMatchObject({ version: 'r3', owner: otherUnit(world) });
    later(FRESH_MS);
    await routed(world);
    const log = world.log.join('\n');
    expect(log.match(/published catalogue refused/g)).toHaveLength(1);
    expect(log).toContain('"errorCode":"unreadable"');
    expect(log.match(/"catalogueRefused":1/g)).toHaveLength(2);
  });

  /** A later deployment without that unit, as every container of it sees the world. */
  function deployWithout(gone: string) {
    const uses = (row: CatalogueRow) => row.owner === gone || row.coHandlers.includes(gone);
    const rows = world.district.catalogue.rows.filter((row) => !uses(row));
    const departments = world.district.departments.filter(({ id }) => id !== gone);
    useDistrict({ ...world.district, departments, catalogue: { ...world.district.catalogue, version: 'later', rows } });
    forgetDistrict();
    const fitting = (version: string, owner = rowOf(world).owner): PublishCatalogue => {
      const given = table(version, { owner });
      return { ...given, rows: given.rows.filter((row) => !uses(row)) };
    };
    return { fitting };
  }

  test('refuses one whose unit a later deployment took away, and routes by the last one that fits', async () => {
    await publish(table('r5', { name: '改过名字的小类' }));
    await publish(table('r6'));
    deployWithout(otherUnit(world));
    world.log.length = 0;
    expect(await routed(world)).toMatchObject({ owner: rowOf(world).owner, version: 'later' });
    expect(world.log.join('\n')).toContain('"errorCode":"unfit"');
    expect(await status()).toMatchObject({
      current: { version: 'later', origin: 'deployed' },
      refused: ['r6', 'r5'],
    });
  });

  test('passes over the unfit on the way back, in one step', async () => {
    const { fitting } = deployWithout(otherUnit(world));
    await publish(fitting('r7'));
    useDistrict(world.district);
    await publish(table('r8'));
    deployWithout(otherUnit(world));
    // The newest doesn't fit: everybody uses the one before, and says so.
    expect(await routed(world)).toMatchObject({ version: 'r7' });
    expect(await status()).toMatchObject({ current: { version: 'r7' }, refused: ['r8'], previous: 'later' });
    await publish(fitting('r9'));
    expect(await routed(world)).toMatchObject({ version: 'r9' });
    expect((await rollback()).body).toMatchObject({ current: { version: 'r7' }, previous: 'later' });
    expect((await rollback()).body).toMatchObject({ current: { version: 'later', origin: 'deployed' } });
    expect(problemOf(await rollback())).toMatchObject({ status: 409, code: 'nothingBefore' });
  });

  test('waits when the table does not answer: an old catalogue does not go on', async () => {
    await routed(world);
    later(FRESH_MS);
    world.dynamo.fault = (operation) => (operation === 'GetItem' ? 'refuse' : 'none');
    const { failed, ticketNo } = await send(world);
    world.dynamo.fault = () => 'none';
    expect(failed).toBe(1);
    expect(await ticketStore().load(ticketNo)).toBeUndefined();
  });
});
