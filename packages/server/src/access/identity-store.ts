import type { Clock } from '../base/clock.ts';
import type { State } from '../storage/state/state.ts';
import { cutToOwner } from './grants.ts';
import { readPermissions } from './stored-permissions.ts';
import type { AccessTables } from './tables.ts';
import type { Identity } from './types.ts';

/**
 * Who somebody is and what they may do at this moment, by the id of the user and, for a program, of its API
 * token; undefined when they are gone, disabled, revoked or expired.
 */
export function createIdentityOf({ state, clock }: { readonly state: State; readonly clock: Clock }) {
  const db = state.read.withTables<AccessTables>();

  return async function identityOf(userId: string, tokenId: string | null): Promise<Identity | undefined> {
    const user = await db
      .selectFrom('access_user as user')
      .innerJoin('access_role as role', 'role.name', 'user.role')
      .select(['user.id', 'user.name', 'user.email', 'user.role', 'user.disabled', 'role.permissions'])
      .where('user.id', '=', userId)
      .executeTakeFirst();
    if (user === undefined || user.disabled === 1) return undefined;
    const held = readPermissions(user.permissions);
    const { name, email, role } = user;
    const common = { userId, name, email, role, sessionId: null };
    if (tokenId === null) return { ...common, kind: 'user', permissions: held, tokenId: null };
    const token = await db
      .selectFrom('access_token')
      .select('permissions')
      .where('id', '=', tokenId)
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', clock.now())
      .executeTakeFirst();
    if (token === undefined) return undefined;
    const permissions = cutToOwner(readPermissions(token.permissions), held);
    return { ...common, kind: 'token', permissions, tokenId };
  };
}
