/**
 * What AWS itself needs of each role follows from the template, and is granted: no more and no less. Taking one of these grants
 * away, or giving a wildcard, is found by name. (The grants for calls of our code are shown in use by the whole run: `npm test`.)
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Template } from '#infra/local/aws/template.ts';
import type { Grant } from '#infra/local/iam/judge.ts';
import { awsNeeds, type Need } from '#infra/local/iam/needs.ts';
import { findingsOf, ownGrants } from '#infra/local/iam/report.ts';
import { type Role, readRoles } from '#infra/local/iam/roles.ts';
import { type Assembly, synthesizeFor } from './assembly.ts';

describe.each(['cn-northwest-1', 'us-east-1'])('%s', (region) => {
  let assembly: Assembly;
  let roles: ReadonlyMap<string, Role>;
  let needs: Need[];
  beforeAll(() => {
    assembly = synthesizeFor(region);
    const template = new Template(assembly.synthesized.directory);
    roles = readRoles(template);
    needs = awsNeeds(template, roles);
  });
  afterAll(() => assembly?.cleanup());

  /** The calls that our code would make if it used each grant once. */
  const everyUse = () =>
    [...roles.values()].flatMap((role) =>
      ownGrants(role, needs).map(({ action, resource }) => ({ holder: role.holder, action, resource })),
    );
  /** The one role, changed. */
  const changed = (holder: string, change: (grants: readonly Grant[]) => Grant[]) => {
    const role = roles.get(holder) as Role;
    return new Map([[holder, { ...role, grants: change(role.grants) }]]);
  };
  const needsOf = (holder: string) => needs.filter((need) => need.holder === holder);

  test('grants what AWS needs, and beside it only what our code may call', () => {
    expect(needs.length).toBeGreaterThan(150);
    expect(findingsOf(roles, needs, everyUse())).toEqual([]);
    const services = [...roles.values()].flatMap((role) =>
      ownGrants(role, needs).map(({ action }) => action.split(':')[0]),
    );
    expect([...new Set(services)].sort()).toEqual(['dynamodb', 'lambda', 's3', 'secretsmanager', 'sqs', 'states']);
  });

  test('misses any single one of them by name', () => {
    const uses = everyUse();
    for (const { holder, action, resource } of needs) {
      const without = changed(holder, (grants) =>
        grants.filter((grant) => grant.action !== action || grant.resource !== resource),
      );
      const found = { action, resource, problem: 'needed by AWS, not granted' };
      expect(findingsOf(without, needsOf(holder), uses)).toEqual([expect.objectContaining(found)]);
    }
  });

  test('finds an own grant that is never used, and one for every action', () => {
    const [use, ...others] = everyUse();
    expect(findingsOf(roles, needs, others)).toMatchObject([{ action: use?.action, problem: 'never used' }]);
    for (const { holder, name } of roles.values()) {
      const all: Grant = { effect: 'Allow', action: 'dynamodb:*', resource: '*', conditions: {} };
      const found = findingsOf(
        changed(holder, (grants) => [...grants, all]),
        needsOf(holder),
        everyUse(),
      );
      expect(found).toContainEqual({ name, action: 'dynamodb:*', resource: '*', problem: 'wildcard action' });
    }
  });
});
