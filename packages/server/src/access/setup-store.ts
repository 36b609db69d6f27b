import type { AccessDb } from './tables.ts';

/** The set-up link: one row at most, the one that is valid now. */
export function setupStore(db: AccessDb) {
  return {
    async putSetupToken(tokenHash: string, expiresAt: number): Promise<void> {
      const values = { token_hash: tokenHash, expires_at: expiresAt };
      await db
        .insertInto('access_setup')
        .values({ id: 1, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },

    async isSetupToken(tokenHash: string, now: number): Promise<boolean> {
      const row = await db
        .selectFrom('access_setup')
        .select('id')
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Uses the token up. Of two who try at the same time one gets true; the other waits for that. */
    async takeSetupToken(tokenHash: string, now: number): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_setup')
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async dropSetupToken(): Promise<void> {
      await db.deleteFrom('access_setup').execute();
    },
  };
}
