import { retentionInput, type RetentionInput } from '@custos/contract';
import { newId } from '../../base/ids.ts';
import type { StateDb } from '../../storage/state/state.ts';
import type { SizeOfDay } from './forecast.ts';
import type { Dropped, StoredKind } from './types.ts';

type RetentionTables = {
  telemetry_retention: { id: number; settings: string; updated_by: string; updated_at: number };
  telemetry_dropped: {
    id: string;
    at: number;
    kind: string;
    day: string;
    bytes: number;
    why: string;
  };
  telemetry_size: { day: string; bytes: number };
};

const tables = (db: StateDb) => db.withTables<RetentionTables>();

export async function loadRetention(db: StateDb): Promise<RetentionInput | undefined> {
  const row = await tables(db).selectFrom('telemetry_retention').select('settings').executeTakeFirst();
  return row === undefined ? undefined : retentionInput.parse(JSON.parse(row.settings));
}

export async function saveRetention(
  db: StateDb,
  settings: RetentionInput,
  change: { readonly by: string; readonly at: number },
): Promise<void> {
  const row = { settings: JSON.stringify(settings), updated_by: change.by, updated_at: change.at };
  await tables(db)
    .insertInto('telemetry_retention')
    .values({ id: 1, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function addDropped(db: StateDb, dropped: Dropped): Promise<void> {
  await tables(db)
    .insertInto('telemetry_dropped')
    .values({ id: newId('drp', dropped.at), ...dropped })
    .execute();
}

/** Newest first. */
export async function loadDropped(db: StateDb, limit: number): Promise<readonly Dropped[]> {
  const rows = await tables(db)
    .selectFrom('telemetry_dropped')
    .select(['at', 'kind', 'day', 'bytes', 'why'])
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...row,
    kind: row.kind as StoredKind,
    at: Number(row.at),
    bytes: Number(row.bytes),
  }));
}

/** Keeps the last look at each day. */
export async function saveSize(db: StateDb, day: string, bytes: number): Promise<void> {
  await tables(db)
    .insertInto('telemetry_size')
    .values({ day, bytes })
    .onConflict((conflict) => conflict.column('day').doUpdateSet({ bytes }))
    .execute();
}

/** Oldest first; those before `since` are forgotten. */
export async function loadSizes(db: StateDb, since: string): Promise<readonly SizeOfDay[]> {
  const rows = await tables(db)
    .selectFrom('telemetry_size')
    .selectAll()
    .where('day', '>=', since)
    .orderBy('day')
    .execute();
  return rows.map(({ day, bytes }) => ({ at: Date.parse(day), bytes: Number(bytes) }));
}

/** Removes what nobody is shown any more. */
export async function forget(
  db: StateDb,
  before: { readonly droppedAt: number; readonly sizeDay: string },
): Promise<void> {
  await tables(db).deleteFrom('telemetry_dropped').where('at', '<', before.droppedAt).execute();
  await tables(db).deleteFrom('telemetry_size').where('day', '<', before.sizeDay).execute();
}
