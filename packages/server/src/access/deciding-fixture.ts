import { createHash } from 'node:crypto';
import type { Permission } from '@custos/contract';
import type { AuditEvent, AuditLog } from '../audit/types.ts';
import { createManualClock, type ManualClock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import { parseSecretKeys } from '../storage/secrets/keys.ts';
import { createSecrets } from '../storage/secrets/service.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import type { State } from '../storage/state/state.ts';
import { builtInRoles } from './roles.ts';
import { createIdentityOf } from './identity-store.ts';
import type { AccessTables } from './tables.ts';
import type { Identity } from './types.ts';

const key = createHash('sha256').update('a key for tests').digest('base64');

export interface DecidingFixture {
  readonly state: State;
  readonly clock: ManualClock;
  readonly audit: AuditLog;
  readonly events: AuditEvent[];
  readonly secrets: Secrets;
  /** A person in a role, with a session. */
  person(name: string, role: string): Promise<Identity>;
  /** An API token of that person. */
  token(owner: Identity, permissions: readonly Permission[]): Promise<Identity>;
  /** What the next request of that person or token would be. */
  now(identity: Identity): Promise<Identity>;
  readonly identityOf: ReturnType<typeof createIdentityOf>;
}

/** People with roles on a store, for tests of what is decided about them; nobody signs in. */
export async function openDeciding(state: State): Promise<DecidingFixture> {
  const clock = createManualClock();
  const events: AuditEvent[] = [];
  const audit: AuditLog = {
    async append(event) {
      events.push(event);
    },
  };
  const secrets = await createSecrets({ state, keys: parseSecretKeys(key, 'test'), clock });
  const db = state.write.withTables<AccessTables>();
  for (const [position, role] of builtInRoles.entries()) {
    await db
      .insertInto('access_role')
      .values({
        name: role.name,
        title: role.title,
        description: role.description,
        permissions: JSON.stringify(role.permissions),
        built_in: 1,
        position,
        reach: '{}',
        second_factor: null,
        second_factor_since: 0,
      })
      .execute();
  }
  const identityOf = createIdentityOf({ state, clock });
  const now = async (identity: Identity): Promise<Identity> => {
    const found = await identityOf(identity.userId, identity.tokenId);
    if (found === undefined) throw new Error(`${identity.name} may do nothing any more`);
    return { ...found, sessionId: identity.sessionId };
  };

  return {
    state,
    clock,
    audit,
    events,
    secrets,
    identityOf,
    now,
    async person(name, role) {
      const userId = newId('usr', clock.now());
      const sessionId = newId('ses', clock.now());
      await db
        .insertInto('access_user')
        .values({
          id: userId,
          email: `${name}-${userId}@example.com`,
          name,
          role,
          password_hash: null,
          disabled: 0,
          created_at: clock.now(),
          last_sign_in_at: null,
          role_since: 0,
          teams: '[]',
        })
        .execute();
      await db
        .insertInto('access_session')
        .values({
          id: sessionId,
          token_hash: sessionId,
          user_id: userId,
          created_at: clock.now(),
          last_seen_at: clock.now(),
          expires_at: clock.now() + 43_200_000,
          address: '192.0.2.1',
          device: 'test',
          method: 'password',
          authenticated_at: clock.now(),
          second_factor_at: null,
        })
        .execute();
      const found = await identityOf(userId, null);
      if (found === undefined) throw new Error('the person was not made');
      return { ...found, sessionId };
    },
    async token(owner, permissions) {
      const id = newId('tok', clock.now());
      await db
        .insertInto('access_token')
        .values({
          id,
          token_hash: id,
          user_id: owner.userId,
          name: 'script',
          permissions: JSON.stringify(permissions),
          hint: 'custos_abcd',
          created_at: clock.now(),
          expires_at: clock.now() + 86_400_000,
          last_used_at: null,
          revoked_at: null,
        })
        .execute();
      const found = await identityOf(owner.userId, id);
      if (found === undefined) throw new Error('the token was not made');
      return found;
    },
  };
}
