import type { Permission } from '@custos/contract';
import type { CompiledQuery } from 'kysely';
import { newId } from '../base/ids.ts';
import { findByKey } from './run-compiled.ts';
import { readPermissions } from './stored-permissions.ts';
import type { AccessDb, AccessTables, Slice } from './tables.ts';

export interface StoredToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly hint: string;
  /** The ranges of its address rules; empty for any. */
  readonly addresses: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
}

/** A token that is not revoked, with its owner and what the owner may do now. */
export interface TokenBearer {
  readonly id: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly tokenName: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly ownerPermissions: ReadonlySet<Permission>;
  readonly roleSince: number;
  /** What was decided for the owner's role; null while it follows from the permissions. */
  readonly secondFactor: boolean | null;
  readonly secondFactorSince: number;
  /** True when the owner has an authenticator or a passkey. */
  readonly ownerEnrolled: boolean;
}

type TokenRow = Omit<AccessTables['access_token'], 'token_hash' | 'revoked_at'>;

const tokenOf = (row: TokenRow, addresses: readonly string[]): StoredToken => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  permissions: readPermissions(row.permissions),
  hint: row.hint,
  addresses,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});

export function tokenStore(db: AccessDb) {
  // Compiled once, since it runs for every request of every program.
  const bearers = db
    .selectFrom('access_token as token')
    .innerJoin('access_user as user', 'user.id', 'token.user_id')
    .innerJoin('access_role as role', 'role.name', 'user.role')
    .select([
      'token.id',
      'token.name as token_name',
      'token.permissions',
      'token.expires_at',
      'token.last_used_at',
      'user.id as user_id',
      'user.email',
      'user.name',
      'user.role',
      'user.disabled',
      'user.role_since',
      'role.permissions as owner_permissions',
      'role.second_factor',
      'role.second_factor_since',
    ])
    .select((row) => [
      row
        .selectFrom('access_totp')
        .select('access_totp.user_id')
        .whereRef('access_totp.user_id', '=', 'user.id')
        .where('access_totp.confirmed_at', 'is not', null)
        .as('authenticator'),
      row
        .selectFrom('access_passkey')
        // A limit would be a second parameter.
        .select(({ fn }) => fn.min('access_passkey.id').as('id'))
        .whereRef('access_passkey.user_id', '=', 'user.id')
        .as('passkey'),
    ])
    .where('token.revoked_at', 'is', null);
  const byHash = bearers.where('token.token_hash', '=', '').compile();
  const byId = bearers.where('token.id', '=', '').compile();
  type BearerRow = typeof byHash extends CompiledQuery<infer Row> ? Row : never;
  const bearerOf = (row: BearerRow): TokenBearer => ({
    id: row.id,
    permissions: readPermissions(row.permissions),
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    tokenName: row.token_name,
    role: row.role,
    disabled: row.disabled === 1,
    ownerPermissions: readPermissions(row.owner_permissions),
    roleSince: row.role_since,
    secondFactor: row.second_factor === null ? null : row.second_factor === 1,
    secondFactorSince: row.second_factor_since ?? 0,
    ownerEnrolled: row.authenticator !== null || row.passkey !== null,
  });

  async function dropAddressesOf(tokens: readonly string[]): Promise<void> {
    if (tokens.length === 0) return;
    await db
      .deleteFrom('access_address_rule')
      .where('scope', '=', 'token')
      .where('subject', 'in', [...tokens])
      .execute();
  }

  return {
    async tokenBearer(tokenHash: string): Promise<TokenBearer | undefined> {
      const row = await findByKey(db, byHash, tokenHash);
      return row === undefined ? undefined : bearerOf(row);
    },

    async tokenBearerById(id: string): Promise<TokenBearer | undefined> {
      const row = await findByKey(db, byId, id);
      return row === undefined ? undefined : bearerOf(row);
    },

    /** Adds a token, and its addresses as rules; call it in a transaction. */
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
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          last_used_at: token.lastUsedAt,
          revoked_at: null,
        })
        .execute();
      for (const range of token.addresses) {
        await db
          .insertInto('access_address_rule')
          .values({
            id: newId('adr', token.createdAt),
            scope: 'token',
            subject: token.id,
            range,
            note: '',
            created_by: token.userId,
            created_at: token.createdAt,
          })
          .execute();
      }
    },

    async noteTokenUsed(id: string, at: number): Promise<void> {
      await db.updateTable('access_token').set({ last_used_at: at }).where('id', '=', id).execute();
    },

    /** Tokens that are not revoked; of one user, or of everybody when `userId` is null. */
    async tokens(userId: string | null, { after, limit }: Slice): Promise<StoredToken[]> {
      let query = db
        .selectFrom('access_token')
        .select(['id', 'user_id', 'name', 'permissions', 'hint', 'created_at', 'expires_at', 'last_used_at'])
        .where('revoked_at', 'is', null)
        .where('id', '>', after);
      if (userId !== null) query = query.where('user_id', '=', userId);
      const rows = await query.orderBy('id').limit(limit).execute();
      if (rows.length === 0) return [];
      const rules = await db
        .selectFrom('access_address_rule')
        .select(['subject', 'range'])
        .where('scope', '=', 'token')
        .where(
          'subject',
          'in',
          rows.map(({ id }) => id),
        )
        .orderBy('id')
        .execute();
      const listed = Map.groupBy(rules, ({ subject }) => subject);
      return rows.map((row) =>
        tokenOf(
          row,
          (listed.get(row.id) ?? []).map(({ range }) => range),
        ),
      );
    },

    /**
     * Revokes one token, of one user or of anybody when `userId` is null; false when there is none. Its
     * address rules go with it, so call it in a transaction.
     */
    async revokeToken(id: string, userId: string | null, at: number): Promise<boolean> {
      let query = db
        .updateTable('access_token')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null);
      if (userId !== null) query = query.where('user_id', '=', userId);
      const revoked = (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
      if (revoked) await dropAddressesOf([id]);
      return revoked;
    },

    async revokeTokensOf(userId: string, at: number): Promise<void> {
      const rows = await db
        .updateTable('access_token')
        .set({ revoked_at: at })
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .returning('id')
        .execute();
      await dropAddressesOf(rows.map(({ id }) => id));
    },
  };
}
