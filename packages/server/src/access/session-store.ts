import type { Permission } from '@custos/contract';
import type { CompiledQuery } from 'kysely';
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

/** How somebody signed in. */
export type SignInMethod = 'password' | 'passkey' | 'provider';

/** What was proven at the start of a session or since. */
export interface ProvenAt {
  /** When the person last proved who they are, by whatever they have. */
  readonly authenticatedAt: number;
  /** When a second factor was last proven; null when none was. */
  readonly secondFactorAt: number | null;
}

/** A session with its owner and what the owner may do now. */
export interface SessionBearer extends ProvenAt {
  readonly id: string;
  readonly tokenHash: string;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly permissions: ReadonlySet<Permission>;
  readonly passwordTemporary: boolean;
  readonly roleSince: number;
  /** What was decided for the role; null while it follows from the permissions. */
  readonly secondFactor: boolean | null;
  readonly secondFactorSince: number;
}

export function sessionStore(db: AccessDb) {
  // Compiled once, since it runs for every request of every browser.
  const bearers = db
    .selectFrom('access_session as session')
    .innerJoin('access_user as user', 'user.id', 'session.user_id')
    .innerJoin('access_role as role', 'role.name', 'user.role')
    .select([
      'session.id',
      'session.token_hash',
      'session.last_seen_at',
      'session.expires_at',
      'session.authenticated_at',
      'session.second_factor_at',
      'user.id as user_id',
      'user.email',
      'user.name',
      'user.role',
      'user.disabled',
      'user.password_temporary',
      'user.role_since',
      'role.permissions',
      'role.second_factor',
      'role.second_factor_since',
    ]);
  const byToken = bearers.where('session.token_hash', '=', '').compile();
  const byId = bearers.where('session.id', '=', '').compile();
  type BearerRow = typeof byToken extends CompiledQuery<infer Row> ? Row : never;
  const bearerOf = (row: BearerRow): SessionBearer => ({
    id: row.id,
    tokenHash: row.token_hash,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    authenticatedAt: row.authenticated_at,
    secondFactorAt: row.second_factor_at,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    role: row.role,
    disabled: row.disabled === 1,
    permissions: readPermissions(row.permissions),
    passwordTemporary: row.password_temporary === 1,
    roleSince: row.role_since,
    secondFactor: row.second_factor === null ? null : row.second_factor === 1,
    secondFactorSince: row.second_factor_since ?? 0,
  });

  return {
    async sessionBearer(tokenHash: string): Promise<SessionBearer | undefined> {
      const row = await findByKey(db, byToken, tokenHash);
      return row === undefined ? undefined : bearerOf(row);
    },

    async sessionBearerById(id: string): Promise<SessionBearer | undefined> {
      const row = await findByKey(db, byId, id);
      return row === undefined ? undefined : bearerOf(row);
    },

    async addSession(
      session: StoredSession &
        ProvenAt & { readonly userId: string; readonly tokenHash: string; readonly method: SignInMethod },
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
          method: session.method,
          authenticated_at: session.authenticatedAt,
          second_factor_at: session.secondFactorAt,
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

    /**
     * Gives a session another token and notes what was proven; false when it has ended, or was given
     * another token, in the meantime.
     */
    async renewSession(
      { id, tokenHash }: { readonly id: string; readonly tokenHash: string },
      next: { readonly tokenHash: string } & ProvenAt,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_session')
        .set({
          token_hash: next.tokenHash,
          authenticated_at: next.authenticatedAt,
          second_factor_at: next.secondFactorAt,
        })
        .where('id', '=', id)
        .where('token_hash', '=', tokenHash)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Ends every session of a user but one. */
    async endOtherSessions(userId: string, kept: string): Promise<string[]> {
      const rows = await db
        .deleteFrom('access_session')
        .where('user_id', '=', userId)
        .where('id', '!=', kept)
        .returning('id')
        .execute();
      return rows.map(({ id }) => id);
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
