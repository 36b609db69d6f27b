import type { AccessDb } from '../tables.ts';

/** Which person of a provider is which user here. */
export function externalStore(db: AccessDb) {
  return {
    async userOfExternal(provider: string, subject: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('access_external')
        .select('user_id')
        .where('provider', '=', provider)
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row?.user_id;
    },

    /** Raises the store's error when that person is linked already. */
    async linkExternal(link: {
      readonly provider: string;
      readonly subject: string;
      readonly userId: string;
      readonly now: number;
    }): Promise<void> {
      const { provider, subject, userId, now } = link;
      await db
        .insertInto('access_external')
        .values({ provider, subject, user_id: userId, linked_at: now })
        .execute();
    },

    async unlinkExternal(provider: string, userId: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_external')
        .where('provider', '=', provider)
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },

    async providersOf(userId: string): Promise<{ id: string; linkedAt: number }[]> {
      const rows = await db
        .selectFrom('access_external')
        .select(['provider', 'linked_at'])
        .where('user_id', '=', userId)
        .orderBy('provider')
        .execute();
      return rows.map((row) => ({ id: row.provider, linkedAt: row.linked_at }));
    },
  };
}
