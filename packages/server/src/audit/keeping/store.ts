import { sql } from 'kysely';
import type { State, StateDb, StateTx } from '../../storage/state/state.ts';
import type { LegalHold } from './types.ts';

type KeepingTables = {
  audit_hold: {
    id: string;
    logs: string | null;
    from_time: number | null;
    to_time: number | null;
    reason: string;
    placed_by: string;
    placed_at: number;
    released_by: string | null;
    released_at: number | null;
  };
  audit_prune: {
    id: string;
    log: string;
    from_index: number;
    to_index: number;
    oldest_at: number;
    newest_at: number;
    state: 'planned' | 'pruning' | 'done';
    archive: string | null;
    archive_bytes: number | null;
    log_bytes: number | null;
    vault_fields: number | null;
    index_bytes: number | null;
    planned_at: number;
    done_at: number | null;
  };
};

const tables = (db: StateDb) => db.withTables<KeepingTables>();

/** Any fixed number that no other program uses as an advisory lock in the same database. */
const advisoryLock = 4_600_046_027;

/** Holds and prunes are decided one at a time. SQLite has one writer anyway. */
export async function lockKeeping(tx: StateTx, dialect: State['dialect']): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLock})`.execute(tx);
}

const holdOf = (row: KeepingTables['audit_hold']): LegalHold => ({
  id: row.id,
  logs: row.logs === null ? null : (JSON.parse(row.logs) as string[]),
  from: row.from_time,
  to: row.to_time,
  reason: row.reason,
  placedBy: row.placed_by,
  placedAt: row.placed_at,
  releasedBy: row.released_by,
  releasedAt: row.released_at,
});

export async function addHold(tx: StateTx, hold: LegalHold): Promise<void> {
  await tables(tx)
    .insertInto('audit_hold')
    .values({
      id: hold.id,
      logs: hold.logs === null ? null : JSON.stringify(hold.logs),
      from_time: hold.from,
      to_time: hold.to,
      reason: hold.reason,
      placed_by: hold.placedBy,
      placed_at: hold.placedAt,
      released_by: null,
      released_at: null,
    })
    .execute();
}

export async function listHolds(db: StateDb, which: 'in force' | 'all'): Promise<readonly LegalHold[]> {
  let query = tables(db).selectFrom('audit_hold').selectAll().orderBy('placed_at').orderBy('id');
  if (which === 'in force') query = query.where('released_at', 'is', null);
  return (await query.execute()).map(holdOf);
}

export async function loadHold(db: StateDb, id: string): Promise<LegalHold | undefined> {
  const row = await tables(db).selectFrom('audit_hold').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : holdOf(row);
}

/** Returns false when it was released before. */
export async function releaseHold(
  tx: StateTx,
  id: string,
  released: { readonly by: string; readonly at: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('audit_hold')
    .set({ released_by: released.by, released_at: released.at })
    .where('id', '=', id)
    .where('released_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** A prune that is planned or under way. */
export interface PlannedPrune {
  readonly id: string;
  readonly log: string;
  readonly from: number;
  readonly to: number;
  readonly oldest: number;
  readonly newest: number;
  readonly state: 'planned' | 'pruning';
  readonly archive: { readonly prefix: string; readonly bytes: number } | null;
}

export async function listUnfinished(db: StateDb): Promise<readonly PlannedPrune[]> {
  const rows = await tables(db)
    .selectFrom('audit_prune')
    .selectAll()
    .where('state', '!=', 'done')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    log: row.log,
    from: row.from_index,
    to: row.to_index,
    oldest: row.oldest_at,
    newest: row.newest_at,
    state: row.state as PlannedPrune['state'],
    archive: row.archive === null ? null : { prefix: row.archive, bytes: row.archive_bytes ?? 0 },
  }));
}

export async function addPrune(tx: StateTx, prune: PlannedPrune, now: number): Promise<void> {
  await tables(tx)
    .insertInto('audit_prune')
    .values({
      id: prune.id,
      log: prune.log,
      from_index: prune.from,
      to_index: prune.to,
      oldest_at: prune.oldest,
      newest_at: prune.newest,
      state: prune.state,
      archive: null,
      archive_bytes: null,
      log_bytes: null,
      vault_fields: null,
      index_bytes: null,
      planned_at: now,
      done_at: null,
    })
    .execute();
}

/** Drops a plan before anything was taken away. */
export async function removePrune(tx: StateTx, id: string): Promise<void> {
  await tables(tx).deleteFrom('audit_prune').where('id', '=', id).where('state', '!=', 'done').execute();
}

export async function beginPrune(tx: StateTx, id: string, archive: PlannedPrune['archive']): Promise<void> {
  await tables(tx)
    .updateTable('audit_prune')
    .set({ state: 'pruning', archive: archive?.prefix ?? null, archive_bytes: archive?.bytes ?? null })
    .where('id', '=', id)
    .where('state', '=', 'planned')
    .execute();
}

/** Adds to the count of removed fields, which is of several transactions. */
export async function countFields(tx: StateTx, id: string, fields: number): Promise<void> {
  await tables(tx)
    .updateTable('audit_prune')
    .set((expression) => ({
      vault_fields: sql<number>`coalesce(${expression.ref('vault_fields')}, 0) + ${fields}`,
    }))
    .where('id', '=', id)
    .execute();
}

export async function loadFields(db: StateDb, id: string): Promise<number> {
  const row = await tables(db)
    .selectFrom('audit_prune')
    .select('vault_fields')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.vault_fields ?? 0;
}

/** Returns false when it was ended before, by another. */
export async function endPrune(
  tx: StateTx,
  id: string,
  freed: { readonly logBytes: number; readonly indexBytes: number; readonly now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('audit_prune')
    .set({ state: 'done', log_bytes: freed.logBytes, index_bytes: freed.indexBytes, done_at: freed.now })
    .where('id', '=', id)
    .where('state', '=', 'pruning')
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}
