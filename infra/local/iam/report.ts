/** Which grants of the template nothing needs: neither a recorded call of our code nor AWS itself. */
import { type Call, type Grant, judge } from './judge.ts';
import type { Need } from './needs.ts';
import type { Use } from './record.ts';
import type { Role } from './roles.ts';

export interface Finding {
  /** Construct id of the function or state machine. */
  readonly name: string;
  readonly action: string;
  readonly resource: string;
  readonly problem: 'wildcard action' | 'never used' | 'needed by AWS, not granted';
}

/** What our code, and not AWS itself, needs: the grants that the record must show in use. */
export function ownGrants({ holder, grants }: Role, needs: readonly Need[]): Grant[] {
  const excused = needs.filter((need) => need.holder === holder);
  return grants.filter(
    ({ effect, action, resource }) =>
      effect === 'Allow' && !excused.some((need) => need.action === action && need.resource === resource),
  );
}

/** The recorded calls of the role's holder that are allowed, and would not be without the grant. */
export function deniedWithout({ holder, grants }: Role, grant: Grant, uses: readonly Use[]): Call[] {
  const others = grants.filter(({ action, resource }) => action !== grant.action || resource !== grant.resource);
  return uses.filter((use) => use.holder === holder && judge(grants, use) && !judge(others, use));
}

/** Empty when every grant is needed, and every need granted. */
export function findingsOf(roles: ReadonlyMap<string, Role>, needs: readonly Need[], uses: readonly Use[]): Finding[] {
  const surplus = [...roles.values()].flatMap((role) =>
    ownGrants(role, needs).flatMap((grant): Finding[] => {
      const { action, resource } = grant;
      const found = { name: role.name, action, resource };
      // It would count as used by whatever it covers, and allow what nobody asked for.
      if (/[*?]/.test(action)) return [{ ...found, problem: 'wildcard action' }];
      return deniedWithout(role, grant, uses).length === 0 ? [{ ...found, problem: 'never used' }] : [];
    }),
  );
  const missing = needs.flatMap(({ holder, action, resource }): Finding[] => {
    const role = roles.get(holder);
    if (role !== undefined && judge(role.grants, { action, resource })) return [];
    return [{ name: role?.name ?? holder, action, resource, problem: 'needed by AWS, not granted' }];
  });
  return [...surplus, ...missing];
}
