import type { State, StateDb, StateTx } from '../../storage/state/state.ts';

type EgressTables = {
  audit_egress: {
    destination: string;
    log: string;
    next_index: number;
    sending_to: number | null;
    skipped: number;
    failures: number;
    last_sent_at: number | null;
    last_error: string | null;
    last_error_at: number | null;
  };
};

const tables = (db: StateDb) => db.withTables<EgressTables>();

/** Which log at which destination. */
export interface CursorPlace {
  readonly destination: string;
  readonly log: string;
}

export interface Cursor extends CursorPlace {
  readonly next: number;
  readonly sendingTo: number | null;
  readonly skipped: number;
  readonly failures: number;
  readonly lastSentAt: number | null;
  readonly lastError: { readonly at: number; readonly message: string } | null;
}

const cursorOf = (row: EgressTables['audit_egress']): Cursor => ({
  destination: row.destination,
  log: row.log,
  next: row.next_index,
  sendingTo: row.sending_to,
  skipped: row.skipped,
  failures: row.failures,
  lastSentAt: row.last_sent_at,
  lastError: row.last_error === null ? null : { at: row.last_error_at ?? 0, message: row.last_error },
});

export async function loadCursor(
  db: StateDb,
  { destination, log }: CursorPlace,
): Promise<Cursor | undefined> {
  const row = await tables(db)
    .selectFrom('audit_egress')
    .selectAll()
    .where('destination', '=', destination)
    .where('log', '=', log)
    .executeTakeFirst();
  return row === undefined ? undefined : cursorOf(row);
}

export async function listCursors(db: StateDb): Promise<readonly Cursor[]> {
  const rows = await tables(db)
    .selectFrom('audit_egress')
    .selectAll()
    .orderBy('destination')
    .orderBy('log')
    .execute();
  return rows.map(cursorOf);
}

export async function addCursor(tx: StateTx, { destination, log }: CursorPlace, next: number): Promise<void> {
  await tables(tx)
    .insertInto('audit_egress')
    .values({
      destination,
      log,
      next_index: next,
      sending_to: null,
      skipped: 0,
      failures: 0,
      last_sent_at: null,
      last_error: null,
      last_error_at: null,
    })
    .onConflict((conflict) => conflict.columns(['destination', 'log']).doNothing())
    .execute();
}

/** What of a cursor changes; what is left out stays. */
type CursorChange = Partial<Pick<Cursor, 'next' | 'sendingTo' | 'skipped' | 'failures' | 'lastSentAt'>> & {
  readonly lastError?: Cursor['lastError'];
  /** Changes nothing unless the cursor stands here: somebody may have set it back meanwhile. */
  readonly ifAt?: number;
};

/** Returns false when there is no such cursor, or it stands elsewhere. */
export async function changeCursor(
  tx: StateTx,
  { destination, log }: CursorPlace,
  change: CursorChange,
): Promise<boolean> {
  const { next, sendingTo, skipped, failures, lastSentAt, lastError, ifAt } = change;
  let update = tables(tx)
    .updateTable('audit_egress')
    .set({
      ...(next === undefined ? {} : { next_index: next }),
      ...(sendingTo === undefined ? {} : { sending_to: sendingTo }),
      ...(skipped === undefined ? {} : { skipped }),
      ...(failures === undefined ? {} : { failures }),
      ...(lastSentAt === undefined ? {} : { last_sent_at: lastSentAt }),
      ...(lastError === undefined
        ? {}
        : { last_error: lastError?.message ?? null, last_error_at: lastError?.at ?? null }),
    })
    .where('destination', '=', destination)
    .where('log', '=', log);
  if (ifAt !== undefined) update = update.where('next_index', '=', ifAt);
  const { numUpdatedRows } = await update.executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export type EgressState = Pick<State, 'read' | 'transaction'>;
