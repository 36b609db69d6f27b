import type { StateDb } from '../storage/state/state.ts';

type SettingsTables = {
  setting: { name: string; value: string; updated_at: number };
};

const tables = (db: StateDb) => db.withTables<SettingsTables>();

export async function readSettings(db: StateDb): Promise<Record<string, unknown>> {
  const rows = await tables(db).selectFrom('setting').selectAll().execute();
  return Object.fromEntries(rows.map((row) => [row.name, JSON.parse(row.value) as unknown]));
}

export async function writeSetting(
  db: StateDb,
  name: string,
  change: { value: unknown; now: number },
): Promise<void> {
  const row = { value: JSON.stringify(change.value), updated_at: change.now };
  await tables(db)
    .insertInto('setting')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
