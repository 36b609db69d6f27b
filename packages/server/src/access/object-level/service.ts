import type { Permission } from '@custos/contract';
import type { State } from '../../storage/state/state.ts';
import { readReach } from '../stored-reach.ts';
import type { AccessTables } from '../tables.ts';
import type { Identity } from '../types.ts';
import { seesObject } from './sees-object.ts';
import type { ObjectLevel, ObjectView } from './types.ts';

/** Object-level checks: reads role and teams anew each time, so a change acts on the next request. */
export function createObjectLevel({ state }: { readonly state: State }): ObjectLevel {
  const db = state.read.withTables<AccessTables>();

  async function viewOf(identity: Identity, permission: Permission): Promise<ObjectView> {
    if (!identity.permissions.has(permission)) return { reach: 'none' };
    const row = await db
      .selectFrom('access_user as user')
      .innerJoin('access_role as role', 'role.name', 'user.role')
      .select(['role.reach', 'user.teams'])
      .where('user.id', '=', identity.userId)
      .executeTakeFirst();
    if (row === undefined) return { reach: 'none' };
    const scope = readReach(row.reach).get(permission);
    if (scope === undefined) return { reach: 'all' };
    const teams = scope === 'team' ? (JSON.parse(row.teams) as string[]) : [];
    return { reach: scope, userId: identity.userId, teams };
  }

  return {
    viewOf,
    async mayActOn(identity, permission, object) {
      return seesObject(await viewOf(identity, permission), object);
    },
  };
}
