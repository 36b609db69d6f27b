import type { Permission } from '@custos/contract';
import { findByKey } from './run-compiled.ts';
import { readPermissions } from './stored-permissions.ts';
import type { AccessDb, Slice } from './tables.ts';

export interface StoredSession {
  readonly id: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly device: string;
}

/** A session with its owner and what the owner may do now. */
export interface SessionBearer {
  readonly id: string;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly permissions: ReadonlySet<Permission>;
}

export function sessionStore(db: AccessDb) {
  // Compiled once, since it runs for every request of every browser.
  const bearer = db
    .selectFrom('access_session as session')
    .innerJoin('access_user as user', 'user.id', 'session.user_id')
    .innerJoin('access_role as role', 'role.name', 'user.role')
    .select([
      'session.id',
      'session.last_seen_at',
      'session.expires_at',
      'user.id as user_id',
      'user.email',
      'user.name',
      'user.role',
      'user.disabled',
      'role.permissions',
    ])
    .where('session.token_hash', '=', '')
    .compile();

  return {
    async sessionBearer(tokenHash: string): Promise<SessionBearer | undefined> {
      const row = await findByKey(db, bearer, tokenHash);
      if (row === undefined) return undefined;
      return {
        id: row.id,
        lastSeenAt: row.last_seen_at,
        expiresAt: row.expires_at,
        userId: row.user_id,
        email: row.email,
        name: row.name,
        role: row.role,
        disabled: row.disabled === 1,
        permissions: readPermissions(row.permissions),
      };
    },

    async addSession(
      session: StoredSession & { readonly userId: string; readonly tokenHash: string },
    ): Promise<void> {
      await db
        .insertInto('access_session')
        .values({
          id: session.id,
          token_hash: session.tokenHash,
          user_id: session.userId,
          created_at: session.createdAt,
          last_seen_at: session.lastSeenAt,
          expires_at: session.expiresAt,
          address: session.address,
          device: session.device,
        })
        .execute();
    },

    async noteSessionSeen(id: string, at: number): Promise<void> {
      await db.updateTable('access_session').set({ last_seen_at: at }).where('id', '=', id).execute();
    },

    /** Sessions that have not ended at `now` and were seen after `idleSince`. */
    async sessionsOf(
      userId: string,
      { after, limit, now, idleSince }: Slice & { readonly now: number; readonly idleSince: number },
    ): Promise<StoredSession[]> {
      const rows = await db
        .selectFrom('access_session')
        .select(['id', 'created_at', 'last_seen_at', 'expires_at', 'address', 'device'])
        .where('user_id', '=', userId)
        .where('expires_at', '>', now)
        .where('last_seen_at', '>', idleSince)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        createdAt: row.created_at,
        lastSeenAt: row.last_seen_at,
        expiresAt: row.expires_at,
        address: row.address,
        device: row.device,
      }));
    },

    /** How many people have a session that has not ended. */
    async countPresent({
      now,
      idleSince,
    }: {
      readonly now: number;
      readonly idleSince: number;
    }): Promise<number> {
      const row = await db
        .selectFrom('access_session')
        .select(({ fn }) => fn.count<number>('user_id').distinct().as('people'))
        .where('expires_at', '>', now)
        .where('last_seen_at', '>', idleSince)
        .executeTakeFirstOrThrow();
      return Number(row.people);
    },

    /** Ends one session of a user; false when there is none of that id. */
    async endSession(userId: string, id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_session')
        .where('user_id', '=', userId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async endSessionsOf(userId: string): Promise<void> {
      await db.deleteFrom('access_session').where('user_id', '=', userId).execute();
    },

    /** Removes sessions that are past their end or were last seen before `idleSince`. */
    async dropEndedSessions(now: number, idleSince: number): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('access_session')
        .where((row) => row.or([row('expires_at', '<=', now), row('last_seen_at', '<=', idleSince)]))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
