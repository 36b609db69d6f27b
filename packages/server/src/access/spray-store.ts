import type { AccessDb } from './tables.ts';

/** Which accounts were tried from where. The row without an account says when the last alarm was. */
export function sprayStore(db: AccessDb) {
  return {
    /** Notes that an account was tried in vain, and returns how many were since `since`. */
    async countTried(network: string, account: string, at: { now: number; since: number }): Promise<number> {
      await db
        .insertInto('access_spray')
        .values({ network, account, last_at: at.now })
        .onConflict((conflict) => conflict.columns(['network', 'account']).doUpdateSet({ last_at: at.now }))
        .execute();
      const row = await db
        .selectFrom('access_spray')
        .select(({ fn }) => fn.countAll<number>().as('accounts'))
        .where('network', '=', network)
        .where('account', '!=', '')
        .where('last_at', '>', at.since)
        .executeTakeFirstOrThrow();
      return Number(row.accounts);
    },

    /** True for the first who asks since `since`: one alarm for one spray. */
    async mayAlarm(network: string, at: { now: number; since: number }): Promise<boolean> {
      await db
        .insertInto('access_spray')
        .values({ network, account: '', last_at: 0 })
        .onConflict((conflict) => conflict.columns(['network', 'account']).doNothing())
        .execute();
      const { numUpdatedRows } = await db
        .updateTable('access_spray')
        .set({ last_at: at.now })
        .where('network', '=', network)
        .where('account', '=', '')
        .where('last_at', '<=', at.since)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async dropTriedBefore(time: number): Promise<void> {
      await db.deleteFrom('access_spray').where('last_at', '<', time).execute();
    },
  };
}
