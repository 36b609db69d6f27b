import { sql } from 'kysely';
import type { State, StateDb, StateTx } from '../../../storage/state/state.ts';
import type { SealingKey } from '../journal/seal.ts';

type LedgerTables = {
  audit_pending: { seq?: number; log: string; entries: Buffer; ticket: string | null };
  audit_journal: {
    one: 1;
    journal_id: Buffer;
    next_sequence: number;
    seal_epoch: number;
    seal_key: Buffer;
    seal_secret: Buffer | null;
  };
  audit_frame: { sequence: number; bytes: Buffer; tickets: string };
  audit_head: {
    origin: string;
    log: string;
    size: number;
    sequence: number;
    text: string;
    note: string;
    signed_at: number;
  };
};

/** The journal's one row. */
export interface JournalRow {
  readonly journalId: Buffer;
  readonly nextSequence: number;
  readonly key: SealingKey;
  readonly secret: Buffer | null;
}

/** Where the entries of a row of the intake went. */
export interface PlacedTicket {
  readonly ticket: string;
  readonly firstIndex: number;
}

export interface FrameRow {
  readonly sequence: number;
  readonly bytes: Buffer;
  readonly tickets: readonly PlacedTicket[];
}

export interface HeadRow {
  readonly origin: string;
  readonly log: string;
  readonly size: number;
  /** Frames before this one are in the tree. */
  readonly sequence: number;
  readonly text: string;
  readonly note: string;
  readonly signedAt: number;
}

/** Rows of the intake, an entry bundle each. */
export interface IntakeRow {
  readonly log: string;
  readonly entries: Buffer;
  readonly ticket: string | null;
}

const tables = (db: StateDb | StateTx) => db.withTables<LedgerTables>();

type StoredJournal = Omit<LedgerTables['audit_journal'], 'one'>;

const journalOf = (row: StoredJournal): JournalRow => ({
  journalId: row.journal_id,
  nextSequence: row.next_sequence,
  key: { epoch: row.seal_epoch, key: row.seal_key },
  secret: row.seal_secret,
});

/** Makes the journal's row unless there is one; of two nodes that try, one does. */
export async function createJournalRow(state: State, fresh: JournalRow): Promise<void> {
  await tables(state.write)
    .insertInto('audit_journal')
    .values({
      one: 1,
      journal_id: fresh.journalId,
      next_sequence: fresh.nextSequence,
      seal_epoch: fresh.key.epoch,
      seal_key: fresh.key.key,
      seal_secret: fresh.secret,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The journal's row, locked until the transaction ends: nobody else writes a frame or a head meanwhile. */
export async function lockJournal(tx: StateTx): Promise<JournalRow> {
  const query = tables(tx).selectFrom('audit_journal').selectAll().forUpdate();
  return journalOf(await query.executeTakeFirstOrThrow());
}

export async function readJournal(db: StateDb | StateTx): Promise<JournalRow> {
  return journalOf(await tables(db).selectFrom('audit_journal').selectAll().executeTakeFirstOrThrow());
}

export async function removeSecret(state: State): Promise<void> {
  await tables(state.write).updateTable('audit_journal').set({ seal_secret: null }).execute();
}

/** Puts a frame at the end of a locked journal. */
export async function insertFrame(tx: StateTx, frame: FrameRow, key: SealingKey): Promise<void> {
  const { sequence, bytes } = frame;
  const tickets = JSON.stringify(frame.tickets.map(({ ticket, firstIndex }) => [ticket, firstIndex]));
  await tables(tx).insertInto('audit_frame').values({ sequence, bytes, tickets }).execute();
  await tables(tx)
    .updateTable('audit_journal')
    .set({ next_sequence: sequence + 1, seal_epoch: key.epoch, seal_key: key.key })
    .execute();
}

export async function insertIntake(db: StateDb | StateTx, rows: readonly IntakeRow[]): Promise<void> {
  await tables(db)
    .insertInto('audit_pending')
    .values([...rows])
    .execute();
}

/**
 * Takes the oldest rows out of the intake, about as many bytes as wanted, one row at least. One statement:
 * a row of a smaller number that is committed a moment later is left for the next call.
 */
export async function takeIntake(
  tx: StateTx,
  logs: readonly string[],
  bytes: number,
): Promise<(IntakeRow & { readonly seq: number })[]> {
  const { rows } = await sql<IntakeRow & { seq: number }>`
    with oldest as (
      select seq, octet_length(entries) as bytes from audit_pending
      where log = any(${logs}) order by seq limit 1000
    ), wanted as (
      select seq, sum(bytes) over (order by seq) - bytes as before from oldest
    ), taken as (
      delete from audit_pending where seq in (select seq from wanted where before < ${bytes})
      returning seq, log, entries, ticket
    )
    select * from taken order by seq`.execute(tx);
  return rows;
}

/** Number of the newest row of the intake; 0 when it is empty. */
export async function newestIntake(state: State): Promise<number> {
  const query = tables(state.write)
    .selectFrom('audit_pending')
    .select((on) => on.fn.max('seq').as('seq'));
  return (await query.executeTakeFirst())?.seq ?? 0;
}

/** True while the intake has a row of this number or a smaller one. */
export async function hasIntake(state: State, upTo: number): Promise<boolean> {
  const query = tables(state.write).selectFrom('audit_pending').select('log').where('seq', '<=', upTo);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}

/** The journal, the heads and the next frames, all as of one moment. */
export function readOn(
  state: State,
  from: number,
  limit: number,
): Promise<{ readonly journal: JournalRow; readonly heads: HeadRow[]; readonly frames: FrameRow[] }> {
  return state.read
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const journal = await readJournal(tx);
      const heads = await tables(tx).selectFrom('audit_head').selectAll().execute();
      const frames = await tables(tx)
        .selectFrom('audit_frame')
        .selectAll()
        .where('sequence', '>=', from)
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return {
        journal,
        heads: heads.map(({ signed_at, ...head }) => ({ ...head, signedAt: signed_at })),
        frames: frames.map(({ sequence, bytes, tickets }) => ({
          sequence,
          bytes,
          tickets: (JSON.parse(tickets) as [string, number][]).map(([ticket, firstIndex]) => ({
            ticket,
            firstIndex,
          })),
        })),
      };
    });
}

/** Stores a head unless the origin has one as large. Returns whether it was stored. */
export async function putHead(tx: StateTx, head: HeadRow): Promise<boolean> {
  const { signedAt, ...rest } = head;
  const values = { ...rest, signed_at: signedAt };
  const { origin: _, ...changes } = values;
  const result = await tables(tx)
    .insertInto('audit_head')
    .values(values)
    .onConflict((conflict) =>
      conflict.column('origin').doUpdateSet(changes).where('audit_head.size', '<', head.size),
    )
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** The head of an origin, locked; `undefined` when it has none. */
export async function lockHead(
  tx: StateTx,
  origin: string,
): Promise<Pick<HeadRow, 'text' | 'note'> | undefined> {
  const query = tables(tx).selectFrom('audit_head').select(['text', 'note']).where('origin', '=', origin);
  return query.forUpdate().executeTakeFirst();
}

export async function putNote(tx: StateTx, origin: string, note: string): Promise<void> {
  await tables(tx).updateTable('audit_head').set({ note }).where('origin', '=', origin).execute();
}

/** Some frames, locked, for pruning. */
export async function lockFrames(tx: StateTx, from: number, limit: number): Promise<FrameBytes[]> {
  return tables(tx)
    .selectFrom('audit_frame')
    .select(['sequence', 'bytes'])
    .where('sequence', '>=', from)
    .orderBy('sequence')
    .limit(limit)
    .forUpdate()
    .execute();
}

export type FrameBytes = Pick<FrameRow, 'sequence' | 'bytes'>;

export async function replaceFrame(tx: StateTx, { sequence, bytes }: FrameBytes): Promise<void> {
  await tables(tx).updateTable('audit_frame').set({ bytes }).where('sequence', '=', sequence).execute();
}

/** Lets the database use again what replaced frames took. */
export async function vacuumFrames(state: State): Promise<void> {
  await sql`vacuum audit_frame`.execute(state.write);
}

/** Bytes that the journal takes in the database, with what it will use again. */
export async function journalBytes(state: State): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_total_relation_size('audit_frame') + pg_total_relation_size('audit_pending') as bytes
  `.execute(state.read);
  return rows[0]?.bytes ?? 0;
}
