import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '../base/clock.ts';
import type { State } from '../storage/state/state.ts';

/**
 * The time by which leases are judged, as SQL, in ms since the epoch.
 *
 * On PostgreSQL it is the database's own clock at the moment of the statement (`clock_timestamp()`, which
 * unlike `now()` moves on inside a transaction), so nodes whose clocks differ agree on who holds what. On
 * SQLite there is one process, and it is the injected clock.
 */
export function leaseTime(state: State, clock: Clock): RawBuilder<number> {
  return state.dialect === 'postgres'
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`${clock.now()}`;
}

/**
 * True in SQL when the lease whose end is in `column` is over. A lease that ends further ahead than any
 * holder could have set it was written before the clock was set back, and would otherwise block for as long.
 */
export function leaseOver(
  now: RawBuilder<number>,
  { column = sql`lease_until`, ttlMs }: { readonly column?: RawBuilder<unknown>; readonly ttlMs: number },
): RawBuilder<boolean> {
  return sql<boolean>`(${column} <= ${now} or ${column} > ${now} + ${2 * ttlMs})`;
}
