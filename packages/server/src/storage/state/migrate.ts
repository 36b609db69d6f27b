import { sql } from 'kysely';
import { CustosError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { State, StateDb } from './state.ts';

/** One step of the schema. Steps are never edited after a release; a mistake is mended by a later step. */
export interface Migration {
  /** Such as `0003-probes`; the order of the ids is the order of the steps. */
  readonly id: string;
  up(db: StateDb, dialect: State['dialect']): Promise<void>;
}

type MigrationTables = {
  schema_migration: { id: string; applied_at: number };
};

/** Any fixed number that no other program uses as an advisory lock in the same database. */
const advisoryLock = 4_600_046_000;

/**
 * Brings the schema up to date, in one transaction and under a lock, so that of two nodes that start
 * together one migrates and the other waits. Returns the ids that were applied.
 *
 * Raises `schema_too_new` when the store was written by a later version: starting would damage it.
 */
export async function migrate(
  state: State,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<readonly string[]> {
  return state.transaction(async (transaction) => {
    const db = transaction.withTables<MigrationTables>();
    if (state.dialect === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLock})`.execute(db);

    await db.schema
      .createTable('schema_migration')
      .ifNotExists()
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();

    const applied = await db.selectFrom('schema_migration').select('id').execute();
    const known = new Set(migrations.map((migration) => migration.id));
    const unknown = applied.map((row) => row.id).filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw new CustosError(
        'schema_too_new',
        `The state store was written by a later version of Custos (it has ${unknown.join(', ')}). ` +
          'Start that version, or restore a backup made by this one.',
        { status: 500 },
      );
    }

    const done = new Set(applied.map((row) => row.id));
    const added: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.id)) continue;
      await migration.up(transaction, state.dialect);
      await db.insertInto('schema_migration').values({ id: migration.id, applied_at: clock.now() }).execute();
      added.push(migration.id);
    }
    return added;
  });
}
