import { noFailures, type FailureRecord } from './lockout.ts';
import type { AccessDb } from './tables.ts';

/** Counters of failed sign-ins. */
export function failureStore(db: AccessDb) {
  return {
    /** Reads a counter and holds it until the transaction ends, so parallel attempts count one by one. */
    async holdFailures(key: string): Promise<FailureRecord> {
      const row = await db
        .insertInto('access_failure')
        .values({ key, failures: 0, window_start: 0, last_at: 0, locks: 0, locked_until: 0 })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ key }))
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return noFailures;
      return {
        failures: row.failures,
        windowStart: row.window_start,
        lastAt: row.last_at,
        locks: row.locks,
        lockedUntil: row.locked_until,
      };
    },

    async putFailures(key: string, record: FailureRecord): Promise<void> {
      await db
        .updateTable('access_failure')
        .set({
          failures: record.failures,
          window_start: record.windowStart,
          last_at: record.lastAt,
          locks: record.locks,
          locked_until: record.lockedUntil,
        })
        .where('key', '=', key)
        .execute();
    },

    /** Forgets a counter and its lock; false when there was none. */
    async clearFailures(key: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_failure')
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async dropFailuresBefore(time: number): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('access_failure')
        .where('last_at', '<', time)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
