import type { Permission } from '@custos/contract';
import { readPermissions } from '../stored-permissions.ts';
import type { AccessDb, AccessTables } from '../tables.ts';

export interface StoredPasskey {
  readonly id: string;
  readonly userId: string;
  /** Base 64 URL, as WebAuthn gives it. */
  readonly credentialId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Signatures that the authenticator says it has made; 0 for those that do not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** The host that it was made for. */
  readonly rpId: string;
  readonly backedUp: boolean;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

const passkeyOf = (row: AccessTables['access_passkey']): StoredPasskey => ({
  id: row.id,
  userId: row.user_id,
  credentialId: row.credential_id,
  publicKey: new Uint8Array(Buffer.from(row.public_key, 'base64url')),
  counter: row.counter,
  transports: JSON.parse(row.transports) as string[],
  rpId: row.rp_id,
  backedUp: row.backed_up === 1,
  name: row.name,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});

/** Authenticators, passkeys and recovery codes. What proves somebody once is used up by a guarded change. */
export function factorStore(db: AccessDb) {
  return {
    async totp(userId: string): Promise<{ confirmedAt: number | null; begunAt: number } | undefined> {
      const row = await db
        .selectFrom('access_totp')
        .selectAll()
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row === undefined ? undefined : { confirmedAt: row.confirmed_at, begunAt: row.begun_at };
    },

    /** Notes that a seed was given out; one that is in use goes on until the new one is confirmed. */
    async beginTotp(userId: string, at: number): Promise<void> {
      await db
        .insertInto('access_totp')
        .values({ user_id: userId, confirmed_at: null, begun_at: at, last_step: 0 })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ begun_at: at }))
        .execute();
    },

    async confirmTotp(userId: string, at: number, step: number): Promise<void> {
      await db
        .updateTable('access_totp')
        .set({ confirmed_at: at, begun_at: 0, last_step: step })
        .where('user_id', '=', userId)
        .execute();
    },

    /**
     * Uses up the code of a time step and all earlier ones; false when that step, or a later one, has been
     * used. Of any number of requests with one code, one gets true (RFC 6238, 5.2; ASVS 5.0, 6.5.1).
     */
    async useTotpStep(userId: string, step: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_totp')
        .set({ last_step: step })
        .where('user_id', '=', userId)
        .where('confirmed_at', 'is not', null)
        .where('last_step', '<', step)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async removeTotp(userId: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_totp')
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async passkeys(userId: string): Promise<StoredPasskey[]> {
      const rows = await db
        .selectFrom('access_passkey')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute();
      return rows.map(passkeyOf);
    },

    async passkeyByCredential(credentialId: string): Promise<StoredPasskey | undefined> {
      const row = await db
        .selectFrom('access_passkey')
        .selectAll()
        .where('credential_id', '=', credentialId)
        .executeTakeFirst();
      return row === undefined ? undefined : passkeyOf(row);
    },

    async addPasskey(passkey: StoredPasskey): Promise<void> {
      await db
        .insertInto('access_passkey')
        .values({
          id: passkey.id,
          user_id: passkey.userId,
          credential_id: passkey.credentialId,
          public_key: Buffer.from(passkey.publicKey).toString('base64url'),
          counter: passkey.counter,
          transports: JSON.stringify(passkey.transports),
          rp_id: passkey.rpId,
          backed_up: passkey.backedUp ? 1 : 0,
          name: passkey.name,
          created_at: passkey.createdAt,
          last_used_at: passkey.lastUsedAt,
        })
        .execute();
    },

    /** Notes a use; false when the passkey has been used or removed since its counter was read. */
    async usePasskey(
      { id, counter }: Pick<StoredPasskey, 'id' | 'counter'>,
      next: number,
      at: number,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_passkey')
        .set({ counter: next, last_used_at: at })
        .where('id', '=', id)
        .where('counter', '=', counter)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async removePasskey(userId: string, id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_passkey')
        .where('user_id', '=', userId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async removePasskeysOf(userId: string): Promise<void> {
      await db.deleteFrom('access_passkey').where('user_id', '=', userId).execute();
    },

    async recoveryCodesLeft(userId: string): Promise<number> {
      const row = await db
        .selectFrom('access_recovery_code')
        .select(({ fn }) => fn.countAll<number>().as('left'))
        .where('user_id', '=', userId)
        .where('used_at', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(row.left);
    },

    /** Puts new codes in place of all earlier ones, used or not. */
    async putRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void> {
      await db.deleteFrom('access_recovery_code').where('user_id', '=', userId).execute();
      if (hashes.length === 0) return;
      await db
        .insertInto('access_recovery_code')
        .values(hashes.map((hash) => ({ code_hash: hash, user_id: userId, used_at: null })))
        .execute();
    },

    /** Uses a code up; of any number of requests with one code, one gets true. */
    async useRecoveryCode(userId: string, hash: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_recovery_code')
        .set({ used_at: at })
        .where('code_hash', '=', hash)
        .where('user_id', '=', userId)
        .where('used_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** What was decided for each role, in the order in which roles are shown. */
    async secondFactorRules(): Promise<
      { role: string; permissions: ReadonlySet<Permission>; required: boolean | null }[]
    > {
      const rows = await db
        .selectFrom('access_role')
        .select(['name', 'permissions', 'second_factor'])
        .orderBy('position')
        .orderBy('name')
        .execute();
      return rows.map((row) => ({
        role: row.name,
        permissions: readPermissions(row.permissions),
        required: row.second_factor === null ? null : row.second_factor === 1,
      }));
    },

    /** Null: as it follows from the permissions. False when there is no such role. */
    async setSecondFactorRule(role: string, required: boolean | null, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_role')
        .set({ second_factor: required === null ? null : required ? 1 : 0, second_factor_since: at })
        .where('name', '=', role)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** True when the user has an authenticator or a passkey, so a password alone does not let them in. */
    async hasSecondFactor(userId: string): Promise<boolean> {
      const row = await db
        .selectFrom('access_totp')
        .select('user_id')
        .where('user_id', '=', userId)
        .where('confirmed_at', 'is not', null)
        .unionAll(db.selectFrom('access_passkey').select('user_id').where('user_id', '=', userId))
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
