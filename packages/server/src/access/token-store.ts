import type { Permission } from '@custos/contract';
import { findByKey } from './run-compiled.ts';
import { readPermissions } from './stored-permissions.ts';
import type { AccessDb, AccessTables, Slice } from './tables.ts';

export interface StoredToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly hint: string;
  /** Addresses and ranges that it is taken from; empty for any. */
  readonly addresses: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
}

/** A token that is not revoked, with its owner and what the owner may do now. */
export interface TokenBearer {
  readonly id: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly addresses: readonly string[];
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly tokenName: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly ownerPermissions: ReadonlySet<Permission>;
}

const tokenOf = (row: Omit<AccessTables['access_token'], 'token_hash' | 'revoked_at'>): StoredToken => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  permissions: readPermissions(row.permissions),
  hint: row.hint,
  addresses: JSON.parse(row.addresses) as string[],
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});

export function tokenStore(db: AccessDb) {
  // Compiled once, since it runs for every request of every program.
  const bearer = db
    .selectFrom('access_token as token')
    .innerJoin('access_user as user', 'user.id', 'token.user_id')
    .innerJoin('access_role as role', 'role.name', 'user.role')
    .select([
      'token.id',
      'token.name as token_name',
      'token.permissions',
      'token.addresses',
      'token.expires_at',
      'token.last_used_at',
      'user.id as user_id',
      'user.email',
      'user.name',
      'user.role',
      'user.disabled',
      'role.permissions as owner_permissions',
    ])
    .where('token.token_hash', '=', '')
    .where('token.revoked_at', 'is', null)
    .compile();

  return {
    async tokenBearer(tokenHash: string): Promise<TokenBearer | undefined> {
      const row = await findByKey(db, bearer, tokenHash);
      if (row === undefined) return undefined;
      return {
        id: row.id,
        permissions: readPermissions(row.permissions),
        addresses: JSON.parse(row.addresses) as string[],
        expiresAt: row.expires_at,
        lastUsedAt: row.last_used_at,
        userId: row.user_id,
        email: row.email,
        name: row.name,
        tokenName: row.token_name,
        role: row.role,
        disabled: row.disabled === 1,
        ownerPermissions: readPermissions(row.owner_permissions),
      };
    },

    async addToken(token: StoredToken, tokenHash: string): Promise<void> {
      await db
        .insertInto('access_token')
        .values({
          id: token.id,
          token_hash: tokenHash,
          user_id: token.userId,
          name: token.name,
          permissions: JSON.stringify([...token.permissions]),
          hint: token.hint,
          addresses: JSON.stringify(token.addresses),
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          last_used_at: token.lastUsedAt,
          revoked_at: null,
        })
        .execute();
    },

    async noteTokenUsed(id: string, at: number): Promise<void> {
      await db.updateTable('access_token').set({ last_used_at: at }).where('id', '=', id).execute();
    },

    /** Tokens that are not revoked; of one user, or of everybody when `userId` is null. */
    async tokens(userId: string | null, { after, limit }: Slice): Promise<StoredToken[]> {
      let query = db
        .selectFrom('access_token')
        .select([
          'id',
          'user_id',
          'name',
          'permissions',
          'hint',
          'addresses',
          'created_at',
          'expires_at',
          'last_used_at',
        ])
        .where('revoked_at', 'is', null)
        .where('id', '>', after);
      if (userId !== null) query = query.where('user_id', '=', userId);
      return (await query.orderBy('id').limit(limit).execute()).map(tokenOf);
    },

    /** Revokes one token, of one user or of anybody when `userId` is null; false when there is none. */
    async revokeToken(id: string, userId: string | null, at: number): Promise<boolean> {
      let query = db
        .updateTable('access_token')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null);
      if (userId !== null) query = query.where('user_id', '=', userId);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },

    async revokeTokensOf(userId: string, at: number): Promise<void> {
      await db
        .updateTable('access_token')
        .set({ revoked_at: at })
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .execute();
    },
  };
}
