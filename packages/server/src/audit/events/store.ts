import type { StateDb, StateTx } from '../../storage/state/state.ts';

type BatchTables = {
  audit_batch: {
    source: string;
    idempotency_key: string;
    fingerprint: string;
    results: string;
    settled: number;
    expires_at: number;
  };
};

/** A batch that was taken in under an idempotency key. */
export interface BatchRow {
  readonly source: string;
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  /** JSON: the results with their leaves, or, once settled, the answer that was given. */
  readonly results: string;
  readonly settled: boolean;
}

export interface BatchName {
  readonly source: string;
  readonly idempotencyKey: string;
}

const tables = (db: StateDb) => db.withTables<BatchTables>();

/** The batch of a key, unless it has expired. */
export async function loadBatch(db: StateDb, name: BatchName, now: number): Promise<BatchRow | undefined> {
  const row = await tables(db)
    .selectFrom('audit_batch')
    .selectAll()
    .where('source', '=', name.source)
    .where('idempotency_key', '=', name.idempotencyKey)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { fingerprint, results, settled } = row;
  return { ...name, fingerprint, results, settled: settled === 1 };
}

/** Adds a batch; false when its key is taken. Of two transactions the second waits for the first. */
export async function addBatch(
  tx: StateTx,
  row: BatchRow,
  times: { readonly now: number; readonly expiresAt: number },
): Promise<boolean> {
  await tables(tx)
    .deleteFrom('audit_batch')
    .where('source', '=', row.source)
    .where('idempotency_key', '=', row.idempotencyKey)
    .where('expires_at', '<=', times.now)
    .execute();
  const result = await tables(tx)
    .insertInto('audit_batch')
    .values({
      source: row.source,
      idempotency_key: row.idempotencyKey,
      fingerprint: row.fingerprint,
      results: row.results,
      settled: row.settled ? 1 : 0,
      expires_at: times.expiresAt,
    })
    .onConflict((taken) => taken.columns(['source', 'idempotency_key']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Puts the answer in the place of the results. */
export async function settleBatch(db: StateDb, name: BatchName, answer: string): Promise<void> {
  await tables(db)
    .updateTable('audit_batch')
    .set({ results: answer, settled: 1 })
    .where('source', '=', name.source)
    .where('idempotency_key', '=', name.idempotencyKey)
    .where('settled', '=', 0)
    .execute();
}

export async function removeExpired(db: StateDb, now: number): Promise<number> {
  const result = await tables(db).deleteFrom('audit_batch').where('expires_at', '<=', now).executeTakeFirst();
  return Number(result.numDeletedRows);
}
