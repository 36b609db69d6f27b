import { sql } from 'kysely';
import type { State, StateDb, StateTx } from '../../storage/state/state.ts';
import type { SealedSubject } from './subject-key.ts';

type VaultTables = {
  audit_subject: {
    id: string;
    lookup: string;
    place: number;
    key_id: string;
    sealed_key: string;
    sealed_subject: string;
    created_at: number;
  };
  audit_vault_field: {
    event_id: string;
    field: string;
    subject_id: string;
    digest: string;
    sealed: string;
    created_at: number;
  };
};

export interface FieldRow {
  readonly eventId: string;
  readonly field: string;
  readonly subjectId: string;
  readonly digest: string;
  readonly sealed: string;
}

export interface SubjectRow extends SealedSubject {
  readonly lookup: string;
  readonly place: number;
}

const tables = (db: StateDb) => db.withTables<VaultTables>();
/** Parameters of one statement stay far below what either database takes. */
const rowsPerStatement = 500;

const subjectOf = (row: VaultTables['audit_subject']): SubjectRow => ({
  id: row.id,
  lookup: row.lookup,
  place: row.place,
  keyId: row.key_id,
  sealedKey: row.sealed_key,
  sealedSubject: row.sealed_subject,
});

/**
 * The subjects with these lookups, locked against being erased until the transaction ends. Always in one
 * order, so that two batches about the same people cannot wait for each other.
 */
export async function holdSubjects(
  tx: StateTx,
  lookups: readonly string[],
  dialect: State['dialect'],
): Promise<readonly SubjectRow[]> {
  const rows: SubjectRow[] = [];
  const sorted = lookups.toSorted();
  for (let from = 0; from < sorted.length; from += rowsPerStatement) {
    let query = tables(tx)
      .selectFrom('audit_subject')
      .selectAll()
      .where('lookup', 'in', sorted.slice(from, from + rowsPerStatement))
      .orderBy('lookup')
      .orderBy('place');
    if (dialect === 'postgres') query = query.forKeyShare();
    rows.push(...(await query.execute()).map(subjectOf));
  }
  return rows;
}

/** Adds subjects, but those whose place is taken; of two transactions the second waits for the first. */
export async function addSubjects(tx: StateTx, subjects: readonly SubjectRow[], now: number): Promise<void> {
  const sorted = subjects.toSorted((left, right) => (left.lookup < right.lookup ? -1 : 1));
  for (let from = 0; from < sorted.length; from += rowsPerStatement) {
    await tables(tx)
      .insertInto('audit_subject')
      .values(
        sorted.slice(from, from + rowsPerStatement).map((subject) => ({
          id: subject.id,
          lookup: subject.lookup,
          place: subject.place,
          key_id: subject.keyId,
          sealed_key: subject.sealedKey,
          sealed_subject: subject.sealedSubject,
          created_at: now,
        })),
      )
      .onConflict((taken) => taken.columns(['lookup', 'place']).doNothing())
      .execute();
  }
}

export async function addFields(tx: StateTx, rows: readonly FieldRow[], now: number): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    await tables(tx)
      .insertInto('audit_vault_field')
      .values(
        rows.slice(from, from + rowsPerStatement).map((row) => ({
          event_id: row.eventId,
          field: row.field,
          subject_id: row.subjectId,
          digest: row.digest,
          sealed: row.sealed,
          created_at: now,
        })),
      )
      .execute();
  }
}

/** Those of the ids that fields are kept for. */
export async function listKnownEvents(db: StateDb, eventIds: readonly string[]): Promise<readonly string[]> {
  if (eventIds.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('audit_vault_field')
    .select('event_id')
    .distinct()
    .where('event_id', 'in', [...eventIds])
    .execute();
  return rows.map((row) => row.event_id);
}

/** The kept fields of an event with the keys that open them. */
export async function loadFields(
  db: StateDb,
  eventId: string,
): Promise<readonly (FieldRow & { readonly subject: SubjectRow })[]> {
  const rows = await tables(db)
    .selectFrom('audit_vault_field')
    .innerJoin('audit_subject', 'audit_subject.id', 'audit_vault_field.subject_id')
    .selectAll('audit_subject')
    .select(['event_id', 'field', 'digest', 'sealed'])
    .where('event_id', '=', eventId)
    .orderBy('field')
    .execute();
  return rows.map((row) => ({
    eventId: row.event_id,
    field: row.field,
    subjectId: row.id,
    digest: row.digest,
    sealed: row.sealed,
    subject: subjectOf(row),
  }));
}

/** Subjects with one of these lookups, locked for erasure. */
export async function lockSubjects(
  tx: StateTx,
  lookups: readonly string[],
  dialect: State['dialect'],
): Promise<readonly SubjectRow[]> {
  let query = tables(tx)
    .selectFrom('audit_subject')
    .selectAll()
    .where('lookup', 'in', [...lookups]);
  if (dialect === 'postgres') query = query.forUpdate();
  return (await query.orderBy('place').execute()).map(subjectOf);
}

export async function countFields(
  tx: StateTx,
  subjectIds: readonly string[],
): Promise<{ readonly events: number; readonly byField: Readonly<Record<string, number>> }> {
  const ofSubjects = tables(tx)
    .selectFrom('audit_vault_field')
    .where('subject_id', 'in', [...subjectIds]);
  const perField = await ofSubjects
    .select(({ fn }) => ['field', fn.countAll<number | bigint>().as('many')])
    .groupBy('field')
    .orderBy('field')
    .execute();
  const events = await ofSubjects
    .select(({ fn }) => fn.count<number | bigint>('event_id').distinct().as('many'))
    .executeTakeFirstOrThrow();
  return {
    events: Number(events.many),
    byField: Object.fromEntries(perField.map((row) => [row.field, Number(row.many)])),
  };
}

export async function destroySubjects(tx: StateTx, subjectIds: readonly string[]): Promise<void> {
  await tables(tx)
    .deleteFrom('audit_vault_field')
    .where('subject_id', 'in', [...subjectIds])
    .execute();
  await tables(tx)
    .deleteFrom('audit_subject')
    .where('id', 'in', [...subjectIds])
    .execute();
}

/** Removes the fields of events that their log no longer keeps; returns how many. */
export async function removeFields(tx: StateTx, eventIds: readonly string[]): Promise<number> {
  if (eventIds.length === 0) return 0;
  const result = await tables(tx)
    .deleteFrom('audit_vault_field')
    .where('event_id', 'in', [...eventIds])
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function listKeyIdsInUse(db: StateDb): Promise<readonly string[]> {
  const rows = await tables(db).selectFrom('audit_subject').select('key_id').distinct().execute();
  return rows.map((row) => row.key_id);
}

export async function listNotSealedBy(
  tx: StateTx,
  keyId: string,
  limit: number,
): Promise<readonly SubjectRow[]> {
  const rows = await tables(tx)
    .selectFrom('audit_subject')
    .selectAll()
    .where('key_id', '!=', keyId)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(subjectOf);
}

/** The first place that is free for a lookup. */
export async function freePlace(tx: StateTx, lookup: string): Promise<number> {
  const row = await tables(tx)
    .selectFrom('audit_subject')
    .select(({ fn }) => fn.max('place').as('last'))
    .where('lookup', '=', lookup)
    .executeTakeFirst();
  return row?.last === null || row?.last === undefined ? 0 : Number(row.last) + 1;
}

export async function replaceSubject(tx: StateTx, subject: SubjectRow): Promise<void> {
  await tables(tx)
    .updateTable('audit_subject')
    .set({
      lookup: subject.lookup,
      place: subject.place,
      key_id: subject.keyId,
      sealed_key: subject.sealedKey,
      sealed_subject: subject.sealedSubject,
    })
    .where('id', '=', subject.id)
    .execute();
}

/** From now on SQLite overwrites what is deleted, instead of leaving it in pages that are free. */
export async function overwriteDeleted(state: State): Promise<void> {
  if (state.dialect === 'sqlite') await sql`pragma secure_delete = on`.execute(state.write);
}

/**
 * Empties SQLite's write-ahead log, which holds older forms of pages; true when it is empty. Does not wait
 * for a reader that still needs it. PostgreSQL has no such step.
 */
export async function emptyWriteAheadLog(state: State): Promise<boolean> {
  if (state.dialect !== 'sqlite') return false;
  return state.write.connection().execute(async (db) => {
    const waited = await sql<{ timeout: number }>`pragma busy_timeout`.execute(db);
    await sql`pragma busy_timeout = 0`.execute(db);
    try {
      const result = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
      return result.rows[0]?.busy === 0;
    } finally {
      await sql.raw(`pragma busy_timeout = ${Number(waited.rows[0]?.timeout ?? 10_000)}`).execute(db);
    }
  });
}
