import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import { leaseOver, leaseTime } from '../lease-time.ts';
import type { JobTables } from '../tables.ts';

export interface LeaseStoreOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly node: string;
  /** Unique to this process and start. */
  readonly holder: string;
}

export interface Grant {
  readonly name: string;
  readonly fence: number;
}

/** The statements of the named leases; each is guarded by the fencing token. */
export function createLeaseStore({ state, clock, node, holder }: LeaseStoreOptions) {
  const leaseEnd = (ttlMs: number) => sql<number>`${leaseTime(state, clock)} + ${ttlMs}`;

  return {
    /** Takes a lease that is free or over; returns its new fencing token, or `undefined` when it is held. */
    async take(name: string, ttlMs: number): Promise<Grant | undefined> {
      const over = sql<boolean>`(lease.holder is null or ${leaseOver(leaseTime(state, clock), {
        column: sql`lease.lease_until`,
        ttlMs,
      })})`;
      return state.write
        .withTables<JobTables>()
        .insertInto('lease')
        .values({ name, holder, node, fence: 1, lease_until: leaseEnd(ttlMs) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, node, fence: sql`lease.fence + 1`, lease_until: leaseEnd(ttlMs) })
            .where(over),
        )
        .returning(['name', 'fence'])
        .executeTakeFirst();
    },

    /** False when the lease has passed on. One that ran out and that nobody took is extended as well. */
    async extend({ name, fence }: Grant, ttlMs: number): Promise<boolean> {
      const result = await state.write
        .withTables<JobTables>()
        .updateTable('lease')
        .set({ lease_until: leaseEnd(ttlMs) })
        .where('name', '=', name)
        .where('fence', '=', fence)
        .where('holder', '=', holder)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },

    /** Frees the lease for the next holder, if it is still this one's. */
    async release({ name, fence }: Grant): Promise<void> {
      await state.write
        .withTables<JobTables>()
        .updateTable('lease')
        .set({ holder: null, node: null })
        .where('name', '=', name)
        .where('fence', '=', fence)
        .where('holder', '=', holder)
        .execute();
    },

    /** True while the lease is this holder's. On PostgreSQL it then cannot pass on before `tx` ends. */
    async holds(tx: StateTx, { name, fence }: Grant, ttlMs: number): Promise<boolean> {
      if (state.dialect === 'postgres') {
        // A process that is paused in here must not keep the row, and with it the lease, for ever.
        await sql`select set_config('idle_in_transaction_session_timeout', ${String(ttlMs)}, true)`.execute(
          tx,
        );
      }
      const row = await tx
        .withTables<JobTables>()
        .selectFrom('lease')
        .select('name')
        .where('name', '=', name)
        .where('fence', '=', fence)
        .where('holder', '=', holder)
        .$if(state.dialect === 'postgres', (query) => query.forShare())
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
