import { sql } from 'kysely';
import type { State, StateDb } from '../../storage/state/state.ts';
import type { AnchorKind, AnchorReceipt } from './types.ts';

type AnchorTables = {
  audit_anchor_receipt: {
    id: string;
    anchor: string;
    kind: string;
    log: string;
    origin: string;
    size: number;
    root: string;
    at: number;
    receipt: string;
  };
  audit_anchor_progress: {
    peer: string;
    log: string;
    origin: string;
    size: number;
    root: string | null;
    confirmed_at: number | null;
    failures: number;
    error: string | null;
    error_at: number | null;
  };
};

const tables = (db: StateDb) => db.withTables<AnchorTables>();

/** What is remembered of one peer and one log. */
export interface ProgressRow {
  readonly peer: string;
  readonly log: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer | null;
  readonly confirmedAt: number | null;
  readonly failures: number;
  readonly error: string | null;
  readonly errorAt: number | null;
}

export async function addReceipt(state: State, id: string, receipt: AnchorReceipt): Promise<void> {
  await tables(state.write)
    .insertInto('audit_anchor_receipt')
    .values({
      id,
      anchor: receipt.anchor,
      kind: receipt.kind,
      log: receipt.log,
      origin: receipt.origin,
      size: receipt.size,
      root: receipt.root.toString('base64'),
      at: receipt.at,
      receipt: receipt.receipt.toString('base64'),
    })
    .onConflict((taken) => taken.columns(['anchor', 'origin', 'size']).doNothing())
    .execute();
}

/** Receipts for one log, newest first. */
export async function listReceipts(
  state: State,
  wanted: { readonly origin: string; readonly anchor?: string; readonly minimumSize?: number },
  limit: number,
): Promise<readonly AnchorReceipt[]> {
  let query = tables(state.read)
    .selectFrom('audit_anchor_receipt')
    .selectAll()
    .where('origin', '=', wanted.origin);
  if (wanted.anchor !== undefined) query = query.where('anchor', '=', wanted.anchor);
  if (wanted.minimumSize !== undefined) query = query.where('size', '>=', wanted.minimumSize);
  // From a size on, the first that has the entry is the one that says most about its time.
  const order = wanted.minimumSize === undefined ? 'desc' : 'asc';
  const rows = await query.orderBy('size', order).orderBy('anchor').limit(limit).execute();
  return rows.map((row) => ({
    anchor: row.anchor,
    kind: row.kind as AnchorKind,
    log: row.log,
    origin: row.origin,
    size: row.size,
    root: Buffer.from(row.root, 'base64'),
    at: row.at,
    receipt: Buffer.from(row.receipt, 'base64'),
  }));
}

const dayMs = 86_400_000;

/** Of receipts from before `before`, keeps the last of each anchor, log and day. Returns how many went. */
export async function thinReceipts(state: State, before: number): Promise<number> {
  const lastOfDays = tables(state.write)
    .selectFrom('audit_anchor_receipt')
    .select(({ fn }) => fn.max('id').as('id'))
    .groupBy(({ eb }) => ['anchor', 'origin', eb('at', '/', sql.lit(dayMs))]);
  const result = await tables(state.write)
    .deleteFrom('audit_anchor_receipt')
    .where('at', '<', before)
    .where('id', 'not in', lastOfDays)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function loadProgress(state: State): Promise<readonly ProgressRow[]> {
  const rows = await tables(state.read).selectFrom('audit_anchor_progress').selectAll().execute();
  return rows.map((row) => ({
    peer: row.peer,
    log: row.log,
    origin: row.origin,
    size: row.size,
    root: row.root === null ? null : Buffer.from(row.root, 'base64'),
    confirmedAt: row.confirmed_at,
    failures: row.failures,
    error: row.error,
    errorAt: row.error_at,
  }));
}

export async function saveProgress(state: State, row: ProgressRow): Promise<void> {
  const values = {
    log: row.log,
    size: row.size,
    root: row.root?.toString('base64') ?? null,
    confirmed_at: row.confirmedAt,
    failures: row.failures,
    error: row.error,
    error_at: row.errorAt,
  };
  await tables(state.write)
    .insertInto('audit_anchor_progress')
    .values({ peer: row.peer, origin: row.origin, ...values })
    .onConflict((taken) => taken.columns(['peer', 'origin']).doUpdateSet(values))
    .execute();
}
