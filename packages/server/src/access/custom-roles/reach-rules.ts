import type { Permission, ReachScope } from '@custos/contract';

type Reach = ReadonlyMap<Permission, ReachScope>;

const width = { own: 0, team: 1, all: 2 } as const;

/** What a set of permissions gives: which ones, and how far each reaches. */
export interface Grant {
  readonly permissions: ReadonlySet<Permission>;
  readonly reach: Reach;
}

/** How far a grant lets a permission go; -1 when it is not in it at all. */
function widthOf({ permissions, reach }: Grant, permission: Permission): number {
  return permissions.has(permission) ? width[reach.get(permission) ?? 'all'] : -1;
}

/**
 * What `actor` lacks to turn `before` into `after`: permissions that are added or reach further than before,
 * and that the actor does not hold as far. Taking away needs none of them.
 */
export function missingToWiden(actor: Grant, before: Grant, after: Grant): Permission[] {
  return [...after.permissions].filter((permission) => {
    const wanted = widthOf(after, permission);
    return wanted > widthOf(before, permission) && wanted > widthOf(actor, permission);
  });
}

/** What `actor` lacks to give somebody all of `given`, as far as it reaches. */
export function missingToGive(actor: Grant, given: Grant): Permission[] {
  return missingToWiden(actor, { permissions: new Set(), reach: new Map() }, given);
}

/** Keeps the reach of those permissions only that are there. */
export function reachWithin(reach: Reach, permissions: ReadonlySet<Permission>): Reach {
  return new Map([...reach].filter(([permission]) => permissions.has(permission)));
}
